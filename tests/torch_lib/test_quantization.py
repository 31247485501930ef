"""Quantized layers and models: close to the original, small, and whole after saving."""

import copy
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from torch_lib.attention import flash_attention_create, multihead_attention
from torch_lib.checkpoints import load_model, save_model
from torch_lib.decoder import llama_model
from torch_lib.display import describe
from torch_lib.errors import ArgumentError, KindError, ShapeError
from torch_lib.int4_linear import Int4Linear
from torch_lib.layers import activation, embedding, forward, layer_norm, linear
from torch_lib.networks import model, sequential
from torch_lib.quantization import (
    memory_size,
    model_quantize,
    model_quantize_dynamic,
    model_quantize_static,
)
from torch_lib.quantized_linear import QuantizedLinear
from torch_lib.quantized_tensors import quantize_int8
from torch_lib.state_dicts import state_dict
from torch_lib.transformer import transformer_block


def relative_error(result: Tensor, expected: Tensor) -> float:
    error: Tensor = (result - expected).norm() / expected.norm()
    return error.item()


@pytest.mark.parametrize("rows", [1, 3, 4, 100])
@pytest.mark.parametrize("seen", [None, (-4.5, 4.5)], ids=["dynamic", "static"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("inputs", "outputs"), [(512, 512), (64, 3), (17, 13), (100, 20)])
def test_a_quantized_layer_is_close_to_the_original(
    rows: int, seen: tuple[float, float] | None, bias: bool, inputs: int, outputs: int
) -> None:
    """With every kernel and for every size, also where rows have no whole number of lanes."""
    layer = linear(inputs, outputs, bias)
    quantized = QuantizedLinear.of(layer, seen)
    input = torch.randn(rows, inputs)

    for given in (input, input[None], input.double(), input.unsqueeze(1)):
        result = forward(quantized, given)

        assert result.dtype == torch.float32
        assert result.shape == (*given.shape[:-1], outputs)
        assert relative_error(result, forward(layer, given)) < 0.03


def test_more_rows_than_one_are_rounded_one_by_one() -> None:
    """A row of large numbers costs the others no precision."""
    layer = linear(64, 64)
    input = torch.randn(8, 64)
    input[0] *= 1000

    result = forward(QuantizedLinear.of(layer), input)

    assert relative_error(result[1:], forward(layer, input)[1:]) < 0.03


def test_a_vector_and_no_rows_at_all() -> None:
    layer = linear(64, 32)
    quantized = QuantizedLinear.of(layer)

    assert relative_error(forward(quantized, torch.ones(64)), forward(layer, torch.ones(64))) < 0.03
    assert forward(quantized, torch.ones(64)).shape == (32,)
    assert forward(quantized, torch.ones(0, 64)).shape == (0, 32)


def test_a_wrong_size_is_named() -> None:
    with pytest.raises(ShapeError, match="the layer expects 64 input features, got 3"):
        forward(QuantizedLinear.of(linear(64, 32)), torch.ones(1, 3))


def test_half_precision_stays_half() -> None:
    quantized = QuantizedLinear.of(linear(64, 32).bfloat16())

    for rows in (1, 8):
        assert quantized(torch.ones(rows, 64, dtype=torch.bfloat16)).dtype == torch.bfloat16


@pytest.mark.parametrize("scheme", ["int8", "int4"])
def test_gradients_pass_through_quantized_layers(scheme: str) -> None:
    """What is trained in front of them gets the gradient of the rounded weights."""
    layer = linear(64, 32)
    quantized = QuantizedLinear.of(layer) if scheme == "int8" else Int4Linear.of(layer, 64)
    input = torch.randn(5, 64, requires_grad=True)

    quantized(input).sum().backward()

    torch.testing.assert_close(input.grad, quantized.real_weight().sum(0).expand(5, -1))


@pytest.mark.parametrize("rows", [1, 5])
@pytest.mark.parametrize(
    ("inputs", "outputs", "group"), [(128, 64, 32), (512, 512, 64), (100, 40, 64), (256, 48, 128)]
)
def test_four_bits_are_close_too(rows: int, inputs: int, outputs: int, group: int) -> None:
    """Packed or not: the result is that of the rounded weights, each a half step off at most."""
    layer = linear(inputs, outputs)
    quantized = Int4Linear.of(layer, group)
    input = torch.randn(rows, inputs)

    weight = quantized.real_weight()

    step = quantized.scale_and_zero[..., 0].float().max()
    assert (weight - layer.weight).abs().max() < 0.6 * step
    expected = nn.functional.linear(input, weight, layer.bias)
    assert relative_error(forward(quantized, input), expected) < 0.01


def block_and_input() -> tuple[nn.Module, Tensor]:
    return transformer_block(512, 8, 2048), torch.randn(2, 16, 512)


def test_a_quantized_block_keeps_its_output_and_loses_its_weight() -> None:
    block, input = block_and_input()
    expected = forward(block, input)

    dynamic = model_quantize_dynamic(block)
    static = model_quantize_static(block, torch.randn(100, 512))

    for quantized in (dynamic, static):
        assert relative_error(forward(quantized, input), expected) < 0.02
        token = input[:1, :1]
        assert relative_error(forward(quantized, token), forward(block, token)) < 0.02
        assert memory_size(quantized) < 0.3 * memory_size(block)
    assert memory_size(model_quantize(block, "int4")) < 0.16 * memory_size(block)
    assert torch.equal(forward(block, input), expected)


def test_static_quantization_clamps_what_calibration_has_not_seen() -> None:
    layer = linear(64, 64)

    quantized = model_quantize_static(layer, [torch.rand(10, 64), -torch.rand(10, 64)])

    within, beyond = torch.full((8, 64), 1.0), torch.full((8, 64), 50.0)
    clamped = forward(quantized, beyond)
    torch.testing.assert_close(clamped, forward(quantized, within), rtol=0.02, atol=0.02)


def test_calibration_leaves_the_model_as_it_was() -> None:
    block = sequential([transformer_block(16, 2, 32), linear(16, 4)]).train()
    block[1].eval()

    model_quantize_static(block, torch.randn(10, 16))

    assert block.training
    assert block[0].training
    assert not block[1].training
    assert not any(module._forward_pre_hooks for module in block.modules())


def test_linear_layers_everywhere_are_replaced() -> None:
    for original in (
        linear(32, 32),
        model(32, 64, 8),
        multihead_attention(32, 4),
        flash_attention_create(32, 4),
        transformer_block(32, 4, 64),
        sequential([linear(32, 16), activation("relu"), model(16, 8, 4)]),
    ):
        quantized = model_quantize_dynamic(original)

        assert not any(isinstance(module, nn.Linear) for module in quantized.modules())
        assert not any(parameter.requires_grad for parameter in quantized.parameters())
        assert describe(quantized) == f"{describe(original)[:-1]}, int8)"
        input = torch.randn(1, 3, 32)
        assert relative_error(forward(quantized, input), forward(original, input)) < 0.05


def test_a_tied_head_and_its_embedding_are_narrow_together() -> None:
    config = {
        "vocab_size": 50,
        "hidden_size": 32,
        "num_attention_heads": 2,
        "num_hidden_layers": 1,
        "intermediate_size": 64,
    }
    ids = torch.tensor([[1, 2, 3]])
    for tied in (True, False):
        original = llama_model({**config, "tie_word_embeddings": tied})

        quantized = model_quantize_dynamic(original)

        assert memory_size(quantized) < 0.5 * memory_size(original)
        embedding = quantized.get_submodule("model.embed_tokens")
        assert isinstance(embedding, nn.Embedding) != tied
        assert relative_error(forward(quantized, ids), forward(original, ids)) < 0.05


@pytest.mark.parametrize("scheme", ["int8", "int4"])
@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_quantized_models_are_saved(tmp_path: Path, scheme: str, suffix: str) -> None:
    path = str(tmp_path / f"model{suffix}")
    input = torch.randn(3, 5, 64)
    for original in (
        linear(64, 32),
        transformer_block(64, 4, 128),
        sequential([model(64, 32, 64), transformer_block(64, 4, 128)]),
    ):
        quantized = model_quantize(original, scheme)

        save_model(quantized, path)
        loaded = load_model(path)

        assert describe(loaded) == describe(quantized)
        assert torch.equal(forward(loaded, input), forward(quantized, input))
        assert torch.equal(forward(load_model(path, quantized), input), forward(loaded, input))
        assert memory_size(loaded) == memory_size(quantized)


def test_calibrated_ranges_are_saved(tmp_path: Path) -> None:
    block, input = block_and_input()
    quantized = model_quantize_static(block, input)

    save_model(quantized, str(tmp_path / "model.pt"))

    loaded = load_model(str(tmp_path / "model.pt"))
    assert torch.equal(forward(loaded, input), forward(quantized, input))


def test_loaded_weights_replace_those_in_use() -> None:
    first, second = (model_quantize_dynamic(linear(64, 64)) for _ in range(2))
    input = torch.randn(1, 64)
    forward(first, input)

    first.load_state_dict(second.state_dict())

    assert torch.equal(forward(first, input), forward(second, input))
    assert torch.equal(forward(copy.deepcopy(first), input), forward(second, input))


def test_memory_size() -> None:
    layer = linear(10, 5)

    assert memory_size(layer) == memory_size(state_dict(layer)) == 4 * 55
    assert memory_size(torch.ones(3, dtype=torch.float16)) == 6
    assert memory_size(quantize_int8(torch.ones(8))) == 16
    with pytest.raises(KindError, match="expected a tensor, a module or a state dict"):
        memory_size("model")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: model_quantize_dynamic(layer_norm((4,))), "no linear layer to quantize"),
        (lambda: model_quantize_dynamic(embedding(4, 4)), "no linear layer to quantize"),
        (lambda: model_quantize_dynamic(linear(4, 4), "int2"), 'unknown dtype "int2"'),
        (lambda: model_quantize(linear(4, 4), "int2"), 'unknown scheme "int2"'),
        (lambda: model_quantize(linear(4, 4), "int4", 100), "group_size must be 32, 64, 128 or"),
        (lambda: model_quantize_static(linear(4, 4), []), "calibration data is empty"),
    ],
)
def test_mistakes_are_named(call, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        call()
