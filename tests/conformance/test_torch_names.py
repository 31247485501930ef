"""Every function that the torch library promises exists, and its documentation shows it at work."""

from inspect import unwrap
from pathlib import Path

import pytest

from lispe_core.library import Definition
from torch_lib import NEIGHBOURS
from workbench.runtime.torch_binding import neighbour_library, torch_library

PROMISED = (Path(__file__).parent / "torch_names.txt").read_text(encoding="utf-8").split()
LIBRARIES = (torch_library(), *map(neighbour_library, NEIGHBOURS))
DEFINITIONS = {one.name: one for library in LIBRARIES for one in library}


def test_no_promised_name_is_missing() -> None:
    assert [name for name in PROMISED if name not in DEFINITIONS] == []


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=DEFINITIONS)
def test_documentation_has_an_example(definition: Definition) -> None:
    """Whose answers are checked elsewhere; here, that it calls the function."""
    _, _, example = definition.doc.partition("Example:\n")

    function = unwrap(definition.function)
    names = [one.name for one in DEFINITIONS.values() if unwrap(one.function) is function]
    assert any(f"({name}" in example or f"'{name}" in example for name in names)
