"""Text to token ids and back, whatever the kind of tokenizer.

``Tokenizer`` is the seam: word-based, SentencePiece and byte-level tokenizers all fit it, and the
functions here serve every one. The kinds live in modules of their own, so that each package is
imported only when its kind is used.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any, Protocol, overload, runtime_checkable

import torch
from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary

from torch_lib.errors import ArgumentError, FileMissing, KindError
from torch_lib.progress_reports import counting
from torch_lib.text_files import text_lines

__all__ = [
    "Tokenizer",
    "decode",
    "encode",
    "encode_batch",
    "encode_file",
    "id_token",
    "token_id",
    "tokenizer_freeze",
    "tokenizer_of",
    "vocab_size",
]


@runtime_checkable
class Tokenizer(Protocol):
    """What turns text into token ids and back."""

    @property
    def vocab_size(self) -> int:
        """How many ids there are."""
        ...

    def encode(self, text: str) -> list[int]:
        """The ids of ``text``."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ``ids``."""
        ...

    def token_id(self, piece: str) -> int | None:
        """The id of one piece, or None if the vocabulary lacks it."""
        ...

    def id_token(self, token: int) -> str:
        """The piece with this id, which is below ``vocab_size``."""
        ...

    def save(self, path: Path) -> None:
        """Write the tokenizer to ``path``, for ``load_tokenizer``."""
        ...

    def summary(self) -> str:
        """One line that describes the tokenizer."""
        ...


@runtime_checkable
class _Growing(Protocol):
    def freeze(self) -> None: ...


_encoders: MutableMapping[Tensor, Tokenizer] = WeakTensorKeyDictionary()


def tag(ids: Tensor, tokenizer: Tokenizer) -> Tensor:
    """Remember, for as long as ``ids`` lives, which tokenizer can read it."""
    _encoders[ids] = tokenizer
    return ids


def tokenizer_of(ids: Tensor) -> Tokenizer | None:
    """The tokenizer that encoded ``ids``, or None for ids of another origin.

    Example:
        (setq ids (torch_encode (torch_simple_tokenizer) "to be"))
        (torch_tokenizer_of ids)
        ; => Simple Tokenizer (vocab size: 6)
        (torch_tokenizer_of (torch_tensor '(1 2 3)))
        ; => nil
    """
    return _encoders.get(ids)


@overload
def encode(tokenizer: Tokenizer, text: str) -> Tensor: ...  # type: ignore[overload-overlap]
@overload
def encode(tokenizer: Tokenizer, text: Sequence[str]) -> list[Tensor]: ...
def encode(tokenizer: Tokenizer, text: str | Sequence[str]) -> Tensor | list[Tensor]:
    """The token ids of ``text``.

    Returns:
        int64 ``(T,)``; for a list of texts, a list of such tensors.

    Example:
        (setq tok (torch_simple_tokenizer))
        (torch_encode tok "to be or not to be")
        ; => [2, 4, 5, 6, 7, 4, 5, 3]
        (torch_encode tok '("to be" "not to be"))
        ; => ([2, 4, 5, 3] [2, 7, 4, 5, 3])
    """
    if isinstance(text, str):
        return _encoded(tokenizer, text)
    return encode_batch(tokenizer, text)


def encode_batch(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Tensor]:
    """The token ids of each text.

    Returns:
        One int64 tensor ``(T,)`` for each.

    Example:
        (setq tok (torch_simple_tokenizer))
        (setq rows (torch_encode_batch tok '("to be" "or not to be")))
        rows
        ; => ([2, 4, 5, 3] [2, 6, 7, 4, 5, 3])
        (torch_shape (torch_pad_sequences rows))
        ; => (2 6)
    """
    return [_encoded(tokenizer, text) for text in texts]


def encode_file(tokenizer: Tokenizer, path: str, callback: Callable[..., Any]) -> int:
    r"""Encode a text file line by line, so that a file of any size fits.

    Args:
        tokenizer: The tokenizer.
        path: A text file in UTF-8.
        callback: Called with the int64 tensor of each line, without its newline. The atom
            ``stop`` as its result ends the reading.

    Returns:
        How many lines were encoded.

    Emits:
        Progress: ``tokenize`` and the file's name, counted in bytes.

    Example:
        (fwrite "poem.txt" "to be\nor not to be\n")
        (setq tok (torch_simple_tokenizer))
        (setq lengths ())
        (torch_encode_file tok "poem.txt" (lambda (ids) (push lengths (size ids))))
        ; => 2
        lengths
        ; => (4 6)
    """
    if not Path(path).is_file():
        raise FileMissing(f"file not found: {path}")
    size, read, lines = Path(path).stat().st_size, 0, 0
    count = counting(f"tokenize {Path(path).name}", size)
    for line in text_lines(path, keep_ends=True):
        lines += 1
        result = callback(_encoded(tokenizer, line.removesuffix("\n").removesuffix("\r")))
        read += len(line.encode())
        count(read)
        if result == "stop":
            break
    count(size)
    return lines


