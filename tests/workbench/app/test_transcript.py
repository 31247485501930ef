from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.selection import Selection

from tests.workbench.fake_session import FakeSession
from workbench.app import transcript as transcript_module
from workbench.app.app import Workbench
from workbench.app.highlight import Vocabulary
from workbench.app.transcript import MAX_BURST, MAX_LINES, MAX_SHORTENED, Transcript
from workbench.app.transcript_lines import MAX_LINE, LineStore
from workbench.runtime.protocol import ErrorView, FrameView, ValueView


@asynccontextmanager
async def shown(width: int = 80, height: int = 40) -> AsyncIterator[tuple[Transcript, Pilot[int]]]:
    """The transcript of an app at rest."""
    app = Workbench(FakeSession())
    async with app.run_test(size=(width, height)) as pilot:
        yield app.query_one(Transcript), pilot


def rows(transcript: Transcript) -> list[str]:
    height = min(transcript.size.height, transcript.virtual_size.height)
    return [transcript.render_line(y).text.rstrip() for y in range(height)]


async def test_output_goes_on_where_it_stopped() -> None:
    async with shown() as (transcript, _):
        transcript.write("loss 0.")
        transcript.write("5\nnext")
        transcript.write(" warning\n", "error")

        assert transcript.text == "loss 0.5\nnext\n warning"


async def test_a_returned_carriage_overwrites_its_line() -> None:
    async with shown() as (transcript, _):
        for percent in (10, 20, 100):
            transcript.write(f"{percent}%\r")
        transcript.write("done\n")

        assert transcript.text == "done"


async def test_control_codes_do_not_reach_the_screen() -> None:
    async with shown() as (transcript, _):
        transcript.write("\x1b[31mred\x1b[0m \x1b]0;title\x07a\tb\x00\n")

        assert transcript.text == "red a   b\N{REPLACEMENT CHARACTER}"


async def test_brackets_are_text() -> None:
    async with shown() as (transcript, _):
        transcript.write("v [a b] w [/x]\n")
        transcript.echo('(f \'[a b] "[/x]")')
        transcript.value(ValueView("string_", "[red]x[/]", 1))
        transcript.note("[a b] [/x]")
        transcript.error(ErrorView("no [b] [/x]", "[f].lisp", 1, 1, source_line="[/x]"))

        assert rows(transcript) == [
            "v [a b] w [/x]",
            'λ (f \'[a b] "[/x]")',
            "=> [red]x[/]",
            "[a b] [/x]",
            "no [b] [/x]",
            "  --> [f].lisp:1:1",
            "  [/x]",
            "  ^^^^",
        ]


async def test_an_error_points_at_its_place() -> None:
    async with shown() as (transcript, _):
        frames = (FrameView("train", "a.lisp", 7, 1), FrameView("top level", "a.lisp", 9, 1))
        error = ErrorView(
            "not bound: 'lo'", "a.lisp", 3, 7, 3, 9, "\t(λ 日 lo)", "did you mean 'loss'?", frames
        )

        transcript.error(error)

        assert transcript.text.split("\n") == [
            "not bound: 'lo'",
            "  --> a.lisp:3:7",
            "          (λ 日 lo)",
            " " * 16 + "^^",
            "  did you mean 'loss'?",
            "  in train, a.lisp:7:1",
            "  in top level, a.lisp:9:1",
        ]


async def test_long_lines_wrap_and_wrap_again() -> None:
    async with shown(80) as (transcript, pilot):
        width = transcript.scrollable_content_region.width
        transcript.write("x" * (width + 10) + "\n日" * 2 + "日" * width + "\n")

        assert transcript.virtual_size.height == 2 + 1 + 3
        await pilot.resize_terminal(60, 40)
        assert transcript.scrollable_content_region.width == width - 20
        assert transcript.virtual_size.height == 2 + 1 + 3
        assert rows(transcript)[0] == "x" * (width - 20)


async def test_words_stay_whole_where_there_is_room() -> None:
    async with shown(80) as (transcript, _):
        width = transcript.scrollable_content_region.width
        words = "a" * (width - 5) + " " + "b" * (width - 20) + " " + "λ" * (width - 10)
        transcript.write(words + "\n")

        assert rows(transcript) == words.split(" ")
        assert transcript.text == words


def test_lines_in_any_alphabet_are_wrapped_quickly() -> None:
    """Not letter by letter, which took twenty times as long as ASCII takes."""
    store = LineStore()

    def seconds(text: str) -> float:
        store.lines = [text] * 20_000
        began = time.process_time()
        store.wrap(76)
        return time.process_time() - began

    seconds("λ")  # what is found once
    assert seconds("λ→é" * 50) < 8 * seconds("abc" * 50)


