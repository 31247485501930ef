"""Deep learning in plain Python.

Each module holds one topic, and its ``__all__`` the names of it that are public. Modules load when
they are first named: ``import torch_lib`` costs no import of PyTorch, ``torch_lib.layers`` does.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch_lib import (
        attention,
        chat,
        checkpoints,
        devices,
        elementwise,
        errors,
        events,
        generation,
        generation_config,
        gguf,
        layers,
        llama,
        llama_config,
        llama_layers,
        losses,
        masks,
        mathematics,
        modules,
        networks,
        optimizers,
        pipeline_tokenizer,
        positions,
        pretrained,
        recomputation,
        reductions,
        rotary,
        schedulers,
        sentencepiece_tokenizer,
        sequences,
        shapes,
        simple_tokenizer,
        state_dicts,
        stream_decoder,
        tensors,
        tokenizers,
        training,
        transformer,
    )

__all__ = [
    "attention",
    "chat",
    "checkpoints",
    "devices",
    "elementwise",
    "errors",
    "events",
    "generation",
    "generation_config",
    "gguf",
    "layers",
    "llama",
    "llama_config",
    "llama_layers",
    "losses",
    "masks",
    "mathematics",
    "modules",
    "networks",
    "optimizers",
    "pipeline_tokenizer",
    "positions",
    "pretrained",
    "recomputation",
    "reductions",
    "rotary",
    "schedulers",
    "sentencepiece_tokenizer",
    "sequences",
    "shapes",
    "simple_tokenizer",
    "state_dicts",
    "stream_decoder",
    "tensors",
    "tokenizers",
    "training",
    "transformer",
]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
