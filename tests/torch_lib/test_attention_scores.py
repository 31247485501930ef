"""The attention weights of a chosen layer and head."""

import pytest
import torch

from torch_lib.attention import multihead_attention
from torch_lib.attention_scores import attention_maps, attention_scores
from torch_lib.decoder import llama_model
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.layers import forward, linear
from torch_lib.networks import sequential
from torch_lib.transformer import transformer_block

INPUT = torch.randn(2, 5, 16)
MASK = torch.tensor([[1, 1, 1, 1, 0], [1, 1, 0, 0, 0]])


def test_the_weights_are_those_that_give_the_output() -> None:
    """Values averaged by them, and projected, are what the layer gives."""
    layer = multihead_attention(16, 4)

    scores = attention_scores(layer, INPUT, mask=MASK)

    values = layer.v_proj(INPUT).reshape(2, 5, 4, 4).transpose(1, 2)
    attended = (scores @ values).transpose(1, 2).flatten(2)
    torch.testing.assert_close(layer.out_proj(attended), forward(layer, INPUT, MASK))
    assert not scores[0, :, :, 4].any()
    torch.testing.assert_close(scores.sum(-1), torch.ones(2, 4, 5))


def test_layers_and_heads_are_chosen() -> None:
    blocks = sequential([transformer_block(16, 4, 32, 0.5), transformer_block(16, 2, 32)])

    last = attention_scores(blocks, INPUT, -1)
    head = attention_scores(blocks, INPUT, 1, 1)

    torch.testing.assert_close(last[:, 1], head)
    hidden = forward(blocks[0].eval(), INPUT)
    torch.testing.assert_close(attention_scores(blocks[1], hidden), last)
    assert blocks.training


def test_each_module_keeps_its_mode() -> None:
    blocks = sequential([transformer_block(16, 4, 32), transformer_block(16, 2, 32)]).train()
    blocks[1].eval()

    attention_scores(blocks, INPUT)

    assert blocks[0].training
    assert not blocks[1].training


def test_a_llama_sees_only_what_is_before() -> None:
    model = llama_model(
        {
            "vocab_size": 50,
            "hidden_size": 32,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "num_hidden_layers": 3,
            "intermediate_size": 64,
        }
    )

    scores = attention_scores(model, torch.tensor([[1, 2, 3, 4]]), 2)

    assert scores.shape == (1, 4, 4, 4)
    assert not scores.triu(1).any()
    torch.testing.assert_close(scores.sum(-1), torch.ones(1, 4, 4))


def test_mistakes_are_named() -> None:
    for model, layer, head, message in (
        (linear(16, 4), 0, None, "the model does not attend"),
        (multihead_attention(16, 4), 1, None, r"layer 1 is outside 0 \.\. 0"),
        (multihead_attention(16, 4), 0, 4, r"head 4 is outside 0 \.\. 3"),
    ):
        with pytest.raises(ArgumentError, match=message):
            attention_scores(model, INPUT, layer, head)


def test_maps_are_found_by_the_names_of_the_layers() -> None:
    blocks = sequential([transformer_block(16, 4, 32, 0.5), transformer_block(16, 2, 32)])

    maps = attention_maps(blocks, INPUT)

    assert list(maps) == ["0.self_attention", "1.self_attention"]
    for number, name in enumerate(maps):
        torch.testing.assert_close(maps[name], attention_scores(blocks, INPUT, number))
        outline = maps.outline(name)
        assert (outline.shape, outline.dtype) == (maps[name].shape, maps[name].dtype)
        assert outline.untyped_storage().nbytes() <= 8


def test_a_part_attends_to_what_the_model_is_given() -> None:
    blocks = sequential([transformer_block(16, 4, 32), transformer_block(16, 2, 32)])

    maps = attention_maps(blocks, INPUT, part=blocks[1])

    assert list(maps) == ["1.self_attention"]
    torch.testing.assert_close(maps["1.self_attention"], attention_scores(blocks, INPUT, 1))
    with pytest.raises(ArgumentError, match="this part of the model does not attend"):
        attention_maps(blocks, INPUT, part=blocks.get_submodule("1.ffn1"))
    with pytest.raises(ArgumentError, match="the model does not attend"):
        attention_maps(linear(16, 4), INPUT)


def test_a_layer_that_attends_twice_has_two_maps() -> None:
    block = transformer_block(16, 4, 32)

    maps = attention_maps(sequential([block, block]), INPUT)

    assert list(maps) == ["0.self_attention", "0.self_attention #2"]
    assert list(attention_maps(multihead_attention(16, 4), INPUT)) == ["attention"]


def test_an_error_of_the_model_leaves_no_hooks() -> None:
    block = transformer_block(16, 4, 32)

    with pytest.raises(ShapeError):
        attention_maps(block, torch.randn(2, 5, 7))

    assert not any(module._forward_pre_hooks for module in block.modules())
    assert len(attention_maps(block, INPUT)) == 1
