"""The keys of the devices."""

from __future__ import annotations

from textual.binding import Binding


def _key(key: str, action: str, title: str, name: str, tooltip: str, show: bool = False) -> Binding:
    return Binding(key, action, title, id=f"devices.{name}", tooltip=tooltip, show=show)


DEVICE_KEYS = (
    _key(
        "enter",
        "app.zoom",
        "History",
        "history",
        "Show the history of the devices, or leave it",
        True,
    ),
    _key("c", "toggle_cursor", "Read off", "cursor", "Read the values off at a time", True),
    _key("m", "next_metric", "One curve", "metric", "All curves, or one after the other", True),
    _key("plus,equals_sign", "zoom_in", "Zoom in", "zoom_in", "Show less time, so more of it"),
    _key("minus", "zoom_out", "Zoom out", "zoom_out", "Show more time"),
    _key("left", "go(-1)", "Earlier", "left", "Go to earlier times, or the cursor to the left"),
    _key("right", "go(1)", "Later", "right", "Go to later times, or the cursor to the right"),
    _key("0", "whole", "Everything", "whole", "Show all of the time again"),
)
