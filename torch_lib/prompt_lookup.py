"""Guessing what a model writes next from what followed the same tokens before.

Texts repeat themselves: names, quotations, code that is changed in one place. A model checks
several guesses in about the time in which it reads one token (prompt lookup decoding, Saxena 2023;
after speculative decoding, Leviathan et al. 2022, arXiv:2211.17192).
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["PromptLookup"]

ALIKE = (3, 2)
"""How many last tokens have to have stood before, tried in this order."""


class PromptLookup:
    """The tokens of a text, and where each few of them stood last."""

    def __init__(self, tokens: Iterable[int]) -> None:
        self._tokens: list[int] = []
        self._following: dict[tuple[int, ...], int] = {}
        for token in tokens:
            self.add(token)

    def add(self, token: int) -> None:
        """One more token of the text."""
        for size in ALIKE:
            if len(self._tokens) >= size:
                self._following[tuple(self._tokens[-size:])] = len(self._tokens)
        self._tokens.append(token)

    def draft(self, count: int) -> list[int]:
        """Up to ``count`` tokens that followed the last ones before; none if they are new."""
        for size in ALIKE:
            start = self._following.get(tuple(self._tokens[-size:]))
            if start is not None and count > 0:
                period = len(self._tokens) - start
                return [self._tokens[start + place % period] for place in range(count)]
        return []
