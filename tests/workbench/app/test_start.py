from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workbench.fake_session import FakeSession
from workbench.app.app import Workbench
from workbench.app.start import RIPE, collect_at_rest, run_app

WRITES = """
import os, sys
from workbench.app.start import native_writes

with native_writes() as stray:
    os.write(1, b"from C ")
    os.write(2, b"and more")
    os.system("echo , and a child")
    print("drawn", file=sys.__stderr__)
    print("printed")
    gathered = os.read(stray, 100)
os.write(1, b"again\\n")
print(gathered)
"""


def test_native_writes_are_gathered_and_python_keeps_the_terminal() -> None:
    """Only what is drawn reaches the old output, whatever stands for errors; both come back."""
    done = subprocess.run(
        [sys.executable, "-c", WRITES], capture_output=True, text=True, check=True
    )

    assert done.stderr == ""
    assert done.stdout == "drawn\nprinted\nagain\nb'from C and more, and a child\\n'\n"


@pytest.mark.parametrize(
    ("given", "colour", "left"),
    [("", True, None), ("1", True, "1"), (None, True, None), (None, False, "1"), ("", False, "1")],
)
def test_an_empty_no_color_asks_for_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: str | None,
    colour: bool,
    left: str | None,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if given is not None:
        monkeypatch.setenv("NO_COLOR", given)

    run_app(tmp_path, colour=colour)

    assert os.environ.pop("NO_COLOR", None) == left


def test_a_file_that_cannot_be_read_is_a_mistake_of_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "latin.lisp").write_bytes(b'(println "\xe9")')

    assert run_app(tmp_path) == 2
    assert run_app(tmp_path / "latin.lisp") == 2

    first, second = capsys.readouterr().err.splitlines()
    assert first == f"lispe-workbench: {tmp_path}: Is a directory"
    assert second.endswith("latin.lisp: it is not UTF-8 text")


@pytest.mark.parametrize(
    ("searches", "pressed", "collected"), [(RIPE, -60.0, True), (RIPE, 0.0, False), (0, -60, False)]
)
async def test_garbage_is_searched_for_while_nobody_types(
    searches: int, pressed: float, collected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[bool] = []
    app = Workbench(FakeSession())
    async with app.run_test() as pilot:
        await pilot.press("x")
        monkeypatch.setattr(gc, "get_count", lambda: (0, 0, searches))
        monkeypatch.setattr(gc, "collect", lambda: done.append(True))
        app.last_key += pressed
        collect_at_rest(app)
    assert bool(done) == collected
