"""Blocks inside blocks: CPython allows 20, so deep ones move to a Python function of their own."""

from __future__ import annotations

import ast
from collections.abc import Callable

from lispe_core import nodes
from lispe_core.blocks import RETURN, Destination
from lispe_core.emitter import Emitter
from lispe_core.forms import Value
from lispe_core.frames import Frame

MOST_NESTED = 12
"""The slow paths of operators need a few of the 20 as well."""


def nested(
    e: Emitter, form: list[Value], to: Destination, emit: Callable[[Destination], ast.expr]
) -> ast.expr:
    """Emit a form whose code is a block around other code."""
    if e.frame.depth >= MOST_NESTED:
        return outlined(e, form, to, emit)
    e.frame.depth += 1
    result = emit(to)
    e.frame.depth -= 1
    return result


def outlined(
    e: Emitter, form: list[Value], to: Destination, emit: Callable[[Destination], ast.expr]
) -> ast.expr:
    """Emit a form as a Python function; its result tells whether it was left early."""
    outer = e.frame
    frame = Frame("outline", outer, shared=True)
    name = e.temporary()
    e.frame = frame
    with e.branch() as body:
        nested(e, form, RETURN, emit)
    e.frame = outer
    for slot, scope in frame.written_outside.items():
        if scope == "global":
            outer.written_outside[slot] = scope
    e.add(nodes.function(name, [], None, [], [*frame.declarations(), *body]))
    result = e.call(nodes.name(name))
    if not frame.returns and not frame.breaks:
        return e.deliver(result, to)
    result = e.keep(result)
    if frame.returns:
        is_return = nodes.call("isinstance", result, nodes.support("Returned"))
        with e.into([]) as leave:
            leave_function(e, nodes.attribute(result, "value"))
        e.add(ast.If(is_return, leave, []))
    if frame.breaks:
        with e.into([]) as stop:
            leave_loop(e)
        e.add(ast.If(nodes.same(result, nodes.support("BROKEN")), stop, []))
    return e.deliver(result, to)


def leave_function(e: Emitter, value: ast.expr) -> None:
    """Leave the running Lisp function with ``value``."""
    outer = e.frame.outer
    if e.frame.kind == "outline" and outer is not None and outer.kind != "root":
        e.frame.returns = True
        value = e.call("Returned", value)
    e.add(ast.Return(value))


def leave_loop(e: Emitter) -> None:
    """Leave the innermost loop, or the iteration that calls the running lambda."""
    frame = e.frame
    if frame.loops:
        result = frame.loops[-1].result
        if result is not None:
            e.add(nodes.assign(result, nodes.nil()))
        e.add(ast.Break())
    elif frame.kind == "outline" and any(each.loops for each in frame.chain()):
        frame.breaks = True
        e.add(ast.Return(nodes.support("BROKEN")))
    else:
        e.add(ast.Expr(e.call("stop_iteration")))


def within(
    e: Emitter, manager: ast.expr, form: list[Value], start: int, to: Destination
) -> ast.expr:
    """The forms from ``start`` on, run inside a context manager."""

    def block(destination: Destination) -> ast.expr:
        store = e.store_temporary()
        with e.branch() as body:
            e.sequence(form, start, store)
        e.add(ast.With([ast.withitem(manager, None)], body))
        return e.finish(store, destination)

    return nested(e, form, to, block)
