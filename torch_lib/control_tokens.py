"""Control tokens, such as the one that ends a turn: decoding gives nothing for them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from torch_lib.tokenizers import Tokenizer

__all__ = ["control_piece", "raw_text"]


def control_piece(tokenizer: Tokenizer, token: int) -> str:
    """How the vocabulary writes ``token`` if it has no text; otherwise nothing."""
    return "" if tokenizer.decode([token]) else tokenizer.id_token(token)


def raw_text(tokenizer: Tokenizer, ids: Sequence[int]) -> str:
    """The text of ``ids`` with control tokens written out."""
    pieces = {token: control_piece(tokenizer, token) for token in set(ids)}
    runs = groupby(ids, key=lambda token: pieces[token])
    return "".join(
        piece * len(list(run)) if piece else tokenizer.decode(list(run)) for piece, run in runs
    )
