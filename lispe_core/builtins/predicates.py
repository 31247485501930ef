"""Questions about one value."""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Callable

from lispe_core.containers import text_of
from lispe_core.foreign import Container
from lispe_core.forms import LispList, Stringbytes, Strings, Symbol, Truth, Value, truth
from lispe_core.library import Library
from lispe_core.linked_lists import LinkedList
from lispe_core.sets import LispSet
from lispe_core.streams import Stream

predicates = Library("predicates")


@predicates.builtin("atomp", "atom?")
def is_atom(value: Value) -> Truth | None:
    """Whether ``value`` is an atom, ``nil`` or ``true``.

    Example:
        (atomp 'a)    ; => true
        (atomp 12)    ; => nil
    """
    return truth(value is None or isinstance(value, (Symbol, Truth)))


@predicates.builtin("consp", "cons?", "listp")
def is_list(value: Value) -> Truth | None:
    """Whether ``value`` is a list of any kind.

    Example:
        (consp (integers 1 2))    ; => true
        (consp "text")            ; => nil
    """
    return truth(isinstance(value, (list, array, LinkedList, Stream)))


@predicates.builtin("numberp", "number?")
def is_number(value: Value) -> Truth | None:
    """Whether ``value`` is a number of any kind.

    Example:
        (numberp 1.5)    ; => true
        (numberp "1")    ; => nil
    """
    return truth(isinstance(value, (int, float, complex)))


@predicates.builtin("integerp")
def is_integer(value: Value) -> Truth | None:
    """Whether ``value`` is an integer.

    Example:
        (integerp 1.5)    ; => nil
    """
    return truth(isinstance(value, int))


@predicates.builtin("floatp")
def is_float(value: Value) -> Truth | None:
    """Whether ``value`` is a number with a fraction part, of 64 or 32 bits.

    Example:
        (floatp 1.5)    ; => true
    """
    return truth(isinstance(value, float))


@predicates.builtin("stringp", "string?")
def is_string(value: Value) -> Truth | None:
    """Whether ``value`` is text.

    Example:
        (stringp "a")    ; => true
        (stringp 'a)     ; => nil
    """
    return truth(isinstance(value, (str, bytes)))


@predicates.builtin("dictionaryp")
def is_dictionary(value: Value) -> Truth | None:
    """Whether ``value`` is a dictionary of any kind.

    Example:
        (dictionaryp {"a":1})    ; => true
    """
    return truth(isinstance(value, dict))


@predicates.builtin("setp")
def is_set(value: Value) -> Truth | None:
    """Whether ``value`` is a set of any kind.

    Example:
        (setp (set 1 2))    ; => true
    """
    return truth(isinstance(value, LispSet))


@predicates.builtin("containerp")
def is_container(value: Value) -> Truth | None:
    """Whether ``value`` is a list, a dictionary, a set or another container.

    Example:
        (containerp {})    ; => true
    """
    return truth(isinstance(value, (list, array, dict, Container)))


@predicates.builtin("nullp", "null?")
def is_null(value: Value) -> Truth | None:
    """Whether ``value`` is ``nil`` or an empty plain list.

    Example:
        (nullp ())    ; => true
        (nullp 0)     ; => nil
    """
    typed = isinstance(value, (Strings, Stringbytes))
    return truth(value is None or (isinstance(value, LispList) and not typed and not value))


@predicates.builtin("emptyp", "empty?")
def is_empty(value: Value) -> Truth | None:
    """Whether ``value`` is an empty container or text, ``nil`` or zero.

    Example:
        (emptyp "")     ; => true
        (emptyp '(1))   ; => nil
    """
    return truth(not value)


@predicates.builtin("zerop", "zero?")
def is_zero(value: Value) -> Truth | None:
    """Whether ``value`` is a zero of any kind, ``nil`` or ``"0"``.

    Example:
        (zerop 0.0)    ; => true
        (zerop "0")    ; => true
        (zerop ())     ; => nil
    """
    number = isinstance(value, (int, float, complex))
    return truth(value is None or (number and value == 0) or value in ("0", b"0"))


@predicates.builtin("negativep")
def is_negative(value: float) -> Truth | None:
    """Whether a number is below zero.

    Example:
        (negativep -1)    ; => true
    """
    return truth(value < 0)


@predicates.builtin("positivep")
def is_positive(value: float) -> Truth | None:
    """Whether a number is above zero.

    Example:
        (positivep 0)    ; => nil
    """
    return truth(value > 0)


@predicates.builtin("cyclicp", "cyclic?")
def is_cyclic(value: Value) -> Truth | None:
    """Whether a list comes back to itself.

    Example:
        (cyclicp '(1 2))    ; => nil
    """
    if isinstance(value, LinkedList):
        return truth(value.is_cyclic())
    return truth(_contains(value, value, set()))


def _contains(container: Value, sought: Value, seen: set[int]) -> bool:
    if not isinstance(container, list) or id(container) in seen:
        return False
    seen.add(id(container))
    return any(item is sought or _contains(item, sought, seen) for item in container)


_VOWELS = frozenset("aeiouy")


def _bare(character: str) -> str:
    return unicodedata.normalize("NFD", character)[0].lower()


_EMOJI_JOINERS = frozenset("\u200d\ufe0e\ufe0f\u20e3" + "".join(map(chr, range(0x1F3FB, 0x1F400))))
"""What joins and varies the emojis before it."""


def _is_emoji(text: str) -> bool:
    bases = [character for character in text if character not in _EMOJI_JOINERS]
    return bool(bases) and all(
        unicodedata.category(base) == "So" and ord(base) > 0x2190 for base in bases
    )


Test = Callable[[str], bool]


def _each(test: Test) -> Test:
    """A test of a whole text: all its characters pass."""
    return lambda text: all(map(test, text))


_CHARACTERS: dict[str, tuple[Test, str, str, str]] = {
    "lower": (_each(str.islower), "a lower-case letter", "abc", "aBc"),
    "upper": (_each(str.isupper), "an upper-case letter", "ABC", "aBc"),
    "alpha": (_each(str.isalpha), "a letter", "abc", "a1"),
    "digit": (_each(str.isdigit), "a digit", "123", "1a"),
    "punctuation": (
        _each(lambda character: unicodedata.category(character)[0] in "PS"),
        "a punctuation mark",
        "?!",
        "a!",
    ),
    "vowel": (_each(lambda character: _bare(character) in _VOWELS), "a vowel", "aé", "ab"),
    "consonant": (
        _each(lambda character: character.isalpha() and _bare(character) not in _VOWELS),
        "a consonant",
        "bc",
        "ab",
    ),
    "emoji": (_is_emoji, "an emoji", "😀👍🏽", "a"),
}


def _declare(kind: str) -> None:
    test, description, holds, fails = _CHARACTERS[kind]

    def predicate(text: str) -> Truth | None:
        text = text_of(text)
        return truth(text and test(text))

    predicate.__name__ = f"{kind}p"
    predicate.__doc__ = f"""Whether every character of ``text`` is {description}.

    Example:
        ({kind}p "{holds}")    ; => true
        ({kind}p "{fails}")    ; => nil
    """
    predicates.builtin(f"{kind}p", f"{kind}?")(predicate)


for _kind in _CHARACTERS:
    _declare(_kind)
