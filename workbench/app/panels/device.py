"""What the devices do: a strip of at most three rows, fitted to any width, and their history."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from time import time
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget

from workbench.app.drawable import single_line
from workbench.app.panels.base import Panel
from workbench.app.panels.curve_actions import CurveActions
from workbench.app.panels.curve_view import CurveView
from workbench.app.panels.device_history import DeviceHistory, PercentView
from workbench.app.panels.device_keys import DEVICE_KEYS
from workbench.app.panels.numerals import bar, byte_size, size_pair, spark
from workbench.runtime.protocol import DeviceReading, DeviceSampled

ROWS = 3
HISTORY = 8
LOAD_LIMITS = (10.0, 75.0)
MEMORY_LIMITS = (10.0, 80.0)
LEVEL_STYLES = ("$foreground 60%", "$text-success", "bold $text-warning")
MARKS = (" ", "▵", "▲")
COLUMNS = (
    "name",
    "load",
    "history",
    "memory",
    "share",
    "memories",
    "temperature",
    "power",
    "process",
    "peak",
    "reserved",
    "label",
)
BY_WORTH = (
    "name",
    "load",
    "memory",
    "temperature",
    "power",
    "history",
    "process",
    "reserved",
    "share",
    "peak",
    "memories",
)


def level(percent: float, limits: tuple[float, float]) -> int:
    """0 for idle, 1 for at work, 2 for near the end of what there is."""
    return sum(percent >= limit for limit in limits)


def graded(text: str, percent: float, limits: tuple[float, float], mark: bool = True) -> Content:
    """``text`` in the colour of its level; the upper levels are marked by a sign as well."""
    degree = level(percent, limits)
    sign = MARKS[degree] if mark else ""
    return Content.styled(text + sign, LEVEL_STYLES[degree])


def memory_share(reading: DeviceReading) -> float:
    """How much of its memory is in use, in percent; NaN where it is unknown."""
    if reading.memory_used is None or not reading.memory_total:
        return math.nan
    return 100 * reading.memory_used / reading.memory_total


def cells(
    reading: DeviceReading, loads: Sequence[float], memories: Sequence[float]
) -> dict[str, Content]:
    """What is known about a device, by column; the histories are in percent, newest last."""

    def muted(text: str) -> Content:
        return Content.styled(text, "$foreground 60%")

    found = {"name": Content.styled(single_line(reading.name.upper()), "bold $foreground")}
    load = reading.utilisation
    if load is not None and math.isfinite(load):
        found["load"] = graded(f"{load:3.0f}%", load, LOAD_LIMITS)
        found["history"] = graded(recent(loads), load, LOAD_LIMITS, mark=False)
    used, total = reading.memory_used, reading.memory_total
    if used is not None and total:
        percent = memory_share(reading)
        found["memory"] = graded(size_pair(used, total), percent, MEMORY_LIMITS)
        found["share"] = graded(f"▕{bar(used / total, 6)}▏", percent, MEMORY_LIMITS, mark=False)
        found["memories"] = graded(recent(memories), percent, MEMORY_LIMITS, mark=False)
        found.setdefault("history", found["memories"])
    elif used is not None:
        found["memory"] = Content.styled(byte_size(used), "$text-success")
    if reading.temperature is not None:
        found["temperature"] = muted(f"{reading.temperature:.0f}°C")
    if reading.power is not None:
        found["power"] = muted(f"{reading.power:.0f}W")
    if reading.memory_peak is not None:
        found["peak"] = muted(f"peak {byte_size(reading.memory_peak)}")
    if reading.memory_reserved is not None:
        found["reserved"] = muted(f"reserved {byte_size(reading.memory_reserved)}")
    if reading.process_memory is not None:
        own = reading.process_load
        share = "" if own is None or not math.isfinite(own) else f"{own:.0f}% "
        found["process"] = muted(f"process {share}{byte_size(reading.process_memory)}")
    if reading.label:
        found["label"] = muted(single_line(reading.label))
    return found


def recent(percents: Sequence[float]) -> str:
    """The newest of a history as a small picture."""
    return spark(list(percents)[-HISTORY:], 100.0).rjust(HISTORY)


def rows(devices: Sequence[dict[str, Content]], width: int) -> list[Content]:
    """The devices below each other, in the columns that ``width`` has room for."""
    widths: dict[str, int] = {}
    room = width + 1
    for column in BY_WORTH:
        needed = max(
            (device[column].cell_length for device in devices if column in device), default=0
        )
        if needed and needed + 1 <= room:
            widths[column] = needed
            room -= needed + 1
    if room > 8:
        widths["label"] = room - 1
    blank = Content("")
    shown = [column for column in COLUMNS if column in widths]
    return [
        Content(" ").join(
            device.get(column, blank).truncate(widths[column], ellipsis=True, pad=True)
            for column in shown
        )
        for device in devices
    ]


def overflow(readings: Sequence[DeviceReading], width: int) -> Content:
    """The devices that have no row of their own, each by name and load, on one row."""
    parts = [Content.styled(f"+{len(readings)}", "bold $foreground")]
    for reading in readings:
        load = reading.utilisation or 0.0
        name = Content.styled(f"{single_line(reading.name.upper())} ", "$foreground 60%")
        parts.append(name + graded(f"{load:.0f}%", load, LOAD_LIMITS))
    return Content(" ").join(parts).truncate(width, ellipsis=True)


class DeviceRows(Widget, can_focus=True):
    """Draws the newest readings; keeps the recent loads and memory shares of each device."""

    DEFAULT_CSS = """
    DeviceRows {
        height: auto;
        padding: 0 1;
        &:focus { background: $primary 25%; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.most = ROWS
        self.readings: tuple[DeviceReading, ...] = ()
        self.loads: dict[str, deque[float]] = {}
        self.memories: dict[str, deque[float]] = {}

    def show(self, readings: tuple[DeviceReading, ...]) -> None:
        """Draw ``readings`` and remember their loads and memory shares."""
        grown = len(readings) != len(self.readings)
        self.readings = readings
        for reading in readings:
            load = math.nan if reading.utilisation is None else reading.utilisation
            self.loads.setdefault(reading.name, deque(maxlen=HISTORY)).append(load)
            share = memory_share(reading)
            self.memories.setdefault(reading.name, deque(maxlen=HISTORY)).append(share)
        self.refresh(layout=grown)

    def render(self) -> Content:
        """A row for each device as long as there are not too many."""
        several = len(self.readings) > self.most
        own = self.readings[: self.most - 1] if several else self.readings
        width = self.content_size.width
        lines = rows([self.cells_of(reading) for reading in own], width)
        if several:
            lines.append(overflow(self.readings[self.most - 1 :], width))
        return Content("\n").join(lines)

    def cells_of(self, reading: DeviceReading) -> dict[str, Content]:
        """What is known about a device, with its histories."""
        return cells(reading, self.loads[reading.name], self.memories[reading.name])


class DevicePanel(CurveActions, Panel[DeviceSampled]):
    """Processor, memory and accelerators: load, memory, heat, power; zoomed, their history."""

    title = "Devices"
    empty = "Waiting for the first device readings…"
    accepts = (DeviceSampled,)
    BINDINGS: ClassVar[list[BindingType]] = [*DEVICE_KEYS]
    DEFAULT_CSS = """
    DevicePanel {
        height: auto;
        max-height: 3;
        & > EmptyNotice { height: 1; }
        &.-filled > DeviceHistory { display: none; }
        &.-maximized { height: 1fr; max-height: 100%; }
        &.-filled.-maximized > DeviceHistory { display: block; }
    }
    """

    def __init__(self, clock: Callable[[], float] = time) -> None:
        super().__init__()
        self.clock = clock

    def contents(self) -> ComposeResult:
        """The rows, and what is seen of the history when there is room."""
        yield DeviceRows()
        yield DeviceHistory(self.clock)

    @property
    def history(self) -> DeviceHistory:
        """What the devices did."""
        return self.query_one(DeviceHistory)

    @property
    def view(self) -> PercentView:
        """The curves of the history."""
        return self.history.view

    @property
    def zoomed(self) -> bool:
        """Whether the history is seen."""
        return self.has_class("-maximized")

    def receive(self, events: Sequence[DeviceSampled]) -> None:
        """Show the newest readings of the batch, remember all."""
        for event in events:
            if event.readings:
                self.query_one(DeviceRows).show(event.readings)
                self.history.keep(event.readings, list(map(memory_share, event.readings)))
                self.filled = True
        self.summarise()

    def summarise(self) -> None:
        """Write what the curves are, if they are seen."""
        if self.zoomed:
            self.history.tell()

    def on_resize(self) -> None:
        """Give rows to more devices where there is room."""
        rows = self.query_one(DeviceRows)
        rows.most = max(ROWS, self.size.height // 3) if self.zoomed else ROWS
        rows.refresh(layout=True)
        self.refresh_bindings()

    @on(CurveView.Looked)
    def look(self, message: CurveView.Looked) -> None:
        """Say what is in view."""
        message.stop()
        self.summarise()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key makes sense: those of the curves where they are seen."""
        if hasattr(CurveActions, f"action_{action}"):
            return self.zoomed
        return super().check_action(action, parameters)
