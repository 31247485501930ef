"""Files of models that were made to harm: a sentence, before anything large is allocated."""

import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from tests.torch_lib.model_files import Change, convert_to_gguf
from tests.torch_lib.reference_models import reference_model
from torch_lib.errors import CheckpointError, TorchLibError
from torch_lib.gguf import load_gguf
from torch_lib.hugging_face_files import load_hugging_face
from torch_lib.memory import limited_memory

pytestmark = pytest.mark.filterwarnings("ignore")
SIZES: tuple[Any, ...] = (
    -1,
    0,
    2**24,
    2**31,
    2**40,
    2**63,
    2**70,
    1e300,
    True,
    "x" * 5000,
    [],
    {},
    [[2**40]],
)


@pytest.fixture(autouse=True)
def little_memory() -> Iterator[None]:
    with limited_memory():
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    reference_model("llama").save_pretrained(tmp_path)
    return tmp_path


def refusal(read: Callable[[], object]) -> str:
    """What reading is refused with."""
    with pytest.raises(TorchLibError) as refused:
        read()
    message = str(refused.value)
    assert "\n" not in message
    assert len(message) < 1000
    return message


@pytest.mark.parametrize(
    "name",
    ["vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "head_dim"],
)
def test_absurd_sizes_are_refused(folder: Path, name: str) -> None:
    settings = json.loads((folder / "config.json").read_text())
    for size in SIZES:
        (folder / "config.json").write_text(json.dumps({**settings, name: size}))

        refusal(lambda: load_hugging_face(str(folder)))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("quantization_config", {"quant_method": "fp8"}, 'quantization_config {"quant_method"'),
        ("architectures", ["T5ForConditionalGeneration"], '"T5ForConditionalGeneration" is not'),
        ("architectures", [7], "architecture 7 is not supported"),
        ("rope_parameters", {"rope_type": "longrope"}, 'unknown rope_type "longrope"'),
        ("rope_parameters", {"rope_type": "yarn", "factor": -1}, "factor of at least 1, got -1"),
        ("rope_parameters", {"rope_theta": "x"}, 'theta must be positive, got "x"'),
        ("rms_norm_eps", "x", 'rms_norm_eps must be from 0 up to 1, got "x"'),
        ("rms_norm_eps", [], "rms_norm_eps must be from 0 up to 1, got ()"),
        ("hidden_act", "os.system", 'hidden_act must be "silu", got "os.system"'),
    ],
)
def test_settings_that_are_not_followed_are_refused(
    folder: Path, name: str, value: object, message: str
) -> None:
    settings = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**settings, name: value}))

    assert message in refusal(lambda: load_hugging_face(str(folder)))


def test_json_that_is_too_deep_is_refused(folder: Path) -> None:
    (folder / "config.json").write_text("[" * 100_000)

    assert "nested too deeply" in refusal(lambda: load_hugging_face(str(folder)))


@pytest.mark.parametrize(
    "shard",
    ["../model.safetensors", "/etc/passwd", "..", ".", "a/b.safetensors", "..\\x", "x\0y", ""],
)
def test_shards_lie_in_the_folder(folder: Path, shard: str) -> None:
    (folder / "model.safetensors").unlink()
    index = {"weight_map": {"model.norm.weight": shard}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))

    message = refusal(lambda: load_hugging_face(str(folder)))

    assert "names a file elsewhere" in message or "is a folder without" in message


def test_a_header_that_promises_more_than_the_file_is_refused(folder: Path) -> None:
    header = {"model.norm.weight": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}
    content = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(content)) + content)

    assert "cannot be read" in refusal(lambda: load_hugging_face(str(folder)))


def entry(name: str, shape: tuple[int, ...], encoding: int = 0, offset: int = 0) -> bytes:
    dimensions = struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
    return text(name) + dimensions + struct.pack("<IQ", encoding, offset)


def text(content: str) -> bytes:
    return struct.pack("<Q", len(content)) + content.encode()


def number(name: str, value: int) -> bytes:
    return text(name) + struct.pack("<II", 4, value)


def header(tensors: list[bytes], *settings: bytes, counts: tuple[int, int] | None = None) -> bytes:
    first = struct.pack("<4sIQQ", b"GGUF", 3, *(counts or (len(tensors), len(settings))))
    return first + b"".join((*settings, *tensors)) + bytes(4096)


