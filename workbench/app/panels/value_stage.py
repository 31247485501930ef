"""Where a value is shown: a tensor's elements or histogram, a model's tree, parts, or text."""

from __future__ import annotations

from typing import Literal

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from workbench.app.drawable import drawable
from workbench.app.panels.entry_list import EntryList
from workbench.app.panels.module_tree import WHOLE, ModuleTree
from workbench.app.panels.slice_bar import SliceBar
from workbench.app.panels.tensor_grid import Shading, TensorGrid
from workbench.app.panels.tensor_pictures import histogram_rows
from workbench.runtime.protocol import EntriesView, Handle, TensorView, Trail, ValueView, Window

LONGEST_TEXT = 50_000
ATTENTION_NAMES = ("batch", "head")
Scene = Literal["grid", "tree", "entries", "text"]


class ValueStage(Vertical):
    """Shows one value at a time; what it is decides which widget does."""

    DEFAULT_CSS = """
    ValueStage {
        height: 1fr;
        & > * { display: none; }
        &.-grid > TensorGrid { display: block; }
        &.-grid.-deep > SliceBar { display: block; }
        &.-tree > ModuleTree { display: block; }
        &.-entries > EntryList { display: block; }
        &.-text > VerticalScroll { display: block; height: 1fr; }
        & #value-text { padding: 0 1; height: auto; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.scene: Scene = "text"
        self.view: TensorView | None = None
        self.histogram = False
        self.active = 0
        self.attention = False
        self.other_shading: Shading = "map"

    def compose(self) -> ComposeResult:
        """A widget for each kind of value."""
        yield SliceBar()
        yield TensorGrid()
        yield ModuleTree()
        yield EntryList()
        with VerticalScroll(can_focus=True):
            yield Static(id="value-text", markup=False)

    @property
    def grid(self) -> TensorGrid:
        """The elements of a tensor."""
        return self.query_one(TensorGrid)

    @property
    def modules(self) -> ModuleTree:
        """The parts of a model."""
        return self.query_one(ModuleTree)

    @property
    def entries(self) -> EntryList:
        """The parts of a container."""
        return self.query_one(EntryList)

    @property
    def staged(self) -> Widget:
        """The widget that shows the value."""
        match self.scene:
            case "grid":
                return self.grid
            case "tree":
                return self.modules
            case "entries":
                return self.entries
        return self.query_one(VerticalScroll)

    @property
    def window(self) -> Window:
        """What is in view."""
        if self.scene == "entries":
            return self.entries.window
        if self.scene == "tree":
            return WHOLE
        return self.grid.window if self.view is not None else Window()

    def show_tensor(self, view: TensorView) -> None:
        """Show a tensor from what is known of it."""
        self.view = view
        self.set_class(len(view.shape) > 2, "-deep")
        self.grid.show(view)
        self.active = min(self.active, max(0, len(self.grid.leading) - 1))
        if self.grid.leading and view.shape[self.active] < 2:
            sizes = view.shape[: len(self.grid.leading)]
            self.active = next((n for n, size in enumerate(sizes) if size > 1), self.active)
        self.show_slice()
        if self.histogram and view.statistics is not None:
            self.draw_histogram()
        else:
            self.set_scene("grid")

    def retell(self, view: TensorView) -> None:
        """More is known of the tensor that is shown: its elements stay."""
        self.view = self.grid.view = view
        if self.histogram and view.statistics is not None:
            self.draw_histogram()
        self.grid.refresh()

    def show_value(self, value: ValueView) -> None:
        """Show a value that is no tensor."""
        self.view = None
        if value.entries is None:
            cut = value.truncated or len(value.text) > LONGEST_TEXT
            text = drawable(value.text[:LONGEST_TEXT]) + " …" * cut
            self.show_text(Content(text if value.kind else "This value is no longer there."))
        elif value.entries.module is not None:
            self.modules.show(value.handle, value.trail, value.entries)
            self.set_scene("tree")
        else:
            self.entries.show(value.handle, value.trail, value.entries)
            self.set_scene("entries")

    def show_text(self, text: Content) -> None:
        """Show lines of text."""
        self.query_one("#value-text", Static).update(text)
        self.set_scene("text")

    def beside(self, handle: Handle, trail: Trail, step: int = 0) -> Trail:
        """The part ``step`` further in the container that was entered at ``trail``, if any."""
        entries = self.entries
        if not trail or (handle, trail[:-1]) != (entries.handle, entries.trail):
            return ()
        return entries.beside(trail, step)

    def picture_attention(self, wanted: bool) -> None:
        """Draw attention as a map; the way that other tensors are drawn comes back after it."""
        if wanted != self.attention:
            self.attention = wanted
            self.grid.shading, self.other_shading = self.other_shading, self.grid.shading

    def extend(self, value: ValueView, entries: EntriesView) -> None:
        """Keep a further page of a container, or what a module of the model holds."""
        if self.scene == "tree":
            self.modules.fill(value.trail, entries)
        elif self.scene == "entries" and value.trail == self.entries.trail:
            self.entries.extend(entries)

    def set_scene(self, scene: Scene) -> None:
        """Bring the widget for a kind of value up; it takes the focus over."""
        focused = self.has_focus_within
        self.scene = scene
        for name in ("grid", "tree", "entries", "text"):
            self.set_class(name == scene, f"-{name}")
        if focused and not self.staged.has_focus:
            self.call_after_refresh(self.staged.focus)

    def ask_again(self) -> None:
        """Ask for what is in view and still missing: an answer may have been lost."""
        self.grid.ask_again()
        self.entries.ask_again()

    def on_resize(self) -> None:
        """Fit a histogram to the size."""
        if self.histogram and self.view is not None:
            self.show_tensor(self.view)

    def draw_histogram(self) -> None:
        """Draw the bins as bars."""
        if self.view is not None and self.view.statistics is not None:
            size = self.size
            self.show_text(histogram_rows(self.view.statistics, size.width - 3, size.height))

    def toggle_histogram(self) -> None:
        """Show the histogram, or the elements."""
        self.histogram = not self.histogram
        if self.view is not None:
            self.show_tensor(self.view)

    def show_slice(self) -> None:
        """Draw the indices of the slice."""
        if self.view is not None and self.grid.leading:
            names = ATTENTION_NAMES if self.attention else ()
            bar = self.query_one(SliceBar)
            bar.show(self.view.shape, self.grid.leading, self.active, names)

    @on(SliceBar.Stepped)
    def move(self, event: SliceBar.Stepped) -> None:
        """Move one index, around at its ends."""
        event.stop()
        self.active = event.dimension
        self.step(event.step)

    def step(self, step: int) -> None:
        """Show the slice that lies ``step`` further in the active dimension."""
        leading = list(self.grid.leading)
        if self.view is None or not leading or 0 in self.view.shape:
            return
        leading[self.active] = (leading[self.active] + step) % self.view.shape[self.active]
        self.grid.select(tuple(leading))
        self.show_slice()

    def next_dimension(self) -> None:
        """Let the keys move the next leading dimension."""
        if self.view is not None and self.grid.leading:
            count = len(self.grid.leading)
            others = ((self.active + step) % count for step in range(1, count))
            several = (place for place in others if self.view.shape[place] > 1)
            self.active = next(several, self.active)
        self.show_slice()
