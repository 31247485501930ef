"""Special forms for errors: ``catch``, ``maybe``, ``throw``."""

from __future__ import annotations

import ast

from lispe_core import nodes
from lispe_core.blocks import Destination
from lispe_core.calls import is_lambda
from lispe_core.emitter import Emitter
from lispe_core.forms import Value
from lispe_core.library import Library
from lispe_core.special.control import as_value
from lispe_core.special.nesting import nested

failures = Library("errors")


@failures.special("catch", "(catch e…)", minimum=1)
def catch(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """The value of the last form, or a ``maybe_`` with the message of the first error.

    Example:
        (catch (/ 1 0))    ; => Error: division by zero
        (type (catch (/ 1 0)))    ; => maybe_
    """

    def attempt(destination: Destination) -> ast.expr:
        store, error = e.store_temporary(), e.temporary()
        with e.branch() as body:
            e.sequence(form, 1, store)
        handler: list[ast.stmt] = [nodes.assign(store.slot, e.call("maybe", nodes.name(error)))]
        e.add(nodes.attempt(body, nodes.support("Exception"), handler, error))
        return e.finish(store, destination)

    return nested(e, form, to, attempt)


@failures.special("maybe", "(maybe x) (maybe e… handler)", minimum=1)
def maybe(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Whether ``x`` is a caught error; or the value of ``handler`` when a form fails.

    A handler written as a lambda is called with the message.

    Example:
        (maybe (catch (/ 1 0)))       ; => true
        (maybe (/ 1 0) 'none)         ; => none
        (maybe (/ 1 0) (λ (message) (+ "failed: " message)))    ; => failed: Error: division by zero
    """
    if len(form) == 2:
        return e.deliver(as_value(e.call("is_maybe", e.operand(form, 1)), to), to)
    return nested(e, form, to, lambda destination: _attempt(e, form, destination))


def _attempt(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    store, error = e.store_temporary(), e.temporary()
    with e.branch() as body:
        e.sequence(e.part(form, 0, len(form) - 1), 1, store)
    with e.branch() as handler:
        text = e.keep(e.call("message", nodes.name(error)))
        value = e.operand(form, len(form) - 1)
        if is_lambda(form[-1]):
            value = e.call(value, text)
        e.deliver(value, store)
    e.add(nodes.attempt(body, nodes.support("Exception"), handler, error))
    return e.finish(store, to)


@failures.special("throw", "(throw message)", minimum=1, maximum=1)
def throw(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Raises an error with that text.

    Example:
        (throw "no such thing")    ; error: no such thing
    """
    return e.deliver(e.call("throw", e.operand(form, 1)), to)
