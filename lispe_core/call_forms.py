"""Emission of calls: what the head of a list means decides how its operands are used."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from lispe_core import names, nodes
from lispe_core.calls import BLANK, Family, is_lambda, section
from lispe_core.forms import LispList, Symbol, Value
from lispe_core.frames import InstanceFrame
from lispe_core.library import Definition
from lispe_core.namespace import OLDER_SPELLINGS
from lispe_core.operators import OPERATIONS
from lispe_core.quotation import QUOTE
from lispe_core.receivers import (
    call_method,
    call_of_receiver,
    function_of_space,
    has_receiver,
    is_class,
    is_method,
    makes_instance,
    may_be_method,
    method_or,
)

if TYPE_CHECKING:
    from lispe_core.blocks import Destination
    from lispe_core.emitter import Emitter

QUESTION = Symbol("?")
"""Heads an argument that is given by the name of its parameter."""

_DATA = (int, float, complex, str, bytes)


class FunctionOperand(NamedTuple):
    """The operand of a built-in that is a function.

    Args:
        place: Its index in the form.
        family: How its sections are meant.
        arguments: How many arguments it gets; 0 for as many as the form has lists.
    """

    place: int
    family: Family
    arguments: int


_APPENDED = FunctionOperand(1, "maplist", 1)
_INFIX = FunctionOperand(1, "map", 1)
_FOLDED = FunctionOperand(1, "map", 2)

FUNCTION_OPERANDS: dict[str, FunctionOperand] = {
    **dict.fromkeys(("maplist", "¨", "mapcar", "filterlist", "filtercar", "scanlist"), _APPENDED),
    **dict.fromkeys(("takelist", "takecar", "droplist", "dropcar", "over"), _APPENDED),
    **dict.fromkeys(("map", "!map", "filter", "!filter"), _INFIX),
    **dict.fromkeys(("takewhile", "!takewhile", "dropwhile", "!dropwhile"), _INFIX),
    **dict.fromkeys(("foldl", "foldl1", "foldr", "foldr1", "shift", "sort", "heap"), _FOLDED),
    **dict.fromkeys(("scanl", "scanl1", "scanr", "scanr1", "outer", "°"), _FOLDED),
    **dict.fromkeys(("reduce", "//", "↗", "backreduce", "-//", "⌿"), _FOLDED),
    **dict.fromkeys(("scan", "\\\\", "↘", "backscan", "-\\\\", "⍀"), _FOLDED),
    "zipwith": FunctionOperand(1, "map", 0),
    "apply": FunctionOperand(1, "map", 0),
}
_KNOW_OPERATORS = frozenset({"//", "reduce", "↗", "\\\\", "scan", "↘"})
"""Built-ins that do better with the name of an operator than with a function."""
_NUMERIC_TRUTH = frozenset({"maplist", "¨", "mapcar"})
_LOGIC = frozenset({"not", "and", "or", "xor"})


def call_form(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Send the value of a list that is no macro call to ``to``."""
    head = form[0]
    if isinstance(head, Symbol):
        return _named_call(e, head.name, form, to)
    if isinstance(head, _DATA):
        return e.deliver(e.call("data_list", *e.operands(form, 0)), to)
    if any(map(_is_named, form)):
        return _call_by_name(e, form, e.operand_later(form, 0), to)
    if not is_lambda(head) and has_receiver(e, form):
        return call_of_receiver(e, lambda: e.operand(form, 0), form, to)
    values = e.operands(form, 0)
    if is_lambda(head):
        return e.deliver(e.call(values[0], *values[1:]), to)
    return e.deliver(e.call("call_value", *values), to)


def _is_named(operand: Value) -> bool:
    """Whether an argument is written ``(? name value)``."""
    return isinstance(operand, list) and bool(operand) and operand[0] is QUESTION


