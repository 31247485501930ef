from __future__ import annotations

import math
from dataclasses import replace
from time import perf_counter

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.workbench.panels.panel_app import PanelApp, tensor_computed, tensor_view
from workbench.app.panels.base import Inspect, Measure
from workbench.app.panels.inspector import Inspector
from workbench.app.panels.slice_bar import SliceBar
from workbench.app.panels.tensor_grid import TensorGrid
from workbench.runtime.protocol import (
    EvaluationFinished,
    EvaluationInterrupted,
    SessionRestarted,
    TensorInspected,
    TensorMeasured,
    ValueInspected,
    ValueView,
    VariablesChanged,
    VariableView,
    Window,
)


@pytest.fixture
def panel() -> Inspector:
    return Inspector()


def row(grid: TensorGrid, y: int) -> str:
    return grid.render_line(y).text


def asked(app: PanelApp) -> list[tuple[int, Window]]:
    return [(wish.handle, wish.window) for wish in app.wishes if isinstance(wish, Inspect)]


async def settled(pilot: Pilot[None], grid: TensorGrid) -> None:
    """Wait until scrolling came to rest and the wishes that follow were heard."""
    await pilot.pause()
    while grid.settling:
        await pilot.pause(0.01)
    await pilot.pause()


def summary(panel: Inspector) -> str:
    return str(panel.query_one("#inspector-summary", Static).content)


async def test_a_computed_tensor_is_shown(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(48, 20)) as pilot:
        panel.receive([tensor_computed(tensor_view((3, 4)))])
        await pilot.pause()

        assert "3×4" in summary(panel)
        assert "float32" in summary(panel)
        assert row(panel.grid, 0).split() == ["0", "1", "2", "3"]
        assert row(panel.grid, 2).split() == ["1", "1.0000", "1.1000", "1.2000", "1.3000"]


