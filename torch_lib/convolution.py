"""Convolution, pooling and batch normalisation.

N samples, C channels, L length, H height, W width. A sample alone, without N, is taken too.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from torch_lib.devices import current_device
from torch_lib.display import shape_text
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.kinds import kind
from torch_lib.options import check_positive
from torch_lib.placement import floating_input

__all__ = [
    "adaptive_avg_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "batch_norm1d",
    "batch_norm2d",
    "conv1d",
    "conv2d",
    "flatten_layer",
    "max_pool1d",
    "max_pool2d",
]


class ConvolutionOptions:
    """What convolutions of one and two dimensions share.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: Positions that an output sees, in each dimension.
        stride: How far the kernel moves from one output to the next.
        padding: Zeros around the input, on each side.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
    ) -> None:
        check_positive(
            in_channels=in_channels,
            out_channels=out_channels,
            kernel_size=kernel_size,
            stride=stride,
        )
        if padding < 0:
            raise ArgumentError(f"padding must not be negative, got {padding}")
        super().__init__(  # type: ignore[call-arg]
            in_channels, out_channels, kernel_size, stride, padding, device=current_device()
        )
        self.sizes = (in_channels, out_channels, kernel_size, stride, padding)

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        names = ("in_channels", "out_channels", "kernel_size", "stride", "padding")
        return dict(zip(names, self.sizes, strict=True))

    def summary(self) -> str:
        """The printed line."""
        dimensions = type(self).__name__[-2]
        inputs, outputs, size, stride, padding = self.sizes
        rest = f"kernel_size={size}, stride={stride}, padding={padding}"
        return f"PyTorch Convolution {dimensions}D ({inputs} -> {outputs}, {rest})"


@kind("conv1d")
class Conv1d(ConvolutionOptions, nn.Conv1d):
    """``(N C L)`` to ``(N C' L')``."""

    def forward(self, input: Tensor) -> Tensor:
        """Convolve ``input``."""
        _check_image(input, self.in_channels, 1, self.sizes[2] - 2 * self.sizes[4])
        return super().forward(floating_input(self, input))


@kind("conv2d")
class Conv2d(ConvolutionOptions, nn.Conv2d):
    """``(N C H W)`` to ``(N C' H' W')``."""

    def forward(self, input: Tensor) -> Tensor:
        """Convolve ``input``."""
        _check_image(input, self.in_channels, 2, self.sizes[2] - 2 * self.sizes[4])
        return super().forward(floating_input(self, input))


POOLINGS: dict[str, type[nn.Module]] = {
    "max_pool1d": nn.MaxPool1d,
    "max_pool2d": nn.MaxPool2d,
    "avg_pool1d": nn.AvgPool1d,
    "avg_pool2d": nn.AvgPool2d,
}


@kind("pooling")
class Pooling(nn.Module):
    """The largest or the mean element of every window.

    Args:
        name: One of ``POOLINGS``.
        kernel_size: The window, in each dimension.
        stride: How far it moves, by default its size.
    """

    def __init__(self, name: str, kernel_size: int, stride: int | None = None) -> None:
        super().__init__()
        self.name, self.kernel_size = name, kernel_size
        self.stride = kernel_size if stride is None else stride
        check_positive(kernel_size=kernel_size, stride=self.stride)
        self.pool = POOLINGS[name](kernel_size, self.stride)

    def forward(self, input: Tensor) -> Tensor:
        """Pool ``input``, whose channels stay."""
        dimensions = int(self.name[-2])
        _check_image(input, None, dimensions, self.kernel_size)
        pooled: Tensor = self.pool(floating_input(self, input))
        return pooled

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"name": self.name, "kernel_size": self.kernel_size, "stride": self.stride}

    def summary(self) -> str:
        """The printed line."""
        sizes = f"kernel_size={self.kernel_size}, stride={self.stride}"
        return f"PyTorch Pooling ({self.name}, {sizes})"


@kind("adaptive_avg_pool2d")
class AdaptiveAvgPool2d(nn.AdaptiveAvgPool2d):
    """The means of a grid of ``size`` by ``size`` windows that cover the input."""

    def __init__(self, size: int) -> None:
        check_positive(size=size)
        super().__init__(size)

    def forward(self, input: Tensor) -> Tensor:
        """``(N C H W)`` to ``(N C size size)``."""
        _check_image(input, None, 2, 1)
        return super().forward(floating_input(self, input))

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"size": self.output_size}

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Adaptive Pooling ({self.output_size} x {self.output_size})"


class BatchNormalisation:
    """What batch normalisations share: mean 0 and variance 1 of each of ``features`` channels."""

    def __init__(self, features: int) -> None:
        check_positive(features=features)
        super().__init__(features, device=current_device())  # type: ignore[call-arg]
        self.features = features

    def forward(self, input: Tensor) -> Tensor:
        """Normalise by the batch while training, by what was seen then otherwise."""
        if input.dim() < 2 or input.size(1) != self.features:
            given = shape_text(input.shape)
            raise ShapeError(f"expected {self.features} channels in dimension 1, got shape {given}")
        if self.training and input.numel() <= self.features:  # type: ignore[attr-defined]
            raise ShapeError("more than one value for each channel is needed while training")
        normalised: Tensor = super().forward(floating_input(self, input))  # type: ignore[misc, arg-type]
        return normalised

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"features": self.features}

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Batch Normalization {type(self).__name__[-2]}D ({self.features})"


