"""Early stopping: end training when what is watched no longer falls."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from torch_lib.display import number_text
from torch_lib.errors import ArgumentError

__all__ = ["EarlyStopping", "early_stopping", "early_stopping_step"]


class EarlyStopping:
    """Counts how long a value has not fallen.

    Args:
        patience: How many values in a row may fail to be a new lowest one.
        min_delta: By how much a value must be lower to count.
    """

    def __init__(self, patience: int, min_delta: float) -> None:
        if patience < 1:
            raise ArgumentError(f"patience must be a positive integer, got {patience}")
        if not 0 <= min_delta < math.inf:
            raise ArgumentError(f"min_delta must not be negative, got {number_text(min_delta)}")
        self.patience, self.min_delta = patience, min_delta
        self.lowest = math.inf
        self.waited = 0

    def step(self, value: float) -> bool:
        """Take ``value`` down; whether training should stop. A nan is no improvement."""
        if value < self.lowest - self.min_delta:
            self.lowest, self.waited = value, 0
        else:
            self.waited += 1
        return self.waited >= self.patience

    def state_dict(self) -> dict[str, Any]:
        """What ``load_state_dict`` needs to go on from here."""
        return {"lowest": self.lowest, "waited": self.waited}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from where ``state`` was taken."""
        self.lowest, self.waited = state["lowest"], state["waited"]

    def summary(self) -> str:
        """The printed line."""
        lowest = "" if self.lowest == math.inf else f", lowest={number_text(self.lowest)}"
        return f"Early Stopping (patience={self.patience}, waited={self.waited}{lowest})"


def early_stopping(patience: int, min_delta: float = 0.0) -> EarlyStopping:
    """A counter that tells when a loss has not fallen for ``patience`` values in a row.

    Args:
        patience: A positive number of values.
        min_delta: By how much a value must be lower than the lowest to count as fallen.

    Raises:
        ArgumentError: A number is out of range.

    Example:
        (torch_early_stopping 3 0.01)
        ; => Early Stopping (patience=3, waited=0)
    """
    return EarlyStopping(patience, min_delta)


def early_stopping_step(stopping: EarlyStopping, value: float) -> bool:
    """Take a value down; whether training should stop.

    Example:
        (setq stopping (torch_early_stopping 2))
        (maplist (lambda (loss) (torch_early_stopping_step stopping loss)) '(0.5 0.4 0.4 0.6))
        ; => (nil nil nil true)
    """
    return stopping.step(value)
