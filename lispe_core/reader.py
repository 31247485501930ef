"""Text to forms: every list carries its place and the places of its elements."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NoReturn

from lispe_core.errors import IncompleteInput, SyntaxFault
from lispe_core.forms import TRUE, DictionaryForm, SourceList, SourceText, Span, Symbol, Value
from lispe_core.large_numbers import whole_number

QUOTE = Symbol("quote")
LINK = Symbol("link")
MARK = Symbol('mark"')
"""Heads the list that a sign glued to a string is read as: ``-"/"`` is ``(mark" "-" "/")``."""

_CONSTANTS: dict[str, Value] = {"nil": None, "false": None, "true": TRUE}
_CLOSING = {"(": ")", "[": "]", "{": "}", "@{": "}"}
_KINDS = {"(": "parentheses", "[": "brackets", "{": "braces", "@{": "braces"}
_RAW = {'"""': '"""', "`": "`", "«": "»", "“": "”", "‘": "’", "„": "”", "❝": "❞"}
_SLICES = frozenset({"@@", "extract", "set@@", "setrange"})
_MARKS = frozenset({"-", "+", "-+"})
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}

_ATOM = r"""[^\s,()\[\]{}"';`«“‘„❝]+"""
_END = r"""(?=[\s,()\[\]{}"';]|\Z)"""
_SIGNED = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_TOKEN = re.compile(
    rf"""
    [\s\ufeff]*(?:
      (?P<complex>{_SIGNED},{_SIGNED}i{_END})
    | (?P<comma>,)
    | (?P<header>\#!|\#(?=\s))
    | (?P<semicolon>;+)
    | (?P<bytes>b(?:"(?:[^"\\]|\\.)*"|`[^`]*`))
    | (?P<raw>\"\"\"|[`«“‘„❝])
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<unended>b?"|b`)
    | (?P<quoted_semicolon>';(?!;))
    | (?P<quoted_comma>',)
    | (?P<quote>')
    | (?P<open>@\{{|[(\[{{])
    | (?P<close>[)\]}}])
    | (?P<marked>[+-]{{1,2}}(?="))
    | (?P<atom>{_ATOM})
    | (?P<end>\Z)
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(
    r"""(?P<float>[+-]?(?:[0-9]+\.[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?
                 |[0-9]+[eE][+-]?[0-9]+))
      | (?P<integer>[+-]?[0-9]+)
      | (?P<hexadecimal>[+-]?0[xX][0-9a-fA-F]+)
      | (?P<binary>[+-]?0[bB][01]+)
      | (?P<exact>[+-]?0[xX][0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?[pP][+-]?[0-9]+
                 |[+-]?0[xX][0-9a-fA-F]+\.[0-9a-fA-F]+)""",
    re.VERBOSE,
)
_COMPOSED = re.compile(r"\\.", re.DOTALL)
_MOST_ATOMS = 4096
_BLOCK_END = re.compile(r"(?<!;);;(?!;)")


Links = dict[str, str]
"""Tokens that are read as others, as ``(link "token" 'other)`` says."""

_BRACKETS = "()[]{}"


def read(source: str, origin: str = "<text>", links: Links | None = None) -> SourceList:
    """All forms of ``source``, as one list.

    Args:
        source: The text.
        origin: Where it comes from.
        links: Tokens to exchange; a ``link`` in the text adds to them.

    Raises:
        IncompleteInput: The text ends inside a form or a string.
        SyntaxFault: The text is no program.
    """
    return Reader(source, origin, {} if links is None else links).read()


class _Open:
    """A list or dictionary whose end has not been met."""

    __slots__ = ("bounds", "bracket", "forms", "quotes", "start")

    def __init__(self, bracket: str, start: int) -> None:
        self.bracket = bracket
        self.start = start
        self.forms: list[Value] = []
        self.bounds: list[int] = []
        self.quotes: list[int] = []
        """Where the quotes stand that wait for the next form."""


class Reader:
    """Reads one text."""

    def __init__(self, source: str, origin: str, links: Links) -> None:
        self._links = links
        self._source = source
        self._text = SourceText(origin, source)
        self._stack = [_Open("", 0)]

    def read(self) -> SourceList:
        """All forms of the text."""
        position, length = 0, len(self._source)
        while position < length:
            position = self._token(position)
        innermost = self._stack[-1]
        if len(self._stack) > 1:
            self._incomplete(f"{_KINDS[innermost.bracket]} do not balance", innermost.start)
        if innermost.quotes:
            self._incomplete("nothing follows the quote", innermost.quotes[-1])
        return self._closed_list(innermost, len(self._source))

    def _token(self, start: int) -> int:
        found = _TOKEN.match(self._source, start)
        if found is None:
            place = start + len(self._source[start:]) - len(self._source[start:].lstrip())
            self._fault(f"unexpected character: '{self._source[place]}'", place, place + 1)
        kind = found.lastgroup or "end"
        start, end = found.span(kind)
        text = found[kind]
        match kind:
            case "atom":
                self._atom(text, start)
            case "open":
                self._stack.append(_Open(text, start))
            case "close":
                self._close(text, start, end)
            case "string":
                self._add(_unescaped(text[1:-1]), start, end)
                self._join_mark()
            case "semicolon":
                return self._comment(start, end)
            case "quote":
                self._stack[-1].quotes.append(start)
            case "comma":
                self._comma(start, end)
            case "raw":
                return self._raw_string(text, start)
            case "complex":
                real, imaginary = text[:-1].split(",")
                self._add(complex(float(real), float(imaginary)), start, end)
            case "marked":
                return self._marked(text, start)
            case "header":
                return self._header(text, start, end)
            case "bytes":
                content = _unescaped(text[2:-1]) if text[1] == '"' else text[2:-1]
                self._add(content.encode("utf-8"), start, end)
            case "quoted_semicolon" | "quoted_comma":
                self._stack[-1].quotes.append(start)
                self._add(Symbol(text[1]), start + 1, end)
            case "end":
                pass
            case _:
                self._incomplete("missing end of string", start)
        return end

    def _add(self, form: Value, start: int, end: int) -> None:
        target = self._stack[-1]
        while target.quotes:
            quote = target.quotes.pop()
            form = self._list([QUOTE, form], (quote, end, quote, quote + 1, start, end))
            start = quote
        target.forms.append(form)
        target.bounds += (start, end)

    def _list(self, forms: list[Value], bounds: Sequence[int]) -> SourceList:
        form = SourceList(forms)
        form.text = self._text
        form.bounds = bounds
        return form

    def _atom(self, text: str, start: int) -> None:
        if text in self._links:
            self._linked(self._links[text], start, start + len(text))
            return
        if ":" in text and self._stack[-1].bracket in ("{", "@{"):
            for piece in re.finditer(r":|[^:]+", text):
                where = start + piece.start()
                self._add(_atom_value(piece.group()), where, start + piece.end())
            return
        self._add(_atom_value(text), start, start + len(text))

    def _linked(self, text: str, start: int, end: int) -> None:
        """What a linked token stands for: an atom, or a bracket."""
        if text not in _BRACKETS:
            self._add(_atom_value(text), start, end)
        elif text in _KINDS:
            self._stack.append(_Open(text, start))
        else:
            self._close(text, start, end)

    def _comma(self, start: int, end: int) -> None:
        innermost = self._stack[-1]
        if innermost.bracket in ("(", "[") and not innermost.forms and not innermost.quotes:
            self._add(Symbol(","), start, end)

    def _comment(self, start: int, end: int) -> int:
        if end - start == 2 and (closing := _BLOCK_END.search(self._source, end)):
            return closing.end()
        return self._line_end(end)

    def _header(self, text: str, start: int, end: int) -> int:
        line = self._text.line_start(start)
        if text == "#!" or not self._source[line:start].strip():
            return self._line_end(end)
        self._add(Symbol("#"), start, end)
        return end

    def _line_end(self, position: int) -> int:
        end = self._source.find("\n", position)
        return len(self._source) if end < 0 else end

    def _raw_string(self, opening: str, start: int) -> int:
        closing = _RAW[opening]
        begin = start + len(opening)
        end = self._source.find(closing, begin)
        if end < 0:
            hint = _NO_QUASI_QUOTE if opening == "`" else None
            self._incomplete("missing end of string", start, hint)
        self._add(self._source[begin:end], start, end + len(closing))
        return end + len(closing)

    def _marked(self, sign: str, start: int) -> int:
        begin = start + len(sign)
        end = self._token(begin)
        target = self._stack[-1]
        first, last = target.bounds[-2:]
        bounds = (start, end, start, end, start, begin, first, last)
        target.forms[-1] = self._list([MARK, sign, target.forms[-1]], bounds)
        target.bounds[-2:] = (start, end)
        return end

    def _join_mark(self) -> None:
        """Read ``(@@ text - "x")`` as ``(@@ text -"x")``."""
        target = self._stack[-1]
        if len(target.forms) < 4:
            return
        head, sign = target.forms[0], target.forms[-2]
        if not isinstance(head, Symbol) or not isinstance(sign, Symbol):
            return
        if head.name in _SLICES and sign.name in _MARKS:
            start, begin, first, last = target.bounds[-4:]
            bounds = (start, last, start, last, start, begin, first, last)
            target.forms[-2:] = [self._list([MARK, sign.name, target.forms[-1]], bounds)]
            target.bounds[-4:] = [start, last]

    def _close(self, bracket: str, start: int, end: int) -> None:
        if bracket == "]" and len(self._stack) > 1 and self._all_parentheses():
            while len(self._stack) > 1:
                self._close_innermost(end)
            return
        innermost = self._stack[-1]
        if _CLOSING.get(innermost.bracket) != bracket:
            kind = next(kind for kind in _CLOSING if _CLOSING[kind] == bracket)
            self._fault(f"{_KINDS[kind]} do not balance", start, end)
        if innermost.quotes:
            self._fault("nothing follows the quote", innermost.quotes[-1], start)
        self._close_innermost(end)

    def _all_parentheses(self) -> bool:
        return all(opened.bracket == "(" for opened in self._stack[1:])

    def _close_innermost(self, end: int) -> None:
        opened = self._stack.pop()
        if opened.bracket in ("{", "@{"):
            self._add(self._dictionary(opened, end), opened.start, end)
        else:
            form = self._closed_list(opened, end)
            if len(form) == 3 and form[0] is LINK and isinstance(form[1], str):
                self._links[form[1]] = _link_target(form[2])
            self._add(form, opened.start, end)

    def _closed_list(self, opened: _Open, end: int) -> SourceList:
        return self._list(opened.forms, (opened.start, end, *opened.bounds))

    def _dictionary(self, opened: _Open, end: int) -> Value:
        colon = Symbol(":")
        forms, bounds = opened.forms, opened.bounds
        entries: list[tuple[Value, Value]] = []
        places: list[tuple[Span, Span]] = []
        for index in range(0, len(forms), 3):
            if index + 2 >= len(forms) or forms[index + 1] is not colon:
                self._fault("a dictionary holds pairs: {key:value …}", opened.start, end)
            entries.append((forms[index], forms[index + 2]))
            first = 2 * index
            key = self._text.span(*bounds[first : first + 2])
            places.append((key, self._text.span(*bounds[first + 4 : first + 6])))
        dictionary = DictionaryForm(entries, self._text.span(opened.start, end), places)
        if opened.bracket == "{":
            return dictionary
        return self._list([QUOTE, dictionary], (opened.start, end) * 3)

    def _fault(self, message: str, start: int, end: int) -> NoReturn:
        raise SyntaxFault(message, self._text.span(start, end))

    def _incomplete(self, message: str, start: int, hint: str | None = None) -> NoReturn:
        raise IncompleteInput(message, self._text.span(start, start + 1), hint=hint)


_NO_QUASI_QUOTE = "` begins a raw text: there is no quasi-quote, and macros are written without one"


def _link_target(form: Value) -> str:
    """The token that ``'atom`` or ``(atom "text")`` names."""
    match form:
        case [_, (Symbol() | str()) as name] if form[0] in (QUOTE, Symbol("atom")):
            return str(name)
    return str(form)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _COMPOSED.sub(lambda found: _ESCAPES.get(found.group()[1], found.group()[1]), text)


@lru_cache(_MOST_ATOMS)
def _atom_value(text: str) -> Value:
    number = _NUMBER.fullmatch(text)
    if number is None:
        return _CONSTANTS[text] if text in _CONSTANTS else Symbol(text)
    match number.lastgroup:
        case "integer":
            return whole_number(text)
        case "float":
            return float(text)
        case "exact":
            return float.fromhex(text)
        case _:
            return int(text, 0)
