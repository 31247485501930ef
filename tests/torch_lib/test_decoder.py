"""Decoder models, against transformers' and against themselves with a cache."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from tests.torch_lib.reference_models import FAMILIES, SIZES, reference_model
from torch_lib.checkpoints import load_model, save_model
from torch_lib.decoder import DecoderModel, gpt2_model, llama_block, llama_model
from torch_lib.decoder_config import DecoderConfig
from torch_lib.decoder_layers import gqa_attention, rms_norm_layer, swiglu
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.hugging_face_files import write_hugging_face
from torch_lib.layers import forward


@pytest.fixture(scope="module")
def model() -> DecoderModel:
    torch.manual_seed(0)
    return llama_model(SIZES).eval()


@pytest.fixture(scope="module")
def ids() -> torch.Tensor:
    return torch.randint(0, 97, (2, 11), generator=torch.Generator().manual_seed(1))


@pytest.fixture(params=FAMILIES)
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[DecoderModel, Any]:
    """A model of a family as we read it, and as transformers saved it."""
    reference = reference_model(request.param)
    reference.save_pretrained(tmp_path)
    ours = load_model(str(tmp_path)).eval()
    assert isinstance(ours, DecoderModel)
    return ours, reference


@pytest.mark.filterwarnings("ignore")
def test_logits_equal_transformers(pair: tuple[DecoderModel, Any], ids: torch.Tensor) -> None:
    ours, reference = pair

    with torch.no_grad():
        torch.testing.assert_close(ours(ids), reference(ids).logits, rtol=1e-4, atol=1e-5)


@pytest.mark.filterwarnings("ignore")
def test_every_family_reads_piece_by_piece(
    pair: tuple[DecoderModel, Any], ids: torch.Tensor
) -> None:
    ours, reference = pair
    cache = ours.new_cache(2, 5)

    with torch.no_grad():
        pieces = [ours(piece, None, cache) for piece in torch.split(ids, [5, 1, 1, 3, 1], dim=1)]

        expected = reference(ids).logits
    torch.testing.assert_close(torch.cat(pieces, dim=1), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.filterwarnings("ignore")
def test_every_family_returns_to_transformers(
    pair: tuple[DecoderModel, Any], ids: torch.Tensor, tmp_path: Path
) -> None:
    ours, reference = pair

    write_hugging_face(ours, tmp_path / "again")

    again = type(reference).from_pretrained(tmp_path / "again").eval()
    with torch.no_grad():
        torch.testing.assert_close(again(ids).logits, reference(ids).logits)


@pytest.mark.filterwarnings("ignore")
def test_every_family_is_saved_and_rebuilt(
    pair: tuple[DecoderModel, Any], ids: torch.Tensor, tmp_path: Path
) -> None:
    ours, _ = pair
    save_model(ours, str(tmp_path / "model.pt"))

    again = load_model(str(tmp_path / "model.pt")).eval()

    torch.testing.assert_close(forward(again, ids), forward(ours, ids))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["llama", "qwen3", "gpt2"])
def test_a_bare_state_dict_tells_its_model(
    name: str, ids: torch.Tensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tiny heads stand for the published ones."""
    sizes = {"hidden_size": 128, "num_attention_heads": 2, "num_key_value_heads": 1}
    monkeypatch.setitem(SIZES, "hidden_size", 128)
    prefix, changes = FAMILIES[name]
    wide = {"n_embd": 128, "n_head": 2} if name == "gpt2" else sizes
    monkeypatch.setitem(FAMILIES, name, (prefix, changes | wide))
    reference = reference_model(name)
    torch.save(reference.state_dict(), tmp_path / "bare.pt")

    ours = load_model(str(tmp_path / "bare.pt")).eval()

    with torch.no_grad():
        torch.testing.assert_close(ours(ids), reference(ids).logits, rtol=1e-4, atol=1e-5)


def test_a_bare_state_dict_says_what_is_assumed(tmp_path: Path) -> None:
    model = llama_model({**SIZES, "hidden_size": 128, "head_dim": 64})
    torch.save(model.state_dict(), tmp_path / "bare.pt")

    with pytest.warns(UserWarning, match="no configuration: 6 heads of 64 channels are assumed"):
        load_model(str(tmp_path / "bare.pt"))


def test_a_window_forgets_what_it_has_passed() -> None:
    windowed = llama_model({**SIZES, "use_sliding_window": True, "sliding_window": 4})
    cache = windowed.new_cache(1, 1000)

    with torch.no_grad():
        for token in torch.randint(0, 97, (60,)):
            windowed(token.reshape(1, 1), None, cache)

    assert cache.length == 60
    assert all(layer.size <= 8 for layer in cache.layers)


def test_learned_positions_end() -> None:
    small = gpt2_model({"vocab_size": 9, "n_embd": 8, "n_head": 2, "n_layer": 1, "n_positions": 4})

    with pytest.raises(ShapeError, match="5 tokens, the model reads at most 4"):
        forward(small, torch.ones(1, 5, dtype=torch.int64))


