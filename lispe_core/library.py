"""What a name means: built-ins and special forms, declared once with signature and docstring.

A :class:`Definition` feeds the arity check, ``(help 'name)``, completion, the hint of the REPL
and the reference page.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from lispe_core.forms import EMPTY

F = TypeVar("F", bound=Callable[..., Any])
Kind = Literal["special form", "block form", "instruction", "function"]


@dataclass(frozen=True, slots=True)
class Definition:
    """One name of a library.

    Args:
        name: The Lisp name.
        kind: A ``special form`` gets its operands unevaluated; a ``block form`` runs its body
            inside a Python context manager; an ``instruction`` is bound while compiling and can't
            be redefined; a ``function`` is an ordinary name.
        function: What is called: the Python function, the emitter of a special form, or the
            context manager of a block form.
        usage: The call as documentation shows it, ``(take count values)``.
        doc: The whole docstring; its first line is the summary.
        minimum: The fewest operands.
        maximum: The most operands, ``None`` for any number.
        library: The name of the library it belongs to.
        in_place: It changes its first operand and returns it. Strings are values: where the first
            operand is a variable that holds text, the compiler assigns the result to it.
    """

    name: str
    kind: Kind
    function: Callable[..., Any]
    usage: str
    doc: str
    minimum: int
    maximum: int | None
    library: str
    in_place: bool = False

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return self.doc.partition("\n")[0]


class Library:
    """A named set of definitions.

    Args:
        name: The topic, as the reference shows it.
        kind: What :meth:`builtin` declares: an ``instruction`` unless told otherwise.
    """

    def __init__(self, name: str, kind: Kind = "instruction") -> None:
        self.name = name
        self.kind = kind
        self.definitions: dict[str, Definition] = {}

    def __iter__(self) -> Iterator[Definition]:
        return iter(self.definitions.values())

    def builtin(self, name: str, *aliases: str, in_place: bool = False) -> Callable[[F], F]:
        """Declare a Python function as a built-in, under one or more names."""

        def declare(function: F) -> F:
            for spelling in (name, *aliases):
                self.add(spelling, function, in_place=in_place)
            return function

        return declare

    def special(
        self, name: str, usage: str, *, minimum: int = 0, maximum: int | None = None
    ) -> Callable[[F], F]:
        """Declare the emitter of a special form; ``usage`` shows its unevaluated operands."""

        def declare(emitter: F) -> F:
            self._store(
                Definition(
                    name,
                    "special form",
                    emitter,
                    usage,
                    self._documentation(name, emitter),
                    minimum,
                    maximum,
                    self.name,
                )
            )
            return emitter

        return declare

    def block(self, name: str, manager: Callable[..., Any], usage: str) -> None:
        """Declare a form that runs its body inside ``manager()``: ``(torch_no_grad body…)``."""
        self._store(
            Definition(
                name,
                "block form",
                manager,
                usage,
                self._documentation(name, manager),
                0,
                None,
                self.name,
            )
        )

    def add(self, name: str, function: Callable[..., Any], *, in_place: bool = False) -> None:
        """Declare ``function`` under ``name``: usage and arity come from its signature."""
        parameters = list(inspect.signature(function).parameters.values())
        words = [name]
        minimum = 0
        maximum: int | None = 0
        for parameter in parameters:
            if parameter.kind is parameter.VAR_POSITIONAL:
                words.append(f"{parameter.name}…")
                maximum = None
                continue
            if parameter.kind is parameter.KEYWORD_ONLY:
                continue
            maximum = None if maximum is None else maximum + 1
            if parameter.default is parameter.empty:
                minimum += 1
                words.append(parameter.name)
            elif parameter.default is None or parameter.default is EMPTY:
                words.append(f"({parameter.name})")
            else:
                words.append(f"({parameter.name} {lisp_literal(parameter.default)})")
        self._store(
            Definition(
                name,
                self.kind,
                function,
                f"({' '.join(words)})",
                self._documentation(name, function),
                minimum,
                maximum,
                self.name,
                in_place,
            )
        )

    def _documentation(self, name: str, function: Callable[..., Any]) -> str:
        doc = inspect.getdoc(function)
        if not doc:
            raise ValueError(f"{self.name}: {name} has no docstring")
        return doc

    def _store(self, definition: Definition) -> None:
        if definition.name in self.definitions:
            raise ValueError(f"{self.name}: {definition.name} is defined twice")
        self.definitions[definition.name] = definition


def lisp_literal(value: object) -> str:
    """A default value the Lisp way."""
    if value is True:
        return "true"
    if value is None or value is False:
        return "nil"
    return f'"{value}"' if isinstance(value, str) else str(value)
