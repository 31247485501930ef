"""Forms to Python ``ast``: atoms, operands, lists.

``emit(form, to)`` sends the value of a form to a destination. Statements go to the current
block; for the destinations :data:`VALUE` and :data:`TEST` the result is an expression, to be
evaluated after these statements. Order of evaluation holds: when an operand has statements,
the operands before it are kept in temporaries (see :meth:`lispe_core.blocks.Blocks.ordered`).

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
from lispe_core.blocks import EFFECT, VALUE, Destination
from lispe_core.call_forms import call_form, function_operands
from lispe_core.errors import LispError
from lispe_core.expander import Expander
from lispe_core.forms import TRUE, DictionaryForm, LispList, SourceList, Span, Symbol, Value
from lispe_core.frames import Frame
from lispe_core.functions import FunctionInfo
from lispe_core.namespace import Namespace
from lispe_core.quotation import QUOTE, quoted_entries, quoted_value
from lispe_core.spaces import leaving_as_found
from lispe_core.variables import Variables

if TYPE_CHECKING:
    from lispe_core.compiler import Compiler

_SCALARS = (int, float, complex, str, bytes)


class Emitter(Variables):
    """Emits the code of one unit: a form of the program or a function."""

    def __init__(
        self,
        namespace: Namespace,
        expander: Expander,
        frame: Frame,
        span: Span,
        compiler: Compiler,
    ) -> None:
        super().__init__(namespace, frame, span)
        self.compiler = compiler
        self.expander = expander
        self.analysis = Analysis(expander)
        self.functions: dict[str, tuple[FunctionInfo, str]] = {}

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

    # Several forms

    def operands(
        self, form: Sequence[Value], start: int = 1, end: int | None = None
    ) -> list[ast.expr]:
        """The values of some elements of a form, to be evaluated from left to right."""
        last = len(form) if end is None else end
        return self.ordered([self.operand_later(form, index) for index in range(start, last)])

    def operand(self, form: Sequence[Value], index: int, to: Destination = VALUE) -> ast.expr:
        """Send the value of one element of ``form`` to ``to``."""
        element = form[index]
        if isinstance(element, SourceList):
            return self.emit(element, to)
        # What cannot fail needs no place of its own.
        if type(element) in _PLAIN:
            return self.deliver(nodes.constant(element), to)
        if type(element) is Symbol and (local := self.settled_local(element.name)) is not None:
            return self.deliver(local, to)
        return self.emit(element, to, self.span_of(form, index))

    def operand_later(self, form: Sequence[Value], index: int) -> Callable[[], ast.expr]:
        """What emits one element of ``form``: a plain function, which leaves room to nest."""
        return lambda: self.operand(form, index)

    def span_of(self, form: Sequence[Value], index: int) -> Span:
        """The place of one element of ``form``."""
        return form.span_at(index) if isinstance(form, SourceList) else self.span

    def sequence(self, form: Sequence[Value], start: int, to: Destination) -> ast.expr:
        """The elements from ``start`` on, one after the other; the last one goes to ``to``."""
        if start >= len(form):
            return self.deliver(nodes.nil(), to)
        with leaving_as_found():
            for index in range(start, len(form) - 1):
                self.operand(form, index, EFFECT)
            return self.operand(form, len(form) - 1, to)

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
        return form.picked(range(start, min(end, len(form))))


def is_range(form: Value) -> bool:
    """Whether ``form`` is a ``(range first last step)``."""
    return isinstance(form, list) and len(form) == 4 and form[0] is Symbol("range")


_PLAIN = {int, float, complex, str, bytes, type(None)}
