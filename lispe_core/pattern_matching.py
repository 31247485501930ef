"""Patterns to Python ``ast``: the tests of a definition's parameters, nested in one another.

What a failing test leaves undone is everything behind it, so that control arrives at the next
definition by itself. Where a pattern must search (``x*`` in a list, a variable as the key of a
dictionary), it is a Python function of its own that returns what it bound.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lispe_core import nodes
from lispe_core.blocks import TEST
from lispe_core.data_types import DataShape
from lispe_core.emitter import Emitter
from lispe_core.forms import TRUE, LispList, Symbol, Value
from lispe_core.namespace import Shape
from lispe_core.patterns import (
    Anything,
    Condition,
    Element,
    Entries,
    Entry,
    Fields,
    Literal,
    Pattern,
    Row,
    Typed,
    Variable,
)
from lispe_core.spaces import plain_name

ARGUMENT = "a_"
"""Begins the Python names of a pattern function's arguments."""

_EXACT = {
    "integer_": "int",
    "number_": "float",
    "string_": "str",
    "complex_": "complex",
    "stringbyte_": "bytes",
    "dictionary_": "dict",
}
"""The Python class of a type whose values are all of that class exactly."""


@dataclass(slots=True)
class Known:
    """What the tests before have found out of the arguments, for the definitions behind them."""

    kinds: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)


