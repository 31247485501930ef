"""What every panel is: a widget that receives events and says what it waits for while empty.

Events go down through :meth:`Panel.receive`; wishes go up as the messages defined here, and the
app answers them. A panel knows no session and no sibling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, Self, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Static

from workbench.runtime.protocol import Handle, Trail, Window

EventT = TypeVar("EventT")


@dataclass
class Inspect(Message):
    """More of a value is wanted; the app passes it on to ``Session.inspect``."""

    handle: Handle
    window: Window
    trail: Trail = ()


@dataclass
class Pin(Message):
    """A value shall be kept as it is now; the app passes it on to ``Session.pin``."""

    handle: Handle
    trail: Trail


@dataclass
class Compare(Message):
    """Differences of two values are wanted; the app passes it on to ``Session.compare``."""

    handle: Handle
    trail: Trail
    other: Handle


@dataclass
class Measure(Message):
    """Every element of a tensor shall be looked at; the app passes it on to ``Session.measure``.

    With ``other`` the tensor is compared with that.
    """

    handle: Handle
    trail: Trail
    other: Handle | None = None


@dataclass
class Define(Message):
    """A variable shall hold a value; the app asks for its name and calls ``Session.define``."""

    handle: Handle
    trail: Trail


@dataclass
class ShowAttention(Message):
    """Attention maps of a model, called ``title``, are wanted; the app asks of what."""

    handle: Handle
    trail: Trail
    title: str


@dataclass
class ShowVariable(Message):
    """A variable was chosen; the side of the panels lets the inspector show it."""

    handle: Handle
    name: str


@dataclass
class InterruptRequested(Message):
    """What runs shall stop; the app calls ``Session.interrupt``."""


@dataclass
class EvaluateSource(Message):
    """Lisp shall be evaluated; the app calls ``Session.evaluate`` and writes ``note`` down."""

    source: str
    origin: str
    note: str


@dataclass
class OpenLocation(Message):
    """A place in a source was chosen; lines and columns count from 1."""

    origin: str
    line: int
    column: int


class EmptyNotice(Static):
    """Centred words of an empty panel: first what is missing, on further lines how to get it."""

    DEFAULT_CSS = """
    EmptyNotice {
        width: 1fr;
        height: 1fr;
        content-align: center middle;
        text-align: center;
        padding: 0 2;
        color: $text-muted;
    }
    """

    def __init__(self, text: str) -> None:
        first, _, rest = text.partition("\n")
        super().__init__(Content.assemble((first, "$foreground bold"), "\n" * bool(rest), rest))


class Panel(Vertical, Generic[EventT]):
    """One view of what the session reports.

    A subclass names the events it ``accepts``, composes its widgets in :meth:`contents`, takes
    events in :meth:`receive` and sets ``filled`` once it has something to show. Until then the
    text ``empty`` stands in its place.
    """

    title: ClassVar[str]
    empty: ClassVar[str]
    accepts: ClassVar[tuple[type, ...]]

    ALLOW_MAXIMIZE = True
    DEFAULT_CSS = """
    Panel {
        background: $surface;
        & > * { display: none; }
        & > EmptyNotice { display: block; }
        &.-filled > * { display: block; }
        &.-filled > EmptyNotice { display: none; }
    }
    """

    filled: var[bool] = var(False, toggle_class="-filled")

    def compose(self) -> ComposeResult:
        """The notice, and what takes its place."""
        yield EmptyNotice(self.empty)
        yield from self.contents()

    def contents(self) -> ComposeResult:
        """The widgets of the filled panel."""
        raise NotImplementedError

    def receive(self, events: Sequence[EventT]) -> None:
        """Take a batch of events, each of a type in ``accepts``, in the order they happened."""
        raise NotImplementedError

    def watch_filled(self, filled: bool) -> None:
        """An empty panel takes the focus itself; a filled one leaves it to its widgets."""
        self.can_focus = not filled
        if filled and self.has_focus:
            self.call_after_refresh(self.focus)

    def focus(self, scroll_visible: bool = True) -> Self:
        """Focus the first widget inside that accepts it, or the panel while it is empty."""
        inside = self.query(Widget) if self.filled else ()
        target = next((child for child in inside if child.focusable), None)
        if target is None:
            return super().focus(scroll_visible)
        target.focus(scroll_visible)
        return self
