"""Optimizers: PyTorch's, over modules or tensors.

The fused kernels are used where there are any: a step of a small network takes a quarter less.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from torch_lib.display import value_text
from torch_lib.distributed import gathered
from torch_lib.errors import ArgumentError

__all__ = [
    "adam_optimizer",
    "adamw_optimizer",
    "clip_grad_norm",
    "optimizer",
    "optimizer_add_params",
    "optimizer_step",
    "optimizer_zero_grad",
    "sgd_optimizer",
]


def _eager(base: type[Optimizer]) -> type[Optimizer]:
    """``base`` whose methods lack the decorators that import the compiler.

    Those decorators matter only under ``torch.compile``, and cost 1.3 s at the first optimizer.
    """
    plain = ("add_param_group", "zero_grad", "state_dict", "load_state_dict")
    methods = {name: inspect.unwrap(getattr(base, name)) for name in plain}
    step = torch.no_grad()(inspect.unwrap(base.step))
    return type(base.__name__, (base,), {**methods, "step": step})


OPTIMIZERS = {
    "adam": _eager(torch.optim.Adam),
    "adamw": _eager(torch.optim.AdamW),
    "adagrad": _eager(torch.optim.Adagrad),
    "adafactor": _eager(torch.optim.Adafactor),
    "rmsprop": _eager(torch.optim.RMSprop),
    "sgd": _eager(torch.optim.SGD),
}
FUSED = ("adam", "adamw", "sgd")  # on every device; others have no kernel, or on some only
OPTIONS = ("betas", "eps", "momentum", "weight_decay")

Trainable = nn.Module | Tensor


def optimizer(
    model: Trainable | Sequence[Trainable],
    learning_rate: float,
    type: str,
    options: Mapping[str, Any] | None = None,
) -> Optimizer:
    """An optimizer of the trainable parameters of ``model``.

    Args:
        model: A module, a tensor, or a list of them.
        learning_rate: Positive.
        type: ``"adam"``, ``"adamw"``, ``"adagrad"``, ``"adafactor"``, ``"rmsprop"``, ``"sgd"``.
        options: Those of ``betas``, ``eps``, ``momentum``, ``weight_decay`` that the type has.

    Raises:
        ArgumentError: The type or an option is unknown, the rate is not positive, or there is
            nothing to train.

    Example:
        (torch_optimizer (torch_model 4 8 2) 0.001 "adamw" {"weight_decay":0.1})
        ; => PyTorch Optimizer (adamw, lr=0.001)
    """
    trainable = _trainable([model] if isinstance(model, Trainable) else model)
    if not trainable:
        raise ArgumentError("the model has no trainable parameters")
    return _made(type, [{"params": trainable}], learning_rate, options or {})


def adam_optimizer(learning_rate: float) -> Optimizer:
    """An Adam optimizer of nothing yet.

    Raises:
        ArgumentError: The rate is not positive.

    Example:
        (setq layer (torch_linear 4 2))
        (torch_optimizer_add_params (torch_adam_optimizer 0.001) (torch_parameters layer))
        ; => PyTorch Optimizer (adam, lr=0.001)
    """
    return _made("adam", [{"params": []}], learning_rate, {})


def adamw_optimizer(learning_rate: float) -> Optimizer:
    """An AdamW optimizer of nothing yet.

    Raises:
        ArgumentError: The rate is not positive.

    Example:
        (setq layer (torch_linear 4 2))
        (torch_optimizer_add_params (torch_adamw_optimizer 0.001) (torch_parameters layer))
        ; => PyTorch Optimizer (adamw, lr=0.001)
    """
    return _made("adamw", [{"params": []}], learning_rate, {})


def sgd_optimizer(learning_rate: float) -> Optimizer:
    """An optimizer by gradient descent of nothing yet.

    Raises:
        ArgumentError: The rate is not positive.

    Example:
        (setq layer (torch_linear 4 2))
        (torch_optimizer_add_params (torch_sgd_optimizer 0.1) (torch_parameters layer))
        ; => PyTorch Optimizer (sgd, lr=0.1)
    """
    return _made("sgd", [{"params": []}], learning_rate, {})


def optimizer_add_params(
    target: Optimizer | Sequence[Tensor],
    value: Sequence[Tensor] | float,
    weight_decay: float = 0.01,
) -> Optimizer:
    """An optimizer with more tensors, or a new AdamW over tensors.

    Args:
        target: The optimizer, or the tensors.
        value: The tensors to add, or the learning rate of the new optimizer.
        weight_decay: That of the new optimizer.

    Raises:
        ArgumentError: The two arguments are neither pair, or there is nothing to train.

    Example:
        (setq layer (torch_linear 4 2))
        (torch_optimizer_add_params (torch_sgd_optimizer 0.1) (torch_parameters layer))
        ; => PyTorch Optimizer (sgd, lr=0.1)
        (torch_optimizer_add_params (torch_parameters layer) 0.001)
        ; => PyTorch Optimizer (adamw, lr=0.001)
    """
    if isinstance(target, Optimizer) and isinstance(value, Sequence):
        with _guard(target):
            target.add_param_group({"params": _trainable(value)})
        return target
    if isinstance(target, Sequence) and isinstance(value, int | float):
        return optimizer(target, value, "adamw", {"weight_decay": weight_decay})
    raise ArgumentError("expected an optimizer and tensors, or tensors and a learning rate")


def optimizer_step(optimizer: Optimizer) -> bool:
    """Move every parameter that has a gradient.

    Example:
        (setq weight (torch_requires_grad (torch_tensor '(1.0 2.0)) true))
        (setq optimizer (torch_optimizer weight 0.5 "sgd"))
        (torch_backward (torch_sum (torch_mul weight weight)))
        (torch_optimizer_step optimizer)
        weight
        ; => (0.0 0.0)
    """
    with _guard(optimizer):
        optimizer.step()
    return True


def optimizer_zero_grad(optimizer: Optimizer) -> bool:
    """Forget the gradients of every parameter.

    Example:
        (setq weight (torch_requires_grad (torch_tensor '(1.0 2.0)) true))
        (setq optimizer (torch_optimizer weight 0.5 "sgd"))
        (torch_backward (torch_sum weight))
        (torch_grad weight)
        ; => (1.0 1.0)
        (torch_optimizer_zero_grad optimizer)
        (torch_grad weight)
        ; => nil
    """
    with _guard(optimizer):
        for group in optimizer.param_groups:  # ``zero_grad`` would record itself for profilers
            for tensor in group["params"]:
                tensor.grad = None
    return True


def clip_grad_norm(optimizer: Optimizer, max_norm: float) -> float:
    """Scale all gradients down so that their common norm is at most ``max_norm``.

    Returns:
        The norm before.

    Raises:
        ArgumentError: ``max_norm`` is not positive.

    Example:
        (setq weight (torch_requires_grad (torch_tensor '(0.0 0.0)) true))
        (setq optimizer (torch_optimizer weight 0.5 "sgd"))
        (torch_backward (torch_sum (torch_mul weight '(3.0 4.0))))
        (torch_clip_grad_norm optimizer 1.0)
        ; => 5
        (torch_round (torch_norm (torch_grad weight)))
        ; => 1.0
    """
    if not max_norm > 0:
        raise ArgumentError(f"max_norm must be a positive number, got {max_norm}")
    with _guard(optimizer):
        moved = [tensor for group in optimizer.param_groups for tensor in group["params"]]
        return float(gathered(nn.utils.clip_grad_norm_(moved, max_norm)))


def check_learning_rate(learning_rate: float) -> None:
    """Refuse what is no learning rate.

    Raises:
        ArgumentError: It is not a positive number.
    """
    if not 0 < learning_rate < float("inf"):
        given = value_text(learning_rate)
        raise ArgumentError(f"learning rate must be a positive number, got {given}")


def _made(
    name: str, groups: list[dict[str, Any]], learning_rate: float, options: Mapping[str, Any]
) -> Optimizer:
    kind = name.lower()
    if kind not in OPTIMIZERS:
        known = ", ".join(OPTIMIZERS)
        raise ArgumentError(f'unknown type "{name}" (known: {known})')
    check_learning_rate(learning_rate)
    made = OPTIMIZERS[kind]
    taken = inspect.signature(made).parameters
    known_options = [option for option in OPTIONS if option in taken]
    for option in options:
        if option not in known_options:
            raise ArgumentError(
                f'{kind} has no option "{option}" (known: {", ".join(known_options)})'
            )
    settings = {option: _checked_option(option, value) for option, value in options.items()}
    tensors = [tensor for group in groups for tensor in group["params"]]
    if kind in FUSED and all(tensor.is_floating_point() for tensor in tensors):
        settings["fused"] = True
    return made(groups, lr=float(learning_rate), **settings)  # type: ignore[call-arg]


def _checked_option(name: str, value: Any) -> Any:
    """The value of an option as PyTorch takes it."""
    if name == "betas":
        several = isinstance(value, Sequence) and not isinstance(value, str)
        if not (
            several and len(value) == 2 and all(isinstance(rate, int | float) for rate in value)
        ):
            raise ArgumentError(f"betas must be a list of two numbers, got {value_text(value)}")
        return tuple(value)
    if not isinstance(value, int | float):
        raise ArgumentError(f"{name} must be a number, got {value_text(value)}")
    return value


def _trainable(owners: Sequence[Trainable]) -> list[Tensor]:
    """The tensors of ``owners`` that record gradients, each once."""
    tensors = [
        tensor
        for owner in owners
        for tensor in (owner.parameters() if isinstance(owner, nn.Module) else [owner])
        if tensor.requires_grad
    ]
    return list({id(tensor): tensor for tensor in tensors}.values())


def _guard(optimizer: Optimizer) -> threading.RLock:
    """The lock of ``optimizer``, which programs may step from several threads."""
    attributes = vars(optimizer)
    if "guard" not in attributes:
        attributes.setdefault("guard", threading.RLock())
    lock: threading.RLock = attributes["guard"]
    return lock
