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

# Quantization and LoRA are not provided yet: the first name that each of these programs misses.
WAITING = {
    6: "torch_quantize_fp16",
    59: "torch_quantize_dynamic",
    60: "torch_quantize_static",
    61: "torch_quantize_static",
    62: "torch_quantize_linear",
    63: "torch_quantize_per_channel",
    64: "torch_quantize_int8",
    65: "torch_quantize_fp16",
    66: "torch_tensor_to_int8",
    67: "torch_tensor_to_fp16",
    68: "torch_model_quantize_dynamic",
    69: "torch_model_quantize_static",
    70: "torch_quantize_fp16",
    92: "torch_lora_linear",
    93: "torch_lora_linear",
    94: "torch_lora_apply_to_linear",
    95: "torch_lora_linear",
    96: "torch_lora_linear",
    97: "torch_lora_linear",
    98: "torch_lora_apply_to_linear",
}

pytestmark = pytest.mark.filterwarnings("ignore::torch_lib.errors.TorchLibWarning")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_manual_is_complete() -> None:
    assert [block.number for block in BLOCKS] == list(range(1, 99))


@pytest.mark.parametrize(
    "block",
    [block for block in BLOCKS if block.number not in WAITING],
    ids=lambda block: f"{block.number}: {block.shows}",
)
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


@pytest.mark.parametrize(
    "block",
    [block for block in BLOCKS if block.number in WAITING],
    ids=lambda block: f"{block.number}: {block.shows}",
)
def test_program_that_waits_for_a_function(block: Block) -> None:
    """It fails for the missing name and nothing else: a program that runs leaves this list."""
    with pytest.raises(LispError, match=re.escape(f"'{WAITING[block.number]}'")):
        run(block)
