"""Files that are cut, scrambled or made up: refused in one sentence, whatever is wrong."""

import contextlib
import json
import pickle
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
import torch

from tests.torch_lib.model_files import rank_file, write_gguf
from torch_lib.checkpoints import load_checkpoint, load_model, save_checkpoint, save_model
from torch_lib.data_loader import data_loader
from torch_lib.decoder import llama_model
from torch_lib.errors import CheckpointError, TorchLibError
from torch_lib.exported_programs import export, load_exported
from torch_lib.hugging_face import hf_load_model, hf_save_model
from torch_lib.layers import linear
from torch_lib.lora import lora_linear
from torch_lib.lora_files import lora_load_adapters, lora_save_adapters
from torch_lib.optimizers import optimizer as optimizer_of
from torch_lib.pipeline_tokenizer import train_bpe
from torch_lib.readers import read_csv, read_jsonl
from torch_lib.sentencepiece_tokenizer import train_sentencepiece
from torch_lib.simple_tokenizer import SimpleTokenizer
from torch_lib.tokenizer_files import load_tokenizer, save_tokenizer
from torch_lib.torchscript import jit_load, jit_save

DAMAGES = 60
SIZES = {
    "vocab_size": 40,
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}


class Format(NamedTuple):
    """How a file comes about, which one of it is damaged, and what then reads it."""

    write: Callable[[Path], object]
    file: str
    read: Callable[[Path], object]


