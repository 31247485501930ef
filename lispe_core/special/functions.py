"""Special forms that make and call functions: ``defun``, ``lambda``, ``self``, ``defmacro``."""

from __future__ import annotations

import ast

from lispe_core import nodes
from lispe_core.blocks import Destination
from lispe_core.call_forms import can_loop, loop_on_itself
from lispe_core.emitter import Emitter
from lispe_core.forms import Symbol, Value
from lispe_core.frames import InstanceFrame
from lispe_core.library import Library
from lispe_core.namespace import OLDER_SPELLINGS
from lispe_core.spaces import qualified

functions = Library("functions")


@functions.special("defun", "(defun name (parameter…) e…)", minimum=2)
def defun(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Defines a function; a parameter is ``x``, ``(x)``, ``(x default)`` or ``(() rest)``.

    Example:
        (defun greet (name (greeting "hello")) (+ greeting " " name))    ; =>
        (greet "Ada")          ; => hello Ada
        (greet "Ada" "hi")     ; => hi Ada
    """
    if error := refused_definition(e, form):
        return e.deliver(error, to)
    full_name = declared_name(e, form[1].name)
    code = e.compiler.function(form, e.span, full_name)
    return e.deliver(e.call("define", nodes.constant(full_name), e.datum(code)), to)


def refused_definition(e: Emitter, form: list[Value], what: str = "a function") -> ast.expr | None:
    """What raises the error of a definition that is none; ``what`` is what it would define."""
    name, parameters = form[1], form[2]
    if not isinstance(name, Symbol) or not isinstance(parameters, list):
        return e.call("fail", nodes.constant(f"{what} needs a name and a list of parameters"))
    if len(form) < 4:
        return e.call("fail", nodes.constant("wrong number of arguments"))
    return refused_name(e, name.name)


def declared_name(e: Emitter, name: str) -> str:
    """The full name of the function ``name``, which calls mean from here on: no macro any more."""
    e.expander.macros.forget(name)
    full_name = qualified(name)
    e.namespace.declare_function(full_name)
    return full_name


def refused_name(e: Emitter, name: str) -> ast.expr | None:
    """What raises the error of defining an instruction, if ``name`` is one."""
    definition = e.namespace.definition(name)
    if definition is None or definition.kind == "function" or name in OLDER_SPELLINGS:
        return None
    return e.call("fail", nodes.constant(f"'{name}' is a reserved keyword."))


@functions.special("lambda", "(lambda (parameter…) e…)", minimum=2)
def lambda_(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    r"""A function without a name, which sees the variables around it: also ``λ`` and a backslash.

    Example:
        ((lambda (x) (* x x)) 3)           ; => 9
        (maplist (λ (x) (+ x 1)) '(1 2))   ; => (2 3)
        (maplist (\(x) (+ x 1)) '(1 2))    ; => (2 3)
    """
    if not isinstance(form[1], list):
        message = "a lambda needs a list of parameters"
        return e.deliver(e.call("fail", nodes.constant(message)), to)
    name, definition = e.compiler.lambda_(e, form)
    e.add(definition)
    return e.deliver(nodes.name(name), to)


functions.special("λ", "(λ (parameter…) e…)", minimum=2)(lambda_)
functions.special("\\", "(\\ (parameter…) e…)", minimum=2)(lambda_)


@functions.special("self", "(self argument…)")
def self_(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Calls the running function or lambda.

    Example:
        ((λ (n) (if (< n 2) 1 (* n (self (- n 1))))) 5)    ; => 120
    """
    frame = next((each for each in e.frame.chain() if each.own_name), None)
    if frame is None:
        return e.deliver(e.call("fail", nodes.constant("no function runs here")), to)
    if frame is e.frame and can_loop(e, form, to):
        loop_on_itself(e, form)
        return nodes.nil()
    assert frame.own_name is not None
    fields = frame.outer if isinstance(frame.outer, InstanceFrame) else None
    instance = [nodes.name(fields.this)] if fields is not None else []
    return e.deliver(e.call(nodes.name(frame.own_name), *instance, *e.operands(form)), to)


@functions.special("?", "(? name value)", minimum=2, maximum=2)
def named_argument(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Among the last arguments of a call: the value of the parameter ``name``.

    Example:
        (defun area (width (height 1)) (* width height))    ; =>
        (area (? height 2) (? width 5))    ; => 10
        (area (? height 2))    ; error: Error: missing argument
    """
    message = "only what the program defines takes named arguments"
    return e.deliver(e.call("fail", nodes.constant(message)), to)


@functions.special("defmacro", "(defmacro name (pattern…) e…)", minimum=3)
def defmacro(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Defines a macro: calls that match the pattern stand for the body.

    Example:
        (defmacro unless (c e) (if (not c) e))    ; =>
        (unless nil 'done)    ; => done
    """
    name, pattern = form[1], form[2]
    if not isinstance(name, Symbol) or not isinstance(pattern, list):
        message = "a macro needs a name and a list of patterns"
        return e.deliver(e.call("fail", nodes.constant(message)), to)
    if error := refused_name(e, name.name):
        return e.deliver(error, to)
    e.expander.macros.define(name.name, pattern, form[3:])
    return e.deliver(nodes.support("empty"), to)
