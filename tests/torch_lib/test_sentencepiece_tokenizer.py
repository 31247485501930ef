"""Training and using SentencePiece models."""

from pathlib import Path

import pytest

from torch_lib.errors import ArgumentError, CheckpointError, FileMissing, TorchLibWarning
from torch_lib.sentencepiece_tokenizer import sentencepiece_tokenizer, train_sentencepiece
from torch_lib.tokenizer_files import load_tokenizer, save_tokenizer
from torch_lib.tokenizers import Tokenizer, decode, encode, id_token, token_id, vocab_size

THREE_LINES = (
    "Natural language processing is fascinating.\n"
    "Machine learning models require tokenization.\n"
    "SentencePiece provides subword units.\n"
)
PIPELINE = (
    "Natural language processing enables computers to understand text.\n"
    "Machine learning models require sophisticated tokenization systems.\n"
    "SentencePiece provides subword tokenization for modern AI.\n"
    "Deep learning transformers revolutionize language understanding.\n"
    "Tokenization is the foundation of text processing pipelines.\n"
)
DOMAIN = (
    "Technical documentation requires specialized vocabulary handling.\n"
    "Software engineering terminology needs careful tokenization.\n"
    "API documentation contains structured text patterns.\n"
    "Code examples require preserving syntax elements.\n"
)
INSTRUCTIONS = (
    "Instruction: Explain machine learning concepts in simple terms.\n"
    "Response: Machine learning is a type of artificial intelligence...\n"
    "Instruction: Write efficient Python code for data processing.\n"
    "Response: Here's an optimized Python function for data processing...\n"
    "Instruction: Analyze the benefits of renewable energy systems.\n"
    "Response: Renewable energy systems offer multiple advantages...\n"
    "Instruction: Describe modern software development practices.\n"
    "Response: Modern software development emphasizes collaboration...\n"
    "Instruction: Explain quantum computing principles clearly.\n"
    "Response: Quantum computing leverages quantum mechanical phenomena...\n"
)
EXAMPLES = "".join(f"Domain-specific text example {number}\n" for number in (1, 2, 3))
SENTENCE = "Large corpus of text for training the tokenizer model"


def train(folder: Path, corpus: str, size: int, *arguments: object) -> Tokenizer:
    source = folder / "corpus.txt"
    source.write_text(corpus)
    train_sentencepiece(str(source), str(folder / "trained"), size, *arguments)  # type: ignore[arg-type]
    return sentencepiece_tokenizer(str(folder / "trained.model"))


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return train(tmp_path_factory.mktemp("three"), THREE_LINES, 300)


def test_training_names_the_model_and_writes_both_files(tmp_path: Path) -> None:
    source = tmp_path / "corpus.txt"
    source.write_text(THREE_LINES)
    prefix = str(tmp_path / "deep" / "my_model")

    result = train_sentencepiece(str(source), prefix, 300, "bpe")

    assert result == f"Training completed successfully. Model saved as: {prefix}.model"
    assert Path(f"{prefix}.model").is_file()
    pieces = Path(f"{prefix}.vocab").read_text().splitlines()
    assert len(pieces) == 300
    assert pieces[:4] == ["<pad>\t0", "<unk>\t0", "<s>\t0", "</s>\t0"]


def test_summary_gives_the_size(tokenizer: Tokenizer) -> None:
    assert tokenizer.summary() == "SentencePiece Tokenizer (vocab size: 300)"


@pytest.mark.parametrize(
    ("corpus", "size", "reached"),
    [
        (SENTENCE, 8000, 372),
        (DOMAIN, 2000, 650),
        (EXAMPLES, 4000, 335),
        (INSTRUCTIONS, 8000, 892),
    ],
)
def test_too_large_a_size_is_reduced_with_a_warning(
    corpus: str, size: int, reached: int, tmp_path: Path
) -> None:
    expected = f"vocabulary reduced from {size} to {reached} \\(limit of the corpus\\)"
    with pytest.warns(TorchLibWarning, match=expected):
        tokenizer = train(tmp_path, corpus, size)

    assert vocab_size(tokenizer) == reached


@pytest.mark.parametrize(
    "text",
    [
        "Natural language",
        "  double  spaces and a tab\t",
        "unseen: émojis 🚀, こんにちは",
        "two\nlines\n",
        "",
    ],
)
def test_text_decodes_back_exactly(tokenizer: Tokenizer, text: str) -> None:
    assert decode(tokenizer, encode(tokenizer, text)) == text


