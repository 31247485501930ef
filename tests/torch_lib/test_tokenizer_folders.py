"""Folders whose tokenizer lies in one of many forms, and what lies beside it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.torch_lib.model_files import convert_to_gguf, rank_file
from tests.torch_lib.reference_models import reference_model
from torch_lib.chat import chat_prompt
from torch_lib.errors import ArgumentError, CheckpointError, FileMissing
from torch_lib.pipeline_tokenizer import bpe_tokenizer, train_bpe
from torch_lib.tokenizer_files import load_tokenizer

TEXT = "the cat sat on 1234 mats, don't it? é🚀\n\n  x"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bpe")
    (folder / "corpus.txt").write_text("the cat sat on the mat, 12 34\n" * 3)
    train_bpe(str(folder / "corpus.txt"), str(folder / "tokenizer"), 275)
    return folder


@pytest.fixture
def folder(trained: Path, tmp_path: Path) -> Path:
    shutil.copy(trained / "tokenizer.json", tmp_path / "tokenizer.json")
    return tmp_path


def written_apart(folder: Path, **settings: object) -> None:
    """The vocabulary and the merges in files of their own, as older models have them."""
    content = json.loads((folder / "tokenizer.json").read_text())
    (folder / "vocab.json").write_text(json.dumps(content["model"]["vocab"]))
    merges = "\n".join(" ".join(pair) for pair in content["model"]["merges"])
    (folder / "merges.txt").write_text(f"#version: 0.2\n{merges}\n")
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    (folder / "tokenizer.json").unlink()


@pytest.mark.parametrize("name", ["GPT2Tokenizer", "Qwen2Tokenizer"])
@pytest.mark.filterwarnings("ignore")
def test_vocabulary_and_merges_are_read_as_transformers_does(folder: Path, name: str) -> None:
    transformers = pytest.importorskip("transformers")
    written_apart(folder, tokenizer_class=name, eos_token="<|endoftext|>")
    reference = getattr(transformers, name)(
        vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt")
    )

    tokenizer = load_tokenizer(str(folder))

    assert tokenizer.encode(TEXT) == reference.encode(TEXT)
    assert tokenizer.encode("<|endoftext|>") == [0]
    assert tokenizer.decode(tokenizer.encode(TEXT)) == TEXT


@pytest.mark.parametrize(
    ("settings", "template"),
    [
        ({"chat_template": "one"}, "one"),
        (
            {
                "chat_template": [
                    {"name": "tool_use", "template": "two"},
                    {"name": "default", "template": "three"},
                ]
            },
            "three",
        ),
        ({"chat_template": [{"name": "other", "template": "two"}]}, None),
        ({"chat_template": 7}, None),
        ({}, None),
    ],
)
def test_the_template_is_found(
    folder: Path, settings: dict[str, Any], template: str | None
) -> None:
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))

    assert bpe_tokenizer(str(folder)).chat_template == template


def test_a_template_in_a_file_of_its_own_counts_first(folder: Path) -> None:
    (folder / "chat_template.jinja").write_text("own")

    assert bpe_tokenizer(str(folder)).chat_template == "own"


def test_padding_and_cutting_of_the_file_do_not_count(folder: Path) -> None:
    content = json.loads((folder / "tokenizer.json").read_text())
    content["padding"] = {
        "strategy": {"Fixed": 2**40},
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 0,
        "pad_type_id": 0,
        "pad_token": "<|endoftext|>",
    }
    content["truncation"] = {
        "direction": "Right",
        "max_length": 1,
        "strategy": "LongestFirst",
        "stride": 0,
    }
    (folder / "tokenizer.json").write_text(json.dumps(content))

    tokenizer = bpe_tokenizer(str(folder))

    assert tokenizer.decode(tokenizer.encode(TEXT)) == TEXT


def test_settings_that_contradict_each_other_are_an_error(folder: Path) -> None:
    content = json.loads((folder / "tokenizer.json").read_text())
    content["model"]["continuing_subword_prefix"] = "##########"
    (folder / "tokenizer.json").write_text(json.dumps(content))

    with pytest.raises((CheckpointError, ArgumentError), match="tokenizer"):
        bpe_tokenizer(str(folder)).encode("the cat")


def test_a_file_of_ranks_is_found(tmp_path: Path) -> None:
    rank_file(tmp_path)
    (tmp_path / "tokenizer_config.json").write_text(
        '{"eos_token": "<|eot_id|>", "chat_template": "{{ bos_token }}"}'
    )

    tokenizer = bpe_tokenizer(str(tmp_path))

    assert tokenizer.eos_id == tokenizer.token_id("<|eot_id|>")
    assert chat_prompt(tokenizer, []) == "<|begin_of_text|>"


def test_a_folder_without_one_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="is a folder without a tokenizer"):
        load_tokenizer(str(tmp_path))


def test_the_tokenizer_of_a_gguf_file_opens_alone(tmp_path: Path) -> None:
    def tokenizer(writer: Any) -> None:
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("llama-bpe")
        writer.add_token_list(["a", "b", "ab", "<|end|>", "<|begin|>"])
        writer.add_token_merges(["a b"])
        writer.add_token_types([1, 1, 1, 3, 3])
        writer.add_bos_token_id(4)
        writer.add_eos_token_id(3)
        writer.add_chat_template("{{ bos_token }}{{ eos_token }}")

    convert_to_gguf(reference_model("llama"), tmp_path / "m.gguf", change=tokenizer)

    opened = load_tokenizer(str(tmp_path / "m.gguf"))

    assert opened.encode("ab<|end|>") == [4, 2, 3]
    assert opened.summary() == "BPE Tokenizer (vocab size: 5)"
