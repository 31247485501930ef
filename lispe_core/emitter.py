"""Forms to Python ``ast``: blocks, operands, names, calls.

``emit(form, to)`` sends the value of a form to a destination. Statements go to the current
block; for the destinations :data:`VALUE` and :data:`TEST` the result is an expression, to be
evaluated after these statements. Order of evaluation holds: when an operand has statements,
the operands before it are kept in temporaries (see :meth:`Emitter.operands`).

The special forms are functions of :mod:`lispe_core.special`, built from the methods here.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from lispe_core import names, nodes
from lispe_core.analysis import Analysis
from lispe_core.call_forms import call_form, function_operands
from lispe_core.errors import LispError
from lispe_core.expander import Expander
from lispe_core.forms import TRUE, DictionaryForm, LispList, SourceList, Span, Symbol, Value
from lispe_core.frames import Frame, InstanceFrame, SetVariables
from lispe_core.functions import FunctionInfo
from lispe_core.kinds import Kind, literal_kind
from lispe_core.namespace import Namespace
from lispe_core.quotation import QUOTE, quoted_entries, quoted_value
from lispe_core.spaces import leaving_as_found, qualified
from lispe_core.threads import current_task

if TYPE_CHECKING:
    from lispe_core.compiler import Compiler

CUT = "cut_"
"""Ends the search of a predicate with the definition that it stands in."""
NIL_NAMES = frozenset({"_", "fail_"})
_DEEPEST = 40
_SCALARS = (int, float, complex, str, bytes)


class Destination:
    """Where the value of a form goes."""

    __slots__ = ()


class Store(Destination):
    """Into a variable; ``target`` makes the target of the assignment."""

    __slots__ = ("target",)

    def __init__(self, target: Callable[[], ast.expr]) -> None:
        self.target = target


class Temporary(Store):
    """Into a Python name of the emitter."""

    __slots__ = ("slot",)

    def __init__(self, slot: str) -> None:
        super().__init__(lambda: nodes.target(slot))
        self.slot = slot


EFFECT = Destination()
VALUE = Destination()
TEST = Destination()
RETURN = Destination()


class Emitter:
    """Emits the code of one unit: a form of the program or a function."""

    def __init__(
        self,
        namespace: Namespace,
        expander: Expander,
        frame: Frame,
        span: Span,
        compiler: Compiler,
    ) -> None:
        self.namespace = namespace
        self.compiler = compiler
        self.expander = expander
        self.analysis = Analysis(expander)
        self.frame = frame
        self.span = span
        self.block: list[ast.stmt] = []
        self.written: list[str] = []
        self.kinds: dict[str, Kind] = {}
        self.in_threadspace = False
        self.functions: dict[str, tuple[FunctionInfo, str]] = {}
        self._temporaries = 0
        self._heights: dict[int, tuple[ast.expr, int]] = {}

    # Destinations

    def emit(self, form: Value, to: Destination, span: Span | None = None) -> ast.expr:
        """Send the value of ``form`` to ``to``; the expression for ``VALUE`` and ``TEST``."""
        outer = self.span
        if isinstance(form, (SourceList, DictionaryForm)):
            span = form.span
        if span is not None and span.origin == outer.origin:
            self.span = span
        try:
            if isinstance(form, list):
                return self._list(form, to)
            return self.deliver(self._atom(form), to)
        except LispError as error:
            error.span = error.span or self.span
            raise
        finally:
            self.span = outer

    def deliver(self, value: ast.expr, to: Destination) -> ast.expr:
        """Send a value that is already an expression to ``to``."""
        if to is VALUE or to is TEST:
            return value
        if to is RETURN:
            self.add(ast.Return(value))
        elif isinstance(to, Store):
            self.add(ast.Assign([to.target()], value))
        elif not isinstance(value, (ast.Constant, ast.Name)) or not self.is_settled(value):
            self.add(ast.Expr(value))
        return nodes.nil()

    def add(self, statement: ast.stmt) -> None:
        """Append a statement to the current block."""
        self.block.append(nodes.placed(statement, self.span))

    def place(self, node: nodes.Node) -> nodes.Node:
        """``node`` at the form being emitted."""
        return nodes.placed(node, self.span)

    @contextmanager
    def into(self, block: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
        """Collect the statements emitted meanwhile in ``block``."""
        outer, self.block = self.block, block
        try:
            yield block
        finally:
            self.block = outer

    @contextmanager
    def branch(self) -> Iterator[list[ast.stmt]]:
        """A block that may not run: what it sets is not surely set afterwards."""
        state = SetVariables.of(self.frame)
        with self.into([]) as block:
            yield block
        state.restore()

    def temporary(self) -> str:
        """A fresh Python name."""
        self._temporaries += 1
        return f"t_{self._temporaries}"

    def keep(self, value: ast.expr) -> ast.expr:
        """``value`` computed now: itself if nothing can change it, else in a temporary."""
        if self.is_settled(value):
            return value
        slot = self.temporary()
        self.add(nodes.assign(slot, value))
        return nodes.name(slot)

    def is_settled(self, value: ast.expr) -> bool:
        """Whether no statement can change the value of the expression."""
        if isinstance(value, ast.Constant):
            return True
        return isinstance(value, ast.Name) and value.id.startswith(("t_", "r_", "b_", "q_", "c_"))

    # Several forms

    def operands(
        self, form: Sequence[Value], start: int = 1, end: int | None = None
    ) -> list[ast.expr]:
        """The values of some elements of a form, to be evaluated from left to right."""
        last = len(form) if end is None else end
        return self.ordered([self.operand_later(form, index) for index in range(start, last)])

    def ordered(self, emitters: Sequence[Callable[[], ast.expr]]) -> list[ast.expr]:
        """What ``emitters`` give, evaluated in that order whatever statements they need."""
        results: list[ast.expr] = []
        for emit in emitters:
            first, writes = len(self.block), len(self.written)
            value = emit()
            lifted = self.block[first:]
            if any(not isinstance(statement, ast.FunctionDef) for statement in lifted):
                del self.block[first:]
                changed = set(self.written[writes:])
                results = [self._kept_before(earlier, changed) for earlier in results]
                self.block.extend(lifted)
            results.append(value)
        return results

    def _kept_before(self, value: ast.expr, changed: set[str]) -> ast.expr:
        if isinstance(value, ast.Name) and value.id not in changed and self.is_private(value.id):
            return value
        return self.keep(value)

    def is_private(self, slot: str) -> bool:
        """Whether only statements of this frame can change the variable in ``slot``."""
        if not slot.startswith(names.VARIABLE):
            return slot.startswith(names.INLINE)
        owner = self.frame.owner_of(self.frame.name_in(slot))
        return owner is not None and owner is self.frame.function and not owner.shared

    def operand(self, form: Sequence[Value], index: int, to: Destination = VALUE) -> ast.expr:
        """Send the value of one element of ``form`` to ``to``."""
        return self.emit(form[index], to, self.span_of(form, index))

    def operand_later(self, form: Sequence[Value], index: int) -> Callable[[], ast.expr]:
        """What emits one element of ``form``: a plain function, which leaves room to nest."""
        return lambda: self.operand(form, index)

    def span_of(self, form: Sequence[Value], index: int) -> Span:
        """The place of one element of ``form``."""
        return form.spans[index] if isinstance(form, SourceList) else self.span

    def sequence(self, form: Sequence[Value], start: int, to: Destination) -> ast.expr:
        """The elements from ``start`` on, one after the other; the last one goes to ``to``."""
        if start >= len(form):
            return self.deliver(nodes.nil(), to)
        with leaving_as_found():
            for index in range(start, len(form) - 1):
                self.operand(form, index, EFFECT)
            return self.operand(form, len(form) - 1, to)

    def store_temporary(self) -> Temporary:
        """A fresh temporary as a destination."""
        return Temporary(self.temporary())

    def finish(self, store: Temporary, to: Destination) -> ast.expr:
        """Send the value kept in a temporary to ``to``."""
        return self.deliver(nodes.name(store.slot), to)

    def emit_value(self, form: Value) -> ast.expr:
        """The value of a form that has no place of its own."""
        return self.emit(form, VALUE)

    @contextmanager
    def at(self, form: Value) -> Iterator[None]:
        """Emit at the place of ``form``."""
        outer = self.span
        if isinstance(form, SourceList) and form.span.origin == outer.origin:
            self.span = form.span
        try:
            yield
        finally:
            self.span = outer

    # Atoms

    def _atom(self, form: Value) -> ast.expr:
        if form is TRUE:
            return nodes.support("true")
        if isinstance(form, Symbol):
            return self.place(self.read(form.name))
        if form is None or isinstance(form, _SCALARS):
            return self.place(nodes.constant(form)) if type(form) in _PLAIN else self.datum(form)
        if isinstance(form, DictionaryForm):
            return self._dictionary(form)
        return self.datum(form)

    def read(self, name: str) -> ast.expr:
        """The value of a variable, or of what else the name means."""
        if name in NIL_NAMES:
            return nodes.nil()
        if name == CUT and self.frame.cut is not None:
            self.add(nodes.assign(self.frame.cut, nodes.constant(True)))
            return nodes.support("true")
        if not self.in_threadspace:
            return self._variable(name)
        key = nodes.constant(name)
        shared = nodes.item(nodes.support("shared"), key)
        return ast.IfExp(self._is_shared(name), shared, self._variable(name))

    def _is_shared(self, name: str) -> ast.expr:
        return ast.Compare(nodes.constant(name), [ast.In()], [nodes.support("shared")])

    def _variable(self, name: str) -> ast.expr:
        owner = self.frame.owner_of(name)
        slot = self.slot(name, owner)
        if owner is None:
            full_name = qualified(name)
            is_hidden = full_name == name or slot in self.namespace.globals
            if not is_hidden and self.namespace.has_function(full_name):
                return nodes.name(self.namespace.function_slot(full_name))
            if slot not in self.namespace.globals and slot not in self.namespace.base:
                self.namespace.definition(name)
            return nodes.name(slot)
        if isinstance(owner, InstanceFrame):
            return self._field(name, owner)
        if owner.dictionary:
            held = nodes.name(owner.dictionary)
            return ast.IfExp(
                ast.Compare(nodes.constant(slot), [ast.In()], [held]),
                nodes.item(nodes.name(owner.dictionary), nodes.constant(slot)),
                self._outside(name),
            )
        if self.frame.is_set(name, owner):
            return nodes.name(slot)
        owner.to_unset.add(name)
        return ast.IfExp(
            nodes.different(nodes.name(slot), nodes.support("unset")),
            nodes.name(slot),
            self._outside(name),
        )

    def _outside(self, name: str) -> ast.expr:
        """What a name means where it is no variable of the call frame."""
        instance = self.frame.instance
        looked_up = nodes.call("global_value", nodes.constant(name))
        return looked_up if instance is None else self._field(name, instance, looked_up)

    def _field(
        self, name: str, owner: InstanceFrame, looked_up: ast.expr | None = None
    ) -> ast.expr:
        """A field of the current instance, else one of its methods, else a global variable.

        ``looked_up`` finds the latter where Python has a local variable of that name.
        """
        key, fields = nodes.constant(name), nodes.name(owner.dictionary or "")
        if name in owner.set_here:
            return nodes.item(fields, key)
        if name in owner.methods:
            return nodes.attribute(nodes.name(owner.this), names.function(name))
        slot = names.variable(name)
        if slot not in self.namespace.globals:
            if slot not in self.namespace.base:
                self.namespace.definition(name)
            if slot in self.namespace.base:
                return looked_up or nodes.name(slot)
        owner.is_used = True
        is_field = ast.Compare(key, [ast.In()], [fields])
        found = looked_up or nodes.name(slot)
        return ast.IfExp(is_field, nodes.item(fields, key), self.place(found))

    def slot(self, name: str, owner: Frame | None) -> str:
        """The Python name of a variable."""
        return names.variable(name) if owner is None else owner.slot(name)

    def destination_of(self, name: str) -> Store:
        """The variable ``name`` as a destination."""
        owner = self.frame.owner_of(name)
        self.written.append(self.slot(name, owner))
        if owner is None and (self.frame.kind != "root" or current_task() is not None):
            guard = self.call("guard_global", nodes.constant(name))
            self.add(ast.If(nodes.support("running_threads"), [ast.Expr(guard)], []))
        return Store(self.frame.target(name))

    def mark_set(self, name: str) -> None:
        """Note that ``name`` has a value from here on."""
        owner = self.frame.owner_of(name)
        if owner is not None:
            owner.set_here.add(name)

    def store_text(self, name: str, value: ast.expr) -> None:
        """Give the variable ``name``, wherever it is, a settled value if that is text."""
        with self.into([]) as stored:
            self.store_where_found(name, value)
        self.add(ast.If(self.is_text(value), stored, []))

    def is_text(self, value: ast.expr) -> ast.expr:
        """Whether a settled value is text, of characters or bytes."""
        kinds = [self.has_type(value, "str"), self.has_type(value, "bytes")]
        return ast.BoolOp(ast.Or(), kinds)

    def store_where_found(self, name: str, value: ast.expr) -> None:
        """Give the variable that ``name`` is now, local, field or global, a settled value."""
        self.store_shared_or(name, value, lambda: self._store_where_found(name, value))

    def store_shared_or(self, name: str, value: ast.expr, store: Callable[[], object]) -> None:
        """Give a variable that threads share a settled value; else do what ``store`` does."""
        if not self.in_threadspace:
            store()
            return
        with self.into([]) as shared:
            place = nodes.item_target(nodes.support("shared"), nodes.constant(name))
            self.add(ast.Assign([place], value))
        with self.branch() as own:
            store()
        self.add(ast.If(self._is_shared(name), shared, own))

    def _store_where_found(self, name: str, value: ast.expr) -> None:
        owner = self.frame.owner_of(name)
        if owner is None or (owner.dictionary is None and self.frame.is_set(name, owner)):
            self.deliver(value, self.destination_of(name))
            return
        with self.into([]) as local:
            self.deliver(value, self.destination_of(name))
        with self.into([]) as outside:
            self._store_outside(name, value)
        self.add(ast.If(self.has_local(name, owner), local, outside))

    def _store_outside(self, name: str, value: ast.expr) -> None:
        """Give a field or a global variable a settled value."""
        slot, instance = nodes.constant(names.variable(name)), self.frame.instance
        in_global: list[ast.stmt] = [ast.Expr(self.call("set_global", slot, value))]
        if instance is None:
            self.block.extend(in_global)
            return
        key, fields = nodes.constant(name), nodes.name(instance.dictionary or "")
        in_field: list[ast.stmt] = [ast.Assign([nodes.item_target(fields, key)], value)]
        self.add(ast.If(ast.Compare(key, [ast.In()], [fields]), in_field, in_global))

    def has_local(self, name: str, owner: Frame) -> ast.expr:
        """Whether a variable of a frame has a value."""
        slot = owner.slot(name)
        if owner.dictionary:
            held = nodes.name(owner.dictionary)
            return ast.Compare(nodes.constant(slot), [ast.In()], [held])
        owner.to_unset.add(name)
        return nodes.different(nodes.name(slot), nodes.support("unset"))

    def datum(self, value: Value) -> ast.expr:
        """A value that Python has no literal for, held by the namespace."""
        if isinstance(value, Symbol):
            slot = names.ATOM + names.mangled(value.name)
            self.namespace.base[slot] = value
        else:
            slot = f"c_{len(self.namespace.base)}"
            self.namespace.base[slot] = value
        return self.place(nodes.name(slot))

    def _dictionary(self, form: DictionaryForm) -> ast.expr:
        emitters: list[Callable[[], ast.expr]] = []
        for (key, value), (key_span, value_span) in zip(form.entries, form.spans, strict=True):
            emitters.append(partial(self.emit, key, VALUE, key_span))
            emitters.append(partial(self.emit, value, VALUE, value_span))
        return self.place(nodes.call("dictionary", *self.ordered(emitters)))

    # Lists

    def _list(self, form: list[Value], to: Destination) -> ast.expr:
        if not form:
            return self.deliver(self.place(nodes.call("LispList")), to)
        expanded = self.expander.expand(form)
        if expanded is not form:
            return self.emit(expanded, to, self.span)
        return call_form(self, form, to)

    def instruction(self, name: str, *arguments: ast.expr) -> ast.expr:
        """The call of a built-in instruction."""
        return self.call(nodes.name(names.INSTRUCTION + names.mangled(name)), *arguments)

    def deliver_call(self, name: str, form: list[Value], to: Destination) -> ast.expr:
        """The ordinary call of an instruction that could not be written otherwise."""
        return self.deliver(self.instruction(name, *function_operands(self, name, form)), to)

    def call(self, function: ast.expr | str, *arguments: ast.expr) -> ast.expr:
        """A call at the form being emitted; an expression that has grown too deep is cut."""
        height = 1 + max((self._height(argument) for argument in arguments), default=0)
        if height > _DEEPEST:
            arguments = tuple(self.keep(argument) for argument in arguments)
            height = 1
        return self.with_height(self.place(nodes.call(function, *arguments)), height)

    def with_height(self, value: ast.expr, height: int) -> ast.expr:
        """``value``, remembered as an expression of that depth."""
        if height > 1:
            self._heights[id(value)] = value, height
        return value

    def _height(self, value: ast.expr) -> int:
        return self._heights.get(id(value), (value, 1))[1]

    def looked_at(
        self, form: Sequence[Value], start: int = 1, end: int | None = None
    ) -> list[ast.expr]:
        """The values of operands; the first one is only read, so a constant needs no copy."""
        later = range(start + 1, len(form) if end is None else end)
        return self.ordered(
            [
                partial(self._looked_at, form, start),
                *(self.operand_later(form, index) for index in later),
            ]
        )

    def _looked_at(self, form: Sequence[Value], index: int) -> ast.expr:
        element = form[index]
        if isinstance(element, list) and len(element) == 2 and element[0] is QUOTE:
            return self.constant(element[1], borrowed=True)
        return self.operand(form, index)

    def keep_unless_name(self, value: ast.expr) -> ast.expr:
        """``value`` itself if it can be written several times, else in a temporary."""
        return value if isinstance(value, (ast.Name, ast.Constant)) else self.keep(value)

    def has_type(self, value: ast.expr, word: str) -> ast.expr:
        """Whether the class of a value is exactly the one that support knows as ``word``."""
        if isinstance(value, ast.Constant):
            return nodes.constant(int(type(value.value).__name__ == word))
        return nodes.same(nodes.call("type", value), nodes.support(word))

    def constant(self, form: Value, *, borrowed: bool = False) -> ast.expr:
        """The value of ``(quote form)``: a copy, unless it is only looked at."""
        if isinstance(form, DictionaryForm):
            return self._dictionary(quoted_entries(form))
        if not isinstance(form, list):
            return self.datum(form) if isinstance(form, Symbol) else self._atom(form)
        if not form:
            return self.place(nodes.call("LispList"))
        value = self.datum(quoted_value(form))
        if borrowed and not any(isinstance(part, (list, DictionaryForm)) for part in form):
            return value
        return self.place(nodes.call("copy", value))

    def iterated(self, form: Sequence[Value], index: int) -> ast.expr:
        """What a loop over one element of ``form`` visits; a range that nobody keeps is no list."""
        if is_range(form[index]):
            return self.visited_range(form[index])
        return self.call("iterate", self.looked_at(form, index, index + 1)[0])

    def visited_range(self, form: list[Value]) -> ast.expr:
        """The elements of a ``(range first last step)``, which can be visited several times."""
        with self.at(form):
            return self.call("visited_range", *self.operands(form))

    def part(self, form: list[Value], start: int, end: int) -> list[Value]:
        """A slice of ``form`` that keeps its places."""
        if not isinstance(form, SourceList):
            return LispList(form[start:end])
        piece = SourceList(form[start:end])
        piece.span, piece.spans = form.span, form.spans[start:end]
        return piece

    def kind_of(self, value: ast.expr) -> Kind:
        """What is known of the value of a constant or a variable."""
        if isinstance(value, ast.Constant):
            return literal_kind(value.value)
        if isinstance(value, ast.Name):
            if value.id in self.kinds:
                return self.kinds[value.id]
            if value.id.startswith(names.VARIABLE):
                name = self.frame.name_in(value.id)
                owner = self.frame.owner_of(name)
                return owner.kinds.get(name, Kind.ANY) if owner is not None else Kind.ANY
        return Kind.ANY

    def set_variables(self) -> SetVariables:
        """What surely has a value here."""
        return SetVariables.of(self.frame)


def is_range(form: Value) -> bool:
    """Whether ``form`` is a ``(range first last step)``."""
    return isinstance(form, list) and len(form) == 4 and form[0] is Symbol("range")


_PLAIN = {int, float, complex, str, bytes, type(None)}
