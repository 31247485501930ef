"""Reading and changing elements: ``@``, ``set@``, ``push`` inline, and in-place operations on text.

Lists and dictionaries are read and written by Python's own subscripts; what these refuse goes
through :mod:`lispe_core.containers`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial

from lispe_core import nodes
from lispe_core.blocks import EFFECT, Destination, Temporary
from lispe_core.call_forms import in_place
from lispe_core.emitter import Emitter
from lispe_core.forms import Symbol, Value
from lispe_core.library import Library
from lispe_core.quotation import QUOTE, quoted_value
from lispe_core.special.operators import Inline

elements = Library("elements")

Renew = Callable[[ast.expr], None]
_READERS = frozenset({"@", "at", "nth"})


def is_access(form: Value) -> bool:
    """Whether ``form`` reads an element: ``(@ container key…)``."""
    return (
        isinstance(form, list)
        and len(form) > 2
        and isinstance(form[0], Symbol)
        and form[0].name in _READERS
    )


def _is_pair(form: Value) -> bool:
    return (
        isinstance(form, list)
        and len(form) == 3
        and form[0] is Symbol("@")
        and isinstance(form[1], str)
    )


def fetch(e: Emitter, container: ast.expr, key: ast.expr, checked: ast.expr) -> ast.expr:
    """The element under a settled key, or the value of ``checked`` where Python has none."""
    if isinstance(container, ast.Constant):  # Python warns of one that cannot be subscripted
        return e.keep(checked)
    store = e.store_temporary()
    with e.into([]) as plain:
        e.deliver(e.place(nodes.item(container, key)), store)
    with e.into([]) as other:
        e.deliver(checked, store)
    e.add(nodes.attempt(plain, nodes.support("no_plain_element"), other))
    return nodes.name(store.slot)


def renewed_variable(e: Emitter, form: Value) -> Renew | None:
    """What puts a new text into the variable that ``form`` is."""
    return partial(e.store_text, form.name) if isinstance(form, Symbol) else None


def renewed_element(e: Emitter, outer: ast.expr, key: ast.expr, text: ast.expr) -> Renew:
    """What puts a new text in the place of ``text``, a temporary, which came from ``outer``."""
    return partial(_renew_element, e, outer, key, text)


def _renew_element(
    e: Emitter, outer: ast.expr, key: ast.expr, text: ast.expr, changed: ast.expr
) -> None:
    with e.into([]) as stored:
        if isinstance(text, ast.Name):
            e.add(nodes.assign(text.id, changed))
        e.add(ast.Expr(e.call("store", outer, key, changed)))
    e.add(ast.If(e.is_text(changed), stored, []))


def put(
    e: Emitter,
    container: ast.expr,
    key: ast.expr,
    value: ast.expr,
    renew: Renew | None = None,
    *,
    checked: str = "store",
) -> None:
    """Store a settled value; ``renew`` puts the new text where a text was the container.

    ``checked`` names what stores it where Python can't.
    """
    if isinstance(container, ast.Constant):  # Python warns of one that cannot be subscripted
        changed = e.keep(e.call(checked, container, key, value))
        if renew is not None:
            renew(changed)
        return
    is_dictionary = ast.BoolOp(ast.And(), [e.has_type(container, "dict"), e.has_type(key, "str")])
    is_list = ast.BoolOp(ast.And(), [e.has_type(container, "LispList"), e.has_type(key, "int")])
    with e.into([]) as plain:
        e.add(ast.Assign([nodes.item_target(container, key)], value))
    with e.into([]) as beyond:
        e.add(ast.Expr(e.call(checked, container, key, value)))
    with e.into([]) as fast:
        e.add(nodes.attempt(plain, nodes.support("IndexError"), beyond))
    with e.into([]) as slow:
        changed = e.keep(e.call(checked, container, key, value))
        if renew is not None:
            renew(changed)
    e.add(ast.If(ast.BoolOp(ast.Or(), [is_dictionary, is_list]), fast, slow))


def _at(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """``(@ container key…)``, or a dictionary when all operands are ``(@ "key" value)``."""
    if all(_is_pair(operand) for operand in form[1:]):
        values = e.ordered(
            [
                emit
                for pair in form[1:]
                for emit in (partial(nodes.constant, pair[1]), partial(e.operand, pair, 2))
            ]
        )
        return e.deliver(e.call("text_dictionary", *values), to)
    if len(form) < 3:
        return e.deliver(e.call("wrong_count", nodes.constant(str(form[0]))), to)
    of_nested = _is_nested_constant(form[1])
    values = _operands_of_nested(e, form) if of_nested else e.looked_at(form)
    container, *keys = (e.keep_unless_name(value) for value in values)
    in_order = form[0] is Symbol("at") and len(keys) == 1
    for key in keys:
        checked = e.call("element_in_order" if in_order else "element", container, key)
        container = fetch(e, container, key, checked)
    return e.deliver(e.call("copy", container) if of_nested else container, to)


def _is_nested_constant(form: Value) -> bool:
    """Whether ``form`` is a quoted list that holds lists: only what is read of it is copied."""
    if not isinstance(form, list) or len(form) != 2 or form[0] is not QUOTE:
        return False
    return isinstance(form[1], list) and any(isinstance(part, list) for part in form[1])


def _operands_of_nested(e: Emitter, form: list[Value]) -> list[ast.expr]:
    keys = e.ordered([e.operand_later(form, index) for index in range(2, len(form))])
    return [e.datum(quoted_value(form[1][1])), *keys]


def _set_at(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """``(set@ container key… value)``: the innermost container."""
    values = [e.keep_unless_name(value) for value in e.operands(form)]
    container, *keys, value = values
    renew = renewed_variable(e, form[1])
    for key in keys[:-1]:
        outer, container = container, e.keep(e.call("element", container, key))
        renew = renewed_element(e, outer, key, container)
    put(e, container, keys[-1], value, renew)
    if isinstance(form[1], Symbol) and len(keys) == 1:
        return e.deliver(e.read(form[1].name), to) if to is not EFFECT else nodes.nil()
    return e.deliver(container, to)


def _push(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """``(push container value…)``."""
    if len(form) != 3 or not isinstance(form[1], Symbol):
        return in_place(e, "push", form, to)
    container, value = (e.keep_unless_name(operand) for operand in e.operands(form))
    with e.into([]) as fast:
        e.add(ast.Expr(e.call(nodes.attribute(container, "append"), value)))
    with e.into([]) as slow:
        changed = e.keep(e.instruction("push", container, value))
        e.store_text(form[1].name, changed)
    e.add(ast.If(e.has_type(container, "LispList"), fast, slow))
    return e.deliver(e.read(form[1].name), to) if to is not EFFECT else nodes.nil()


@elements.special("replaceall", "(replaceall container old new)", minimum=3, maximum=3)
def replaceall(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Replaces every element equal to ``old`` in place; the number of those replaced.

    Example:
        (setq l '(1 2 1))    ; => true
        (replaceall l 1 9)    ; => 2
        l                     ; => (9 2 9)
    """
    changed = e.keep(e.call("replace_all", *e.operands(form)))
    if isinstance(form[1], Symbol):
        e.store_text(form[1].name, e.keep(nodes.item(changed, nodes.constant(0))))
    return e.deliver(nodes.item(changed, nodes.constant(1)), to)


def _pop(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """``(pop container (key))``."""
    if len(form) != 2 or not isinstance(form[1], Symbol):
        return in_place(e, "pop", form, to)
    container = e.keep_unless_name(e.operand(form, 1))
    result = Temporary(e.temporary())
    with e.into([]) as fast:
        e.add(ast.Expr(e.call(nodes.attribute(container, "pop"))))
        e.deliver(container, result)
    with e.into([]) as slow:
        e.deliver(e.instruction("pop", container), result)
        e.store_text(form[1].name, nodes.name(result.slot))
    is_full = ast.BoolOp(ast.And(), [e.has_type(container, "LispList"), container])
    e.add(ast.If(is_full, fast, slow))
    return e.finish(result, to)


ACCESS: dict[str, Inline] = {
    "set@": _set_at,
    "push": _push,
    "pop": _pop,
    **dict.fromkeys(_READERS, _at),
}
"""What writes reading and changing elements into the code."""