def test_no_room_for_bytes_makes_unknown_characters_unknown(tmp_path: Path) -> None:
    tokenizer = train(tmp_path, PIPELINE, 200)

    assert vocab_size(tokenizer) == 200
    assert 1 in encode(tokenizer, "🚀").tolist()
    assert decode(tokenizer, encode(tokenizer, "understand text")) == "understand text"


def test_special_ids(tokenizer: Tokenizer) -> None:
    assert [id_token(tokenizer, token) for token in range(4)] == ["<pad>", "<unk>", "<s>", "</s>"]
    assert token_id(tokenizer, "</s>") == 3
    assert token_id(tokenizer, "no such piece") is None
    assert decode(tokenizer, [0, 2, *encode(tokenizer, "units").tolist(), 3]) == "units"


def test_ids_outside_the_vocabulary_are_refused(tokenizer: Tokenizer) -> None:
    expected = r"token id 50256 is outside the vocabulary \(0 \.\. 299\)"
    with pytest.raises(ArgumentError, match=expected):
        decode(tokenizer, [5, 50256])


def test_too_small_a_size_names_the_least(tmp_path: Path) -> None:
    with pytest.raises(
        ArgumentError, match="vocabulary size 10 is too small, this corpus needs at least"
    ) as raised:
        train(tmp_path, THREE_LINES, 10)
    least = int(str(raised.value).rsplit(" ", 1)[1])

    assert vocab_size(train(tmp_path, THREE_LINES, least)) == least
    with pytest.raises(ArgumentError, match=r"^vocabulary size must be positive, got -5$"):
        train_sentencepiece("corpus.txt", str(tmp_path / "small"), -5)


@pytest.mark.parametrize("kind", ["unigram", "char", "word"])
def test_other_kinds_of_model_train(kind: str, tmp_path: Path) -> None:
    size = {"unigram": 40, "char": 33, "word": 15}[kind]

    tokenizer = train(tmp_path, THREE_LINES, size, kind)

    assert decode(tokenizer, encode(tokenizer, "units")) in ("units", " ⁇ ")


def test_unknown_kind_of_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match='must be "bpe" or "unigram", got "foo"'):
        train(tmp_path, THREE_LINES, 300, "foo")


def test_unusable_corpora_are_named(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(FileMissing, match=r"input file not found: absent\.txt"):
        train_sentencepiece("absent.txt", str(tmp_path / "m"))
    with pytest.raises(ArgumentError, match=r"corpus\.txt is empty"):
        train(tmp_path, "\n  \n", 300)
    with pytest.raises(ArgumentError, match="binary is not UTF-8 text"):
        train_sentencepiece(str(tmp_path / "binary"), str(tmp_path / "m"))


def test_special_tokens_are_never_split(tmp_path: Path) -> None:
    options = {"special_tokens": ["<|turn|>"], "byte_fallback": True}

    tokenizer = train(tmp_path, THREE_LINES, 310, "bpe", options)

    turn = token_id(tokenizer, "<|turn|>")
    assert encode(tokenizer, "units<|turn|>units").tolist().count(turn) == 1


def test_unknown_options_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match='unknown key "coverage"'):
        train(tmp_path, THREE_LINES, 300, "bpe", {"coverage": 1.0})


def test_a_comma_in_the_name_is_no_list(tmp_path: Path) -> None:
    source = tmp_path / "one,two.txt"
    source.write_text(THREE_LINES)

    train_sentencepiece(str(source), str(tmp_path / "m"), 300)

    assert vocab_size(sentencepiece_tokenizer(str(tmp_path / "m.model"))) == 300


def test_long_lines_are_not_dropped(tmp_path: Path) -> None:
    line = " ".join(THREE_LINES.split()) * 60

    assert vocab_size(train(tmp_path, line, 300)) == 300


def test_files_that_are_no_model_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.txt").write_text("This is only text.")

    with pytest.raises(FileMissing, match=r"file not found: llama3_tokenizer\.model"):
        sentencepiece_tokenizer("llama3_tokenizer.model")
    with pytest.raises(CheckpointError, match=r"model\.txt is not a SentencePiece model"):
        sentencepiece_tokenizer(str(tmp_path / "model.txt"))


def test_saved_tokenizer_reads_back(tokenizer: Tokenizer, tmp_path: Path) -> None:
    path = str(tmp_path / "copy.model")

    save_tokenizer(tokenizer, path)

    text = "language models"
    assert encode(load_tokenizer(path), text).tolist() == encode(tokenizer, text).tolist()
