"""Special forms of name spaces: ``defspace`` and ``space``."""

from __future__ import annotations

import ast

from lispe_core import nodes
from lispe_core.blocks import Destination
from lispe_core.emitter import Emitter
from lispe_core.errors import LispError
from lispe_core.forms import Symbol, Value
from lispe_core.library import Library
from lispe_core.spaces import enter_space, inside_space, space_named
from lispe_core.special.nesting import within
from lispe_core.special.threads import in_shared_space

spaces = Library("name spaces")

_DEFINITIONS = frozenset({"defun", "defpat", "defpred", "defprol", "dethread"})


@spaces.special("defspace", "(defspace name e…)", minimum=1)
def defspace(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Puts the functions that are defined in it into a space of their own.

    Without a body it holds for what follows in the form, or in the file, that it stands in. The
    main space is called ``mainspace_``.

    Example:
        (defspace circles (defun area (r) (* 3 r r)))    ; =>
        (defspace squares (defun area (a) (* a a)))      ; =>
        (space circles (area 2))                         ; => 12
        (list (space squares (area 2)) (catch (area 2))) ; => (4 Error: Unbound atom: 'area')
    """
    name = _name(e, form)
    if isinstance(name, ast.expr):
        return e.deliver(name, to)
    if len(form) == 2:
        enter_space(name)
        return e.deliver(nodes.support("empty"), to)
    with inside_space(name):
        _declare(e, form)
        return e.sequence(form, 2, to)


@spaces.special("space", "(space name e…)", minimum=2)
def space(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """The body, whose calls mean the functions of a space first, then those of the main one.

    ``(space thread e…)`` is ``(threadspace e…)``.

    Example:
        (defspace greek (defun one () 'ena))    ; =>
        (space greek (one))                     ; => ena
    """
    if form[1] is Symbol("thread"):
        return in_shared_space(e, form, 2, to)
    name = _name(e, form)
    if isinstance(name, ast.expr):
        return e.deliver(name, to)
    with inside_space(name):
        return within(e, e.call("inside_space", nodes.constant(name)), form, 2, to)


def _name(e: Emitter, form: list[Value]) -> str | ast.expr:
    """The name of the space, or what raises the error that it has none."""
    try:
        return space_named(form[1])
    except LispError as error:
        return e.call("fail", nodes.constant(str(error.args[0])))


def _declare(e: Emitter, form: list[Value]) -> None:
    """Note the functions that the body defines, so that those before them can call them."""
    for part in form[2:]:
        if (
            isinstance(part, list)
            and len(part) > 2
            and isinstance(part[0], Symbol)
            and part[0].name in _DEFINITIONS
            and isinstance(part[1], Symbol)
        ):
            e.namespace.declare_function(e.namespace.named_here(part[1].name))