async def test_many_lines_are_wrapped_when_the_width_has_settled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once, at the end of several changes, and what is looked at stays in sight."""
    monkeypatch.setattr(transcript_module, "MANY", 10)
    monkeypatch.setattr(transcript_module, "PAUSE", 3.0)
    async with shown(80) as (transcript, pilot):
        transcript.write("word " * 30 + "\n" + "\n" * 50)
        height = transcript.virtual_size.height
        for width in (75, 70, 65):
            await pilot.resize_terminal(width, 40)
            assert transcript.virtual_size.height == height
        end = time.monotonic() + 20
        while transcript.virtual_size.height == height and time.monotonic() < end:
            await pilot.pause(0.1)

        assert transcript.virtual_size.width == transcript.scrollable_content_region.width
        assert transcript.virtual_size.height > height
        assert transcript.is_vertical_scroll_end


async def test_selected_text_has_no_breaks_of_wrapping() -> None:
    async with shown(80) as (transcript, _):
        transcript.write("x" * 200 + "\nsecond\n")

        chosen = transcript.get_selection(Selection(Offset(190, 0), Offset(3, 1)))

        assert chosen == ("x" * 10 + "\nsec", "\n")


async def test_huge_lines_and_floods_are_cut_and_say_so() -> None:
    async with shown() as (transcript, _):
        transcript.write("y" * (MAX_LINE + 1234) + "\n")
        transcript.write("".join(f"{number}\n" for number in range(MAX_BURST + 500)))

        lines = transcript.text.split("\n")
        assert lines[0].endswith("y … 1,234 characters more")
        assert "… 500 lines left out: click to see …" in lines
        assert lines[-1] == str(MAX_BURST + 499)
        assert len(lines) == MAX_BURST + 2


async def test_the_oldest_lines_go_when_there_are_too_many() -> None:
    async with shown() as (transcript, _):
        for start in range(0, MAX_LINES + MAX_BURST, MAX_BURST):
            transcript.write("".join(f"{n}\n" for n in range(start, start + MAX_BURST)))

        lines = transcript.text.split("\n")
        assert len(lines) <= MAX_LINES
        assert lines[-1] == str(MAX_LINES + MAX_BURST - 1)
        assert lines[0] == f"… {int(lines[1]):,} earlier lines are gone …"
        assert rows(transcript)[-1] == lines[-1]


async def test_the_text_that_is_read_stands_still_while_the_oldest_lines_go() -> None:
    async with shown() as (transcript, pilot):
        transcript.most_lines = 1000
        transcript.write("".join(f"{number}\n" for number in range(1000)))
        await pilot.pause()
        transcript.scroll_to(y=500, animate=False, immediate=True)
        assert rows(transcript)[0] == "500"

        transcript.write("".join(f"{number}\n" for number in range(1000, 1020)))
        await pilot.pause()
        assert rows(transcript)[0] == "500"
        assert "… 120 earlier lines are gone …" not in rows(transcript)

        transcript.write("".join(f"{number}\n" for number in range(1020, 1800)))
        await pilot.pause()
        assert rows(transcript)[0] == "… 900 earlier lines are gone …"


async def test_the_view_follows_only_at_the_end() -> None:
    async with shown() as (transcript, pilot):
        transcript.write("a\n" * 100)
        await pilot.pause()
        assert transcript.is_vertical_scroll_end

        transcript.scroll_to(y=10, animate=False, immediate=True)
        transcript.write("b\n" * 10)
        await pilot.pause()

        assert transcript.scroll_offset.y == 10


async def test_a_value_that_goes_on_says_so() -> None:
    async with shown() as (transcript, _):
        transcript.value(ValueView("list_", "(1 2\n 3", 1, truncated=True))

        assert transcript.text == "=> (1 2\n    3\n   … the value goes on"


async def test_how_much_is_missing_is_told_only_where_it_is_known() -> None:
    async with shown() as (transcript, _):
        transcript.value(ValueView("list_", "1" * (MAX_LINE + 5), 1, truncated=True))

        assert transcript.text == f"=> {'1' * MAX_LINE}\n   … the value goes on"


async def test_transcript_stands_alone() -> None:
    class Alone(App[None]):
        def compose(self) -> ComposeResult:
            yield Transcript(Vocabulary())

        def get_theme_variable_defaults(self) -> dict[str, str]:
            return Workbench(FakeSession()).get_theme_variable_defaults()

    async with Alone().run_test() as pilot:
        transcript = pilot.app.query_one(Transcript)
        transcript.echo("(f\n  1)")

        assert rows(transcript) == ["λ (f", "·   1)"]


async def test_what_was_left_out_can_be_seen() -> None:
    async with shown() as (transcript, pilot):
        transcript.write("".join(f"line {number}\n" for number in range(MAX_BURST + 500)))
        transcript.scroll_to(y=MAX_BURST // 2 - 5, animate=False)
        await pilot.pause()
        row = next(y for y, text in enumerate(rows(transcript)) if "left out" in text)
        await pilot.click(transcript, offset=(5, row))
        await pilot.pause()

        assert transcript.text.split("\n") == [
            f"line {number}" for number in range(MAX_BURST + 500)
        ]
        assert not transcript.show_all()


async def test_only_the_last_long_outputs_are_kept_whole() -> None:
    async with shown() as (transcript, _):
        for _ in range(MAX_SHORTENED + 2):
            transcript.write("x\n" * (MAX_BURST + 3))
        expanded = sum(transcript.show_all() for _ in range(MAX_SHORTENED + 2))

        assert expanded == MAX_SHORTENED
        assert transcript.text.count("3 lines left out") == 2


async def test_what_was_submitted_is_saved_as_it_was() -> None:
    async with shown() as (transcript, _):
        transcript.echo("(f\t1)\n\t`\u202ea`")

        assert rows(transcript)[:2] == ["λ (f      1)", "·         `\N{REPLACEMENT CHARACTER}a`"]
        assert transcript.as_program() == "(f\t1)\n\t`\u202ea`\n"
