"""The keys of the inspector; those of its grid, tree and list stand with them."""

from __future__ import annotations

from textual.binding import Binding

INSPECTOR_KEYS = (
    Binding(
        "backspace",
        "leave",
        "Back",
        id="inspector.back",
        tooltip="Go back to what holds the part",
    ),
    Binding("n", "step(1)", "Next slice", id="tensor.next", tooltip="The next slice"),
    Binding("p", "step(-1)", "Previous", id="tensor.previous", tooltip="The slice before"),
    Binding(
        "d",
        "next_dimension",
        "Dimension",
        id="tensor.dimension",
        show=False,
        tooltip="Move slices along the next leading dimension",
    ),
    Binding(
        "full_stop",
        "go_aside(1)",
        "Next part",
        id="inspector.next-part",
        show=False,
        tooltip="The next part, or layer of attention",
    ),
    Binding(
        "comma",
        "go_aside(-1)",
        "Part before",
        id="inspector.previous-part",
        show=False,
        tooltip="The part, or layer of attention, before",
    ),
    Binding(
        "h",
        "next_shading",
        "Heat",
        id="tensor.heat",
        tooltip="Shade elements by value, draw a heat map, or only write numbers",
    ),
    Binding(
        "b",
        "toggle_histogram",
        "Histogram",
        id="tensor.histogram",
        tooltip="Histogram or elements of the tensor",
    ),
    Binding(
        "e",
        "measure",
        "Exact",
        id="tensor.exact",
        tooltip="Look at every element, where figures are those of a sample",
    ),
    Binding(
        "g",
        "toggle_gradient",
        "Gradient",
        id="tensor.gradient",
        tooltip="Gradient of the tensor, or the tensor again",
    ),
    Binding(
        "k",
        "pin",
        "Pin",
        id="inspector.pin",
        tooltip="Keep the value as it is now; let it go when it is on show",
    ),
    Binding(
        "o",
        "toggle_pinned",
        "Pinned",
        id="inspector.other",
        show=False,
        tooltip="Go from the pinned value to the other one and back",
    ),
    Binding(
        "c",
        "compare",
        "Compare",
        id="inspector.compare",
        tooltip="Tell how the tensor differs from the pinned one",
    ),
    Binding(
        "v",
        "define",
        "Define",
        id="inspector.define",
        show=False,
        tooltip="Define a variable that holds the value",
    ),
    Binding(
        "a",
        "show_attention",
        "Attention",
        id="model.attention",
        tooltip="How the model, or this part of it, attends to an input",
    ),
)
