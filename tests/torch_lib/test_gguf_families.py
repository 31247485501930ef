"""Models of every family through GGUF files, against the models they were written from."""

from functools import cache
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch

from tests.torch_lib.model_files import Change, convert_to_gguf
from tests.torch_lib.reference_models import FAMILIES, reference_model
from torch_lib.decoder import DecoderModel
from torch_lib.errors import CheckpointError
from torch_lib.gguf import load_gguf
from torch_lib.gguf_file import GGUFFile
from torch_lib.hugging_face import hf_save_model

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def ids() -> torch.Tensor:
    return torch.randint(0, 97, (2, 11), generator=torch.Generator().manual_seed(1))


def yarn(writer: gguf.GGUFWriter) -> None:
    writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
    writer.add_rope_scaling_factor(4.0)
    writer.add_rope_scaling_orig_ctx_len(16)


def window(size: int) -> Change:
    return lambda writer: writer.add_sliding_window(size)


def llama3_divisors(writer: gguf.GGUFWriter) -> None:
    """As llama.cpp's converter computes them for heads of 64 channels."""
    divisors = []
    for frequency in 500000.0 ** -(np.arange(0, 64, 2) / 64):
        wavelength = 2 * np.pi / frequency
        smooth = np.clip((8192 / wavelength - 1.0) / (4.0 - 1.0), 0.0, 1.0)
        divisors.append(1 / ((1 - smooth) / 8.0 + smooth))
    writer.add_tensor("rope_freqs.weight", np.array(divisors, np.float32))


CASES: dict[str, Change] = {
    "llama": lambda writer: None,
    "tied": lambda writer: None,
    "llama3": llama3_divisors,
    "mistral": window(4),
    "qwen2": lambda writer: None,
    "yarn": yarn,
    "qwen3": lambda writer: None,
    "gpt2": lambda writer: None,
}


def written(name: str, path: Path, encoding: str = "F32") -> Any:
    reference = reference_model(name)
    convert_to_gguf(reference, path, encoding, change=CASES[name])
    return reference


