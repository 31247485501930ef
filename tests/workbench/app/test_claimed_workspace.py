"""Several workbenches in one folder keep what is open apart, and lose nothing of each other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from workbench.app.claimed_workspace import claimed_workspace, with_unsaved
from workbench.app.workspace import OpenProgram, Workspace, load_workspace, save_workspace

CRASHES = """
import os, sys
from pathlib import Path
from workbench.app.claimed_workspace import claimed_workspace
from workbench.app.workspace import OpenProgram, Workspace, save_workspace

with claimed_workspace(Path(sys.argv[1]), Path(sys.argv[1])) as file:
    save_workspace(file, Workspace((OpenProgram(None, text=sys.argv[2]),)))
    print(file.name, flush=True)
    os._exit(1)
"""


def crash(folder: Path, text: str) -> str:
    """A process that leaves ``text`` unsaved; gives the name of its file."""
    done = subprocess.run(
        [sys.executable, "-c", CRASHES, str(folder), text], capture_output=True, text=True
    )
    return done.stdout.strip()


def texts(file: Path) -> list[str | None]:
    return [program.text for program in load_workspace(file).programs]


def test_each_has_a_file_of_its_own(tmp_path: Path) -> None:
    with claimed_workspace(tmp_path, tmp_path) as first:
        assert first is not None
        save_workspace(first, Workspace((OpenProgram(None, text="of the first"),)))

        assert crash(tmp_path, "of another") == f"{first.stem}-2.json"

        assert texts(first) == ["of the first"]
        assert texts(first.with_stem(f"{first.stem}-2")) == ["of another"]


def test_a_file_is_free_again_when_its_workbench_has_ended(tmp_path: Path) -> None:
    name = crash(tmp_path, "kept")

    with claimed_workspace(tmp_path, tmp_path) as file:
        assert file is not None
        assert file.name == name
        assert texts(file) == ["kept"]


def test_what_a_crash_left_unsaved_comes_to_the_next_that_starts(tmp_path: Path) -> None:
    """Also where it was the second workbench that crashed; a third start finds it once."""
    with claimed_workspace(tmp_path, tmp_path) as first:
        assert first is not None
        save_workspace(first, Workspace((OpenProgram("/a.lisp"),)))
        crash(tmp_path, "of the second")

    for _ in range(2):
        with claimed_workspace(tmp_path, tmp_path) as again:
            assert again == first
            assert texts(first) == [None, "of the second"]


def test_what_another_uses_stays_with_it(tmp_path: Path) -> None:
    with claimed_workspace(tmp_path, tmp_path) as first:
        assert first is not None
        save_workspace(first, Workspace((OpenProgram(None, text="in use"),)))
        with claimed_workspace(tmp_path, tmp_path) as second:
            assert second is not None
            assert texts(second) == []

        assert texts(first) == ["in use"]


def test_a_folder_that_can_not_be_made_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with claimed_workspace(tmp_path / "file" / "sessions", tmp_path) as file:
        assert file is None


def test_unsaved_texts_of_one_file_are_kept_both() -> None:
    mine = Workspace((OpenProgram("/a", text="mine"), OpenProgram("/b")), draft="(mine")
    other = Workspace(
        (
            OpenProgram("/a", text="other"),
            OpenProgram("/b", text="b"),
            OpenProgram("/c"),
            OpenProgram(None, text="new"),
        ),
        draft="(other",
    )

    merged = with_unsaved(mine, other)

    assert [(one.path, one.text) for one in merged.programs] == [
        ("/a", "mine"),
        ("/b", "b"),
        (None, "other"),
        (None, "new"),
        (None, "(other"),
    ]
    assert merged.draft == "(mine"
    assert with_unsaved(merged, other) == merged
