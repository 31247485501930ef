"""Printing, and reading a line."""

from __future__ import annotations

from lispe_core.context import current
from lispe_core.forms import EMPTY, Silence, Value
from lispe_core.library import Library
from lispe_core.printer import display, written

output = Library("output")


@output.builtin("print")
def print_values(*values: Value) -> Silence:
    """Print the values, one after the other.

    Example:
        (print)    ; =>
    """
    current().output.write("".join(map(display, values)))
    return EMPTY


@output.builtin("println")
def print_line(*values: Value) -> Silence:
    """Print the values with a space between them, and end the line.

    Example:
        (println)    ; =>
    """
    current().output.write(" ".join(map(display, values)) + "\n")
    return EMPTY


@output.builtin("printerr")
def print_error(*values: Value) -> Silence:
    """Print the values on the error output.

    Example:
        (printerr)    ; =>
    """
    current().error_output.write("".join(map(display, values)))
    return EMPTY


@output.builtin("printerrln")
def print_error_line(*values: Value) -> Silence:
    """Print the values with a space between them on the error output, and end the line.

    Example:
        (printerrln)    ; =>
    """
    current().error_output.write(" ".join(map(display, values)) + "\n")
    return EMPTY


@output.builtin("input@", "input")
def input_line(prompt: Value = "") -> str | None:
    """The next line that is typed, ``nil`` at the end of the input.

    Example:
        (input@ "Your name? ")    ; => Ada
    """
    return current().next_line(display(prompt))


@output.builtin("pipe")
def piped_line() -> str | None:
    """The next line of the standard input, ``nil`` at its end.

    Example:
        (pipe)    ; => Ada
    """
    return current().next_line("")


@output.builtin("getchar")
def input_character() -> str | None:
    """The next character that is typed, ``nil`` at the end of the input.

    A line is typed at a time; ``input@`` gives what is left of it.

    Example:
        (getchar)       ; => A
        (input@ "")     ; => da
    """
    return current().next_character()


@output.builtin("prettify")
def prettify(value: Value, width: int = 50) -> str:
    """The text of ``value``, broken into indented lines of about ``width`` characters.

    A text stays as it is.

    Example:
        (prettify '(1 2))    ; => (1 2)
    """
    return value if isinstance(value, str) else "\n".join(_broken(value, width, 0))


def _broken(value: Value, width: int, indent: int) -> list[str]:
    text = written(value)
    margin = " " * indent
    if len(text) + indent <= width or not isinstance(value, (list, dict)) or len(value) < 2:
        return [margin + text]
    if isinstance(value, dict):
        lines = [margin + "{"]
        for key, content in value.items():
            inner = _broken(content, width, indent + 2)
            lines += [f"{margin}  {written(key)}:{inner[0].lstrip()}", *inner[1:]]
        return [*lines, margin + "}"]
    lines = [margin + "("]
    for content in value:
        lines += _broken(content, width, indent + 2)
    return [*lines, margin + ")"]
