"""Every torch function, called with what it does not take, answers with one sentence."""

import io
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from lispe_core.errors import LispError
from torch_lib import NEIGHBOURS
from torch_lib.devices import set_device
from torch_lib.tracking import log_close
from workbench.runtime.build import build_interpreter
from workbench.runtime.torch_binding import neighbour_library, torch_library

VALUES = """
nil true -1 0 3 (** 10 30) 1e308 -0.5 (- 1e308 (* 1e308 10)) (/ 0.0 1)
"" "é/x" "cpu" "mean"
'() '(1 2) '(-1 2) '(4294967296 4294967296) '((1 2) (3)) '("a") (list nil)
(dictionary) (dictionary "a" 1) (dictionary "rank" "x" "alpha" nil)
(torch_ones '(0)) (torch_ones '(2 3)) (torch_zeros '(2) "int64") (torch_ones '(2 2) "bool")
(torch_zeros '(1 2 3 4)) (torch_ones '(1 1 1 1 2) "float16") (torch_tensor 1.5)
(torch_quantize_int8 '(1.0 2.0))
(torch_linear 3 2) (torch_transformer_block 4 2 8) (torch_embedding 4 2) (torch_lstm 2 3)
(torch_lora_linear 4 4 2 4) (torch_model_quantize_dynamic (torch_linear 32 32))
(torch_simple_tokenizer) (torch_optimizer (torch_linear 2 2) 0.1 "sgd")
(torch_generator_create (torch_sequential (list (torch_embedding 4 2) (torch_linear 2 4))))
(torch_data_loader '(1 2 3) 2) (torch_state_dict (torch_linear 2 2)) (lambda (x) x)
(torch_llama_model {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
(torch_rotary_embedding 4) (torch_stream_decoder (torch_simple_tokenizer)) (torch_grad_scaler)
(torch_scaler_scale (torch_grad_scaler) (torch_tensor 1.0)) (torch_generation_config {})
(tiktoken_create {"a":0 "b":1} (list {"content":"<end>" "id":2}) ".")
"""

LEAKS = (
    "\n",
    "NoneType",
    "<class",
    "<function",
    "Traceback",
    "enforce fail",
    "expected scalar type",
    "aten::",
    "c10",
)
MOST_ARGUMENTS = 6
RANDOM_CALLS = 60

LIBRARIES = (torch_library(), *map(neighbour_library, NEIGHBOURS))
DEFINITIONS = [definition for library in LIBRARIES for definition in library]
FUNCTIONS = [definition for definition in DEFINITIONS if definition.kind == "function"]
BLOCKS = [definition.name for definition in DEFINITIONS if definition.kind == "block form"]


@pytest.fixture(scope="module")
def values() -> list[Any]:
    interpreter = build_interpreter(
        output=io.StringIO(), error_output=io.StringIO(), read_line=lambda prompt: None
    )
    found = interpreter.evaluate(f"(use 'lispe_torch) (use 'lispe_tiktoken)\n(list {VALUES})")
    assert isinstance(found, list)
    return found


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    threads = torch.get_num_threads()
    with torch.random.fork_rng():
        yield
    log_close()
    set_device("cpu")
    torch.set_grad_enabled(True)
    torch.set_num_threads(threads)


def calls(values: list[Any], fewest: int, most: int) -> Iterator[list[Any]]:
    """One value throughout, then values at random, for every number of arguments and one more."""
    for count in range(fewest, most + 2):
        for value in values:
            yield [value] * count
    chance = random.Random(0)
    for _ in range(RANDOM_CALLS):
        yield [chance.choice(values) for _ in range(chance.randint(fewest, most))]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("definition", FUNCTIONS, ids=lambda definition: definition.name)
def test_hostile_arguments_get_one_sentence(
    definition: Any, values: list[Any], capfd: pytest.CaptureFixture[str]
) -> None:
    """With the name of the function, and nothing of Python's or PyTorch's insides."""
    most = MOST_ARGUMENTS if definition.maximum is None else definition.maximum
    wrong = []
    for arguments in calls(values, definition.minimum, min(most, MOST_ARGUMENTS)):
        try:
            definition.function(*arguments)
        except LispError as error:
            sentence = str(error)
            named = sentence.removeprefix("Error: ").startswith(f"{definition.name}: ")
            if not named or any(leak in sentence for leak in LEAKS):
                wrong.append(sentence)
        except Exception as defect:
            wrong.append(f"{type(defect).__name__}: {defect}")

    assert sorted(set(wrong))[:5] == []
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("call", ["({})", "({} 3)", "({} '(1 2))", '({} "é" 1)', "({} nil (x))"])
@pytest.mark.parametrize("name", BLOCKS)
def test_block_forms_run_or_say_why_not(name: str, call: str) -> None:
    interpreter = build_interpreter(
        output=io.StringIO(), error_output=io.StringIO(), read_line=lambda prompt: None
    )
    sentence = interpreter.evaluate(f"(use 'lispe_torch) (catch {call.format(name)})")

    assert not any(leak in str(sentence) for leak in LEAKS)
