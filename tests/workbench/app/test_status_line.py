from __future__ import annotations

import pytest

from tests.workbench.fake_session import FakeSession
from torch_lib.events import Progress
from workbench.app.app import Workbench
from workbench.app.scanner import scan
from workbench.app.status_line import StatusLine, call_hint, fitted, usage_parts
from workbench.app.structure import Call, call_around, usage_of, usages


@pytest.mark.parametrize(
    ("usage", "parts"),
    [
        ("(f)", ["f"]),
        ("(take count values)", ["take", "count", "values"]),
        ("(torch_sum tensor (dim -1) (keep))", ["torch_sum", "tensor", "(dim -1)", "(keep)"]),
        ("(if test then (else (a b)))", ["if", "test", "then", "(else (a b))"]),
        ("(+ x…)", ["+", "x…"]),
        ("(use 'library)", ["use", "'library"]),
        ("(maybe x) (maybe e… handler)", ["maybe", "e…", "handler"]),
    ],
)
def test_a_usage_has_parts(usage: str, parts: list[str]) -> None:
    assert usage_parts(usage) == parts


@pytest.mark.parametrize(
    ("usage", "operand", "bold"),
    [
        ("(take count values)", 0, "count"),
        ("(take count values)", 1, "values"),
        ("(take count values)", 2, ""),
        ("(take count values)", -1, ""),
        ("(+ x…)", 5, "x…"),
        ("(torch_sum tensor (dim -1) (keep))", 1, "(dim -1)"),
        ("(torch_sum tensor (dim -1) (keep))", 2, "(keep)"),
        ("(nconc (container) others…)", 3, "others…"),
        ("(maybe e… handler)", 0, "e…"),
        ("(maybe e… handler)", 1, "e…"),
        ("(maybe e… handler)", 2, "e…"),
        ("(cond (condition e…)…)", 4, "(condition e…)…"),
        ("(f x (y 2) (() r))", 2, "(() r)"),
        ("(f x (y 2) (() r))", 7, "(() r)"),
        ("(f (() r))", -1, ""),
    ],
)
def test_the_operand_at_hand_is_set_off(usage: str, operand: int, bold: str) -> None:
    hint = call_hint(usage, Call("name", operand))

    assert hint.plain == usage
    marked = [span for span in hint.spans if "bold" in str(span.style)]
    assert "".join(hint.plain[span.start : span.end] for span in marked) == bold


@pytest.mark.parametrize(
    ("room", "operand", "shown"),
    [
        (40, 2, "(take count values others)"),
        (12, 0, "(take count…"),
        (12, 1, "…unt values…"),
        (12, 2, "…ues others)"),
        (12, -1, "(take count…"),
        (4, 2, "…rs)"),
    ],
)
def test_the_operand_at_hand_stays_in_sight(room: int, operand: int, shown: str) -> None:
    hint = call_hint("(take count values others)", Call("take", operand))

    assert fitted(hint, room).plain == shown


def test_functions_of_the_text_tell_their_usage() -> None:
    scanner = scan("(defun f (x (y 2) (() r))\n  1)\n; (defun g (a) 1)\n(defun h () 1)")

    assert usage_of(scanner, "f") == "(f x (y 2) (() r))"
    assert usage_of(scanner, "g") is None
    assert usage_of(scanner, "h") == "(h)"
    assert usages(scanner) == {"f": "(f x (y 2) (() r))", "h": "(h)"}


def test_a_string_over_several_lines_is_one_operand() -> None:
    scanner = scan('(f "a\nb\n\nc" ')

    assert call_around(scanner, 3, 3) == Call("f", 1)
    assert call_around(scanner, 1, 1) == Call("f", 0)


async def test_progress_is_shown_until_it_is_whole() -> None:
    session = FakeSession()
    app = Workbench(session)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("x", "enter")
        session.emit(Progress("load model", 3, 7))
        app.drain()
        assert "load model" in app.query_one(StatusLine).render().plain
        session.emit(Progress("load model", 7, 7))
        app.drain()
        assert "load model" not in app.query_one(StatusLine).render().plain
