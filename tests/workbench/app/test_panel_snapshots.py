"""How each panel looks in the workbench, in all its states."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.workbench.app.test_snapshots import settle
from tests.workbench.fake_session import FakeSession
from tests.workbench.panels.panel_app import (
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
from workbench.app.app import Workbench
from workbench.app.panels import PANELS, Inspector
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
    PartComparison,
    TensorInspected,
    TensorStatistics,
    ValueInspected,
    ValuePinned,
    ValuesCompared,
    ValueView,
    VariablesChanged,
    VariableView,
    Window,
)

SIZES = {"wide": (120, 40), "narrow": (80, 24)}
OTHER_SIZES = {"large": (200, 50), "small": (60, 16)}
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


def attention() -> Batches:
    layers = tuple(f"model.layers.{number}.self_attn" for number in range(6))
    entries = tuple(EntryView(n, n, "torch_tensor", "float32 (1 4 24 24) cpu") for n in layers)
    maps = ValueView("torch_attention_maps", "", 1, entries=EntriesView(6, 0, entries))
    window = Window((0, 0), columns=24)
    told = tensor_view(
        (1, 4, 24, 24),
        window=window,
        value=lambda row, column: 1 / (row + 1) if column <= row else 0.0,
    )
    statistics = TensorStatistics(0.0, 1.0, 1 / 24, 0.1, 0, 0, (9, 4, 2, 1))
    first = replace(told, trail=layers[:1], statistics=statistics)
    return [[EvaluationFinished(1, maps, 0.1)], [TensorInspected(first)]]


def token_attention() -> Batches:
    """What a model reads, as the tokens that stand beside its attention."""
    text = (
        "<|im_start|>/system/\n/You/'re/ a/ helpful/ assistant/,/ named/ [S/mol/]/./ / 漢字/ \u202e"
    )
    tokens = tuple(text.split("/"))
    maps, told = attention()
    (first,) = told
    assert isinstance(first, TensorInspected)
    count = len(tokens)
    view = replace(
        first.view,
        shape=(1, 4, count, count),
        elements=tuple(row[:count] for row in first.view.elements[:count]),
        row_labels=tokens,
        column_labels=tokens,
    )
    return [maps, [TensorInspected(view)]]


def text() -> Batches:
    words = "A long answer of many words, with [brackets] and λ. " * 30
    return [[EvaluationFinished(1, ValueView("string_", words, 1, truncated=True), 0.1)]]


def gone() -> Batches:
    return [*listed(), [ValueInspected(ValueView("", "", 1, trail=("k [x]",)))]]


def sampled() -> Batches:
    view = tensor_view((4000, 3000), value=lambda row, column: row / 8 - column)
    assert view.statistics is not None
    statistics = replace(view.statistics, sampled=999_877, nans=12)
    return [[tensor_computed(replace(view, statistics=statistics, requires_grad=True))]]


def compared() -> Batches:
    shape = (6, 40, 30)
    facts = ComparisonView(1, (), 9, shape, shape, largest=0.25, place=(3, 2, 1), relative=0.5)
    differences = replace(facts, mean=0.01, cosine=0.98, different=420, unlike=2, sampled=999_877)
    first: list[Event] = [tensor_computed(tensor_view(shape)), ValuePinned(1, (), 9, True)]
    return [first, [ValuesCompared(differences)]]


def compared_models() -> Batches:
    names = [f"layers.{n // 3}.{('q_proj', 'v_proj', 'norm')[n % 3]}.weight" for n in range(9)]
    parts = [
        PartComparison(name, (64, 64), (64, 64), "", 0.25 * (number % 4))
        for number, name in enumerate(names)
    ]
    parts += [
        PartComparison("head.weight", (10, 64), (12, 64), "The shapes differ."),
        PartComparison("[lora].a", (8, 64), None),
        PartComparison("head.bias", None, (12,)),
    ]
    (first,), *_ = model()
    assert isinstance(first, EvaluationFinished)
    assert first.view is not None
    handle = first.view.handle
    view = ComparisonView(handle, (), 9, largest=0.75, sampled=4_000_000, parts=tuple(parts))
    return [[first, ValuePinned(handle, (), 9, False)], [ValuesCompared(view)]]


def not_comparable() -> Batches:
    problem = ComparisonView(1, (), 9, (6, 40, 30), (7, 2), problem="The shapes differ.")
    shape = (6, 40, 30)
    first: list[Event] = [tensor_computed(tensor_view(shape)), ValuePinned(1, (), 9, True)]
    return [first, [ValuesCompared(problem)]]


def diverged() -> Batches:
    odd = [Metric("loss", value) for value in (math.nan, math.inf, math.nan)]
    return [[EvaluationStarted(1, "(train)", "train.lisp"), *odd]]


def broken_generation() -> Batches:
    error = ErrorView("torch_generator_generate: the prompt is [longer] than the model takes")
    return [*generating()[1:], [EvaluationFailed(1, error, 0.1)]]


def strange_devices() -> Batches:
    readings = (
        DeviceReading("cpu", "", None, None, None),
        DeviceReading("mps", "Apple GPU", None, 2 * GIB, 12 * GIB, None, 3 * GIB),
        *(
            DeviceReading(f"cuda:{number}", "NVIDIA", 30.0 * number, 9 * GIB, 80 * GIB)
            for number in range(3)
        ),
    )
    return [[DeviceSampled(readings)]]


State = tuple[type[Panel[Any]], Callable[[], Batches], tuple[str, ...]]

FILLED: dict[str, State] = {
    "loss": (LossPanel, training, ()),
    "loss-log-smooth": (LossPanel, training, ("m", "l", "s")),
    "loss-zoomed": (LossPanel, training, ("c", *["left"] * 20, "plus", "plus")),
    "loss-values": (LossPanel, training, ("y", "down", "down", "down")),
    "tensor": (Inspector, tensor, ()),
    "tensor-map": (Inspector, tensor, ("h",)),
    "tensor-histogram": (Inspector, tensor, ("b",)),
    "tensor-sampled": (Inspector, sampled, ()),
    "attention": (Inspector, attention, ("enter",)),
    "token-attention": (Inspector, token_attention, ("enter",)),
    "compared": (Inspector, compared, ("c",)),
    "compared-models": (Inspector, compared_models, ("c",)),
    "parts": (Inspector, listed, ("down",)),
    "text": (Inspector, text, ()),
    "model": (Inspector, model, ("down", "enter")),
    "generation": (GenerationPanel, generating, ()),
    "generation-odds": (GenerationPanel, generating, ("c", "left", "left", "left")),
    "generation-prompt": (GenerationPanel, generating, ("p",)),
    "generation-ask": (GenerationPanel, generating, ("a", *"why?")),
    "variables": (VariablesPanel, variables, ("down",)),
    "errors": (ErrorsPanel, errors, ()),
}
FAULTY: dict[str, State] = {
    "loss-nothing-finite": (LossPanel, diverged, ()),
    "value-gone": (Inspector, gone, ("enter",)),
    "not-comparable": (Inspector, not_comparable, ("c",)),
    "generation-failed": (GenerationPanel, broken_generation, ()),
    "devices-strange": (VariablesPanel, strange_devices, ()),
}
STATES = FILLED | FAULTY


def workbench(theme: str = "lispe-dark") -> tuple[Workbench, FakeSession]:
    """An app in which nothing goes by the clock."""
    session = FakeSession()
    app = Workbench(session)
    app.theme = theme
    app._panels.panel(LossPanel).pace.clock = steady_clock()
    app._panels.panel(GenerationPanel).clock = steady_clock()
    return app, session


async def play(pilot: Pilot[int], app: Workbench, session: FakeSession, state: State) -> None:
    """Fill a panel, all others being empty, and press keys in it.

    What the panel is told last answers the last of the keys where that asks for something.
    """
    while len(app._panels._hearing) <= len(PANELS):  # until every panel is made
        await pilot.pause()
    kind, batches, keys = state
    *first, last = batches() if batches is not devices else [[]]
    answers = kind is Inspector and len(first) > 0
    for told in [*devices(), *first, *([] if answers else [last])]:
        session.emit(*told)
        app.drain()
    app.screen.add_class("-panels")
    app._panels.show(kind)
    app._panels.panel(kind).focus()
    await pilot.pause()
    await pilot.press(*keys)
    if answers:
        session.emit(*last)
    await settle(pilot)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("size", SIZES)
def test_panel(state: str, size: str, snap_compare: SnapCompare) -> None:
    app, session = workbench()

    async def fill(pilot: Pilot[int]) -> None:
        await play(pilot, app, session, STATES[state])

    assert snap_compare(app, terminal_size=SIZES[size], run_before=fill)


@pytest.mark.parametrize("kind", PANELS)
@pytest.mark.parametrize("size", SIZES)
def test_empty_panel(kind: type[Panel[Any]], size: str, snap_compare: SnapCompare) -> None:
    app, session = workbench()

    async def show(pilot: Pilot[int]) -> None:
        await play(pilot, app, session, (kind, lambda: [[]], ()))

    assert snap_compare(app, terminal_size=SIZES[size], run_before=show)


@pytest.mark.parametrize(
    "state", ["loss", "tensor", "attention", "model", "generation-odds", "errors"]
)
def test_light_theme(state: str, snap_compare: SnapCompare) -> None:
    app, session = workbench("lispe-light")

    async def fill(pilot: Pilot[int]) -> None:
        await play(pilot, app, session, STATES[state])

    assert snap_compare(app, terminal_size=SIZES["wide"], run_before=fill)


@pytest.mark.parametrize("size", OTHER_SIZES)
async def test_panels_of_odd_sizes(size: str) -> None:
    """All states after each other in one app: nothing hangs out of the screen."""
    app, session = workbench()
    async with app.run_test(size=OTHER_SIZES[size]) as pilot:
        for name, state in STATES.items():
            session.restart()
            await play(pilot, app, session, state)
            panel = app._panels.current

            assert type(panel) is state[0], name
            assert panel.size.height > 3, name
            assert app.export_screenshot(), name
            for widget in panel.query("*"):
                if widget.display and widget.region.area:
                    assert panel.region.right >= widget.region.right, (name, widget)
            await pilot.press("escape", "escape")
