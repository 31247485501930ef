"""One mistake a file: its last lines say what a person reads about it."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest

from lispe_core.errors import LispError
from lispe_core.interpreter import Interpreter
from lispe_core.reports import report

FOLDER = Path(__file__).parents[1] / "lisp" / "bad"
PROGRAMS = sorted(FOLDER.glob("*.lisp"))


def test_there_are_programs() -> None:
    assert PROGRAMS


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_bad_program(path: Path) -> None:
    *source, message, place = path.read_text(encoding="utf-8").splitlines()
    with pytest.raises(LispError) as caught:
        Interpreter(output=StringIO()).evaluate("\n".join(source), path.name)
    told = report(caught.value, lambda origin: None).splitlines()
    assert told[0] == message.removeprefix("; error: ")
    assert told[1] == f"  --> {path.name}:{place.removeprefix('; place: ')}"