def test_logits_have_a_row_for_every_token(model: DecoderModel, ids: torch.Tensor) -> None:
    assert forward(model, ids).shape == (2, 11, 97)
    torch.testing.assert_close(forward(model, ids[0]), forward(model, ids)[0])


def test_later_tokens_change_nothing_before_them(model: DecoderModel, ids: torch.Tensor) -> None:
    changed = ids.clone()
    changed[:, 7:] = 5

    before, after = forward(model, ids), forward(model, changed)

    torch.testing.assert_close(before[:, :7], after[:, :7])
    assert not torch.allclose(before[:, 7:], after[:, 7:])


@pytest.mark.parametrize("mask_type", [torch.int64, torch.bool, torch.float32])
def test_masked_tokens_change_nothing(
    model: DecoderModel, ids: torch.Tensor, mask_type: torch.dtype
) -> None:
    mask = torch.ones(2, 11, dtype=mask_type)
    mask[:, 3] = 0
    changed = ids.clone()
    changed[:, 3] = 5

    before, after = forward(model, ids, mask), forward(model, changed, mask)

    torch.testing.assert_close(before[:, 4:], after[:, 4:])


@pytest.mark.parametrize("pieces", [[11], [1] * 11, [4, 1, 1, 5], [10, 1]])
def test_cached_reading_equals_reading_whole(
    model: DecoderModel, ids: torch.Tensor, pieces: list[int]
) -> None:
    cache = model.new_cache(2, 11)

    with torch.no_grad():
        parts = torch.split(ids, pieces, dim=1)
        logits = torch.cat([model(part, None, cache) for part in parts], dim=1)
        whole = model(ids)

    assert cache.length == 11
    torch.testing.assert_close(logits, whole, rtol=1e-5, atol=1e-5)


def test_cache_continues_with_chosen_rows(model: DecoderModel, ids: torch.Tensor) -> None:
    cache = model.new_cache(2, 11)

    with torch.no_grad():
        model(ids[:, :10], None, cache)
        cache.select(torch.tensor([1, 1]))
        logits = model(ids[:, 10:], None, cache)
        expected = model(torch.cat((ids[[1, 1], :10], ids[:, 10:]), dim=1))[:, -1:]

    torch.testing.assert_close(logits, expected, rtol=1e-5, atol=1e-5)


def test_a_full_cache_grows(model: DecoderModel, ids: torch.Tensor) -> None:
    cache = model.new_cache(2, 2)

    with torch.no_grad():
        pieces = [model(piece, None, cache) for piece in torch.split(ids, 3, dim=1)]

        torch.testing.assert_close(torch.cat(pieces, dim=1), model(ids), rtol=1e-5, atol=1e-5)


def test_last_logits_only(model: DecoderModel, ids: torch.Tensor) -> None:
    with torch.no_grad():
        torch.testing.assert_close(model(ids, last_only=True), model(ids)[:, -1:])


