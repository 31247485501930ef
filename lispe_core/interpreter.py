"""The interpreter: libraries, a namespace, and the evaluation of programs in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Any

from lispe_core import builtins, context, interrupts, names, special
from lispe_core.builtins.access import longer_path
from lispe_core.calls import BreakIteration
from lispe_core.code_size import require_code
from lispe_core.collection import postponed_collection
from lispe_core.compiler import Compiler
from lispe_core.containers import copy_constant, text_of
from lispe_core.definitions import Definitions
from lispe_core.depth import deep_recursion
from lispe_core.descriptions import described_by_program
from lispe_core.early_definitions import EarlyDefinitions
from lispe_core.errors import Interrupted, LispError
from lispe_core.extensions import found_library
from lispe_core.faults import lisp_error
from lispe_core.forms import LispList, SourceList, Span, Strings, Symbol, Value
from lispe_core.frames import InstanceFrame
from lispe_core.hints import add_advice, advice
from lispe_core.instances import Instance, methods_of
from lispe_core.library import Definition, Library
from lispe_core.macros import Macros
from lispe_core.namespace import ROOT, Namespace
from lispe_core.permissions import COMMANDS_VARIABLE
from lispe_core.program_files import PROGRAM, predefined, read_standard_input, text_of_file
from lispe_core.reader import Links, read
from lispe_core.scopes import Scope, Snapshot, calling_frame, variables_of
from lispe_core.spaces import (
    current_space,
    inside_space,
    leaving_as_found,
    space_named,
)
from lispe_core.support import SUPPORT, UNSET, restore_in
from lispe_core.threads import PatientLock, Threads, guard_global


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
        allow_commands: Whether ``(command text)`` may start programs, or what is asked the first
            time; by default what the variable of the environment says at this moment.
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
        allow_commands: bool | Callable[[], bool] | None = None,
    ) -> None:
        if allow_commands is None:
            allow_commands = bool(os.environ.get(COMMANDS_VARIABLE))
        sys.set_int_max_str_digits(0)  # Lisp's integers have no limit
        error_output = error_output or sys.stderr
        self.threads = Threads()
        self.waits_for_threads = False
        """Whether an evaluation lasts until threads have ended that wait for a trigger, too."""
        self.context = context.Context(
            self,
            output or sys.stdout,
            error_output,
            read_line or read_standard_input,
            arguments,
            self.threads,
            allow_commands=allow_commands,
        )
        self._loaders = dict(loaders or {})
        self._prefixes = dict(prefixes or {})
        self._on_library = on_library
        self._libraries: dict[str, Library] = {}
        self._loaded: set[tuple[str, str]] = set()
        self._files: set[tuple[str, str]] = set()
        self._special_functions: dict[tuple[str, int], Callable[..., Value]] = {}
        self._links: Links = {}
        self._program: list[Value] = []
        self._sources: dict[str, str] = {}
        self.namespace = Namespace(self._support(), self._find_missing)
        self.namespace.inline = special.INLINE
        self._macros = Macros()
        self._compiler = Compiler(self.namespace, self._macros)
        self._definitions = Definitions(self.namespace, self._compiler, self.threads)
        for library in (*special.LIBRARIES, *builtins.LIBRARIES, *libraries):
            self.namespace.add_library(library)
        self.namespace.predefine(predefined(arguments))

    # Evaluating

    def evaluate(self, source: str, origin: str = "<repl>") -> Value:
        """Read and evaluate all forms of ``source``; the value of the last one.

        Raises:
            IncompleteInput: More text is needed.
            LispError: The program is wrong; it carries place, stack and hint.
            Interrupted: Evaluation was stopped.
        """
        with self.surrounded():
            value = self._run(source, origin, whole=True)
            self._settle_threads()
            return value

    @contextmanager
    def surrounded(self) -> Iterator[None]:
        """Run what is in the block as a part of the program: in its context, with its errors.

        Values that are made while they are printed need it.

        Raises:
            LispError: A function of the program failed.
        """
        token = context.enter(self.context)
        try:
            with deep_recursion():
                yield
        except (Interrupted, KeyboardInterrupt):
            self.threads.stop()
            raise
        except Exception as exception:
            error = lisp_error(exception)
            if error is not None:
                add_advice(error, self._sources, self.namespace.definitions)
            if error is None or error is exception:
                raise
            raise error from exception
        finally:
            context.leave(token)

    def evaluate_for_each(
        self, source: str, turns: Iterable[object], origin: str = "<each>"
    ) -> Value:
        """Evaluate all forms of ``source`` once for every turn; the last value of the last one.

        Each form is compiled once, when it is met first.
        """
        with self.surrounded():
            self._sources[origin] = source
            program = read(source, origin, self._links)
            compiled: list[FunctionType] = []
            value: Value = None
            for _ in turns:
                for index, (form, span) in enumerate(zip(program, program.spans, strict=True)):
                    if index == len(compiled):
                        compiled.append(self._compiled_form(form, span))
                    value = self._call(compiled[index])
            self._settle_threads()
            return value

    def set_variables(self, variables: Iterable[tuple[str, Value]]) -> None:
        """Give global variables values from outside."""
        for name, value in variables:
            self.set_global(names.variable(name), value)

    def _settle_threads(self) -> None:
        with interrupts.user_code():
            if self.waits_for_threads:
                self.threads.wait()
            else:
                self.threads.settle()

    def run_file(self, path: str | Path, arguments: Sequence[str] = ()) -> Value:
        """Evaluate a file; ``_args`` and ``_current`` tell the program of its surroundings."""
        source = text_of_file(str(path))
        self.context.arguments = list(arguments)
        given = Strings(arguments) if arguments else LispList()
        self.namespace.predefine([("_args", given)])
        self.enter_folder(Path(path).resolve().parent)
        return self.evaluate(source, str(path))

    def enter_folder(self, folder: Path) -> None:
        """Let the program find its neighbours in ``folder``, which becomes ``_current``."""
        directory = f"{folder}{os.sep}"
        self.context.main_directory = directory
        self.namespace.predefine([("_current", directory)])

    def source(self, origin: str) -> str | None:
        """The text that was evaluated as ``origin``."""
        return self._sources.get(origin)

    def _run(
        self,
        source: str,
        origin: str,
        frame: dict[str, Value] | Scope | None = None,
        this: Instance | None = None,
        *,
        whole: bool = False,
    ) -> Value:
        self._sources[origin] = source
        with postponed_collection():
            program = read(source, origin, self._links)
            if whole:
                self._program = program
                if self.namespace.is_bound(PROGRAM):
                    self._predefine_program()
                if len(program) > 1 and not origin.startswith("<"):
                    self._definitions.forget_patterns(origin)
        value: Value = None
        spans = program.spans
        early = EarlyDefinitions(program, self.namespace.means_something)
        with leaving_as_found():
            for place, form in enumerate(program):
                for needed in early.needed_by(place):
                    self._run_form(program[needed], spans[needed], frame, this)
                value = self._run_form(form, spans[place], frame, this)
        return value

    def _run_form(
        self, form: Value, span: Span, frame: dict[str, Value] | Scope | None, this: Instance | None
    ) -> Value:
        taken = [each for each in (this, frame) if each is not None]
        return self._call(self._compiled_form(form, span, frame, this), *taken)

    def _compiled_form(
        self,
        form: Value,
        span: Span,
        frame: dict[str, Value] | Scope | None = None,
        this: Instance | None = None,
    ) -> FunctionType:
        with postponed_collection():
            fields = None
            if this is not None:
                fields = InstanceFrame.of(this.fields, frozenset(methods_of(type(this))))
            code = self._compiler.form(form, span, in_frame=frame is not None, fields=fields)
        return self._definitions.function(code, ROOT)

    def _call(self, function: FunctionType, *arguments: Value) -> Value:
        try:
            with interrupts.user_code():
                return function(*arguments)
        except BreakIteration:
            return None

    # What compiled code asks for

    def _support(self) -> dict[str, Any]:
        return {
            **SUPPORT,
            "evaluate": self.evaluate_value,
            "has_global": self.has_global,
            "restore_global": self.restore_global,
            "set_global": self.set_global,
            "set_globals": self.set_globals,
            "running_threads": False,
            "scope": self._scope,
            "shared": self.threads.shared,
            "take_global": self.take_global,
            "threadspace": PatientLock(),
        }

    def _scope(
        self, parameters: tuple[dict[str, Value], ...], home: dict[str, Value] | Scope | None
    ) -> Scope:
        return Scope(parameters, home, self.namespace.globals)

    def has_global(self, name: str) -> bool:
        """Whether there is a global variable ``name``."""
        return names.variable(name) in self.namespace.globals

    def set_global(self, slot: str, value: Value) -> None:
        """Give a global variable a value."""
        guard_global(names.lisp_name(slot))
        self.namespace.globals[slot] = value

    def set_globals(self, slots: Sequence[str], values: Sequence[Value]) -> None:
        """Give several global variables their values."""
        guard_global(names.lisp_name(slots[0]))
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
        definition = self.namespace.definition(name.name)
        if definition is not None and definition.kind == "special form":
            return partial(self._call_special_form, name)
        value = self.namespace.globals.get(names.variable(name.name))
        return value if callable(value) else None

    def _call_special_form(self, name: Symbol, *arguments: Value) -> Value:
        key = name.name, len(arguments)
        if key not in self._special_functions:
            parameters = LispList(Symbol(f"%{index}") for index in range(len(arguments)))
            form = LispList([Symbol("lambda"), parameters, LispList([name, *parameters])])
            code = self._compiler.form(form, _NOWHERE)
            self._special_functions[key] = self._definitions.function(code, ROOT)()
        return self._special_functions[key](*arguments)

    def procedure(self, form: list[Value]) -> Callable[..., Value]:
        """The function that a ``(lambda (x…) …)`` held as data describes."""
        require_code(form)
        seen = variables_of(calling_frame())
        code = self._compiler.form(form, _NOWHERE, in_frame=bool(seen))
        taken = [Snapshot(seen, self.namespace.globals)] if seen else []
        procedure: Callable[..., Value] = self._definitions.function(code, ROOT)(*taken)
        return procedure

    def global_value(self, name: str) -> Value:
        """The value of ``name`` in the global frame."""
        return self.namespace.value(name)

    def _predefine_program(self) -> None:
        forms = LispList([Symbol("__root__"), *copy_constant(self._program)])
        self.namespace.predefine([(PROGRAM, forms)])

    def _find_missing(self, name: str) -> bool:
        if name == PROGRAM:  # few programs look at themselves, and a copy takes its time
            self._predefine_program()
            return True
        path = longer_path(name)
        if path is not None:
            self.namespace.add_library(path)
            return True
        for prefix, library in self._prefixes.items():
            if name.startswith(prefix) and (library, "") not in self._loaded:
                self.use(library)
                return name in self.namespace.definitions
        return False

    def use(self, name: str, space: str = "") -> None:
        """Load a library once; a path, a leading ``lib`` and a trailing ``.so`` don't matter.

        What it defines belongs to ``space``.
        """
        library_name = Path(name).name.removesuffix(".so")
        if library_name not in self._loaders:
            library_name = library_name.removeprefix("lib")
        if (library_name, space) in self._loaded:
            return
        if library_name not in self._loaders:
            found = found_library(library_name, (self.context.main_directory, "."))
            if isinstance(found, Path):
                return self.load(str(found), space)
            if found is None:
                known = list(self._loaders)
                raise LispError(f"Unknown module: '{name}'", hint=advice(library_name, known))
            self._loaders[library_name] = found
        is_new = library_name not in self._libraries
        with interrupts.shielded():
            if is_new:
                self._libraries[library_name] = self._loaders[library_name]()
            library = self._libraries[library_name]
            self._loaded.add((library_name, space))
            self.namespace.add_library(library, space)
        if is_new and self._on_library is not None:
            self._on_library(library)

    def load(self, path: str, space: str = "") -> None:
        """Evaluate a file in the global frame, once for each file and space."""
        normalised = os.path.realpath(path), space
        if normalised in self._files:
            return
        source = text_of_file(path)
        self._files.add(normalised)
        with inside_space(space):
            self._run(source, path)

    def evaluate_value(
        self,
        code: Value,
        frame: dict[str, Value] | Scope | None,
        this: Instance | None,
        space: Value = None,
    ) -> Value:
        """``(eval code)``: text and lists are run, in a frame or globally, ``this`` at hand."""
        if isinstance(code, (str, bytes)):
            name = current_space() if space is None else space_named(space)
            with inside_space(name):
                return self._run(text_of(code), "<eval>", frame, this)
        if isinstance(code, list) and code:
            require_code(code)
            span = code.span if isinstance(code, SourceList) else _NOWHERE
            return self._run_form(code, span, frame, this)
        return code

    # Looking at the program

    def variables(self) -> dict[str, Value]:
        """The program's global variables."""
        return self.namespace.variables()

    def definitions(self) -> Iterator[Definition]:
        """Everything the libraries define."""
        return iter(self.namespace.definitions.values())

    def complete(self, prefix: str) -> list[str]:
        """The known names that begin with ``prefix``, in alphabetical order."""
        return sorted({name for name in self.namespace.names() if name.startswith(prefix)})

    def describe(self, name: str) -> Definition | None:
        """What is documented of ``name``; the program's own functions are described as well."""
        function = self.namespace.globals.get(names.function(name))
        return described_by_program(name, function) or self.namespace.definition(name)


_NOWHERE = Span("<data>", 1, 1, 1, 1)
