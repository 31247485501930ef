"""Operators in head position: Python's own, with a slow path for what Python refuses.

Arithmetic over names and temporaries is one ``try``: the fast expression, and after a
``TypeError`` the same through :mod:`lispe_core.operators`. The operands are settled, so that
computing again is safe. Where Python would *accept* what LispE refuses (``"ab" * 3``), the fast
expression is written so that Python refuses it as well.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from lispe_core import names, nodes
from lispe_core.blocks import RETURN, VALUE, Destination, Store, Temporary
from lispe_core.emitter import Emitter
from lispe_core.forms import Symbol, Value
from lispe_core.kinds import Kind, combined, literal_kind
from lispe_core.special.control import as_value

Inline = Callable[[Emitter, list[Value], Destination], ast.expr]
"""Writes the call of an instruction as something else than a call."""


_MOST_OPERATIONS = 30
_REFUSED_ALIKE = frozenset({"-", "/"})


class Formula(NamedTuple):
    """Arithmetic over settled operands: computed fast, or through the checked functions."""

    fast: ast.expr
    slow: ast.expr
    kind: Kind
    operations: int = 0
    only_fails: bool = False
    """What Python refuses is an error in Lisp as well, and its operands can be told later."""


_SURELY_SHORT = 64
"""Exponents and distances up to this one make no number that is too large to be waited for."""
_FEW_DIGITS = 1 << 60

Fast = Callable[[Emitter, "Formula", "Formula"], ast.expr | None]


def _plain(operator: type[ast.operator]) -> Fast:
    return lambda e, left, right: ast.BinOp(left.fast, operator(), right.fast)


def _multiplied(e: Emitter, left: Formula, right: Formula) -> ast.expr:
    """``"ab" * 3`` must fail, as ``+"ab"`` does; text times itself fails anyway."""
    match left.fast, right.fast:
        case ast.Name(id=first), ast.Name(id=second) if first == second:
            return ast.BinOp(left.fast, ast.Mult(), right.fast)
    return ast.BinOp(_no_text(left), ast.Mult(), _no_text(right))


def _no_text(operand: Formula) -> ast.expr:
    if operand.kind >= Kind.NO_TEXT or isinstance(operand.fast, ast.BinOp):
        return operand.fast
    return ast.UnaryOp(ast.UAdd(), operand.fast)


def _power(e: Emitter, left: Formula, right: Formula) -> ast.expr | None:
    match right.fast:
        case ast.Constant(value=int(exponent)) if 0 <= exponent <= _SURELY_SHORT:
            return ast.BinOp(_no_text(left), ast.Pow(), right.fast)
    return None


def _shifted_left(e: Emitter, left: Formula, right: Formula) -> ast.expr | None:
    match right.fast:
        case ast.Constant(value=int(distance)) if distance <= _SURELY_SHORT:
            return ast.BinOp(left.fast, ast.LShift(), right.fast)
    return None


def _remainder(e: Emitter, left: Formula, right: Formula) -> ast.expr | None:
    """Python's ``%`` where it agrees: integers, the dividend not negative."""
    match right.fast:
        case ast.Constant(value=int(divisor)) if divisor > 0:
            pass
        case _:
            return None
    if left.kind is Kind.NATURAL:
        return ast.BinOp(left.fast, ast.Mod(), right.fast)
    value, first_use = left.fast, left.fast
    if not isinstance(value, (ast.Name, ast.Constant)):
        slot = e.temporary()
        value, first_use = nodes.name(slot), ast.NamedExpr(nodes.target(slot), value)
    tests: list[ast.expr] = []
    if left.kind is not Kind.INTEGER:
        tests.append(nodes.same(nodes.call("type", first_use), nodes.support("int")))
        first_use = value
    tests.append(ast.Compare(first_use, [ast.GtE()], [nodes.constant(0)]))
    test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)
    plain = ast.BinOp(value, ast.Mod(), right.fast)
    return ast.IfExp(test, plain, nodes.call("modulo", value, right.fast))


