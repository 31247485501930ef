"""The programs of the LispE PyTorch manual, each in an interpreter and a folder of its own."""

import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from lispe_core.errors import LispError
from workbench.runtime.build import build_interpreter


@dataclass(frozen=True)
class Block:
    """One program of the manual, with what surrounds it and what is expected of it.

    ``prelude`` sets up what the manual takes as given and makes the files it ``needs``; ``check``
    prints more about the results. ``output`` holds regular expressions, ``error`` another, when
    the program has to fail.
    """

    number: int
    shows: str
    text: str
    prelude: str = ""
    check: str = ""
    output: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    error: str = ""


def read_blocks() -> list[Block]:
    rows = (Path(__file__).parent / "manual_blocks.jsonl").read_text(encoding="utf-8").splitlines()
    return [Block(**json.loads(row)) for row in rows]


def run(block: Block) -> str:
    """What the program prints.

    Raises:
        LispError: It failed.
    """
    output = io.StringIO()
    interpreter = build_interpreter(
        output=output, error_output=output, read_line=lambda prompt: None
    )
    interpreter.evaluate("\n".join((block.prelude, block.text, block.check)))
    return output.getvalue()


BLOCKS = read_blocks()

pytestmark = pytest.mark.filterwarnings("ignore::torch_lib.errors.TorchLibWarning")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_manual_is_complete() -> None:
    assert [block.number for block in BLOCKS] == list(range(1, 99))


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.number}: {block.shows}")
def test_program_of_the_manual(block: Block, tmp_path: Path) -> None:
    """It prints what is expected and leaves the files it should."""
    if block.error:
        with pytest.raises(LispError, match=block.error):
            run(block)
        return
    printed = run(block)

    assert [pattern for pattern in block.output if not re.search(pattern, printed)] == []
    missing = [name for name in (*block.needs, *block.leaves) if not (tmp_path / name).exists()]
    assert missing == []
