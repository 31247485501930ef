"""The tokenizers inside GGUF files."""

from pathlib import Path

import pytest
import sentencepiece

from torch_lib.errors import ArgumentError
from torch_lib.gguf_tokenizers import gguf_tokenizer
from torch_lib.sentencepiece_tokenizer import train_sentencepiece


def gguf_metadata(**changes: object) -> dict[str, object]:
    metadata: dict[str, object] = {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm",
        "tokenizer.ggml.tokens": ["<|end|>", "a", "b", "ab", "1", "2", "12", "<|begin|>", "Ġ"],
        "tokenizer.ggml.token_type": [3, 1, 1, 1, 1, 1, 1, 3, 1],
        "tokenizer.ggml.merges": ["a b", "1 2"],
        "tokenizer.ggml.eos_token_id": 0,
        "tokenizer.ggml.bos_token_id": 7,
    }
    return {**metadata, **changes}


@pytest.mark.parametrize(("splitting", "numbers"), [("smollm", [4, 5]), ("gpt-2", [6])])
def test_names_how_words_are_split(splitting: str, numbers: list[int]) -> None:
    tokenizer = gguf_tokenizer(gguf_metadata(**{"tokenizer.ggml.pre": splitting}))

    assert tokenizer.encode("ab12") == [3, *numbers]


def test_control_tokens_are_whole_and_silent() -> None:
    tokenizer = gguf_tokenizer(gguf_metadata())

    assert tokenizer.encode("ab<|end|> a") == [3, 0, 8, 1]
    assert tokenizer.decode([3, 0, 8, 1]) == "ab a"
    assert tokenizer.eos_id == 0


def test_asks_for_the_begin_token() -> None:
    tokenizer = gguf_tokenizer(gguf_metadata(**{"tokenizer.ggml.add_bos_token": True}))

    assert tokenizer.encode("ab") == [7, 3]
    assert tokenizer.encode("<|begin|>ab") == [7, 3]


def test_with_an_unknown_way_to_split_is_refused() -> None:
    with pytest.raises(ArgumentError, match='it splits words by "mystery"'):
        gguf_tokenizer(gguf_metadata(**{"tokenizer.ggml.pre": "mystery"}))


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r'its kind is "rwkv" \(known: gpt2, llama\)'):
        gguf_tokenizer(gguf_metadata(**{"tokenizer.ggml.model": "rwkv"}))


CORPUS = "the cat sat on the mat, and the rat sat on the cat\nwhat a cat: that cat sat\n" * 3


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> sentencepiece.SentencePieceProcessor:
    folder: Path = tmp_path_factory.mktemp("llama")
    (folder / "corpus.txt").write_text(CORPUS)
    train_sentencepiece(str(folder / "corpus.txt"), str(folder / "m"), 300)
    return sentencepiece.SentencePieceProcessor(model_file=str(folder / "m.model"))


def sentencepiece_metadata(model: sentencepiece.SentencePieceProcessor) -> dict[str, object]:
    tokens = range(model.get_piece_size())
    return {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": [model.id_to_piece(token) for token in tokens],
        "tokenizer.ggml.scores": [model.get_score(token) for token in tokens],
        "tokenizer.ggml.token_type": [
            3 if model.is_control(token) else 6 if model.is_byte(token) else 1 for token in tokens
        ],
        "tokenizer.ggml.unknown_token_id": 1,
        "tokenizer.ggml.bos_token_id": 2,
        "tokenizer.ggml.eos_token_id": 3,
    }


@pytest.mark.parametrize(
    "text",
    ["the cat sat", "a mat that sat on  two  rats", " spaced ", "unseen: émoji 🚀", "that\nline"],
)
def test_sentencepiece_vocabularies_encode_as_sentencepiece_does(
    reference: sentencepiece.SentencePieceProcessor, text: str
) -> None:
    tokenizer = gguf_tokenizer(sentencepiece_metadata(reference))

    ids = tokenizer.encode(text)

    assert ids == [2, *reference.encode(text)]
    assert tokenizer.decode(ids) == text


def test_sentencepiece_control_tokens_are_whole_and_silent(
    reference: sentencepiece.SentencePieceProcessor,
) -> None:
    tokenizer = gguf_tokenizer(sentencepiece_metadata(reference))

    ids = tokenizer.encode("<s>the cat</s>")

    assert (ids[0], ids[-1]) == (2, 3)
    assert ids.count(2) == 1
    assert tokenizer.decode(ids).strip() == "the cat"
    assert tokenizer.eos_id == 3
