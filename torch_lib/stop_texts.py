"""Texts that end what is written, watched in each sequence of a batch.

B sequences.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from torch_lib.stream_decoder import StreamDecoder
from torch_lib.tokenizers import Tokenizer

__all__ = ["StopTexts"]


class StopTexts:
    """Which of ``rows`` sequences have written one of ``texts``.

    Attributes:
        ended: bool ``(B,)``.
        counts: How many new tokens each sequence has up to what ended it, int64 ``(B,)``.
    """

    def __init__(self, texts: Sequence[str], tokenizer: Tokenizer, rows: int) -> None:
        self._texts = texts
        self._kept = max(map(len, texts)) - 1  # characters that may begin a text
        self._decoders = [StreamDecoder(tokenizer) for _ in range(rows)]
        self._tails = [""] * rows
        self.ended = torch.zeros(rows, dtype=torch.bool)
        self.counts = torch.zeros(rows, dtype=torch.int64)

    def add(self, tokens: Sequence[int]) -> None:
        """One more token of each sequence; those of ended ones are none."""
        self.counts += ~self.ended
        for row, token in enumerate(tokens):
            if self.ended[row]:
                continue
            text = self._tails[row] + self._decoders[row].add(token)
            self.ended[row] = any(one in text for one in self._texts)
            self._tails[row] = text[len(text) - self._kept :] if len(text) > self._kept else text

    def whole(self, ids: Tensor, row: int, prompt_length: int) -> Tensor:
        """A sequence ``(T,)`` without what fills it up after the token that ended it."""
        return ids[: prompt_length + int(self.counts[row])] if self.ended[row] else ids
