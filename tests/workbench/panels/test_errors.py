from __future__ import annotations

import pytest
from textual.content import Content
from textual.widgets import OptionList

from tests.workbench.panels.panel_app import PanelApp
from workbench.app.panels.base import OpenLocation
from workbench.app.panels.errors import FRAMES, KEPT, ErrorsPanel
from workbench.runtime.protocol import ErrorView, EvaluationFailed, FrameView

ERROR = ErrorView(
    "no [such] value",
    "/home/someone/train.lisp",
    line=3,
    column=5,
    end_line=3,
    end_column=8,
    source_line="    (foo [x])",
    hint="did you mean (fob [x])?",
    frames=(FrameView("inner", "/home/someone/model.lisp", 7, 2), FrameView("", "<repl>", 1, 1)),
)


@pytest.fixture
def panel() -> ErrorsPanel:
    return ErrorsPanel()


def failed(error: ErrorView = ERROR) -> EvaluationFailed:
    return EvaluationFailed(1, error, 0.1)


def texts(panel: ErrorsPanel) -> list[str]:
    return [str(option.prompt) for option in panel.query_one(OptionList).options]


async def test_an_error_shows_message_place_source_hint_and_stack(panel: ErrorsPanel) -> None:
    async with PanelApp(panel).run_test(size=(60, 20)):
        panel.receive([failed()])

        first, inner, top = texts(panel)
        assert first.splitlines() == [
            "✗ no [such] value",
            "  train.lisp:3:5",
            "  3 │ (foo [x])",
            "  did you mean (fob [x])?",
        ]
        assert inner.split() == ["in", "inner", "model.lisp:7:2"]
        assert top.split() == ["in", "top", "level", "<repl>:1:1"]


async def test_a_call_shows_its_variables(panel: ErrorsPanel) -> None:
    held = (("x", "[b]3[/b]"), ("long", "y" * 500), *((f"more{n}", "0") for n in range(6)))
    error = ErrorView("wrong", frames=(FrameView("f", "a.lisp", 1, 1, held),))
    async with PanelApp(panel).run_test(size=(80, 20)):
        panel.receive([failed(error)])

        lines = texts(panel)[1].splitlines()
        assert lines[1].strip() == "x = [b]3[/b]"
        assert lines[2].strip().endswith("y…")
        assert len(lines[2]) < 80
        assert lines[-1].strip() == "… 2 more"


async def test_the_failing_span_is_marked_in_the_source(panel: ErrorsPanel) -> None:
    async with PanelApp(panel).run_test(size=(60, 20)):
        panel.receive([failed()])

        prompt = panel.query_one(OptionList).options[0].prompt
        assert isinstance(prompt, Content)
        marked = [prompt.plain[span.start : span.end] for span in prompt.spans]
        assert "(fo" in marked


async def test_enter_opens_the_place_of_the_row(panel: ErrorsPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(60, 20)) as pilot:
        panel.receive([failed()])
        panel.focus()
        await pilot.press("enter", "down", "enter")

        assert app.wishes == [
            OpenLocation("/home/someone/train.lisp", 3, 5),
            OpenLocation("/home/someone/model.lisp", 7, 2),
        ]


async def test_a_click_on_a_frame_opens_it(panel: ErrorsPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(60, 20)) as pilot:
        panel.receive([failed()])
        await pilot.pause()
        await pilot.click(OptionList, offset=(10, 4))

        assert app.wishes == [OpenLocation("/home/someone/model.lisp", 7, 2)]


async def test_earlier_errors_fold_below_the_newest_and_unfold(panel: ErrorsPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(60, 20)) as pilot:
        panel.receive([failed()])
        panel.receive([failed(ErrorView("second\nline", "<repl>", 1, 1))])
        assert texts(panel)[1] == "✗ no [such] value  train.lisp:3:5"

        panel.focus()
        await pilot.press("down", "enter")
        assert texts(panel)[0] == "✗ second  <repl>:1:1"
        assert "did you mean" in texts(panel)[1]
        assert panel.query_one(OptionList).highlighted == 1


async def test_the_python_trace_of_a_defect_is_folded(panel: ErrorsPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(60, 20)) as pilot:
        panel.receive([failed(ErrorView("a defect", trace="Traceback [/x]\n  ValueError"))])
        assert "Traceback" not in texts(panel)[1]

        panel.focus()
        await pilot.press("down", "enter")
        assert "Traceback [/x]" in texts(panel)[1]
        await pilot.press("enter")
        assert "Traceback" not in texts(panel)[1]
        assert app.wishes == []


async def test_errors_and_frames_are_kept_up_to_a_limit(panel: ErrorsPanel) -> None:
    deep = ErrorView(
        "too deep", frames=tuple(FrameView("f", "a.lisp", 1, 1) for _ in range(10_000))
    )
    async with PanelApp(panel).run_test(size=(60, 20)):
        for _ in range(KEPT + 5):
            panel.receive([failed(deep)])

        assert len(panel.entries) == KEPT
        assert len(texts(panel)) == KEPT + FRAMES + 1
        assert "9970 more levels" in texts(panel)[FRAMES + 1]


@pytest.mark.parametrize(
    "error",
    [
        ErrorView(""),
        ErrorView("x", "f.lisp", 0, 0, source_line="   "),
        ErrorView("x", "f.lisp", 1, 900, 1, 2, source_line="(short)"),
        ErrorView("x", "f.lisp", 1, 2, 9, 1, source_line="\t(a\x1b[31m"),
    ],
)
async def test_odd_errors_are_shown(error: ErrorView, panel: ErrorsPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(20, 5)) as pilot:
        panel.receive([failed(error)])
        await pilot.pause()
        panel.focus()
        await pilot.press("enter")

        assert app.is_running
