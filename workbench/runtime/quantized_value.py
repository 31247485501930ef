"""A quantized tensor as Lisp sees it: a tensor to whatever reads it, by its real numbers."""

from __future__ import annotations

from torch import Tensor

from lispe_core.errors import LispError
from lispe_core.forms import Value
from torch_lib.eight_bits import QuantizedTensor
from workbench.runtime.tensor_value import TensorValue

__all__ = ["QuantizedValue"]


class QuantizedValue(TensorValue):
    """Carries ``quantized``."""

    __slots__ = ("quantized",)
    type_name = "torch_quantized_tensor"

    def __init__(self, quantized: QuantizedTensor) -> None:
        self.quantized = quantized

    @property
    def tensor(self) -> Tensor:  # type: ignore[override]
        """The real numbers, computed anew: keeping them would undo what quantizing saves."""
        return self.quantized.dequantized()

    def display(self) -> str:
        """``Quantized tensor (int8, shape=(512 512), scale=0.03606, zero_point=3)``."""
        return self.quantized.summary()

    def store(self, key: Value, value: Value) -> None:
        """Refused: a new number may not fit the scale."""
        raise LispError("set@: the elements of a quantized tensor cannot be changed")
