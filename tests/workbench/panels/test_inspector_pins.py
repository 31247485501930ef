"""A pinned value beside the one on show."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.workbench.panels.panel_app import (
    PanelApp,
    module_entry,
    module_told,
    parts_told,
    tensor_computed,
    tensor_view,
)
from workbench.app.panels.base import Compare, Inspect, Pin
from workbench.app.panels.inspector import Inspector
from workbench.app.panels.tensor_pictures import comparison_rows
from workbench.app.panels.trail_line import TrailLine
from workbench.runtime.protocol import (
    ComparisonView,
    PartComparison,
    SessionRestarted,
    TensorInspected,
    ValueInspected,
    ValuePinned,
    ValuesCompared,
    VariablesChanged,
    VariableView,
)

WEIGHTS = tensor_view((2, 2), handle=5)
PINNED = replace(WEIGHTS, handle=9)
DIFFERENCES = ComparisonView(5, (), 9, (2, 2), (2, 2), largest=0.5, place=(1, 0), cosine=0.75)


@pytest.fixture
def panel() -> Inspector:
    return Inspector()


async def pinned(pilot: Pilot[None], panel: Inspector) -> None:
    """Show the variable ``weights`` and pin it."""
    panel.show(5, "weights")
    panel.receive([TensorInspected(WEIGHTS)])
    panel.focus()
    await pilot.press("k")
    panel.receive([ValuePinned(5, (), 9, True), TensorInspected(PINNED)])
    await pilot.pause()


def shown(panel: Inspector) -> int:
    assert panel.view is not None
    return panel.view.handle


def trail(panel: Inspector) -> str:
    return str(panel.query_one(TrailLine).content)


def text(panel: Inspector) -> str:
    return str(panel.query_one("#value-text", Static).content)


async def test_the_pinned_value_stays_while_results_come(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(60, 20)) as pilot:
        await pinned(pilot, panel)
        assert Pin(5, ()) in app.wishes

        panel.receive([tensor_computed(tensor_view((3, 3), handle=7))])
        panel.receive([VariablesChanged(())])
        await pilot.pause()

        assert shown(panel) == 9
        assert "PINNED" in trail(panel)
        assert "weights" in trail(panel)
        assert "copy" in trail(panel)

        await pilot.press("o")
        assert app.wishes[-1] == Inspect(7, replace(panel.stage.window, row=0))
        panel.receive([TensorInspected(tensor_view((3, 3), handle=7))])
        assert "pinned weights" in trail(panel)


async def test_a_chosen_variable_is_shown_beside_the_pinned_value(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(60, 20)) as pilot:
        await pinned(pilot, panel)
        panel.show(6, "bias")
        panel.receive([TensorInspected(tensor_view((4,), handle=6))])
        assert shown(panel) == 6

        await pilot.press("o")
        panel.receive([TensorInspected(PINNED)])
        assert shown(panel) == 9


async def test_the_pinned_value_is_let_go(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(60, 20)) as pilot:
        await pinned(pilot, panel)
        await pilot.press("k")
        panel.receive([TensorInspected(WEIGHTS)])

        assert panel.pinned is None
        assert shown(panel) == 5


async def test_a_variable_is_compared_with_its_pinned_self(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(60, 20)) as pilot:
        await pinned(pilot, panel)
        await pilot.press("c")
        assert app.wishes[-1] == Compare(5, (), 9)

        panel.receive([TensorInspected(WEIGHTS), ValuesCompared(DIFFERENCES)])
        for fact in ("weights against the pinned weights", "0.5 at (1 0)", "0.750000"):
            assert fact in text(panel)

        await pilot.press("backspace")
        assert panel.stage.scene == "grid"
        assert shown(panel) == 5


async def test_a_comparison_follows_evaluations(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(60, 20)) as pilot:
        await pinned(pilot, panel)
        await pilot.press("c")
        panel.receive([TensorInspected(WEIGHTS), ValuesCompared(DIFFERENCES)])
        app.wishes.clear()
        changed = VariableView("weights", "torch_tensor", "…", 5, True)
        panel.receive([VariablesChanged((changed,))])
        await pilot.pause()
        assert Compare(5, (), 9) in app.wishes

        panel.receive([ValuesCompared(replace(DIFFERENCES, largest=0.25))])
        assert "0.25 at" in text(panel)


async def test_late_comparisons_are_ignored(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(60, 20)) as pilot:
        await pinned(pilot, panel)
        await pilot.press("c", "c")
        panel.receive([TensorInspected(WEIGHTS), ValuesCompared(DIFFERENCES)])

        assert panel.stage.scene == "grid"


async def test_a_list_can_be_pinned_too(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(60, 20)) as pilot:
        panel.show(5, "data")
        panel.receive([parts_told(3, handle=5)])
        panel.focus()
        await pilot.press("k")
        panel.receive([ValuePinned(5, (), 9, False), parts_told(3, handle=9)])
        await pilot.pause()

        assert "itself" in trail(panel)


async def test_a_restart_forgets_the_pin(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(60, 20)) as pilot:
        await pinned(pilot, panel)
        panel.receive([SessionRestarted("asked for")])

        assert panel.pinned is None
        assert not panel.filled


def test_shapes_that_differ_are_told() -> None:
    view = ComparisonView(1, (), 2, (2, 3), (4,), "The shapes differ.")
    text = comparison_rows(view, "a", "b", 57).plain

    assert "2×3, pinned 4" in text
    assert "The shapes differ." in text
    assert "cosine" not in text


def test_a_sampled_comparison_says_so() -> None:
    view = replace(DIFFERENCES, different=7, sampled=1_000_000, unlike=3)
    text = comparison_rows(view, "a", "b", 57).plain

    assert "7 of 1,000,000 sampled" in text
    assert "finite in one only" in text


PARTS = (
    PartComparison("layers.0.self_attn.q_proj.weight", (64, 64), (64, 64), "", 0.25),
    PartComparison("layers.0.self_attn.q_proj.bias", (64,), (64,), "", 0.0),
    PartComparison("head.weight", (10, 64), (12, 64), "The shapes differ."),
    PartComparison("head.scale", (1,), (1,), "No element is finite in both."),
    PartComparison("[lora].a", (8, 64), None),
    PartComparison("head.bias", None, (12,)),
)


def test_models_are_compared_a_tensor_a_line() -> None:
    """Names keep their ends where the panel is narrow."""
    view = ComparisonView(1, (), 2, largest=0.25, parts=PARTS, sampled=400)
    lines = comparison_rows(view, "a", "b", 64).plain.split("\n")

    assert lines[:4] == [
        "a against the pinned b",
        "6 tensors: 1 the same, 1 differ, 2 not comparable, 1 only here, 1 only pinned",
        "largest difference 0.25 in layers.0.self_attn.q_proj.weight",
        "of 400 elements sampled (e: all)",
    ]
    assert lines[5:] == [
        "≠ layers.0.self_attn.q_proj.weight   64×64  0.25",
        "= layers.0.self_attn.q_proj.bias        64      ",
        "! head.weight                10×64 ≠ 12×64      ",
        "! head.scale    1  No element is finite in both.",
        "+ [lora].a                       8×64  only here",
        "- head.bias                      12  only pinned",
    ]
    narrow = comparison_rows(view, "a", "b", 40).plain
    assert "≠ ….self_attn.q_proj.weight  64×64  0.25\n" in narrow


def test_short_names_keep_the_columns() -> None:
    parts = (
        PartComparison("a.weight", (8, 4), (8, 4), "", 0.25),
        PartComparison("a.bias", (8,), (8,), "", 1.5),
    )
    view = ComparisonView(1, (), 2, largest=1.5, parts=parts)

    assert comparison_rows(view, "a", "b", 66).plain.split("\n")[-2:] == [
        "≠ a.weight      8×4  0.25",
        "≠ a.bias          8   1.5",
    ]


def test_a_part_names_the_part_that_it_is_compared_with() -> None:
    view = replace(DIFFERENCES, counterpart=("layers", 0))

    assert "a against the pinned b › layers › 0" in comparison_rows(view, "a", "b", 57).plain


async def test_a_pinned_model_is_compared_with_another(panel: Inspector) -> None:
    """The lines follow the width of the panel."""
    app = PanelApp(panel)
    async with app.run_test(size=(100, 20)) as pilot:
        panel.show(5, "model")
        panel.receive([model_at(5)])
        panel.focus()
        await pilot.press("k")
        panel.receive([ValuePinned(5, (), 9, False), model_at(9)])
        panel.show(6, "other")
        panel.receive([model_at(6)])
        await pilot.pause()
        await pilot.press("c")
        assert app.wishes[-1] == Compare(6, (), 9)

        panel.receive([ValuesCompared(ComparisonView(6, (), 9, largest=0.25, parts=PARTS))])
        assert "≠ layers.0.self_attn.q_proj.weight" in text(panel)
        await pilot.resize_terminal(40, 20)
        await pilot.pause()
        assert "…" in text(panel)

        await pilot.press("c")
        assert panel.stage.scene == "tree"


def model_at(handle: int) -> ValueInspected:
    """A model that was asked for."""
    told = module_told(module_entry("layers", "ModuleList", "", 40))
    return ValueInspected(replace(told.view, handle=handle))
