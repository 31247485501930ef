"""What the defining forms of a program bind: functions, threads, data types, classes, patterns."""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from lispe_core import names
from lispe_core.calls import spread
from lispe_core.compiler import Compiler
from lispe_core.data_types import constructor
from lispe_core.errors import LispError
from lispe_core.forms import EMPTY, TRUE, LispList, Value
from lispe_core.functions import described, function_info, takes
from lispe_core.instances import DEFAULTS, Class, Instance, make_class
from lispe_core.namespace import Namespace
from lispe_core.spaces import SEPARATOR, plain_name
from lispe_core.threads import Threads, current_task

if TYPE_CHECKING:  # the compiler of patterns is loaded by the first program that has one
    from lispe_core.pattern_functions import PatternDefinition, PatternFunction, PatternKind


class Definitions:
    """Binds what a program defines.

    Args:
        namespace: Where it is bound; its code reaches the methods here as support.
        compiler: What compiles the patterns of a function, when it is called first.
        threads: Where functions that start threads run.
    """

    def __init__(self, namespace: Namespace, compiler: Compiler, threads: Threads) -> None:
        self._namespace = namespace
        self._compiler = compiler
        self._threads = threads
        self._patterns: dict[str, PatternFunction] = {}
        namespace.add_support(
            {
                "add_methods": self._add_methods,
                "define": self._define,
                "define_class": self._define_class,
                "define_data": self._define_data,
                "define_pattern": self._define_pattern,
                "define_thread": self._define_thread,
            }
        )

    def function(self, code: CodeType, name: str) -> FunctionType:
        """The Python function that ``code`` binds to ``name``."""
        holder: dict[str, Any] = {}
        exec(code, self._namespace.globals, holder)
        function: FunctionType = holder[name]
        return function

    def _define(self, name: str, code: Any) -> Value:
        """Bind the function that ``(defun name …)`` defines."""
        self._namespace.define_function(name, self.function(code, names.function(name)))
        return EMPTY

    def _define_thread(self, name: str, code: CodeType) -> Value:
        """Bind the function that starts threads of what ``(dethread name …)`` defines."""
        function = self.function(code, names.function(name))
        self._namespace.define_function(name, self._starter(function))
        return EMPTY

    def _starter(self, function: FunctionType) -> FunctionType:
        info, signature = function_info(function), function.__qualname__

        def start(*arguments: Value) -> Value:
            task = current_task()
            if task is not None and task.function is function:
                return spread(function, arguments)
            if not takes(function, len(arguments)):
                raise LispError(f"Wrong number of arguments in call to: '{signature}'")
            self._namespace.base["r_running_threads"] = True
            self._threads.start(info.name if info else "", function, arguments)
            return TRUE

        if info is not None:
            start.__code__ = described(start.__code__, info, signature)
        return start  # type: ignore[return-value]  # a function is a FunctionType

    def _define_data(self, group: str, members: list[Value], full_names: list[str]) -> Value:
        """Bind the constructors that a ``data@`` declares."""
        for (symbol, *constraints), full_name in zip(members, full_names, strict=True):
            made = constructor(symbol.name, group, constraints)
            self._namespace.define_function(full_name, made)
        return EMPTY

    def _define_class(
        self,
        full_name: str,
        parent: Value,
        own_fields: list[str],
        required: list[str],
        source: LispList,
        methods: list[list[Value]],
        initial: CodeType | None,
    ) -> Value:
        """Bind the class that a ``class@`` defines."""
        base = Instance if parent is None else parent
        name = plain_name(full_name)
        made = make_class(name, base, own_fields, required, source)
        if initial is not None:
            made.defaults = self.function(initial, names.function(DEFAULTS))
        self._namespace.define_function(full_name, made)
        return self._add_methods(made, methods, full_name)

    def _add_methods(self, made: Class, methods: list[list[Value]], full_name: str) -> Value:
        """Give a class methods."""
        for method, code in methods:
            method_name = f"{full_name}{SEPARATOR}{method}"
            function = self.function(code, names.function(method_name))
            self._namespace.define_function(method_name, function)
            setattr(made, names.function(method), function)
        return EMPTY

    def forget_patterns(self, origin: str) -> None:
        """Leave out the definitions of a file that is evaluated anew, as a whole."""
        for name, pattern in self._patterns.items():
            self._patterns[name] = pattern.without(origin)

    def _define_pattern(self, name: str, kind: PatternKind, definition: PatternDefinition) -> Value:
        """Add a definition to the pattern function of that name."""
        from lispe_core.pattern_functions import PatternFunction, compiled_later

        known = self._patterns.get(name)
        pattern = PatternFunction(name, kind)
        info = function_info(self._namespace.globals.get(names.function(name)))
        is_pattern = info is not None and info.kind in ("pattern_", "predicate_")
        if known is not None and known.kind == kind and is_pattern:
            pattern.definitions.extend(known.definitions)
        pattern.add(definition)
        self._patterns[name] = pattern
        self._namespace.define_function(name, compiled_later(pattern, self._compiled))
        return EMPTY

    def _compiled(self, pattern: PatternFunction) -> FunctionType:
        from lispe_core.pattern_functions import pattern_code

        code = pattern_code(self._compiler, pattern)
        function = self.function(code, names.function(pattern.name))
        if self._patterns[pattern.name] is pattern:
            self._namespace.define_function(pattern.name, function)
        return function
