"""The scanner agrees with the reader, and one edit costs what it changes."""

from __future__ import annotations

import random

import pytest

from lispe_core.errors import IncompleteInput, SyntaxFault
from lispe_core.reader import read
from workbench.app.scanner import Scanner, scan
from workbench.app.structure import is_complete, top_forms

PIECES = [
    *"()[]{}\"`'«»“”:,-a1.\\ \n\t",
    *(";", ";;", ";;;", "# ", "#!", '"""', 'b"', "@{", '-"', "10,-3i", ".5", "λ"),
]


def kinds(text: str) -> list[tuple[str, str]]:
    return [
        (line.text[token.start : token.end], token.kind)
        for line in scan(text).lines
        for token in line.tokens
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('(a "b)" 1)', ["open", "atom", "string", "number", "close"]),
        ("; (", ["comment"]),
        (";; ( ;; a", ["comment", "atom"]),
        (";; never closed", ["comment"]),
        (";;; ;; a", ["comment"]),
        ("';", ["quote", "atom"]),
        ("1:',", ["atom", "quote", "atom"]),
        ("«a » b» c", ["string", "atom", "atom"]),
        ('"""a"b""" c', ["string", "atom"]),
        ("{a:1}", ["open", "atom", "separator", "number", "close"]),
        ("a:1", ["atom"]),
        ("-3 +4 2e-4 .5 0xFF 0b101 10,-3i 1+", [*["number"] * 7, "atom"]),
        ("(1))", ["open", "number", "close", "error"]),
        ("(a (b]", ["open", "atom", "open", "atom", "close"]),
        ("([a)", ["open", "open", "atom", "error"]),
        ("#! script", ["comment"]),
        ("# old", ["comment"]),
    ],
)
def test_kinds_of_tokens(text: str, expected: list[str]) -> None:
    assert [kind for _, kind in kinds(text)] == expected


def test_text_goes_on_over_lines() -> None:
    scanner = scan('(a "one\n(two\\"\nthree" b)')

    assert [len(line.tokens) for line in scanner.lines] == [3, 1, 3]
    assert scanner.lines[1].tokens[0].kind == "string"
    assert is_complete(scanner)


def test_depth_counts_the_brackets_around() -> None:
    tokens = scan("(a [b {c}])").lines[0].tokens

    assert [token.depth for token in tokens] == [0, 1, 1, 2, 2, 3, 2, 1, 0]


@pytest.mark.parametrize("seed", range(4))
def test_scanner_agrees_with_the_reader(seed: int) -> None:
    """What the reader takes is complete here, with the same top-level forms."""
    chance = random.Random(seed)
    for _ in range(3000):
        text = "".join(chance.choices(PIECES, k=chance.randrange(1, 14)))
        scanner = scan(text)
        try:
            forms = read(text)
        except IncompleteInput:
            broken = any(t.kind == "error" for line in scanner.lines for t in line.tokens)
            assert broken or not is_complete(scanner), text
        except SyntaxFault:
            continue
        else:
            assert is_complete(scanner), text
            if "," not in text and '-"' not in text and '-b"' not in text:
                found = [(f.start[0] + 1, f.start[1] + 1, f.end[1] + 1) for f in top_forms(scanner)]
                assert found == [(s.line, s.column, s.end_column) for s in forms.spans], text


def test_edits_give_what_a_full_scan_gives() -> None:
    chance = random.Random(7)
    scanner, text = Scanner(), ""
    for _ in range(3000):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice([0, 0, 0, 1, 3, 8]))
        text = (
            text[:start] + "".join(chance.choices(PIECES, k=chance.choice([0, 1, 4]))) + text[end:]
        )
        text = text[-120:]
        scanner.update(text.split("\n"))
        assert scanner.lines == scan(text).lines, text


def test_an_ordinary_key_scans_one_line() -> None:
    lines = ["(defun f (x) (+ x 1))"] * 500
    scanner = Scanner()
    scanner.update(lines)
    lines[250] = "(defun f (xy) (+ x 1))"

    assert scanner.update(lines) == 1


def test_an_opened_string_scans_what_it_swallows() -> None:
    lines = ["(a b)"] * 20
    scanner = Scanner()
    scanner.update(lines)
    lines[5] = '(a "b)'

    assert scanner.update(lines) == 15
    assert not is_complete(scanner)
