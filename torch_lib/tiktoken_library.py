"""Byte-level BPE by ranks, as tiktoken does it (github.com/openai/tiktoken).

A vocabulary names pieces in printable characters: each stands for a byte (GPT-2's spelling) unless
it is a meta-character, which stands for the text that it is mapped to. Of two pieces that may be
merged, those go first that make the piece with the lower id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch_lib.display import value_text
from torch_lib.errors import ArgumentError, KindError
from torch_lib.pipeline_tokenizer import (
    BYTE_SPELLING,
    merges_of,
    spelled,
    split_by,
    tokenizers_package,
)
from torch_lib.tokenizers import check_ids, whole_characters

__all__ = [
    "TiktokenTokenizer",
    "tiktoken_add_meta",
    "tiktoken_create",
    "tiktoken_decode",
    "tiktoken_decode_bytes",
    "tiktoken_decode_single_token_bytes",
    "tiktoken_encode",
    "tiktoken_list_meta",
    "tiktoken_remove_meta",
    "tiktoken_set_space",
    "tiktoken_special_encode",
    "tiktoken_token_byte_values",
    "tiktoken_vocab_size",
]

_SPACE = "Ġ"
_METAS = {_SPACE: " ", "Ċ": "\n", "ĉ": "\t", "č": "\r"}
_BYTES = {character: byte for byte, character in BYTE_SPELLING.items()}


class TiktokenTokenizer:
    """A vocabulary with ranks, special tokens, and the expression that splits text into words.

    Attributes:
        metas: What each meta-character of the vocabulary stands for.
    """

    def __init__(
        self, vocabulary: Mapping[str, int], special: Mapping[str, int], pattern: str
    ) -> None:
        self.metas = dict(_METAS)
        self.special = dict(special)
        self._space = _SPACE
        self._vocabulary = dict(vocabulary)
        self._pattern = pattern
        self._names = {token: piece for piece, token in (self._vocabulary | self.special).items()}
        self._renew()

    @property
    def vocab_size(self) -> int:
        """One more than the highest id, special tokens included."""
        return max(self._names, default=-1) + 1

    def encode(self, text: str) -> list[int]:
        """The ids of ``text``, in which special tokens become theirs."""
        text = whole_characters(text)
        ids: list[int] = self._pipeline.encode(text, add_special_tokens=False).ids
        if not self._complete and self.bytes_of(ids) != text.encode():
            raise ArgumentError("the vocabulary has no piece for some of the text")
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ``ids``; what is no UTF-8 becomes a replacement sign."""
        return self.bytes_of(ids).decode(errors="replace")

    def bytes_of(self, ids: Sequence[int]) -> bytes:
        """The bytes of ``ids``.

        Raises:
            ArgumentError: An id is outside the vocabulary.
        """
        check_ids(self, ids)
        return b"".join(self._pieces.get(token, b"") for token in ids)

    def pieces(self) -> list[bytes]:
        """The bytes of every piece that is not special, sorted."""
        return sorted(self._pieces[token] for token in self._vocabulary.values())

    def token_id(self, piece: str) -> int | None:
        """The id of a piece, as the vocabulary spells it, or None."""
        return self.special.get(piece, self._vocabulary.get(piece))

    def id_token(self, token: int) -> str:
        """The piece with this id, as the vocabulary spells it."""
        return self._names.get(token, "")

    def save(self, path: Path) -> None:
        """Write the pipeline as a ``tokenizer.json``."""
        self._pipeline.save(str(path))

    def summary(self) -> str:
        """The printed line."""
        return f"Tiktoken Tokenizer (vocab size: {self.vocab_size})"

    def set_metas(self, metas: Mapping[str, str]) -> None:
        """Let the characters of the vocabulary stand for other texts from now on."""
        before, self.metas = self.metas, dict(metas)
        try:
            self._renew()
        except ArgumentError:
            self.metas = before
            raise

    def set_space(self, character: str) -> None:
        """Let another character stand for the space."""
        others = {key: text for key, text in self.metas.items() if key != self._space}
        self.set_metas({**others, character: " "})
        self._space = character

    def _renew(self) -> None:
        """Make the pipeline anew; it knows pieces in GPT-2's spelling only."""
        package = tokenizers_package()
        pieces = {
            token: b"".join(self._meaning(character) for character in piece)
            for piece, token in self._vocabulary.items()
        }
        ranks = {piece: token for token, piece in pieces.items()}
        special = {piece: token for piece, token in self.special.items()}
        try:
            pipeline = package.Tokenizer(
                package.models.BPE(
                    vocab={spelled(piece): rank for piece, rank in ranks.items()} | special,
                    merges=[(spelled(left), spelled(right)) for left, right in merges_of(ranks)],
                    ignore_merges=True,
                )
            )
            pipeline.pre_tokenizer = split_by(self._pattern)
        except Exception as error:  # the library raises no narrower class
            raise ArgumentError(f"the vocabulary or the pattern cannot be used: {error}") from error
        pipeline.decoder = package.decoders.ByteLevel()
        pipeline.add_special_tokens(list(special))
        self._pieces = pieces | {token: piece.encode() for piece, token in special.items()}
        self._complete = all(bytes([byte]) in ranks for byte in range(256))
        self._pipeline = pipeline

    def _meaning(self, character: str) -> bytes:
        if character in self.metas:
            return self.metas[character].encode()
        byte = _BYTES.get(character)
        return character.encode() if byte is None else bytes([byte])


