"""What can go wrong.

    LispError                  an error of the user's program; `catch` sees it
      SyntaxFault              found by the reader or the compiler
        IncompleteInput        the text ends inside a form, a string or a comment
    Interrupted                a stop request (BaseException): passes through `catch`

An exception of any other class that leaves the interpreter is a defect of this program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from lispe_core.forms import Span


class Frame(NamedTuple):
    """One level of the Lisp call stack: a function's name and the place it had reached."""

    name: str
    span: Span | None


class LispError(Exception):
    """An error of the user's program.

    Args:
        message: What was given and what was expected.
        span: The form at fault; filled in by the interpreter where the raiser has none.
        bare: Leave out the ``Error: `` in front: for ``throw`` and a few fixed messages.
        hint: Advice, shown on a line of its own; or what makes it, when somebody looks: many
            errors are caught.
    """

    def __init__(
        self,
        message: str,
        span: Span | None = None,
        *,
        bare: bool = False,
        hint: str | Callable[[], str | None] | None = None,
    ) -> None:
        super().__init__(message)
        self.text = message if bare else f"Error: {message}"
        self.span = span
        self._hint = hint
        self.frames: tuple[Frame, ...] = ()
        self.at_call = False
        """Whether the call of the innermost function is at fault, not what it does."""

    @property
    def hint(self) -> str | None:
        """Advice, shown on a line of its own."""
        if callable(self._hint):
            self._hint = self._hint()
        return self._hint

    @hint.setter
    def hint(self, hint: str | None) -> None:
        self._hint = hint

    def __str__(self) -> str:
        return self.text


class SyntaxFault(LispError):
    """The text is not a program."""


class IncompleteInput(SyntaxFault):
    """The text ends inside a form, a string or a comment: more lines could complete it."""


class Interrupted(BaseException):
    """A stop request. Not an ``Exception``, so that no ``catch`` swallows it."""
