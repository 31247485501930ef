"""Attention maps in the inspector: which model, which layer, which head."""

from __future__ import annotations

from dataclasses import replace

from textual.widgets import Static

from tests.workbench.panels.panel_app import (
    PanelApp,
    module_entry,
    module_told,
    tensor_computed,
    tensor_view,
)
from workbench.app.panels.base import Inspect, ShowAttention
from workbench.app.panels.inspector import Inspector
from workbench.app.panels.slice_bar import SliceBar
from workbench.runtime.protocol import (
    EntriesView,
    EntryView,
    EvaluationFinished,
    TensorInspected,
    ValueView,
)

LAYERS = ("layers.0.attention", "layers.1.attention", "layers.2.attention")


def maps() -> EvaluationFinished:
    """The end of an evaluation that gives the attention maps of three layers."""
    entries = tuple(EntryView(n, n, "torch_tensor", "float32 (1 4 6 6) cpu") for n in LAYERS)
    value = ValueView("torch_attention_maps", "maps", 7, entries=EntriesView(3, 0, entries))
    return EvaluationFinished(2, value, 0.1)


def layer(number: int) -> TensorInspected:
    """The map of one layer."""
    view = tensor_view((1, 4, 6, 6), handle=7)
    return TensorInspected(replace(view, trail=(LAYERS[number],)))


def asked(app: PanelApp) -> list[tuple[int, tuple[str | int | float, ...]]]:
    return [(wish.handle, wish.trail) for wish in app.wishes if isinstance(wish, Inspect)]


async def test_any_model_is_asked_how_it_attends() -> None:
    panel = Inspector()
    app = PanelApp(panel)
    async with app.run_test(size=(60, 20)) as pilot:
        told = module_told(module_entry("attention", "Attention", "", 40))
        panel.receive([EvaluationFinished(1, told.view, 0.1)])
        panel.focus()
        await pilot.press("a")

        assert [w for w in app.wishes if isinstance(w, ShowAttention)] == [
            ShowAttention(1, (), "result")
        ]


async def test_layers_and_heads_are_gone_through_by_keys() -> None:
    panel = Inspector()
    app = PanelApp(panel)
    async with app.run_test(size=(60, 20)) as pilot:
        told = module_told(module_entry("attention", "Attention", "", 40))
        panel.receive([EvaluationFinished(1, told.view, 0.1), maps()])
        panel.focus()
        await pilot.pause()
        assert "3 parts" in str(panel.query_one("#inspector-summary", Static).content)

        await pilot.press("down", "enter")
        panel.receive([layer(1)])
        await pilot.press("n")
        assert "head ‹  1 of 4 " in str(panel.query_one(SliceBar).content)
        assert panel.grid.shading == "map"

        await pilot.press("full_stop")
        assert asked(app)[-1] == (7, (LAYERS[2],))
        panel.receive([layer(2)])
        await pilot.press("full_stop")
        assert asked(app)[-1] == (7, (LAYERS[2],))
        await pilot.press("comma", "comma")
        assert asked(app)[-1] == (7, (LAYERS[0],))


async def test_what_attended_comes_back() -> None:
    """Leaving the maps leads to the model; other tensors are drawn as before."""
    panel = Inspector()
    app = PanelApp(panel)
    async with app.run_test(size=(60, 20)) as pilot:
        told = module_told(module_entry("attention", "Attention", "", 40))
        panel.receive([EvaluationFinished(1, told.view, 0.1), maps()])
        panel.focus()
        await pilot.press("backspace")
        assert asked(app)[-1] == (1, ())

        panel.receive([maps()])
        await pilot.press("enter")
        panel.receive([layer(0)])
        panel.receive([tensor_computed(tensor_view((3, 4), handle=9))])
        await pilot.pause()
        assert panel.grid.shading == "shaded"


async def test_tokens_stand_beside_what_attends() -> None:
    """On a map those of the columns are written downwards, elsewhere as wide as an element."""
    panel = Inspector()
    app = PanelApp(panel)
    tokens = ("<s>", " the", " ", "[b]", "longer words", "漢e\u0301")
    async with app.run_test(size=(60, 30)) as pilot:
        view = replace(
            tensor_view((1, 4, 6, 6), handle=7),
            trail=(LAYERS[0],),
            row_labels=tokens,
            column_labels=tokens,
        )
        panel.receive([maps()])
        panel.enter((LAYERS[0],))
        panel.receive([TensorInspected(view)])
        await pilot.pause()
        grid = panel.grid

        def lines() -> list[str]:
            return [grid.render_line(y).text.rstrip() for y in range(12)]

        assert lines()[:6] == [
            "                        l",
            "                        o",
            "                        n",
            "                < t   [ g",
            "                s h   b e 漢",
            "                > e ␣ ] … e\u0301",
        ]
        shown = [line.split()[:2] for line in lines()[6:]]
        assert shown[:4] == [["<s>", "0"], ["the", "1"], ["␣", "2"], ["[b]", "3"]]
        assert "longer words  4" in lines()[10]

        grid.next_shading()
        assert lines()[0].split() == ["<s>", "the", "␣", "[b]", "longe…", "漢e\u0301"]
        grid.select((0, 1))
        assert lines()[1].split()[:2] == ["<s>", "0"]

        grid.shading = "map"
        await pilot.resize_terminal(60, 14)
        await pilot.pause()
        assert lines()[0].split()[:2] == ["<", "t"]
        assert lines()[3].split()[:2] == ["<s>", "0"]

        await pilot.resize_terminal(60, 10)
        await pilot.pause()
        assert lines()[0].split() == ["0", "5"]
        assert lines()[1].split()[:2] == ["<s>", "0"]


async def test_maps_that_know_their_tokens_are_maps_wherever_they_are_found() -> None:
    panel = Inspector()
    app = PanelApp(panel)
    async with app.run_test(size=(60, 20)):
        panel.show(3, "maps")
        view = replace(tensor_view((1, 4, 2, 2), handle=3), column_labels=("a", "b"))
        panel.receive([TensorInspected(view)])

        assert panel.grid.shading == "map"
