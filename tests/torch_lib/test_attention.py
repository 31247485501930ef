"""Attention: its formula, its masks, its modules, its memory."""

import copy
import math
import subprocess
import sys

import pytest
import torch
from torch import Tensor, nn

from torch_lib import attention
from torch_lib.errors import ArgumentError, ShapeError, TorchLibError
from torch_lib.layers import forward
from torch_lib.masks import causal_mask
from torch_lib.positions import positional_encoding, positional_encoding_forward
from torch_lib.sequences import create_attention_mask
from torch_lib.transformer import transformer_block, transformer_forward

KEPT = torch.tensor([[1, 1, 1, 1, 0], [1, 1, 0, 0, 0]])


def heads(*shape: int) -> tuple[Tensor, Tensor, Tensor]:
    """A query, a key and a value."""
    query, key, value = torch.randn(3, *shape).unbind()
    return query, key, value


def formula(query: Tensor, key: Tensor, value: Tensor, allowed: Tensor | None = None) -> Tensor:
    """softmax(QKᵀ/√D)V, with minus infinity where nothing may be seen."""
    scores = query @ key.mT / math.sqrt(query.size(-1))
    if allowed is not None:
        scores = scores.masked_fill(~allowed, -math.inf)
    return scores.softmax(-1) @ value


def test_attention_matches_its_formula() -> None:
    """The fused kernel computes softmax(QKᵀ/√D)V, in every spelling."""
    query, key, value = heads(2, 4, 8, 16)
    expected = formula(query, key, value)

    for result in (
        attention.scaled_dot_product_attention(query, key, value),
        attention.flash_attention(query, key, value),
        attention.flash_attention(query, key, value, 1 / math.sqrt(16)),
        attention.flash_attention(query, key, value, torch.tensor([0.25])),
    ):
        torch.testing.assert_close(result, expected)
    one_head = attention.flash_attention(query[:, 0], key[:, 0], value[:, 0])
    torch.testing.assert_close(one_head, expected[:, 0])


def test_masks_are_read_by_shape_and_content() -> None:
    """Truth values, whole numbers, and zeros with ones keep; other floats are added."""
    query, key, value = heads(2, 4, 5, 16)
    keep = causal_mask(5)
    added = torch.zeros(5, 5).masked_fill(~keep, -math.inf)
    expected = formula(query, key, value, keep)

    for mask in (keep, keep.long(), keep.float(), added, keep.expand(2, 5, 5), keep[None, None]):
        masked = attention.scaled_dot_product_attention(query, key, value, mask)
        torch.testing.assert_close(masked, expected)
    flashed = attention.flash_attention_masked(query, key, value, None, keep)
    torch.testing.assert_close(flashed, expected)


def test_a_padding_mask_hides_keys_of_every_query() -> None:
    """``(B K)`` is the mask that padded batches have."""
    query, key, value = heads(2, 4, 5, 16)

    masked = attention.scaled_dot_product_attention(query, key, value, KEPT)

    torch.testing.assert_close(masked, formula(query, key, value, KEPT.bool()[:, None, None]))


def test_a_mask_that_fits_both_readings() -> None:
    """It is padding for modules, and queries by keys for the bare function, as in PyTorch."""
    square = torch.tensor([[1, 0], [1, 1]])
    query, key, value = heads(2, 1, 2, 4)
    layer = attention.multihead_attention(4, 1)
    input = torch.randn(2, 2, 4)

    bare = attention.scaled_dot_product_attention(query, key, value, square)
    torch.testing.assert_close(bare, formula(query, key, value, square.bool()))
    padded = attention.multihead_attention_forward(layer, input, square)
    exact = attention.multihead_attention_forward(layer, input, square[:, None, None])
    assert torch.equal(padded, exact)


@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize("mask", [KEPT * 0, torch.full((2, 5), -math.inf)], ids=["kept", "added"])
def test_seeing_nothing_gives_zeros(mask: Tensor, dropout: float) -> None:
    """Not nan, neither in the result nor in the gradients."""
    query = torch.randn(2, 4, 5, 16, requires_grad=True)

    result = attention.scaled_dot_product_attention(query, query, query, mask, dropout)
    (gradient,) = torch.autograd.grad(result.sum(), query)

    assert result.abs().sum() == 0
    assert gradient.isfinite().all()


