from __future__ import annotations

from workbench.app.ask_place import parse_place
from workbench.app.search import Search, match_after, match_before

LINES = ["(add 1)", "", "(Add (add 2) .*)"]


def test_words_are_found_in_any_case_or_as_written() -> None:
    assert [match.start for match in Search("ADD").in_lines(LINES)] == [(0, 1), (2, 1), (2, 6)]
    assert [match.start for match in Search("add", cased=True).in_lines(LINES)] == [(0, 1), (2, 6)]


def test_words_are_no_pattern() -> None:
    assert Search(".*").in_line(LINES[2]) == [(13, 15)]
    assert Search("").in_line(LINES[2]) == []


def test_the_search_goes_round_at_the_ends() -> None:
    first, second, third = Search("add").in_lines(LINES)

    assert match_after([first, second, third], (0, 2)) == second
    assert match_after([first, second, third], (2, 7)) == first
    assert match_before([first, second, third], (2, 1)) == first
    assert match_before([first, second, third], (0, 1)) == third
    assert match_after([], (0, 0)) is match_before([], (0, 0)) is None


def test_a_place_is_a_line_or_line_and_column() -> None:
    assert parse_place(" 12 ") == (12, 1)
    assert parse_place("12:5") == parse_place("12, 5") == (12, 5)
    assert parse_place("x") is parse_place("") is parse_place(":5") is None
