"""Tokenizers of published models, against the packages that their makers publish."""

import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sentencepiece

from torch_lib.sentencepiece_tokenizer import sentencepiece_tokenizer
from torch_lib.stream_decoder import stream_decoder
from torch_lib.tokenizer_files import load_tokenizer
from torch_lib.tokenizers import Tokenizer

TEXTS = [
    "",
    "Hello, world! Don't WE'LL I'm",
    "  leading  spaces \n\n\t tabs and trailing  ",
    "Größe naïve façade — “quotes” ﬀ ① ½ Ⅷ",
    "日本語のテキストと漢字。中文，标点！한국어",
    "مرحبا بالعالم हिन्दी में पाठ ไทย",
    "🚀👩‍👩‍👧‍👦🇫🇷 emoji ❤️",
    "def f(x):\n    return x**2 + 1  # λ\n\n\nclass A:\n\tpass\r\n",
    "1234567890 3.14159 1e-5 0x7f",
    "a\u0301 e\u0301 ǆ Ǆ \ufffd \u200b",
    " " * 50 + "x",
]
SCRIPTS = [
    range(32, 127),
    range(0xA0, 0x250),
    range(0x400, 0x500),
    range(0x3040, 0x3100),
    range(0x1F300, 0x1F700),
    range(1, 0xD800),
    range(0xE000, 0x110000),
]


def texts(pieces: Callable[[Random], bytes], count: int = 400) -> Iterator[str]:
    """Texts of every script, and of a tokenizer's pieces, in which bytes are cut anywhere."""
    random = Random(0)
    yield from TEXTS
    for _ in range(count):
        yield "".join(
            chr(random.choice(random.choice(SCRIPTS)))
            if random.random() < 0.85
            else random.choice(["\n", " ", "  ", "\t", "'s", "123"])
            for _ in range(random.randrange(1, 40))
        )
        joined = b"".join(pieces(random) for _ in range(random.randrange(1, 12)))
        yield joined[random.randrange(3) :].decode("utf-8", "replace")


@pytest.fixture(scope="module")
def llama3() -> tuple[Tokenizer, Any]:
    reference = pytest.importorskip("llama_models.llama3.tokenizer")
    path = Path(reference.__file__).parent / "tokenizer.model"
    return sentencepiece_tokenizer(str(path)), reference.Tokenizer(path)


def test_llama3_encodes_as_its_reference_does(llama3: tuple[Tokenizer, Any]) -> None:
    tokenizer, reference = llama3

    for text in texts(
        lambda r: bytes(reference.model.decode_single_token_bytes(r.randrange(128000)))
    ):
        ids = tokenizer.encode(text)

        assert ids == reference.encode(text, bos=True, eos=False), text
        assert tokenizer.decode(ids) == text


def test_llama3_knows_its_control_tokens(llama3: tuple[Tokenizer, Any]) -> None:
    tokenizer, reference = llama3
    text = "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nhi<|eot_id|>"

    expected = reference.encode(text, bos=False, eos=False, allowed_special="all")

    assert tokenizer.encode(text) == expected
    assert tokenizer.vocab_size == reference.n_words
    for piece, token in reference.special_tokens.items():
        assert tokenizer.token_id(piece) == token


@pytest.mark.parametrize("text", ["a\ud800 lone", "x\udcffy", "ok\ud83d\ude80"])
def test_llama3_takes_halves_of_characters_as_its_reference_does(
    llama3: tuple[Tokenizer, Any], text: str
) -> None:
    tokenizer, reference = llama3

    assert tokenizer.encode(text) == reference.encode(text, bos=True, eos=False)


def test_llama3_decodes_any_bytes_as_its_reference_does(llama3: tuple[Tokenizer, Any]) -> None:
    tokenizer, reference = llama3
    random = Random(0)
    for _ in range(500):
        ids = [random.randrange(128000) for _ in range(random.randrange(1, 9))]
        decoder = stream_decoder(tokenizer)

        streamed = "".join(map(decoder.add, ids)) + decoder.finish()

        assert tokenizer.decode(ids) == streamed == reference.decode(ids)


def mistral_models() -> list[Path]:
    if find_spec("mistral_common") is None:
        return []
    import mistral_common

    return sorted((Path(mistral_common.__file__).parent / "data").glob("*.model.*"))


@pytest.mark.parametrize("path", mistral_models(), ids=lambda path: path.suffix)
def test_mistral_encodes_as_its_reference_does(path: Path, tmp_path: Path) -> None:
    from mistral_common.tokens.tokenizers.sentencepiece import SentencePieceTokenizer

    reference = SentencePieceTokenizer(str(path))
    tokenizer = sentencepiece_tokenizer(str(path))
    shutil.copy(path, tmp_path / "tokenizer.model")
    (tmp_path / "tokenizer_config.json").write_text('{"add_bos_token": true}')
    in_folder = load_tokenizer(str(tmp_path))
    words = range(1000, tokenizer.vocab_size)  # behind the control pieces

    def piece(random: Random) -> bytes:
        return tokenizer.id_token(random.choice(words)).replace("▁", " ").encode()

    for text in texts(piece, 150):
        expected = reference.encode(text, bos=False, eos=False)

        assert tokenizer.encode(text) == expected, text
        assert in_folder.encode(text) == [reference.bos_id, *expected], text
        assert tokenizer.decode(expected) == reference._model.decode(expected)
    assert tokenizer.encode("a\ud800") == reference.encode("a\ufffd", bos=False, eos=False)


@pytest.mark.skipif(not mistral_models(), reason="mistral-common is not installed")
def test_control_pieces_in_a_folder_are_whole(tmp_path: Path) -> None:
    (path,) = (path for path in mistral_models() if path.suffix == ".v3")
    shutil.copy(path, tmp_path / "tokenizer.model")
    reference = sentencepiece.SentencePieceProcessor(model_file=str(path))
    tokenizer = load_tokenizer(str(tmp_path))
    begin, end, opens, closes = map(reference.piece_to_id, ("<s>", "</s>", "[INST]", "[/INST]"))

    ids = tokenizer.encode("<s>[INST] Say hello[/INST] Hello</s>")

    asked, answered = reference.encode("Say hello"), reference.encode("Hello")
    assert ids == [begin, opens, *asked, closes, *answered, end]