async def test_a_hundred_thousand_rows_scroll_at_once(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        panel.receive([tensor_computed(tensor_view((100_000, 512)))])
        panel.focus()
        await pilot.pause()

        began = perf_counter()
        panel.grid.scroll_end(animate=False, immediate=True)
        lines = [row(panel.grid, y) for y in range(panel.grid.size.height)]
        spent = perf_counter() - began
        await settled(pilot, panel.grid)

        assert spent < 0.1
        assert "99999" in row(panel.grid, panel.grid.size.height - 2)
        assert "·" in lines[1]
        window = asked(app)[-1][1]
        assert window.row <= 99_999 < window.row + window.rows


async def test_missing_elements_are_asked_for_once_and_then_drawn(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        panel.receive([tensor_computed(tensor_view((1000, 4), handle=7, window=Window(rows=40)))])
        await pilot.pause()
        panel.grid.scroll_to(y=500, animate=False)
        await settled(pilot, panel.grid)
        panel.grid.scroll_to(y=501, animate=False)
        await settled(pilot, panel.grid)

        assert asked(app) == [(7, Window((), 500, 50, 0, 20))]
        assert "·" in row(panel.grid, 1)

        answer = tensor_view((1000, 4), handle=7, window=Window((), 500, 50, 0, 20))
        panel.receive([TensorInspected(answer)])
        assert row(panel.grid, 1).split()[:2] == ["501", "501.0"]


async def test_a_lost_answer_is_asked_for_again_after_an_interrupt(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        panel.receive([tensor_computed(tensor_view((1000, 4)))])
        await pilot.pause()
        panel.grid.scroll_to(y=500, animate=False)
        await settled(pilot, panel.grid)
        panel.receive([EvaluationInterrupted(1, 0.1)])
        await settled(pilot, panel.grid)

        assert len(asked(app)) == 2


async def test_answers_for_another_value_are_ignored(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(48, 20)):
        panel.receive([tensor_computed(tensor_view((3, 4), handle=1))])
        panel.receive([TensorInspected(tensor_view((9, 9), handle=2))])

        assert "3×4" in summary(panel)


async def test_a_chosen_variable_is_asked_for_and_named(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        panel.show(5, "weights")
        await pilot.pause()
        assert asked(app) == [(5, Window())]

        panel.receive([TensorInspected(tensor_view((2, 2), handle=5))])
        assert "weights" in summary(panel)


async def test_the_shown_variable_is_refreshed_after_an_evaluation(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        panel.show(5, "weights")
        panel.receive([TensorInspected(tensor_view((2, 2), handle=5))])
        panel.receive([VariablesChanged((VariableView("weights", "tensor_", "…", 6, True),))])
        await pilot.pause()
        assert asked(app)[-1] == (6, Window())

        changed = tensor_view((2, 2), handle=6, value=lambda row, column: 7.0)
        panel.receive([TensorInspected(changed)])
        assert row(panel.grid, 1).split() == ["0", "7.0000", "7.0000"]


async def test_a_value_that_is_no_tensor_is_shown_as_text(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(48, 20)) as pilot:
        panel.show(5, "data")
        panel.receive([ValueInspected(ValueView("list_", "(a [b] [/c])", 5, truncated=True))])
        await pilot.pause()

        assert str(panel.query_one("#value-text", Static).content) == "(a [b] [/c]) …"
        assert "the first 12 characters" in summary(panel)
        assert not panel.grid.display


async def test_a_number_does_not_take_the_place_of_a_tensor(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(48, 20)):
        panel.receive([tensor_computed(tensor_view((3, 4)))])
        panel.receive([EvaluationFinished(2, ValueView("integer_", "42", 9), 0.1)])

        assert panel.view is not None


async def test_a_value_that_is_gone_says_so(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(48, 20)):
        panel.show(5, "data")
        panel.receive([ValueInspected(ValueView("", "", 5))])

        assert "no longer" in str(panel.query_one("#value-text", Static).content)


async def test_a_restart_empties_the_panel(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(48, 20)):
        panel.receive([tensor_computed(tensor_view((3, 4)))])
        panel.receive([SessionRestarted("asked for")])

        assert not panel.filled


async def test_keys_walk_through_slices(panel: Inspector) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(60, 20)) as pilot:
        panel.receive([tensor_computed(tensor_view((3, 5, 4, 6), handle=2))])
        panel.focus()
        await pilot.press("n", "d", "p")
        await settled(pilot, panel.grid)

        assert panel.grid.leading == (1, 4)
        assert asked(app)[-1] == (2, Window((1, 4), 0, 50, 0, 20))
        assert "1 of 3" in str(panel.query_one(SliceBar).content)

        late = replace(tensor_view((3, 5, 4, 6), handle=2), window=Window((0, 0)))
        panel.receive([TensorInspected(late)])
        assert "·" in row(panel.grid, 1)


async def test_a_click_on_an_arrow_moves_its_index(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(60, 20)) as pilot:
        panel.receive([tensor_computed(tensor_view((3, 5, 4, 6)))])
        await pilot.pause()
        text = str(panel.query_one(SliceBar).content)

        await pilot.click(SliceBar, offset=(1 + text.rindex("›"), 0))
        await pilot.pause()

        assert panel.grid.leading == (0, 1)


async def test_a_vector_is_folded_into_rows(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(60, 20)) as pilot:
        vector = tensor_view(
            (23,), window=Window(columns=23), dtype="int64", value=lambda row, column: column
        )
        panel.receive([tensor_computed(vector)])
        await pilot.pause()

        assert row(panel.grid, 2).split() == [str(n) for n in [10, *range(10, 20)]]
        assert row(panel.grid, 3).split() == ["20", "20", "21", "22"]


ODD_TENSORS = {
    "scalar": ((), "float32", lambda row, column: math.nan),
    "empty": ((0,), "float32", lambda row, column: 0.0),
    "no columns": ((3, 0), "float32", lambda row, column: 0.0),
    "empty deep": ((2, 0, 3), "float32", lambda row, column: 0.0),
    "bool": ((2, 3), "bool", lambda row, column: column > 0),
    "huge integers": ((2, 3), "int64", lambda row, column: (-1) ** column * 2**62),
    "not finite": ((2, 3), "float32", lambda row, column: (math.nan, math.inf, -math.inf)[column]),
    "range of a double": ((1, 2), "float64", lambda row, column: (1e308, 5e-324)[column]),
    "one wide row": ((1, 50_000), "float32", lambda row, column: column),
    "seven dimensions": ((2, 2, 2, 2, 2, 2, 2), "int8", lambda row, column: row),
    "very long": ((10**9, 3), "float32", lambda row, column: row),
}


@pytest.mark.parametrize("size", [(48, 20), (12, 5), (2, 1)])
async def test_no_tensor_and_no_size_stops_the_panel(
    size: tuple[int, int], panel: Inspector
) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=size) as pilot:
        for handle, (shape, dtype, value) in enumerate(ODD_TENSORS.values()):
            panel.receive([tensor_computed(tensor_view(shape, handle, dtype=dtype, value=value))])
            panel.grid.scroll_end(animate=False, immediate=True)
            panel.action_step(1)
            panel.action_next_dimension()
            panel.action_next_shading()
            await pilot.pause()

            assert panel.grid.view
            assert panel.grid.view.shape == shape


async def test_heat_shades_by_value_and_can_be_switched_off(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(48, 20)) as pilot:
        panel.receive([tensor_computed(tensor_view((10, 2)))])
        panel.focus()
        await pilot.pause()
        low, high = panel.grid.cell(0, 0).style, panel.grid.cell(9, 0).style
        assert low
        assert high
        assert low.bgcolor != high.bgcolor

        await pilot.press("h", "h")
        flat = panel.grid.cell(9, 0).style
        assert flat
        assert flat.bgcolor == low.bgcolor


async def test_figures_of_a_sample_are_replaced_by_those_of_all_elements(
    panel: Inspector,
) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(60, 20)) as pilot:
        view = tensor_view((3, 4))
        assert view.statistics is not None
        sampled = replace(view.statistics, sampled=1_000_000)
        panel.receive([tensor_computed(replace(view, statistics=sampled))])
        panel.focus()
        await pilot.press("b", "e")
        exact = replace(sampled, sampled=None, maximum=77.0, nans=2)
        panel.receive([TensorMeasured(1, (), exact)])
        await pilot.pause()

        assert [wish for wish in app.wishes if isinstance(wish, Measure)] == [Measure(1, ())]
        assert "sampled" not in summary(panel)
        assert "2 NaN" in summary(panel)
        assert "77" in str(panel.query_one("#value-text", Static).content)
        await pilot.press("e")
        assert len([wish for wish in app.wishes if isinstance(wish, Measure)]) == 1


async def test_figures_of_another_tensor_are_not_taken_over(panel: Inspector) -> None:
    async with PanelApp(panel).run_test(size=(60, 20)) as pilot:
        view = tensor_view((3, 4))
        panel.receive([tensor_computed(view)])
        assert view.statistics is not None
        panel.receive([TensorMeasured(9, (), replace(view.statistics, nans=5))])
        await pilot.pause()

        assert "NaN" not in summary(panel)