def _call_by_name(
    e: Emitter, form: list[Value], function: Callable[[], ast.expr], to: Destination
) -> ast.expr:
    """A call with arguments ``(? name value)`` behind those without a name."""
    named = [operand for operand in form if _is_named(operand)]
    if any(len(pair) != 3 or not isinstance(pair[1], Symbol) for pair in named):
        return e.deliver(e.call("fail", nodes.constant("a named argument is (? name value)")), to)
    if not all(map(_is_named, form[len(form) - len(named) :])):
        message = "only named arguments can follow a named one"
        return e.deliver(e.call("fail", nodes.constant(message)), to)
    parameters = nodes.constant(tuple(pair[1].name for pair in named))
    plain = range(1, len(form) - len(named))
    called, *values = e.ordered(
        [
            function,
            *(e.operand_later(form, index) for index in plain),
            *(e.operand_later(pair, 2) for pair in named),
        ]
    )
    return e.deliver(e.call("call_by_name", called, parameters, *values), to)


def _is_hidden(e: Emitter, name: str) -> bool:
    """Whether a special form by an older name gives way to what the program calls so."""
    return name in OLDER_SPELLINGS and (
        e.frame.owner_of(name) is not None
        or names.variable(name) in e.namespace.globals
        or e.namespace.has_function(name)
    )


def _named_call(e: Emitter, name: str, form: list[Value], to: Destination) -> ast.expr:
    definition = e.namespace.definition(name)
    if definition is not None and definition.kind != "function" and not _is_hidden(e, name):
        return _defined_call(e, definition, form, to)
    if is_method(e, name):
        return call_method(e, name, form, to)
    full_name = e.namespace.named_here(name)
    if is_class(e, full_name) and makes_instance(e, form):
        return call_of_receiver(e, partial(function_named, e, name), form, to)
    if any(map(_is_named, form)):
        return _call_by_name(e, form, partial(function_named, e, name), to)
    if name == e.frame.own_lisp_name and can_loop(e, form, to):
        loop_on_itself(e, form)
        return nodes.nil()
    if len(form) > 1 and form[1] is Symbol("@") and not e.namespace.has_function(full_name):
        values = e.ordered(
            [
                lambda: e.place(e.read(name)),
                lambda: e.datum(form[1]),
                *(partial(e.operand, form, index) for index in range(2, len(form))),
            ]
        )
        return e.deliver(e.call("call_value", *values), to)
    if definition is not None and len(form) == 1 + definition.minimum:
        inline = e.namespace.inline.get(name)
        known = e.namespace.has_function(full_name) or e.frame.instance is not None
        if inline is not None and not known:
            written: ast.expr = inline(e, form, to)
            return written
    if definition is not None or e.namespace.has_function(full_name):
        return e.deliver(e.call(function_named(e, name), *e.operands(form)), to)
    if has_receiver(e, form):
        return call_of_receiver(e, partial(_head_value, e, name), form, to)
    operands = [e.operand_later(form, index) for index in range(1, len(form))]
    function, *values = e.ordered([partial(function_named, e, name), *operands])
    return e.deliver(e.call(function, *values), to)


def _head_value(e: Emitter, name: str) -> ast.expr:
    """The value of a head that may be a function or a variable."""
    full_name = e.namespace.named_here(name)
    slot = e.namespace.function_slot(full_name)
    missing = nodes.same(nodes.name(slot), nodes.name(e.namespace.undefined_slot(full_name)))
    if e.frame.owner_of(name) is None and names.variable(name) not in e.namespace.globals:
        value: ast.expr = e.place(nodes.call("global_value", nodes.constant(name)))
    else:
        value = e.place(e.read(name))
    return ast.IfExp(missing, value, e.place(nodes.name(slot)))


def function_named(e: Emitter, name: str) -> ast.expr:
    """The function that ``name`` calls; a variable's value where there is no function."""
    full_name = e.namespace.named_here(name)
    if (instance := e.frame.instance) is not None and may_be_method(e, full_name, instance):
        return method_or(e, name, instance, lambda: _plain_function(e, name, full_name))
    return _plain_function(e, name, full_name)