class Operator(NamedTuple):
    """A two-operand operator: its checked function, and its fast form if it has one."""

    checked: str
    fast: Fast


BINARY: dict[str, Operator] = {
    "+": Operator("add", _plain(ast.Add)),
    "-": Operator("subtract", _plain(ast.Sub)),
    "*": Operator("multiply", _multiplied),
    "/": Operator("divide", _plain(ast.Div)),
    "%": Operator("modulo", _remainder),
    "^^": Operator("power", _power),
    "**": Operator("power", _power),
    "<<": Operator("shift_left", _shifted_left),
    ">>": Operator("shift_right", _plain(ast.RShift)),
    "&": Operator("bit_and", _plain(ast.BitAnd)),
    "|": Operator("bit_or", _plain(ast.BitOr)),
    "^": Operator("bit_xor", _plain(ast.BitXor)),
    "&~": Operator("bit_and_not", lambda e, left, right: None),
}


def arithmetic(e: Emitter, sign: str, form: list[Value]) -> Formula:
    """The operands of ``form`` folded with the operator ``sign``."""
    formulas = _formulas(e, form)
    result = formulas[0]
    for formula in formulas[1:]:
        result = _joined(e, sign, result, formula)
    return result


def _formulas(e: Emitter, form: list[Value]) -> list[Formula]:
    results: list[Formula] = []
    for index in range(1, len(form)):
        first, writes = len(e.block), len(e.written)
        formula = _formula(e, form, index)
        lifted = e.block[first:]
        if lifted:
            del e.block[first:]
            changed = set(e.written[writes:])
            results = [_computed_before(e, earlier, changed) for earlier in results]
            e.block.extend(lifted)
        results.append(formula)
    return results


def _computed_before(e: Emitter, formula: Formula, changed: set[str]) -> Formula:
    if _unchanged(e, formula.fast, changed):
        return formula
    return _leaf(e, e.keep(deliver_formula(e, formula, VALUE)), formula.kind)


def _unchanged(e: Emitter, value: ast.expr, changed: set[str]) -> bool:
    if isinstance(value, ast.Name):
        return e.is_settled(value) or (value.id not in changed and e.is_private(value.id))
    return isinstance(value, ast.Constant)


def _formula(e: Emitter, form: list[Value], index: int) -> Formula:
    element = form[index]
    if isinstance(element, list) and len(element) > 2 and isinstance(element[0], Symbol):
        expanded = e.expander.expand(element)
        if expanded is element and element[0].name in BINARY:
            with e.at(element):
                return arithmetic(e, element[0].name, element)
    value = e.operand(form, index)
    if isinstance(value, ast.Name):
        return _leaf(e, value)
    if isinstance(value, ast.Constant):
        return Formula(value, value, literal_kind(value.value))
    return _leaf(e, e.keep(value))


def _leaf(e: Emitter, value: ast.expr, kind: Kind = Kind.ANY) -> Formula:
    return Formula(value, value, max(kind, e.kind_of(value)))


def _joined(e: Emitter, sign: str, left: Formula, right: Formula) -> Formula:
    if left.operations + right.operations > _MOST_OPERATIONS:
        left = _leaf(e, e.keep(deliver_formula(e, left, VALUE)), left.kind)
        right = _leaf(e, e.keep(deliver_formula(e, right, VALUE)), right.kind)
    operator = BINARY[sign]
    fast = operator.fast(e, left, right)
    kind = combined(sign, [left.kind, right.kind])
    slow = e.place(nodes.call(operator.checked, left.slow, right.slow))
    if fast is None:
        return Formula(slow, slow, kind, left.operations + right.operations + 1)
    operations = left.operations + right.operations + 1
    only_fails = sign in _REFUSED_ALIKE and operations == 1
    return Formula(e.place(fast), slow, kind, operations, only_fails)


