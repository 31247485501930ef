"""The language, tested in itself."""

from io import StringIO
from pathlib import Path

import pytest

from lispe_core.interpreter import Interpreter
from tests.lispe_core.transcripts import differences, exchanges

TRANSCRIPTS = sorted((Path(__file__).parents[1] / "lisp").glob("*.lisp"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(path: Path) -> None:
    transcript = exchanges(path.read_text(encoding="utf-8").splitlines())
    assert transcript
    found = differences(Interpreter(output=StringIO()), transcript)
    assert not found, "\n".join(found)
