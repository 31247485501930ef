"""Regular expressions in two dialects: ``rgx`` with its own syntax, ``prgx`` with the usual one."""

from __future__ import annotations

import re
import warnings

from lispe_core.containers import text_of
from lispe_core.errors import LispError
from lispe_core.forms import Strings, Truth, Value, truth
from lispe_core.library import Library
from lispe_core.rgx_syntax import refused, translated, with_posix_classes
from lispe_core.scalars import whole
from lispe_core.typed_lists import Integers

expressions = Library("regular expressions", "function")


class Expression:
    """A compiled regular expression."""

    __slots__ = ("compiled", "text")
    type_name = "rgx_"

    def __init__(self, text: str, pattern: str) -> None:
        self.text = text
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)
                self.compiled = re.compile(pattern)
        except re.error as error:
            raise refused(text, str(error)) from None

    def __str__(self) -> str:
        return self.text


@expressions.builtin("rgx")
def own_expression(pattern: str, text: str | None = None) -> Value:
    """A compiled expression in LispE's syntax; with a text, whether it matches the whole.

    ``%d`` is a digit, ``%a`` a letter, ``?`` any character, ``{a-z %d}`` one of several,
    ``~`` none of them, ``( )`` an optional part.

    Example:
        (rgx_findall (rgx "%d+") "12 a 345")    ; => ("12" "345")
    """
    own = text_of(pattern)
    expression = Expression(own, translated(own))
    return expression if text is None else match(expression, text)


@expressions.builtin("prgx")
def usual_expression(pattern: str, text: str | None = None) -> Value:
    """A compiled expression in the usual syntax; with a text, whether it matches the whole.

    The classes of POSIX, such as ``[[:digit:]]``, are known too.

    Example:
        (prgx_findall (prgx "[0-9]+") "12 a 345")    ; => ("12" "345")
    """
    usual = text_of(pattern)
    expression = Expression(usual, with_posix_classes(usual))
    return expression if text is None else match(expression, text)


def _compiled(expression: Value) -> re.Pattern[str]:
    if not isinstance(expression, Expression):
        raise LispError("a compiled regular expression is expected")
    return expression.compiled


@expressions.builtin("rgx_find", "prgx_find")
def find(expression: Expression, text: str, start: int = 0) -> str:
    """The first match, ``""`` when there is none.

    Example:
        (rgx_find (rgx "%a+") "12 abc")    ; => abc
    """
    found = _compiled(expression).search(text_of(text), whole(start))
    return found.group() if found else ""


@expressions.builtin("rgx_findall", "prgx_findall")
def find_all(expression: Expression, text: str, start: int = 0) -> Strings:
    """Every match.

    Example:
        (rgx_findall (rgx "%d%d") "1234 5")    ; => ("12" "34")
    """
    matches = _compiled(expression).finditer(text_of(text), whole(start))
    return Strings(found.group() for found in matches if found.group())


@expressions.builtin("rgx_find_i", "prgx_find_i")
def find_place(expression: Expression, text: str, start: int = 0) -> Integers:
    """Where the first match starts and ends.

    Example:
        (rgx_find_i (rgx "%d+") "ab12")    ; => (2 4)
    """
    found = _compiled(expression).search(text_of(text), whole(start))
    return Integers(found.span() if found else ())


@expressions.builtin("rgx_findall_i", "prgx_findall_i")
def find_all_places(expression: Expression, text: str, start: int = 0) -> Integers:
    """Where every match starts and ends, in one flat list.

    Example:
        (rgx_findall_i (rgx "%d+") "a12b3")    ; => (1 3 4 5)
    """
    matches = _compiled(expression).finditer(text_of(text), whole(start))
    return Integers(place for found in matches if found.group() for place in found.span())


@expressions.builtin("rgx_match", "prgx_match")
def match(expression: Expression, text: str) -> Truth | None:
    """Whether the whole text matches.

    Example:
        (rgx_match (rgx "%d+") "123")    ; => true
    """
    return truth(_compiled(expression).fullmatch(text_of(text)))


@expressions.builtin("rgx_replace", "prgx_replace")
def replace(expression: Expression, text: str, replacement: str) -> str:
    """``text`` with every match replaced.

    Example:
        (rgx_replace (rgx "%d+") "a1b22" "-")    ; => a-b-
    """
    return _compiled(expression).sub(lambda _: text_of(replacement), text_of(text))


@expressions.builtin("rgx_split", "prgx_split")
def split(expression: Expression, text: str) -> Strings:
    """The pieces of ``text`` between matches.

    Example:
        (rgx_split (rgx "%d+") "a1b22c")    ; => ("a" "b" "c")
    """
    pieces: list[str] = []
    place = 0
    text = text_of(text)
    for found in _compiled(expression).finditer(text):
        if found.group():
            pieces.append(text[place : found.start()])
            place = found.end()
    return Strings(piece for piece in [*pieces, text[place:]] if piece)
