from __future__ import annotations

import pytest

from workbench.app import structure
from workbench.app.scanner import scan
from workbench.app.structure import Call


def place(text: str) -> tuple[str, int, int]:
    """``text`` without its ``|``, and where that stood."""
    before, _, after = text.partition("|")
    lines = before.split("\n")
    return before + after, len(lines) - 1, len(lines[-1])


def cut(text: str, form: structure.Form | None) -> str | None:
    if form is None:
        return None
    lines = text.split("\n")
    (first, start), (last, end) = form
    if first == last:
        return lines[first][start:end]
    return "\n".join([lines[first][start:], *lines[first + 1 : last], lines[last][:end]])


@pytest.mark.parametrize(
    ("text", "partner"),
    [
        ("|(a (b))", (0, 6)),
        ("(a |(b))", (0, 5)),
        ("(a (b|))", (0, 3)),
        ('|(a ")" ; )\n)', (1, 0)),
        ("|(a (b]", (0, 5)),
        ("(a (b|]", (0, 0)),
        ("|(a", None),
        ("a|)", None),
        ('"|("', None),
    ],
)
def test_partner_of_a_bracket(text: str, partner: tuple[int, int] | None) -> None:
    source, row, column = place(text)

    assert structure.partner(scan(source), row, column) == partner


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("(a b)|", "(a b)"),
        ("(a b) |", "(a b)"),
        ("(a '(b c)|)", "'(b c)"),
        ("(a bc|)", "bc"),
        ("(a b|c)", "bc"),
        ('(a "x\ny"|)', '"x\ny"'),
        ("(a ; b\n|)", "a"),
        ("(|", None),
        ("|(a)", None),
    ],
)
def test_form_before(text: str, form: str | None) -> None:
    source, row, column = place(text)

    assert cut(source, structure.form_before(scan(source), row, column)) == form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("(a)\n(b (c| d))\n(e)", "(b (c d))"),
        ("(a)|\n(b)", "(a)"),
        ("(a)\n|\n(b)", "(a)"),
        ("|\n(b)", "(b)"),
        ("(a) (b)|", "(b)"),
        ("(a)\n|(b)", "(b)"),
        ("(a |", None),
        ("|", None),
    ],
)
def test_top_form(text: str, form: str | None) -> None:
    source, row, column = place(text)

    assert cut(source, structure.top_form(scan(source), row, column)) == form


@pytest.mark.parametrize(
    ("text", "indent"),
    [
        ("|", 0),
        ("(a)|", 0),
        ("(defun f (x)|", 2),
        ("(let ((a 1)|", 6),
        ("(+ 1|", 3),
        ("(+|", 2),
        ("(if (a)|", 4),
        ("'(a b|", 2),
        ("((a b)|", 1),
        ("[1 2|", 1),
        ('{"a":1|', 1),
        ("(|", 1),
        ("(f (g 1)\n   (h 2|", 6),
        ("(defun f (x)\n  (a)|", 2),
        ('(f "(" |', 3),
    ],
)
def test_indentation(text: str, indent: int) -> None:
    source, row, column = place(text)

    assert structure.indentation(scan(source), row, column) == indent


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("(a)", True),
        ("a b", True),
        ("(a", False),
        ('"a', False),
        ("'", False),
        ("`a\n", False),
        (";; a", True),
        (";; a\n(b", False),
        ("(a]", True),
        ("(a))", True),
    ],
)
def test_completeness(text: str, complete: bool) -> None:
    assert structure.is_complete(scan(text)) is complete


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("(take|", Call("take", -1)),
        ("(take |", Call("take", 0)),
        ("(take 2|", Call("take", 0)),
        ("(take 2 |", Call("take", 1)),
        ("(take (f 1) |", Call("take", 1)),
        ("(take 2 (f |", Call("f", 0)),
        ('(take "|', Call("take", 0)),
        ("((a) |", None),
        ("take |", None),
    ],
)
def test_call_around(text: str, call: Call | None) -> None:
    source, row, column = place(text)

    assert structure.call_around(scan(source), row, column) == call


def test_code_hidden_by_a_block_comment_is_found() -> None:
    assert structure.comment_hides_code(scan("(a)\n;; one\n(b)\n;; two\n")) == 1
    assert structure.comment_hides_code(scan(";; one\nwords\n;;\n(b)")) is None


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ('(a "b c|', "b c"),
        ('(a "b|c")', "b"),
        ('(a "|")', ""),
        ('(a "b"|', None),
        ('(a |"b")', None),
        ("(a `b|`)", "b"),
        ('(a """b|', "b"),
        ('(a b"c|', "c"),
        ('; "a|', None),
        (';; "a|', None),
        ('"a\nb|"', None),
        ("(a|", None),
    ],
)
def test_what_a_string_holds_before_the_cursor(text: str, held: str | None) -> None:
    before, _, after = text.partition("|")
    row, column = before.count("\n"), len(before.rpartition("\n")[2])

    assert structure.string_before(scan(before + after), row, column) == held