class Matcher:
    """Emits the tests of one definition.

    Args:
        e: The emitter; its frame is that of the definition.
        known: What is known of the arguments.
        copied: Whether variables get copies of containers.
    """

    def __init__(self, e: Emitter, known: Known, *, copied: bool = False) -> None:
        self._e = e
        self._known = known
        self._outermost = e.block
        self._copied = copied
        self.bound: dict[str, None] = {}

    def require(self, test: ast.expr) -> None:
        """What is emitted from here on runs only where ``test`` holds."""
        block: list[ast.stmt] = []
        self._e.add(ast.If(test, block, []))
        self._e.block = block

    def match(self, pattern: Pattern, value: ast.expr) -> None:
        """Test a settled value against ``pattern``."""
        match pattern:
            case Anything():
                pass
            case Variable(name):
                self._bind(name, value)
            case Literal(expected):
                self.require(self._equals(expected, value))
            case Typed(type_name, parts):
                self.require(self._has_type(type_name, value))
                for part in parts:
                    self.match(part, value)
            case Fields(shape, parts):
                self.require(self._has_shape(shape, value))
                for index, part in enumerate(parts):
                    self._part(part, shape.field(value, index))
            case Condition():
                self._condition(pattern, value)
            case Row(elements):
                self._row(elements, value)
            case Entries():
                self._entries(pattern, value)

    def _bind(self, name: str, value: ast.expr) -> None:
        e = self._e
        if name in self.bound:
            held = nodes.name(e.frame.slot(name))
            self.require(ast.Compare(held, [ast.Eq()], [value]))
            return
        if self._copied and not name.endswith("@"):
            value = e.call("copied_argument", value)
        e.add(nodes.assign(e.frame.slot(name), value))
        self._declare(name)

    def _declare(self, name: str) -> None:
        self.bound[name] = None
        self._e.frame.variables.add(name)
        self._e.frame.set_here.add(name)

    def _part(self, pattern: Pattern, value: ast.expr) -> None:
        """Match an element that is computed once, and only if it is needed."""
        if isinstance(pattern, Anything):
            return
        if not (isinstance(pattern, Variable) and pattern.name not in self.bound):
            value = self._settled(value)
        self.match(pattern, value)

    def _settled(self, value: ast.expr) -> ast.Name:
        slot = self._e.temporary()
        self._e.add(nodes.assign(slot, value))
        return nodes.name(slot)

    # Scalars and types

    def _equals(self, expected: Value, value: ast.expr) -> ast.expr:
        e = self._e
        if expected is None:
            return e.call("is_nil", value)
        if expected is TRUE:
            return nodes.same(value, nodes.support("true"))
        if isinstance(expected, list):
            constant = e.constant(expected[1], borrowed=True)
            if isinstance(expected[1], Symbol):
                return nodes.same(value, constant)
            return ast.Compare(value, [ast.Eq()], [constant])
        equal = ast.Compare(value, [ast.Eq()], [nodes.constant(expected)])
        if isinstance(expected, str) and not self._has_kind(value):
            return equal  # nothing else equals a text
        kind = self._is_kind(value, type(expected).__name__)
        return ast.BoolOp(ast.And(), [kind, equal])

    def _is_kind(self, value: ast.expr, word: str) -> ast.expr:
        """Whether the class of ``value`` is exactly the one that support knows as ``word``."""
        return nodes.same(self._kind(value), nodes.support(word))

    def _kind(self, value: ast.expr) -> ast.expr:
        if isinstance(value, ast.Name) and value.id in self._known.kinds:
            return nodes.name(self._known.kinds[value.id])
        kind = nodes.call("type", value)
        if self._is_outermost(value) and isinstance(value, ast.Name):
            settled = self._settled(kind)
            self._known.kinds[value.id] = settled.id
            return settled
        return kind

    def _has_kind(self, value: ast.expr) -> bool:
        is_known = isinstance(value, ast.Name) and value.id in self._known.kinds
        return is_known or self._is_outermost(value)

    def _is_outermost(self, value: ast.expr) -> bool:
        """Whether a fact found here holds for all definitions behind this one."""
        is_argument = isinstance(value, ast.Name) and value.id.startswith(ARGUMENT)
        return is_argument and self._e.block is self._outermost

    def _has_type(self, name: str, value: ast.expr) -> ast.expr:
        e = self._e
        if name in _EXACT:
            return self._is_kind(value, _EXACT[name])
        test: ast.expr = e.call("has_type", value, nodes.constant(name))
        if name == "list_":
            return ast.BoolOp(ast.Or(), [self._is_kind(value, "LispList"), test])
        return test

    def _has_shape(self, shape: Shape, value: ast.expr) -> ast.expr:
        """Whether ``value`` is of a constructor or class; a list may be a data value in quotes."""
        e = self._e
        slot = nodes.name(e.namespace.function_slot(shape.full_name))
        is_made = nodes.same(self._kind(value), slot)
        if not isinstance(shape, DataShape):
            return is_made
        size = nodes.constant(len(shape.fields) + 1)
        has_size = ast.Compare(nodes.call("len", value), [ast.Eq()], [size])
        name = e.datum(Symbol(plain_name(shape.full_name)))
        is_named = nodes.same(nodes.item(value, nodes.constant(0)), name)
        is_quoted = ast.BoolOp(ast.And(), [self._is_kind(value, "LispList"), has_size, is_named])
        return ast.BoolOp(ast.Or(), [is_made, is_quoted])

    # Conditions

    def _condition(self, pattern: Condition, value: ast.expr) -> None:
        """A call that must be true; one that fails is not."""
        e = self._e
        call = pattern.call
        self.match(pattern.value, value)
        if pattern.is_argument:
            hidden = f"%{e.temporary()}"
            e.frame.slots[hidden] = self._settled(value).id
            self._declare(hidden)
            call = LispList([*call[:-1], Symbol(hidden)])
        holds, error = e.temporary(), e.temporary()
        with e.into([]) as test:
            e.add(nodes.assign(holds, e.emit(call, TEST)))
        fails = [
            ast.Expr(e.call("failed", nodes.name(error))),
            nodes.assign(holds, nodes.nil()),
        ]
        e.add(nodes.attempt(test, nodes.support("Exception"), fails, error))
        self.require(nodes.name(holds))

    # Lists

    def _row(self, elements: Sequence[Element], value: ast.expr) -> None:
        e = self._e
        if not elements:  # what ``cdr`` leaves of one element is nil
            self.require(e.call("is_nil", value))
            return
        values = self._as_list(value)
        is_list = nodes.different(values, nodes.nil())
        if any(element.repeated for element in elements):
            self.require(is_list)
            self._search(lambda: self._walk(elements, values))
            return
        plain = [element for element in elements if not element.is_rest]
        has_rest = len(plain) < len(elements)
        count = nodes.constant(len(plain))
        compared: ast.cmpop = ast.GtE() if has_rest else ast.Eq()
        enough = ast.Compare(nodes.call("len", values), [compared], [count])
        self.require(ast.BoolOp(ast.And(), [is_list, enough]))
        for index, element in enumerate(plain):
            self._part(element.pattern, nodes.item(values, nodes.constant(index)))
        if has_rest:
            self._part(elements[-1].pattern, e.call("rest", values, count))

    def _as_list(self, value: ast.expr) -> ast.Name:
        """The elements of ``value`` in a temporary that is ``nil`` for what is no list."""
        e = self._e
        if isinstance(value, ast.Name) and value.id in self._known.lists:
            return nodes.name(self._known.lists[value.id])
        outermost = self._is_outermost(value)
        kind = self._kind(value)
        is_scalar = ast.Compare(kind, [ast.In()], [nodes.support("SCALARS")])
        other = ast.IfExp(is_scalar, nodes.nil(), e.call("as_list", value))
        test = nodes.same(kind, nodes.support("LispList"))
        values = self._settled(ast.IfExp(test, value, other))
        if outermost and isinstance(value, ast.Name):
            self._known.lists[value.id] = values.id
        return values

    def _search(self, emit: Callable[[], None]) -> None:
        """Emit tests that may try several ways, as a function; go on with what it has bound."""
        e = self._e
        before = set(self.bound)
        function = e.temporary()
        outer, outermost = e.block, self._outermost
        with e.into([]) as body:
            emit()
            found = [e.frame.slot(name) for name in self.bound if name not in before]
            e.add(ast.Return(nodes.tuple_of([nodes.name(slot) for slot in found])))
        e.block, self._outermost = outer, outermost
        body.append(ast.Return(nodes.nil()))
        e.add(nodes.function(function, [], None, [], body))
        result = self._settled(e.call(nodes.name(function)))
        self.require(nodes.different(result, nodes.nil()))
        if found:
            targets = nodes.tuple_target([nodes.target(slot) for slot in found])
            e.add(ast.Assign([targets], result))

    def _walk(self, elements: Sequence[Element], values: ast.Name) -> None:
        """Match ``elements`` from left to right, at places that are known when it runs."""
        e = self._e
        end = self._settled(nodes.call("len", values))
        place: ast.expr = nodes.constant(0)
        for index, element in enumerate(elements):
            if element.is_rest:
                self._part(element.pattern, e.call("rest", values, place))
                return
            if element.repeated and isinstance(element.pattern, (Variable, Anything)):
                is_last = index == len(elements) - 1
                place = self._stretch(element, values, place, end, is_last=is_last)
            elif element.repeated:
                place = self._run(element, values, place, end)
            else:
                self.require(ast.Compare(place, [ast.Lt()], [end]))
                self._part(element.pattern, nodes.item(values, place))
                place = self._settled(ast.BinOp(place, ast.Add(), nodes.constant(1)))
        self.require(ast.Compare(place, [ast.Eq()], [end]))

    def _stretch(
        self, element: Element, values: ast.Name, place: ast.expr, end: ast.Name, *, is_last: bool
    ) -> ast.expr:
        """``x*`` and its like: the shortest stretch behind which the rest matches."""
        e = self._e
        is_optional = element.repeated == "%"
        fewest = nodes.constant(int(element.repeated == "+"))
        first: ast.expr = ast.BinOp(place, ast.Add(), fewest)
        if is_last and not is_optional:
            first = e.call("max", first, end)
        last: ast.expr = ast.BinOp(end, ast.Add(), nodes.constant(1))
        if is_optional:
            last = e.call("min", last, ast.BinOp(place, ast.Add(), nodes.constant(2)))
        stop = e.temporary()
        body: list[ast.stmt] = []
        e.add(ast.For(nodes.target(stop), e.call("range", first, last), body, [], None))
        e.block = body
        word = "stretch_or_nil" if is_optional else "stretch"
        self._part(element.pattern, e.call(word, values, place, nodes.name(stop)))
        return nodes.name(stop)

    def _run(self, element: Element, values: ast.Name, place: ast.expr, end: ast.Name) -> ast.expr:
        """``(< x 10)+``: the longest run of elements that match; its variable gets their list."""
        e = self._e
        here = self._settled(place)
        before = set(self.bound)
        is_optional = element.repeated == "%"
        test: ast.expr = ast.Compare(here, [ast.Lt()], [end])
        if is_optional:
            test = ast.BoolOp(ast.And(), [test, ast.Compare(here, [ast.Eq()], [place])])
        turn: list[ast.stmt] = []
        e.add(ast.While(test, turn, []))
        outer, e.block = e.block, turn
        copied, self._copied = self._copied, False
        self._part(element.pattern, nodes.item(values, here))
        self._copied = copied
        e.add(nodes.assign(here.id, ast.BinOp(here, ast.Add(), nodes.constant(1))))
        e.add(ast.Continue())
        turn.append(ast.Break())
        e.block = outer
        found = [name for name in self.bound if name not in before]
        for name in found:
            del self.bound[name]
            e.frame.set_here.discard(name)
        if element.repeated == "+":
            self.require(ast.Compare(here, [ast.Gt()], [place]))
        word = "stretch_or_nil" if is_optional else "stretch"
        for name in found:
            self._bind(name, e.call(word, values, place, here))
        return here

    # Dictionaries

    def _entries(self, pattern: Entries, value: ast.expr) -> None:
        e = self._e
        is_other = nodes.call("isinstance", value, nodes.support("dict"))
        self.require(ast.BoolOp(ast.Or(), [self._is_kind(value, "dict"), is_other]))
        if pattern.rest is None:
            count = nodes.constant(len(pattern.entries))
            self.require(ast.Compare(nodes.call("len", value), [ast.Eq()], [count]))
        used: list[ast.expr] = []
        for entry in pattern.entries:
            if not entry.is_searched:
                key = self._given_key(entry, value)
                used.append(key)
                self._part(entry.content, nodes.item(value, key))
        searched = [entry for entry in pattern.entries if entry.is_searched]
        if searched:
            self._search(lambda: self._find_keys(searched, value, used, pattern.rest))
        elif pattern.rest is not None:
            self._part(pattern.rest, e.call("without_keys", value, nodes.tuple_of(used)))

    def _given_key(self, entry: Entry, value: ast.expr) -> ast.expr:
        """Require a key; the key as the dictionary has it."""
        e = self._e
        if isinstance(entry.key, str):
            literal = nodes.constant(entry.key)
            self.require(ast.Compare(literal, [ast.In()], [value]))
            return literal
        given = nodes.name(e.frame.slot(entry.name)) if entry.name else e.constant(entry.key)
        key = self._settled(e.call("key_in", value, given))
        self.require(nodes.different(key, nodes.support("unset")))
        return key

    def _find_keys(
        self,
        entries: Sequence[Entry],
        value: ast.expr,
        used: Sequence[ast.expr],
        rest: Pattern | None,
    ) -> None:
        e = self._e
        for entry in entries:
            slot = e.temporary()
            body: list[ast.stmt] = []
            e.add(ast.For(nodes.target(slot), e.call("list", value), body, [], None))
            e.block = body
            key = nodes.name(slot)
            if used:
                self.require(ast.Compare(key, [ast.NotIn()], [nodes.tuple_of(used)]))
            if entry.name:
                self._bind(entry.name, key)
            self._part(entry.content, nodes.item(value, key))
            used = [*used, key]
        if rest is not None:
            self._part(rest, e.call("without_keys", value, nodes.tuple_of(used)))
