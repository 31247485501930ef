"""The interpreter: libraries, a namespace, and the evaluation of programs in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FunctionType
from typing import Any

from lispe_core import builtins, context, interrupts, names, special
from lispe_core.calls import BreakIteration
from lispe_core.compiler import ROOT, Compiler
from lispe_core.errors import LispError
from lispe_core.faults import lisp_error
from lispe_core.forms import EMPTY, LispList, SourceList, Span, Symbol, Value
from lispe_core.library import Definition, Library
from lispe_core.macros import Macros
from lispe_core.namespace import Namespace
from lispe_core.reader import read
from lispe_core.support import SUPPORT, UNSET, restore_in

DEEPEST = 50_000
"""Python frames a program may nest."""


class Interpreter:
    """Evaluates programs, one after the other, in one global frame.

    Args:
        libraries: What the program knows besides the language.
        output: Where it prints; standard output by default.
        error_output: Where it prints errors; standard error by default.
        read_line: Asks for a line of input; from standard input by default.
        arguments: The value of ``_args``.
        loaders: What ``(use 'name)`` finds.
        prefixes: Beginnings of names that load a library when such a name is met first.
        on_library: Told of each library that is loaded later.
    """

    def __init__(
        self,
        libraries: Sequence[Library] = (),
        *,
        output: context.TextOutput | None = None,
        error_output: context.TextOutput | None = None,
        read_line: Callable[[str], str | None] | None = None,
        arguments: Sequence[str] = (),
        loaders: Mapping[str, Callable[[], Library]] | None = None,
        prefixes: Mapping[str, str] | None = None,
        on_library: Callable[[Library], None] | None = None,
    ) -> None:
        self.context = context.Context(
            self,
            output or sys.stdout,
            error_output or sys.stderr,
            read_line or _read_standard_input,
            arguments,
        )
        self._loaders = dict(loaders or {})
        self._prefixes = dict(prefixes or {})
        self._on_library = on_library
        self._loaded: set[str] = set()
        self._sources: dict[str, str] = {}
        self.namespace = Namespace(self._support(), self._find_missing)
        self.namespace.inline = special.INLINE
        self._macros = Macros()
        self._compiler = Compiler(self.namespace, self._macros)
        for library in (*special.LIBRARIES, *builtins.LIBRARIES, *libraries):
            self.namespace.add_library(library)
        self.namespace.predefine([("_args", LispList(arguments))])

    # Evaluating

    def evaluate(self, source: str, origin: str = "<repl>") -> Value:
        """Read and evaluate all forms of ``source``; the value of the last one.

        Raises:
            IncompleteInput: More text is needed.
            LispError: The program is wrong; it carries place, stack and hint.
            Interrupted: Evaluation was stopped.
        """
        self._sources[origin] = source
        program = read(source, origin)
        value: Value = None
        token = context.enter(self.context)
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, DEEPEST))
        try:
            for form, span in zip(program, program.spans, strict=True):
                value = self._evaluate_form(form, span)
        except LispError:
            raise
        finally:
            sys.setrecursionlimit(limit)
            context.leave(token)
        return value

    def _evaluate_form(self, form: Value, span: Span) -> Value:
        try:
            code = self._compiler.form(form, span)
            with interrupts.user_code():
                return self._function(code, ROOT)()
        except BreakIteration:
            return None
        except Exception as exception:
            error = lisp_error(exception)
            if error is None:
                raise
            if error is exception:
                raise
            raise error from exception

    def _function(self, code: Any, name: str) -> FunctionType:
        holder: dict[str, Any] = {}
        exec(code, self.namespace.globals, holder)
        function: FunctionType = holder[name]
        return function

    def define(self, name: str, code: Any) -> Value:
        """Bind the function that ``(defun name …)`` defines."""
        self.namespace.define_function(name, self._function(code, names.function(name)))
        return EMPTY

    # What compiled code asks for

    def _support(self) -> dict[str, Any]:
        return {
            **SUPPORT,
            "define": self.define,
            "has_global": self.has_global,
            "restore_global": self.restore_global,
            "set_global": self.set_global,
            "set_globals": self.set_globals,
            "take_global": self.take_global,
        }

    def has_global(self, name: str) -> bool:
        """Whether there is a global variable ``name``."""
        return names.variable(name) in self.namespace.globals

    def set_global(self, slot: str, value: Value) -> None:
        """Give a global variable a value."""
        self.namespace.globals[slot] = value

    def set_globals(self, slots: Sequence[str], values: Sequence[Value]) -> None:
        """Give several global variables their values."""
        self.namespace.globals.update(zip(slots, values, strict=True))

    def take_global(self, slot: str) -> Value:
        """The value of a global variable, or the mark that it has none."""
        return self.namespace.globals.get(slot, UNSET)

    def restore_global(self, slot: str, value: Value) -> None:
        """Give a global variable its former value, or none."""
        restore_in(self.namespace.globals, slot, value)

    def function_named(self, name: Symbol) -> Callable[..., Value] | None:
        """What ``name`` calls in head position, a variable's value included."""
        found = self.namespace.function(name.name)
        if found is not None:
            return found
        value = self.namespace.globals.get(names.variable(name.name))
        return value if callable(value) else None

    def procedure(self, form: list[Value]) -> Callable[..., Value]:
        """The function that a ``(lambda (x…) …)`` held as data describes."""
        code = self._compiler.form(form, _NOWHERE)
        procedure: Callable[..., Value] = self._function(code, ROOT)()
        return procedure

    def global_value(self, name: str) -> Value:
        """The value of ``name`` in the global frame."""
        return self.namespace.value(name)

    def _find_missing(self, name: str) -> bool:
        for prefix, library in self._prefixes.items():
            if name.startswith(prefix) and library not in self._loaded:
                self.use(library)
                return name in self.namespace.definitions
        return False

    def use(self, name: str) -> None:
        """Load the library ``name`` once."""
        if name in self._loaded:
            return
        if name not in self._loaders:
            raise LispError(f"Unknown module: '{name}'")
        library = self._loaders[name]()
        self._loaded.add(name)
        self.namespace.add_library(library)
        if self._on_library is not None:
            self._on_library(library)

    # Looking at the program

    def variables(self) -> dict[str, Value]:
        """The program's global variables."""
        return self.namespace.variables()

    def definitions(self) -> Iterator[Definition]:
        """Everything the libraries define."""
        return iter(self.namespace.definitions.values())


_NOWHERE = Span("<data>", 1, 1, 1, 1)


def _read_standard_input(prompt: str) -> str | None:
    sys.stdout.write(prompt)
    sys.stdout.flush()
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None


__all__ = ["DEEPEST", "Interpreter", "Path", "SourceList"]