def tiktoken_create(
    vocab: Mapping[str, Any], special_tokens: Sequence[Mapping[str, Any]], pattern: str
) -> TiktokenTokenizer:
    """A tokenizer from the parts of a ``tokenizer.json``.

    Args:
        vocab: A map from piece to id.
        special_tokens: Maps with ``content`` and ``id``; other keys are passed over.
        pattern: The regular expression that splits text into words, with Unicode classes,
            possessive repetition and looking ahead.

    Raises:
        ArgumentError: Ids are no integers or not unique, or the pattern is no regular expression.

    Example:
        (use 'lispe_tiktoken)
        (setq special (list {"content":"<end>" "id":4}))
        (tiktoken_create {"h":0 "i":1 "hi":2 "Ġ":3} special "[^ ]+| ")
        ; => Tiktoken Tokenizer (vocab size: 5)
    """
    for piece, token in vocab.items():
        _check_id(f"the piece {value_text(piece)}", token)
    special: dict[str, int] = {}
    for place, entry in enumerate(special_tokens):
        content, token = entry.get("content"), entry.get("id")
        if not isinstance(content, str) or not content:
            raise ArgumentError(f"special token {place} has no content")
        special[content] = _check_id(f"the special token {value_text(content)}", token)
    owners: dict[int, str] = {}
    for piece, token in (*vocab.items(), *special.items()):
        if owners.setdefault(token, piece) != piece:
            pieces = f"{value_text(owners[token])} and {value_text(piece)}"
            raise ArgumentError(f"the pieces {pieces} have the same id {token}")
    return TiktokenTokenizer(vocab, special, pattern)


def tiktoken_encode(tok: TiktokenTokenizer, text: str) -> tuple[int, ...]:
    """The ids of a text, in which special tokens become theirs.

    Raises:
        ArgumentError: The vocabulary has no piece for some of the text.

    Example:
        (use 'lispe_tiktoken)
        (setq tok (tiktoken_create {"h":0 "i":1 "hi":2 "Ġ":3} () "[^ ]+| "))
        (tiktoken_encode tok "hi h")
        ; => (2 3 0)
    """
    return tuple(tok.encode(text))


def tiktoken_decode(tok: TiktokenTokenizer, ids: Sequence[int]) -> str:
    """The text of ids, special tokens included.

    Raises:
        ArgumentError: An id is outside the vocabulary.

    Example:
        (use 'lispe_tiktoken)
        (setq tok (tiktoken_create {"h":0 "i":1 "hi":2 "Ġ":3} () "[^ ]+| "))
        (tiktoken_decode tok '(2 3 0))
        ; => hi h
    """
    return tok.decode(ids)


def tiktoken_special_encode(tok: TiktokenTokenizer, text: str) -> int:
    """The id of a special token, -1 if there is none.

    Example:
        (use 'lispe_tiktoken)
        (setq tok (tiktoken_create {"h":0} (list {"content":"<end>" "id":7}) "[^ ]+"))
        (list (tiktoken_special_encode tok "<end>") (tiktoken_special_encode tok "h"))
        ; => (7 -1)
    """
    return tok.special.get(text, -1)


def tiktoken_vocab_size(tok: TiktokenTokenizer) -> int:
    """One more than the highest id.

    Example:
        (use 'lispe_tiktoken)
        (tiktoken_vocab_size (tiktoken_create {"h":0 "i":1} () "[^ ]+"))
        ; => 2
    """
    return tok.vocab_size


