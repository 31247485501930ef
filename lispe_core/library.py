"""What a name means: built-ins and special forms, declared once with signature and docstring.

A :class:`Definition` feeds the arity check, ``(help 'name)``, completion, the hint of the REPL
and the reference page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple, TypeVar

from lispe_core.forms import EMPTY
from lispe_core.functions import CO_VARARGS

F = TypeVar("F", bound=Callable[..., Any])
Kind = Literal["special form", "block form", "instruction", "function"]


class Definition(NamedTuple):
    """One name of a library.

    Args:
        name: The Lisp name.
        kind: A ``special form`` gets its operands unevaluated; a ``block form`` runs its body
            inside a Python context manager; an ``instruction`` is bound while compiling and can't
            be redefined; a ``function`` is an ordinary name.
        function: What is called: the Python function, the emitter of a special form, or the
            context manager of a block form.
        usage: The call as documentation shows it, ``(take count values)``.
        docstring: The documentation as the source has it, indented.
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
    docstring: str
    minimum: int
    maximum: int | None
    library: str
    in_place: bool = False

    @property
    def doc(self) -> str:
        """The whole documentation; its first line is the summary."""
        from inspect import cleandoc  # late: most programs ask for no documentation

        return cleandoc(self.docstring)

    @property
    def whole_operands(self) -> list[int]:
        """The places, from 1 on, of the operands that are counts or indexes."""
        code, annotations = getattr(self.function, "__code__", None), self.function.__annotations__
        if code is None or hasattr(self.function, "__wrapped__"):
            return []
        taken = code.co_varnames[: code.co_argcount]
        return [
            place
            for place, parameter in enumerate(taken, 1)
            if annotations.get(parameter) in ("int", "int | None")
        ]

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return self.docstring.lstrip().partition("\n")[0]


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
        """Declare a Python function as a built-in, under one or more names.

        It is printed with the first of them.
        """

        def declare(function: F) -> F:
            function.__name__ = name
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

    def block(self, name: str, manager: Callable[..., Any]) -> None:
        """Declare a form that runs its body inside ``manager(operand…)``.

        The operands, which come first, are the manager's required parameters:
        ``(torch_autocast dtype body…)``.
        """
        operands, _, _ = _parameters(manager)
        self._store(
            Definition(
                name,
                "block form",
                manager,
                f"({' '.join([name, *operands])} body…)",
                self._documentation(name, manager),
                len(operands),
                None,
                self.name,
            )
        )

    def add(self, name: str, function: Callable[..., Any], *, in_place: bool = False) -> None:
        """Declare ``function`` under ``name``: usage and arity come from its signature."""
        required, optional, rest = _parameters(function)
        words = [name, *required]
        for parameter, default in optional:
            shown = default is not None and default is not EMPTY
            words.append(f"({parameter} {lisp_literal(default)})" if shown else f"({parameter})")
        if rest:
            words.append(f"{rest}…")
        self._store(
            Definition(
                name,
                self.kind,
                function,
                f"({' '.join(words)})",
                self._documentation(name, function),
                len(required),
                None if rest else len(required) + len(optional),
                self.name,
                in_place,
            )
        )

    def _documentation(self, name: str, function: Callable[..., Any]) -> str:
        doc = function.__doc__
        if not doc:
            raise ValueError(f"{self.name}: {name} has no docstring")
        return doc

    def _store(self, definition: Definition) -> None:
        if definition.name in self.definitions:
            raise ValueError(f"{self.name}: {definition.name} is defined twice")
        self.definitions[definition.name] = definition


def _parameters(
    function: Callable[..., Any],
) -> tuple[list[str], list[tuple[str, Any]], str | None]:
    """The required parameters, the optional ones with their defaults, and that for all others.

    Read from the code object: with some 500 built-ins ``inspect.signature`` takes 8 ms longer.
    """
    plain: Any = function
    while hasattr(plain, "__wrapped__"):
        plain = plain.__wrapped__
    code, defaults = plain.__code__, plain.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount]
    required = len(names) - len(defaults)
    variadic = code.co_flags & CO_VARARGS
    rest = code.co_varnames[code.co_argcount + code.co_kwonlyargcount] if variadic else None
    return list(names[:required]), list(zip(names[required:], defaults, strict=True)), rest


def lisp_literal(value: object) -> str:
    """A default value the Lisp way."""
    if value is True:
        return "true"
    if value is None or value is False:
        return "nil"
    return f'"{value}"' if isinstance(value, str) else str(value)