@pytest.mark.gpu
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize("mask", [KEPT * 0, torch.full((2, 5), -math.inf)], ids=["kept", "added"])
def test_seeing_nothing_gives_zeros_on_cuda(
    mask: Tensor, dropout: float, dtype: torch.dtype
) -> None:
    """Whichever kernel is chosen."""
    query = torch.randn(2, 4, 5, 64, device="cuda", dtype=dtype, requires_grad=True)

    result = attention.scaled_dot_product_attention(query, query, query, mask, dropout)
    (gradient,) = torch.autograd.grad(result.sum(), query)

    assert result.abs().sum() == 0
    assert gradient.isfinite().all()


@pytest.mark.parametrize("dropout", [0.0, 1e-9])
def test_masks_combine_with_causality(dropout: float) -> None:
    """Also where the kernel refuses the pair: whenever there is dropout."""
    query, key, value = heads(2, 4, 5, 16)
    allowed = KEPT.bool()[:, None, None] & causal_mask(5)
    added = torch.zeros(2, 5).masked_fill(KEPT == 0, -math.inf)

    for mask in (KEPT, added):
        result = attention.scaled_dot_product_attention(query, key, value, mask, dropout, True)
        torch.testing.assert_close(result, formula(query, key, value, allowed))
    plain = attention.scaled_dot_product_attention(query, key, value, is_causal=True)
    torch.testing.assert_close(plain, formula(query, key, value, causal_mask(5)))


def test_heads_can_share_keys() -> None:
    """Each key head serves several query heads when asked to."""
    query, key, value = torch.randn(2, 4, 5, 8), torch.randn(2, 2, 5, 8), torch.randn(2, 2, 5, 8)

    shared = attention.scaled_dot_product_attention(query, key, value, enable_gqa=True)

    repeated = [part.repeat_interleave(2, 1) for part in (key, value)]
    torch.testing.assert_close(shared, formula(query, *repeated))


def test_the_module_is_pytorch_s() -> None:
    """The same parameters give what PyTorch's own forward gives, batched or not."""
    layer = attention.multihead_attention(16, 4)
    query, other = torch.randn(2, 5, 16), torch.randn(2, 7, 16)
    reference = nn.MultiheadAttention(16, 4, batch_first=True)
    reference.load_state_dict(layer.state_dict())

    def pytorch(*inputs: Tensor, **options: Tensor) -> Tensor:
        result: Tensor = reference(*inputs, need_weights=False, **options)[0]
        return result

    apply = attention.multihead_attention_forward
    torch.testing.assert_close(apply(layer, query), pytorch(query, query, query))
    torch.testing.assert_close(apply(layer, query[0]), pytorch(query, query, query)[0])
    torch.testing.assert_close(apply(layer, query, other, other), pytorch(query, other, other))
    torch.testing.assert_close(
        apply(layer, query, KEPT), pytorch(query, query, query, key_padding_mask=KEPT == 0)
    )
    torch.testing.assert_close(apply(layer, query, query, query, KEPT), apply(layer, query, KEPT))
    torch.testing.assert_close(forward(layer, query, KEPT), apply(layer, query, KEPT))
    torch.testing.assert_close(apply(layer, query[0], KEPT[0]), apply(layer, query, KEPT)[0])


def test_the_module_has_pytorch_s_state_names() -> None:
    """Weights move both ways, also through a copy of the module."""
    reference = nn.MultiheadAttention(16, 4, batch_first=True)
    layer = copy.deepcopy(attention.multihead_attention(16, 4))
    query = torch.randn(2, 5, 16)

    assert list(layer.state_dict()) == list(reference.state_dict())
    layer.load_state_dict(reference.state_dict())

    expected = reference(query, query, query, need_weights=False)[0]
    torch.testing.assert_close(forward(layer, query), expected)


