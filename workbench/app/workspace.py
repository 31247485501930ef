"""What was open when the workbench was left, or died: programs, cursors, unsaved text, curves.

One file for each folder that the workbench was started in. It is written every few seconds while
something changes, so that a crash costs no more than those; leaving in order writes it without
the text that the user gave up.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from workbench.app.files import write_atomically
from workbench.app.layout import Shares


@dataclass(frozen=True, slots=True)
class OpenProgram:
    """One program: its file if it has one, its cursor, and its text if that is not on disk."""

    path: str | None
    line: int = 0
    column: int = 0
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """The programs, which was seen, the panel that was up, the draft at the prompt, the sizes.

    ``runs`` are the files of the runs whose curves are shown.
    """

    programs: tuple[OpenProgram, ...] = ()
    shown: int = 0
    panel: str = ""
    draft: str = ""
    shares: Shares = field(default_factory=Shares)
    runs: tuple[str, ...] = ()


def workspace_file(sessions: Path, folder: Path) -> Path:
    """Where the workspace of ``folder`` is kept; the name tells people which it is."""
    whole = folder.resolve()
    digest = sha256(str(whole).encode()).hexdigest()[:12]
    return sessions / f"{whole.name or 'root'}-{digest}.json"


def load_workspace(file: Path) -> Workspace:
    """What ``file`` holds; nothing where it is missing or damaged."""
    try:
        content = json.loads(file.read_text("utf-8"))
        programs = tuple(map(_program, content["programs"]))
        shown = _whole(content["shown"])
        sizes = content["shares"]
        shares = Shares(_whole(sizes["code"]), _whole(sizes["editor"]))
        panel, draft = _text(content["panel"]), _text(content["draft"])
        runs = tuple(map(_text, content.get("runs", ())))
        return Workspace(programs, shown, panel, draft, shares, runs)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Workspace()


def save_workspace(file: Path, workspace: Workspace) -> None:
    """Write ``workspace`` to ``file``, which holds unsaved text: nobody else may read it.

    Raises:
        OSError: It can't be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomically(file, json.dumps(asdict(workspace), ensure_ascii=False))


def _program(entry: dict[str, Any]) -> OpenProgram:
    path, text = entry["path"], entry["text"]
    return OpenProgram(
        None if path is None else _text(path),
        _whole(entry["line"]),
        _whole(entry["column"]),
        None if text is None else _text(text),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError(value)
    return value