def checkpoint(path: Path) -> None:
    model = linear(3, 2)
    optimizer = optimizer_of(model, 0.1, "adam")
    model(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    save_checkpoint(model, optimizer, 1, str(path))


def resumed(path: Path) -> None:
    model = linear(3, 2)
    load_checkpoint(str(path), model, optimizer_of(model, 0.1, "adam"))


def gguf_with_tokenizer(path: Path) -> None:
    def tokenizer(writer: Any) -> None:
        writer.add_tokenizer_model("gpt2")
        writer.add_token_list([chr(97 + position) for position in range(26)] + ["ab", "cd"] * 7)
        writer.add_token_merges(["a b", "c d"])
        writer.add_token_types([1] * 40)
        writer.add_eos_token_id(0)

    write_gguf(llama_model(SIZES), path, tokenizer)


def folder_with_tokenizer(path: Path) -> None:
    corpus = path.parent / "corpus.txt"
    corpus.write_text("the cat sat on the mat\n")
    train_bpe(str(corpus), str(path.parent / "bpe"), 270)
    hf_save_model(llama_model(SIZES), str(path))
    shutil.move(path.parent / "bpe.json", path / "tokenizer.json")
    settings = {"eos_token": {"content": "<|endoftext|>"}, "chat_template": "{{ messages }}"}
    (path / "tokenizer_config.json").write_text(json.dumps(settings))


def folder_of_shards(path: Path) -> None:
    hf_save_model(llama_model(SIZES), str(path))
    (path / "model.safetensors").rename(path / "part.safetensors")
    placed = {"weight_map": {"model.embed_tokens.weight": "part.safetensors"}}
    (path / "model.safetensors.index.json").write_text(json.dumps(placed))


def sentencepiece(path: Path) -> None:
    corpus = path.parent / "corpus.txt"
    corpus.write_text("the cat sat on the mat\n" * 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        train_sentencepiece(str(corpus), str(path.with_suffix("")), 40)


def simple(path: Path) -> None:
    tokenizer = SimpleTokenizer()
    tokenizer.encode("the cat sat on the mat")
    save_tokenizer(tokenizer, str(path))


def text(content: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(content, encoding="utf-8")


def at(read: Callable[..., object], *others: Callable[[], Any]) -> Callable[[Path], object]:
    return lambda path: read(str(path), *(other() for other in others))


def of_folder(write: Callable[[Path], object], file: str) -> Format:
    """One file of a folder that holds a whole model."""
    return Format(
        lambda path: write(path.parent), file, lambda path: hf_load_model(str(path.parent))
    )


FORMATS = {
    "model": Format(lambda p: save_model(linear(3, 2), str(p)), "model.pt", at(load_model)),
    "model safetensors": Format(
        lambda path: save_model(linear(3, 2), str(path)), "model.safetensors", at(load_model)
    ),
    "checkpoint": Format(checkpoint, "training.pt", resumed),
    "adapters": Format(
        lambda path: lora_save_adapters(lora_linear(8, 8, 2, 4), str(path)),
        "adapters.pt",
        lambda path: lora_load_adapters(lora_linear(8, 8, 2, 4), str(path)),
    ),
    "adapter settings": Format(
        lambda path: lora_save_adapters(lora_linear(8, 8, 2, 4), str(path.parent)),
        "adapters/adapter_config.json",
        lambda path: lora_load_adapters(lora_linear(8, 8, 2, 4), str(path.parent)),
    ),
    "gguf": Format(gguf_with_tokenizer, "model.gguf", at(load_model)),
    "hugging face settings": of_folder(folder_with_tokenizer, "model/config.json"),
    "hugging face weights": of_folder(folder_with_tokenizer, "model/model.safetensors"),
    "hugging face tokenizer": of_folder(folder_with_tokenizer, "model/tokenizer.json"),
    "tokenizer settings": of_folder(folder_with_tokenizer, "model/tokenizer_config.json"),
    "index of shards": of_folder(folder_of_shards, "model/model.safetensors.index.json"),
    "ranks": Format(lambda path: rank_file(path.parent), "tokenizer.model", at(load_tokenizer)),
    "sentencepiece": Format(sentencepiece, "pieces.model", at(load_tokenizer)),
    "simple tokenizer": Format(simple, "words.tok", at(load_tokenizer)),
    "exported program": Format(
        lambda path: export(linear(3, 2), torch.ones(1, 3), str(path)), "net.pt2", at(load_exported)
    ),
    "TorchScript": Format(
        lambda path: jit_save(linear(3, 2), torch.ones(1, 3), str(path)), "net.pt", at(jit_load)
    ),
    "JSON lines": Format(
        text('{"a": [1, "é"]}\n[2, {"b": null}]\n' * 3), "a.jsonl", at(read_jsonl)
    ),
    "CSV": Format(text('a,b\n"one ""and"" more",2\né,4\n'), "a.csv", at(read_csv)),
    "data": Format(
        text('{"ids": [1, 2]}\n{"ids": [3]}\n'),
        "a.jsonl",
        lambda path: list(data_loader(str(path), 2)),
    ),
}


def damaged(content: bytes, random: Random) -> bytes:
    """The content cut, or with some of it changed, gone, repeated or made up."""
    start, end = sorted(random.choices(range(len(content) + 1), k=2))
    few = min(end, start + random.choice((1, 4, 8)))
    match random.randrange(6):
        case 0:
            return content[:start]
        case 1:
            return content[:start] + content[end:]
        case 2:
            return content[:start] + random.randbytes(few - start) + content[few:]
        case 3:
            return (
                content[:start] + bytes([random.choice((0, 255))]) * (few - start) + content[few:]
            )
        case 4:
            return content[:few] + content[start:]
    changed = bytearray(content)
    for _ in range(random.randrange(1, 4)):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.filterwarnings("ignore")
def test_damage_is_told_in_one_sentence(name: str, tmp_path: Path) -> None:
    write, file, read = FORMATS[name]
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    write(path)
    content, random = path.read_bytes(), Random(name)
    read(path)

    refused = 0
    for _ in range(DAMAGES):
        path.write_bytes(damaged(content, random))
        refused += is_refused(read, path)

    assert refused > DAMAGES / 10


def is_refused(read: Callable[[Path], object], path: Path) -> bool:
    """Whether reading ends in an error, which then is a sentence."""
    message = ""
    with contextlib.suppress(TorchLibError):
        try:
            read(path)
        except TorchLibError as error:
            message = str(error)
            raise
        except Exception as error:
            kept = shutil.copy(path, Path(tempfile.mkdtemp()))
            raise AssertionError(f"{type(error).__name__} on reading {kept}") from error
    assert "\n" not in message
    return message != ""


MADE_UP: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**40,
    1e300,
    "x",
    [],
    {},
    [None],
    {"x": [1]},
    torch.ones(2),
)


def spoilt(content: Any) -> Iterator[Any]:
    """The content with each of its parts in turn gone, or something else."""
    if isinstance(content, dict):
        for key, part in content.items():
            rest = {name: value for name, value in content.items() if name != key}
            yield rest
            for changed in (*MADE_UP, *spoilt(part)):
                yield {**rest, key: changed}
    elif isinstance(content, list | tuple) and content:
        for changed in (*MADE_UP, *spoilt(content[0])):
            yield [changed, *content[1:]]


@pytest.mark.parametrize("name", ["model", "checkpoint", "adapters"])
@pytest.mark.filterwarnings("ignore")
def test_archives_of_made_up_content_are_refused(name: str, tmp_path: Path) -> None:
    write, file, read = FORMATS[name]
    path = tmp_path / file
    write(path)
    content = torch.load(path)

    for changed in spoilt(content):
        torch.save(changed, path)
        is_refused(read, path)


JSON = [name for name in FORMATS if "settings" in name or "index" in name]


@pytest.mark.parametrize("name", JSON)
@pytest.mark.filterwarnings("ignore")
def test_made_up_settings_are_refused(name: str, tmp_path: Path) -> None:
    write, file, read = FORMATS[name]
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    write(path)
    content = json.loads(path.read_text())

    for changed in spoilt(content):
        with contextlib.suppress(TypeError):  # tensors are no JSON
            path.write_text(json.dumps(changed))
            is_refused(read, path)


class Harmful:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.mkdir, (self.folder,)


READERS = {name: each.read for name, each in FORMATS.items() if each.file.endswith((".pt", ".pt2"))}


def pickled(value: object, path: Path) -> None:
    path.write_bytes(pickle.dumps(value))


@pytest.mark.parametrize("write", [torch.save, pickled])
@pytest.mark.parametrize("name", READERS)
def test_pickles_run_no_code(name: str, write: Callable[..., object], tmp_path: Path) -> None:
    path, trace = tmp_path / "harmful.pt", tmp_path / "trace"
    for content in (Harmful(trace), {"weights": {"weight": Harmful(trace)}, "format": "torch_lib"}):
        write(content, path)

        with pytest.raises(CheckpointError):
            READERS[name](path)

        assert not trace.exists()


SAVES_FOREVER = """
import sys
import torch
from torch_lib.checkpoints import save_checkpoint
from torch_lib.layers import linear
from torch_lib.optimizers import optimizer

model = linear(500, 500)
for epoch in range(10**9):
    save_checkpoint(model, optimizer(model, 0.1, "adam"), epoch, sys.argv[1])
    print(epoch, flush=True)
"""


def test_a_killed_save_leaves_the_old_file(tmp_path: Path) -> None:
    path, random = tmp_path / "training.pt", Random(0)
    program = [sys.executable, "-c", SAVES_FOREVER, str(path)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        saved = [int(process.stdout.readline()) for _ in range(3)][-1]
        time.sleep(random.random() / 100)
        process.kill()
        saved = max([saved, *map(int, process.stdout)])

    assert load_checkpoint(str(path))["epoch"] in (saved, saved + 1)
