"""Macros: substitution of matched operands into a body."""

from __future__ import annotations

from collections.abc import KeysView

from lispe_core.errors import LispError
from lispe_core.forms import DictionaryForm, LispList, Symbol, Value, same_form

_REST = Symbol("$")
_QUOTE = Symbol("quote")


class Macros:
    """The macros of a program, by name: a name may have several definitions."""

    def __init__(self) -> None:
        self._definitions: dict[str, list[tuple[list[Value], Value]]] = {}

    @property
    def names(self) -> KeysView[str]:
        """The names of the macros at any time."""
        return self._definitions.keys()

    def define(self, name: str, pattern: list[Value], body: list[Value]) -> None:
        """Add a definition; one with the same pattern is replaced."""
        form = body[0] if len(body) == 1 else LispList([Symbol("block"), *body])
        definitions = self._definitions.setdefault(name, [])
        definitions[:] = [known for known in definitions if not same_form(known[0], pattern)]
        definitions.append((pattern, _without_places(form)))

    def forget(self, name: str) -> None:
        """Remove all definitions of a macro."""
        self._definitions.pop(name, None)

    def expand(self, name: str, form: list[Value]) -> Value:
        """The body of the first definition that matches the operands of ``form``."""
        for pattern, body in self._definitions[name]:
            bound: dict[Symbol, Value] = {}
            if _matches(pattern, form[1:], bound):
                return _substituted(body, bound)
        raise LispError(f"cannot apply this macro: {name}")


def _matches(pattern: list[Value], operands: list[Value], bound: dict[Symbol, Value]) -> bool:
    for index, part in enumerate(pattern):
        if part is _REST and index == len(pattern) - 2:
            bound[pattern[index + 1]] = _Spliced(operands[index:])
            return True
        if index >= len(operands) or not _matches_one(part, operands[index], bound):
            return False
    return len(operands) == len(pattern)


def _matches_one(part: Value, operand: Value, bound: dict[Symbol, Value]) -> bool:
    if isinstance(part, Symbol):
        if part in bound:
            return bool(bound[part] == operand)
        bound[part] = operand
        return True
    if isinstance(part, list):
        if len(part) == 2 and part[0] is _QUOTE:
            return bool(operand == part[1])
        return isinstance(operand, list) and _matches(part, operand, bound)
    return bool(operand == part)


class _Spliced:
    """The operands that ``$`` took."""

    def __init__(self, forms: list[Value]) -> None:
        self.forms = forms


def _substituted(body: Value, bound: dict[Symbol, Value]) -> Value:
    if isinstance(body, Symbol):
        value = bound.get(body, body)
        return LispList(value.forms) if isinstance(value, _Spliced) else value
    if isinstance(body, DictionaryForm):
        entries = [
            (_substituted(key, bound), _substituted(value, bound)) for key, value in body.entries
        ]
        return DictionaryForm(entries, body.span, body.spans)
    if not isinstance(body, list):
        return body
    result = LispList()
    spread = False
    for part in body:
        if spread:
            value = bound.get(part) if isinstance(part, Symbol) else None
            if isinstance(value, _Spliced):
                result.extend(value.forms)
            else:
                result.extend((_REST, _substituted(part, bound)))
            spread = False
        elif part is _REST:
            spread = True
        else:
            result.append(_substituted(part, bound))
    if spread:
        result.append(_REST)
    return result


def _without_places(form: Value) -> Value:
    """A copy whose forms carry no source position: an expansion stands where its call stands."""
    if isinstance(form, list):
        return LispList(_without_places(part) for part in form)
    return form
