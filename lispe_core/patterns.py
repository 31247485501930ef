"""Patterns as they are written, and what they mean where they are defined.

Whether ``[f x]`` calls a function or is a list of two variables depends on what the program knows
when it defines the pattern. So patterns are read once, there, and keep their meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lispe_core import names
from lispe_core.errors import LispError
from lispe_core.expander import Expander
from lispe_core.forms import LITERALS, TRUE, DictionaryForm, LispList, SourceList, Symbol, Value
from lispe_core.namespace import OLDER_SPELLINGS, Namespace, Shape
from lispe_core.quotation import QUOTE
from lispe_core.type_names import is_type

ANYTHING = Symbol("_")
REST = Symbol("$")
_REPEATED = frozenset("%*+")
_EXPRESSIONS = frozenset({"rgx", "prgx"})


@dataclass(frozen=True, slots=True)
class Anything:
    """``_``."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A name; one that is bound already must equal the value."""

    name: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or a text, or a quoted form."""

    value: Value


@dataclass(frozen=True, slots=True)
class Typed:
    """A value of a type that matches the other patterns as well."""

    type_name: str
    parts: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """A data value or an instance, field by field."""

    shape: Shape
    parts: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A call that must be true; ``value`` is bound first, or becomes its last argument."""

    call: list[Value]
    value: Pattern
    is_argument: bool


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a list; ``repeated`` is ``%``, ``*``, ``+`` or nothing."""

    pattern: Pattern
    repeated: str = ""
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A list."""

    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A key, given or to be searched for, and what is under it."""

    key: Value
    name: str
    """The variable that the key is in, or nothing."""
    is_searched: bool
    content: Pattern


@dataclass(frozen=True, slots=True)
class Entries:
    """A dictionary; without ``rest`` it has no other keys."""

    entries: tuple[Entry, ...]
    rest: Pattern | None


Pattern = Anything | Variable | Literal | Typed | Fields | Condition | Row | Entries


class PatternReader:
    """Reads the parameters of one definition, from left to right.

    Args:
        namespace: What the program knows where the definition stands.
        expander: Its macros.
    """

    def __init__(self, namespace: Namespace, expander: Expander) -> None:
        self._namespace = namespace
        self._expander = expander
        self._bound: set[str] = set()

    def read(self, form: Value) -> Pattern:
        """What ``form`` means."""
        if isinstance(form, Symbol):
            return self._atom(form)
        if isinstance(form, DictionaryForm):
            return self._dictionary(form)
        if isinstance(form, list):
            try:
                return self._list(form)
            except LispError as error:
                if error.span is None and isinstance(form, SourceList):
                    error.span = form.span
                raise
        if form is None or form is TRUE or isinstance(form, LITERALS):
            return Literal(form)
        raise LispError("this cannot be a pattern")

    def _atom(self, symbol: Symbol) -> Pattern:
        if symbol is ANYTHING:
            return Anything()
        if self._is_type(symbol.name):
            return Typed(symbol.name, ())
        if symbol is REST:
            raise LispError("'$' stands in front of the last variable of a list")
        return self._variable(symbol.name)

    def _variable(self, name: str) -> Variable:
        is_new = name not in self._bound
        self._bound.add(name)
        return Variable(name, is_new)

    def _is_type(self, name: str) -> bool:
        namespace = self._namespace
        return is_type(name) or name in namespace.shapes or name in namespace.groups

    def _list(self, form: list[Value]) -> Pattern:
        head = form[0] if form else None
        if isinstance(head, Symbol) and head.name in self._expander.macros.names:
            return self.read(self._expander.expand(form))
        if head is QUOTE and len(form) == 2:
            return Literal(LispList(form))
        if isinstance(head, Symbol) and head not in (ANYTHING, REST):
            if head.name in self._namespace.shapes:
                return self._fields(self._namespace.shapes[head.name], form)
            if self._is_type(head.name):
                return Typed(head.name, tuple(self.read(part) for part in form[1:]))
            if self._is_call(head.name, form):
                return self._condition(form)
        return Row(tuple(self._elements(form)))

    def _fields(self, shape: Shape, form: list[Value]) -> Fields:
        expected = len(shape.fields)
        if len(form) - 1 != expected:
            raise LispError(
                f"'{form[0]}' has {expected} fields, its pattern here has {len(form) - 1}"
            )
        return Fields(shape, tuple(self.read(part) for part in form[1:]))

    def _is_call(self, name: str, form: list[Value]) -> bool:
        if len(form) < 2 or name in self._bound or name in OLDER_SPELLINGS:
            return False
        namespace = self._namespace
        known = namespace.definition(name) is not None
        return known or namespace.has_function(namespace.named_here(name))

    def _condition(self, form: list[Value]) -> Condition:
        *others, last = form[1:]
        local = _symbols(form[1:], self._is_free)
        unbound = _symbols(form[1:], self._is_unbound)
        is_argument = False
        if isinstance(last, list) and last and not unbound:
            is_argument = True
        elif isinstance(last, list) and last and not _symbols(others, self._is_unbound):
            is_argument = self._is_pattern(last)
        if is_argument:
            return Condition(_called(form), self.read(last), is_argument=True)
        chosen = last if isinstance(last, Symbol) else None
        if chosen in local or (chosen in unbound and not local):
            name = str(chosen)
        elif local or unbound:
            name = (local or unbound)[0].name
        else:
            raise LispError(f"the condition '{form[0]}' tests no variable")
        return Condition(_called(form), self._variable(name), is_argument=False)

    def _is_pattern(self, form: list[Value]) -> bool:
        """Whether the last operand of a condition is a pattern, rather than a computation."""
        head = form[0]
        return not isinstance(head, Symbol) or self._is_type(head.name)

    def _is_unbound(self, symbol: Symbol) -> bool:
        return symbol.name not in self._bound and symbol is not ANYTHING and symbol is not REST

    def _is_free(self, symbol: Symbol) -> bool:
        is_global = names.variable(symbol.name) in self._namespace.globals
        return self._is_unbound(symbol) and not is_global

    def _elements(self, form: list[Value]) -> Iterator[Element]:
        index = 0
        while index < len(form):
            part = form[index]
            index += 1
            following = form[index] if index < len(form) else None
            if part is REST:
                if index != len(form) - 1:
                    raise LispError("one variable, and nothing else, follows '$' in a pattern")
                yield Element(self.read(following), is_rest=True)
                return
            if isinstance(part, list) and isinstance(following, Symbol) and _marks(following.name):
                yield Element(self.read(part), following.name)
                index += 1
            elif isinstance(part, Symbol) and len(part.name) > 1 and _marks(part.name[-1]):
                yield Element(self._atom(Symbol(part.name[:-1])), part.name[-1])
            else:
                yield Element(self.read(part))

    def _dictionary(self, form: DictionaryForm) -> Entries:
        given: list[Entry] = []
        searched: list[tuple[Symbol, Value]] = []
        rest: Value = None
        has_rest = False
        for key, content in form.entries:
            if key is REST:
                rest, has_rest = content, True
            elif isinstance(key, Symbol) and key.name not in self._bound:
                searched.append((key, content))
            elif isinstance(key, Symbol):
                given.append(Entry(None, key.name, False, self.read(content)))
            else:
                given.append(Entry(_unquoted(key), "", False, self.read(content)))
        for key, content in searched:
            variable = None if key is ANYTHING else self._variable(key.name)
            name = variable.name if variable else ""
            given.append(Entry(None, name, True, self.read(content)))
        return Entries(tuple(given), self.read(rest) if has_rest else None)


def carries_type(pattern: Pattern) -> bool:
    """Whether a definition whose first parameter is this is tried before the others."""
    if isinstance(pattern, Literal):
        return pattern.value is not None and pattern.value is not TRUE
    return isinstance(pattern, (Typed, Fields))


def _marks(text: str) -> bool:
    return text in _REPEATED


def _unquoted(form: Value) -> Value:
    is_quoted = isinstance(form, list) and len(form) == 2 and form[0] is QUOTE
    return form[1] if is_quoted else form


def _called(form: list[Value]) -> list[Value]:
    """The call; ``(rgx pattern x)`` tests whether the whole of ``x`` matches."""
    head = form[0]
    if head.name in _EXPRESSIONS and len(form) > 2:
        match = LispList([Symbol(f"{head}_match"), LispList(form[:-1]), form[-1]])
        is_text = LispList([Symbol("stringp"), form[-1]])
        return LispList([Symbol("and"), is_text, match])
    return form


def _symbols(forms: Sequence[Value], wanted: Callable[[Symbol], bool]) -> list[Symbol]:
    """The symbols in operand positions that are wanted, from left to right."""
    found: list[Symbol] = []
    for form in forms:
        if isinstance(form, Symbol):
            if wanted(form):
                found.append(form)
        elif isinstance(form, list) and form and form[0] is not QUOTE:
            found.extend(_symbols(form[1:], wanted))
    return found
