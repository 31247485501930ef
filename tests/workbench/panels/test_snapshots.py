"""How each panel looks, at the sizes of the wide and of the narrow layout."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.workbench.panels.panel_app import (
    PanelApp,
    module_entry,
    module_told,
    tensor_computed,
    tensor_view,
)
from torch_lib.events import (
    GenerationFinished,
    GenerationStarted,
    Metric,
    TokenChance,
    TokenGenerated,
)
from workbench.app.panels import PANELS, DevicePanel, Inspector
from workbench.app.panels.base import Panel
from workbench.app.panels.errors import ErrorsPanel
from workbench.app.panels.generation import GenerationPanel
from workbench.app.panels.loss import LossPanel
from workbench.app.panels.variables import VariablesPanel
from workbench.runtime.protocol import (
    ComparisonView,
    DeviceReading,
    DeviceSampled,
    EntriesView,
    EntryView,
    ErrorView,
    EvaluationFailed,
    EvaluationFinished,
    EvaluationStarted,
    Event,
    FrameView,
    ValuePinned,
    ValuesCompared,
    ValueView,
    VariablesChanged,
    VariableView,
)

WIDE, NARROW = (48, 30), (80, 17)
GIB = 2**30
Batches = Sequence[Sequence[Event]]
SnapCompare = Callable[..., bool]


def steady_clock() -> Callable[[], float]:
    """A clock that goes on by a quarter of a second at each look."""
    looks = count()
    return lambda: next(looks) * 0.25


def devices() -> Batches:
    readings = [
        (
            DeviceReading("cpu", "Processor", load, 2 * GIB, 16 * GIB),
            DeviceReading(
                "cuda:0", "NVIDIA H200", load / 2, 120 * GIB, 141 * GIB, None, None, 61.0, 512.0
            ),
        )
        for load in (5.0, 20.0, 45.0, 80.0, 92.0)
    ]
    return [[DeviceSampled(reading)] for reading in readings]


def training() -> Batches:
    noise = random.Random(7)
    batches: list[list[Event]] = []
    for run in (1, 2):
        batches.append([EvaluationStarted(run, "(train)", "train.lisp")])
        for step in range(240):
            loss = 2.3 * math.exp(-step * run / 90) + 0.1 + noise.random() * 0.15
            diverged = run == 2 and 100 < step < 120
            batches[-1].append(Metric("loss", math.nan if diverged else loss))
            batches[-1].append(Metric("accuracy", 1 - 0.9 * math.exp(-step / 60)))
    return batches


def token(number: int, text: str) -> TokenGenerated:
    """A token whose probability goes by its number."""
    chances = [0.97, 0.6, 0.2, 0.04][number % 4], 0.3, 0.02
    others = (TokenChance(number + n, f"{text}{'[x]' * n}", math.log(chances[n])) for n in range(3))
    return TokenGenerated(number, text, "", math.log(chances[0]), tuple(others))


def generating() -> Batches:
    story = "there was a small [model] that wrote (lists '(of words)) all day long"
    words = story.split()
    tokens = [token(number, f" {words[number % len(words)]}") for number in range(60)]
    begun = GenerationStarted("Once upon a time", 4, 100, "<|begin|>Once upon a time")
    return [[begun, *tokens, GenerationFinished(60, 2.5, "end")], [begun], tokens[:40]]


def tensor() -> Batches:
    values = random.Random(3)
    odd = {(1, 1): math.nan, (3, 2): math.inf, (4, 0): -math.inf}
    view = tensor_view(
        (6, 40, 30), value=lambda row, column: odd.get((row, column), values.gauss(0, 12))
    )
    return [[tensor_computed(view)]]


def listed() -> Batches:
    odd = EntryView("k [x]", "k [/x]", "torch_tensor", "float32 (2 3) cpu")
    numbers = tuple(EntryView(n, str(n), "string_", f"word [{n}]" * n) for n in range(39))
    parts = EntriesView(100_000, 0, (odd, *numbers))
    value = ValueView("list_", "(…)", 1, entries=parts)
    return [[EvaluationFinished(1, value, 0.1)]]


def model() -> Batches:
    root = module_told(
        module_entry("embedding", "Embedding", "→512", 25_731_584, "frozen"),
        module_entry("layers", "ModuleList", "", 37_828_608, "LoRA", "int8", "part frozen"),
        module_entry("scale", "torch_tensor", "(512)", 512, opens=False),
    )
    layers = module_told(
        module_entry("0", "DecoderBlock", "", 18_914_304, "LoRA", "int8", "part frozen"),
        module_entry("1", "DecoderBlock", "", 18_914_304, "frozen"),
        trail=("layers",),
    )
    return [[EvaluationFinished(1, root.view, 0.1)], [layers]]


def variables() -> Batches:
    views = [
        VariableView("data [x]", "list_", "((1 2) (3 4) [/b])", 1),
        VariableView("learning-rate", "number_", "0.001", 2),
        VariableView("weights", "tensor_", "tensor(512x512) float32", 3, is_tensor=True),
    ]
    views += [VariableView(f"λ{n}", "integer_", str(n**5), 10 + n) for n in range(60)]
    return [[VariablesChanged(tuple(views))]]


def errors() -> Batches:
    first = ErrorView("the name 'foo' has no value", "<repl>", 1, 2, 1, 5, "(foo 1 2)")
    second = ErrorView(
        "torch_matmul: shapes do not fit: (2 3) and (4 5)",
        "/home/someone/train.lisp",
        12,
        7,
        12,
        33,
        "      (torch_matmul weights [x])",
        hint="did you mean (torch_matmul (torch_t weights) x)?",
        frames=tuple(FrameView(f"layer-{n}", "train.lisp", 3 * n + 2, 4) for n in range(3)),
        trace="Traceback (most recent call last)",
    )
    return [[EvaluationFailed(1, first, 0.1)], [EvaluationFailed(2, second, 0.1)]]


STATES: dict[str, tuple[Callable[[], Panel[Any]], Callable[[], Batches], tuple[str, ...]]] = {
    "device": (DevicePanel, devices, ()),
    "loss": (lambda: LossPanel(steady_clock()), training, ()),
    "loss-log-smooth": (lambda: LossPanel(steady_clock()), training, ("m", "l", "s")),
    "loss-zoomed": (
        lambda: LossPanel(steady_clock()),
        training,
        ("c", *["left"] * 20, "plus", "plus"),
    ),
    "tensor": (Inspector, tensor, ()),
    "tensor-map": (Inspector, tensor, ("h",)),
    "tensor-histogram": (Inspector, tensor, ("b",)),
    "parts": (Inspector, listed, ("down",)),
    "model": (Inspector, model, ("down", "enter")),
    "generation": (lambda: GenerationPanel(steady_clock()), generating, ()),
    "generation-odds": (
        lambda: GenerationPanel(steady_clock()),
        generating,
        ("c", "left", "left", "left"),
    ),
    "variables": (VariablesPanel, variables, ("down",)),
    "errors": (ErrorsPanel, errors, ()),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_filled_panel(state: str, size: tuple[int, int], snap_compare: SnapCompare) -> None:
    make, batches, keys = STATES[state]
    app = PanelApp(make())

    async def fill(pilot: Pilot[None]) -> None:
        for batch in batches():
            app.panel.receive(batch)
        app.panel.focus()
        await pilot.press(*keys)
        await pilot.pause(0.3)

    assert snap_compare(app, terminal_size=size, run_before=fill)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_compared_tensors(size: tuple[int, int], snap_compare: SnapCompare) -> None:
    app = PanelApp(Inspector())
    shape = (6, 40, 30)
    facts = ComparisonView(1, (), 9, shape, shape, largest=0.25, place=(3, 2, 1), relative=0.5)

    async def fill(pilot: Pilot[None]) -> None:
        app.panel.receive([tensor_computed(tensor_view(shape)), ValuePinned(1, (), 9, True)])
        app.panel.focus()
        await pilot.press("c")
        differences = replace(facts, mean=0.01, cosine=0.98, different=420, unlike=2)
        app.panel.receive([ValuesCompared(differences)])
        await pilot.pause(0.3)

    assert snap_compare(app, terminal_size=size, run_before=fill)


@pytest.mark.parametrize("kind", PANELS)
def test_empty_panel(kind: type[Panel[Any]], snap_compare: SnapCompare) -> None:
    assert snap_compare(PanelApp(kind()), terminal_size=WIDE)


@pytest.mark.parametrize("batches", [tensor, model, listed])
def test_light_theme(batches: Callable[[], Batches], snap_compare: SnapCompare) -> None:
    app = PanelApp(Inspector())

    async def fill(pilot: Pilot[None]) -> None:
        app.theme = "textual-light"
        for batch in batches():
            app.panel.receive(batch)
        await pilot.pause()

    assert snap_compare(app, terminal_size=NARROW, run_before=fill)
