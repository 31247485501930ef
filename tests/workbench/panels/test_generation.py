from __future__ import annotations

import pytest
from textual.containers import VerticalScroll
from textual.widgets import Button, Static

from tests.workbench.panels.panel_app import PanelApp
from torch_lib.events import GenerationFinished, GenerationStarted, TokenGenerated
from workbench.app.panels.base import InterruptRequested
from workbench.app.panels.generation import CHARACTERS, KEPT, GenerationPanel, Passage
from workbench.runtime.protocol import EvaluationInterrupted, SessionRestarted


class Clock:
    """A clock that the test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def panel(clock: Clock) -> GenerationPanel:
    return GenerationPanel(clock)


def begun(prompt: str = "Once") -> GenerationStarted:
    return GenerationStarted(prompt, 1, 50)


def tokens(*texts: str) -> list[TokenGenerated]:
    return [TokenGenerated(number, text) for number, text in enumerate(texts)]


def texts(panel: GenerationPanel) -> list[str]:
    return [str(passage.content) for passage in panel.query(Passage)]


def summary(panel: GenerationPanel) -> str:
    return str(panel.query_one("#generation-summary", Static).content)


async def test_tokens_are_appended_to_their_prompt(panel: GenerationPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 12)) as pilot:
        panel.receive([begun(), *tokens(" upon", " [b]a[/b]")])
        panel.receive(tokens(" λ"))
        await pilot.pause()

        assert texts(panel) == ["Once upon [b]a[/b] λ"]


async def test_pace_and_wait_for_the_first_token_are_told(
    panel: GenerationPanel, clock: Clock
) -> None:
    async with PanelApp(panel).run_test(size=(80, 12)):
        panel.receive([begun()])
        clock.now = 0.25
        panel.receive(tokens("a"))
        clock.now = 2.0
        panel.receive(tokens("b", "c"))
        assert summary(panel) == "3/50 tokens · 1.5/s · first 250ms"

        panel.receive([GenerationFinished(3, 1.5, "end")])
        assert summary(panel) == "3 tokens · 2.0/s · ended · first 250ms"


async def test_a_narrow_summary_drops_facts_instead_of_breaking(panel: GenerationPanel) -> None:
    async with PanelApp(panel).run_test(size=(24, 12)):
        panel.receive([begun(), *tokens("a")])

        assert summary(panel) == "1/50 tokens"


async def test_without_a_tokenizer_the_ids_are_shown(panel: GenerationPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 12)) as pilot:
        panel.receive([begun(""), *tokens("", "", "")])
        await pilot.pause()

        assert texts(panel) == ["0 1 2 "]


async def test_with_a_tokenizer_text_held_back_shows_nothing(panel: GenerationPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 12)) as pilot:
        panel.receive([begun(), *tokens("", "")])
        await pilot.pause()

        assert texts(panel) == ["Once"]


async def test_key_and_button_ask_to_stop_only_while_a_model_writes(panel: GenerationPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 12)) as pilot:
        panel.receive([begun(), *tokens("a")])
        panel.focus()
        await pilot.press("x")
        await pilot.click(Button)
        assert [type(wish) for wish in app.wishes] == [InterruptRequested] * 2

        panel.receive([EvaluationInterrupted(1, 0.1)])
        await pilot.press("x")
        assert len(app.wishes) == 2
        assert not panel.query_one(Button).display


@pytest.mark.parametrize("event", [EvaluationInterrupted(1, 0.1), SessionRestarted("it crashed")])
async def test_what_ends_the_evaluation_ends_the_passage(
    event: EvaluationInterrupted | SessionRestarted, panel: GenerationPanel
) -> None:
    async with PanelApp(panel).run_test(size=(80, 12)):
        panel.receive([begun(), *tokens("a"), event])

        assert panel.writing is None
        assert "interrupted" in summary(panel)


async def test_earlier_generations_stay_above_up_to_a_limit(panel: GenerationPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 12)) as pilot:
        for number in range(KEPT + 5):
            panel.receive([begun(str(number)), *tokens("."), GenerationFinished(1, 0.1, "end")])
        await pilot.pause()

        assert texts(panel) == [f"{number}." for number in range(5, KEPT + 5)]


async def test_the_end_is_followed_until_the_reader_scrolls_up(panel: GenerationPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 12)) as pilot:
        scroll = panel.query_one(VerticalScroll)
        panel.receive([begun(), *tokens(*["line\n"] * 50)])
        await pilot.pause()
        assert scroll.scroll_y == scroll.max_scroll_y > 0

        panel.focus()
        await pilot.press("pageup")
        await pilot.pause()
        place = scroll.scroll_y
        panel.receive(tokens(*["line\n"] * 50))
        await pilot.pause()
        assert scroll.scroll_y == place < scroll.max_scroll_y

        await pilot.press("end")
        await pilot.pause()
        panel.receive(tokens(*["line\n"] * 50))
        await pilot.pause()
        assert scroll.scroll_y == scroll.max_scroll_y


async def test_a_short_text_begins_at_the_top(panel: GenerationPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 12)) as pilot:
        panel.receive([begun(), *tokens("a")])
        await pilot.pause()

        assert panel.query_one(Passage).region.y == 1


async def test_only_the_end_of_an_endless_text_is_kept(panel: GenerationPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 12)) as pilot:
        panel.receive([begun("")])
        for _ in range(8):
            panel.receive(tokens("x" * (CHARACTERS // 2), "y"))
        await pilot.pause()

        (text,) = texts(panel)
        assert text.startswith("… ")
        assert text.endswith("xy")
        assert len(text) <= CHARACTERS + 2
        assert len(panel.passages[0].text) <= 2 * CHARACTERS
