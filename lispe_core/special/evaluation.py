"""Code as data: ``eval``, ``apply``, ``load``, ``use``."""

from __future__ import annotations

import ast
from functools import partial

from lispe_core import nodes
from lispe_core.blocks import Destination
from lispe_core.calls import applicable, spread
from lispe_core.containers import finite
from lispe_core.context import current
from lispe_core.emitter import Emitter
from lispe_core.errors import LispError
from lispe_core.forms import TRUE, LispList, SourceList, Symbol, Truth, Value
from lispe_core.library import Library
from lispe_core.quotation import QUOTE
from lispe_core.spaces import space_named

evaluation = Library("evaluation")


def _frame(e: Emitter) -> list[ast.expr]:
    """The variables that are seen here, and the current instance, as far as there are such."""
    home, instance = e.frame.home, e.frame.instance
    parameters: list[ast.expr] = [
        nodes.name(frame.dictionary)
        for frame in e.frame.chain()
        if frame.kind == "lambda" and frame.dictionary
    ]
    variables: ast.expr = nodes.name(home.dictionary) if home.dictionary else nodes.nil()
    if parameters:
        variables = e.call("scope", nodes.tuple_of(parameters), variables)
    return [variables, nodes.name(instance.this) if instance is not None else nodes.nil()]


@evaluation.special("eval", "(eval code)", minimum=1, maximum=1)
def eval_(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Evaluates text, or a list as code, in the current frame; the value of the last form.

    In a lambda it sees the parameters, in a method the fields of the instance.

    Example:
        (eval "(+ 1 2)")          ; => 3
        (eval (list '+ 1 2))      ; => 3
    """
    return e.deliver(e.call("evaluate", e.operand(form, 1), *_frame(e)), to)


def _naming_a_space(form: list[Value]) -> list[Value]:
    """``form`` with its third element quoted: an atom there names a space."""
    if len(form) < 3 or not isinstance(form[2], Symbol):
        return form
    named = form.picked(range(3)) if isinstance(form, SourceList) else LispList(form)
    named[2] = LispList([QUOTE, form[2]])
    return named


@evaluation.special("loadcode", "(loadcode text (space))", minimum=1, maximum=2)
def loadcode(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Evaluates all forms of a text; ``true``. Functions that it defines belong to ``space``.

    Example:
        (loadcode "(setq n 3)")    ; => true
        n                         ; => 3
    """
    text, *space = e.operands(_naming_a_space(form))
    text = e.call("text_of_program", text)
    e.add(ast.Expr(e.call("evaluate", text, *_frame(e), *space)))
    return e.deliver(nodes.support("true"), to)


def _into_space(name: str, e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    return e.deliver_call(name, _naming_a_space(form), to)


INTO_SPACES = {name: partial(_into_space, name) for name in ("load", "use")}
"""What loads a file or a library, and may be told into which space."""


@evaluation.builtin("apply")
def apply(function: Value, arguments: Value) -> Value:
    """The value of ``function`` called with the elements of a list.

    Example:
        (apply '+ '(1 2 3))    ; => 6
    """
    if isinstance(arguments, str | int | float | Symbol) or arguments is None:
        raise LispError("'apply' needs a list of arguments")
    return spread(applicable(function), tuple(finite(arguments)))


@evaluation.builtin("load")
def load(path: str, space: Value = None) -> Truth:
    """Evaluates a file once, in the global frame; its functions belong to ``space``.

    Example:
        (maybe (load "missing.lisp") "none")    ; => none
    """
    current().evaluator.load(path, "" if space is None else space_named(space))
    return TRUE


@evaluation.builtin("use")
def use(library: Value, space: Value = None) -> Truth:
    """Loads a library once: ``(use 'lispe_torch)``; what it defines belongs to ``space``.

    Example:
        (maybe (use 'no_such_library) "none")    ; => none
    """
    current().evaluator.use(str(library), "" if space is None else space_named(space))
    return TRUE
