"""The examples in the documentation of the torch functions are true."""

import inspect
from io import StringIO
from pathlib import Path

import pytest
import torch

from lispe_core.library import Definition
from tests.lispe_core.transcripts import differences, exchanges
from workbench.runtime.build import build_interpreter
from workbench.runtime.torch_binding import torch_library

# An alias shares the function and so the documentation of the name it stands for.
FUNCTIONS = list(
    {inspect.unwrap(one.function): one for one in reversed([*torch_library()])}.values()
)


@pytest.mark.parametrize("definition", FUNCTIONS, ids=lambda definition: definition.name)
def test_example(definition: Definition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer is the one that is written, in a folder of the example's own."""
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    _, _, examples = definition.doc.partition("Example:\n")
    transcript = exchanges(line for line in examples.splitlines() if line.strip())
    interpreter = build_interpreter(
        output=StringIO(), error_output=StringIO(), read_line=lambda prompt: None
    )

    found = differences(interpreter, transcript)

    assert not found, "\n".join([definition.name, *found])
