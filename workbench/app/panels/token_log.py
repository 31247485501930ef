"""The tokens of a text that a model writes, in columns."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable

from torch_lib.events import TokenChance, TokenGenerated


class TokenLog:
    """Tokens in the order in which they came.

    They are kept as numbers, strings and tuples of those, which Python's search for garbage passes
    over: as objects, with their alternatives, those of a long text would stop it for 50 ms.

    Attributes:
        numbers: The number of each token in its vocabulary.
        texts: The text of each.
        pieces: How the vocabulary writes each that is a control token.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.pieces: list[str] = []
        self.numbers = array("q")
        self._logprobs = array("d")
        self._alternatives: list[tuple[tuple[int, str, float], ...]] = []

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, place: int) -> TokenGenerated:
        logprob = self._logprobs[place]
        return TokenGenerated(
            self.numbers[place],
            self.texts[place],
            self.pieces[place],
            None if math.isnan(logprob) else logprob,
            tuple(TokenChance(*chance) for chance in self._alternatives[place]),
        )

    def extend(self, tokens: Iterable[TokenGenerated]) -> None:
        """Append tokens."""
        for token in tokens:
            self.texts.append(token.text)
            self.pieces.append(token.piece)
            self.numbers.append(token.token)
            self._logprobs.append(math.nan if token.logprob is None else token.logprob)
            chances = [(one.token, one.text, one.logprob) for one in token.alternatives]
            self._alternatives.append(tuple(chances))

    def forget(self, count: int) -> None:
        """Drop the oldest tokens."""
        for column in (
            self.texts,
            self.pieces,
            self.numbers,
            self._logprobs,
            self._alternatives,
        ):
            del column[:count]