def test_the_module_starts_as_pytorch_s() -> None:
    """Weights within the bound of the joined matrix, no bias."""
    weights = attention.multihead_attention(256, 4).state_dict()

    largest = weights["in_proj_weight"].abs().max().item()
    assert largest == pytest.approx(math.sqrt(6 / (4 * 256)), rel=1e-3)
    assert not weights["in_proj_bias"].any()
    assert not weights["out_proj.bias"].any()


def test_dropout_of_the_block() -> None:
    """It works while training only, and the printed line tells of it."""
    block = transformer_block(16, 4, 32, 0.5)
    input = torch.randn(2, 5, 16)
    still = forward(block.eval(), input)

    assert torch.equal(forward(block, input), still)
    assert not torch.allclose(forward(block.train(), input), still)
    assert block.summary() == (
        "PyTorch Transformer Block (embed_dim=16, num_heads=4, ff_dim=32, dropout=0.5)"
    )


def test_the_flash_module_projects_around_the_kernel() -> None:
    """Four linear maps with Xavier weights and no initial bias."""
    module = attention.flash_attention_create(16, 4)
    query, other = torch.randn(2, 5, 16), torch.randn(2, 7, 16)

    def split(input: Tensor) -> Tensor:
        return input.reshape(*input.shape[:2], 4, 4).transpose(1, 2)

    inputs = split(module.q_proj(query)), split(module.k_proj(other)), split(module.v_proj(other))
    expected = module.out_proj(formula(*inputs).transpose(1, 2).flatten(2))
    result = attention.flash_attention_forward(module, query, other, other)
    torch.testing.assert_close(result, expected)
    assert module.q_proj.bias.abs().sum() == 0
    assert module.q_proj.weight.abs().max() <= math.sqrt(6 / 32)
    unmasked = attention.flash_attention_with_mask(module, query, other, other, torch.ones(2, 7))
    torch.testing.assert_close(unmasked, expected)
    assert attention.flash_attention_create(16, 4, bias=False).q_proj.bias is None


def test_dropout_of_the_flash_module() -> None:
    """Its own while training; a rate given with the call rules, if training."""
    module = attention.flash_attention_create(16, 4, 0.5)
    input = torch.randn(2, 5, 16)
    still = attention.flash_attention_forward(module.eval(), input, input, input)

    def with_dropout(rate: float, training: bool) -> Tensor:
        return attention.flash_attention_with_dropout(module, input, input, input, rate, training)

    assert torch.equal(forward(module, input), still)
    assert not torch.allclose(with_dropout(0.5, True), still)
    module.train()
    assert not torch.allclose(forward(module, input), still)
    assert torch.equal(with_dropout(0.0, True), still)
    assert torch.equal(with_dropout(0.5, False), still)


def test_the_transformer_block_normalises_after_each_residual() -> None:
    """Attention, then linear, ReLU, linear; one sequence stays two-dimensional."""
    block = transformer_block(16, 4, 32)
    input = torch.randn(2, 5, 16)
    mask = create_attention_mask(torch.tensor([[5, 6, 7, 8, 0], [5, 6, 0, 0, 0]]))

    attended = block.norm1(input + block.self_attention(input, mask=mask))
    expected = block.norm2(attended + block.ffn2(block.ffn1(attended).relu()))

    assert torch.equal(transformer_forward(block, input, mask), expected)
    assert torch.equal(forward(block, input, mask), expected)
    torch.testing.assert_close(transformer_forward(block, input[0], mask[0]), expected[0])
    assert {name.split(".")[0] for name in block.state_dict()} == {
        "self_attention",
        "norm1",
        "norm2",
        "ffn1",
        "ffn2",
    }


