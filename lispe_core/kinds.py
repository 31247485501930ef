"""What is surely known of the values of a function's variables: numbers need no slow path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum

from lispe_core.calls import LAMBDA_NAMES, is_lambda
from lispe_core.forms import Symbol, Value


class Kind(IntEnum):
    """Each kind is one of those below it as well."""

    ANY = 0
    NO_TEXT = 1
    NUMBER = 2
    INTEGER = 3
    NATURAL = 4
    """An integer that is not negative."""


Lists = Callable[[Iterable[Value]], Iterable[list[Value]]]

_LAMBDAS = frozenset(map(str, LAMBDA_NAMES))
_CLOSED = frozenset({"+", "-", "*"})
_COUNTS = frozenset({"size", "tally", "count", "ord"})
_ASSIGNMENTS = frozenset({"setq", "setqv", "setq=", "label"})
_MOST_ROUNDS = 8


def literal_kind(value: Value) -> Kind:
    """The kind of a constant."""
    if type(value) is int:
        return Kind.NATURAL if value >= 0 else Kind.INTEGER
    return Kind.NUMBER if type(value) is float else Kind.ANY


def combined(sign: str, kinds: list[Kind]) -> Kind:
    """The kind of an operator's result."""
    lowest = min(kinds)
    if sign in _CLOSED:
        if lowest >= Kind.NUMBER:
            return lowest if sign != "-" else min(lowest, Kind.INTEGER)
        return Kind.NO_TEXT if sign != "+" or kinds[0] >= Kind.NO_TEXT else Kind.ANY
    if sign == "/":
        return Kind.NUMBER if lowest >= Kind.NUMBER else Kind.NO_TEXT
    if sign == "%":  # the dividend's sign is kept
        return kinds[0] if lowest >= Kind.INTEGER else Kind.NO_TEXT
    return Kind.NO_TEXT


def variable_kinds(body: Iterable[Value], lists: Lists, candidates: set[str]) -> dict[str, Kind]:
    """The kinds of the variables among ``candidates`` that hold the same kind throughout.

    Args:
        body: The forms of the function.
        lists: Gives all lists inside of forms, macros expanded.
        candidates: The function's variables, without its parameters.
    """
    assignments = list(_assignments(lists(body), lists))
    kinds = {name: Kind.NATURAL for name in candidates}
    for _ in range(_MOST_ROUNDS):
        found = dict(kinds)
        for name, value in assignments:
            if name in found:
                found[name] = min(found[name], _assigned_kind(value, kinds))
        if found == kinds:
            return {name: kind for name, kind in kinds.items() if kind}
        kinds = found
    return {}


def _assigned_kind(value: Value, kinds: Mapping[str, Kind]) -> Kind:
    return value if isinstance(value, Kind) else kind_of(value, kinds)


def kind_of(form: Value, kinds: Mapping[str, Kind]) -> Kind:
    """The kind of a form's value."""
    if isinstance(form, Symbol):
        return kinds.get(form.name, Kind.ANY)
    if not isinstance(form, list):
        return literal_kind(form)
    if not form or not isinstance(form[0], Symbol):
        return Kind.ANY
    sign = form[0].name
    if sign in _COUNTS:
        return Kind.INTEGER if sign != "ord" else Kind.ANY
    if len(form) > 2 and sign in ("+", "-", "*", "/", "%"):
        return combined(sign, [kind_of(operand, kinds) for operand in form[1:]])
    if sign == "if" and len(form) == 4:
        return min(kind_of(form[2], kinds), kind_of(form[3], kinds))
    return Kind.ANY


def _assignments(forms: Iterable[list[Value]], lists: Lists) -> Iterable[tuple[str, Value]]:
    """Names and the forms, or kinds, of the values they get.

    The parameters of a lambda that assigns something hide variables of the same name there.
    """
    for form in forms:
        head = form[0].name if isinstance(form[0], Symbol) else ""
        if head in _LAMBDAS and is_lambda(form):
            if any(True for _ in _assignments(lists(form[2:]), lists)):
                yield from _unknown(form[1])
        elif head in _ASSIGNMENTS and len(form) == 3:
            if isinstance(form[1], Symbol):
                yield form[1].name, form[2]
            else:
                yield from _unknown(form[1])
        elif head.endswith("=") and len(form) > 2 and isinstance(form[1], Symbol):
            if head[:-1] in ("+", "-", "*", "/", "%"):
                yield form[1].name, [Symbol(head[:-1]), *form[1:]]
            elif head not in ("<=", ">=", "!=", "==", "="):
                yield form[1].name, Kind.ANY
        elif head == "let" and len(form) > 1 and isinstance(form[1], list):
            for pair in form[1]:
                if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], Symbol):
                    yield pair[0].name, pair[1]
        elif head in ("loopcount", "dotimes") and len(form) > 3:
            if isinstance(form[2], Symbol):
                yield form[2].name, _last_count(form[1])
        elif head in ("loop", "whilein", "for", "lloop", "mloop") and len(form) > 1:
            yield from _unknown(form[1])


def _last_count(turns: Value) -> Kind:
    """The kind of a counting variable, which is -1 behind a loop that counts down."""
    return Kind.NATURAL if literal_kind(turns) is Kind.NATURAL else Kind.INTEGER


def _unknown(target: Value) -> Iterable[tuple[str, Value]]:
    targets = target if isinstance(target, list) else [target]
    return [(each.name, Kind.ANY) for each in targets if isinstance(each, Symbol)]
