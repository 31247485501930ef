"""The basic layers, and ``forward``, which applies any module.

Layers are PyTorch's own with sizes checked where they are used. A layer is made on the current
device and follows its inputs from there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from torch_lib.devices import current_device
from torch_lib.display import number_text, shape_text
from torch_lib.errors import ArgumentError, KindError, ShapeError
from torch_lib.kinds import kind
from torch_lib.memory import check_room
from torch_lib.options import check_positive
from torch_lib.placement import floating_input, follow
from torch_lib.tensors import Shape

__all__ = [
    "activation",
    "dropout",
    "embedding",
    "embedding_forward",
    "forward",
    "layer_norm",
    "layer_norm_forward",
    "linear",
    "linear_forward",
]

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "gelu": F.gelu,
    "silu": F.silu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}


@kind("linear")
class Linear(nn.Linear):
    """``input @ weight.T + bias``: ``(… I)`` to ``(… O)``."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        check_positive(in_features=in_features, out_features=out_features)
        check_room((out_features, in_features), torch.float32, current_device())
        super().__init__(in_features, out_features, bias, device=current_device())

    def forward(self, input: Tensor) -> Tensor:
        """Map the last dimension of ``input``."""
        return super().forward(checked_features(self, input, self.in_features))

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            "in_features": self.in_features,
            "out_features": self.out_features,
            "bias": self.bias is not None,
        }

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Linear Layer ({self.in_features} -> {self.out_features})"


@kind("embedding")
class Embedding(nn.Embedding):
    """A vector for each token id: ``(…)`` to ``(… E)``."""

    takes_ids = True

    def __init__(self, vocab_size: int, embed_dim: int) -> None:
        check_positive(vocab_size=vocab_size, embed_dim=embed_dim)
        check_room((vocab_size, embed_dim), torch.float32, current_device())
        super().__init__(vocab_size, embed_dim, device=current_device())

    def forward(self, input: Tensor) -> Tensor:
        """Look the ids of ``input`` up."""
        ids = whole_ids(input)
        if ids.device.type != "cpu":  # there a wrong id ends the process's use of the device
            check_ids(ids, self.num_embeddings)
        try:
            return super().forward(ids)
        except IndexError:
            check_ids(ids, self.num_embeddings)
            raise

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"vocab_size": self.num_embeddings, "embed_dim": self.embedding_dim}

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Embedding ({self.num_embeddings} x {self.embedding_dim})"


@kind("layer_norm")
class LayerNorm(nn.LayerNorm):
    """Mean 0 and variance 1 over the last dimensions, then a learned scale and shift."""

    def __init__(self, normalized_shape: Shape | int) -> None:
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
        if not shape or min(shape) < 1:
            raise ArgumentError(
                f"normalized_shape must hold positive sizes, got {shape_text(shape)}"
            )
        super().__init__(tuple(shape), device=current_device())

    def forward(self, input: Tensor) -> Tensor:
        """Normalise ``input``."""
        expected = self.normalized_shape
        given = input.shape[-len(expected) :]
        if given != expected:
            raise ShapeError(_misfit(given, expected))
        return super().forward(floating_input(self, input))

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"normalized_shape": list(self.normalized_shape)}

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Layer Normalization {shape_text(self.normalized_shape)}"


@kind("dropout")
class Dropout(nn.Dropout):
    """While training, zero elements with probability ``p`` and scale up the others."""

    def __init__(self, p: float) -> None:
        check_dropout(p)
        super().__init__(p)

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"p": self.p}

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Dropout ({number_text(self.p)})"


