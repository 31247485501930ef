"""Programs that run once for each line of standard input: what the options -p and -P start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lispe_core.builtins.regular_expressions import Expression, own_expression, usual_expression
from lispe_core.forms import LispList, Value
from lispe_core.interpreter import Interpreter

__all__ = ["LineProgram"]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ACCUMULATORS = 9


@dataclass(frozen=True, slots=True)
class LineProgram:
    """What is done with the lines of the input.

    Attributes:
        each: The program that runs for every line.
        before: The program that runs before the first line.
        after: The program that runs after the last.
        file: A program whose function ``runpipe`` is called for every line.
        pattern: A POSIX regular expression that lines must contain to count.
        own_pattern: The same in LispE's own syntax.
    """

    each: str = ""
    before: str = ""
    after: str = ""
    file: str | None = None
    pattern: str | None = None
    own_pattern: str | None = None

    def run(self, interpreter: Interpreter, lines: Iterable[str]) -> Value:
        """Run it; the value of the last form that ran.

        Raises:
            LispError: The program failed, or a pattern is wrong.
        """
        interpreter.set_variables((f"accu{number}", 0) for number in range(1, _ACCUMULATORS + 1))
        matching = list(self._patterns())
        value = interpreter.evaluate(self.before, "<before>")
        each = self.each
        if self.file is not None:
            value = interpreter.run_file(self.file, interpreter.context.arguments)
            each = f"{each} (runpipe)"
        value = interpreter.evaluate_for_each(each, self._turns(interpreter, lines, matching))
        return interpreter.evaluate(self.after, "<after>") if self.after else value

    def _patterns(self) -> Iterator[re.Pattern[str]]:
        for pattern, expression in (
            (self.pattern, usual_expression),
            (self.own_pattern, own_expression),
        ):
            if pattern is not None:
                compiled = expression(pattern)
                if isinstance(compiled, Expression):
                    yield compiled.compiled

    def _turns(
        self, interpreter: Interpreter, lines: Iterable[str], matching: list[re.Pattern[str]]
    ) -> Iterator[None]:
        """Sets the variables of every line that counts."""
        most = 0
        for line in lines:
            text = line.removesuffix("\n").removesuffix("\r")
            if not all(pattern.search(text) for pattern in matching):
                continue
            fields = LispList(map(_field, text.split()))
            most = max(most, len(fields))
            missing = [None] * (most - len(fields))
            numbered = enumerate([text, *fields, *missing])
            interpreter.set_variables((f"l{number}", field) for number, field in numbered)
            interpreter.set_variables([("ln", len(fields)), ("ll", fields)])
            yield


def _field(text: str) -> Value:
    if not _NUMBER.fullmatch(text):
        return text
    try:
        return int(text)
    except ValueError:
        return float(text)
