"""What a running program may reach: its streams, its arguments, and the interpreter it runs in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

from lispe_core.forms import Symbol, Value

if TYPE_CHECKING:
    from random import Random

    from lispe_core.library import Definition
    from lispe_core.threads import Threads


class TextOutput(Protocol):
    """Where printed text goes."""

    def write(self, text: str, /) -> object:
        """Take ``text``."""
        ...

    def flush(self) -> object:
        """Pass on what was taken."""
        ...


class Evaluator(Protocol):
    """What functions of the language ask of the interpreter that runs them."""

    def function_named(self, name: Symbol) -> Callable[..., Value] | None:
        """What ``name`` calls in head position, a variable's value included."""
        ...

    def procedure(self, form: list[Value]) -> Callable[..., Value]:
        """The function that a ``(lambda (x…) …)`` held as data describes."""
        ...

    def global_value(self, name: str) -> Value:
        """The value of ``name`` in the global frame."""
        ...

    def load(self, path: str, space: str = "") -> None:
        """Evaluate a file in the global frame, once; its functions belong to ``space``."""
        ...

    def use(self, name: str, space: str = "") -> None:
        """Load a library, once; what it defines belongs to ``space``."""
        ...

    def complete(self, prefix: str) -> list[str]:
        """The known names that begin with ``prefix``, in alphabetical order."""
        ...

    def describe(self, name: str) -> Definition | None:
        """What is documented of ``name``."""
        ...


class Context:
    """The surroundings of a running program.

    Args:
        evaluator: The interpreter that runs it.
        output: Where ``println`` writes.
        error_output: Where ``printerrln`` writes.
        read_line: Asks for a line of input; ``None`` at the end of the input.
        arguments: What ``_args`` holds.
        threads: Its threads.
        allow_commands: Whether it may start programs of the system, or what is asked for that.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        output: TextOutput,
        error_output: TextOutput,
        read_line: Callable[[str], str | None],
        arguments: Sequence[str],
        threads: Threads,
        *,
        allow_commands: bool | Callable[[], bool] = False,
    ) -> None:
        self.evaluator = evaluator
        self.output = output
        self.error_output = error_output
        self.read_line = read_line
        self.arguments = list(arguments)
        self.main_directory = ""
        self.threads = threads
        self.allow_commands = allow_commands
        self.marks: dict[int, Value] = {}
        """The containers that carry a mark, by their identity."""
        self._generators: dict[int, Random] = {}
        self._typed = ""

    def generator(self, seed: int) -> Random:
        """The random numbers that ``seed`` starts; asked again, they go on."""
        from random import Random

        if seed not in self._generators:
            self._generators[seed] = Random(seed)
        return self._generators[seed]

    def next_line(self, prompt: str) -> str | None:
        """The next line of input, or what is left of one; ``None`` at the end."""
        if self._typed:
            line, self._typed = self._typed.removesuffix("\n"), ""
            return line
        return self.read_line(prompt)

    def next_character(self) -> str | None:
        """The next character of the input; ``None`` at its end."""
        if not self._typed:
            line = self.read_line("")
            if line is None:
                return None
            self._typed = f"{line}\n"
        character, self._typed = self._typed[0], self._typed[1:]
        return character


_current: ContextVar[Context] = ContextVar("lispe_context")


def current() -> Context:
    """The context of the program that runs."""
    return _current.get()


def enter(context: Context) -> Any:
    """Make ``context`` the current one; give the result to :func:`leave` afterwards."""
    return _current.set(context)


def leave(token: Any) -> None:
    """Return to the context before :func:`enter`."""
    _current.reset(token)
