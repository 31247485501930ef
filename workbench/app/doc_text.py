"""What is taken from the docstring of a definition: its first sentence, its example."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from workbench.app.scanner import Line, scan
from workbench.app.structure import is_blank

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`(])")
_EXAMPLE = re.compile(r"^Examples?:\n((?:[ \t]+.*\n?|\n)+)", re.MULTILINE)


def first_sentence(doc: str) -> str:
    """The first sentence of ``doc`` on one line, without marks for code."""
    paragraph = " ".join(inspect.cleandoc(doc).partition("\n\n")[0].split())
    return _SENTENCE_END.split(paragraph)[0].replace("``", "")


def example(doc: str) -> str:
    """The code of the examples in ``doc``, without the comments that tell results; may be empty."""
    found = _EXAMPLE.search(inspect.cleandoc(doc))
    if found is None:
        return ""
    code = inspect.cleandoc(found[1])
    return "\n".join(_without_comments(code))


def _without_comments(code: str) -> Iterator[str]:
    scanner = scan(code)
    if is_blank(scanner):
        return
    for line in scanner.lines:
        text = _code_of(line)
        if text.strip():
            yield text


def _code_of(line: Line) -> str:
    comment = next((t for t in line.tokens if t.kind == "comment"), None)
    return (line.text if comment is None else line.text[: comment.start]).rstrip()
