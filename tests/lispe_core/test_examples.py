"""The examples of the documentation are true: files are in a folder of their own, Ada types."""

from pathlib import Path

import pytest

from lispe_core import builtins, special
from lispe_core.library import Library
from tests.lispe_core.transcripts import differences, exchanges, interpreter_for_ada

LIBRARIES = (*builtins.LIBRARIES, *special.LIBRARIES)


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_examples(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for definition in library:
        _, _, examples = definition.doc.partition("Example:\n")
        transcript = exchanges(line for line in examples.splitlines() if line.strip())
        found = differences(interpreter_for_ada(), transcript)
        assert not found, "\n".join([definition.name, *found])