@pytest.mark.parametrize("name", CASES)
def test_logits_equal_those_of_the_model_written(
    name: str, tmp_path: Path, ids: torch.Tensor
) -> None:
    reference = written(name, tmp_path / "m.gguf")

    model = load_gguf(str(tmp_path / "m.gguf")).eval()

    assert model.config.model_type == reference.config.model_type
    with torch.no_grad():
        torch.testing.assert_close(model(ids), reference(ids).logits, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_gguf_returns_to_transformers(name: str, tmp_path: Path, ids: torch.Tensor) -> None:
    reference = written(name, tmp_path / "m.gguf")

    hf_save_model(load_gguf(str(tmp_path / "m.gguf")), str(tmp_path / "folder"))

    again = type(reference).from_pretrained(tmp_path / "folder").eval()
    with torch.no_grad():
        torch.testing.assert_close(again(ids).logits, reference(ids).logits, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["llama", "qwen2", "qwen3", "gpt2"])
def test_transformers_reads_the_same_model(
    name: str, tmp_path: Path, ids: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("accelerate")
    for slow in ("GGUFReader", "get_tensor_name_map"):
        monkeypatch.setattr(gguf, slow, cache(getattr(gguf, slow)))
    written_from = written(name, tmp_path / "m.gguf", "F16")

    model = load_gguf(str(tmp_path / "m.gguf")).eval()

    settings = {"gguf_file": "m.gguf", "config": written_from.config, "dtype": torch.float32}
    theirs = type(written_from).from_pretrained(tmp_path, **settings).eval()
    with torch.no_grad():
        torch.testing.assert_close(model(ids), theirs(ids).logits, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("encoding", ["F16", "BF16", "Q8_0"])
def test_encoded_families_stay_close(encoding: str, tmp_path: Path, ids: torch.Tensor) -> None:
    name = "gpt2-encoded"
    with pytest.MonkeyPatch.context() as changes:
        changes.setitem(
            FAMILIES,
            name,
            ("GPT2", {"n_embd": 64, "n_head": 4, "n_layer": 2, "n_positions": 64, "n_inner": 96}),
        )
        changes.setitem(CASES, name, lambda writer: None)
        reference = written(name, tmp_path / "m.gguf", encoding)

    model = load_gguf(str(tmp_path / "m.gguf")).eval()

    with torch.no_grad():
        ours, theirs = model(ids).softmax(-1), reference(ids).logits.softmax(-1)
    assert (ours - theirs).abs().max() < 0.05
    assert not torch.equal(ours, theirs)


def test_weights_may_have_another_type(tmp_path: Path) -> None:
    written("llama", tmp_path / "m.gguf", "BF16")

    model = load_gguf(str(tmp_path / "m.gguf"), "bfloat16")

    assert {parameter.dtype for parameter in model.parameters()} == {torch.bfloat16}


def test_plain_floats_are_mapped_and_the_file_is_never_changed(tmp_path: Path) -> None:
    written("llama", tmp_path / "m.gguf")
    before = (tmp_path / "m.gguf").read_bytes()
    file = GGUFFile(str(tmp_path / "m.gguf"))

    first, second = file.tensor("output_norm.weight"), file.tensor("output_norm.weight")
    first.fill_(7.0)

    assert first.data_ptr() == second.data_ptr()
    assert (tmp_path / "m.gguf").read_bytes() == before


def test_llama3_scaling_is_recognized(tmp_path: Path) -> None:
    written("llama3", tmp_path / "m.gguf")

    scaling = load_gguf(str(tmp_path / "m.gguf")).config.rope_scaling

    assert (scaling["rope_type"], scaling["factor"]) == ("llama3", 8.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda writer: writer.add_rope_scaling_type(gguf.RopeScalingType.LONGROPE),
            'rotary scaling "longrope" is not supported',
        ),
        (lambda writer: writer.add_expert_count(8), "mixtures of experts are not supported"),
        (
            lambda writer: writer.add_rope_dimension_count(4),
            "llama.rope.dimension_count is 4, heads have 8 channels",
        ),
        (
            lambda writer: writer.add_uint32("general.alignment", 2**30),
            "alignment of 1073741824 bytes",
        ),
        (
            lambda writer: writer.add_tensor("blk.0.attn_rot_embd.weight", np.ones(4, np.float32)),
            "a Llama model has no tensor blk.0.attn_rot_embd.weight",
        ),
    ],
)
def test_what_is_not_supported_is_said(change: Change, message: str, tmp_path: Path) -> None:
    convert_to_gguf(reference_model("llama"), tmp_path / "m.gguf", change=change)

    with pytest.raises(CheckpointError, match=message):
        load_gguf(str(tmp_path / "m.gguf"))


def half(number: float) -> bytes:
    return np.float16(number).tobytes()


def test_four_bit_blocks_of_256_expand() -> None:
    """Q4_K: eight groups of 32, each with a scale and a minimum of six bits."""
    scales = bytes([3] * 4 + [1] * 4 + [(2 << 4) | 5] * 4)  # groups 0-3: 3 and 1; 4-7: 5 and 2
    block = half(0.5) + half(0.25) + scales + bytes([0x71] * 128)

    values = expanded(block, "Q4_K")

    low, high = 0x1, 0x7
    assert values[:32] == [0.5 * 3 * low - 0.25 * 1] * 32
    assert values[32:64] == [0.5 * 3 * high - 0.25 * 1] * 32
    assert values[128:160] == [0.5 * 5 * low - 0.25 * 2] * 32


def test_five_bit_blocks_of_256_expand() -> None:
    """Q5_K: as Q4_K, with the fifth bits apart."""
    scales = bytes([3] * 4 + [1] * 4 + [(2 << 4) | 5] * 4)
    block = half(0.5) + half(0.25) + scales + bytes([0b10] * 32) + bytes([0x71] * 128)

    values = expanded(block, "Q5_K")

    assert values[:32] == [0.5 * 3 * 1 - 0.25] * 32
    assert values[32:64] == [0.5 * 3 * (7 + 16) - 0.25] * 32


def test_six_bit_blocks_of_256_expand() -> None:
    """Q6_K: sixteen groups of 16 with signed scales; values are centred at 32."""
    block = bytes([0x53] * 128) + bytes([0b11100100] * 64) + bytes([2] * 8 + [254] * 8) + half(0.5)

    values = expanded(block, "Q6_K")

    assert values[:32] == [0.5 * 2 * (3 - 32)] * 32
    assert values[32:64] == [0.5 * 2 * (3 + 16 - 32)] * 32
    assert values[64:96] == [0.5 * 2 * (5 + 32 - 32)] * 32
    assert values[128:160] == [0.5 * -2 * (3 - 32)] * 32


def expanded(block: bytes, encoding: str) -> list[float]:
    import tempfile

    kind = gguf.GGMLQuantizationType[encoding]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.gguf"
        writer = gguf.GGUFWriter(path, "llama")
        writer.add_tensor("t", np.frombuffer(block, np.uint8)[None], raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        values: list[float] = GGUFFile(str(path)).tensor("t")[0].tolist()
    return values


def test_models_are_decoders(tmp_path: Path) -> None:
    written("qwen3", tmp_path / "m.gguf")

    model = load_gguf(str(tmp_path / "m.gguf"))

    assert isinstance(model, DecoderModel)
    assert model.summary().startswith("PyTorch Qwen 3 Model (layers=3")
