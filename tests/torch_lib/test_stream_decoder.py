"""Text that arrives token by token."""

from pathlib import Path
from random import Random

import pytest

from torch_lib.pipeline_tokenizer import bpe_tokenizer, train_bpe
from torch_lib.sentencepiece_tokenizer import sentencepiece_tokenizer, train_sentencepiece
from torch_lib.simple_tokenizer import simple_tokenizer
from torch_lib.stream_decoder import stream_decoder, stream_decoder_add, stream_decoder_finish
from torch_lib.tokenizers import Tokenizer

TEXT = "one two: naïve 🚀🚀 こんにちは (end)."


@pytest.fixture(scope="module", params=["bytes", "sentencepiece", "words"])
def tokenizer(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Tokenizer:
    folder = tmp_path_factory.mktemp("stream")
    corpus = folder / "corpus.txt"
    corpus.write_text("one two three (one) two: three.\n" * 4)
    if request.param == "bytes":
        train_bpe(str(corpus), str(folder / "tokenizer"), 262)
        return bpe_tokenizer(str(folder))
    if request.param == "sentencepiece":
        train_sentencepiece(str(corpus), str(folder / "m"), 285)
        return sentencepiece_tokenizer(str(folder / "m.model"))
    return simple_tokenizer()


def test_pieces_join_to_the_decoded_text(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode(TEXT)
    decoder = stream_decoder(tokenizer)

    pieces = [decoder.add(token) for token in ids]

    assert "".join(pieces) == tokenizer.decode(ids)
    assert decoder.finish() == ""


def test_no_piece_holds_half_a_character(tokenizer: Tokenizer) -> None:
    decoder = stream_decoder(tokenizer)

    pieces = [decoder.add(token) for token in tokenizer.encode(TEXT)]

    assert not any("�" in piece for piece in pieces)
    assert set("".join(pieces)) <= set(tokenizer.decode(tokenizer.encode(TEXT)))


@pytest.fixture
def bytewise(tmp_path: Path) -> Tokenizer:
    (tmp_path / "corpus.txt").write_text("a")
    train_bpe(str(tmp_path / "corpus.txt"), str(tmp_path / "tokenizer"), 257)
    return bpe_tokenizer(str(tmp_path))


def test_a_character_is_held_until_its_last_byte(bytewise: Tokenizer) -> None:
    decoder = stream_decoder(bytewise)

    assert [stream_decoder_add(decoder, token) for token in bytewise.encode("🚀x")] == [
        "",
        "",
        "",
        "🚀",
        "x",
    ]


def test_an_unfinished_character_is_given_at_the_end(bytewise: Tokenizer) -> None:
    decoder = stream_decoder(bytewise)

    pieces = [decoder.add(token) for token in bytewise.encode("a🚀")[:3]]

    assert pieces == ["a", "", ""]
    assert stream_decoder_finish(decoder) == "�"
    assert stream_decoder_finish(decoder) == ""
    assert [decoder.add(token) for token in bytewise.encode("b")] == ["b"]


def test_bytes_that_are_no_text_are_not_held_for_ever(bytewise: Tokenizer) -> None:
    decoder = stream_decoder(bytewise)
    start_of_a_character = bytewise.encode("🚀")[0]

    pieces = [decoder.add(start_of_a_character) for _ in range(50)]

    assert "".join(pieces) == "�" * 47
    assert stream_decoder_finish(decoder) == "�" * 3


@pytest.mark.parametrize("garbage", range(1, 15))
def test_a_character_behind_bytes_that_are_none_is_whole(bytewise: Tokenizer, garbage: int) -> None:
    decoder = stream_decoder(bytewise)
    character = bytewise.encode("🚀")
    ids = [character[0]] * garbage + character + bytewise.encode("x")

    pieces = [decoder.add(token) for token in ids]

    assert "".join(pieces) == "�" * garbage + "🚀x"


def test_any_tokens_stream_as_they_decode(tokenizer: Tokenizer) -> None:
    """Whatever a model writes, the pieces join to the text of all its tokens."""
    random = Random(0)
    for _ in range(300):
        ids = random.choices(range(tokenizer.vocab_size), k=random.randrange(1, 20))
        decoder = stream_decoder(tokenizer)

        pieces = [decoder.add(token) for token in ids]

        assert "".join(pieces) + decoder.finish() == tokenizer.decode(ids)


def test_control_tokens_give_no_text(bytewise: Tokenizer) -> None:
    decoder = stream_decoder(bytewise)
    end = bytewise.token_id("<|endoftext|>")
    assert end is not None

    assert [decoder.add(token) for token in (end, *bytewise.encode("a"), end)] == ["", "a", ""]
    assert decoder.summary() == "Stream Decoder (BPE Tokenizer (vocab size: 257))"