def _plain_function(e: Emitter, name: str, full_name: str) -> ast.expr:
    slot = e.namespace.function_slot(full_name)
    owner = e.frame.owner_of(name)
    if name in OLDER_SPELLINGS and not e.namespace.has_function(name):
        if owner is None and names.variable(name) not in e.namespace.globals:
            return e.place(nodes.name(slot))
        return e.call("callable_or", e.read(name), nodes.name(slot))
    if name in e.namespace.definitions or e.namespace.has_function(full_name):
        return e.place(nodes.name(slot))
    if owner is None and names.variable(name) not in e.namespace.globals:
        # An unknown head is told before its operands are evaluated.
        if name != full_name:
            return e.place(nodes.name(slot))
        undefined = e.namespace.undefined_slot(name)
        missing = nodes.same(nodes.name(slot), nodes.name(undefined))
        found = e.place(nodes.call("global_value", nodes.constant(name)))
        called = nodes.call("head", nodes.name(slot), nodes.name(undefined), found)
        return ast.IfExp(missing, e.place(called), e.place(nodes.name(slot)))
    undefined = e.namespace.undefined_slot(full_name)
    value = e.place(e.keep_unless_name(e.read(name)))
    no_function = nodes.same(nodes.name(slot), nodes.name(undefined))
    is_plain = nodes.same(nodes.call("type", value), nodes.support("FunctionType"))
    head = e.place(nodes.call("head", nodes.name(slot), nodes.name(undefined), value))
    return ast.IfExp(ast.BoolOp(ast.And(), [no_function, is_plain]), value, head)


def _defined_call(
    e: Emitter, definition: Definition, form: list[Value], to: Destination
) -> ast.expr:
    name, count = definition.name, len(form) - 1
    if count < definition.minimum or (
        definition.maximum is not None and count > definition.maximum
    ):
        return e.deliver(e.call("wrong_count", nodes.constant(name)), to)
    inline = e.namespace.inline.get(name)
    if inline is None and definition.kind == "special form":
        inline = definition.function
    if inline is not None:
        result: ast.expr = inline(e, form, to)
        return result
    if definition.kind == "block form":
        from lispe_core.special.nesting import within

        body = 1 + definition.minimum
        manager = e.call(e.datum(definition.function), *e.operands(form, 1, body))
        return within(e, manager, form, body, to)
    if definition.in_place:
        return in_place(e, name, form, to)
    return e.deliver(e.instruction(name, *function_operands(e, name, form)), to)


def in_place(e: Emitter, name: str, form: list[Value], to: Destination) -> ast.expr:
    """A built-in that changes an operand; a variable that holds text gets the new text."""
    call = e.instruction(name, *function_operands(e, name, form))
    changed = form[2 if name in FUNCTION_OPERANDS else 1] if len(form) > 1 else None
    if not isinstance(changed, Symbol):
        return e.deliver(call, to)
    result = e.keep(call)
    e.store_text(changed.name, result)
    return e.deliver(result, to)


def function_operands(e: Emitter, name: str, form: list[Value]) -> list[ast.expr]:
    """The operands of a built-in; a literal lambda or section among them sees the frame.

    Numbers that count or are places lose their fraction: ``/`` gives no integers.
    """
    operands = _operands(e, name, form)
    definition = e.namespace.definition(name)
    for place in definition.whole_operands if definition else ():
        if place < len(form) and type(form[place]) is not int:
            operands[place - 1] = e.call("whole", operands[place - 1])
    return operands


