"""LoRA: train a small adapter beside frozen linear layers, of one layer or all over a model."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from torch_lib.display import number_text
from torch_lib.errors import ArgumentError
from torch_lib.int8_block_linear import Int8BlockLinear
from torch_lib.layers import forward
from torch_lib.lora_linear import LinearLayer, LoRALinear
from torch_lib.options import check_keys

__all__ = [
    "LoRAConfig",
    "lora_apply",
    "lora_apply_to_linear",
    "lora_compute_delta",
    "lora_config",
    "lora_enable",
    "lora_forward",
    "lora_forward_with_gradients",
    "lora_get_adaptation_magnitude",
    "lora_linear",
    "lora_merge_weights",
    "lora_trainable_params",
    "lora_unmerge_weights",
]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class LoRAConfig:
    """Which layers of a model get an adapter, and how large it is.

    Args:
        rank: R.
        alpha: The adapter counts ``alpha / rank`` times.
        targets: Last components of the names of the layers, such as ``q_proj``.
    """

    rank: int
    alpha: float
    targets: tuple[str, ...]

    def summary(self) -> str:
        """The printed line."""
        targets = " ".join(self.targets)
        alpha = number_text(self.alpha)
        return f"LoRA Configuration (rank={self.rank}, alpha={alpha}, targets=({targets}))"


def lora_linear(in_features: int, out_features: int, rank: int, alpha: float) -> LoRALinear:
    """A linear layer of random frozen weights with an adapter that trains.

    Args:
        in_features: The size of inputs.
        out_features: The size of outputs.
        rank: The size in between, at most the smaller of the two.
        alpha: The adapter counts ``alpha / rank`` times.

    Raises:
        ArgumentError: A size is not positive, or the rank is out of range.

    Example:
        (torch_lora_linear 512 256 8 16.0)
        ; => LoRA Linear Layer (512 -> 256, rank=8, alpha=16, merged=false)
    """
    return LoRALinear(in_features, out_features, rank, alpha)


def lora_apply_to_linear(linear: LinearLayer, rank: int, alpha: float) -> LoRALinear:
    """An adapter for a copy of a linear layer, which may be quantized; the layer stays as it is.

    Until it is trained, the result gives what the layer gives.

    Raises:
        ArgumentError: The rank is out of range.

    Example:
        (torch_lora_apply_to_linear (torch_linear 32 16) 4 8.0)
        ; => LoRA Linear Layer (32 -> 16, rank=4, alpha=8, merged=false)
    """
    return LoRALinear.around(copy.deepcopy(linear), rank, alpha)


def lora_config(rank: int, alpha: float, targets: Sequence[str]) -> LoRAConfig:
    """What ``lora_apply`` does to a model.

    Args:
        rank: The size of adapters.
        alpha: They count ``alpha / rank`` times.
        targets: Last components of the names of the layers to adapt.

    Raises:
        ArgumentError: The rank is not positive, or there are no targets.

    Example:
        (torch_lora_config 8 16 '("q_proj" "v_proj"))
        ; => LoRA Configuration (rank=8, alpha=16, targets=(q_proj v_proj))
    """
    if rank < 1:
        raise ArgumentError(f"rank must be a positive integer, got {rank}")
    if not targets:
        raise ArgumentError("the list of targets is empty")
    return LoRAConfig(rank, alpha, tuple(targets))


def lora_apply(model: nn.Module, config: LoRAConfig | Mapping[str, Any]) -> nn.Module:
    """Freeze ``model`` and put an adapter around each linear layer that ``config`` names.

    Args:
        model: Any module but a linear layer; it is changed in place.
        config: A configuration, or a map with ``rank``, ``alpha`` and ``targets``.

    Returns:
        The model, in which only the adapters train.

    Raises:
        ArgumentError: A target matches no linear layer without an adapter, or a rank is out
            of range.

    Example:
        (setq block (torch_transformer_block 32 4 64))
        (torch_lora_apply block (torch_lora_config 4 8 '("q_proj" "v_proj")))
        (size (torch_lora_trainable_params block))
        ; => 4
    """
    chosen = config if isinstance(config, LoRAConfig) else _config_from(config)
    layers = {
        name: layer
        for name, layer in model.named_modules()
        if isinstance(layer, LinearLayer)
        and not isinstance(_owner(model, name), Int8BlockLinear | LoRALinear)
    }
    adapted = {
        name: layer for name, layer in layers.items() if name.rpartition(".")[2] in chosen.targets
    }
    found = {name.rpartition(".")[2] for name in adapted}
    missing = [target for target in chosen.targets if target not in found]
    if missing:
        for name, layer in model.named_modules():
            if isinstance(layer, LoRALinear) and name.rpartition(".")[2] == missing[0]:
                raise ArgumentError(f"{name} has an adapter already")
        known = ", ".join(sorted({name.rpartition(".")[2] for name in layers} - {""})) or "none"
        raise ArgumentError(f'no linear layer is called "{missing[0]}" (known: {known})')
    adapters = {
        name: LoRALinear.around(layer, chosen.rank, chosen.alpha) for name, layer in adapted.items()
    }
    model.requires_grad_(False)
    for name, adapter in adapters.items():
        model.set_submodule(name, adapter)
    return model


def lora_forward(layer: LoRALinear, input: Tensor) -> Tensor:
    """What the layer with its adapter makes of ``input``: ``(… I)`` to ``(… O)``.

    Raises:
        ShapeError: The last dimension is not ``in_features``.

    Example:
        (torch_shape (torch_lora_forward (torch_lora_linear 8 4 2 4) (torch_ones '(3 8))))
        ; => (3 4)
    """
    return forward(layer, input)


def lora_forward_with_gradients(layer: LoRALinear, input: Tensor, retain: bool = True) -> Tensor:
    """``lora_forward`` with gradients recorded even where they are switched off.

    Args:
        layer: The layer.
        input: ``(… I)``.
        retain: Whether ``input`` itself gets a gradient too.

    Example:
        (setq layer (torch_lora_linear 8 4 2 4))
        (torch_backward (torch_sum (torch_lora_forward_with_gradients layer (torch_ones '(3 8)))))
        ; => true
    """
    with torch.enable_grad():
        if retain and input.is_leaf:
            input.requires_grad_(True)
        return forward(layer, input)


def lora_merge_weights(layer: nn.Module) -> str:
    """Add adapters to the weights of their bases: the same outputs, at no more cost than the bases.

    Args:
        layer: A layer with an adapter, or a model with several. What is merged stays so.

    Raises:
        ArgumentError: There is no adapter, or a base is quantized.

    Example:
        (torch_lora_merge_weights (torch_lora_linear 8 4 2 4))
        ; => LoRA weights merged successfully
    """
    for adapted in adapted_layers(layer).values():
        adapted.merge()
    return "LoRA weights merged successfully"


def lora_unmerge_weights(layer: nn.Module) -> str:
    """Take adapters out of the weights of their bases again, so that they can train on.

    Raises:
        ArgumentError: There is no adapter.

    Example:
        (setq layer (torch_lora_linear 8 4 2 4))
        (torch_lora_merge_weights layer)
        (torch_lora_unmerge_weights layer)
        ; => LoRA weights unmerged successfully
    """
    for adapted in adapted_layers(layer).values():
        adapted.unmerge()
    return "LoRA weights unmerged successfully"


def lora_enable(layer: nn.Module, flag: bool = True) -> nn.Module:
    """Let adapters count, or only the bases, and give the module back; what is merged stays so.

    Raises:
        ArgumentError: There is no adapter.

    Example:
        (torch_lora_enable (torch_lora_linear 8 4 2 4) nil)
        ; => LoRA Linear Layer (8 -> 4, rank=2, alpha=4, merged=false)
    """
    for adapted in adapted_layers(layer).values():
        adapted.enabled = flag
    return layer


def lora_trainable_params(model: nn.Module) -> list[Tensor]:
    """The tensors of the adapters, which an optimizer takes.

    Raises:
        ArgumentError: There is no adapter.

    Example:
        (map 'torch_shape (torch_lora_trainable_params (torch_lora_linear 8 4 2 4)))
        ; => ((2 8) (4 2))
    """
    return [
        parameter
        for layer in adapted_layers(model).values()
        for parameter in (layer.lora_A, layer.lora_B)
    ]


def lora_compute_delta(layer: LoRALinear) -> Tensor:
    """What the adapter adds to the weights of the base, ``(O I)``.

    Example:
        (torch_shape (torch_lora_compute_delta (torch_lora_linear 8 4 2 4)))
        ; => (4 8)
    """
    return layer.delta()


def lora_get_adaptation_magnitude(layer: LoRALinear) -> float:
    """The norm of what the adapter adds to the weights, 0 before training.

    Example:
        (torch_lora_get_adaptation_magnitude (torch_lora_linear 8 4 2 4))
        ; => 0
    """
    magnitude: float = layer.delta().detach().norm().item()
    return magnitude


def adapted_layers(model: nn.Module) -> dict[str, LoRALinear]:
    """The layers with adapters by their names in ``model``, ``""`` for itself.

    Raises:
        ArgumentError: There are none.
    """
    layers = {name: layer for name, layer in model.named_modules() if isinstance(layer, LoRALinear)}
    if not layers:
        raise ArgumentError("the module has no LoRA adapter")
    return layers


def _owner(model: nn.Module, name: str) -> nn.Module:
    return model.get_submodule(name.rpartition(".")[0])


def _config_from(settings: Mapping[str, Any]) -> LoRAConfig:
    known = ("rank", "alpha", "targets")
    check_keys(settings, known)
    absent = [name for name in known if name not in settings]
    if absent:
        raise ArgumentError(f"the configuration lacks {absent[0]}")
    rank, alpha, targets = (settings[name] for name in known)
    if not isinstance(rank, int) or not isinstance(alpha, int | float):
        raise ArgumentError("rank must be an integer and alpha a number")
    if not isinstance(targets, list) or not all(isinstance(name, str) for name in targets):
        raise ArgumentError("targets must be a list of names")
    return lora_config(rank, alpha, targets)
