"""What is told of a generation while it runs: each token with its text and its probability.

V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from torch_lib.control_tokens import control_piece
from torch_lib.events import TokenChance, TokenGenerated, emit, has_listeners
from torch_lib.sampling import likeliest
from torch_lib.stream_decoder import StreamDecoder
from torch_lib.tokenizers import Tokenizer, readable

__all__ = ["GenerationReport"]


class GenerationReport:
    """What listeners learn of one generation: the first row of it."""

    def __init__(self, tokenizer: Tokenizer | None, alternatives: int) -> None:
        self._tokenizer = tokenizer
        self._alternatives = alternatives
        self._decoder = None if tokenizer is None else StreamDecoder(tokenizer)
        self.tokens = 0
        self.reason = "interrupted"

    def token(self, token: int, logits: Tensor | None) -> TokenGenerated:
        """Tell of a token that was chosen by ``logits``, ``(V,)``."""
        self.tokens += 1
        event = self._described(token, logits if has_listeners() else None)
        emit(event)
        return event

    def _described(self, token: int, logits: Tensor | None) -> TokenGenerated:
        logprob: float | None = None
        chances: tuple[TokenChance, ...] = ()
        if logits is not None:
            logprob, ids, logprobs = likeliest(logits, token, self._alternatives)
            chances = tuple(map(TokenChance, ids, self._texts(ids), logprobs))
        if self._tokenizer is None or self._decoder is None:
            return TokenGenerated(token, "", "", logprob, chances)
        if not readable(self._tokenizer, [token]):
            return TokenGenerated(token, "", "", logprob, chances)
        text = self._decoder.add(token)
        piece = "" if text else control_piece(self._tokenizer, token)
        return TokenGenerated(token, text, piece, logprob, chances)

    def _texts(self, ids: Sequence[int]) -> list[str]:
        """The text of each; nothing for ids that a model has beyond those of its tokenizer."""
        if self._tokenizer is None or self._decoder is None:
            return [""] * len(ids)
        known = readable(self._tokenizer, ids)
        previews = zip(known, self._decoder.previews(known), strict=True)
        texts = {token: text or control_piece(self._tokenizer, token) for token, text in previews}
        return [texts.get(token, "") for token in ids]
