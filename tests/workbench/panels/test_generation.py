from __future__ import annotations

import math

import pytest
from textual.containers import VerticalScroll
from textual.widgets import Button, Static

from tests.workbench.panels.panel_app import PanelApp
from torch_lib.events import (
    GenerationFinished,
    GenerationStarted,
    TokenChance,
    TokenGenerated,
)
from workbench.app.drawable import REPLACEMENT
from workbench.app.panels import generation
from workbench.app.panels.base import EvaluateSource, InterruptRequested
from workbench.app.panels.generation import KEPT, GenerationPanel
from workbench.app.panels.passage import CHARACTERS, Passage
from workbench.runtime.protocol import EvaluationInterrupted, EvaluationStarted, SessionRestarted


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
    return [passage.flow.text for passage in panel.query(Passage)]


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
        assert len(text) <= 2 * CHARACTERS + 2
        assert len(panel.passages[0].text) <= 2 * CHARACTERS


CHAT = GenerationStarted("user\nHi", 4, 50, "<|user|>\nHi<|end|>")


def chat() -> list[TokenGenerated]:
    chances = (
        TokenChance(7, " [b]", math.log(0.6)),
        TokenChance(8, " world", math.log(0.25)),
        TokenChance(9, "", math.log(0.00001)),
    )
    return [
        TokenGenerated(1, "Hello", "", math.log(0.95)),
        TokenGenerated(8, " world", "", math.log(0.25), chances),
        TokenGenerated(2, "!", "", math.log(0.03)),
        TokenGenerated(3, "", "<|end|>", -0.0),
    ]


def below(panel: GenerationPanel) -> str:
    line = panel.query_one("#generation-token", Static)
    return str(line.content) if line.display else ""


async def test_control_tokens_are_shown_in_the_raw_view(panel: GenerationPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 14)) as pilot:
        panel.receive([CHAT, *chat()])
        panel.focus()
        assert texts(panel) == ["user\nHiHello world!"]

        await pilot.press("v")
        assert texts(panel) == ["<|user|>\nHi<|end|>Hello world!<|end|>"]


async def test_the_prompt_is_shown_as_the_model_got_it(panel: GenerationPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 14)) as pilot:
        panel.receive([CHAT, *chat()])
        panel.focus()
        await pilot.press("p")
        assert texts(panel) == ["<|user|>\nHi<|end|>"]
        assert summary(panel) == "prompt of 4 tokens"

        await pilot.press("p")
        assert texts(panel) == ["user\nHiHello world!"]


async def test_a_prompt_without_text_says_so(panel: GenerationPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 14)) as pilot:
        panel.receive([begun(""), *tokens("a")])
        panel.focus()
        await pilot.press("p")

        assert texts(panel) == ["The prompt has no text."]


async def test_tokens_are_coloured_by_their_probability(panel: GenerationPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 14)) as pilot:
        panel.receive([CHAT, *chat()])
        panel.focus()
        await pilot.press("c")
        await pilot.pause()

        shown = panel.passages[0].row(1)
        styles = {shown.plain[span.start : span.end]: str(span.style) for span in shown.spans}
        assert styles["Hello"] != styles[" world"] != styles["!"]
        assert "underline" in styles["!"]
        assert below(panel) == "probability ≥90% ≥50% ≥10% <10%"

        panel.receive(tokens(" more"))
        assert texts(panel)[0].endswith("! more")


async def test_a_chosen_token_tells_its_alternatives(panel: GenerationPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 20)) as pilot:
        panel.receive([CHAT, *chat()])
        panel.focus()
        await pilot.press("left")
        await pilot.pause()
        assert below(panel) == "token 4 “<|end|>” 100.0%"

        await pilot.press("left", "left")
        await pilot.pause()
        assert below(panel).splitlines() == [
            "token 2 “ world” 25.0%",
            "   60.0% ████▊    “ [b]”",
            "▸  25.0% ██       “ world”",
            "   <0.1%          #9",
        ]

        await pilot.press("right", "escape")
        await pilot.pause()
        assert below(panel) == ""


