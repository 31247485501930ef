"""The names of a running program.

Compiled code reads names where Python does. The program's variables and functions are the
globals of its code; behind them, where Python keeps its built-ins, lies ``base``: instructions,
library functions, the values of function names, and a stand-in for each function that does not
exist yet. CPython looks in the one and then in the other without any help.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from lispe_core import names
from lispe_core.calls import call_value
from lispe_core.errors import LispError
from lispe_core.forms import Symbol, Value
from lispe_core.library import Definition, Library
from lispe_core.spaces import SEPARATOR, plain_name, qualified

Inline = Callable[..., Any]
Shape = Any
"""What the compiler knows of a class or of a constructor: its fields, by the name of the type."""
ROOT = "<program>"
"""The name of the Python function that a form of the program becomes."""

OLDER_SPELLINGS = frozenset(
    {"key", "keyi", "keyn", "keys", "values", "irank", "rank", "data", "input"}
)
"""Names of instructions in older programs; a variable that can be called hides them."""

PROGRAM_MARK = "r_program"
"""The global by which frames of compiled code are recognised."""


class Namespace:
    """Variables, functions and what the libraries define.

    Args:
        support: What compiled code may always reach, by word.
        find_missing: Told of a name that means nothing yet; true when it found a library for it.
    """

    def __init__(
        self, support: dict[str, Any], find_missing: Callable[[str], bool] = lambda name: False
    ) -> None:
        self.base: dict[str, Any] = {}
        self.add_support(support)
        self.base["__import__"] = __import__  # Python's own parts import while compiled code runs
        self.globals: dict[str, Any] = {PROGRAM_MARK: self, "__builtins__": self.base}
        self.definitions: dict[str, Definition] = {}
        self.inline: dict[str, Inline] = {}
        self.constants: set[str] = set()
        self.shapes: dict[str, Shape] = {}
        self.groups: set[str] = set()
        self.predefined: set[str] = set()
        self._declared: set[str] = set()
        self._of_spaces: dict[str, Definition] = {}
        self._find_missing = find_missing

    def add_support(self, support: Mapping[str, Any]) -> None:
        """Make more known to compiled code, by word."""
        self.base.update((names.SUPPORT + word, each) for word, each in support.items())

    def add_library(self, library: Library, space: str = "") -> None:
        """Make the definitions of ``library`` known, in a space of their own if it has a name."""
        for definition in library:
            if space:
                self._add_to_space(definition, space)
            else:
                self._add(definition)

    def _add_to_space(self, definition: Definition, space: str) -> None:
        full_name = f"{space}{SEPARATOR}{definition.name}"
        if definition.kind in ("instruction", "function"):
            definition = definition._replace(kind="function")
            self.define_function(full_name, definition.function)
        self._of_spaces[full_name] = definition

    def _add(self, definition: Definition) -> None:
        name = definition.name
        if name in OLDER_SPELLINGS and definition.kind == "instruction":
            definition = definition._replace(kind="function")
        self.definitions[name] = definition
        if name in OLDER_SPELLINGS and definition.kind == "special form":
            return
        value: Value = definition.function
        match definition.kind:
            case "instruction":
                self.base[names.INSTRUCTION + names.mangled(name)] = value
            case "function":
                self.base[names.function(name)] = value
            case _:
                value = Symbol(name)
        self.base[names.variable(name)] = value

    def definition(self, name: str) -> Definition | None:
        """What the libraries say of ``name``; may load the library that has it."""
        found = self._of_spaces.get(qualified(name)) if self._of_spaces else None
        if found is None:
            found = self.definitions.get(name)
        if found is None and not self.is_bound(name) and self._find_missing(name):
            found = self.definitions.get(name)
        return found

    def is_bound(self, name: str) -> bool:
        """Whether the program has a variable or a function ``name``."""
        return names.variable(name) in self.globals or self.has_function(name)

    def means_something(self, name: str) -> bool:
        """Whether the program, a library or a macro has given ``name`` a meaning."""
        return self.is_bound(name) or self.definition(name) is not None

    def declare_function(self, name: str) -> None:
        """Note that the program being compiled defines ``name``."""
        self._declared.add(name)

    def named_here(self, name: str) -> str:
        """``name``, or its full name where the current space has, or may get, such a function."""
        full = qualified(name)
        if full == name or self.has_function(full):
            return full
        return name if self.definition(name) is not None else full

    def has_function(self, name: str) -> bool:
        """Whether the program defines a function ``name``."""
        return names.function(name) in self.globals or name in self._declared

    def define_function(self, name: str, function: Callable[..., Value]) -> None:
        """Bind the function ``name``; as a value it is found where no variable hides it."""
        self.globals[names.function(name)] = function
        if SEPARATOR in name:
            return
        if name not in self.definitions or self.definitions[name].kind == "function":
            self.base[names.variable(name)] = function

    def function_slot(self, name: str) -> str:
        """The slot to call ``name`` by: there is always something in it."""
        slot = names.function(name)
        if slot not in self.globals and slot not in self.base:
            self.base[slot] = self.base[names.UNDEFINED + names.mangled(name)] = self._stand_in(
                name
            )
        return slot

    def undefined_slot(self, name: str) -> str:
        """The slot that holds what the function slot holds while there is no function."""
        self.function_slot(name)
        slot = names.UNDEFINED + names.mangled(name)
        if slot not in self.base:
            self.base[slot] = None
        return slot

    def _stand_in(self, name: str) -> Callable[..., Value]:
        outside = plain_name(name)
        slot = names.variable(outside)
        function = names.function(outside)

        def undefined(*arguments: Value) -> Value:
            if outside != name and function in self.globals:
                return call_value(self.globals[function], *arguments)
            try:
                value = self.globals[slot] if slot in self.globals else self.base[slot]
            except KeyError:
                raise self.unbound(outside) from None
            return call_value(value, *arguments)

        return undefined

    def function(self, name: str) -> Callable[..., Value] | None:
        """What ``name`` calls, as a Python callable, when it names a function or instruction."""
        slot = names.function(name)
        found = self.globals.get(slot)
        if found is None:
            definition = self.definition(name)
            if definition is not None and definition.kind in ("instruction", "function"):
                return definition.function
        return found

    def value(self, name: str) -> Value:
        """The value of ``name`` in the global frame."""
        slot = names.variable(name)
        if slot in self.globals:
            return self.globals[slot]
        if slot not in self.base:
            self.definition(name)  # loads the library that has it
        if slot not in self.base:
            raise self.unbound(name)
        return self.base[slot]

    def unbound(self, name: str, local: Iterable[str] = ()) -> LispError:
        """The error for a name that means nothing here, where ``local`` names are seen too."""
        from lispe_core.hints import unbound

        error = unbound(name, [*self.names(), *local])
        if error.hint is None and any(
            name in getattr(shape, "methods", ()) for shape in self.shapes.values()
        ):
            error.hint = f"a method is called on an object: (object ({name} x…))"
        return error

    def names(self) -> Iterator[str]:
        """Every name that a program can write and that means something."""
        yield from (name for name in self.definitions if '"' not in name)
        for slot in self.globals:
            if slot.startswith((names.VARIABLE, names.FUNCTION)):
                yield plain_name(names.lisp_name(slot))

    def variables(self) -> dict[str, Value]:
        """The program's own variables."""
        return {
            names.lisp_name(slot): value
            for slot, value in self.globals.items()
            if slot.startswith(names.VARIABLE) and slot not in self.predefined
        }

    def predefine(self, variables: Iterable[tuple[str, Value]]) -> None:
        """Set variables that are no part of the program."""
        for name, value in variables:
            self.globals[names.variable(name)] = value
            self.predefined.add(names.variable(name))
