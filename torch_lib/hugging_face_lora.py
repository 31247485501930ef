"""LoRA over whole Hugging Face models, by their names; ``torch_lib.lora`` does the work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from torch_lib.decoder import DecoderModel
from torch_lib.errors import ArgumentError
from torch_lib.hugging_face import load_named, model_of
from torch_lib.lora import (
    lora_apply,
    lora_enable,
    lora_merge_weights,
    lora_trainable_params,
    lora_unmerge_weights,
)
from torch_lib.lora_files import lora_load_adapters, lora_save_adapters
from torch_lib.options import check_keys
from torch_lib.tensors import element_type

__all__ = [
    "hf_load_model_lora",
    "hf_lora_enable",
    "hf_lora_get_parameters",
    "hf_lora_init",
    "hf_lora_load",
    "hf_lora_merge",
    "hf_lora_save",
    "hf_lora_unmerge",
]

_SETTINGS = ("rank", "alpha", "target_modules", "dtype")


def hf_load_model_lora(
    name: str, path: str | Mapping[str, Any], config: str | Mapping[str, Any] | None = None
) -> str:
    """Load the model of a folder under a name, for ``hf_lora_init``, and give the name.

    Args:
        name: What to call it. Name, path and map may come as path, map and name too: the folder
            that exists is the path.
        path: The folder.
        config: A map as for ``hf_load_model``.

    Raises:
        CheckpointError: The folder lacks a file, or holds another architecture.

    Example:
        (setq tiny {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (torch_hf_save_model (torch_llama_model tiny) "folder")
        (torch_hf_load_model_lora "tuned" "folder" {})
        ; => tuned
    """
    given = [name, path, config]
    texts = [one for one in given if isinstance(one, str)]
    maps = [one for one in given if isinstance(one, Mapping)]
    if len(texts) != 2 or len(maps) > 1:
        raise ArgumentError("expected a name, a path and optionally a map of settings")
    if Path(texts[0]).is_dir() and not Path(texts[1]).is_dir():
        texts.reverse()
    return load_named(texts[0], texts[1], maps[0] if maps else None)


def hf_lora_init(
    name: str | DecoderModel,
    rank: int | Mapping[str, Any],
    alpha: float | None = None,
    target_modules: Sequence[str] | None = None,
    dtype: str | None = None,
) -> str:
    """Freeze a model and put adapters around the layers that are named.

    Args:
        name: The model.
        rank: The size of adapters; or a map with all that follows as ``rank``, ``alpha``,
            ``target_modules`` and ``dtype``.
        alpha: They count ``alpha / rank`` times.
        target_modules: Some of ``q_proj k_proj v_proj o_proj gate_proj up_proj down_proj``.
        dtype: The element type of adapters, by default that of the model.

    Raises:
        ArgumentError: A name matches no layer, or the rank is out of range.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_hf_lora_init model 4 8 '("q_proj" "v_proj"))
        ; => LoRA adapters initialized successfully
    """
    model = model_of(name)
    given: dict[str, Any] = {
        "rank": rank,
        "alpha": alpha,
        "target_modules": target_modules,
        "dtype": dtype,
    }
    if isinstance(rank, Mapping):
        check_keys(rank, _SETTINGS)
        given = dict(rank)
    chosen = {key: value for key, value in given.items() if value is not None}
    adapter_type = element_type(chosen.pop("dtype")) if "dtype" in chosen else None
    if "target_modules" in chosen:
        chosen["targets"] = list(chosen.pop("target_modules"))
    lora_apply(model, chosen)
    if adapter_type is not None:
        for parameter in lora_trainable_params(model):
            parameter.data = parameter.data.to(adapter_type)
    return "LoRA adapters initialized successfully"


def hf_lora_get_parameters(name: str | DecoderModel) -> list[Tensor]:
    """The tensors of the adapters of a model, which an optimizer takes.

    Raises:
        ArgumentError: There is no adapter.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_hf_lora_init model 4 8 '("q_proj" "v_proj"))
        (size (torch_hf_lora_get_parameters model))
        ; => 4
    """
    return lora_trainable_params(model_of(name))


def hf_lora_save(name: str | DecoderModel, path: str) -> str:
    """Write the adapters of a model, as ``lora_save_adapters`` does.

    Args:
        name: The model.
        path: Without an extension a folder in PEFT's layout, else one file.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_hf_lora_init model 4 8 '("q_proj" "v_proj"))
        (torch_hf_lora_save model "adapters")
        ; => LoRA adapters saved successfully
    """
    return lora_save_adapters(model_of(name), path)


def hf_lora_load(name: str | DecoderModel, path: str) -> str:
    """Read adapters into a model, which gets those that the file names if it has none.

    Raises:
        CheckpointError: The file cannot be used, or does not fit.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_hf_lora_init model 4 8 '("q_proj" "v_proj"))
        (torch_hf_lora_save model "adapters")
        (torch_hf_lora_load model "adapters")
        ; => LoRA adapters loaded successfully
    """
    return lora_load_adapters(model_of(name), path)


def hf_lora_merge(name: str | DecoderModel) -> str:
    """Add the adapters to the weights of the model.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_hf_lora_init model 4 8 '("q_proj" "v_proj"))
        (torch_hf_lora_merge model)
        ; => LoRA weights merged successfully
    """
    return lora_merge_weights(model_of(name))


def hf_lora_unmerge(name: str | DecoderModel) -> str:
    """Take the adapters out of the weights of the model again.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_hf_lora_init model 4 8 '("q_proj" "v_proj"))
        (torch_hf_lora_merge model)
        (torch_hf_lora_unmerge model)
        ; => LoRA weights unmerged successfully
    """
    return lora_unmerge_weights(model_of(name))


def hf_lora_enable(name: str | DecoderModel, flag: bool = True) -> bool:
    """Let the adapters of a model count, or only its own weights; gives ``flag``.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_hf_lora_init model 4 8 '("q_proj" "v_proj"))
        (torch_hf_lora_enable model nil)
        ; => nil
    """
    lora_enable(model_of(name), flag)
    return flag