@kind("activation")
class Activation(nn.Module):
    """A function of each element, chosen by name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        if name not in ACTIVATIONS:
            known = ", ".join(ACTIVATIONS)
            raise ArgumentError(f'unknown activation "{name}" (known: {known})')
        self.name = name

    def forward(self, input: Tensor) -> Tensor:
        """Apply the function."""
        return ACTIVATIONS[self.name](input)

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"name": self.name}

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Activation ({self.name})"


def linear(in_features: int, out_features: int, bias: bool = True) -> Linear:
    """A linear layer: ``input @ weight.T + bias``.

    Raises:
        ArgumentError: A size is not positive.

    Example:
        (torch_linear 4 2)
        ; => PyTorch Linear Layer (4 -> 2)
        (torch_parameter_count (torch_linear 4 2))
        ; => 10
        (torch_parameter_count (torch_linear 4 2 nil))
        ; => 8
    """
    return Linear(in_features, out_features, bias)


def embedding(vocab_size: int, embed_dim: int) -> Embedding:
    """A table of ``vocab_size`` learned vectors of ``embed_dim`` numbers.

    Raises:
        ArgumentError: A size is not positive.

    Example:
        (setq table (torch_embedding 1000 16))
        table
        ; => PyTorch Embedding (1000 x 16)
        (torch_shape (torch_forward table '(3 1 4 1)))
        ; => (4 16)
    """
    return Embedding(vocab_size, embed_dim)


def layer_norm(normalized_shape: Shape) -> LayerNorm:
    """Layer normalisation over the last dimensions, which have ``normalized_shape``.

    Raises:
        ArgumentError: A size is not positive.

    Example:
        (torch_layer_norm '(16))
        ; => PyTorch Layer Normalization (16)
    """
    return LayerNorm(normalized_shape)


def dropout(p: float) -> Dropout:
    """A layer that zeroes elements with probability ``p`` while it trains.

    Raises:
        ArgumentError: ``p`` is not in [0, 1).

    Example:
        (setq layer (torch_dropout 0.5))
        layer
        ; => PyTorch Dropout (0.5)
        (torch_forward (torch_eval layer) '(1.0 2.0 3.0))
        ; => (1.0 2.0 3.0)
    """
    return Dropout(p)


def activation(name: str) -> Activation:
    """A layer that applies ``"relu"``, ``"gelu"``, ``"silu"``, ``"tanh"`` or ``"sigmoid"``.

    Raises:
        ArgumentError: No activation has such a name.

    Example:
        (torch_forward (torch_activation "relu") '(-1.0 0.0 2.0))
        ; => (0.0 0.0 2.0)
    """
    return Activation(name)


def forward(model: nn.Module, input: Tensor, mask: Tensor | None = None) -> Tensor:
    """What ``model`` makes of ``input``.

    Args:
        model: Any module.
        input: Features, or token ids for a model that starts with an embedding.
        mask: Which positions attention may see; used by modules that attend.

    Example:
        (setq network (torch_sequential (list (torch_linear 4 8) (torch_activation "relu"))))
        (torch_shape (torch_forward network (torch_ones '(3 4))))
        ; => (3 8)
    """
    return apply(model, follow(model, input), mask)


def linear_forward(layer: Linear, input: Tensor) -> Tensor:
    """What the linear layer makes of ``input``: ``(… I)`` to ``(… O)``.

    Raises:
        ShapeError: The last dimension is not ``in_features``.

    Example:
        (torch_shape (torch_linear_forward (torch_linear 4 2) (torch_ones '(3 4))))
        ; => (3 2)
    """
    return forward(layer, input)


def embedding_forward(layer: Embedding, ids: Tensor) -> Tensor:
    """The vectors of the token ids: ``(…)`` to ``(… E)``.

    Raises:
        ArgumentError: An id is outside the vocabulary.
        KindError: The ids are not whole numbers.

    Example:
        (torch_shape (torch_embedding_forward (torch_embedding 10 4) '((1 2 3) (4 5 6))))
        ; => (2 3 4)
    """
    return forward(layer, ids)


def layer_norm_forward(layer: LayerNorm, input: Tensor) -> Tensor:
    """``input`` normalised over its last dimensions.

    Raises:
        ShapeError: The last dimensions are not those of the layer.

    Example:
        (torch_round (torch_layer_norm_forward (torch_layer_norm '(2)) '((1.0 3.0) (-40.0 60.0))))
        ; => ((-1.0 1.0) (-1.0 1.0))
    """
    return forward(layer, input)


def apply(model: nn.Module, input: Tensor, mask: Tensor | None) -> Tensor:
    """``model`` of ``input`` where it is; only modules with a true ``attends`` get the mask."""
    masked = mask is not None and getattr(model, "attends", False)
    output: Tensor = model(input, mask=mask) if masked else model(input)
    return output


def check_dropout(probability: float) -> None:
    """Refuse what is no probability of dropping.

    Raises:
        ArgumentError: ``probability`` is not in [0, 1).
    """
    if not 0 <= probability < 1:
        raise ArgumentError(f"dropout must be in [0, 1), got {number_text(probability)}")


def checked_features(
    module: nn.Module, input: Tensor, expected: int, taker: str = "layer"
) -> Tensor:
    """``input`` with ``expected`` features in its last dimension, floating as ``module`` is.

    Raises:
        ShapeError: It has another number of features; the message calls the module ``taker``.
    """
    if input.shape[-1:] != (expected,):
        given = input.size(-1) if input.dim() else "a single number"
        raise ShapeError(f"the {taker} expects {expected} input features, got {given}")
    return floating_input(module, input)


def whole_ids(input: Tensor) -> Tensor:
    """``input`` as int64 token ids.

    Raises:
        KindError: An element is not a whole number.
    """
    ids = input.to(torch.int64)
    if input.is_floating_point() and not torch.equal(ids.to(input.dtype), input):
        raise KindError("token ids must be whole numbers")
    return ids


def check_ids(ids: Tensor, vocab_size: int) -> None:
    """Refuse ids that have no row in a table of ``vocab_size``.

    Raises:
        ArgumentError: An id is outside; the message names the first.
    """
    outside = ids[(ids < 0) | (ids >= vocab_size)]
    if outside.numel():
        wrong = int(outside[0])
        raise ArgumentError(f"token id {wrong} is outside the vocabulary (0 .. {vocab_size - 1})")


def _misfit(given: Shape, expected: Shape) -> str:
    if len(expected) == 1 and given:
        return f"last dimension is {given[0]}, the layer expects {expected[0]}"
    return f"last dimensions are {shape_text(given)}, the layer expects {shape_text(expected)}"