def _operands(e: Emitter, name: str, form: list[Value]) -> list[ast.expr]:
    expected = FUNCTION_OPERANDS.get(name)
    if expected is None or expected.place >= len(form):
        return e.operands(form)
    function = literal_function(e, name, form, expected)

    def operand(index: int) -> ast.expr:
        if index == expected.place and function is not None:
            return e.emit_value(function)
        if index == expected.place and (named := _function_here(e, form[index])) is not None:
            return named
        return e.operand(form, index)

    return e.ordered([_late(operand, index) for index in range(1, len(form))])


def _function_here(e: Emitter, form: Value) -> ast.expr | None:
    """The function that a quoted name means here alone: of a space, or a variable's value."""
    of_space = function_of_space(e, form)
    if of_space is not None or not isinstance(form, list) or len(form) != 2:
        return of_space
    head, symbol = form
    if head is not QUOTE or not isinstance(symbol, Symbol):
        return None
    name, full_name = symbol.name, e.namespace.named_here(symbol.name)
    owner = e.frame.owner_of(name)
    if owner is None or isinstance(owner, InstanceFrame):
        return None
    if e.namespace.definition(name) is not None or e.namespace.has_function(full_name):
        return None
    return _plain_function(e, name, full_name)


def _late(operand: Callable[[int], ast.expr], index: int) -> Callable[[], ast.expr]:
    return lambda: operand(index)


def literal_function(e: Emitter, name: str, form: list[Value], expected: FunctionOperand) -> Value:
    """The lambda that a literal lambda or section in function position stands for."""
    operand = form[expected.place]
    if not isinstance(operand, list) or not operand:
        return None
    arguments = expected.arguments or len(form) - 2
    quoted = operand[0] is QUOTE and len(operand) == 2
    literal = operand[1] if quoted else operand
    if isinstance(literal, Symbol) and name != "apply":
        if name in _KNOW_OPERATORS and literal.name in OPERATIONS:
            return None
        if not _is_short(e, literal.name, arguments):
            return None
        literal = LispList([literal])
    if not isinstance(literal, list) or all(isinstance(part, int | float) for part in literal):
        return None
    if is_lambda(literal):
        return e.expander.expand(literal)
    if name == "apply" or (not quoted and BLANK not in literal):
        return None
    code = section(literal, expected.family, arguments)
    if name in _NUMERIC_TRUTH and _answers(code[2]):
        code[2] = LispList([Symbol("if"), code[2], 1, 0])
    return code


def _is_short(e: Emitter, name: str, arguments: int) -> bool:
    """Whether a quoted name is better called by a lambda: logic, and operators of two operands."""
    if name in OPERATIONS:
        return arguments == 2
    definition = e.namespace.definition(name)
    return definition is not None and definition.kind == "special form"


def _answers(call: list[Value]) -> bool:
    from lispe_core.builtins import PREDICATES

    return isinstance(call[0], Symbol) and (call[0].name in PREDICATES or call[0].name in _LOGIC)


def can_loop(e: Emitter, form: list[Value], to: Destination) -> bool:
    """Whether a call of the running function can assign its parameters and start again."""
    from lispe_core.blocks import RETURN

    if to is not (e.frame.tail or RETURN):
        return False
    return e.frame.parameters is not None and len(e.frame.parameters) == len(form) - 1


def loop_on_itself(e: Emitter, form: list[Value]) -> None:
    """A call of the running function in tail position: assign the parameters, start again."""
    e.frame.loops_on_itself = True
    if e.frame.restart is not None:
        e.frame.restart(form)
        return
    parameters = e.frame.parameters or []
    values = e.operands(form)
    changes = [
        (parameter, value)
        for parameter, value in zip(parameters, values, strict=True)
        if not (isinstance(value, ast.Name) and value.id == parameter)
    ]
    if len(changes) == 1:
        e.add(nodes.assign(*changes[0]))
    elif changes:
        targets = nodes.tuple_target([nodes.target(parameter) for parameter, _ in changes])
        e.add(ast.Assign([targets], nodes.tuple_of([value for _, value in changes])))
    e.add(ast.Continue())
