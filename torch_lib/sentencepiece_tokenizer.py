"""SentencePiece models: opening, using and training them."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from torch_lib.atomic_files import replacing
from torch_lib.errors import (
    ArgumentError,
    CheckpointError,
    FileMissing,
    MissingPackage,
    TorchLibWarning,
)
from torch_lib.options import check_keys
from torch_lib.text_files import text_lines
from torch_lib.tokenizers import Tokenizer, check_ids, whole_characters

__all__ = ["SentencePieceTokenizer", "sentencepiece_tokenizer", "train_sentencepiece"]

_MODEL_TYPES = ("bpe", "unigram", "char", "word")
_SPECIAL_IDS = {"pad_id": 0, "unk_id": 1, "bos_id": 2, "eos_id": 3}
_BYTES = 256
_WORD_START = "▁"
_STOP = "\x01"
"""A character that no piece begins with, so that nothing before it joins what follows."""
_OPTIONS = {
    "special_tokens": "user_defined_symbols",
    "character_coverage": "character_coverage",
    "normalization": "normalization_rule_name",
    "byte_fallback": "byte_fallback",
    "max_sentence_length": "max_sentence_length",
}


class SentencePieceTokenizer:
    """Subword pieces of a trained SentencePiece model."""

    kind = "sentencepiece_tokenizer"

    def __init__(self, model: bytes) -> None:
        try:
            self._processor = _package().SentencePieceProcessor(model_proto=model)
        except RuntimeError as error:
            raise CheckpointError("not a SentencePiece model") from error
        self._model = model

    @property
    def vocab_size(self) -> int:
        """How many pieces the model has."""
        return int(self._processor.get_piece_size())

    @property
    def eos_id(self) -> int | None:
        """The id of the end-of-sequence piece, if the model has one."""
        token = int(self._processor.eos_id())
        return token if token >= 0 else None

    def encode(self, text: str) -> list[int]:
        """The ids of ``text``, without begin and end pieces."""
        ids: list[int] = self._processor.encode(whole_characters(text))
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ``ids``; begin, end and padding give nothing."""
        check_ids(self, ids)
        return str(self._processor.decode(list(ids)))

    def token_id(self, piece: str) -> int | None:
        """The id of a piece, or None."""
        token = int(self._processor.piece_to_id(piece))
        return token if self._processor.id_to_piece(token) == piece else None

    def id_token(self, token: int) -> str:
        """The piece with this id, ``▁`` standing for a space."""
        return str(self._processor.id_to_piece(token))

    def save(self, path: Path) -> None:
        """Write the model file."""
        path.write_bytes(self._model)

    def summary(self) -> str:
        """The printed line."""
        return f"SentencePiece Tokenizer (vocab size: {self.vocab_size})"


class ConversationTokenizer(SentencePieceTokenizer):
    """A SentencePiece model for texts in which control pieces are written out, as in chats.

    Args:
        model: The content of the model file.
        special: Control pieces by their role, such as ``eos_token``, where they are not the
            model's own.
        chat_template: How conversations are written, in Jinja.
        begins: Whether every encoding begins with the model's begin piece.
    """

    def __init__(
        self,
        model: bytes,
        special: Mapping[str, str] | None = None,
        chat_template: str | None = None,
        begins: bool = True,
    ) -> None:
        super().__init__(model)
        processor = self._processor
        roles = {
            "bos_token": processor.bos_id(),
            "eos_token": processor.eos_id(),
            "unk_token": processor.unk_id(),
        }
        own = {role: self.id_token(token) for role, token in roles.items() if token >= 0}
        self.special = {**own, **(special or {})}
        self.chat_template = chat_template
        self.begin = self.special.get("bos_token") if begins else None
        self._controls = {
            self.id_token(token): token
            for token in range(self.vocab_size)
            if processor.is_control(token)
        }
        written = sorted(map(re.escape, self._controls), key=len, reverse=True)
        self._splitter = re.compile(f"({'|'.join(written)})") if written else None
        self._before_more = len(processor.encode(_STOP))

    @property
    def eos_id(self) -> int | None:
        """The id of the piece that ends a text, if the model has one."""
        return self._controls.get(self.special.get("eos_token", ""))

    def encode(self, text: str) -> list[int]:
        """The ids of ``text``, in which control pieces become theirs, behind the begin piece."""
        text = whole_characters(text)
        ids: list[int] = []
        if self.begin in self._controls and not text.startswith(self.begin):
            ids.append(self._controls[self.begin])
        parts = self._splitter.split(text) if self._splitter else [text]
        for position, part in enumerate(parts):
            if position % 2:
                ids.append(self._controls[part])
            elif position:  # a text that goes on has no blank put in front of it
                ids += self._processor.encode(_STOP + part)[self._before_more :]
            else:
                ids += self._processor.encode(part)
        return ids

    def settings(self) -> dict[str, Any]:
        """What ``tokenizer_config.json`` says beside the model."""
        template = {} if self.chat_template is None else {"chat_template": self.chat_template}
        begins = {"add_bos_token": self.begin is not None, "legacy": False}
        return {"tokenizer_class": "LlamaTokenizer", **begins, **self.special, **template}


