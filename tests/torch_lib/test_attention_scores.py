"""The attention weights of a chosen layer and head."""

import pytest
import torch
from torch import Tensor, nn

from torch_lib.attention import multihead_attention
from torch_lib.attention_scores import attention_maps, attention_scores
from torch_lib.decoder import llama_model
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.layers import embedding, forward, linear
from torch_lib.networks import sequential
from torch_lib.simple_tokenizer import simple_tokenizer
from torch_lib.tokenizers import encode
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


@pytest.mark.parametrize(
    ("options", "need_weights"),
    [({}, True), ({"bias": False, "add_bias_kv": True, "add_zero_attn": True}, False)],
)
def test_pytorchs_own_attention_is_seen(options: dict[str, bool], need_weights: bool) -> None:
    """Whether or not the model asks it for its weights, with its own shapes and masks."""

    class Foreign(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.own = nn.MultiheadAttention(16, 4, batch_first=True, dropout=0.5, **options)

        def forward(self, input: Tensor) -> Tensor:
            mask = torch.ones(5, 5, dtype=torch.bool).triu(1)
            found: Tensor = self.own(
                input, input, input, attn_mask=mask, need_weights=need_weights
            )[0]
            return found

    model = Foreign()

    maps = attention_maps(model, INPUT)

    mask = torch.ones(5, 5, dtype=torch.bool).triu(1)
    _, expected = model.own.eval()(INPUT, INPUT, INPUT, attn_mask=mask, average_attn_weights=False)
    assert list(maps) == ["own"]
    torch.testing.assert_close(maps["own"], expected)
    assert maps.outline("own").shape == expected.shape
    assert not maps["own"][..., :5].triu(1).any()


def test_layers_of_pytorchs_transformer_are_seen() -> None:
    """They do not take the way that only the fused kernel knows; a single input has no batch."""
    layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    model = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)

    maps = attention_maps(model, INPUT)

    assert list(maps) == ["layers.0.self_attn", "layers.1.self_attn"]
    assert maps["layers.0.self_attn"].shape == (2, 4, 5, 5)
    torch.testing.assert_close(
        attention_maps(model, INPUT[0])["layers.0.self_attn"], maps["layers.0.self_attn"][:1]
    )


def test_an_exported_program_shows_how_it_attends() -> None:
    layer = multihead_attention(16, 4).eval()
    program = torch.export.export(layer, (INPUT,)).module()

    torch.testing.assert_close(attention_scores(program, INPUT), attention_scores(layer, INPUT))


def test_maps_know_the_text_of_the_tokens() -> None:
    """From the tokenizer that encoded them, or the one that the model came with."""
    tokenizer = simple_tokenizer()
    ids = encode(tokenizer, "to be [or] to")
    model = sequential([embedding(50, 16), transformer_block(16, 4, 32)])
    texts = ("<START>", "to", "be", "[", "or", "]", "to", "<END>")

    assert attention_maps(model, ids).tokens == (texts,)
    assert attention_maps(model, ids.clone()).tokens == ()
    setattr(model, "tokenizer", tokenizer)  # noqa: B010 (mypy takes it for a module)
    batch = torch.stack([ids.clone(), torch.full_like(ids, 40)])
    assert attention_maps(model, batch).tokens == (texts, ("#40",) * 8)
    assert attention_maps(model[1], INPUT).tokens == ()