def tiktoken_decode_bytes(tok: TiktokenTokenizer, ids: Sequence[int]) -> tuple[int, ...]:
    """The bytes of ids, each from 0 to 255.

    Raises:
        ArgumentError: An id is outside the vocabulary.

    Example:
        (use 'lispe_tiktoken)
        (tiktoken_decode_bytes (tiktoken_create {"h":0 "i":1} () "[^ ]+") '(0 1))
        ; => (104 105)
    """
    return tuple(tok.bytes_of(ids))


def tiktoken_decode_single_token_bytes(tok: TiktokenTokenizer, id: int) -> tuple[int, ...]:
    """The bytes of one id.

    Raises:
        ArgumentError: The id is outside the vocabulary.

    Example:
        (use 'lispe_tiktoken)
        (tiktoken_decode_single_token_bytes (tiktoken_create {"h":0 "hi":1} () "[^ ]+") 1)
        ; => (104 105)
    """
    return tuple(tok.bytes_of([id]))


def tiktoken_token_byte_values(tok: TiktokenTokenizer) -> list[tuple[int, ...]]:
    """The bytes of every piece that is not special, sorted.

    Example:
        (use 'lispe_tiktoken)
        (tiktoken_token_byte_values (tiktoken_create {"i":0 "hi":1} () "[^ ]+"))
        ; => ((104 105) (105))
    """
    return [tuple(piece) for piece in tok.pieces()]


def tiktoken_set_space(tok: TiktokenTokenizer, text: str) -> bool:
    """Let another character of the vocabulary stand for the space, in place of ``Ġ``.

    Raises:
        ArgumentError: ``text`` is not one character.

    Example:
        (use 'lispe_tiktoken)
        (setq tok (tiktoken_create {"a":0 "▁":1} () "[^ ]+| "))
        (tiktoken_set_space tok "▁")
        (tiktoken_encode tok "a a")
        ; => (0 1 0)
    """
    tok.set_space(_character(text))
    return True


def tiktoken_add_meta(tok: TiktokenTokenizer, meta: str, replacement: str) -> bool:
    """Let a character of the vocabulary stand for a text.

    Raises:
        ArgumentError: ``meta`` is not one character.

    Example:
        (use 'lispe_tiktoken)
        (setq tok (tiktoken_create {"a":0 "☐":1} () "[^ ]+| "))
        (tiktoken_add_meta tok "☐" "tab")
        (tiktoken_decode tok '(0 1))
        ; => atab
    """
    tok.set_metas({**tok.metas, _character(meta): replacement})
    return True


def tiktoken_remove_meta(tok: TiktokenTokenizer, meta: str) -> bool:
    """Let a character stand for its byte, or for itself, again.

    Raises:
        ArgumentError: It is no meta-character.

    Example:
        (use 'lispe_tiktoken)
        (setq tok (tiktoken_create {"a":0} () "[^ ]+"))
        (tiktoken_add_meta tok "a" "b")
        (tiktoken_remove_meta tok "a")
        (tiktoken_decode tok '(0))
        ; => a
    """
    if meta not in tok.metas:
        raise ArgumentError(f"{value_text(meta)} is no meta-character")
    tok.set_metas({key: text for key, text in tok.metas.items() if key != meta})
    return True


def tiktoken_list_meta(
    tok: TiktokenTokenizer, metas: Mapping[str, Any] | None = None
) -> dict[str, str] | bool:
    """The meta-characters as a map; with a map, these are all there are from now on.

    Raises:
        ArgumentError: A key is not one character.

    Example:
        (use 'lispe_tiktoken)
        (setq tok (tiktoken_create {"a":0} () "[^ ]+"))
        (tiktoken_list_meta tok {"☐":"tab"})
        (tiktoken_list_meta tok)
        ; => {"☐":"tab"}
    """
    if metas is None:
        return dict(tok.metas)
    for meta, replacement in metas.items():
        if not isinstance(replacement, str):
            wanted = f"the replacement of {value_text(meta)} must be a string"
            raise KindError(f"{wanted}, got {value_text(replacement)}")
    tok.set_metas({_character(meta): text for meta, text in metas.items()})
    return True


def _check_id(owner: str, token: Any) -> int:
    if not isinstance(token, int) or isinstance(token, bool) or token < 0:
        raise ArgumentError(f"{owner} must have a whole number as id, got {value_text(token)}")
    return token


def _character(text: str) -> str:
    if len(text) != 1:
        raise ArgumentError(f"a meta-character is one character, got {value_text(text)}")
    return text