def sentencepiece_tokenizer(model_path: str) -> Tokenizer:
    """Open a SentencePiece model file.

    Llama 3 names a file of ranks ``tokenizer.model`` too; such a file is opened as well.

    Example:
        (fwrite "corpus.txt" "low lower lowest new newer newest")
        (torch_train_sentencepiece "corpus.txt" "small" 20)
        (setq tok (torch_sentencepiece_tokenizer "small.model"))
        (torch_decode tok (torch_encode tok "newest low"))
        ; => newest low
    """
    from torch_lib.pipeline_tokenizer import bpe_tokenizer, is_rank_file

    path = Path(model_path)
    if not path.is_file():
        raise FileMissing(f"file not found: {model_path}")
    if is_rank_file(path):
        return bpe_tokenizer(model_path)
    try:
        return SentencePieceTokenizer(path.read_bytes())
    except CheckpointError as error:
        raise CheckpointError(f"{model_path} is not a SentencePiece model") from error


def train_sentencepiece(
    input_file: str,
    model_prefix: str,
    vocab_size: int = 8000,
    model_type: str = "bpe",
    options: Mapping[str, Any] | None = None,
) -> str:
    """Train a SentencePiece model on a text file and write ``<model_prefix>.model`` and ``.vocab``.

    Text decodes back exactly, since white space is kept and nothing is normalised. Characters the
    corpus lacks are spelled in bytes wherever the vocabulary has room for these.

    Args:
        input_file: The corpus, a sentence a line, in UTF-8.
        model_prefix: Where to write, without the ending.
        vocab_size: The size wanted; one that the corpus cannot fill is reduced with a warning.
        model_type: ``"bpe"``, ``"unigram"``, ``"char"`` or ``"word"``.
        options: Any of ``special_tokens`` (a list of pieces never split), ``character_coverage``,
            ``normalization`` (a SentencePiece rule), ``byte_fallback`` and ``max_sentence_length``.

    Returns:
        A sentence that names the model file.

    Example:
        (fwrite "corpus.txt" "low lower lowest new newer newest")
        (torch_train_sentencepiece "corpus.txt" "small" 20)
        ; => Training completed successfully. Model saved as: small.model
        (torch_sentencepiece_tokenizer "small.model")
        ; => SentencePiece Tokenizer (vocab size: 20)
    """
    if model_type not in _MODEL_TYPES:
        raise ArgumentError(f'model type must be "bpe" or "unigram", got "{model_type}"')
    if vocab_size < 1:
        raise ArgumentError(f"vocabulary size must be positive, got {vocab_size}")
    corpus = _Corpus.scan(input_file)
    chosen = _trainer_options(options or {})
    symbols = chosen.get("user_defined_symbols", ())
    room = _BYTES + len(_SPECIAL_IDS) + len(symbols) + len(corpus.characters)
    settings = {
        "character_coverage": 1.0,
        "normalization_rule_name": "identity",
        "byte_fallback": vocab_size >= room,
        "max_sentence_length": corpus.longest_line,
        **chosen,
    }
    model = io.BytesIO()
    try:
        _package().SentencePieceTrainer.train(
            sentence_iterator=corpus.lines(),
            model_writer=model,
            vocab_size=vocab_size,
            model_type=model_type,
            hard_vocab_limit=False,
            remove_extra_whitespaces=False,
            minloglevel=2,
            **_SPECIAL_IDS,
            **settings,
        )
    except (RuntimeError, OSError) as error:
        raise _training_error(error, vocab_size) from error
    tokenizer = SentencePieceTokenizer(model.getvalue())
    _write_model(tokenizer, model_prefix)
    if tokenizer.vocab_size < vocab_size:
        warnings.warn(
            f"vocabulary reduced from {vocab_size} to {tokenizer.vocab_size} (limit of the corpus)",
            TorchLibWarning,
            stacklevel=2,
        )
    return f"Training completed successfully. Model saved as: {model_prefix}.model"


@dataclass(frozen=True)
class _Corpus:
    """A text file, and what one pass over it tells the trainer."""

    path: Path
    characters: frozenset[str]
    longest_line: int

    @classmethod
    def scan(cls, name: str) -> _Corpus:
        path = Path(name)
        if not path.is_file():
            raise FileMissing(f"input file not found: {name}")
        characters: set[str] = set()
        longest = 0
        for line in _lines(path):
            characters.update(line)
            longest = max(longest, len(line.encode()))
        if not characters:
            raise ArgumentError(f"{name} is empty")
        return cls(path, frozenset(characters - {" "} | {_WORD_START}), longest + 1)

    def lines(self) -> Iterator[str]:
        return _lines(self.path)


def _lines(path: Path) -> Iterator[str]:
    return filter(str.strip, text_lines(path))


def _trainer_options(options: Mapping[str, Any]) -> dict[str, Any]:
    check_keys(options, _OPTIONS)
    return {_OPTIONS[key]: value for key, value in options.items() if value is not None}


def _training_error(error: Exception, vocab_size: int) -> ArgumentError:
    minimum = re.search(r"smaller than required_chars\. \d+ vs (\d+)", str(error))
    if minimum:
        return ArgumentError(
            f"vocabulary size {vocab_size} is too small, this corpus needs at least {minimum[1]}"
        )
    return ArgumentError(f"training failed: {error}")


def _write_model(tokenizer: SentencePieceTokenizer, prefix: str) -> None:
    with replacing(Path(f"{prefix}.model")) as temporary:
        tokenizer.save(temporary)
    score = tokenizer._processor.get_score
    pieces = (
        f"{tokenizer.id_token(token)}\t{score(token):g}\n" for token in range(tokenizer.vocab_size)
    )
    Path(f"{prefix}.vocab").write_text("".join(pieces), encoding="utf-8")


def _package() -> ModuleType:
    try:
        import sentencepiece
    except ImportError as error:
        raise MissingPackage(
            "SentencePiece tokenizers need the sentencepiece package (pip install sentencepiece)"
        ) from error
    package: ModuleType = sentencepiece
    return package
