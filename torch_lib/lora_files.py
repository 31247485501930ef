"""Files of adapters: a folder in the layout of the PEFT library, or one file of our own.

PEFT (github.com/huggingface/peft) keeps ``adapter_config.json`` beside the weights, whose names are
those of the layers in the model after ``base_model.model.``. One file holds the same tensors and
settings, as safetensors or in PyTorch's format.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from torch_lib.atomic_files import replacing
from torch_lib.checkpoints import read_archive, safetensors_content
from torch_lib.display import shape_text
from torch_lib.errors import ArgumentError, CheckpointError, FileMissing
from torch_lib.lora import LoRAConfig, adapted_layers, lora_apply
from torch_lib.lora_linear import LoRALinear
from torch_lib.reading import making_sense_of
from torch_lib.text_files import json_map

__all__ = ["lora_load_adapters", "lora_save_adapters"]

_FORMAT = "torch_lib adapters"
_PREFIX = "base_model.model."
_CONFIG = "adapter_config.json"
_WEIGHTS = "adapter_model.safetensors"

Settings = Mapping[str, Any]


def lora_save_adapters(layer: nn.Module, path: str) -> str:
    """Write the adapters of a layer or a model, without the bases; merged or not.

    Args:
        layer: The layer, or a model with several that are adapted alike.
        path: A name without an extension is a folder that PEFT reads; ``.safetensors`` makes one
            file of that format, any other name a PyTorch file.

    Raises:
        ArgumentError: There is no adapter, or their ranks or factors differ.

    Example:
        (torch_lora_save_adapters (torch_lora_linear 8 4 2 4) "adapters.pt")
        ; => LoRA adapters saved successfully
    """
    layers = adapted_layers(layer)
    first = next(iter(layers.values()))
    if any((one.rank, one.alpha) != (first.rank, first.alpha) for one in layers.values()):
        raise ArgumentError("the adapters differ in rank or alpha: save them one by one")
    weights = {
        file_name: tensor.detach().cpu().contiguous()
        for name, adapted in layers.items()
        for file_name, tensor in zip(
            _file_names(name), (adapted.lora_A, adapted.lora_B), strict=True
        )
    }
    settings = {
        "peft_type": "LORA",
        "r": first.rank,
        "lora_alpha": first.alpha,
        "lora_dropout": 0.0,
        "target_modules": sorted({name.rpartition(".")[2] for name in layers} - {""}),
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
        "task_type": None,
        "base_model_name_or_path": None,
    }
    if not Path(path).suffix:
        _write_folder(Path(path), settings, weights)
    else:
        _write_file(path, settings, weights)
    return "LoRA adapters saved successfully"


def lora_load_adapters(layer: nn.Module, path: str) -> str:
    """Read adapters into a layer or a model; what is merged is unmerged first.

    A model without adapters gets those that the file names, as by ``lora_apply``.

    Args:
        layer: The layer or the model.
        path: What ``lora_save_adapters`` or PEFT has written.

    Raises:
        CheckpointError: The file cannot be used, or does not fit.

    Example:
        (torch_lora_save_adapters (torch_lora_linear 8 4 2 4) "adapters.pt")
        (torch_lora_load_adapters (torch_lora_linear 8 4 2 4) "adapters.pt")
        ; => LoRA adapters loaded successfully
    """
    if not Path(path).exists():
        raise FileMissing(f"file not found: {path}")
    with making_sense_of(path):
        settings, weights = _read_folder(Path(path)) if Path(path).is_dir() else _read_file(path)
        rank, alpha = _rank_and_alpha(path, settings)
        if not any(isinstance(module, LoRALinear) for module in layer.modules()):
            _apply_as_saved(layer, LoRAConfig(rank, alpha, tuple(settings["target_modules"])), path)
        layers = adapted_layers(layer)
        pairs = {name: _pair(path, weights, name) for name in layers}
        if len(pairs) * 2 != len(weights):
            raise CheckpointError(
                f"{path} holds adapters for {len(weights) // 2} layers, the model has {len(pairs)}"
            )
        for name, adapted in layers.items():
            _check_sizes(adapted, *pairs[name])
    for name, adapted in layers.items():
        adapted.unmerge()
        with torch.no_grad():
            adapted.lora_A.copy_(pairs[name][0])
            adapted.lora_B.copy_(pairs[name][1])
        adapted.alpha = alpha
    return "LoRA adapters loaded successfully"


def _write_folder(folder: Path, settings: Settings, weights: Mapping[str, Tensor]) -> None:
    from safetensors.torch import save_file

    if folder.is_file():
        raise ArgumentError(f"{folder} is a file, not a folder")
    with replacing(folder / _WEIGHTS) as temporary:
        save_file(dict(weights), temporary, {"format": "pt"})
    with replacing(folder / _CONFIG) as temporary:
        temporary.write_text(json.dumps(settings, indent=2), encoding="utf-8")


def _write_file(path: str, settings: Settings, weights: Mapping[str, Tensor]) -> None:
    from safetensors.torch import save_file

    with replacing(Path(path)) as temporary:
        if path.endswith(".safetensors"):
            head = {"format": _FORMAT, "settings": json.dumps(settings)}
            save_file(dict(weights), temporary, head)
        else:
            torch.save({"format": _FORMAT, "settings": settings, "weights": weights}, temporary)


def _read_folder(folder: Path) -> tuple[Settings, dict[str, Tensor]]:
    for name in (_CONFIG, _WEIGHTS):
        if not (folder / name).is_file():
            raise CheckpointError(f"{folder} lacks {name}")
    return json_map(folder / _CONFIG), safetensors_content(str(folder / _WEIGHTS))[1]


def _read_file(path: str) -> tuple[Settings, dict[str, Tensor]]:
    if path.endswith(".safetensors"):
        head, weights = safetensors_content(path)
        try:
            content = {**head, "settings": json.loads(head.get("settings", "")), "weights": weights}
        except ValueError:
            content = {}
    else:
        content = read_archive(path)
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise CheckpointError(f"{path} holds no adapters")
    return content["settings"], content["weights"]


def _rank_and_alpha(path: str, settings: Settings) -> tuple[int, float]:
    rank, alpha = settings.get("r"), settings.get("lora_alpha")
    if not isinstance(rank, int) or not isinstance(alpha, int | float):
        raise CheckpointError(f"{path} does not say the rank and alpha of its adapters")
    for option in ("use_dora", "use_rslora", "rank_pattern", "alpha_pattern"):
        if settings.get(option):
            raise CheckpointError(f"{path} uses {option}, which is not supported")
    return rank, alpha


def _apply_as_saved(model: nn.Module, config: LoRAConfig, path: str) -> None:
    try:
        lora_apply(model, config)
    except ArgumentError as error:
        raise CheckpointError(f"{path} does not fit the model: {error}") from error


def _pair(path: str, weights: Mapping[str, Tensor], layer: str) -> tuple[Tensor, Tensor]:
    names = _file_names(layer)
    if not all(name in weights for name in names):
        raise CheckpointError(f'{path} holds no adapter for "{layer}"')
    low, high = (weights[name] for name in names)
    return low, high


def _file_names(layer: str) -> tuple[str, str]:
    """What A and B of a layer are called; ``""`` is the whole model."""
    path = f"{_PREFIX}{layer}." if layer else _PREFIX
    return f"{path}lora_A.weight", f"{path}lora_B.weight"


def _check_sizes(layer: LoRALinear, low: Tensor, high: Tensor) -> None:
    if low.dim() != 2 or high.dim() != 2:
        shapes = f"{shape_text(low.shape)} and {shape_text(high.shape)}"
        raise CheckpointError(f"adapters must be matrices, these are {shapes}")
    given = f"{low.size(1)} -> {high.size(0)} rank {low.size(0)}"
    expected = f"{layer.in_features} -> {layer.out_features} rank {layer.rank}"
    if given != expected:
        raise CheckpointError(f"adapters are for {given}, the layer is {expected}")
