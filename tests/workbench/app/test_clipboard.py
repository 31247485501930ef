"""What is copied reaches other programs: by the terminal, a local program, or a file."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.workbench.app.conftest import Build
from workbench.app.app import Workbench
from workbench.app.clipboard import LONGEST, clipboard_programs, hand_over, terminal_takes
from workbench.folders import log_folder


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder for programs that stand in for those of a desktop."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def install(folder: Path, name: str, script: str) -> Path:
    """A program ``name`` and the file that it keeps its input in."""
    kept = folder / f"{name}.kept"
    program = folder / name
    program.write_text(f'#!/bin/sh\nkept="{kept}"\n{script}\n')
    program.chmod(0o755)
    return kept


def environment(folder: Path, **variables: str) -> dict[str, str]:
    return {"PATH": str(folder), "TERM": "xterm-256color", **variables}


KEEP = '/bin/cat > "$kept"'


async def test_a_program_gets_the_whole_text(programs: Path) -> None:
    kept = install(programs, "wl-copy", KEEP)
    text = "λ [b]\n" * 50_000

    assert await hand_over(text, (str(programs / "wl-copy"),))
    assert kept.read_text("utf-8") == text


@pytest.mark.parametrize("script", ["exit 1", "exec /bin/sleep 60"])
async def test_a_program_that_fails_or_hangs_did_not_take_it(
    programs: Path, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.app.clipboard.PATIENCE", 0.3)
    install(programs, "xclip", script)

    assert not await hand_over("a", (str(programs / "xclip"),))
    assert not await hand_over("a", (str(programs / "none"),))


def test_programs_are_those_that_reach_the_users_clipboard(programs: Path) -> None:
    """Without their display they are left out; another machine's clipboard is nobody's."""
    for name in ("wl-copy", "xclip", "xsel", "tmux", "pbcopy"):
        install(programs, name, KEEP)

    def names(**variables: str) -> list[str]:
        found = clipboard_programs(environment(programs, **variables))
        return [Path(command[0]).name for command in found]

    assert names() == ["pbcopy"]
    assert names(SSH_CONNECTION="there", TMUX="t") == ["tmux"]
    assert names(WAYLAND_DISPLAY="w", DISPLAY=":0") == ["wl-copy", "xclip", "xsel", "pbcopy"]


def test_terminals_that_do_not_take_a_copy_are_known(programs: Path) -> None:
    usual = environment(programs)

    assert terminal_takes("a" * LONGEST, usual)
    assert not terminal_takes("é" * LONGEST, usual)
    for name, value in (("TERM", "linux"), ("VTE_VERSION", "7600"), ("TMUX", "t"), ("STY", "s")):
        assert not terminal_takes("a", {**usual, name: value})


async def test_where_all_fails_a_private_file_is_told_once(build: Build, programs: Path) -> None:
    """A later copy takes the place of an earlier one."""
    install(programs, "xclip", "exit 1")
    deaf = environment(programs, DISPLAY=":0", TERM="linux")
    async with build(None).run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Workbench)
        await app.share("first", deaf)
        await app.share("second [b]", deaf)
        await pilot.pause()
        told = [notice.message for notice in app._notifications]

    file = log_folder() / "clipboard.txt"
    assert file.read_text() == "second [b]"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert told == [f"This terminal may keep no clipboard: what is copied stands in {file}."]


async def test_no_file_is_written_where_a_program_or_the_terminal_takes_it(
    build: Build, programs: Path
) -> None:
    kept = install(programs, "xclip", KEEP)
    async with build(None).run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Workbench)
        await app.share("one", environment(programs, DISPLAY=":0", TERM="linux"))
        await app.share("two", environment(programs))
        await pilot.pause()

        assert kept.read_text() == "one"
        assert not app._notifications
        assert not log_folder().exists()


async def test_a_file_that_can_not_be_written_is_told(
    build: Build, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    async with build(None).run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Workbench)
        await app.share("one", environment(programs, TERM="linux"))
        await pilot.pause()
        (told,) = [notice.message for notice in app._notifications]

    assert told.startswith("The copy stays in the workbench: ")
    assert told.endswith("Not a directory.")
