"""Apps around a session double, away from the developer's own settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.workbench.fake_session import FakeSession
from workbench.app.app import Workbench
from workbench.app.status_line import StatusLine
from workbench.runtime.protocol import DefinitionView, LibraryLoaded

Build = Callable[[Path | None], Workbench]

CORE = LibraryLoaded(
    "core",
    (
        DefinitionView("+", "instruction", "(+ x…)", "The sum.", "arithmetic"),
        DefinitionView("take", "instruction", "(take count values)", "The first few.", "lists"),
        DefinitionView("setq", "special form", "(setq name value)", "Assign.", "binding"),
    ),
)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISPE_WORKBENCH_CONFIG", str(tmp_path / "config" / "config.toml"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("workbench.app.app.history_file", lambda: tmp_path / "data" / "history")


@pytest.fixture
def session() -> FakeSession:
    return FakeSession(values={"(+ 1 2)": "3"})


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.lisp"
    path.write_text('(setq λx "é(")\n\n(defun f (x)\n  (+ x 1))\n(f 2)\n', "utf-8")
    return path


@pytest.fixture
def build(session: FakeSession) -> Build:
    def workbench(path: Path | None = None) -> Workbench:
        return Workbench(session, path)

    return workbench


async def answer_question(pilot: Pilot[Any], text: str) -> None:
    """Answer the question on the screen with ``text``."""
    pilot.app.screen.query_one(Input).value = text
    await pilot.press("enter")
    await pilot.pause()


def drained(pilot: Pilot[int]) -> Workbench:
    """The app, when what the session told has arrived."""
    app = pilot.app
    assert isinstance(app, Workbench)
    app.drain()
    return app


def status(pilot: Pilot[int]) -> str:
    """The status line."""
    return drained(pilot).query_one(StatusLine).render().plain