async def test_choosing_scrolls_to_the_token(panel: GenerationPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 14)) as pilot:
        panel.receive([begun(), *tokens(*["line\n"] * 60)])
        panel.focus()
        await pilot.press(*["left"] * 40)
        await pilot.pause()

        scroll = panel.query_one(VerticalScroll)
        assert scroll.scroll_y <= 20 < scroll.scroll_y + scroll.size.height


async def test_the_evaluation_is_repeated_when_it_has_ended(panel: GenerationPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 14)) as pilot:
        panel.receive([EvaluationStarted(1, "(talk)", "chat.lisp"), CHAT, *chat()])
        panel.receive([EvaluationStarted(2, "(+ 1 2)", "<repl>")])
        panel.focus()
        await pilot.press("r")
        assert app.wishes == []

        panel.receive([GenerationFinished(4, 0.5, "end")])
        await pilot.press("r")
        assert app.wishes == [EvaluateSource("(talk)", "chat.lisp", "again: chat.lisp")]


@pytest.mark.parametrize("key", ["c", "p", "v", "left", "right", "escape", "r"])
async def test_every_key_bears_odd_tokens(key: str, panel: GenerationPanel) -> None:
    odd = [
        TokenGenerated(1, "", "", math.nan, (TokenChance(1, "[/x]", math.nan),)),
        TokenGenerated(2, "[/b]", "[@click=app.quit]", -math.inf),
        TokenGenerated(3, "漢" * 100, "", 5.0, (TokenChance(3, "\n\t", 5.0),)),
    ]
    app = PanelApp(panel)
    async with app.run_test(size=(20, 10)) as pilot:
        panel.receive([CHAT, *odd])
        panel.focus()
        await pilot.press(key, "left", "left", "left", key)
        await pilot.pause()

        assert app.is_running


async def test_nothing_that_a_model_writes_commands_the_terminal(panel: GenerationPanel) -> None:
    hostile = "a\x1b[31mb\x07\r\n\tc\x9bd\udc80"
    async with PanelApp(panel).run_test(size=(48, 14)) as pilot:
        panel.receive([GenerationStarted(hostile, 1, 9, hostile), *tokens(hostile)])
        panel.focus()
        for key in ("v", "p", "p", "left", "c"):
            await pilot.press(key)
            await pilot.pause()
            shown = texts(panel)[0] + below(panel)
            assert not set(shown) & set("\x1b\x07\r\x9b\udc80")
        assert "a·[31mb·\n\tc·d·".replace("·", REPLACEMENT) in texts(panel)[0]


async def test_a_click_chooses_a_token_of_any_passage(panel: GenerationPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(60, 14)) as pilot:
        for word in ("first", "second"):
            chance = TokenChance(1, word, math.log(0.25))
            panel.receive([begun("x "), TokenGenerated(1, word, "", math.log(0.25), (chance,))])
            panel.receive([GenerationFinished(1, 0.5, "end")])
        await pilot.pause(0.1)
        older, newer = panel.query(Passage)
        await pilot.click(older, offset=(5, 0))
        await pilot.pause()
        odds = str(panel.query_one("#generation-token", Static).content)
        assert "“first” 25.0%" in odds

        await pilot.click(newer, offset=(5, 0))
        await pilot.pause()
        odds = str(panel.query_one("#generation-token", Static).content)
        assert "“second” 25.0%" in odds
        assert older.chosen is None

        panel.focus()
        await pilot.press("escape")
        assert newer.chosen is None
        await pilot.click(newer, offset=(1, 0))
        assert newer.chosen is None  # that is the prompt


async def test_old_texts_go_where_they_are_long_together(
    panel: GenerationPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation, "KEPT_CHARACTERS", 250)
    async with PanelApp(panel).run_test(size=(60, 14)) as pilot:
        gone = panel.query_one("#generation-gone", Static)
        for number in range(5):
            panel.receive([begun(str(number)), *tokens("x" * 100)])
            await pilot.pause()
            assert gone.display == (number > 2)

        assert [text[0] for text in texts(panel)] == ["2", "3", "4"]
        assert str(gone.content) == "… 2 earlier texts, kept no more …"
