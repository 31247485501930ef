"""Text to forms."""

from __future__ import annotations

import pytest

from lispe_core.errors import IncompleteInput, SyntaxFault
from lispe_core.forms import TRUE, DictionaryForm, SourceList, Symbol, Value
from lispe_core.reader import read


def one(source: str) -> Value:
    forms = read(source)
    assert len(forms) == 1
    return forms[0]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("+4", 4),
        ("0xFF", 255),
        ("0b101", 5),
        ("0x1.8p3", 12.0),
        ("1.5", 1.5),
        ("2.0e-4", 0.0002),
        ("2e-4", 0.0002),
        (".5", 0.5),
        ("10,-3i", complex(10, -3)),
        ("12,3i", complex(12, 3)),
        ("nil", None),
        ("false", None),
        ("true", TRUE),
        ('"a\\"b\\\\c\\n"', 'a"b\\c\n'),
        ('"over\ntwo lines"', "over\ntwo lines"),
        ("`raw\\n`", "raw\\n"),
        ('«x"y»', 'x"y'),
        ("“q”", "q"),
        ('"""a"b"""', 'a"b'),
        ('b"xy"', b"xy"),
        ("model-path", Symbol("model-path")),
        ("a.b", Symbol("a.b")),
        ("a:b", Symbol("a:b")),
        ("⍴", Symbol("⍴")),
        ("-", Symbol("-")),
        ("1+", Symbol("1+")),
    ],
)
def test_atoms(source: str, value: Value) -> None:
    read_value = one(source)
    assert read_value == value
    assert type(read_value) is type(value)


@pytest.mark.parametrize(
    ("source", "same"),
    [
        ("[1, 2, 3]", "(1 2 3)"),
        ('("news", "text")', '("news" "text")'),
        ("(f (g (h]", "(f (g (h)))"),
        ("(f ; comment\n x)", "(f x)"),
        ("(f ;;; three\n x)", "(f x)"),
        ("(f ;; block\n (y) ;; x)", "(f x)"),
        (";; no end of a block\n(f)", "(f)"),
        ("#!/usr/bin/lispe\n(f)", "(f)"),
        ("# old comment\n(f)", "(f)"),
        ("'x", "(quote x)"),
        ("''x", "(quote (quote x))"),
        ("(\\(x) x)", "(\\ (x) x)"),
        ("(iota 3,4)", "(iota 3 4)"),
        ("@{a:1}", "(quote {a:1})"),
    ],
)
def test_same_forms(source: str, same: str) -> None:
    left, right = one(source), one(same)
    assert written(left) == written(right)


def written(form: Value) -> str:
    if isinstance(form, DictionaryForm):
        return "{" + " ".join(f"{written(k)}:{written(v)}" for k, v in form.entries) + "}"
    if isinstance(form, SourceList):
        return "(" + " ".join(map(written, form)) + ")"
    return repr(form)


def test_comma_is_an_atom_at_the_head_and_in_quotes_only() -> None:
    assert one("(, a b)") == [Symbol(","), Symbol("a"), Symbol("b")]
    assert one("';") == [Symbol("quote"), Symbol(";")]


def test_dictionary_literal_with_free_blanks() -> None:
    form = one('{"a" : 1, b:(f x) c :"t"}')
    assert isinstance(form, DictionaryForm)
    assert [key for key, _ in form.entries] == ["a", Symbol("b"), Symbol("c")]


def test_every_element_has_its_place() -> None:
    form = one("(a\n  (b c)\n  12)")
    places = [(span.line, span.column, span.end_line, span.end_column) for span in form.spans]
    assert places == [(1, 2, 1, 3), (2, 3, 2, 8), (3, 3, 3, 5)]
    assert (form[1].span.line, form[1].span.column) == (2, 3)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("(f (g)", "Error: parentheses do not balance"),
        ("[f", "Error: brackets do not balance"),
        ("{a:1", "Error: braces do not balance"),
        ('(f "text', "Error: missing end of string"),
        ("(f `text", "Error: missing end of string"),
        ("'", "Error: nothing follows the quote"),
    ],
)
def test_text_that_more_lines_could_complete(source: str, message: str) -> None:
    with pytest.raises(IncompleteInput) as caught:
        read(source)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("source", "message", "line"),
    [
        ("(f)\n)", "Error: parentheses do not balance", 2),
        ("([f)", "Error: parentheses do not balance", 1),
        ("(f})", "Error: braces do not balance", 1),
        ("{a 1}", "Error: a dictionary holds pairs: {key:value …}", 1),
        ("(')", "Error: nothing follows the quote", 1),
    ],
)
def test_text_that_is_no_program(source: str, message: str, line: int) -> None:
    with pytest.raises(SyntaxFault) as caught:
        read(source)
    assert not isinstance(caught.value, IncompleteInput)
    assert str(caught.value) == message
    assert caught.value.span is not None
    assert caught.value.span.line == line


def test_deep_nesting_is_read_without_recursion() -> None:
    form = one("(" * 50_000 + ")" * 50_000)
    depth = 0
    while form:
        form, depth = form[0], depth + 1
    assert depth == 49_999
