"""The examples of the documentation are true."""

from io import StringIO

import pytest

from lispe_core import builtins, special
from lispe_core.interpreter import Interpreter
from lispe_core.library import Library
from tests.lispe_core.transcripts import differences, exchanges

LIBRARIES = (*builtins.LIBRARIES, *special.LIBRARIES)


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_examples(library: Library) -> None:
    for definition in library:
        _, _, examples = definition.doc.partition("Example:\n")
        transcript = exchanges(line for line in examples.splitlines() if line.strip())
        found = differences(Interpreter(output=StringIO(), error_output=StringIO()), transcript)
        assert not found, "\n".join([definition.name, *found])
