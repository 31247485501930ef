"""State dicts: the parameters of a module by name, and putting them into another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from torch_lib.display import shape_text
from torch_lib.distributed import gathered, sharded_as
from torch_lib.errors import ArgumentError, CheckpointError

__all__ = ["StateDict", "load_state_dict", "state_dict", "state_dict_names"]

_NAMED_AT_MOST = 5


class StateDict(Mapping[str, Any]):
    """Tensors by the names that a module has for them.

    What a checkpoint holds besides, such as ``epoch``, is reached by its name too, but is not
    counted or listed.
    """

    def __init__(
        self, weights: Mapping[str, Tensor], extras: Mapping[str, Any] | None = None
    ) -> None:
        self.weights = dict(weights)
        self.extras = dict(extras or {})

    def __getitem__(self, name: str) -> Any:
        return self.weights[name] if name in self.weights else self.extras[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.weights)

    def __len__(self) -> int:
        return len(self.weights)

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch State Dict ({len(self)} parameters)"


def state_dict(model: nn.Module) -> StateDict:
    """Copies of the module's parameters and buffers, by name.

    Example:
        (setq state (torch_state_dict (torch_model 4 8 2)))
        state
        ; => PyTorch State Dict (4 parameters)
        (torch_shape (@ state "fc1.weight"))
        ; => (8 4)
    """
    copies = {
        name: gathered(tensor.detach()).clone() for name, tensor in model.state_dict().items()
    }
    return StateDict(copies, {"kind": kind_name(model)})


def state_dict_names(state_dict: StateDict) -> list[str]:
    """The names of the tensors, in order.

    Example:
        (torch_state_dict_names (torch_state_dict (torch_linear 4 2)))
        ; => ("weight" "bias")
    """
    return list(state_dict)


def load_state_dict(model: nn.Module | Optimizer, state_dict: StateDict) -> str:
    """Copy parameters into a module, or the state in a checkpoint into an optimizer.

    Raises:
        CheckpointError: Names or shapes differ.

    Example:
        (setq teacher (torch_linear 4 2))
        (setq pupil (torch_linear 4 2))
        (torch_load_state_dict pupil (torch_state_dict teacher))
        ; => State dict loaded successfully
        (setq input (torch_ones '(3 4)))
        (torch_mse_loss (torch_forward pupil input) (torch_forward teacher input))
        ; => 0.0
    """
    if isinstance(model, Optimizer):
        restore_optimizer(model, state_dict)
    else:
        fit_weights(model, state_dict.weights)
    return "State dict loaded successfully"


def fit_weights(model: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Copy ``weights`` into ``model``.

    Raises:
        CheckpointError: They do not fit it.
    """
    needed = check_fit(model, weights)
    parts = {name: sharded_as(tensor, needed[name]) for name, tensor in weights.items()}
    model.load_state_dict(parts, strict=False)


def check_fit(model: nn.Module, weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """Refuse weights with other names or shapes than those of ``model``.

    A tensor that the model has under two names needs to be given under one only.

    Returns:
        The tensors of the model by name.

    Raises:
        CheckpointError: Naming what is missing, unexpected or of another shape.
    """
    needed: dict[str, Tensor] = model.state_dict(keep_vars=True)
    given = {id(needed[name]) for name in weights if name in needed}
    missing = [name for name, tensor in needed.items() if id(tensor) not in given]
    unexpected = [name for name in weights if name not in needed]
    misshapen = [
        f"{name} is {shape_text(tensor.shape)}, the model needs {shape_text(needed[name].shape)}"
        for name, tensor in weights.items()
        if name in needed and tensor.shape != needed[name].shape
    ]
    faults = [
        *([f"missing {_first_names(missing)}"] if missing else []),
        *([f"unexpected {_first_names(unexpected)}"] if unexpected else []),
        *misshapen[:_NAMED_AT_MOST],
    ]
    if faults:
        raise CheckpointError(f"weights do not fit: {'; '.join(faults)}")
    return needed


def restore_optimizer(optimizer: Optimizer, checkpoint: StateDict) -> None:
    """Put the optimizer state that a checkpoint holds into ``optimizer``."""
    state = checkpoint.extras.get("optimizer")
    if state is None:
        raise ArgumentError("the state dict holds no optimizer state")
    parameters = [tensor for group in optimizer.param_groups for tensor in group["params"]]
    parts = {
        index: _as_sharded(entries, parameters[index])
        for index, entries in state["state"].items()
        if index < len(parameters)
    }
    try:
        optimizer.load_state_dict({**state, "state": parts})
    except ValueError as error:
        raise CheckpointError(f"the optimizer state does not fit: {error}") from error


def _as_sharded(entries: Mapping[str, Any], parameter: Tensor) -> dict[str, Any]:
    """An optimizer's numbers for a parameter, sharded as it is where they have its shape."""
    return {
        name: sharded_as(value, parameter)
        if isinstance(value, Tensor) and value.shape == parameter.shape
        else value
        for name, value in entries.items()
    }


def kind_name(model: nn.Module) -> str:
    """The registered kind of a module, or else the name of its class."""
    return str(getattr(model, "kind", type(model).__name__))


def plain_weights(model: nn.Module) -> dict[str, Tensor]:
    """The module's tensors by name, in main memory."""
    return {
        name: gathered(tensor.detach()).to(torch.device("cpu"))
        for name, tensor in model.state_dict().items()
    }


def _first_names(names: Iterable[str]) -> str:
    names = list(names)
    more = len(names) - _NAMED_AT_MOST
    shown = ", ".join(names[:_NAMED_AT_MOST])
    return f"{shown} and {more} more" if more > 0 else shown
