"""A word-based tokenizer that learns its vocabulary while it encodes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from torch_lib.errors import CheckpointError
from torch_lib.text_files import json_map

__all__ = ["SimpleTokenizer", "simple_tokenizer"]

_FORMAT = "torch_lib simple tokenizer"
_SPECIAL = ("<PAD>", "<UNK>", "<START>", "<END>")
_PAD, _UNKNOWN, _START, _END = range(4)
_TOKEN = re.compile(r"[^\W_]+|[^\w\s]|_")
_OPENING = frozenset("([{<«“‘¿¡")
_CLOSING = frozenset(".,;:!?)]}>»”’…%")


class SimpleTokenizer:
    """Lower-case words and single punctuation marks, numbered from 4 in order of appearance.

    Ids 0 to 3 are ``<PAD>``, ``<UNK>``, ``<START>`` and ``<END>``; every encoding lies between the
    last two.
    """

    def __init__(self, words: Sequence[str] = (), frozen: bool = False) -> None:
        self._pieces = [*_SPECIAL, *words]
        self._ids = {piece: token for token, piece in enumerate(self._pieces)}
        self._frozen = frozen
        self._lock = Lock()

    @property
    def vocab_size(self) -> int:
        """How many ids there are by now."""
        return len(self._pieces)

    @property
    def eos_id(self) -> int:
        """The id of ``<END>``."""
        return _END

    def encode(self, text: str) -> list[int]:
        """The ids of ``text``, learning its new words unless frozen."""
        words = _TOKEN.findall(text.lower())
        with self._lock:
            return [_START, *map(self._id_of, words), _END]

    def decode(self, ids: Sequence[int]) -> str:
        """The words, spaced as in prose."""
        text = ""
        for token in ids:
            if token in (_PAD, _START, _END):
                continue
            known = 0 <= token < len(self._pieces)
            piece = self._pieces[token] if known else _SPECIAL[_UNKNOWN]
            joined = not text or piece in _CLOSING or text[-1] in _OPENING
            text += piece if joined else f" {piece}"
        return text

    def token_id(self, piece: str) -> int | None:
        """The id of a word, or None."""
        return self._ids.get(piece, self._ids.get(piece.lower()))

    def id_token(self, token: int) -> str:
        """The word with this id."""
        return self._pieces[token]

    def freeze(self) -> None:
        """Learn no more words."""
        self._frozen = True

    def save(self, path: Path) -> None:
        """Write the vocabulary as JSON."""
        content = {
            "format": _FORMAT,
            "frozen": self._frozen,
            "words": self._pieces[len(_SPECIAL) :],
        }
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> SimpleTokenizer:
        """Read what ``save`` wrote."""
        content = json_map(path)
        words, frozen = content.get("words"), content.get("frozen")
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise CheckpointError(f"{path} is a damaged tokenizer file")
        return cls(words, bool(frozen))

    def summary(self) -> str:
        """The printed line."""
        return f"Simple Tokenizer (vocab size: {self.vocab_size})"

    def _id_of(self, word: str) -> int:
        known = self._ids.get(word)
        if known is not None:
            return known
        if self._frozen:
            return _UNKNOWN
        self._ids[word] = len(self._pieces)
        self._pieces.append(word)
        return self._ids[word]


def simple_tokenizer() -> SimpleTokenizer:
    """A word-based tokenizer with an empty vocabulary that grows as it encodes.

    Example:
        (setq tok (torch_simple_tokenizer))
        (torch_encode tok "Hello, world!")
        ; => [2, 4, 5, 6, 7, 3]
        tok
        ; => Simple Tokenizer (vocab size: 8)
    """
    return SimpleTokenizer()


def is_simple_tokenizer_file(path: Path) -> bool:
    """Whether ``path`` begins as ``SimpleTokenizer.save`` writes."""
    with path.open("rb") as file:
        return _FORMAT.encode() in file.read(100)
