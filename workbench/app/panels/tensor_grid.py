"""The elements of a tensor of any size: only what is in view is held, drawn and asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar, Literal

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip

from workbench.app.drawable import fitted
from workbench.app.panels.axis_labels import AxisLabels
from workbench.app.panels.base import Inspect
from workbench.app.panels.paged import PagedView
from workbench.app.panels.tensor_text import ElementFormat
from workbench.runtime.protocol import Element, TensorView, Window

Shading = Literal["shaded", "map", "plain"]
TILE_ROWS, TILE_COLUMNS = 50, 20
VECTOR_TILE = TILE_ROWS * TILE_COLUMNS
CELLS_HELD = 200_000
HEAT_LEVELS = 8
HEAT = 0.4
MAP_HEAT = 0.75
SHADES = "·░▒▓█"
MAP_WIDTH = 2
MAP_LABELS_EVERY = 5
LEAST_HEADER = 3
"""Lines below which words that are written downwards tell less than numbers."""

SHADINGS: tuple[Shading, ...] = ("shaded", "map", "plain")
FOLDS = (20, 10, 5, 2)


class TensorGrid(PagedView, can_focus=True):
    """Rows and columns of the last two dimensions, their indices kept in view.

    A vector is folded into rows of a round number of elements. Elements are written, shaded by
    their value or not, or drawn as a map of shades, negative ones with a minus sign. Elements
    that are not there yet are drawn as dots and asked for with :class:`Inspect` once scrolling
    settles.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "grid--index",
        "grid--element",
        "grid--nan",
        "grid--infinity",
        "grid--missing",
        "grid--low",
        "grid--high",
    }
    DEFAULT_CSS = """
    TensorGrid {
        height: 1fr;
        & > .grid--index { color: $foreground 45%; }
        & > .grid--element { color: $foreground; }
        & > .grid--nan { color: $text-warning; text-style: bold; }
        & > .grid--infinity { color: $text-error; text-style: bold; }
        & > .grid--missing { color: $foreground 35%; }
        & > .grid--low { background: $warning; }
        & > .grid--high { background: $primary; }
    }
    """

    shading: reactive[Shading] = reactive("shaded")

    def __init__(self) -> None:
        super().__init__()
        self.view: TensorView | None = None
        self.leading: tuple[int, ...] = ()
        self.cells: dict[tuple[int, int], Element] = {}
        self.format = ElementFormat(4)
        self.labels = AxisLabels()
        self.rows = self.columns = 0
        self.index_width = 0
        self.header = 1
        self.downwards = False
        self.styles_of_cells: dict[tuple[str, int, Shading], Style] = {}

    def show(self, view: TensorView) -> None:
        """Show a tensor anew; the place is kept where the shape is that of the one before."""
        if self.view is None or self.view.shape != view.shape:
            self.scroll_to(0, 0, animate=False)
        self.view = view
        self.leading = whole_leading(view)
        self.labels = AxisLabels()
        self.forget()
        self.format = ElementFormat.of(view)
        self.extend(view)

    def extend(self, view: TensorView) -> None:
        """Keep the elements of a further window, if it is of the slice that is shown."""
        if whole_leading(view) == self.leading:
            if len(self.cells) > CELLS_HELD:
                self.forget()
            top, left = view.window.row, view.window.column
            for row, elements in enumerate(view.elements, top):
                for column, element in enumerate(elements, left):
                    self.cells[row, column] = element
            self.labels.keep(view)
        self.measure()
        self.settle()

    def select(self, leading: tuple[int, ...]) -> None:
        """Show another slice."""
        if leading[:1] != self.leading[:1]:
            self.labels = AxisLabels()
        self.leading = leading
        self.forget()
        self.settle()

    def forget(self) -> None:
        """Hold no elements."""
        self.cells.clear()
        self.asked.clear()

    @property
    def is_vector(self) -> bool:
        """Whether the elements are a vector, which is folded into rows."""
        return self.view is not None and len(self.view.shape) == 1

    @property
    def column_width(self) -> int:
        """The width of a column with a gap on both sides, or of a spot of the map."""
        return MAP_WIDTH if self.shading == "map" else self.format.width + 2

    @property
    def window(self) -> Window:
        """The part that is in view, of a size that is asked for at once."""
        start = Window(self.leading)
        top, left = self.scroll_offset.y, self.scroll_offset.x // self.column_width
        if self.is_vector:
            return replace(start, column=top * self.columns) if top else start
        return replace(start, row=top, column=left)

    def next_shading(self) -> None:
        """Another way to draw the elements; the first row and column in view stay."""
        left = self.scroll_offset.x // self.column_width
        self.shading = SHADINGS[(SHADINGS.index(self.shading) + 1) % len(SHADINGS)]
        self.measure()
        self.scroll_to(x=left * self.column_width, animate=False)
        self.settle()

    def measure(self) -> None:
        """Find rows, columns and the width of the indices for the size there is."""
        if self.view is None:
            return
        shape = self.view.shape
        if self.is_vector:
            room = self.scrollable_content_region.width - len(str(shape[0])) - 2
            self.columns = next((fold for fold in FOLDS if fold * self.column_width <= room), 1)
            self.rows = math.ceil(shape[0] / self.columns)
        else:
            self.rows, self.columns = (1, 1) if not shape else (shape[-2], shape[-1])
            if 0 in shape:
                self.rows = self.columns = 0
        last = (self.rows - 1) * (self.columns if self.is_vector else 1)
        beside = self.labels.width
        self.index_width = len(str(max(0, last))) + 2 + (beside + 1 if beside else 0)
        room, needed = self.scrollable_content_region.height // 3, self.labels.height
        self.downwards = self.shading == "map" and needed > 0 and room >= min(needed, LEAST_HEADER)
        self.header = min(needed, room) if self.downwards else 1
        width = self.index_width + self.columns * self.column_width
        self.virtual_size = Size(width, self.rows + self.header)
        self.refresh()

    def key(self, row: int, column: int) -> tuple[int, int]:
        """Where in the tensor the element at this place of the grid is."""
        return (0, row * self.columns + column) if self.is_vector else (row, column)

    def places(self) -> Iterator[tuple[int, int]]:
        """The keys of the elements in view."""
        region = self.scrollable_content_region
        top = self.scroll_offset.y
        left = self.scroll_offset.x // self.column_width
        right = left + max(0, region.width - self.index_width) // self.column_width + 2
        for row in range(top, min(self.rows, top + max(0, region.height - self.header))):
            for column in range(left, min(self.columns, right)):
                key = self.key(row, column)
                if not self.is_vector or (self.view and key[1] < self.view.shape[0]):
                    yield key

    def ask(self) -> None:
        """Ask for the windows that hold what is in view and missing."""
        if self.view is None:
            return
        rows, columns = (1, VECTOR_TILE) if self.is_vector else (TILE_ROWS, TILE_COLUMNS)
        wanted = {
            (row // rows, column // columns)
            for row, column in self.places()
            if (row, column) not in self.cells
        }
        for tile in sorted(wanted - self.asked):
            self.asked.add(tile)
            window = Window(self.leading, tile[0] * rows, rows, tile[1] * columns, columns)
            self.post_message(Inspect(self.view.handle, window, self.view.trail))

    def on_resize(self) -> None:
        """Fold a vector anew."""
        self.measure()

    def notify_style_update(self) -> None:
        """Colours may have changed."""
        super().notify_style_update()
        self.styles_of_cells.clear()

    def action_scroll_left(self) -> None:
        """One column to the left."""
        self.scroll_relative(x=-self.column_width, animate=False)

    def action_scroll_right(self) -> None:
        """One column to the right."""
        self.scroll_relative(x=self.column_width, animate=False)

    def render_line(self, y: int) -> Strip:
        """The column indices or labels, or a row with its own."""
        width = self.scrollable_content_region.width
        if self.view is None or self.index_width == 0:
            return Strip.blank(width, self.rich_style)
        first, offset = divmod(self.scroll_offset.x, self.column_width)
        last = min(self.columns, first + max(0, width - self.index_width) // self.column_width + 2)
        index = self.cell_style("grid--index")
        row = y - self.header + self.scroll_offset.y
        if y < self.header:
            label = ""
            cells = [Segment(self.column_label(column, y), index) for column in range(first, last)]
        elif row < self.rows:
            label = str(row * self.columns if self.is_vector else row)
            if self.labels.width:
                text = fitted(self.labels.rows.get(row, ""), self.labels.width)
                label = f"{text} {label:>{self.index_width - self.labels.width - 2}}"
            cells = [self.cell(*self.key(row, column)) for column in range(first, last)]
        else:
            return Strip.blank(width, self.rich_style)
        gutter = Strip([Segment(label.rjust(self.index_width - 1) + " ", index)])
        body = Strip(cells).crop(offset, offset + max(0, width - self.index_width))
        return Strip.join([gutter, body]).adjust_cell_length(width, self.rich_style)

    def column_label(self, column: int, line: int) -> str:
        """What stands above a column: its label, downwards on a map, or its index.

        On a map only every fifth column has its index, which reaches over those beside it.
        """
        text = self.labels.columns.get(column)
        if self.downwards:
            return self.labels.letter(column, line, self.header)
        if text is not None and self.shading != "map":
            return f" {fitted(text, self.column_width - 2)} "
        if self.shading != "map":
            return f"{column} ".rjust(self.column_width)
        labelled = column - column % MAP_LABELS_EVERY
        reach = str(labelled).ljust(MAP_LABELS_EVERY * MAP_WIDTH)
        start = (column - labelled) * MAP_WIDTH
        return reach[start : start + MAP_WIDTH]

    def cell(self, row: int, column: int) -> Segment:
        """One element, in the colour of its kind."""
        assert self.view is not None
        if self.is_vector and column >= self.view.shape[0]:
            return Segment(" " * self.column_width, self.cell_style("grid--element"))
        element = self.cells.get((row, column))
        if element is None:
            return Segment("· ".rjust(self.column_width), self.cell_style("grid--missing"))
        heat = self.heat(element)
        text = (
            self.spot(element, heat) if self.shading == "map" else f" {self.format.text(element)} "
        )
        if isinstance(element, float) and not math.isfinite(element):
            kind = "grid--nan" if math.isnan(element) else "grid--infinity"
            return Segment(text, self.cell_style(kind))
        return Segment(text, self.cell_style("grid--element", heat))

    def spot(self, element: Element, heat: int) -> str:
        """An element on the map."""
        if not math.isfinite(element):
            return "na" if math.isnan(element) else "∞∞" if element > 0 else "-∞"
        shade = SHADES[math.ceil(abs(heat) / HEAT_LEVELS * (len(SHADES) - 1))]
        return f"-{shade}" if heat < 0 else shade * 2

    def heat(self, element: Element) -> int:
        """How strong an element is shaded: below zero for the negative side of the range."""
        statistics = self.view.statistics if self.view else None
        if self.shading == "plain" or statistics is None or not math.isfinite(element):
            return 0
        low, high = statistics.minimum, statistics.maximum
        if low < 0 < high:
            share = element / max(-low, high)
        elif high > low:
            share = (element - low) / (high - low)
        else:
            return 0
        return round(max(-1.0, min(1.0, share)) * HEAT_LEVELS)

    def cell_style(self, kind: str, heat: int = 0) -> Style:
        """The style of a kind of cell, remembered until colours change."""
        key = kind, heat, self.shading
        style = self.styles_of_cells.get(key)
        if style is None:
            style = self.get_component_rich_style(kind)
            if heat:
                side = "grid--low" if heat < 0 else "grid--high"
                tint = self.get_component_styles(side).background
                ground: Color = self.background_colors[1]
                mapped = self.shading == "map"
                share = (MAP_HEAT if mapped else HEAT) * abs(heat) / HEAT_LEVELS
                shade = ground.blend(tint, share, alpha=1)
                style += Style(color=tint.rich_color if mapped else None, bgcolor=shade.rich_color)
            self.styles_of_cells[key] = style
        return style


def whole_leading(view: TensorView) -> tuple[int, ...]:
    """One index for every dimension before the last two, zero where the window names none."""
    dimensions = max(0, len(view.shape) - 2)
    return (view.window.leading + (0,) * dimensions)[:dimensions]
