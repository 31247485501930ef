"""What works for every kind of tokenizer."""

import gc
from pathlib import Path

import pytest
import torch

from torch_lib.errors import ArgumentError, CheckpointError, FileMissing, KindError
from torch_lib.pipeline_tokenizer import train_bpe
from torch_lib.simple_tokenizer import SimpleTokenizer, simple_tokenizer
from torch_lib.tokenizer_files import load_tokenizer, save_tokenizer
from torch_lib.tokenizers import (
    Tokenizer,
    decode,
    encode,
    encode_batch,
    encode_file,
    id_token,
    tokenizer_of,
)


@pytest.fixture
def tokenizer() -> SimpleTokenizer:
    made = simple_tokenizer()
    made.encode("one two three")
    return made


def test_tokenizers_fit_the_protocol(tokenizer: SimpleTokenizer) -> None:
    assert isinstance(tokenizer, Tokenizer)


def test_encoding_gives_int64_and_lists_give_lists(tokenizer: SimpleTokenizer) -> None:
    ids = encode(tokenizer, "one three")
    batch = encode(tokenizer, ["one", "two three"])

    assert ids.dtype == torch.int64
    assert ids.tolist() == [2, 4, 6, 3]
    assert [row.tolist() for row in batch] == [[2, 4, 3], [2, 5, 6, 3]]
    assert [row.tolist() for row in encode_batch(tokenizer, ["one"])] == [[2, 4, 3]]


@pytest.mark.parametrize(
    "ids", [torch.tensor([[4], [5]]), [4, 5], torch.tensor([4.0, 5.0]), torch.tensor([[[4, 5]]])]
)
def test_ids_of_any_shape_decode(tokenizer: SimpleTokenizer, ids: torch.Tensor) -> None:
    assert decode(tokenizer, ids) == "one two"


def test_one_id_decodes(tokenizer: SimpleTokenizer) -> None:
    assert decode(tokenizer, 6) == "three"


def test_fractions_are_no_ids(tokenizer: SimpleTokenizer) -> None:
    with pytest.raises(ArgumentError, match="token ids must be integers"):
        decode(tokenizer, torch.tensor([4.5]))
    with pytest.raises(ArgumentError, match="token 1 is not an integer"):
        decode(tokenizer, [4, "five"])  # type: ignore[list-item]


def test_text_must_be_text(tokenizer: SimpleTokenizer) -> None:
    with pytest.raises(KindError, match="must be a string, got 7"):
        encode(tokenizer, ["one", 7])  # type: ignore[list-item]


def test_piece_of_an_unknown_id_is_refused(tokenizer: SimpleTokenizer) -> None:
    with pytest.raises(ArgumentError, match=r"token id 7 is outside the vocabulary \(0 \.\. 6\)"):
        id_token(tokenizer, 7)


def test_a_file_is_encoded_line_by_line(tokenizer: SimpleTokenizer, tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("one\ntwo three\n\none")
    lines: list[list[int]] = []

    count = encode_file(tokenizer, str(path), lambda ids: lines.append(ids.tolist()))

    assert count == 4
    assert lines == [[2, 4, 3], [2, 5, 6, 3], [2, 3], [2, 4, 3]]


def test_a_callback_can_stop_the_reading(tokenizer: SimpleTokenizer, tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("one\n" * 10)

    assert encode_file(tokenizer, str(path), lambda ids: "stop") == 1


def test_missing_files_are_named(tokenizer: SimpleTokenizer) -> None:
    with pytest.raises(FileMissing, match=r"file not found: absent\.txt"):
        encode_file(tokenizer, "absent.txt", print)
    with pytest.raises(FileMissing, match=r"file not found: absent\.json"):
        load_tokenizer("absent.json")


def test_damaged_files_are_refused(tokenizer: SimpleTokenizer, tmp_path: Path) -> None:
    words, binary, folder = tmp_path / "words.json", tmp_path / "binary", tmp_path / "model"
    save_tokenizer(tokenizer, str(words))
    words.write_text(words.read_text()[:-4])
    binary.write_bytes(b"one\n\x80two\n")
    train_bpe(str(words), str(folder / "tokenizer"), 260)
    (folder / "tokenizer_config.json").write_text('{"eos_token":')

    with pytest.raises(CheckpointError, match=r"words\.json is damaged: no JSON"):
        load_tokenizer(str(words))
    with pytest.raises(CheckpointError, match=r"tokenizer_config\.json is damaged: no JSON"):
        load_tokenizer(str(folder))
    with pytest.raises(ArgumentError, match=r"binary is not UTF-8 text$"):
        encode_file(tokenizer, str(binary), lambda ids: None)


def test_ids_remember_their_tokenizer_while_they_live(tokenizer: SimpleTokenizer) -> None:
    from torch_lib import tokenizers

    ids = encode(tokenizer, "one")
    before = len(tokenizers._encoders)

    assert tokenizer_of(ids) is tokenizer
    assert tokenizer_of(ids.clone()) is None
    del ids
    gc.collect()
    assert len(tokenizers._encoders) < before
