"""Special forms that read another notation: ``infix`` and the text template ``f_``."""

from __future__ import annotations

import ast
import re

from lispe_core import nodes
from lispe_core.blocks import Destination
from lispe_core.emitter import Emitter
from lispe_core.errors import LispError
from lispe_core.forms import LispList, Symbol, Value
from lispe_core.library import Library
from lispe_core.reader import read

text = Library("notations")

_PRECEDENCE = [
    ("|", "^"),
    ("&", "&~"),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
    ("^^", "**"),
]
_LEVELS = {sign: level for level, signs in enumerate(_PRECEDENCE) for sign in signs}
_PIECE = re.compile(r"%\{|%\}|\{([^{}]*)\}|[^{%]+|.", re.DOTALL)


def prefixed(operands: list[Value]) -> Value:
    """Infix arithmetic as a call: ``10 + 2 * 3`` as ``(+ 10 (* 2 3))``."""
    values: list[Value] = []
    signs: list[Symbol] = []
    for index, operand in enumerate(operands):
        if index % 2 == 0:
            values.append(_operand(operand))
            continue
        if not isinstance(operand, Symbol) or operand.name not in _LEVELS:
            raise LispError("infix arithmetic needs an operator between two operands")
        while signs and _LEVELS[signs[-1].name] >= _LEVELS[operand.name]:
            _reduce(values, signs)
        signs.append(operand)
    if len(values) == len(signs):
        raise LispError("infix arithmetic needs an operand behind an operator")
    while signs:
        _reduce(values, signs)
    return values[0]


def _reduce(values: list[Value], signs: list[Symbol]) -> None:
    right, left = values.pop(), values.pop()
    values.append(LispList([signs.pop(), left, right]))


def _operand(operand: Value) -> Value:
    if isinstance(operand, list):
        if len(operand) == 1:
            return _operand(operand[0])
        if len(operand) > 2 and isinstance(operand[1], Symbol) and operand[1].name in _LEVELS:
            return prefixed(operand)
    return operand


@text.special("infix", "(infix a + b * c)", minimum=1)
def infix(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Arithmetic written between its operands, with the usual precedence; parentheses group.

    Example:
        (infix 10 + 2 * 3)       ; => 16
        (infix (1 + 2) * 3)      ; => 9
    """
    operands = form[1:]
    if len(operands) == 1 and isinstance(operands[0], list):
        operands = operands[0]
    try:
        return e.emit(prefixed(operands), to)
    except LispError as error:
        return e.deliver(e.call("fail", nodes.constant(str(error.args[0]))), to)


for _name in ("/\\", "•", "§"):
    text.special(_name, f"({_name} a + b * c)", minimum=1)(infix)


@text.special("link", '(link "token" \'atom)', minimum=2, maximum=2)
def link(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """From here on the reader takes ``token`` for another atom, or for a bracket.

    Example:
        (link "unless_zero" 'ncheck)            ; => true
        (unless_zero 3 'zero 'other)            ; => other
        (link "BEGIN" (atom "(")) (link "END" (atom ")"))    ; => true
        BEGIN + 1 2 END                         ; => 3
    """
    if not isinstance(form[1], str):
        message = nodes.constant("'link' needs the text of a token")
        return e.deliver(e.call("fail", message), to)
    return e.deliver(nodes.support("true"), to)


def template(source: str) -> Value:
    """The call that fills in a template: ``"a{x}"`` as ``(+ "a" x)``."""
    parts: list[Value] = [""]
    for found in _PIECE.finditer(source):
        piece = found.group()
        if found.group(1) is not None:
            parts.append(_filled(found.group(1)))
        elif isinstance(parts[-1], str):
            parts[-1] += piece[1] if piece in ("%{", "%}") else piece
        else:
            parts.append(piece[1] if piece in ("%{", "%}") else piece)
    if len(parts) > 1 and parts[-1] == "":
        parts.pop()
    return parts[0] if len(parts) == 1 else LispList([Symbol("+"), *parts])


def _filled(inside: str) -> Value:
    forms = read(inside, "<template>")
    if not forms:
        raise LispError("nothing stands between the braces of the text")
    code: Value = forms[0] if len(forms) == 1 else LispList(forms)
    return code


@text.special("f_", '(f_ "…{name}…{f x}…")', minimum=1, maximum=1)
def f_(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """A text with the values of variables and calls filled in; ``%{`` and ``%}`` are braces.

    Example:
        (setq n 3)    ; => true
        (f_ "n is {n}, more is {+ n 1}")    ; => n is 3, more is 4
    """
    if not isinstance(form[1], str):
        return e.deliver(e.call("fail", nodes.constant("'f_' needs a literal text")), to)
    return e.emit(template(form[1]), to)
