"""Forms that stand for other forms: composition with a lone dot, and macros."""

from __future__ import annotations

from lispe_core.errors import LispError, SyntaxFault
from lispe_core.forms import LispList, SourceList, Symbol, Value
from lispe_core.macros import Macros

_DOT = Symbol(".")
_QUOTE = Symbol("quote")
_MOST_STEPS = 1000


class Expander:
    """Expands the outermost call of a form; asked twice, it gives the same object."""

    def __init__(self, macros: Macros) -> None:
        self.macros = macros
        self._names = macros.names
        self._known: dict[int, tuple[list[Value], Value]] = {}

    def expand(self, form: list[Value]) -> Value:
        """``form`` itself when it stands for nothing else."""
        head = form[0] if form else None
        if (
            type(head) is Symbol
            and head.name not in self._names
            and not (_DOT in form if type(form) is SourceList else _has_dot(form))
        ):
            return form
        known = self._known.get(id(form))
        if known is not None:
            return known[1]
        expanded = self._expanded(form)
        if expanded is not form:
            self._known[id(form)] = form, expanded
        return expanded

    def _expanded(self, form: list[Value]) -> Value:
        result: Value = form
        for _ in range(_MOST_STEPS):
            if not isinstance(result, list) or not result:
                return result
            head = result[0]
            if isinstance(head, Symbol) and head.name in self._names:
                result = self.macros.expand(head.name, result)
            elif head is not _DOT and head is not _QUOTE and _has_dot(result):
                result = composed(result)
            else:
                return result
        raise LispError(f"the macro '{form[0]}' expands without end")


def _has_dot(form: list[Value]) -> bool:
    if type(form) is SourceList:  # what is read compares without running any code
        return _DOT in form
    return any(element is _DOT for element in form)


def composed(form: list[Value]) -> list[Value]:
    """``(f a . g b)`` as ``(f a (g b))``."""
    dot = next(index for index, element in enumerate(form) if element is _DOT)
    tail = form[dot + 1 :]
    span = form.span if isinstance(form, SourceList) else None
    if not tail or tail[0] is _DOT:
        raise SyntaxFault("nothing to call after '.'", span)
    if not isinstance(form, SourceList):
        return LispList([*form[:dot], LispList(tail)])
    inner = form.picked(range(dot + 1, len(form)))
    inner.bounds = (inner.bounds[2], inner.bounds[-1], *inner.bounds[2:])
    outer = form.picked(range(dot))
    outer.append(inner)
    outer.bounds = (*outer.bounds, *inner.bounds[:2])
    return outer
