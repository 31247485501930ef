"""What is seen can be kept: the transcript as text, the screen as a picture."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from tests.workbench.app.conftest import Build, answer_question
from workbench.app.repl import Repl


async def save(pilot: Pilot[int], action: str, path: Path) -> None:
    await pilot.app.run_action(action)
    await pilot.pause()
    await answer_question(pilot, str(path))


async def test_a_transcript_is_saved_as_it_stands(build: Build, tmp_path: Path) -> None:
    async with build(None).run_test() as pilot:
        transcript = pilot.app.query_one(Repl).transcript
        transcript.echo("(f)")
        transcript.write("one [b]\n")
        await save(pilot, "save_transcript", tmp_path / "session.txt")

    assert (tmp_path / "session.txt").read_text("utf-8") == "λ (f)\none [b]\n"


async def test_the_screen_is_saved_as_a_picture(build: Build, tmp_path: Path) -> None:
    """Without the question for its name; where that can't be written, it is told."""
    async with build(None).run_test(size=(80, 24)) as pilot:
        await save(pilot, "save_picture", tmp_path / "screen.svg")
        await save(pilot, "save_picture", tmp_path / "nowhere" / "screen.svg")
        told = [notice.message for notice in pilot.app._notifications]

    picture = (tmp_path / "screen.svg").read_text("utf-8")
    assert picture.startswith("<svg")
    assert "REPL" in picture
    assert "path of a file" not in picture
    assert len(told) == 1
    assert "No such file or directory" in told[0]
