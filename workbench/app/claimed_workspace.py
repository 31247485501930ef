"""Which workspace file a workbench keeps, where several run in one folder.

The first has the file of the folder, each further one the next number. A lock that ends with its
process tells which files are in use, so that a crash frees its file. Unsaved text in a file that
nobody uses comes to the next workbench that starts in the folder.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from workbench.app.workspace import (
    OpenProgram,
    Workspace,
    load_workspace,
    save_workspace,
    workspace_file,
)

MOST = 64
"""Workbenches in one folder that keep what is open."""


@contextmanager
def claimed_workspace(sessions: Path, folder: Path) -> Iterator[Path | None]:
    """The workspace file of a workbench in ``folder``, its own as long as the block runs.

    ``None`` where none can be kept.
    """
    first = workspace_file(sessions, folder)
    with ExitStack() as locks:
        try:
            sessions.mkdir(parents=True, exist_ok=True, mode=0o700)
            files = [first, *(first.with_stem(f"{first.stem}-{n}") for n in range(2, MOST + 1))]
            file = next((one for one in files if locks.enter_context(_locked(one))), None)
            if file is not None:
                _take_over(file, [other for other in files if other != file and other.exists()])
        except OSError:
            file = None
        yield file


def _take_over(file: Path, others: list[Path]) -> None:
    """Bring into ``file`` what is unsaved in those of ``others`` that nobody uses."""
    for other in others:
        with _locked(other) as free:
            if free:
                kept = load_workspace(file)
                merged = with_unsaved(kept, load_workspace(other))
                if merged != kept:
                    save_workspace(file, merged)
                other.unlink(missing_ok=True)


def with_unsaved(kept: Workspace, other: Workspace) -> Workspace:
    """``kept``, with what would be lost if ``other`` were.

    Of a file that has unsaved text in both, that of ``other`` becomes an untitled program.
    """
    programs = list(kept.programs)
    for program in other.programs:
        if program.text is None or _holds(programs, program):
            continue
        paths = [one.path for one in programs]
        place = paths.index(program.path) if program.path in paths else None
        if place is not None and programs[place].text is None:
            programs[place] = program
        else:
            programs.append(program if place is None else replace(program, path=None))
    draft = OpenProgram(None, text=other.draft)
    if kept.draft and other.draft not in ("", kept.draft) and not _holds(programs, draft):
        programs.append(draft)
    return replace(kept, programs=tuple(programs), draft=kept.draft or other.draft)


def _holds(programs: Sequence[OpenProgram], program: OpenProgram) -> bool:
    return any(one.text == program.text and one.path in (program.path, None) for one in programs)


@contextmanager
def _locked(file: Path) -> Iterator[bool]:
    """Whether no other process uses ``file``; then it is ours as long as the block runs."""
    descriptor = os.open(file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
