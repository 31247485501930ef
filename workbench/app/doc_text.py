"""What is made of the docstring of a definition: a page, its first sentence, its example."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from textual.content import Content

from workbench.app.scanner import Line, scan
from workbench.app.structure import is_blank

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`(])")
_HEADING = re.compile(r"[A-Z][a-z]+:")
_CODE = re.compile(r"``(.+?)``", re.DOTALL)
_EXAMPLE = re.compile(r"^Examples?:\n((?:[ \t]+.*\n?|\n)+)", re.MULTILINE)


def readable(doc: str) -> Content:
    """``doc`` for the eye: headings and code set off, sentences on lines as long as there is room.

    Examples keep their lines.
    """
    paragraphs = inspect.cleandoc(doc).split("\n\n")
    return Content("\n\n").join(_paragraph(paragraph) for paragraph in paragraphs)


def _paragraph(text: str) -> Content:
    heading, _, body = text.partition("\n")
    if heading.startswith("Example") or text.startswith(" "):
        return Content(text).stylize("bold", 0, len(heading) if _HEADING.match(heading) else 0)
    if not _HEADING.fullmatch(heading):
        return _with_code(" ".join(text.split()))
    items = re.sub(r"\n {5,}", " ", body)
    return Content.assemble((heading, "bold"), "\n" * bool(items), _with_code(items))


def _with_code(text: str) -> Content:
    pieces = _CODE.split(text)  # code at every second place
    return Content.assemble(
        *((piece, "$text-accent" if place % 2 else "") for place, piece in enumerate(pieces))
    )


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
