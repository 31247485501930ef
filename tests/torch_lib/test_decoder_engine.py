"""The engine computes what the modules of a model do, whatever it is made of."""

from pathlib import Path

import pytest
import torch

from tests.torch_lib.reference_models import FAMILIES, reference_model
from torch_lib.checkpoints import load_model, save_model
from torch_lib.decoder import DecoderModel, llama_model
from torch_lib.decoder_engine import DecoderEngine, engine_for
from torch_lib.generation import generator_create, generator_greedy
from torch_lib.layers import forward
from torch_lib.quantization import memory_size, model_quantize

SIZES = {
    "vocab_size": 128,
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 128,
    "max_position_embeddings": 96,
    "head_dim": 32,
}
SCHEMES = ("packed", "int8", "int4")


@pytest.fixture(params=FAMILIES)
def model(request: pytest.FixtureRequest, tmp_path: Path) -> DecoderModel:
    reference_model(request.param).save_pretrained(tmp_path)
    ours = load_model(str(tmp_path)).eval()
    assert isinstance(ours, DecoderModel)
    return ours


def engine_of(model: torch.nn.Module) -> DecoderEngine:
    engine = engine_for(model)
    assert engine is not None
    return engine


@torch.inference_mode()
def logits_by(model: torch.nn.Module, ids: torch.Tensor, pieces: list[int]) -> torch.Tensor:
    """The engine's logits of all tokens, read in pieces."""
    engine = engine_of(model)
    cache = engine.new_cache(len(ids), 4)
    parts = torch.split(ids, pieces, 1)
    return torch.cat([engine.logits(part, cache, last=False) for part in parts], 1)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("pieces", [[12], [5, 1, 1, 4, 1], [1] * 12])
def test_pieces_give_the_logits_of_the_whole(model: DecoderModel, pieces: list[int]) -> None:
    ids = torch.randint(0, 97, (2, 12))
    with torch.no_grad():
        whole = forward(model, ids)

    torch.testing.assert_close(logits_by(model, ids, pieces), whole, rtol=1e-4, atol=1e-4)


@pytest.mark.filterwarnings("ignore")
def test_steps_of_one_shape_give_the_same_logits(model: DecoderModel) -> None:
    ids = torch.randint(0, 97, (2, 9))
    engine = engine_of(model)

    with torch.inference_mode():
        cache = engine.new_cache(2, 16, stepping=True)
        engine.logits(ids[:, :6], cache)
        places = range(6, 9)
        steps = [engine.step(ids[:, n : n + 1], torch.tensor([n]), cache) for n in places]
        whole = forward(model, ids)

    torch.testing.assert_close(torch.stack(steps, 1), whole[:, 6:], rtol=1e-4, atol=1e-4)


@pytest.mark.gpu
def test_a_recorded_step_writes_the_same_text() -> None:
    model = llama_model(SIZES)
    prompt = torch.tensor([1, 2, 3])
    expected = generator_greedy(generator_create(model), prompt, 40).tolist()

    written = generator_greedy(generator_create(model.to("cuda")), prompt.cuda(), 40)

    assert written.tolist() == expected


@pytest.mark.filterwarnings("ignore")
def test_padded_sequences_are_read_as_alone(model: DecoderModel) -> None:
    long, short = torch.randint(0, 97, (9,)), torch.randint(0, 97, (4,))
    both = torch.stack((long, torch.cat((torch.zeros(5, dtype=torch.int64), short))))
    engine = engine_of(model)

    with torch.inference_mode():
        cache = engine.new_cache(2, 16)
        padding = torch.tensor([0, 5])
        first = engine.logits(both[:, :7], cache, padding)
        second = engine.logits(both[:, 7:], cache, padding)
        alone = forward(model, short)

    torch.testing.assert_close(first[1], alone[1], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(second[1], alone[3], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_quantized_models_are_run_as_their_modules_do(scheme: str, tied: bool) -> None:
    model = model_quantize(llama_model({**SIZES, "tie_word_embeddings": tied}), scheme)
    ids = torch.randint(0, 128, (1, 10))
    with torch.no_grad():
        whole = forward(model, ids).float()

    engine = logits_by(model, ids, [6, 1, 3])

    assert (engine - whole).abs().max() < 0.02 * whole.std() + 0.01


@pytest.mark.parametrize("scheme", SCHEMES)
def test_joined_layers_take_no_more_memory(scheme: str) -> None:
    model = model_quantize(llama_model(SIZES), scheme)
    before = memory_size(model)

    engine_of(model)

    storages = {
        tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes()
        for tensor in model.state_dict(keep_vars=True).values()
        if not tensor.is_mkldnn
    }
    assert memory_size(model) == before
    assert sum(storages.values()) <= 1.5 * before or scheme == "packed"


@pytest.mark.parametrize("ending", ["pt", "safetensors"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_models_save_after_they_have_run(scheme: str, ending: str, tmp_path: Path) -> None:
    model = model_quantize(llama_model({**SIZES, "tie_word_embeddings": True}), scheme)
    ids = torch.randint(0, 128, (1, 10))
    before = logits_by(model, ids, [10])
    path = str(tmp_path / f"model.{ending}")

    save_model(model, path)
    loaded = load_model(path)

    torch.testing.assert_close(logits_by(loaded, ids, [10]), before)


@torch.no_grad()
def test_changed_weights_count() -> None:
    model = llama_model(SIZES)
    ids = torch.randint(0, 128, (1, 6))
    before = logits_by(model, ids, [6])

    model.model.norm.weight.mul_(2)  # type: ignore[operator]

    torch.testing.assert_close(logits_by(model, ids, [6]), 2 * before, rtol=1e-4, atol=1e-4)


def test_watched_models_run_through_their_modules() -> None:
    model = llama_model(SIZES)
    handle = model.lm_head.register_forward_hook(lambda module, arguments, output: None)

    assert engine_for(model) is None
    handle.remove()
    assert engine_for(model) is not None


def test_bfloat16_stays_close_to_float32() -> None:
    model = llama_model(SIZES)
    ids = torch.randint(0, 128, (1, 10))
    exact = logits_by(model, ids, [10])

    narrow = logits_by(model.to(torch.bfloat16), ids, [10])

    assert (narrow - exact).abs().max() < 0.03 * exact.std()
