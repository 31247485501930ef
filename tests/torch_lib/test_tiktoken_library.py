"""Tokenizers by ranks, against the tiktoken package."""

import json
from pathlib import Path
from typing import Any

import pytest

from torch_lib.chat import chat_format
from torch_lib.errors import ArgumentError, KindError
from torch_lib.pipeline_tokenizer import BYTE_SPELLING, train_bpe
from torch_lib.tiktoken_library import (
    TiktokenTokenizer,
    tiktoken_add_meta,
    tiktoken_create,
    tiktoken_decode,
    tiktoken_decode_bytes,
    tiktoken_decode_single_token_bytes,
    tiktoken_encode,
    tiktoken_list_meta,
    tiktoken_remove_meta,
    tiktoken_set_space,
    tiktoken_special_encode,
    tiktoken_token_byte_values,
    tiktoken_vocab_size,
)
from torch_lib.tokenizer_files import load_tokenizer, save_tokenizer
from torch_lib.tokenizers import Tokenizer, decode, encode

PATTERNS = {
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
    "llama3": (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
    "cl100k": (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
        r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
    ),
}
TEXTS = [
    "Hello world, it's the cat's 12345 mats!",
    "  two spaces\n\n\tand lines \r\n ",
    "Übergrößen, naïve café, 東京タワー, Привет, مرحبا",
    "emoji 👩‍🚀🚀 and <tags> == != {}[]",
    "def f(x):\n    return x ** 2  # code\n",
    "",
]
SPECIAL = [{"content": "<|start|>", "id": 700}, {"content": "<|end|>", "id": 701, "special": True}]


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    folder = tmp_path_factory.mktemp("ranks")
    (folder / "corpus.txt").write_text("the cat sat on the mat, it's the cat's mat\n" * 9)
    with pytest.warns(UserWarning, match="reduced"):
        train_bpe(str(folder / "corpus.txt"), str(folder / "bpe"), 600)
    pieces: dict[str, int] = json.loads((folder / "bpe.json").read_text())["model"]["vocab"]
    return {piece: token for piece, token in pieces.items() if piece != "<|endoftext|>"}


@pytest.fixture
def tok(vocabulary: dict[str, int]) -> TiktokenTokenizer:
    return tiktoken_create(vocabulary, SPECIAL, PATTERNS["llama3"])


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("text", TEXTS)
def test_ids_equal_tiktoken(vocabulary: dict[str, int], pattern: str, text: str) -> None:
    tiktoken = pytest.importorskip("tiktoken")
    byte_of = {character: byte for byte, character in BYTE_SPELLING.items()}
    ranks = {bytes(map(byte_of.__getitem__, piece)): rank for piece, rank in vocabulary.items()}
    special = {entry["content"]: entry["id"] for entry in SPECIAL}
    reference = tiktoken.Encoding(
        "test", pat_str=PATTERNS[pattern], mergeable_ranks=ranks, special_tokens=special
    )
    tok = tiktoken_create(vocabulary, SPECIAL, PATTERNS[pattern])
    marked = f"<|start|>{text}<|end|>"

    assert list(tiktoken_encode(tok, text)) == reference.encode(text)
    assert list(tiktoken_encode(tok, marked)) == reference.encode(marked, allowed_special="all")
    assert tiktoken_decode(tok, tiktoken_encode(tok, marked)) == marked
    assert tiktoken_vocab_size(tok) == reference.n_vocab
    assert [bytes(piece) for piece in tiktoken_token_byte_values(tok)] == sorted(ranks)


def test_special_tokens(tok: TiktokenTokenizer) -> None:
    assert tiktoken_special_encode(tok, "<|end|>") == 701
    assert tiktoken_special_encode(tok, "the") == -1


def test_bytes(tok: TiktokenTokenizer) -> None:
    ids = tiktoken_encode(tok, "é the")

    assert bytes(tiktoken_decode_bytes(tok, ids)) == "é the".encode()
    assert bytes(tiktoken_decode_single_token_bytes(tok, ids[0])) == b"\xc3"
    assert tiktoken_decode(tok, [ids[0]]) == "\N{REPLACEMENT CHARACTER}"
    with pytest.raises(ArgumentError, match=r"token id 702 is outside the vocabulary \(0 \.\. 701"):
        tiktoken_decode(tok, [702])


def test_it_works_where_tokenizers_do(tok: TiktokenTokenizer, tmp_path: Path) -> None:
    assert isinstance(tok, Tokenizer)
    ids = encode(tok, "the cat<|end|>")

    assert decode(tok, ids) == "the cat<|end|>"
    save_tokenizer(tok, str(tmp_path / "tok.json"))
    assert (
        encode(load_tokenizer(str(tmp_path / "tok.json")), "the cat").tolist() == ids[:-1].tolist()
    )


def test_meta_characters(tok: TiktokenTokenizer) -> None:
    assert tiktoken_list_meta(tok) == {"Ġ": " ", "Ċ": "\n", "ĉ": "\t", "č": "\r"}
    plain = tiktoken_encode(tok, "a b")

    tiktoken_add_meta(tok, "Ġ", "_")
    assert tiktoken_decode(tok, plain) == "a_b"
    tiktoken_remove_meta(tok, "Ġ")
    assert tiktoken_decode(tok, plain) == "a b"
    with pytest.raises(ArgumentError, match='"Ġ" is no meta-character'):
        tiktoken_remove_meta(tok, "Ġ")
    assert tiktoken_list_meta(tok, {"a": "A"}) is True
    assert tiktoken_list_meta(tok) == {"a": "A"}
    with pytest.raises(ArgumentError, match='a meta-character is one character, got "ab"'):
        tiktoken_add_meta(tok, "ab", "c")
    with pytest.raises(KindError, match='the replacement of "a" must be a string, got 3'):
        tiktoken_list_meta(tok, {"a": 3})


def test_another_sign_for_the_space() -> None:
    pieces = {chr(letter): letter - 97 for letter in range(97, 123)} | {"▁": 26, "▁a": 27}
    tok = tiktoken_create(pieces, [], " ?[a-z]+")
    with pytest.raises(ArgumentError, match="no piece for some of the text"):
        tiktoken_encode(tok, "b a")

    tiktoken_set_space(tok, "▁")

    assert tiktoken_encode(tok, "b a") == (1, 27)
    assert tiktoken_decode(tok, [1, 27]) == "b a"


@pytest.mark.parametrize(
    ("vocabulary", "special", "pattern", "message"),
    [
        ({"a": "x"}, [], ".", 'the piece "a" must have a whole number as id, got "x"'),
        ({"a": 0}, [{"id": 3}], ".", "special token 0 has no content"),
        ({"a": 0}, [{"content": "b"}], ".", 'special token "b" must have a whole number as id'),
        ({"a": 0, "b": 0}, [], ".", 'the pieces "a" and "b" have the same id 0'),
        ({"a": 0}, [{"content": "b", "id": 0}], ".", '"a" and "b" have the same id 0'),
        ({"a": 0}, [], "(", "the vocabulary or the pattern cannot be used"),
    ],
)
def test_wrong_parts_are_named(
    vocabulary: dict[str, Any], special: list[dict[str, Any]], pattern: str, message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        tiktoken_create(vocabulary, special, pattern)


def test_the_form_of_llama_3(vocabulary: dict[str, int]) -> None:
    names = ("begin_of_text", "start_header_id", "end_header_id", "eot_id")
    special = [{"content": f"<|{name}|>", "id": 700 + at} for at, name in enumerate(names)]
    tok = tiktoken_create(vocabulary, special, PATTERNS["llama3"])
    messages = [{"role": "system", "content": " Be kind. "}, {"role": "user", "content": "Hi"}]

    assert chat_format(tok, messages) == (
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    )
    with pytest.raises(ArgumentError, match="message 0 must be a map with role and content"):
        chat_format(tok, [{"role": "user"}])
    with pytest.raises(ArgumentError, match=r"the tokenizer has no <\|begin_of_text\|>"):
        chat_format(tiktoken_create(vocabulary, [], "."), messages)