def test_training_reaches_every_parameter(ids: torch.Tensor) -> None:
    trained = llama_model({**SIZES, "tie_word_embeddings": True})

    loss = F.cross_entropy(forward(trained, ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
    torch.autograd.backward(loss)

    assert all(parameter.grad is not None for parameter in trained.parameters())
    assert trained.lm_head.weight is trained.model.embed_tokens.weight


def test_manual_spelling_of_the_configuration() -> None:
    spelled = llama_model(
        {
            "vocab_size": 50,
            "embed_dim": 16,
            "num_heads": 4,
            "num_layers": 1,
            "ff_dim": 24,
            "max_seq_length": 32,
        }
    )

    assert spelled.summary() == (
        "PyTorch Llama Model (layers=1, hidden=16, heads=4, kv_heads=4, vocab=50)"
    )
    assert spelled.config.intermediate_size == 24
    assert spelled.context_length == 32


def test_newer_spelling_of_rope_parameters() -> None:
    config = DecoderConfig.read(
        {**SIZES, "rope_parameters": {"rope_theta": 1e6, "rope_type": "linear", "factor": 2.0}}
    )

    assert config.rope_theta == 1e6
    assert config.rope_scaling == {"rope_type": "linear", "factor": 2.0}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"vocab_size": None}, 'the configuration lacks "vocab_size"'),
        ({"hidden_size": 50}, r"hidden_size \(50\) must be divisible by num_attention_heads \(6\)"),
        ({"num_key_value_heads": 4}, r"\(6\) must be divisible by num_key_value_heads \(4\)"),
        ({"num_hidden_layers": 0}, "num_hidden_layers must be a positive integer, got 0"),
        ({"hidden_size": "wide"}, 'hidden_size must be a positive integer, got "wide"'),
        (
            {"num_attention_heads": 0, "head_dim": 8},
            "num_attention_heads must be a positive integer, got 0",
        ),
        ({"rope_scaling": 2.0}, r"rope_scaling must be a map, got 2$"),
        ({"hidden_act": "gelu"}, 'hidden_act must be "silu", got "gelu"'),
        ({"model_type": "t5"}, r'unknown model_type "t5" \(known: llama, mistral'),
        ({"sliding_window": 0}, "sliding_window must be a positive integer, got 0"),
        ({"layer_types": ["sliding_attention"]}, "layer_types names 1 layers of 3"),
    ],
)
def test_wrong_configurations_are_named(changes: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        llama_model({**SIZES, **changes})


def test_ids_outside_the_vocabulary_are_named(model: DecoderModel) -> None:
    with pytest.raises(ArgumentError, match=r"token id 97 is outside the vocabulary \(0 \.\. 96\)"):
        forward(model, torch.tensor([[1, 97]]))


@pytest.mark.gpu
def test_wrong_ids_do_not_end_the_use_of_a_gpu(model: DecoderModel) -> None:
    on_gpu = model.to("cuda")

    with pytest.raises(ArgumentError, match="token id 97 is outside the vocabulary"):
        forward(on_gpu, torch.tensor([1, 97], device="cuda"))

    assert forward(on_gpu, torch.tensor([1, 96], device="cuda")).shape == (2, 97)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: rms_norm_layer(0), "dim must be a positive integer, got 0"),
        (lambda: swiglu(8, -1), "hidden_dim must be a positive integer, got -1"),
        (lambda: gqa_attention(8, 4, 0), "num_kv_heads must be a positive integer, got 0"),
        (lambda: gqa_attention(8, 4, 2, 0), "head_dim must be a positive integer, got 0"),
        (lambda: rms_norm_layer(8)(torch.ones(2, 4)), "the layer expects 8 input features, got 4"),
        (lambda: swiglu(8, 4)(torch.ones(4)), "the layer expects 8 input features, got 4"),
        (lambda: gqa_attention(8, 4, 2)(torch.ones(3, 4)), "expects 8 input features, got 4"),
        (lambda: gqa_attention(8, 4, 2)(torch.ones(8)), "expected two or three dimensions, got 1"),
    ],
)
def test_sizes_that_do_not_fit_a_part_are_named(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make()


def test_one_sequence_needs_no_batch() -> None:
    for part, size in ((gqa_attention(8, 4, 2), 8), (llama_block(SIZES), SIZES["hidden_size"])):
        x = torch.randn(5, size)

        torch.testing.assert_close(forward(part, x), forward(part, x[None])[0])


def test_rms_norm_matches_its_formula() -> None:
    norm, x = rms_norm_layer(8, 1e-6), torch.randn(3, 8)
    torch.nn.init.uniform_(norm.weight)

    expected = x / (x.square().mean(-1, keepdim=True) + 1e-6).sqrt() * norm.weight

    torch.testing.assert_close(norm(x), expected)


def test_swiglu_matches_its_formula() -> None:
    mlp, x = swiglu(8, 16), torch.randn(3, 8)
    gate, up, down = (layer.weight for layer in (mlp.gate_proj, mlp.up_proj, mlp.down_proj))

    torch.testing.assert_close(mlp(x), (F.silu(x @ gate.T) * (x @ up.T)) @ down.T)


def test_grouped_heads_equal_repeated_heads() -> None:
    torch.manual_seed(0)
    grouped, x = gqa_attention(24, 6, 2), torch.randn(2, 5, 24)
    queries = grouped.q_proj(x).view(2, 5, 6, 4).transpose(1, 2)
    keys = grouped.k_proj(x).view(2, 5, 2, 4).transpose(1, 2).repeat_interleave(3, dim=1)
    values = grouped.v_proj(x).view(2, 5, 2, 4).transpose(1, 2).repeat_interleave(3, dim=1)

    weights = torch.softmax(queries @ keys.mT / 2, dim=-1)

    torch.testing.assert_close(
        grouped(x), grouped.o_proj((weights @ values).transpose(1, 2).flatten(2))
    )
    with pytest.raises(ArgumentError, match=r"num_heads \(6\) must be divisible by num_kv_heads"):
        gqa_attention(24, 6, 4)


def test_a_block_alone_is_causal() -> None:
    block, x = llama_block(SIZES), torch.randn(1, 6, 48)
    changed = x.clone()
    changed[:, 4:] = 0.0

    torch.testing.assert_close(forward(block, x)[:, :4], forward(block, changed)[:, :4])


def test_weights_are_taken_without_a_copy(model: DecoderModel, ids: torch.Tensor) -> None:
    weights = model.state_dict()

    built = DecoderModel.from_weights(model.config, weights).eval()

    norm = "model.norm.weight"
    assert built.state_dict()[norm].data_ptr() == weights[norm].data_ptr()
    torch.testing.assert_close(forward(built, ids), forward(model, ids), rtol=0, atol=0)
