"""Special forms around a body: ``elapse``, ``lock``; and ``flip`` around a call."""

from __future__ import annotations

import ast

from lispe_core.blocks import EFFECT, Destination
from lispe_core.emitter import Emitter
from lispe_core.forms import LispList, SourceList, Symbol, Value
from lispe_core.library import Library
from lispe_core.special.nesting import within

surroundings = Library("surroundings")


@surroundings.special("elapse", "(elapse e…)")
def elapse(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """The milliseconds that the body takes.

    Example:
        (< (elapse (+ 1 2)) 1000)    ; => true
    """
    start = e.keep(e.call("milliseconds"))
    e.sequence(form, 1, EFFECT)
    return e.deliver(e.place(ast.BinOp(e.call("milliseconds"), ast.Sub(), start)), to)


@surroundings.special("lock", "(lock key e…)", minimum=1)
def lock(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """The body, run by one thread at a time for each ``key``.

    Example:
        (lock "counter" (setq n 1) (+ n 1))    ; => 2
    """
    manager = e.call("lock", e.operand(form, 1))
    return within(e, manager, form, 2, to)


@surroundings.special("flip", "(flip (f a b…))", minimum=1, maximum=1)
def flip(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Calls ``f`` with its first two operands exchanged.

    On a list the first two elements are exchanged, on a dictionary keys and values.

    Example:
        (flip (- 10 3))       ; => -7
        (flip '(a b c))       ; => (b a c)
    """
    call = form[1]
    if isinstance(call, list) and len(call) > 2 and call[0] is not Symbol("quote"):
        return e.emit(_exchanged(call), to)
    return e.deliver(e.call("flipped", e.operand(form, 1)), to)


def _exchanged(call: list[Value]) -> list[Value]:
    order = [0, 2, 1, *range(3, len(call))]
    if not isinstance(call, SourceList):
        return LispList(call[index] for index in order)
    return call.picked(order)
