"""Special forms of threads: ``dethread``, ``threadspace``, ``seth``."""

from __future__ import annotations

import ast

from lispe_core import nodes
from lispe_core.blocks import Destination
from lispe_core.emitter import Emitter
from lispe_core.forms import Symbol, Value
from lispe_core.library import Library
from lispe_core.special.functions import declared_name, refused_definition
from lispe_core.special.nesting import within

threads = Library("threads")


@threads.special("dethread", "(dethread name (parameter…) e…)", minimum=2)
def dethread(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Defines a function whose calls each start a thread; a call gives ``true`` at once.

    The thread gets copies of the arguments. It sees global variables but can't change them; its
    calls of the function itself are ordinary ones. ``(wait)`` waits for all threads.

    Example:
        (dethread work (l) (push l 3) (threadstore "work" (sum l)))    ; =>
        (setq l '(1 2))              ; => true
        (work l)                     ; => true
        (wait)                       ; => true
        (threadretrieve "work")      ; => (6)
        l                            ; => (1 2)
    """
    if error := refused_definition(e, form, "a thread"):
        return e.deliver(error, to)
    full_name = declared_name(e, form[1].name)
    code = e.compiler.function(form, e.span, full_name, kind="thread_")
    return e.deliver(e.call("define_thread", nodes.constant(full_name), e.datum(code)), to)


@threads.special("threadspace", "(threadspace e…)")
def threadspace(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """The body, run by one thread at a time, with the variables that all threads share.

    They are made by ``seth``; here they are seen before other variables of their names, and
    ``setq`` and ``+=`` change them.

    Example:
        (threadspace (seth total 0))                             ; => true
        (dethread add_up (n) (threadspace (+= total n)))         ; =>
        (loop n '(1 2 3) (add_up n))                             ; => true
        (wait)                                                   ; => true
        (threadspace total)                                      ; => 6
    """
    return in_shared_space(e, form, 1, to)


def in_shared_space(e: Emitter, form: list[Value], start: int, to: Destination) -> ast.expr:
    """The forms from ``start`` on, run with the shared variables."""
    outer, e.in_threadspace = e.in_threadspace, True
    try:
        return within(e, nodes.support("threadspace"), form, start, to)
    finally:
        e.in_threadspace = outer


@threads.special("seth", "(seth name value)", minimum=2, maximum=2)
def seth(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """In a ``threadspace``: gives a variable that all threads share a value.

    Example:
        (threadspace (seth (a b) '(1 2)) (+ a b))    ; => 3
        (seth a 1)    ; error: Error: 'seth' is for the body of a 'threadspace'
    """
    target = form[1]
    targets = target if isinstance(target, list) else [target]
    if not targets or not all(isinstance(name, Symbol) for name in targets):
        return e.deliver(e.call("fail", nodes.constant("Missing variable name in 'seth'")), to)
    if not e.in_threadspace:
        message = nodes.constant("'seth' is for the body of a 'threadspace'")
        return e.deliver(e.call("fail", message), to)
    value = e.operand(form, 2)
    if isinstance(target, list):
        value = e.call("parts", value, nodes.constant(len(target)))
    places = [
        nodes.item_target(nodes.support("shared"), nodes.constant(name.name)) for name in targets
    ]
    place = nodes.tuple_target(places) if isinstance(target, list) else places[0]
    e.add(ast.Assign([place], value))
    return e.deliver(nodes.support("true"), to)