def test_positions_are_waves() -> None:
    """Sine on even and cosine on odd columns, odd sizes included; nothing is trained."""
    for size in (6, 5):
        encoder = positional_encoding(size, 10)
        input = torch.zeros(2, 4, size)

        encoded = positional_encoding_forward(encoder, input)

        wave = 3 / 10000 ** (2 / size)
        assert encoded.shape == (2, 4, size)
        torch.testing.assert_close(encoded[1, 3, 2], torch.tensor(math.sin(wave)))
        torch.testing.assert_close(encoded[1, 3, 3], torch.tensor(math.cos(wave)))
        assert torch.equal(positional_encoding_forward(encoder, input[0]), encoded[0])
        assert not list(encoder.parameters())
        assert not encoder.state_dict()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: attention.multihead_attention(10, 3),
            ArgumentError,
            "embed_dim (10) must be divisible by num_heads (3)",
        ),
        (
            lambda: attention.flash_attention_create(16, 4, 1.5),
            ArgumentError,
            "dropout must be in [0, 1), got 1.5",
        ),
        (
            lambda: attention.flash_attention_with_mask(
                attention.flash_attention_create(16, 8),
                *heads(4, 32, 16),
                torch.ones(2, 5),
            ),
            ShapeError,
            "mask of shape (2 5) does not fit (batch 4, heads 8, queries 32, keys 32)",
        ),
        (
            lambda: forward(attention.multihead_attention(16, 4), torch.ones(2, 5, 8)),
            ShapeError,
            "embedding size is 8, the layer expects 16",
        ),
        (
            lambda: forward(attention.multihead_attention(16, 4), torch.ones(16)),
            ShapeError,
            "expected two or three dimensions, got 1",
        ),
        (
            lambda: attention.flash_attention_forward(
                attention.flash_attention_create(4, 2),
                torch.ones(2, 5, 4),
                torch.ones(3, 5, 4),
                torch.ones(3, 5, 4),
            ),
            ShapeError,
            "batch sizes differ: 2 and 3",
        ),
        (
            lambda: attention.flash_attention_forward(
                attention.flash_attention_create(4, 2),
                torch.ones(2, 5, 4),
                torch.ones(2, 6, 4),
                torch.ones(2, 7, 4),
            ),
            ShapeError,
            "keys and values differ in length: 6 and 7",
        ),
        (
            lambda: attention.scaled_dot_product_attention(
                torch.ones(1, 2, 3, 64), torch.ones(1, 2, 3, 32), torch.ones(1, 2, 3, 32)
            ),
            ShapeError,
            "query and key head sizes differ (64 and 32)",
        ),
        (
            lambda: attention.scaled_dot_product_attention(
                torch.ones(1, 4, 3, 8), torch.ones(1, 2, 3, 8), torch.ones(1, 2, 3, 8)
            ),
            ShapeError,
            "query has 4 heads and key 2: enable_gqa lets them be shared",
        ),
        (
            lambda: attention.scaled_dot_product_attention(
                torch.ones(1, 3, 3, 8),
                torch.ones(1, 2, 3, 8),
                torch.ones(1, 2, 3, 8),
                enable_gqa=True,
            ),
            ShapeError,
            "3 query heads cannot share 2 key heads evenly",
        ),
        (
            lambda: attention.flash_attention(*heads(3, 8)),
            ShapeError,
            "expected four dimensions (batch heads length size), got 2",
        ),
        (
            lambda: transformer_block(16, 4, 0),
            ArgumentError,
            "ff_dim must be a positive integer, got 0",
        ),
        (
            lambda: forward(positional_encoding(512, 128), torch.ones(1, 200, 512)),
            ShapeError,
            "sequence length 200 exceeds max_length 128",
        ),
        (
            lambda: forward(positional_encoding(512, 128), torch.ones(1, 2, 256)),
            ShapeError,
            "embedding size is 256, the encoder expects 512",
        ),
        (lambda: causal_mask(-1), ArgumentError, "size must not be negative, got -1"),
    ],
)
def test_misfits_are_named(call, error: type[TorchLibError], message: str) -> None:
    """The message has both sizes."""
    with pytest.raises(error) as caught:
        call()

    assert str(caught.value) == message


MEASURE = """
import resource, torch
from torch_lib.attention import flash_attention
parts = [torch.randn(1, 8, 4096, 64) for _ in range(3)]
flash_attention(*[part[:, :, :64] for part in parts])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
flash_attention(*parts)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is counted in KiB there")
def test_memory_grows_linearly_with_the_sequence() -> None:
    """4096 positions need the 8 MiB of the result and little more; their scores would be 512."""
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE], check=True, capture_output=True, text=True
    )

    assert int(measured.stdout) < 24 * 1024
