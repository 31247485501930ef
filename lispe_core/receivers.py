"""Calls that may be calls of methods: ``(object (method x…)…)``, ``(Class (method))``.

``(f (g x))`` calls the function ``g``, or the method ``g`` when ``f`` turns out to be an instance.
Where the compiler knows what ``f`` is, or that ``g`` is an instruction, there is no question;
elsewhere the code asks once what it has before it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from lispe_core import names, nodes
from lispe_core.forms import Symbol, Value
from lispe_core.frames import InstanceFrame
from lispe_core.instances import ClassShape
from lispe_core.quotation import QUOTE
from lispe_core.spaces import current_space, plain_name

if TYPE_CHECKING:
    from lispe_core.blocks import Destination
    from lispe_core.emitter import Emitter

_BY_NAME = frozenset({Symbol("?"), Symbol("setqi")})


def is_method(e: Emitter, name: str) -> bool:
    """Whether ``name`` in head position is a method of the current instance."""
    instance = e.frame.instance
    return instance is not None and name in instance.methods


def call_method(e: Emitter, name: str, form: list[Value], to: Destination) -> ast.expr:
    """Emit the call of a method of the current instance."""
    from lispe_core.call_forms import can_loop, loop_on_itself

    instance = e.frame.instance
    assert instance is not None
    if name == e.frame.own_lisp_name and e.frame.outer is instance and can_loop(e, form, to):
        kind = nodes.call("type", nodes.name(instance.this))
        own = nodes.attribute(kind, names.function(name))
        with e.into([]) as again:
            loop_on_itself(e, form)
        e.add(ast.If(nodes.same(own, nodes.name(e.frame.own_name or "")), again, []))
    method = e.place(nodes.attribute(nodes.name(instance.this), names.function(name)))
    return e.deliver(e.call(method, *e.operands(form)), to)


def may_be_method(e: Emitter, name: str, instance: InstanceFrame) -> bool:
    """Whether a head that the compiler does not know may be a method of the current instance."""
    if name in e.namespace.definitions:
        return False
    return not e.namespace.has_function(name) or not instance.is_certain


def method_or(
    e: Emitter, name: str, instance: InstanceFrame, function: Callable[[], ast.expr]
) -> ast.expr:
    """The method of the current instance if there is one, else a function."""
    instance.is_used = True
    slot = names.function(name)
    this = nodes.name(instance.this)
    has_method = e.call("hasattr", this, nodes.constant(slot))
    return _chosen(e, has_method, lambda: e.place(nodes.attribute(this, slot)), function)


def _chosen(
    e: Emitter,
    test: ast.expr,
    chosen: Callable[[], ast.expr],
    otherwise: Callable[[], ast.expr],
) -> ast.expr:
    """One of two values; only that one is computed."""
    store = e.store_temporary()
    with e.branch() as first:
        e.deliver(chosen(), store)
    with e.branch() as second:
        e.deliver(otherwise(), store)
    e.add(ast.If(test, first, second))
    return nodes.name(store.slot)


def function_of_space(e: Emitter, form: Value) -> ast.expr | None:
    """The function that a quoted name means here, if that is not the one it means everywhere."""
    if not isinstance(form, list) or len(form) != 2 or form[0] is not QUOTE:
        return None
    symbol = form[1]
    if not isinstance(symbol, Symbol):
        return None
    if is_method(e, symbol.name):
        return e.read(symbol.name)
    name = e.namespace.named_here(symbol.name)
    if current_space() and name != symbol.name and e.namespace.has_function(name):
        return nodes.name(e.namespace.function_slot(name))
    return None


def is_class(e: Emitter, name: str) -> bool:
    """Whether the function of that full name makes instances of a class."""
    shape = e.namespace.shapes.get(plain_name(name))
    return isinstance(shape, ClassShape) and shape.full_name == name


def makes_instance(e: Emitter, form: list[Value]) -> bool:
    """Whether the operands of a class name fields or call methods of the new instance."""
    shape = e.namespace.shapes[form[0].name]
    return any(
        isinstance(operand, list)
        and operand
        and isinstance(operand[0], Symbol)
        and (operand[0] in _BY_NAME or operand[0].name in shape.methods)
        for operand in form[1:]
    )


def has_receiver(e: Emitter, form: list[Value]) -> bool:
    """Whether an operand may be the call or the name of a method."""
    return any(_may_be_member(e, operand) for operand in form[1:])


def _may_be_member(e: Emitter, operand: Value) -> bool:
    if isinstance(operand, Symbol):
        return _may_be_name(e, operand)
    return _method_named(e, operand) is not None


def _may_be_name(e: Emitter, symbol: Symbol) -> bool:
    if e.frame.owner_of(symbol.name) is not None or e.namespace.definition(symbol.name):
        return False
    slot = names.variable(symbol.name)
    if slot in e.namespace.globals:
        return False
    return slot not in e.namespace.base or e.namespace.has_function(symbol.name)


def _method_named(e: Emitter, operand: Value) -> str | None:
    """The name of the method that ``operand`` may call."""
    if not isinstance(operand, list) or not operand or not isinstance(operand[0], Symbol):
        return None
    if e.expander.expand(operand) is not operand or operand[1:2] == [Symbol("@")]:
        return None
    if operand[0] in _BY_NAME and len(operand) == 3:
        return operand[0].name
    definition = e.namespace.definition(operand[0].name)
    is_open = definition is None or definition.kind == "function"
    return operand[0].name if is_open else None


def call_of_receiver(
    e: Emitter, head: Callable[[], ast.expr], form: list[Value], to: Destination
) -> ast.expr:
    """Emit a call whose operands are calls of methods if its head is an instance or a class."""
    value = e.keep(head())
    is_function = nodes.same(nodes.call("type", value), nodes.support("FunctionType"))
    found = ast.IfExp(is_function, nodes.nil(), e.call("receiver", value))
    this = nodes.name(e.temporary())
    e.add(nodes.assign(this.id, found))
    start, block = len(e.block), e.block
    fields = _fields_of(e, this)
    last = max(index for index in range(1, len(form)) if _may_be_member(e, form[index]))
    emitters = [
        partial(_operand, e, form, index, this, fields, is_before=index < last)
        for index in range(1, len(form))
    ]
    operands = e.ordered(emitters)
    if fields.is_used:
        held = ast.IfExp(
            nodes.same(this, nodes.nil()),
            nodes.call("dict"),
            nodes.attribute(this, "fields"),
        )
        block.insert(start, e.place(nodes.assign(fields.dictionary or "", held)))
    return e.deliver(e.call("call_receiver", value, this, *operands), to)


def _fields_of(e: Emitter, this: ast.Name) -> InstanceFrame:
    """The fields that the arguments of a method call see behind the variables of the caller."""
    excluded: set[str] = set()
    if e.frame.home.kind == "root":
        slots = (slot for slot in e.namespace.globals if slot.startswith(names.VARIABLE))
        excluded = {names.lisp_name(slot) for slot in slots}
    fields = InstanceFrame.around(e.frame, excluded)
    fields.this, fields.dictionary, fields.is_certain = this.id, e.temporary(), False
    return fields


def _operand(
    e: Emitter,
    form: list[Value],
    index: int,
    this: ast.Name,
    fields: InstanceFrame,
    *,
    is_before: bool,
) -> ast.expr:
    operand = form[index]
    name = _method_named(e, operand)
    if name is None:
        value = _name_or_value(e, form, index, this)
    elif operand[0] in _BY_NAME and _is_by_name(e, operand):
        field = nodes.constant(str(operand[1]))
        value = e.call("Named", field, e.operand(operand, 2))
    else:
        with e.at(operand):
            value = _method_call(e, name, operand, this, fields)
    return e.call("given", this, nodes.constant(index - 1), value) if is_before else value


def _is_by_name(e: Emitter, operand: list[Value]) -> bool:
    is_field = isinstance(operand[1], Symbol)
    return is_field and (operand[0] is Symbol("?") or e.frame.instance is None)


def _name_or_value(e: Emitter, form: list[Value], index: int, this: ast.Name) -> ast.expr:
    operand = form[index]
    if not isinstance(operand, Symbol) or not _may_be_name(e, operand):
        return e.operand(form, index)
    if operand.name in e.namespace.shapes:
        return e.call("of_class", this, e.operand(form, index))
    method = e.call("bound_method", this, nodes.constant(operand.name))
    plain = nodes.same(this, nodes.nil())
    return ast.IfExp(plain, e.operand(form, index), method)


def _method_call(
    e: Emitter, name: str, operand: list[Value], this: ast.Name, fields: InstanceFrame
) -> ast.expr:
    from lispe_core.call_forms import function_named

    called = _chosen(
        e,
        nodes.same(this, nodes.nil()),
        lambda: function_named(e, name),
        lambda: e.call("bound_method", this, nodes.constant(name)),
    )
    home = e.frame.home
    outer, home.outer = home.outer, fields
    try:
        values = e.operands(operand)
    finally:
        home.outer = outer
    return e.call(called, *values)