def decode(tokenizer: Tokenizer, tokens: Tensor | Sequence[int] | int) -> str:
    """The text of token ids: a tensor of any shape, a list or a single id.

    Example:
        (setq tok (torch_simple_tokenizer))
        (setq ids (torch_encode tok "Hello, world!"))
        (torch_decode tok ids)
        ; => hello, world!
        (torch_decode tok '(6 5 4))
        ; => world, hello
    """
    return tokenizer.decode(token_list(tokens))


def token_list(tokens: Tensor | Sequence[int] | int) -> list[int]:
    """Token ids as plain integers, in order."""
    if isinstance(tokens, int):
        return [tokens]
    if isinstance(tokens, Tensor):
        flat = tokens.detach().reshape(-1)
        if flat.is_floating_point() and not torch.equal(flat, flat.round()):
            raise ArgumentError("token ids must be integers, got a tensor of fractions")
        return [int(token) for token in flat.tolist()]
    for position, token in enumerate(tokens):
        if not isinstance(token, int):
            raise ArgumentError(f"token {position} is not an integer ({token!r})")
    return list(tokens)


def vocab_size(tokenizer: Tokenizer) -> int:
    """How many token ids the tokenizer has.

    Example:
        (setq tok (torch_simple_tokenizer))
        (torch_vocab_size tok)
        ; => 4
        (torch_encode tok "to be or not to be")
        (torch_vocab_size tok)
        ; => 8
    """
    return tokenizer.vocab_size


def token_id(tokenizer: Tokenizer, piece: str) -> int | None:
    """The id of one piece of the vocabulary, or nil if it is not there.

    Example:
        (setq tok (torch_simple_tokenizer))
        (torch_encode tok "to be")
        (torch_token_id tok "be")
        ; => 5
        (torch_token_id tok "seen")
        ; => nil
    """
    return tokenizer.token_id(piece)


def id_token(tokenizer: Tokenizer, token: int) -> str:
    """The piece of the vocabulary that has this id.

    Example:
        (setq tok (torch_simple_tokenizer))
        (torch_encode tok "to be")
        (torch_id_token tok 5)
        ; => be
    """
    check_ids(tokenizer, [token])
    return tokenizer.id_token(token)


def check_ids(tokenizer: Tokenizer, ids: Sequence[int]) -> None:
    """Refuse ids outside the tokenizer's vocabulary.

    Raises:
        ArgumentError: Naming the first such id.
    """
    size = tokenizer.vocab_size
    for token in ids:
        if not 0 <= token < size:
            raise ArgumentError(f"token id {token} is outside the vocabulary (0 .. {size - 1})")


def readable(tokenizer: Tokenizer, ids: Sequence[int]) -> list[int]:
    """Those of ``ids`` that the tokenizer knows: a model may have more."""
    size = tokenizer.vocab_size
    return [token for token in ids if token < size]


def whole_characters(text: str) -> str:
    """``text`` with halves of characters, which are no Unicode, joined or replaced by ``�``."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def tokenizer_freeze(tokenizer: Tokenizer) -> Tokenizer:
    """Stop a simple tokenizer from learning words: unknown ones become ``<UNK>`` from now on.

    Returns:
        The tokenizer.

    Example:
        (setq tok (torch_simple_tokenizer))
        (torch_encode tok "to be")
        (torch_tokenizer_freeze tok)
        (torch_encode tok "to see")
        ; => [2, 4, 1, 3]
    """
    if not isinstance(tokenizer, _Growing):
        raise KindError("the vocabulary of this tokenizer never grows")
    tokenizer.freeze()
    return tokenizer


def _encoded(tokenizer: Tokenizer, text: str) -> Tensor:
    if not isinstance(text, str):
        raise KindError(f"text to encode must be a string, got {text!r}")
    return tag(torch.tensor(tokenizer.encode(text), dtype=torch.int64), tokenizer)
