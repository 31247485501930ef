"""``maplist`` and its like with a literal function: a Python loop instead of calls.

A lambda or section is written into the code around it when its body needs no call frame of its
own: no ``return``, ``break``, ``self`` or inner lambda, and no assignment of a parameter. Where
the body is nothing but arithmetic the loop is a comprehension.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Sequence
from functools import partial

from lispe_core import names, nodes
from lispe_core.blocks import TEST, VALUE, Destination, Temporary
from lispe_core.call_forms import FUNCTION_OPERANDS, literal_function
from lispe_core.emitter import Emitter, is_range
from lispe_core.forms import Symbol, Value
from lispe_core.frames import Frame
from lispe_core.special.operators import Inline

Visit = Callable[[], ast.expr]
_Turn = tuple[str, Visit, list[ast.stmt], ast.expr]
_NEEDS_A_FRAME = frozenset(map(Symbol, ("return", "break", "self", "eval", "loadcode")))


def _inlinable(e: Emitter, name: str, form: list[Value], parameters: int) -> list[Value] | None:
    code: list[Value] | None = literal_function(e, name, form, FUNCTION_OPERANDS[name])
    if code is None or e.frame.home.dictionary or not isinstance(code[1], list):
        return None
    if len(code[1]) != parameters or not all(isinstance(each, Symbol) for each in code[1]):
        return None
    body = code[2:]
    own = {parameter.name for parameter in code[1]}
    analysis = e.analysis
    if len(own) != parameters or own & analysis.assigned(body) or analysis.has_lambda(body):
        return None
    if analysis.mentions(body, _NEEDS_A_FRAME):
        return None
    return code


def _inside(e: Emitter, slots: dict[str, str]) -> Frame:
    frame = Frame("inline", e.frame, variables={*slots}, set_here={*slots}, slots=slots)
    frame.depth = e.frame.depth + 1
    return frame


def _turn(
    e: Emitter, slots: dict[str, str], emit: Callable[[], ast.expr]
) -> tuple[list[ast.stmt], ast.expr]:
    """The statements and the value of one turn."""
    outer = e.frame
    e.frame = _inside(e, slots)
    with e.branch() as block:
        value = emit()
    e.frame = outer
    return block, value


def _parameter(e: Emitter) -> str:
    return names.INLINE + e.temporary()[2:]


def _visitor(e: Emitter, form: list[Value], index: int) -> Visit:
    """Evaluates the list that a built-in goes through; gives visits of it, as often as needed."""
    element = form[index]
    if is_range(element):
        values = e.keep(e.visited_range(element))
        return lambda: values
    passing = _passing_list(e, element)
    if passing is not None:
        return lambda: passing
    values = e.keep(e.looked_at(form, index, index + 1)[0])
    return partial(e.call, "iterate", values)


def _passing_list(e: Emitter, form: Value) -> ast.expr | None:
    """The elements of a list that nobody sees but the loop over it: they need no typed list."""
    head = form[0] if isinstance(form, list) and len(form) == 3 else None
    with e.at(form):
        match head:
            case Symbol(name="maplist"):
                code = _inlinable(e, "maplist", form, 1)
                if code is None:
                    return None
                results = _collected(e, *_each(e, code, _visitor(e, form, 2)), None)
                return e.keep(e.call("passing", results))
            case Symbol(name="mapcar"):
                code = _inlinable(e, "mapcar", form, 1)
                return _collected(e, *_each(e, code, _visitor(e, form, 2)), None) if code else None
            case Symbol(name="filterlist"):
                code = _inlinable(e, "filterlist", form, 1)
                return _kept_elements(e, code, _visitor(e, form, 2)) if code else None
    return None


def _mapped(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    name = str(form[0])
    code = _inlinable(e, name, form, 1) if len(form) == 3 else None
    if code is None:
        return e.deliver_call(name, form, to)
    if name == "mapcar":
        results = _collected(e, *_each(e, code, _visitor(e, form, 2)), None)
        return e.deliver(e.call("LispList", results), to)
    return _typed_results(e, code, form, to)


def _each(e: Emitter, code: list[Value], visit: Visit) -> _Turn:
    """A turn of the loop that computes the value of ``code`` for an element."""
    element = _parameter(e)
    block, value = _turn(e, {code[1][0].name: element}, lambda: e.sequence(code, 2, VALUE))
    return element, visit, block, value


def map_to_be_read(e: Emitter, form: Value, to: Destination) -> bool:
    """Send the elements of a ``maplist`` to ``to``, for code that reads nothing but elements.

    Returns:
        False if the form is no ``maplist`` that can be written into the code around it.
    """
    is_map = isinstance(form, list) and len(form) == 3 and form[0] is Symbol("maplist")
    code = _inlinable(e, "maplist", form, 1) if is_map else None
    if code is None:
        return False
    with e.at(form):
        _typed_results(e, code, form, to, "to_be_read")
    return True


def _typed_results(
    e: Emitter, code: list[Value], form: list[Value], to: Destination, grouped: str = "grouped"
) -> ast.expr:
    """The values of ``maplist``; plain arithmetic is done with all of a long typed list at once.

    ``grouped`` names what makes the list of a Python list.
    """
    visit = _visitor(e, form, 2)
    element, _, block, value = turn = _each(e, code, visit)
    whole = _over_whole_lists(block, value, e, (element,))
    listed = visit()
    if whole is None or not isinstance(listed, ast.Call):
        return e.deliver(e.call(grouped, _collected(e, *turn, None)), to)
    results, (values,) = e.store_temporary(), listed.args
    formula, scalars = whole
    with e.into([]) as at_once:
        e.add(nodes.assign(element, values))
        _step_by_step(e, formula, results)
    with e.into([]) as one_by_one:
        e.deliver(e.call(grouped, _collected(e, *turn, None)), results)
    e.add(ast.If(e.call("is_long", values, *scalars), at_once, one_by_one))
    return e.finish(results, to)


def _over_whole_lists(
    block: list[ast.stmt], value: ast.expr, e: Emitter, elements: Sequence[str]
) -> tuple[ast.expr, list[ast.expr]] | None:
    """The arithmetic of a turn, if operators of lists do the same, and the scalars in it."""
    match block:
        case [ast.Try(body=[ast.Assign([ast.Name(id=slot)], formula)])]:
            if not isinstance(value, ast.Name) or value.id != slot:
                return None
        case []:
            formula = value
        case _:
            return None
    scalars: dict[str, ast.expr] = {}
    found = set()
    for node in ast.walk(formula):
        match node:
            case ast.Name(id=name) if name in elements:
                found.add(name)
            case ast.Name(id=name) if e.is_private(name):
                scalars[name] = nodes.name(name)
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()):
                if isinstance(left, ast.BinOp) and isinstance(node.right, ast.BinOp):
                    return None
            case ast.UnaryOp(op=ast.UAdd()) | ast.operator() | ast.unaryop() | ast.Load():
                pass
            case ast.Constant(value=int() | float()):
                pass
            case _:
                return None
    fits = len(found) == len(elements) and isinstance(formula, ast.BinOp)
    return (formula, list(scalars.values())) if fits else None


def _zipped(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """``zipwith`` of two lists; plain arithmetic is done with long typed lists at once."""
    name = str(form[0])
    code = _inlinable(e, name, form, 2) if len(form) == 4 else None
    if code is None:
        return e.deliver_call(name, form, to)
    function = e.emit_value(code)
    first, second = (e.keep(value) for value in e.operands(form, 2))
    elements = _parameter(e), _parameter(e)
    slots = dict(zip([parameter.name for parameter in code[1]], elements, strict=True))
    whole = _over_whole_lists(*_turn(e, slots, lambda: e.sequence(code, 2, VALUE)), e, elements)
    pairwise = e.instruction(name, function, first, second)
    if whole is None:
        return e.deliver(pairwise, to)
    results = e.store_temporary()
    formula, scalars = whole
    with e.into([]) as at_once:
        for element, values in zip(elements, (first, second), strict=True):
            e.add(nodes.assign(element, values))
        _step_by_step(e, formula, results)
    with e.into([]) as one_by_one:
        e.deliver(pairwise, results)
    e.add(ast.If(e.call("are_long", first, second, *scalars), at_once, one_by_one))
    return e.finish(results, to)


_CHECKED = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide"}


def _step_by_step(e: Emitter, formula: ast.expr, results: Temporary) -> None:
    """Arithmetic with whole lists: the first operation makes the list that the others change."""
    match formula:
        case ast.BinOp(left=ast.BinOp() as inner, right=other):
            reflected = False
        case ast.BinOp(left=other, right=ast.BinOp() as inner):
            reflected = True
        case _:
            e.deliver(formula, results)
            return
    _step_by_step(e, inner, results)
    operation = nodes.support(_CHECKED[type(formula.op)])
    side = nodes.constant(reflected)
    made = nodes.name(results.slot)
    e.deliver(e.call("combine_into", made, operation, other, side), results)


def _filtered(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    name = str(form[0])
    code = _inlinable(e, name, form, 1)
    if code is None:
        return e.deliver_call(name, form, to)
    values = e.keep(e.looked_at(form, 2)[0])
    results = _kept_elements(e, code, partial(e.call, "iterate", values))
    return e.deliver(e.call("alike", values, results), to)


def _kept_elements(e: Emitter, code: list[Value], visit: Visit) -> ast.expr:
    element = _parameter(e)
    block, test = _turn(e, {code[1][0].name: element}, lambda: e.sequence(code, 2, TEST))
    return _collected(e, element, visit, block, nodes.name(element), test)


def _collected(
    e: Emitter,
    element: str,
    visit: Visit,
    block: list[ast.stmt],
    value: ast.expr,
    test: ast.expr | None,
) -> ast.expr:
    """The list of ``value`` for the elements for which ``test`` holds."""
    results = e.temporary()
    short = _formula_of(block, value if test is None else test, element)
    if short is not None:
        both = []
        for formula in short:
            kept = formula if test is None else nodes.name(element)
            conditions = [] if test is None else [formula]
            turn = ast.comprehension(nodes.target(element), visit(), conditions, 0)
            both.append(nodes.assign(results, ast.ListComp(kept, [turn])))
        if short[0] is short[1]:
            e.add(both[0])
        else:
            fast, slow = map(e.place, both)
            e.add(nodes.attempt([fast], nodes.support("TypeError"), [slow]))
        return nodes.name(results)
    e.add(nodes.assign(results, ast.List([], ast.Load())))
    append = ast.Expr(e.call(nodes.attribute(nodes.name(results), "append"), value))
    end: list[ast.stmt] = [append] if test is None else [ast.If(test, [append], [])]
    e.add(ast.For(nodes.target(element), visit(), [*block, *end], [], None))
    return nodes.name(results)


def _formula_of(
    block: list[ast.stmt], value: ast.expr, element: str
) -> tuple[ast.expr, ast.expr] | None:
    """The value of a turn as an expression, fast and slow, if it is pure arithmetic."""
    match block:
        case []:
            fast, slow = value, value
        case [
            ast.Try(
                body=[ast.Assign([ast.Name(id=slot)], plain)],
                handlers=[ast.ExceptHandler(body=[ast.Assign([ast.Name()], checked)])],
            )
        ] if slot.startswith("t_"):
            fast, slow = (
                _Replaced(slot, plain).visited(value),
                _Replaced(slot, checked).visited(value),
            )
        case _:
            return None
    allowed = ("r_", "c_", "q_", "b_")
    for node in ast.walk(fast):
        if isinstance(node, ast.Name) and node.id != element and not node.id.startswith(allowed):
            return None
        if isinstance(node, ast.NamedExpr):
            return None
        if isinstance(node, ast.Call) and not _is_pure(node):
            return None
    return fast, slow


_PURE = frozenset({"r_type", "r_modulo", "r_identical"})


def _is_pure(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in _PURE


class _Replaced(ast.NodeTransformer):
    """A copy of an expression with one name replaced by another expression."""

    def __init__(self, slot: str, value: ast.expr) -> None:
        self._slot = slot
        self._value = value

    def visited(self, expression: ast.expr) -> ast.expr:
        """The changed copy."""
        if isinstance(expression, ast.Name):
            return self.visit_Name(expression)
        changed: ast.expr = self.visit(copy.deepcopy(expression))
        return changed

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The other expression in place of the name."""
        return self._value if node.id == self._slot else node


def _folded(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    name = str(form[0])
    code = _inlinable(e, name, form, 2)
    if code is None:
        return e.deliver_call(name, form, to)
    initial = e.keep(e.operand(form, 2))
    visit = _visitor(e, form, 3)
    accumulator, element = _parameter(e), _parameter(e)
    e.add(nodes.assign(accumulator, initial))
    slots = {code[1][0].name: accumulator, code[1][1].name: element}
    store = Temporary(accumulator)
    block, _ = _turn(e, slots, lambda: e.sequence(code, 2, store))
    e.add(ast.For(nodes.target(element), visit(), block, [], None))
    return e.deliver(nodes.name(accumulator), to)


LITERAL_FUNCTIONS: dict[str, Inline] = {
    "maplist": _mapped,
    "mapcar": _mapped,
    "filterlist": _filtered,
    "foldl": _folded,
    "zipwith": _zipped,
}
"""What writes built-ins with a literal function into the code."""
