"""GGUF models under the names of LispE's own library for them; ``torch_lib.gguf`` reads the files.

Defaults of generation are those of llama.cpp (github.com/ggml-org/llama.cpp).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from torch_lib.decoder import DecoderModel
from torch_lib.devices import usable_device
from torch_lib.display import describe
from torch_lib.errors import ArgumentError
from torch_lib.generation import Generator
from torch_lib.generation_config import GenerationConfig
from torch_lib.gguf import load_gguf
from torch_lib.options import check_keys
from torch_lib.pretrained import model_tokenizer
from torch_lib.tokenizers import Tokenizer, readable

__all__ = [
    "gguf_detokenize",
    "gguf_free",
    "gguf_generate",
    "gguf_load",
    "gguf_set_log",
    "gguf_tokenize",
]

_SETTINGS = {
    "max_tokens": "max_length",
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "repeat_penalty": "repetition_penalty",
    "repeat_last_n": "repetition_window",
    "seed": "seed",
    "callback": "callback",
    "data": "data",
}
_DEFAULTS = GenerationConfig(
    max_length=128, temperature=0.8, top_k=40, top_p=0.95, repetition_window=64
)

_log = False


def gguf_load(path: str, config: Mapping[str, Any] | None = None) -> DecoderModel:
    """The model of a GGUF file with its tokenizer; every function on models takes it too.

    Args:
        path: The file.
        config: A map with any of ``device``, ``dtype`` and ``quantization``: ``"file"`` to multiply
            with the file's own blocks of four and eight bits, as llama.cpp does, or ``"int8"``,
            ``"int4"`` or ``"packed"``; such a model only writes.

    Emits:
        Progress: ``load model``, counted in tensors.

    Raises:
        CheckpointError: The file is damaged, or holds another architecture.

    Example:
        (use 'lispe_gguf)
        (gguf_load (torch_demo_model_path))
        ; => PyTorch Llama Model (layers=30, hidden=576, heads=9, kv_heads=3, vocab=49152)
        (setq fast (gguf_load (torch_demo_model_path) {"quantization":"file"}))
        (trim (gguf_generate fast "The capital of France is" {"temperature":0 "max_tokens":2}))
        ; => Paris.
    """
    given = dict(config or {})
    check_keys(given, ("device", "dtype", "quantization"))
    device = usable_device(given["device"]) if given.get("device") else None
    model = load_gguf(path, given.get("dtype"), given.get("quantization"))
    model = model.to(device).eval()
    if _log:
        tokenizer = model.tokenizer.summary() if model.tokenizer else "no tokenizer"
        print(f"{path}: {describe(model)}, {tokenizer}", file=sys.stderr)
    return model


def gguf_generate(
    model: nn.Module, prompt: str | Sequence[int], config: Mapping[str, Any] | None = None
) -> str:
    """The text with which a model continues a prompt.

    Args:
        model: What ``gguf_load`` gave.
        prompt: A text, or token ids.
        config: A map with any of ``max_tokens`` (128), ``temperature`` (0.8; 0 takes the most
            probable token), ``top_p`` (0.95), ``top_k`` (40), ``repeat_penalty`` (1),
            ``repeat_last_n`` (64; how many tokens that looks back), ``seed``, ``callback`` (called
            with each token and ``data``; the atom ``stop`` as its result ends the text), ``data``.

    Emits:
        GenerationStarted, TokenGenerated, GenerationFinished: As generators do.

    Raises:
        ArgumentError: A setting is unknown or outside its limits, or the prompt is empty.

    Example:
        (use 'lispe_gguf)
        (setq model (gguf_load (torch_demo_model_path)))
        (trim (gguf_generate model "The capital of France is" {"temperature":0 "max_tokens":2}))
        ; => Paris.
    """
    tokenizer = _tokenizer(model)
    given = dict(config or {})
    check_keys(given, _SETTINGS)
    settings = {_SETTINGS[key]: value for key, value in given.items()}
    if settings.get("temperature") == 0:
        settings = settings | {"temperature": 1.0, "do_sample": False}
    ids = tokenizer.encode(prompt) if isinstance(prompt, str) else list(prompt)
    prompt_ids = torch.tensor(ids, dtype=torch.int64)
    written = Generator(model, _DEFAULTS.updated(settings)).generate(prompt_ids)
    return tokenizer.decode(readable(tokenizer, written[len(ids) :].tolist()))


def gguf_tokenize(model: nn.Module, text: str) -> tuple[int, ...]:
    """The token ids of a text.

    Example:
        (use 'lispe_gguf)
        (gguf_tokenize (gguf_load (torch_demo_model_path)) "Once upon a time")
        ; => (6403 1980 253 655)
    """
    return tuple(_tokenizer(model).encode(text))


def gguf_detokenize(model: nn.Module, ids: Sequence[int]) -> str:
    """The text of token ids.

    Raises:
        ArgumentError: An id is outside the vocabulary.

    Example:
        (use 'lispe_gguf)
        (setq model (gguf_load (torch_demo_model_path)))
        (gguf_detokenize model (gguf_tokenize model "Once upon a time"))
        ; => Once upon a time
    """
    return _tokenizer(model).decode(ids)


def gguf_free(model: nn.Module) -> bool:
    """Free the memory of a model's weights now; it cannot be used any more.

    Example:
        (use 'lispe_gguf)
        (gguf_free (torch_linear 2 2))
        ; => true
    """
    model.to("meta")
    return True


def gguf_set_log(flag: bool) -> bool:
    """Whether ``gguf_load`` says on standard error what it has read; gives ``flag``.

    Example:
        (use 'lispe_gguf)
        (gguf_set_log nil)
        ; => nil
    """
    global _log
    _log = flag
    return flag


def _tokenizer(model: nn.Module) -> Tokenizer:
    if any(parameter.is_meta for parameter in model.parameters()):
        raise ArgumentError("the model has been freed")
    return model_tokenizer(model)
