"""Byte-level BPE and WordPiece through the tokenizers library."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.torch_lib.model_files import rank_file
from torch_lib.errors import ArgumentError, CheckpointError, FileMissing, TorchLibWarning
from torch_lib.pipeline_tokenizer import (
    PipelineTokenizer,
    bpe_tokenizer,
    train_bpe,
    train_wordpiece,
)
from torch_lib.sentencepiece_tokenizer import sentencepiece_tokenizer
from torch_lib.tokenizer_files import load_tokenizer, save_tokenizer
from torch_lib.tokenizers import decode, encode, token_id

CORPUS = "the cat sat on the mat, the rat sat on the cat\n" * 3
TEXTS = ["the cat", "  spaces\n\nand lines ", "unseen: émojis 🚀", "<tags> don't 123", ""]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bpe")
    (folder / "corpus.txt").write_text(CORPUS)
    train_bpe(str(folder / "corpus.txt"), str(folder / "tokenizer"), 265)
    return folder


@pytest.mark.parametrize("text", TEXTS)
def test_bytes_decode_back_exactly(trained: Path, text: str) -> None:
    tokenizer = bpe_tokenizer(str(trained / "tokenizer.json"))

    assert decode(tokenizer, encode(tokenizer, text)) == text


def test_training_learns_the_corpus(trained: Path) -> None:
    tokenizer = bpe_tokenizer(str(trained))

    assert tokenizer.summary() == "BPE Tokenizer (vocab size: 265)"
    assert len(encode(tokenizer, "the cat sat on the mat")) < 22


def test_a_size_the_corpus_cannot_fill_is_reduced(trained: Path, tmp_path: Path) -> None:
    with pytest.warns(TorchLibWarning, match="vocabulary reduced from 5000 to 271"):
        train_bpe(str(trained / "corpus.txt"), str(tmp_path / "tokenizer"), 5000)


@pytest.mark.parametrize(("train", "least"), [(train_bpe, 257), (train_wordpiece, 19)])
def test_a_size_that_is_too_small_is_told_with_the_least(
    train: Callable[[str, str, int], str], least: int, tmp_path: Path
) -> None:
    """Bytes, or the characters of the corpus, have to be in it."""
    (tmp_path / "corpus.txt").write_text("the cat sat on the mat")
    corpus, prefix = str(tmp_path / "corpus.txt"), str(tmp_path / "made")

    with pytest.raises(ArgumentError, match=f"{least - 1} is too small, .* at least {least}"):
        train(corpus, prefix, least - 1)

    assert not (tmp_path / "made.json").exists()
    train(corpus, prefix, least)


def test_wordpiece_splits_words_into_parts(tmp_path: Path) -> None:
    (tmp_path / "corpus.txt").write_text(CORPUS)

    result = train_wordpiece([str(tmp_path / "corpus.txt")], str(tmp_path / "wordpiece"), 28)
    tokenizer = load_tokenizer(str(tmp_path / "wordpiece.json"))

    assert (
        result == f"Training completed successfully. Tokenizer saved as: {tmp_path}/wordpiece.json"
    )
    assert decode(tokenizer, encode(tokenizer, "that cat sat")) == "that cat sat"
    assert token_id(tokenizer, "##t") is not None


def test_saved_tokenizer_reads_back(trained: Path, tmp_path: Path) -> None:
    tokenizer = bpe_tokenizer(str(trained))

    save_tokenizer(tokenizer, str(tmp_path / "copy.json"))

    copy = load_tokenizer(str(tmp_path / "copy.json"))
    assert encode(copy, CORPUS).tolist() == encode(tokenizer, CORPUS).tolist()


def test_settings_beside_the_tokenizer_are_read(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_bytes((trained / "tokenizer.json").read_bytes())
    settings = {"eos_token": {"content": "<|endoftext|>"}, "chat_template": "{{ messages }}"}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))

    tokenizer = bpe_tokenizer(str(tmp_path))

    assert tokenizer.eos_id == token_id(tokenizer, "<|endoftext|>") == 0
    assert tokenizer.chat_template == "{{ messages }}"


def test_rank_files_merge_by_rank(tmp_path: Path) -> None:
    tokenizer = sentencepiece_tokenizer(str(rank_file(tmp_path)))

    begin, *ids = encode(tokenizer, "the cat").tolist()

    assert begin == token_id(tokenizer, "<|begin_of_text|>") == 261
    assert ids == [257, 260]
    assert tokenizer.vocab_size == 261 + 256
    for text in TEXTS:
        assert decode(tokenizer, encode(tokenizer, text)) == text


def test_the_begin_token_is_added_once(tmp_path: Path) -> None:
    tokenizer = bpe_tokenizer(str(rank_file(tmp_path)))

    complete = encode(tokenizer, "<|begin_of_text|>the")

    assert complete.tolist() == encode(tokenizer, "the").tolist() == [261, 257]


def test_damaged_rank_file_is_refused(tmp_path: Path) -> None:
    path = rank_file(tmp_path)
    path.write_text(path.read_text() + "half a li")

    with pytest.raises(CheckpointError, match="damaged rank file"):
        bpe_tokenizer(str(path))


def test_ids_outside_the_vocabulary_are_refused(trained: Path) -> None:
    tokenizer: PipelineTokenizer = bpe_tokenizer(str(trained))

    with pytest.raises(ArgumentError, match=r"token id 265 is outside the vocabulary"):
        decode(tokenizer, 265)


def test_files_that_are_no_tokenizer_are_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"a": 1}')

    with pytest.raises(CheckpointError, match=r"other\.json is not a tokenizer file"):
        bpe_tokenizer(str(tmp_path / "other.json"))
    with pytest.raises(FileMissing, match=r"file not found: .*tokenizer\.json"):
        bpe_tokenizer(str(tmp_path))