NESTED = text("deep") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 50_000
HEADERS = {
    "counts": (header([], counts=(2**63, 2**63)), "damaged"),
    "long text": (header([], struct.pack("<Q", 2**62)), "damaged"),
    "long list": (header([], text("a") + struct.pack("<IIQ", 9, 0, 2**62)), "damaged"),
    "deep lists": (header([], NESTED), "damaged"),
    "unknown type": (header([], text("a") + struct.pack("<I", 77)), "damaged"),
    "dimensions": (header([entry("t", (1,) * 9)]), "a tensor has 9 dimensions"),
    "no dimensions": (header([entry("t", ())]), "a tensor has 0 dimensions"),
    "shape": (header([entry("t", (2**40, 2**40))]), "t lies beyond its end"),
    "offset": (header([entry("t", (4,), offset=2**63)]), "t lies beyond its end"),
    "over each other": (
        header([entry("t", (400,)), entry("u", (400,), offset=64)]),
        "u lies over t",
    ),
    "twice": (header([entry("t", (4,)), entry("t", (4,), offset=64)]), '"t" is there twice'),
    "encoding": (header([entry("t", (4,), 999)]), "t has the unknown encoding 999"),
    "rows": (header([entry("t", (33, 2), 2)]), "rows of t have 33 elements, no multiple of the 32"),
    "alignment": (header([], number("general.alignment", 0)), "an alignment of 0 bytes"),
    "architecture": (header([]), "architecture nil is not supported"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_headers_that_lie_are_refused(name: str, tmp_path: Path) -> None:
    content, message = HEADERS[name]
    (tmp_path / "m.gguf").write_bytes(content)

    assert message in refusal(lambda: load_gguf(str(tmp_path / "m.gguf")))


GGUF_SETTINGS: list[tuple[Change, str]] = [
    (lambda w: w.add_uint64("llama.block_count", 2**40), "num_hidden_layers must be at most"),
    (lambda w: w.add_uint64("llama.embedding_length", 2**40), "hidden_size must be at most"),
    (lambda w: w.add_string("llama.attention.head_count", "x"), "num_attention_heads must be"),
    (lambda w: w.add_int32("llama.context_length", -1), "max_position_embeddings must be"),
    (lambda w: w.add_float32("llama.rope.freq_base", float("nan")), "theta must be positive"),
    (
        lambda w: w.add_tensor("rope_freqs.weight", np.zeros(4, np.float32)),
        "rotary scaling needs 4 positive divisors",
    ),
    (lambda w: w.add_uint32("llama.feed_forward_length", 7), "weights do not fit"),
]


@pytest.mark.parametrize(("change", "message"), GGUF_SETTINGS)
def test_gguf_settings_that_lie_are_refused(
    change: Change, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overwritten(writer: Any) -> None:
        monkeypatch.setattr(type(writer), "add_key_value", replacing_add(writer))
        change(writer)

    convert_to_gguf(reference_model("llama"), tmp_path / "m.gguf", change=overwritten)

    assert message in refusal(lambda: load_gguf(str(tmp_path / "m.gguf")))


def replacing_add(writer: Any) -> Callable[..., None]:
    """The writer's own function, which refuses a key that it has; this one replaces it."""
    own = type(writer).add_key_value

    def add(self: Any, key: str, *rest: Any, **named: Any) -> None:
        self.kv_data[0].pop(key, None)
        own(self, key, *rest, **named)

    return add


@pytest.mark.parametrize("name", ["llama", "qwen3", "gpt2"])
def test_changed_headers_are_read_or_refused(name: str, tmp_path: Path) -> None:
    path, random = tmp_path / "m.gguf", Random(name)
    convert_to_gguf(reference_model(name), path)
    content = path.read_bytes()
    values = (0, 1, 3, 2**16, 2**24, 2**31, 2**32 - 1, 2**40, 2**63, 2**64 - 1)

    messages = []
    for _ in range(60):
        changed = bytearray(content)
        place, size = random.randrange(24, 2000), random.choice((4, 8))
        changed[place : place + size] = (random.choice(values) % 2 ** (8 * size)).to_bytes(
            size, "little"
        )
        path.write_bytes(changed)
        try:
            load_gguf(str(path))
        except CheckpointError as error:
            messages.append(str(error))

    assert len(messages) > 20
    assert not any("\n" in message for message in messages)
