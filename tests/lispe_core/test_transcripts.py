"""The language, tested in itself: files are in a folder of their own, Ada types."""

import re
from pathlib import Path

import pytest

from lispe_core import builtins, special
from tests.lispe_core.transcripts import differences, exchanges, interpreter_for_ada

TRANSCRIPTS = sorted((Path(__file__).parents[1] / "lisp").glob("*.lisp"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    transcript = exchanges(path.read_text(encoding="utf-8").splitlines())
    assert transcript
    found = differences(interpreter_for_ada(), transcript)
    assert not found, "\n".join(found)


def test_every_name_of_the_language_is_in_a_transcript() -> None:
    written = "\n".join(path.read_text(encoding="utf-8") for path in TRANSCRIPTS)
    words = set(re.findall(r"[^\s()\[\]{}'\";]+", written))
    libraries = (*special.LIBRARIES, *builtins.LIBRARIES)
    names = [one.name for library in libraries for one in library if '"' not in one.name]
    assert [name for name in names if name not in words] == []
