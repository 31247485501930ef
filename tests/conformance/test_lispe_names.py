"""Every name that the language promises exists, and its documentation shows it at work."""

from pathlib import Path

import pytest

from lispe_core import builtins, special
from lispe_core.errors import LispError
from lispe_core.interpreter import Interpreter
from lispe_core.library import Definition
from lispe_core.reader import read
from lispe_core.variables import NIL_NAMES

PROMISED = (Path(__file__).parent / "lispe_names.txt").read_text(encoding="utf-8").split()
LIBRARIES = (*special.LIBRARIES, *builtins.LIBRARIES)
DEFINITIONS = {
    f"{library.name}: {one.name}": one
    for library in LIBRARIES
    for one in library
    if '"' not in one.name  # what the reader writes, no program
}


def _means_something(interpreter: Interpreter, name: str) -> bool:
    if name in NIL_NAMES or interpreter.namespace.definition(name) is not None:
        return True
    if read(name)[0] is None or not hasattr(read(name)[0], "name"):
        return True
    try:
        interpreter.namespace.value(name)
    except LispError:
        return False
    return True


def test_no_promised_name_is_missing() -> None:
    interpreter = Interpreter()
    assert [name for name in PROMISED if not _means_something(interpreter, name)] == []


def test_names_that_mean_nothing_are_noticed() -> None:
    interpreter = Interpreter()
    assert not _means_something(interpreter, "no_such_name")


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=DEFINITIONS)
def test_documentation_has_an_example(definition: Definition) -> None:
    """Whose answers are checked elsewhere; here, that it calls the function."""
    _, _, example = definition.doc.partition("Example:\n")
    spellings = [one.name for one in DEFINITIONS.values() if one.function is definition.function]
    calls = [f"({name}{end}" for name in spellings for end in (" ", ")", "\n")]
    assert any(call in example for call in calls)
