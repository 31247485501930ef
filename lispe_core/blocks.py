"""Code under construction: statements in blocks, temporaries, and where values go.

Statements are added to the current block. An expression that was made earlier and stands behind
them must not notice: :meth:`Blocks.keep` and :meth:`Blocks.ordered` see to that.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from lispe_core import names, nodes
from lispe_core.forms import Span
from lispe_core.frames import Frame, SetVariables
from lispe_core.kinds import Kind, literal_kind

_DEEPEST = 40
_SENT = nodes.nil()
"""Stands for a value that has been sent elsewhere; it never becomes a part of code."""


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


class _Into:
    """Collects the statements emitted in a ``with`` block."""

    __slots__ = ("_blocks", "_inner", "_outer", "_state")

    def __init__(
        self, blocks: Blocks, inner: list[ast.stmt], state: SetVariables | None = None
    ) -> None:
        self._blocks = blocks
        self._inner = inner
        self._state = state

    def __enter__(self) -> list[ast.stmt]:
        self._outer, self._blocks.block = self._blocks.block, self._inner
        return self._inner

    def __exit__(self, *exception: object) -> None:
        self._blocks.block = self._outer
        if self._state is not None:
            self._state.restore()


class Blocks:
    """The statements of one unit: a form of the program or a function."""

    def __init__(self, frame: Frame, span: Span) -> None:
        self.frame = frame
        self.span = span
        self.block: list[ast.stmt] = []
        self.written: list[str] = []
        self.kinds: dict[str, Kind] = {}
        self._temporaries = 0
        self._heights: dict[int, tuple[ast.expr, int]] = {}

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
        return _SENT

    def add(self, statement: ast.stmt) -> None:
        """Append a statement to the current block."""
        self.block.append(nodes.placed(statement, self.span))

    def place(self, node: nodes.Node) -> nodes.Node:
        """``node`` at the form being emitted."""
        return nodes.placed(node, self.span)

    def into(self, block: list[ast.stmt]) -> _Into:
        """Collect the statements emitted meanwhile in ``block``."""
        return _Into(self, block)

    def branch(self) -> _Into:
        """A block that may not run: what it sets is not surely set afterwards."""
        return _Into(self, [], SetVariables.of(self.frame))

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

    def ordered(self, emitters: Sequence[Callable[[], ast.expr]]) -> list[ast.expr]:
        """What ``emitters`` give, evaluated in that order whatever statements they need."""
        results: list[ast.expr] = []
        for emit in emitters:
            first, writes = len(self.block), len(self.written)
            value = emit()
            if len(self.block) > first and results:
                lifted = self.block[first:]
                if not all(isinstance(statement, ast.FunctionDef) for statement in lifted):
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

    def store_temporary(self) -> Temporary:
        """A fresh temporary as a destination."""
        return Temporary(self.temporary())

    def finish(self, store: Temporary, to: Destination) -> ast.expr:
        """Send the value kept in a temporary to ``to``."""
        return self.deliver(nodes.name(store.slot), to)

    def call(self, function: ast.expr | str, *arguments: ast.expr) -> ast.expr:
        """A call at the form being emitted; an expression that has grown too deep is cut."""
        height = 1 + max([self._height(argument) for argument in arguments], default=0)
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

    def keep_unless_name(self, value: ast.expr) -> ast.expr:
        """``value`` itself if it can be written several times, else in a temporary."""
        return value if isinstance(value, (ast.Name, ast.Constant)) else self.keep(value)

    def has_type(self, value: ast.expr, word: str) -> ast.expr:
        """Whether the class of a value is exactly the one that support knows as ``word``."""
        if isinstance(value, ast.Constant):
            return nodes.constant(int(type(value.value).__name__ == word))
        return nodes.same(nodes.call("type", value), nodes.support(word))

    def is_text(self, value: ast.expr) -> ast.expr:
        """Whether a settled value is text, of characters or bytes."""
        return ast.Compare(nodes.call("type", value), [ast.In()], [nodes.support("texts")])

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
