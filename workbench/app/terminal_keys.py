"""Keys as a plain terminal sends them, where Textual would read something else."""

from __future__ import annotations

from typing import cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

DIGITS = "0123456789"


def read_alt_digits() -> None:
    """Let alt with a digit arrive as that key.

    It is escape and the digit, as with letters. Textual makes of it the character that a Mac's
    keyboard has there, such as ¡, for the sake of one terminal.
    """
    table = cast("dict[str, object]", ANSI_SEQUENCES_KEYS)
    for digit in DIGITS:
        table.pop(f"\x1b{digit}", None)