def folded(e: Emitter, sign: str, values: Sequence[ast.expr]) -> Formula:
    """Settled values folded with the operator ``sign``."""
    result = _leaf(e, values[0])
    for value in values[1:]:
        result = _joined(e, sign, result, _leaf(e, value))
    return result


def deliver_formula(e: Emitter, formula: Formula, to: Destination) -> ast.expr:
    """Send the value of a formula to a destination."""
    if formula.kind >= Kind.NUMBER or formula.only_fails or formula.fast is formula.slow:
        return e.deliver(formula.fast, to)
    store: Destination = to
    slot = None
    if to is not RETURN and not isinstance(to, Store):
        slot = e.temporary()
        store = Temporary(slot)
    with e.into([]) as fast:
        e.deliver(formula.fast, store)
    with e.into([]) as slow:
        e.deliver(formula.slow, store)
    e.add(nodes.attempt(fast, nodes.support("TypeError"), slow))
    if slot is None:
        return nodes.nil()
    e.kinds[slot] = formula.kind
    return nodes.name(slot)


def _arithmetic(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    sign = str(form[0])
    if len(form) == 2:
        return e.deliver(e.call("fold", nodes.constant(sign), e.operand(form, 1)), to)
    return deliver_formula(e, arithmetic(e, sign, form), to)


_COMPARISONS: dict[str, type[ast.cmpop]] = {
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
    "=": ast.Eq,
    "!=": ast.NotEq,
}


def _comparison(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    values = e.operands(form)
    if len(values) > 2:
        values = [e.keep(value) for value in values]
    operator = _COMPARISONS[str(form[0])]
    test = e.place(ast.Compare(values[0], [operator() for _ in values[1:]], values[1:]))
    return e.deliver(e.place(as_value(test, to)), to)


def _identity(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    values = e.operands(form)
    if len(values) > 2:
        values = [e.keep(value) for value in values]
    tests = [_same(e, left, right) for left, right in pairwise(values)]
    if str(form[0]) == "neq":
        tests = [nodes.negated(test) for test in tests]
    test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)
    return e.deliver(e.place(as_value(test, to)), to)


def _same(e: Emitter, left: ast.expr, right: ast.expr) -> ast.expr:
    for value in (left, right):
        if isinstance(value, ast.Constant) and isinstance(value.value, int | float | str):
            return e.place(ast.Compare(left, [ast.Eq()], [right]))
    return e.call("identical", left, right)


def _magnitude(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Python's ``abs`` where it takes the operand and the program has no function of that name."""
    operand = _formula(e, form, 1)
    function = nodes.name(names.function(str(form[0])))
    is_ours = nodes.same(function, nodes.support("absolute"))
    python = e.place(nodes.call("abs", operand.fast))
    fast = ast.IfExp(is_ours, python, e.call(function, operand.fast))
    slow = e.call(function, operand.slow)
    return deliver_formula(e, Formula(fast, slow, Kind.ANY, operand.operations + 1), to)


def _text(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """``(string x)``, with Python's ``str`` for integers that have few digits."""
    value = e.keep_unless_name(e.operand(form, 1))
    is_short: ast.expr = ast.Compare(
        nodes.constant(-_FEW_DIGITS),
        [ast.Lt(), ast.Lt()],
        [value, nodes.constant(_FEW_DIGITS)],
    )
    if e.kind_of(value) < Kind.INTEGER:
        is_short = ast.BoolOp(ast.And(), [e.has_type(value, "int"), is_short])
    text = e.place(nodes.call("str", value))
    return e.deliver(e.place(ast.IfExp(is_short, text, e.instruction("string", value))), to)


OPERATORS: dict[str, Inline] = {
    **dict.fromkeys(BINARY, _arithmetic),
    **dict.fromkeys(_COMPARISONS, _comparison),
    **dict.fromkeys(("eq", "neq"), _identity),
    **dict.fromkeys(("iabs", "abs"), _magnitude),
    "string": _text,
}
"""What writes the operators into the code."""
