"""Closing brackets and quotes that come by themselves, and go with their partner."""

from __future__ import annotations

from typing import Literal

from workbench.app import structure
from workbench.app.scanner import CLOSERS, Scanner
from workbench.app.structural_editing import in_text
from workbench.app.structure import Location

QUOTE = '"'
MAY_FOLLOW = frozenset(" \t)]};")


def response(
    scanner: Scanner, place: Location, character: str
) -> Literal["pair", "step over"] | None:
    """What the typing of ``character`` at ``place`` calls for; ``None`` is nothing special."""
    row, column = place
    line = scanner.lines[row].text
    following, before = line[column : column + 1], line[column - 1 : column] if column else ""
    if character == following and _ends_there(scanner, place):
        return "step over"
    if in_text(scanner, place) or (following and following not in MAY_FOLLOW):
        return None
    if character in CLOSERS:
        return "pair"
    starts_string = not before or before.isspace() or before in ",([{'"
    return "pair" if character == QUOTE and starts_string else None


def is_empty_pair(scanner: Scanner, place: Location) -> bool:
    """Whether ``place`` stands between a bracket or quote and its partner, with nothing inside."""
    row, column = place
    pair = scanner.lines[row].text[column - 1 : column + 1] if column else ""
    if pair == QUOTE * 2:
        tokens = scanner.lines[row].tokens
        return any((t.kind, t.start, t.end) == ("string", column - 1, column + 1) for t in tokens)
    return CLOSERS.get(pair[:1]) == pair[1:] and (
        structure.partner(scanner, row, column - 1) == place
    )


def _ends_there(scanner: Scanner, place: Location) -> bool:
    """Whether the character behind ``place`` closes brackets or a string."""
    row, column = place
    line = scanner.lines[row]
    for token in line.tokens:
        if token.end == column + 1 and token.kind in ("close", "string"):
            goes_on = token is line.tokens[-1] and bool(line.after.ending)
            begins_there = token.start == column and not line.before.ending
            return token.kind == "close" or not (goes_on or begins_there)
    return False
