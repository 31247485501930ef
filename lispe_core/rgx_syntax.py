"""LispE's own syntax of regular expressions, and POSIX classes, as Python's :mod:`re` wants them.

``%d`` is a digit, ``?`` any character, ``{a-z %d}`` one of several, ``~`` none of them, ``( )`` an
optional part, ``+`` and ``*`` repeat what stands before them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NoReturn

from lispe_core.errors import LispError

CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "d": "0-9",
        "x": "0-9a-fA-F",
        "a": r"^\W\d_",
        "c": "a-zß-öø-ÿα-ω",
        "C": "A-ZÀ-ÖØ-ÞΑ-Ω",
        "p": r"!-/:-@\[-`{-~¡-¿–-”…",
        "s": r" \t\r\n\f\v\u00a0",
        "n": r"\u00a0",
        "r": r"\r\n",
        "h": "Ͱ-Ͽ",
        "H": "぀-ヿ㐀-鿿가-힯",
        "e": "☀-➿\U0001f300-\U0001faff",
    }
)
"""The characters that ``%`` and a letter stand for, as the inside of a set."""

OPERATOR_CLASSES: Mapping[str, str] = MappingProxyType(
    {**CLASSES, "o": r"+\-*/%=<>!&|^~≠≤≥∨∧÷×¬", "S": r"\s"}
)
"""What the rules of a tokenizer know besides."""

_ESCAPED_CODE = re.compile(r"\\(?:x([0-9a-fA-F]{4})|([0-9]{3}))")
_NUMBERED = re.compile(r"#([0-9]+)")
_ANY = r"\s\S"
_REPETITIONS = "+*"
_POSIX_SET = re.compile(r"\[\^?\]?(?:\[:\w+:\]|\\.|[^\]\\])*\]")
_POSIX_CLASS = re.compile(r"\[:(\w+):\]")
_POSIX_CLASSES = {
    "alpha": "a-zA-ZÀ-ÖØ-öø-ÿ",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9À-ÖØ-öø-ÿ",
    "upper": "A-ZÀ-ÖØ-Þ",
    "lower": "a-zß-öø-ÿ",
    "space": r"\s",
    "blank": r" \t",
    "punct": r"!-/:-@\[-`{-~",
    "xdigit": "0-9a-fA-F",
    "cntrl": r"\x00-\x1f\x7f",
    "print": r"\x20-\x7e",
    "graph": r"\x21-\x7e",
    "d": r"\d",
    "w": r"\w",
    "s": r"\s",
}


def translated(text: str, classes: Mapping[str, str] = CLASSES, *, numbered: bool = False) -> str:
    """The expression ``text`` in the syntax of :mod:`re`.

    Args:
        text: The expression.
        classes: What ``%`` and a letter mean.
        numbered: Whether ``#`` and a number is the character of that code.

    Raises:
        LispError: A bracket isn't closed, or nothing stands before a repetition.
    """
    return _Translator(text, classes, numbered=numbered).whole()


def with_posix_classes(text: str) -> str:
    """``text`` with ``[:digit:]`` and its kind replaced by their characters.

    Raises:
        LispError: There is no such class.
    """

    def named(found: re.Match[str]) -> str:
        if found[1] not in _POSIX_CLASSES:
            raise refused(text, f"there is no class '{found[1]}'")
        return _POSIX_CLASSES[found[1]]

    return _POSIX_SET.sub(lambda found: _POSIX_CLASS.sub(named, found.group()), text)


def refused(text: str, reason: str) -> LispError:
    """The error for the expression ``text``."""
    return LispError(f"bad regular expression '{text}': {reason}")


class _Translator:
    """Reads one expression from left to right."""

    def __init__(self, text: str, classes: Mapping[str, str], *, numbered: bool) -> None:
        self._text = text
        self._classes = classes
        self._numbered = numbered
        self._place = 0

    def whole(self) -> str:
        parts: list[str] = []
        while self._place < len(self._text):
            if self._text[self._place] == ")":
                self._refuse("')' closes nothing")
            parts.append(self._part(first=not parts))
        return "".join(parts)

    def _refuse(self, reason: str) -> NoReturn:
        raise refused(self._text, reason)

    def _ahead(self, distance: int = 0) -> str:
        """The character at a distance; empty at the end."""
        place = self._place + distance
        return self._text[place : place + 1]

    def _part(self, *, first: bool) -> str:
        character = self._ahead()
        if character == "(":
            return self._optional()
        if character in _REPETITIONS:
            if first:
                self._refuse(f"nothing stands before '{character}'")
            self._place += 1
            return character
        if character in "^$":
            self._place += 1
            return character
        negated = character == "~" and self._place + 1 < len(self._text)
        if negated:
            self._place += 1
        return _choice(self._choices(), negated=negated)

    def _optional(self) -> str:
        self._place += 1
        parts: list[str] = []
        while self._ahead() != ")":
            if not self._ahead():
                self._refuse("'(' is not closed")
            parts.append(self._part(first=not parts))
        self._place += 1
        return f"(?:{''.join(parts)})?"

    def _choices(self) -> list[str]:
        """What may stand where the character or the set that starts here does."""
        if self._ahead() != "{":
            return [f"[{self._member()}]"]
        self._place += 1
        choices: list[str] = []
        while self._ahead() != "}":
            if not self._ahead():
                self._refuse("'{' is not closed")
            if self._ahead() == " ":
                self._place += 1
            else:
                choices.append(self._choice_in_set())
        self._place += 1
        if not choices:
            self._refuse("there is nothing in '{}'")
        return choices

    def _choice_in_set(self) -> str:
        """A member of a set; ``~`` negates one, ``[a-b]`` is ``a`` followed by ``b``."""
        character, second = self._ahead(), self._ahead(1)
        if character == "~" and second not in ("", "}", " "):
            self._place += 1
            return _choice([f"[{self._member()}]"], negated=True)
        end = self._text.find("]", self._place + 2)
        if character != "[" or end < 0 or "}" in self._text[self._place : end]:
            return f"[{self._member(in_set=True)}]"
        self._place += 1
        sequence: list[str] = []
        while self._place < end:
            sequence.append(f"[{self._member()}]")
            if self._ahead() == "-" and self._place < end - 1:
                self._place += 1
        self._place += 1
        return "".join(sequence)

    def _member(self, *, in_set: bool = False) -> str:
        code = _ESCAPED_CODE.match(self._text, self._place)
        if code:
            self._place = code.end()
            return re.escape(chr(int(code[1], 16) if code[1] else int(code[2])))
        code = _NUMBERED.match(self._text, self._place) if self._numbered else None
        if code and int(code[1]) < 0x110000:
            self._place = code.end()
            return re.escape(chr(int(code[1])))
        character = self._ahead()
        if character == "%":
            letter = self._ahead(1)
            if not letter:
                self._refuse("nothing follows '%'")
            self._place += 2
            return self._classes.get(letter, re.escape(letter))
        if character == "?":
            self._place += 1
            return _ANY
        if in_set and self._ahead(1) == "-" and self._ahead(2) not in ("", "}"):
            last = self._ahead(2)
            if last < character:
                self._refuse(f"'{character}-{last}' runs backwards")
            self._place += 3
            return f"{_escaped(character)}-{_escaped(last)}"
        self._place += 1
        return _escaped(character)


def _escaped(character: str) -> str:
    """``character`` as a member of a set."""
    return f"\\{character}" if character in r"\^-[]&~|" else character


def _choice(choices: list[str], *, negated: bool) -> str:
    """One of ``choices``, or a character that begins none of them."""
    choice = choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})"
    return f"(?:(?!{choice})[{_ANY}])" if negated else choice
