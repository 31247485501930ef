"""The types that ``data@`` declares: tagged tuples whose fields are checked when they are made."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

from lispe_core import nodes
from lispe_core.errors import LispError
from lispe_core.forms import LispList, Symbol, Value
from lispe_core.printer import display, type_name

Check = Callable[[Value], bool]


class DataShape(NamedTuple):
    """What the compiler knows of a constructor."""

    full_name: str
    fields: tuple[Value, ...]

    def field(self, value: ast.expr, index: int) -> ast.expr:
        """The code that reads a field."""
        return nodes.item(value, nodes.constant(index + 1))


class Constructor(type):
    """The type of constructors: each ``(Name constraint…)`` of a ``data@`` is a Python class."""

    def __call__(cls, *values: Value) -> Value:
        """A value of this type, its fields checked."""
        constraints = cls.constraints
        if len(values) != len(constraints):
            raise LispError(
                "Size mismatch between argument list and data structure definition",
                hint=f"it is called as {display(cls.shape)}",
            )
        for number, (constraint, check) in enumerate(constraints):
            if check is not None and not check(values[number]):
                wanted = display(constraint)
                raise LispError(f"Mismatch on argument: {number + 1} ({wanted} required)")
        made = Data.blank(cls)
        made.append(cls.symbol)
        made.extend(values)
        return made

    constraints: Sequence[tuple[Value, Check | None]]
    shape: LispList
    symbol: Symbol


class Data(LispList, metaclass=Constructor):
    """A ``data_``: the name of its constructor, then its fields."""

    __slots__ = ()
    type_name = "data_"
    constraints: ClassVar[Sequence[tuple[Value, Check | None]]] = ()
    group: ClassVar[str] = ""
    shape: ClassVar[LispList] = LispList()
    symbol: ClassVar[Symbol] = Symbol("data")

    @staticmethod
    def blank(kind: Any) -> Data:
        """A value of a type without its fields."""
        made: Data = list.__new__(kind)
        return made

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and list.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]


def constructor(name: str, group: str, constraints: Sequence[Value]) -> Constructor:
    """The constructor ``(name constraint…)``.

    Args:
        name: What it is called.
        group: The name of the type that it is a part of, or nothing.
        constraints: What each field must be.
    """
    members = {
        "__slots__": (),
        "constraints": [(each, _check(each)) for each in constraints],
        "group": group,
        "shape": LispList([Symbol(name), *constraints]),
        "symbol": Symbol(name),
    }
    return Constructor(name, (Data,), members)


def has_type(value: Value, name: str) -> bool:
    """Whether ``value`` is of the type of that name: a type atom, a constructor, group or class."""
    if isinstance(value, Data):
        return name in (value.symbol.name, value.group, "data_")
    return type_name(value) == name or name in getattr(value, "class_names", ())


@display.register(Constructor)
def _(value: Constructor) -> str:
    return value.symbol.name


@type_name.register(Constructor)
def _(value: Constructor) -> str:
    return "constructor_"


def _check(constraint: Value) -> Check | None:
    if constraint is None or constraint is Symbol("_"):
        return None
    if isinstance(constraint, Symbol):
        return lambda value: has_type(value, constraint.name)
    if isinstance(constraint, list) and constraint:
        if constraint[0] is Symbol("quote"):
            return lambda value: bool(value == constraint[1])
        name = constraint[0].name
        checks = [_check(each) for each in constraint[1:]]
        return lambda value: _fits(value, name, checks)
    return lambda value: type(value) is type(constraint) and bool(value == constraint)


def _fits(value: Value, name: str, checks: Sequence[Check | None]) -> bool:
    return (
        isinstance(value, Data)
        and value.symbol.name == name
        and len(value) == len(checks) + 1
        and all(check is None or check(value[1 + i]) for i, check in enumerate(checks))
    )
