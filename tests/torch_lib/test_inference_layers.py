"""Layers for writing only: blocks of files as they are, packed weights, and what they cost."""

from functools import cache
from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from torch_lib import packed_linear
from torch_lib.checkpoints import load_model, save_model
from torch_lib.decoder import DecoderModel, llama_model
from torch_lib.decoder_engine import engine_for
from torch_lib.display import describe
from torch_lib.errors import ArgumentError
from torch_lib.generation import generator_create, generator_greedy
from torch_lib.gguf import load_gguf
from torch_lib.gguf_blocks import Blocks, blocks_of, rounded_blocks
from torch_lib.hugging_face import hf_generate, hf_load_model, hf_save_model, model_of
from torch_lib.inference_layers import for_inference, inference_layer
from torch_lib.int4_linear import Int4Linear
from torch_lib.int8_block_linear import Int8BlockLinear
from torch_lib.kinds import description, rebuilt
from torch_lib.layers import forward
from torch_lib.lora import lora_apply, lora_config
from torch_lib.networks import model as multilayer
from torch_lib.packed_linear import PackedLinear
from torch_lib.pretrained import demo_model_path, model_tokenizer
from torch_lib.quantization import memory_size, model_quantize

SCALES_ARE_BFLOAT16 = 2**-8
TEXT = """\
The water cycle describes how water moves on, above and below the surface of the Earth. The sun \
warms the sea, and some of the water becomes vapour, which rises into the air. There it cools and \
forms clouds. When the drops in a cloud grow heavy enough, they fall as rain or snow. Some of this \
water sinks into the ground, where plants can reach it with their roots; the rest runs off into \
streams and rivers, and in the end returns to the sea, where the cycle starts again. People have \
known parts of this story for a very long time, but it took careful measurements of rivers and \
rainfall to show that rain alone is enough to feed all the springs and streams of a country.

A bicycle stays upright for reasons that surprised the engineers who first studied it. When it \
leans to one side, the front wheel turns a little to the same side, and the whole machine is \
steered back under its own weight. Riders learn to do this without thinking: they make small \
corrections all the time, and larger ones when they go slowly. Early bicycles had no chain; the \
pedals sat on the front wheel, so a larger wheel meant a higher speed, and a longer way to fall. \
The chain made both wheels the same size again, and the tyre filled with air made the ride soft \
enough for long journeys. In many towns it is still the fastest way to cross the centre, and it \
needs no fuel but breakfast.

To bake bread, mix flour, water, salt and yeast, and knead the dough until it is smooth. Leave \
it in a warm place for an hour, until it has doubled in size. Shape it, let it rise once more, \
and bake it in a hot oven for about forty minutes. It is done when the bottom sounds hollow."""


@pytest.mark.parametrize("encoding", ["Q4_0", "Q4_1", "Q8_0"])
def test_blocks_of_files_are_kept_as_they_are(encoding: str) -> None:
    weight = np.random.default_rng(0).normal(size=(128, 96)).astype(np.float32)
    kind = gguf.GGMLQuantizationType[encoding]
    rows = gguf.quants.quantize(weight, kind)
    real = torch.from_numpy(gguf.quants.dequantize(rows, kind))

    blocks = blocks_of(encoding, rows)
    assert blocks is not None
    layer = inference_layer(blocks, "file", torch.bfloat16)

    assert isinstance(layer, Int8BlockLinear if encoding == "Q8_0" else Int4Linear)
    error = (layer.real_weight() - real).abs().max() / real.abs().max()
    assert error < SCALES_ARE_BFLOAT16


def test_blocks_of_256_are_read() -> None:
    """The package cannot write Q4_K: random bytes with small scales are as good."""
    rows = np.random.default_rng(0).integers(0, 256, (64, 2, 144), dtype=np.uint8)
    rows[:, :, 0:4] = np.array([0.01, 0.02], np.float16).view(np.uint8)
    flat = rows.reshape(64, -1)
    real = torch.from_numpy(gguf.quants.dequantize(flat, gguf.GGMLQuantizationType.Q4_K))

    blocks = blocks_of("Q4_K", flat)
    assert blocks is not None
    assert blocks.zero is not None
    groups = blocks.whole.float().view(64, -1, 32) - 8
    ours = groups * blocks.scale[..., None] + blocks.zero[..., None]

    torch.testing.assert_close(ours.flatten(1), real, rtol=1e-5, atol=1e-5)


def test_other_encodings_have_no_blocks() -> None:
    assert blocks_of("Q6_K", np.zeros((1, 210), np.uint8)) is None


@pytest.mark.parametrize("rows", [1, 7, 100])
def test_eight_bits_by_groups_multiply(rows: int) -> None:
    weight, bias = torch.randn(128, 64), torch.randn(128)
    blocks = rounded_blocks(weight)
    layer = Int8BlockLinear.from_numbers(blocks.whole, blocks.scale, bias)
    x = torch.randn(rows, 64)

    expected = F.linear(x, weight, bias)

    assert (layer(x) - expected).abs().max() < 0.03 * expected.std()
    torch.testing.assert_close(layer.real_rows(torch.tensor([5, 70])), layer.real_weight()[[5, 70]])


