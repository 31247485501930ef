"""LispE for Pygments: every kind of token, every name of the language."""

from __future__ import annotations

import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pygments import highlight
from pygments.formatters import NullFormatter
from pygments.token import (
    Comment,
    Error,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Text,
    Whitespace,
)

from workbench.pygments_lexer import LispeLexer

ROOT = Path(__file__).parents[2]
NAMES = (ROOT / "tests/conformance/lispe_names.txt").read_text(encoding="utf-8").split()
PROGRAMS = sorted((ROOT / "samples").glob("**/*.lisp")) + sorted(
    (ROOT / "tests/lisp").glob("*.lisp")
)


def tokens(source: str) -> list[tuple[Any, str]]:
    found = LispeLexer(stripnl=False, ensurenl=False).get_tokens(source)
    return [(kind, text) for kind, text in found if kind is not Whitespace]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("; to the end", Comment.Single),
        (";; over\nlines ;;", Comment.Multiline),
        (";;; not a block ;;", Comment.Single),
        ("#!/usr/bin/env lispe", Comment.Hashbang),
        ("# old", Comment.Single),
        ('"a \\" b"', String.Double),
        ('"""a "b" """', String.Heredoc),
        ("`a\nb`", String.Backtick),
        ("«a»", String.Backtick),
        ("„a”", String.Backtick),
        ("';", String.Symbol),
        ("12", Number.Integer),
        ("-3", Number.Integer),
        ("1.5", Number.Float),
        (".5", Number.Float),
        ("2e-4", Number.Float),
        ("0xFF", Number.Hex),
        ("0x1.8p3", Number.Hex),
        ("0b101", Number.Bin),
        ("10,-3i", Number),
        ("nil", Keyword.Constant),
        ("fail_", Keyword.Constant),
        ("setq", Keyword),
        ("+=", Operator),
        ("+", Operator),
        ("maplist", Name.Builtin),
        ("caddddr", Name.Builtin),
        ("torch_matmul", Name.Builtin),
        ("integer_", Keyword.Type),
        ("matrix_float_", Keyword.Type),
        ("_args", Name.Variable.Global),
        ("π", Name.Constant),
        ("my-name", Name),
        ("λ", Keyword),
    ],
)
def test_kinds_of_tokens(source: str, kind: Any) -> None:
    assert tokens(source) == [(kind, source)]


def test_a_definition_names_its_function() -> None:
    assert tokens("(defun area (x) 'y)")[:3] == [
        (Punctuation, "("),
        (Keyword, "defun"),
        (Name.Function, "area"),
    ]
    assert (Operator, "'") in tokens("(defun area (x) 'y)")
    assert (String.Affix, "b") in tokens('(f b"bytes")')
    assert (Operator, "-") in tokens('(@@ s -"/" 0)')


def test_every_name_of_the_language_means_something() -> None:
    assert [name for name in NAMES if tokens(name)[0][0] in (Name, Text, Error)] == []


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_programs_keep_their_text(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    lexer = LispeLexer(stripnl=False, ensurenl=False)
    assert highlight(source, lexer, NullFormatter()) == source
    assert not [text for kind, text in lexer.get_tokens(source) if kind in (Error, Text)]


def test_it_is_registered() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    module, _, name = project["project"]["entry-points"]["pygments.lexers"]["lispe"].partition(":")
    assert getattr(import_module(module), name) is LispeLexer


def test_lispe_is_told_from_other_lisps() -> None:
    assert LispeLexer.analyse_text("(println 1)") > LispeLexer.analyse_text("(defvar x 1)")
