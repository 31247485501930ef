"""Models, containers and nested mixtures of them in the inspector."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

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
from workbench.app.panels.base import Define, Inspect
from workbench.app.panels.entry_list import EntryList
from workbench.app.panels.inspector import Inspector
from workbench.app.panels.module_tree import LARGEST_BRANCH, ModuleTree
from workbench.app.panels.row_list import RowList
from workbench.app.panels.trail_line import TrailLine
from workbench.runtime.protocol import (
    EvaluationFinished,
    TensorInspected,
    ValueInspected,
    ValueView,
    VariablesChanged,
    VariableView,
    Window,
)


@pytest.fixture
def panel() -> Inspector:
    return Inspector()


def asked(app: PanelApp) -> list[tuple[int, Window, tuple[object, ...]]]:
    return [(w.handle, w.window, w.trail) for w in app.wishes if isinstance(w, Inspect)]


def rows(listing: RowList) -> list[str]:
    lines = (listing.render_line(y).text.rstrip() for y in range(listing.size.height))
    return [line for line in lines if line]


def trail(panel: Inspector) -> str:
    return str(panel.query_one(TrailLine).content)


def summary(panel: Inspector) -> str:
    return str(panel.query_one("#inspector-summary", Static).content)


async def shown(
    pilot: Pilot[None], panel: Inspector, told: ValueInspected, name: str = "v"
) -> None:
    """Let the reader choose a variable whose value is ``told``."""
    panel.show(told.view.handle, name)
    panel.receive([told])
    panel.focus()
    await pilot.pause()


MODEL = module_told(
    module_entry("body", "Block", "", 2_000_000, "LoRA", "part frozen"),
    module_entry("scale", "torch_tensor", "(8)", 8, opens=False),
)
BODY = module_told(module_entry("up", "Linear", "→32", 1_000_000, "frozen"), trail=("body",))


async def test_parts_stand_one_to_a_row(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(48, 20)) as pilot:
        await shown(pilot, panel, parts_told(3))

        assert [line.split() for line in rows(panel.query_one(EntryList))] == [
            ["0", "integer", "0"],
            ["1", "integer", "1"],
            ["2", "integer", "4"],
        ]
        assert "3 parts" in summary(panel)


async def test_a_hundred_thousand_parts_scroll_at_once(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        began = perf_counter()
        await shown(pilot, panel, parts_told(100_000))
        await pilot.press("end")
        spent = perf_counter() - began
        await pilot.pause(0.1)
        handle, window, _ = asked(app)[-1]
        panel.receive([parts_told(100_000, handle, window=window)])

        assert spent < 2
        assert rows(panel.query_one(EntryList))[-1].split()[0] == "99999"
        assert rows(panel.query_one(EntryList))[-1].split()[-1] == str(99_999**2)


async def test_enter_leads_in_and_backspace_out(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        await shown(pilot, panel, parts_told(10), "data")
        await pilot.press("down", "down", "enter")
        assert asked(app)[-1] == (1, Window(), (2,))

        panel.receive([TensorInspected(replace(tensor_view((2, 2)), trail=(2,)))])
        await pilot.pause()
        assert "data › 2" in trail(panel)
        assert app.focused is panel.grid

        await pilot.press("backspace")
        assert asked(app)[-1] == (1, Window(), ())
        panel.receive([parts_told(10)])
        await pilot.pause()
        listing = panel.query_one(EntryList)
        assert app.focused is listing
        assert listing.cursor == 2


async def test_left_leaves_a_list(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        await shown(pilot, panel, parts_told(10))
        await pilot.press("right")
        panel.receive([parts_told(4, trail=(0,))])
        await pilot.press("left")

        assert asked(app)[-1] == (1, Window(), ())


async def test_a_model_is_a_tree_with_totals(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(80, 20)) as pilot:
        await shown(pilot, panel, MODEL, "model")
        tree = panel.query_one(ModuleTree)

        assert "2.00M parameters" in summary(panel)
        assert "2.00M trainable" in summary(panel)
        assert "7.6M memory" in summary(panel)
        assert rows(tree)[0].split() == [
            "▸",
            "body",
            "Block",
            "2.00M",
            "7.6M",
            "LoRA",
            "part",
            "frozen",
        ]
        assert rows(tree)[1].split() == ["scale", "(8)", "8", "32B"]


async def test_a_module_unfolds_on_demand_and_folds_again(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(80, 20)) as pilot:
        await shown(pilot, panel, MODEL)
        await pilot.press("enter")
        assert asked(app)[-1] == (1, Window(rows=LARGEST_BRANCH), ("body",))

        panel.receive([BODY])
        tree = panel.query_one(ModuleTree)
        assert [line.split()[:2] for line in rows(tree)] == [
            ["▾", "body"],
            ["▸", "up"],
            ["scale", "(8)"],
        ]
        await pilot.press("down", "left")
        assert tree.cursor == 0
        await pilot.press("left")
        assert len(rows(tree)) == 2


async def test_a_parameter_is_shown_and_left_for_the_unfolded_tree(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(80, 20)) as pilot:
        await shown(pilot, panel, MODEL, "model")
        await pilot.press("enter")
        panel.receive([BODY])
        await pilot.press("end", "enter")
        assert asked(app)[-1] == (1, Window(), ("scale",))
        panel.receive([TensorInspected(replace(tensor_view((8,)), trail=("scale",)))])
        await pilot.pause()
        assert "model › scale" in trail(panel)

        await pilot.press("backspace")
        panel.receive([MODEL, BODY])
        await pilot.pause()
        tree = panel.query_one(ModuleTree)
        assert len(rows(tree)) == 3
        assert tree.rows[tree.cursor].entry.label == "scale"


async def test_the_parts_of_a_variable_are_looked_at_anew_after_an_evaluation(
    panel: Inspector,
) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        await shown(pilot, panel, parts_told(100), "data")
        await pilot.press("enter")
        panel.receive([parts_told(5, trail=(0,))])
        panel.receive([VariablesChanged((VariableView("data", "list_", "…", 1),))])
        await pilot.pause()
        assert asked(app)[-1][2] == (0,)

        panel.receive([parts_told(6, trail=(0,))])
        assert "6 parts" in summary(panel)


async def test_the_cursor_stays_far_down_in_a_model_that_is_looked_at_anew(
    panel: Inspector,
) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        layers = [module_entry(str(n), "Block", "", 10) for n in range(60)]
        await shown(pilot, panel, module_told(*layers), "model")
        await pilot.press("end")
        panel.receive([VariablesChanged((VariableView("model", "torch_model", "…", 1),))])
        await pilot.pause()
        assert (1, Window(rows=LARGEST_BRANCH), ()) in asked(app)

        panel.receive([module_told(*layers)])
        assert panel.query_one(ModuleTree).cursor == 59


async def test_a_computed_model_takes_the_place_of_a_tensor(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(80, 20)):
        panel.receive([tensor_computed(tensor_view((3, 4)))])
        panel.receive([EvaluationFinished(2, MODEL.view, 0.1)])

        assert panel.stage.scene == "tree"


async def test_a_list_does_not_take_the_place_of_a_tensor_but_of_a_number(
    panel: Inspector,
) -> None:
    async with PanelApp(panel).run_test(size=(80, 20)):
        panel.receive([EvaluationFinished(1, ValueView("integer_", "42", 9), 0.1)])
        panel.receive([EvaluationFinished(2, parts_told(3).view, 0.1)])
        assert panel.stage.scene == "entries"

        panel.receive([tensor_computed(tensor_view((3, 4)))])
        panel.receive([EvaluationFinished(3, parts_told(3).view, 0.1)])
        assert panel.stage.scene == "grid"


async def test_a_gradient_is_shown_and_left_by_one_key(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        view = replace(tensor_view((2, 2)), has_gradient=True)
        panel.receive([tensor_computed(view)])
        panel.focus()
        await pilot.press("g")
        assert asked(app)[-1] == (1, Window(), ("gradient",))
        panel.receive([TensorInspected(replace(view, trail=("gradient",), has_gradient=False))])
        await pilot.press("g")

        assert asked(app)[-1] == (1, Window(), ())


async def test_a_tensor_without_gradient_offers_none(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        panel.receive([tensor_computed(tensor_view((2, 2)))])
        panel.focus()
        await pilot.press("g")

        assert asked(app) == []


async def test_the_histogram_stays_chosen_for_the_next_tensor(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(48, 20)) as pilot:
        panel.receive([tensor_computed(tensor_view((2, 2)))])
        panel.focus()
        await pilot.press("b")
        panel.receive([tensor_computed(tensor_view((9, 2)))])
        await pilot.pause()
        text = str(panel.query_one("#value-text", Static).content)

        assert "40.0%" in text
        assert text.rstrip().endswith("9")
        await pilot.press("b")
        assert panel.stage.scene == "grid"


async def test_the_app_is_asked_to_define_a_variable(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        await shown(pilot, panel, parts_told(3))
        await pilot.press("v")

        assert app.wishes[-1] == Define(1, ())