@pytest.mark.parametrize("rows", [1, 100])
def test_many_rows_are_multiplied_as_few(rows: int) -> None:
    layer = Int4Linear.of(nn.Linear(64, 128), 32)
    x = torch.randn(rows, 64)

    expected = F.linear(x, layer.real_weight(), layer.bias)

    assert (layer(x) - expected).abs().max() < 0.02 * expected.std()


def test_another_order_of_packed_weights_is_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = Int4Linear.of(nn.Linear(64, 128), 32)
    weight, half = layer.real_weight(), layer.state_dict()["weight"]

    monkeypatch.setattr("torch_lib.int4_linear._packs_in_blocks", lambda: False)

    torch.testing.assert_close(layer.real_weight(), weight)
    assert torch.equal(layer.state_dict()["weight"], half)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("works", [True, False])
def test_packed_layers_compute_what_linear_ones_do(
    dtype: torch.dtype, works: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not works:
        monkeypatch.setattr(packed_linear, "_packing_works", lambda: False)
    linear = nn.Linear(48, 80).to(dtype)
    layer = PackedLinear.of(linear)
    x = torch.randn(3, 5, 48, dtype=dtype)

    assert layer.packed <= works
    torch.testing.assert_close(layer(x), linear(x))
    torch.testing.assert_close(layer.state_dict(), dict(linear.state_dict()))
    assert memory_size(layer) == memory_size(linear)


def test_packed_layers_change_their_type() -> None:
    linear = nn.Linear(32, 64)
    layer = PackedLinear.of(linear).to(torch.bfloat16)

    assert layer(torch.ones(1, 32)).dtype == torch.bfloat16
    assert torch.equal(layer.real_weight(), linear.weight.bfloat16())


def test_unknown_quantizations_are_named() -> None:
    with pytest.raises(ArgumentError, match='unknown quantization "int3"'):
        load_gguf("nowhere.gguf", None, "int3")
    with pytest.raises(ArgumentError, match='dtype "int8" holds no weights'):
        load_gguf("nowhere.gguf", "int8")


def loss_of(model: DecoderModel) -> float:
    """The mean loss of ``TEXT``, as the engine reads it."""
    ids = torch.tensor([model_tokenizer(model).encode(TEXT)])
    engine = engine_for(model)
    assert engine is not None
    with torch.inference_mode():
        logits = engine.logits(ids, engine.new_cache(1, ids.size(1)), last=False)
    return float(F.cross_entropy(logits[0, :-1], ids[0, 1:]))


@cache
def float32_loss() -> float:
    return loss_of(load_gguf(demo_model_path()))


@pytest.mark.parametrize(
    ("dtype", "quantization", "share"),
    [
        ("float32", "packed", 0.0001),
        ("bfloat16", "packed", 0.01),
        (None, "int8", 0.01),
        (None, "int4", 0.05),
        (None, "file", 0.05),
    ],
)
def test_perplexity_stays(dtype: str | None, quantization: str, share: float) -> None:
    model = load_gguf(demo_model_path(), dtype, quantization)

    assert abs(loss_of(model) - float32_loss()) < share


def test_the_demonstration_model_writes_with_its_own_blocks() -> None:
    model = load_gguf(demo_model_path(), None, "file")
    tokenizer = model_tokenizer(model)
    prompt = torch.tensor(tokenizer.encode("The capital of France is"))

    whole = generator_greedy(generator_create(model), prompt, len(prompt) + 2)

    assert tokenizer.decode(whole.tolist()).startswith("The capital of France is Paris.")
    assert memory_size(model) < 110e6


def test_blocks_can_be_taken_by_rows() -> None:
    blocks = rounded_blocks(torch.randn(4, 32))

    some = blocks.rows(torch.tensor([2, 0]))

    assert isinstance(some, Blocks)
    assert torch.equal(some.whole, blocks.whole[[2, 0]])


@pytest.mark.parametrize("scheme", ["packed", "int8", "int4"])
@pytest.mark.parametrize("family", ["gpt2", "llama"])
@pytest.mark.parametrize("vocabulary", [64, 67])
def test_biases_and_odd_vocabularies_keep_the_fast_way(
    vocabulary: int, family: str, scheme: str
) -> None:
    """GPT-2 has both: 50257 tokens, which no kernel takes in groups."""
    sizes = {"vocab_size": vocabulary, "hidden_size": 64, "num_heads": 2, "num_layers": 1}
    biased = {"attention_bias": True, "mlp_bias": True} if family == "llama" else {}
    exact = llama_model({**sizes, "intermediate_size": 64, "model_type": family, **biased})
    for parameter in exact.parameters():
        nn.init.normal_(parameter, std=0.2)
    ids = torch.tensor([[1, 2, 3]])

    made = for_inference(exact, scheme)

    if scheme == "int8":
        for one in (made, rebuilt(description(made))):
            assert describe(one).endswith(f"vocab={vocabulary}, int8)")
    engine = engine_for(made)
    assert engine is not None
    with torch.inference_mode():
        cache = engine.new_cache(1, 4)
        engine.logits(ids[:, :2], cache)
        logits = engine.logits(ids[:, 2:], cache)
    expected = forward(exact, ids)[:, -1]
    assert (logits - expected).abs().max() < 0.6 * expected.std()


@pytest.mark.parametrize("scheme", ["packed", "int8", "int4"])
@pytest.mark.parametrize("tied", [False, True])
def test_folders_in_bfloat16_write_quantized(scheme: str, tied: bool, tmp_path: Path) -> None:
    """Sizes that no kernel takes included: fine-tuned models often have a few tokens more."""
    sizes = {"vocab_size": 67, "hidden_size": 64, "num_heads": 2, "num_layers": 1}
    model = llama_model({**sizes, "intermediate_size": 64, "tie_word_embeddings": tied})
    hf_save_model(model.bfloat16(), str(tmp_path))

    written = hf_generate(
        hf_load_model(str(tmp_path), {"quantization": scheme}), torch.tensor([1, 2, 3]), -1, 5
    )

    assert len(written) == 5


@pytest.mark.parametrize("scheme", ["packed", "int8", "int4"])
@pytest.mark.parametrize("tied", [False, True])
def test_folders_load_quantized(scheme: str, tied: bool, tmp_path: Path) -> None:
    sizes = {"vocab_size": 64, "hidden_size": 64, "num_heads": 2, "num_layers": 1}
    model = llama_model({**sizes, "intermediate_size": 64, "tie_word_embeddings": tied})
    hf_save_model(model, str(tmp_path))
    ids = torch.tensor([[1, 2, 3]])

    loaded = model_of(hf_load_model(str(tmp_path), {"quantization": scheme}))

    exact = forward(model, ids)
    assert (forward(loaded, ids) - exact).abs().max() < 0.5 * exact.std()
    with pytest.raises(ArgumentError, match='unknown quantization "file"'):
        hf_load_model(str(tmp_path), {"quantization": "file"})


@pytest.mark.parametrize("scheme", ["packed", "int8", "int4"])
def test_every_way_to_load_a_model_quantizes_alike(scheme: str, tmp_path: Path) -> None:
    """By name, as a value from the folder, and from a file of our own."""
    sizes = {"vocab_size": 64, "hidden_size": 64, "num_heads": 2, "num_layers": 1}
    model = llama_model({**sizes, "intermediate_size": 64})
    folder, file = str(tmp_path / "folder"), str(tmp_path / "model.pt")
    hf_save_model(model, folder)
    save_model(model, file)
    ids = torch.tensor([[1, 2, 3]])

    expected = forward(model_of(hf_load_model(folder, {"quantization": scheme})), ids)

    for path in (folder, file):
        assert torch.equal(forward(load_model(path, None, scheme), ids), expected)


@pytest.mark.gpu
@pytest.mark.parametrize("scheme", ["packed", "int8", "int4"])
def test_models_on_a_gpu_are_quantized_there(scheme: str) -> None:
    sizes = {"vocab_size": 64, "hidden_size": 64, "num_heads": 2, "num_layers": 1}
    model = llama_model({**sizes, "intermediate_size": 64}).to("cuda")
    ids = torch.tensor([[1, 2, 3]], device="cuda")

    logits = forward(for_inference(model, scheme), ids)

    exact = forward(model, ids)
    assert logits.device == exact.device
    assert (logits - exact).abs().max() < 0.5 * exact.std()


def test_four_bits_outside_main_memory_stay_as_in_files() -> None:
    """The packed form is that of the processor's kernel."""
    layer = Int4Linear.of(nn.Linear(64, 128, device="meta"), 32)

    assert not layer.packed
    assert layer.weight.shape == (128, 32)


def test_what_cannot_be_loaded_quantized_is_told(tmp_path: Path) -> None:
    sizes = {"vocab_size": 64, "hidden_size": 64, "num_heads": 2, "num_layers": 1}
    model = llama_model({**sizes, "intermediate_size": 64})
    path = str(tmp_path / "model.pt")
    adapted = lora_apply(llama_model(sizes), lora_config(4, 8, ["q_proj"]))
    for other in (model_quantize(model, "int8"), adapted):
        save_model(other, path)
        with pytest.raises(ArgumentError, match="quantized already, or have adapters"):
            load_model(path, None, "int8")
    save_model(multilayer(4, 8, 2), path)
    with pytest.raises(ArgumentError, match="only a language model is loaded quantized"):
        load_model(path, None, "int8")
    with pytest.raises(ArgumentError, match="a module that is filled keeps its layers"):
        load_model(path, multilayer(4, 8, 2), "int8")
