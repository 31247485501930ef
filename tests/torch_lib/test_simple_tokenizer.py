"""The word-based tokenizer of the manual's examples."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from torch_lib.errors import KindError
from torch_lib.simple_tokenizer import simple_tokenizer
from torch_lib.tokenizer_files import load_tokenizer, save_tokenizer
from torch_lib.tokenizers import decode, encode, id_token, token_id, tokenizer_freeze, vocab_size


def test_ids_count_from_four_in_order_of_appearance() -> None:
    tokenizer = simple_tokenizer()

    ids = encode(tokenizer, "Hello world! This is a test.")

    assert ids.tolist() == [2, 4, 5, 6, 7, 8, 9, 10, 11, 3]
    assert encode(tokenizer, "a HELLO").tolist() == [2, 9, 4, 3]


def test_decoding_spaces_words_as_prose() -> None:
    tokenizer = simple_tokenizer()
    text = "Hello world! (This, says he, is a [small] test.)"

    assert decode(tokenizer, encode(tokenizer, text)) == text.lower()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("snake_case", ["snake", "_", "case"]),
        ("naïve ÉTÉ 数 42", ["naïve", "été", "数", "42"]),
        ("a--b", ["a", "-", "-", "b"]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_words_are_unicode_words_and_marks_stand_alone(text: str, words: list[str]) -> None:
    tokenizer = simple_tokenizer()

    ids = encode(tokenizer, text).tolist()

    assert [id_token(tokenizer, token) for token in ids[1:-1]] == words


def test_vocabulary_grows_until_it_is_frozen() -> None:
    tokenizer = simple_tokenizer()
    assert vocab_size(tokenizer) == 4
    assert tokenizer.summary() == "Simple Tokenizer (vocab size: 4)"

    encode(tokenizer, "one two")
    tokenizer_freeze(tokenizer)

    assert encode(tokenizer, "two three").tolist() == [2, 5, 1, 3]
    assert vocab_size(tokenizer) == 6
    assert decode(tokenizer, [5, 1, 99]) == "two <UNK> <UNK>"


def test_special_ids_have_names_and_decode_to_nothing() -> None:
    tokenizer = simple_tokenizer()

    assert [token_id(tokenizer, piece) for piece in ("<PAD>", "<UNK>", "<START>", "<END>")] == [
        0,
        1,
        2,
        3,
    ]
    assert token_id(tokenizer, "absent") is None
    assert decode(tokenizer, [2, 0, 0, 3]) == ""


def test_saved_tokenizer_reads_back(tmp_path: Path) -> None:
    tokenizer = simple_tokenizer()
    ids = encode(tokenizer, "Grüße an alle!")
    tokenizer_freeze(tokenizer)
    path = str(tmp_path / "deep" / "words.json")

    save_tokenizer(tokenizer, path)
    loaded = load_tokenizer(path)

    assert encode(loaded, "Grüße an alle!").tolist() == ids.tolist()
    assert encode(loaded, "unseen").tolist() == [2, 1, 3]


def test_threads_give_every_word_one_id() -> None:
    tokenizer = simple_tokenizer()
    words = [f"w{number}" for number in range(300)]
    workers = [
        threading.Thread(target=encode, args=(tokenizer, " ".join(words[start:] + words[:start])))
        for start in range(0, 300, 50)
    ]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert vocab_size(tokenizer) == 304
    assert len({token_id(tokenizer, word) for word in words}) == 300


def test_freezing_concerns_growing_vocabularies_only() -> None:
    with pytest.raises(KindError, match="never grows"):
        tokenizer_freeze(FixedTokenizer())


class FixedTokenizer:
    """A tokenizer of single characters."""

    vocab_size = 128

    def encode(self, text: str) -> list[int]:
        return [ord(character) for character in text]

    def decode(self, ids: Sequence[int]) -> str:
        return "".join(map(chr, ids))

    def token_id(self, piece: str) -> int | None:
        return ord(piece)

    def id_token(self, token: int) -> str:
        return chr(token)

    def save(self, path: Path) -> None:
        path.write_text("")

    def summary(self) -> str:
        return "Fixed Tokenizer"
