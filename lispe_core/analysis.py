"""What must be known of a function's text before its code can be emitted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from typing import NamedTuple

from lispe_core.calls import LAMBDA_NAMES
from lispe_core.errors import LispError
from lispe_core.expander import Expander
from lispe_core.forms import DictionaryForm, Symbol, Value, symbols_in

_DEFINITIONS = frozenset(
    [
        "defun",
        "defpat",
        "defpred",
        "defprol",
        "dethread",
        "defmacro",
        "class@",
        "defclass",
        "data@",
        "data",
    ]
)
_READS_THE_FRAME = frozenset({Symbol("eval"), Symbol("loadcode")})
CALLS_AT_ONCE = frozenset(
    [
        "maplist",
        "mapcar",
        "filterlist",
        "takelist",
        "droplist",
        "scanlist",
        "filtercar",
        "takecar",
        "dropcar",
        "map",
        "filter",
        "takewhile",
        "dropwhile",
        "foldl",
        "foldl1",
        "foldr",
        "foldr1",
        "scanl",
        "scanl1",
        "scanr",
        "scanr1",
        "zipwith",
        "sort",
        "over",
        "shift",
        "reduce",
        "//",
        "scan",
        "\\\\",
        "backreduce",
        "-//",
        "backscan",
        "-\\\\",
        "outer",
        "inner",
        "°",
        ".",
        "for",
        "¨",
    ]
)
"""Built-ins that are done with their function operand when they return."""


def _first(form: list[Value]) -> Iterable[Value]:
    target = form[1]
    return target if isinstance(target, list) else (target,)


def _loop_variable(form: list[Value]) -> Iterable[Value]:
    target = form[1]
    return target[:1] if isinstance(target, list) else (target,)


def _count_variable(form: list[Value]) -> Iterable[Value]:
    return form[2:3] if len(form) > 3 else ()


def _let_variables(form: list[Value]) -> Iterable[Value]:
    pairs = form[1] if isinstance(form[1], list) else []
    return [pair[0] for pair in pairs if isinstance(pair, list) and pair]


_ASSIGNED: dict[str, Callable[[list[Value]], Iterable[Value]]] = {
    "setq": _first,
    "setqv": _first,
    "setq=": _first,
    "label": _first,
    "let": _let_variables,
    "loop": _loop_variable,
    "loopcount": _count_variable,
    "dotimes": _count_variable,
    "lloop": _first,
    "mloop": _first,
    "whilein": _first,
    "for": _first,
}


class _Listed(NamedTuple):
    """The lists in the code ``forms``, and the symbols that head them."""

    forms: Iterable[Value]
    lists: list[list[Value]]
    heads: set[Symbol]


class Analysis:
    """Looks through the text of functions, macros expanded."""

    def __init__(self, expander: Expander) -> None:
        self._expander = expander
        self._listed: dict[int, _Listed] = {}

    def assigned(self, forms: Iterable[Value]) -> set[str]:
        """The names that ``forms`` assign in their call frame, lambdas included."""
        found: set[str] = set()
        for form in self.lists(forms):
            head = form[0]
            if isinstance(head, Symbol) and head.name in _ASSIGNED and len(form) > 1:
                for target in _ASSIGNED[head.name](form):
                    if isinstance(target, Symbol):
                        found.add(target.name)
        return found

    def reads_frame(self, forms: Iterable[Value]) -> bool:
        """Whether ``forms`` may read or assign names that stand nowhere in their text."""
        return not self._all_lists(forms).heads.isdisjoint(_READS_THE_FRAME)

    def assigned_in_lambdas(self, forms: Iterable[Value]) -> bool:
        """Whether a lambda in ``forms`` assigns a name that is not its parameter."""
        if not self.has_lambda(forms):
            return False
        for form in self.lists(forms):
            if _is_lambda_name(form[0]) and len(form) > 2 and isinstance(form[1], list):
                parameters = {name.name for name in form[1] if isinstance(name, Symbol)}
                if self.assigned(form[2:]) - parameters:
                    return True
        return False

    def only_read(self, forms: Sequence[Value]) -> set[str]:
        """The variables that ``forms`` set to new lists and whose elements alone they read."""
        lists, heads = self.lists(forms), self._all_lists(forms).heads
        made = {form[1].name for form in lists if _makes_list(form)} if _MAPLIST in heads else set()
        if not made:
            return made
        hidden = [part for part in forms if not isinstance(part, list) or _is_opaque(part)]
        for form in lists:
            head = form[0].name if isinstance(form[0], Symbol) else ""
            if head == "f_":  # names stand in its text
                return set()
            looks = 1 if head in _LOOK_INTO else -1
            hidden += [
                part
                for place, part in enumerate(form)
                if (place != looks if isinstance(part, Symbol) else _is_opaque(part))
            ]
            if head.endswith("=") and len(form) > 1 and isinstance(form[1], list):
                hidden += form[1][1:2]  # its elements change
        return made - {symbol.name for symbol in symbols_in(hidden)}

    def has_lasting_lambda(self, forms: Iterable[Value]) -> bool:
        """Whether ``forms`` make a lambda that may be called after they are done."""
        if not self.has_lambda(forms):
            return False
        lambdas: list[list[Value]] = []
        at_once: set[int] = set()
        for form in self.lists(forms):
            head = form[0]
            if isinstance(head, list):
                at_once.add(id(self._expanded(head)))
            elif _is_lambda_name(head):
                lambdas.append(form)
            elif isinstance(head, Symbol) and head.name in CALLS_AT_ONCE:
                operands = filter(None, map(_unquoted_lambda, form[1:]))
                at_once.update(id(self._expanded(operand)) for operand in operands)
        return any(id(form) not in at_once for form in lambdas)

    def has_lambda(self, forms: Iterable[Value]) -> bool:
        """Whether a lambda stands in ``forms``."""
        return not self._all_lists(forms).heads.isdisjoint(LAMBDA_NAMES)

    def mentions(self, forms: Iterable[Value], words: Set[Symbol]) -> bool:
        """Whether a call of one of ``words`` stands in ``forms``, outside of lambdas."""
        waiting: list[Value] = list(forms)
        while waiting:
            form = waiting.pop()
            if isinstance(form, list) and form:
                form = self._expanded(form)
                if isinstance(form[0], Symbol) and form[0] in words:
                    return True
                if not _is_lambda_name(form[0]) and form[0] is not _QUOTE:
                    waiting.extend(form)
        return False

    def lists(self, forms: Iterable[Value]) -> list[list[Value]]:
        """All lists in ``forms`` that may be code of their frame, macros expanded."""
        return self._all_lists(forms).lists

    def _all_lists(self, forms: Iterable[Value]) -> _Listed:
        known = self._listed.get(id(forms))
        if known is None:  # several questions are asked about one body
            found = self._found_lists(forms)
            heads = {form[0] for form in found if type(form[0]) is Symbol}
            known = self._listed[id(forms)] = _Listed(forms, found, heads)
        return known

    def _found_lists(self, forms: Iterable[Value]) -> list[list[Value]]:
        found: list[list[Value]] = []
        waiting: list[Value] = [form for form in forms if isinstance(form, _COMPOUND)]
        while waiting:
            form = waiting.pop()
            if isinstance(form, DictionaryForm):
                waiting.extend([part for part in form.parts if isinstance(part, _COMPOUND)])
                continue
            if not form:
                continue
            form = self._expanded(form)
            head = form[0]
            if head is _QUOTE:
                lambda_form = _unquoted_lambda(form)
                if lambda_form:
                    waiting.append(lambda_form)
                continue
            if isinstance(head, Symbol) and head.name in _DEFINITIONS:
                continue
            found.append(form)
            waiting += [part for part in form if isinstance(part, _COMPOUND)]
        return found

    def _expanded(self, form: list[Value]) -> list[Value]:
        try:
            expanded = self._expander.expand(form)
        except LispError:
            return form
        if expanded is form or not isinstance(expanded, list):
            return form
        return expanded or form


_QUOTE = Symbol("quote")
_MAPLIST = Symbol("maplist")
_COMPOUND = (list, DictionaryForm)
_LOOK_INTO = frozenset({"@", "at", "nth", "setq"})


def _makes_list(form: list[Value]) -> bool:
    """Whether ``form`` is ``(setq name (maplist function list))``."""
    return (
        len(form) == 3
        and form[0] is Symbol("setq")
        and isinstance(form[1], Symbol)
        and isinstance(form[2], list)
        and len(form[2]) == 3
        and form[2][0] is _MAPLIST
    )


def _is_opaque(form: Value) -> bool:
    """Whether symbols stand in ``form`` that are not found in lists of code."""
    if isinstance(form, list):
        head = form[0] if form else None
        return isinstance(head, Symbol) and (head is _QUOTE or head.name in _DEFINITIONS)
    return isinstance(form, DictionaryForm)


def _unquoted_lambda(form: Value) -> list[Value] | None:
    if isinstance(form, list) and len(form) == 2 and form[0] is _QUOTE:
        form = form[1]
    if isinstance(form, list) and len(form) > 2 and _is_lambda_name(form[0]):
        return form
    return None


def _is_lambda_name(head: Value) -> bool:
    return isinstance(head, Symbol) and head in LAMBDA_NAMES
