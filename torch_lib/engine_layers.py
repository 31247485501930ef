"""One block of a decoder as the engine calls it: functions of rows of numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn

from torch_lib.projections import Projection

__all__ = ["EngineLayer", "Norm"]

Norm = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class EngineLayer:
    """The functions of a block, in the order in which they are called.

    Attributes:
        window: How many tokens a token sees, itself included; None for all before it.
    """

    before_attention: Norm
    queries_keys_values: Projection
    query_norm: nn.Module | None
    key_norm: nn.Module | None
    output: Projection
    before_mlp: Norm
    inner: Projection
    down: Projection
    window: int | None
