"""Regular expressions in two dialects: ``rgx`` with its own syntax, ``prgx`` with the usual one."""

from __future__ import annotations

import re

from lispe_core.errors import LispError
from lispe_core.forms import Strings, Truth, Value, truth
from lispe_core.library import Library
from lispe_core.typed_lists import Integers

expressions = Library("regular expressions", "function")

_CLASSES = {
    "d": "0-9",
    "x": "0-9a-fA-F",
    "a": "^\\W\\d_",
    "c": "a-zß-öø-ÿ",
    "C": "A-ZÀ-ÖØ-Þ",
    "p": "!-/:-@\\[-`{-~¡-¿–-”…",
    "s": "\\s",
    "r": "\\r\\n",
    "h": "Ͱ-Ͽ",
    "H": "぀-ヿ㐀-鿿가-힯",
}
_ESCAPED_CODE = re.compile(r"\\(?:x([0-9a-fA-F]{4})|([0-9]{3}))")


class Expression:
    """A compiled regular expression."""

    __slots__ = ("compiled", "text")
    type_name = "rgx_"

    def __init__(self, text: str, translated: str) -> None:
        self.text = text
        try:
            self.compiled = re.compile(translated)
        except re.error as error:
            raise LispError(f"bad regular expression '{text}': {error}") from None

    def __str__(self) -> str:
        return self.text


class Translator:
    """Turns LispE's own syntax into that of :mod:`re`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def translated(self) -> str:
        """The whole expression."""
        parts = []
        while self.place < len(self.text):
            parts.append(self._part())
        return "".join(parts)

    def _part(self) -> str:
        character = self.text[self.place]
        if character == "(":
            return self._optional()
        if character in "+*^$":
            self.place += 1
            return character
        return self._set(self._alternatives())

    def _optional(self) -> str:
        self.place += 1
        parts = []
        while self.place < len(self.text) and self.text[self.place] != ")":
            parts.append(self._part())
        self.place += 1
        return f"(?:{''.join(parts)})?"

    def _alternatives(self) -> list[str]:
        """The members of the character set that starts here; ``~`` in front negates it."""
        negated = self.text[self.place] == "~" and self.place + 1 < len(self.text)
        if negated:
            self.place += 1
        if self.text[self.place] != "{":
            members = [self._member()]
        else:
            self.place += 1
            members = []
            while self.place < len(self.text) and self.text[self.place] != "}":
                if self.text[self.place] == " ":
                    self.place += 1
                else:
                    members.append(self._member(ranged=True))
            self.place += 1
        return ["~", *members] if negated else members

    def _member(self, *, ranged: bool = False) -> str:
        text, place = self.text, self.place
        code = _ESCAPED_CODE.match(text, place)
        if code:
            self.place = code.end()
            return re.escape(chr(int(code[1], 16) if code[1] else int(code[2])))
        if text[place] == "%" and place + 1 < len(text):
            self.place += 2
            return _CLASSES.get(text[place + 1], re.escape(text[place + 1]))
        if text[place] == "?":
            self.place += 1
            return "\\s\\S"
        if ranged and text[place + 1 : place + 2] == "-" and text[place + 2 : place + 3] not in "}":
            self.place += 3
            return f"{re.escape(text[place])}-{re.escape(text[place + 2])}"
        self.place += 1
        return re.escape(text[place])

    @staticmethod
    def _set(members: list[str]) -> str:
        negated = members[0] == "~" and len(members) > 1
        sets = []
        for member in members[1:] if negated else members:
            inverse = member.startswith("^")
            sets.append(f"[^{member[1:]}]" if inverse else f"[{member}]")
        choice = sets[0] if len(sets) == 1 else f"(?:{'|'.join(sets)})"
        return f"(?:(?!{choice})[\\s\\S])" if negated else choice


@expressions.builtin("rgx")
def own_expression(pattern: str, text: str | None = None) -> Value:
    """A compiled expression in LispE's syntax; with a text, whether it matches the whole.

    ``%d`` is a digit, ``%a`` a letter, ``?`` any character, ``{a-z %d}`` one of several,
    ``~`` none of them, ``( )`` an optional part.

    Example:
        (rgx_findall (rgx "%d+") "12 a 345")    ; => ("12" "345")
    """
    if not isinstance(pattern, str):
        raise LispError("a regular expression is a text")
    expression = Expression(pattern, Translator(pattern).translated())
    return expression if text is None else match(expression, text)


@expressions.builtin("prgx")
def usual_expression(pattern: str, text: str | None = None) -> Value:
    """A compiled expression in the usual syntax; with a text, whether it matches the whole.

    Example:
        (prgx_findall (prgx "[0-9]+") "12 a 345")    ; => ("12" "345")
    """
    expression = Expression(pattern, pattern)
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
    found = _compiled(expression).search(text, start)
    return found.group() if found else ""


@expressions.builtin("rgx_findall", "prgx_findall")
def find_all(expression: Expression, text: str, start: int = 0) -> Strings:
    """Every match.

    Example:
        (rgx_findall (rgx "%d%d") "1234 5")    ; => ("12" "34")
    """
    matches = _compiled(expression).finditer(text, start)
    return Strings(found.group() for found in matches if found.group())


@expressions.builtin("rgx_find_i", "prgx_find_i")
def find_place(expression: Expression, text: str, start: int = 0) -> Integers:
    """Where the first match starts and ends.

    Example:
        (rgx_find_i (rgx "%d+") "ab12")    ; => (2 4)
    """
    found = _compiled(expression).search(text, start)
    return Integers(found.span() if found else ())


@expressions.builtin("rgx_findall_i", "prgx_findall_i")
def find_all_places(expression: Expression, text: str, start: int = 0) -> Integers:
    """Where every match starts and ends, in one flat list.

    Example:
        (rgx_findall_i (rgx "%d+") "a12b3")    ; => (1 3 4 5)
    """
    matches = _compiled(expression).finditer(text, start)
    return Integers(place for found in matches if found.group() for place in found.span())


@expressions.builtin("rgx_match", "prgx_match")
def match(expression: Expression, text: str) -> Truth | None:
    """Whether the whole text matches.

    Example:
        (rgx_match (rgx "%d+") "123")    ; => true
    """
    return truth(_compiled(expression).fullmatch(text))


@expressions.builtin("rgx_replace", "prgx_replace")
def replace(expression: Expression, text: str, replacement: str) -> str:
    """``text`` with every match replaced.

    Example:
        (rgx_replace (rgx "%d+") "a1b22" "-")    ; => a-b-
    """
    return _compiled(expression).sub(lambda _: replacement, text)


@expressions.builtin("rgx_split", "prgx_split")
def split(expression: Expression, text: str) -> Strings:
    """The pieces of ``text`` between matches.

    Example:
        (rgx_split (rgx "%d+") "a1b22c")    ; => ("a" "b" "c")
    """
    pieces: list[str] = []
    place = 0
    for found in _compiled(expression).finditer(text):
        if found.group():
            pieces.append(text[place : found.start()])
            place = found.end()
    return Strings(piece for piece in [*pieces, text[place:]] if piece)
