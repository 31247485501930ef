"""Quantizing tensors: eight bits with a scale and a zero point, and half precision."""

import math

import pytest
import torch

from torch_lib import quantized_tensors as quantized
from torch_lib.devices import to_cpu
from torch_lib.errors import ArgumentError, KindError, ShapeError
from torch_lib.shapes import shape


@pytest.mark.parametrize(("dtype", "limits"), [("int8", (-128, 127)), ("uint8", (0, 255))])
def test_dynamic_quantization_uses_the_whole_type(dtype: str, limits: tuple[int, int]) -> None:
    tensor = torch.randn(64, 64) + 1

    result = quantized.quantize_dynamic(tensor, dtype)

    whole = quantized.int_repr(result)
    assert (whole.min().item(), whole.max().item()) == limits
    error = (quantized.dequantize(result) - tensor).abs().max()
    assert error <= result.scale * (1 + 1e-5)


def test_zero_stays_zero() -> None:
    """The range is extended to contain it, so that padding and ReLU survive exactly."""
    result = quantized.quantize_dynamic(torch.tensor([0.0, 5.0, 7.3]))

    assert quantized.dequantize(result)[0] == 0


@pytest.mark.parametrize("value", [0.0, 3.0, -2.5, 1e-44])
def test_a_constant_tensor_has_a_scale(value: float) -> None:
    tensor = torch.full((3,), value)

    result = quantized.quantize_int8(tensor)

    assert result.scale > 0
    torch.testing.assert_close(quantized.dequantize(result), tensor)


def test_the_error_on_normal_data_is_about_one_percent() -> None:
    tensor = torch.randn(512, 512)

    real = quantized.dequantize(quantized.quantize_int8(tensor))

    assert (real - tensor).norm() / tensor.norm() < 0.015


def test_rounding_is_half_to_even_and_clamped() -> None:
    result = quantized.quantize_linear(torch.tensor([0.5, 1.5, 2.5, 1e9, -1e9]), 1.0, 0)

    assert quantized.int_repr(result).tolist() == [0, 2, 2, 127, -128]


def test_the_result_is_pytorch_s() -> None:
    tensor = torch.randn(100)

    result = quantized.quantize_static(tensor, 0.05, 3, "uint8")

    reference = torch.fake_quantize_per_tensor_affine(tensor, 0.05, 3, 0, 255)
    torch.testing.assert_close(quantized.dequantize(result), reference)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_channels_have_scales_of_their_own(axis: int) -> None:
    tensor = torch.randn(4, 4, 4)
    scales, zero_points = torch.rand(4) + 0.01, torch.tensor([0, 3, -5, 100])

    result = quantized.quantize_per_channel(tensor, scales, zero_points, axis)

    reference = torch.fake_quantize_per_channel_affine(
        tensor, scales, zero_points.int(), axis % 3, -128, 127
    )
    torch.testing.assert_close(quantized.dequantize(result), reference)
    assert torch.equal(quantized.zero_point(result), zero_points)  # type: ignore[arg-type]


def test_printed_forms() -> None:
    tensor = torch.zeros(64, 3, 3, 3)
    tensor[0] = 4.5978

    whole = quantized.quantize_static(tensor, 0.036056, 3)
    channels = quantized.quantize_per_channel(tensor, torch.ones(3), torch.zeros(3), -1)

    assert whole.summary() == (
        "Quantized tensor (int8, shape=(64 3 3 3), scale=0.03606, zero_point=3)"
    )
    assert channels.summary() == "Quantized tensor (int8, shape=(64 3 3 3), per-channel, axis=3)"
    assert shape(whole) == (64, 3, 3, 3)
    assert to_cpu(whole).summary() == whole.summary()


def test_half_precision() -> None:
    tensor = torch.tensor([1.5, 2.25])

    half = quantized.quantize_fp16(tensor)

    assert half.dtype == torch.float16
    assert quantized.dequantize(half).dtype == torch.float32
    assert quantized.dequantize(tensor) is tensor


def test_plain_conversion_clamps() -> None:
    """PyTorch's own conversion would turn 300 into 44."""
    converted = quantized.tensor_to_int8(torch.tensor([1.5, -0.8, 300.0, -math.inf]))

    assert converted.dtype == torch.int8
    assert converted.tolist() == [1, 0, 127, -128]
    assert quantized.tensor_to_int8(torch.tensor([True, False])).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: quantized.quantize_dynamic(torch.ones(2), "int4"),
            ArgumentError,
            'unknown dtype "int4" (known: int8, qint8, uint8, quint8)',
        ),
        (
            lambda: quantized.quantize_dynamic(torch.tensor([1, math.nan])),
            ArgumentError,
            "the tensor holds nan or infinite numbers",
        ),
        (
            lambda: quantized.quantize_static(torch.ones(2), 0.0, 0),
            ArgumentError,
            "scale must be greater than 0, got 0",
        ),
        (
            lambda: quantized.quantize_static(torch.ones(2), math.nan, 0),
            ArgumentError,
            "scale must be greater than 0, got nan",
        ),
        (
            lambda: quantized.quantize_static(torch.ones(2), 1.0, 300),
            ArgumentError,
            "zero_point 300 is outside -128 .. 127",
        ),
        (
            lambda: quantized.quantize_static(torch.ones(2), 1.0, -1, "uint8"),
            ArgumentError,
            "zero_point -1 is outside 0 .. 255",
        ),
        (
            lambda: quantized.quantize_per_channel(
                torch.ones(64, 3), torch.ones(3), torch.zeros(3), 0
            ),
            ShapeError,
            "scales has 3 entries but dimension 0 of the tensor has 64",
        ),
        (
            lambda: quantized.quantize_per_channel(
                torch.ones(2, 2), torch.ones(2), torch.tensor([0.5, 0]), 0
            ),
            ArgumentError,
            "zero_point 0.5 is outside -128 .. 127",
        ),
        (
            lambda: quantized.dequantize(torch.tensor([1, 2])),
            KindError,
            "the tensor is not quantized",
        ),
        (
            lambda: quantized.tensor_to_int8(torch.tensor([math.nan])),
            ArgumentError,
            "the tensor holds nan",
        ),
    ],
)
def test_mistakes_are_named(call, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        call()

    assert str(caught.value) == message