@kind("batch_norm1d")
class BatchNorm1d(BatchNormalisation, nn.BatchNorm1d):
    """``(N C)`` or ``(N C L)``."""


@kind("batch_norm2d")
class BatchNorm2d(BatchNormalisation, nn.BatchNorm2d):
    """``(N C H W)``."""


@kind("flatten")
class Flatten(nn.Flatten):
    """All dimensions but the first become one."""

    def __init__(self) -> None:
        super().__init__()

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {}

    def summary(self) -> str:
        """The printed line."""
        return "PyTorch Flatten ()"


def conv1d(
    in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> Conv1d:
    """A convolution over sequences: ``(N C L)`` to ``(N C' L')``.

    Args:
        in_channels: C.
        out_channels: C'.
        kernel_size: Positions that an output sees.
        stride: How far the kernel moves from one output to the next.
        padding: Zeros on each side of the input.

    Raises:
        ArgumentError: A size is out of range.

    Example:
        (torch_shape (torch_forward (torch_conv1d 3 8 5 1 2) (torch_ones '(2 3 20))))
        ; => (2 8 20)
    """
    return Conv1d(in_channels, out_channels, kernel_size, stride, padding)


def conv2d(
    in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> Conv2d:
    """A convolution over images: ``(N C H W)`` to ``(N C' H' W')``; arguments as ``conv1d``.

    Raises:
        ArgumentError: A size is out of range.

    Example:
        (torch_shape (torch_forward (torch_conv2d 1 4 3) (torch_ones '(2 1 8 8))))
        ; => (2 4 6 6)
    """
    return Conv2d(in_channels, out_channels, kernel_size, stride, padding)


def max_pool1d(kernel_size: int, stride: int | None = None) -> Pooling:
    """The largest element of every window of ``(N C L)``; windows touch unless ``stride`` is given.

    Raises:
        ArgumentError: A size is not positive.

    Example:
        (torch_forward (torch_max_pool1d 2) '((1.0 5.0 2.0 3.0)))
        ; => ((5.0 3.0))
    """
    return Pooling("max_pool1d", kernel_size, stride)


def max_pool2d(kernel_size: int, stride: int | None = None) -> Pooling:
    """The largest element of every window of ``(N C H W)``.

    Raises:
        ArgumentError: A size is not positive.

    Example:
        (torch_forward (torch_max_pool2d 2) '(((1.0 5.0) (2.0 3.0))))
        ; => (((5.0)))
    """
    return Pooling("max_pool2d", kernel_size, stride)


def avg_pool1d(kernel_size: int, stride: int | None = None) -> Pooling:
    """The mean of every window of ``(N C L)``.

    Raises:
        ArgumentError: A size is not positive.

    Example:
        (torch_forward (torch_avg_pool1d 2) '((1.0 5.0 2.0 3.0)))
        ; => ((3.0 2.5))
    """
    return Pooling("avg_pool1d", kernel_size, stride)


def avg_pool2d(kernel_size: int, stride: int | None = None) -> Pooling:
    """The mean of every window of ``(N C H W)``.

    Raises:
        ArgumentError: A size is not positive.

    Example:
        (torch_forward (torch_avg_pool2d 2) '(((1.0 5.0) (2.0 4.0))))
        ; => (((3.0)))
    """
    return Pooling("avg_pool2d", kernel_size, stride)


def adaptive_avg_pool2d(size: int) -> AdaptiveAvgPool2d:
    """Means of a grid of windows: images of any size become ``size`` by ``size``.

    Raises:
        ArgumentError: The size is not positive.

    Example:
        (torch_shape (torch_forward (torch_adaptive_avg_pool2d 1) (torch_ones '(2 4 7 9))))
        ; => (2 4 1 1)
    """
    return AdaptiveAvgPool2d(size)


def batch_norm1d(features: int) -> BatchNorm1d:
    """Batch normalisation of ``(N C)`` or ``(N C L)`` with C ``features``.

    Raises:
        ArgumentError: The number is not positive.

    Example:
        (torch_batch_norm1d 16)
        ; => PyTorch Batch Normalization 1D (16)
    """
    return BatchNorm1d(features)


def batch_norm2d(features: int) -> BatchNorm2d:
    """Batch normalisation of ``(N C H W)`` with C ``features``.

    Raises:
        ArgumentError: The number is not positive.

    Example:
        (torch_batch_norm2d 16)
        ; => PyTorch Batch Normalization 2D (16)
    """
    return BatchNorm2d(features)


def flatten_layer() -> Flatten:
    """A layer between convolutions and a linear layer: all dimensions but the first become one.

    Example:
        (torch_shape (torch_forward (torch_flatten_layer) (torch_ones '(2 4 3 3))))
        ; => (2 36)
    """
    return Flatten()


def _check_image(input: Tensor, channels: int | None, dimensions: int, smallest: int) -> None:
    """Refuse what is not ``(N C …)`` or ``(C …)`` with that many dimensions, each long enough."""
    if input.dim() not in (dimensions + 1, dimensions + 2):
        expected = f"{dimensions + 1} or {dimensions + 2} dimensions"
        raise ShapeError(f"expected {expected}, got shape {shape_text(input.shape)}")
    given = input.size(-dimensions - 1)
    if channels is not None and given != channels:
        raise ShapeError(f"the layer expects {channels} channels, got {given}")
    if min(input.shape[-dimensions:]) < max(smallest, 1):
        sizes = shape_text(input.shape[-dimensions:])
        raise ShapeError(f"input {sizes} is smaller than the kernel")
