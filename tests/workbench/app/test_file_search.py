"""Files of the folder in the command palette."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from tests.workbench.app.conftest import Build
from workbench.app import file_search
from workbench.app.editor import Editor
from workbench.app.file_search import files_below, fitting_files


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    for name in ("main.lisp", "lib/train_digits.lisp", "lib/[b]data.txt", "lib/deep/main.lisp"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"; {name}")
    for name in (".git/config", "__pycache__/a.lisp", ".hidden.lisp"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("")
    monkeypatch.chdir(folder)
    return folder


def test_files_are_found_below_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are hidden, and data, are no programs."""
    assert files_below(folder) == [
        "main.lisp",
        "lib/[b]data.txt",
        "lib/train_digits.lisp",
        "lib/deep/main.lisp",
    ]
    monkeypatch.setattr(file_search, "DEPTH", 1)
    monkeypatch.setattr(file_search, "LARGEST", 15)
    assert files_below(folder) == ["main.lisp"]
    monkeypatch.setattr(file_search, "MOST", 0)
    assert files_below(folder / "nowhere") == []


def test_names_count_before_paths() -> None:
    files = ["main.lisp", "lib/tools.lisp", "old/lib.lisp", "l/i/b/other"]

    assert list(fitting_files("lib", files)) == ["old/lib.lisp", "lib/tools.lisp", "l/i/b/other"]
    assert list(fitting_files("old/lib", files)) == ["old/lib.lisp"]
    assert list(fitting_files("mlsp", files)) == ["main.lisp"]


async def palette(pilot: Pilot[int], typed: str) -> list[str]:
    await pilot.press("ctrl+p")
    await pilot.pause(0.2)
    await pilot.press(*typed)
    for _ in range(40):
        await pilot.pause(0.1)
        options = pilot.app.screen.query_one(OptionList).options
        lines = [str(option.prompt).split("\n")[0] for option in options]
        if any("Open:" in line for line in lines):
            return lines
        await asyncio.sleep(0.05)
    return []


async def test_a_file_opens_in_a_tab(build: Build, folder: Path) -> None:
    """On a small screen its editor comes to the front, whatever was there."""
    async with build(None).run_test(size=(80, 24)) as pilot:
        await pilot.press("f3")
        lines = await palette(pilot, "[b]data")
        assert [line for line in lines if "Open: lib/[b]data.txt" in line]
        await pilot.press("enter")
        await pilot.pause(0.3)

        editor = pilot.app.query_one("Editor.-current", Editor)
        assert editor.text == "; lib/[b]data.txt"
        assert editor.has_focus
        assert editor.region.area
