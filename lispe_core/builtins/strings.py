"""Functions of text. All work on code points and return new text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from lispe_core.containers import alike, finite, index_of, require_list, text_of
from lispe_core.errors import LispError
from lispe_core.forms import LispList, Strings, Truth, Value, truth
from lispe_core.large_numbers import MANY_DIGITS, whole_number
from lispe_core.library import Library
from lispe_core.memory import require_characters
from lispe_core.printer import abridged, display
from lispe_core.scalars import to_integer, to_number, whole
from lispe_core.typed_lists import Integers, Shorts

strings = Library("strings", "function")

_PIECE = 2**20
_BLANKS = "".join(map(chr, range(33)))
_BLANK_RUN = re.compile(f"[{re.escape(_BLANKS)}]+")
_WHOLE_FORMATS = "diouxXc"


@strings.builtin("split")
def split(text: str, separator: Value = None) -> Strings:
    """The pieces of ``text`` between separators, empty ones left out.

    Without a separator it is cut at blanks; ``""`` gives the characters.

    Example:
        (split "a,b,,c" ",")    ; => ("a" "b" "c")
        (split " a  b ")        ; => ("a" "b")
    """
    text = text_of(text)
    if separator is None:
        return Strings(piece for piece in _BLANK_RUN.split(text) if piece)
    mark = display(separator)
    return Strings(piece for piece in text.split(mark) if piece) if mark else Strings(text)


@strings.builtin("splite")
def split_keeping_empty(text: str, separator: Value = None) -> Strings:
    """The pieces of ``text`` between separators, empty ones too.

    Example:
        (splite "a,,b" ",")    ; => ("a" "" "b")
    """
    text = text_of(text)
    if separator is None:
        return Strings(_BLANK_RUN.split(text))
    mark = display(separator)
    return Strings(text.split(mark)) if mark else Strings(text)


@strings.builtin("trim")
def trim(text: str) -> str:
    """``text`` without blanks at its ends.

    Example:
        (trim "  a b ")    ; => a b
    """
    text = text_of(text)
    return text.strip(_BLANKS)


@strings.builtin("trimleft")
def trim_left(text: str) -> str:
    """``text`` without blanks at its beginning.

    Example:
        (trimleft "  a")    ; => a
    """
    text = text_of(text)
    return text.lstrip(_BLANKS)


@strings.builtin("trimright")
def trim_right(text: str) -> str:
    """``text`` without blanks at its end.

    Example:
        (trimright "a  ")    ; => a
    """
    text = text_of(text)
    return text.rstrip(_BLANKS)


@strings.builtin("trim0")
def trim_zeros(text: str) -> str:
    """The text of a number without the zeros behind its fraction.

    Example:
        (trim0 "1.500")    ; => 1.5
    """
    shown = display(text)
    return shown.rstrip("0").removesuffix(".") if "." in shown else shown


@strings.builtin("lower")
def lower(text: str) -> str:
    """``text`` in lower-case letters.

    Example:
        (lower "ABC")    ; => abc
    """
    text = text_of(text)
    return text.lower()


@strings.builtin("upper")
def upper(text: str) -> str:
    """``text`` in upper-case letters.

    Example:
        (upper "abc")    ; => ABC
    """
    text = text_of(text)
    return text.upper()


@strings.builtin("deaccentuate")
def deaccentuate(text: str) -> str:
    """``text`` with its letters bare of accents.

    Example:
        (deaccentuate "été")    ; => ete
    """
    text = text_of(text)
    parts = unicodedata.normalize("NFD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


@strings.builtin("left")
def left(text: str, count: int) -> str:
    """The first ``count`` characters.

    Example:
        (left "abcdef" 2)    ; => ab
    """
    text = text_of(text)
    return text[: max(0, whole(count))]


@strings.builtin("right")
def right(text: str, count: int) -> str:
    """The last ``count`` characters.

    Example:
        (right "abcdef" 2)    ; => ef
    """
    text = text_of(text)
    count = whole(count)
    return text[max(0, len(text) - count) :] if count > 0 else ""


@strings.builtin("middle")
def middle(text: str, position: int, count: int) -> str:
    """``count`` characters from ``position`` on.

    Example:
        (middle "abcdef" 2 3)    ; => cde
    """
    text = text_of(text)
    position = whole(position)
    return text[position : position + whole(count)]


@strings.builtin("replace")
def replace(text: Value, sought: Value, replacement: Value, end: int | None = None) -> Value:
    """Every occurrence of ``sought`` replaced; of four operands, the text between two places.

    Example:
        (replace "banana" "an" "o")    ; => booa
        (replace "abcdef" "-" 1 3)     ; => a-def
    """
    if not isinstance(text, (str, bytes)):
        values = [replacement if value == sought else value for value in finite(text)]
        return alike(text, values)
    text = text_of(text)
    if end is not None:
        return text[: index_of(replacement)] + display(sought) + text[whole(end) :]
    return text.replace(display(sought), display(replacement))


@strings.builtin("format")
def format_text(template: str, value: Value, *values: Value) -> str:
    """``template`` with ``%1`` to ``%9`` replaced by the values.

    Example:
        (format "%1 of %2" 3 10)    ; => 3 of 10
    """
    template = text_of(template)
    shown = [display(operand) for operand in (value, *values)]

    def chosen(match: re.Match[str]) -> str:
        place = int(match.group(1)) - 1
        return shown[place] if place < len(shown) else match.group()

    return re.sub("%([1-9])", chosen, template)


@strings.builtin("stringf", "sprintf")
def format_number(value: Value, template: str) -> str:
    """A number in a C format.

    Example:
        (stringf 3 "%.2f")      ; => 3.00
        (stringf 255 "%04x")    ; => 00ff
    """
    found = re.search(
        r"%[-+ #0]*[0-9]*(?:\.[0-9]+)?(?:hh?|ll?|[Lzjtq])?([diouxXceEfFgG])", template
    )
    if not found:
        raise LispError(f"'{template}' is not a format for a number")
    converted = to_integer(value) if found.group(1) in _WHOLE_FORMATS else to_number(value)
    for width in re.findall("[0-9]+", found.group()):
        require_characters(int(width[:18]))
    if isinstance(converted, int) and not -MANY_DIGITS < converted < MANY_DIGITS:
        raise LispError("number too large")
    try:
        return template % converted
    except (ValueError, TypeError):
        raise LispError(f"'{template}' is not a format for a number") from None


@strings.builtin("fill")
def fill(text: str, count: int) -> str:
    """``text`` repeated ``count`` times, at most 268435456 characters.

    Example:
        (fill "=" 5)    ; => =====
    """
    shown, count = display(text), whole(count)
    require_characters(count * len(shown))
    return shown * count


@strings.builtin("padding")
def padding(text: str, filler: str, length: int) -> str:
    """``text`` filled up on the right to ``length`` characters; on the left when negative.

    A text of more than 268435456 characters is refused.

    Example:
        (padding "ab" "." 5)     ; => ab...
        (padding "ab" "." -5)    ; => ...ab
    """
    shown, length = display(text), whole(length)
    missing = max(0, abs(length) - len(shown))
    require_characters(missing * len(filler))
    filling = (filler * missing)[:missing]
    return filling + shown if length < 0 else shown + filling


@strings.builtin("startwith")
def starts_with(text: str, beginning: str) -> Truth | None:
    """Whether ``text`` begins with ``beginning``.

    Example:
        (startwith "abc" "ab")    ; => true
    """
    text, beginning = text_of(text), text_of(beginning)
    return truth(text.startswith(beginning))


@strings.builtin("endwith")
def ends_with(text: str, ending: str) -> Truth | None:
    """Whether ``text`` ends with ``ending``.

    Example:
        (endwith "abc" "bc")    ; => true
    """
    text, ending = text_of(text), text_of(ending)
    return truth(text.endswith(ending))


@strings.builtin("ord")
def code_points(text: str) -> Integers:
    """The code points of ``text``.

    Example:
        (ord "AB")    ; => (65 66)
    """
    text = text_of(text)
    codes = Integers()
    for piece in _pieces(text):
        codes.extend(Integers(map(ord, piece)))
    return codes


@strings.builtin("chr")
def characters(codes: Value) -> str:
    """The text of one code point or of a list of them.

    Example:
        (chr 65)          ; => A
        (chr '(72 105))   ; => Hi
    """
    listed = [codes] if isinstance(codes, (int, float)) else finite(codes)
    try:
        text = "".join(chr(int(code)) for code in listed)
        text.encode()
    except (TypeError, ValueError, OverflowError):
        raise LispError("a code point is a number between 0 and 1114111") from None
    return text


@strings.builtin("ngrams")
def ngrams(text: Value, length: int) -> Value:
    """Every run of ``length`` characters.

    Example:
        (ngrams "abcd" 2)    ; => ("ab" "bc" "cd")
    """
    length = whole(length)
    if length <= 0:
        raise LispError("'ngrams' needs a length above zero")
    if isinstance(text, (str, bytes)):
        text = text_of(text)
    else:
        require_list("ngrams", text)
    places = range(len(text) - length + 1)
    runs = [alike(text, text[place : place + length]) for place in places]
    return Strings(runs) if isinstance(text, str) else LispList(runs)


_WORD_OR_MARK = r"|[^\W\d_]+(?:['’_-]?\w+)*|\s|."
_TOKENS = [
    re.compile(rf"[+-]?\d+(?:{point}\d+)?{_WORD_OR_MARK}", re.DOTALL)
    for point in (r"\.", ",", "[.,]")
]
"""What a token is, by what separates a number from its fraction."""


def _tokens(text: str, point: int) -> list[str]:
    if point not in range(len(_TOKENS)):
        raise LispError("the mark of a fraction is 0 for a point, 1 for a comma, 2 for both")
    return _TOKENS[point].findall(text_of(text))


@strings.builtin("segment")
def segment(text: str, point: int = 0) -> Strings:
    """The words, numbers and marks of ``text``.

    The fraction of a number stands behind a point; with ``point`` 1 behind a comma, with 2 behind
    either.

    Example:
        (segment "I'm 5€, x+1.5")    ; => ("I'm" "5" "€" "," "x" "+1.5")
        (segment "10,5 or 1.5" 1)    ; => ("10,5" "or" "1" "." "5")
    """
    return Strings(token for token in _tokens(text, point) if not token.isspace())


@strings.builtin("segment_e")
def segment_with_blanks(text: str, point: int = 0) -> Strings:
    """The words, numbers, marks and blanks of ``text``, as ``segment`` finds them.

    Example:
        (segment_e "a b")    ; => ("a" " " "b")
    """
    return Strings(_tokens(text, point))


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@strings.builtin("convert_in_base")
def convert_in_base(value: Value, base: int, backwards: Value = None) -> Value:
    """A whole number written in ``base``; the number of a text when ``backwards`` is true.

    Example:
        (convert_in_base 255 16)           ; => ff
        (convert_in_base "ff" 16 true)     ; => 255
    """
    base = whole(base)
    if not 2 <= base <= len(_DIGITS):
        raise LispError("a base lies between 2 and 36")
    if backwards:
        try:
            return whole_number(display(value).strip(), base)
        except ValueError:
            raise LispError(f"'{abridged(value)}' is not a number in base {base}") from None
    number = to_integer(value)
    digits = ""
    rest = abs(number)
    while rest or not digits:
        rest, digit = divmod(rest, base)
        digits = _DIGITS[digit] + digits
    return f"-{digits}" if number < 0 else digits


@strings.builtin("editdistance")
def edit_distance(first: str, second: str) -> int:
    """How many characters to change, add or remove to get from one text to the other.

    Example:
        (editdistance "kitten" "sitting")    ; => 3
    """
    first, second = text_of(first), text_of(second)
    previous = list(range(len(second) + 1))
    for row, left_character in enumerate(first, 1):
        current = [row]
        for column, right_character in enumerate(second, 1):
            changed = previous[column - 1] + (left_character != right_character)
            current.append(min(previous[column] + 1, current[-1] + 1, changed))
        previous = current
    return previous[-1]


@strings.builtin("getstruct")
def balanced_piece(text: str, opening: str, closing: str, start: int = 0) -> Value:
    """The next balanced piece between two marks, with its bounds; ``nil`` when there is none.

    Example:
        (getstruct "f(a(b))c" "(" ")")    ; => ("(a(b))" 1 7)
    """
    text, opening, closing = text_of(text), text_of(opening), text_of(closing)
    if not opening or not closing:
        raise LispError("'getstruct' needs two marks that are not empty")
    begin = text.find(opening, whole(start))
    depth = 0
    place = begin
    while 0 <= place < len(text):
        if text.startswith(opening, place):
            depth += 1
            place += len(opening)
        elif text.startswith(closing, place):
            depth -= 1
            place += len(closing)
            if depth == 0:
                return LispList([text[begin:place], begin, place])
        else:
            place += 1
    return None


@strings.builtin("bytes")
def character_bytes(text: str) -> Shorts:
    """Four numbers for each character: its code point, low byte first.

    Example:
        (bytes "A")    ; => (65 0 0 0)
    """
    text = text_of(text)
    numbers = Shorts()
    for piece in _pieces(text):
        numbers.extend(Shorts(list(piece.encode("utf-32-le"))))
    return numbers


def _pieces(text: str) -> Iterator[str]:
    """``text`` in pieces, between which a request to stop is heard."""
    return (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
