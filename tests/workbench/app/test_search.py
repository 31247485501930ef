from __future__ import annotations

import time

import pytest

from workbench.app.ask_place import parse_place
from workbench.app.search import PatternError, Search, match_after, match_before

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


def test_a_pattern_is_found_in_a_line() -> None:
    assert Search(r"add \d", pattern=True).in_line(LINES[2]) == [(6, 11)]
    assert Search(r"^\(ADD", pattern=True).in_line(LINES[2]) == [(0, 4)]
    assert Search(r"^\(ADD", cased=True, pattern=True).in_line(LINES[2]) == []
    assert Search(r"[^d]*", pattern=True).in_lines(["a", "b"])[0] == ((0, 0), (0, 1))


def test_a_place_without_width_is_found() -> None:
    assert Search("^", pattern=True).in_lines(LINES) == [((n, 0), (n, 0)) for n in range(3)]
    assert Search("$", pattern=True).in_lines(LINES[:2]) == [((0, 7), (0, 7)), ((1, 0), (1, 0))]
    assert Search(r"^$", pattern=True).in_lines(LINES) == [((1, 0), (1, 0))]
    assert [match.start for match in Search(r"\b", pattern=True).in_lines(["a b"])] == [
        (0, 0),
        (0, 1),
        (0, 2),
        (0, 3),
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (r"1\)\n", [((0, 5), (1, 0))]),
        (r"\)\n\n\(", [((0, 6), (2, 1))]),
        (r"^$\n", [((1, 0), (2, 0))]),
        (r"(?s)1.*2", [((0, 5), (2, 11))]),
        (r"\\n", []),
        (r"1.*2", []),
    ],
)
def test_a_pattern_that_names_the_end_of_a_line_reaches_over_it(
    words: str, found: list[tuple[tuple[int, int], tuple[int, int]]]
) -> None:
    assert Search(words, pattern=True).in_lines(LINES) == found


def test_groups_of_several_lines_come_back() -> None:
    search = Search(r"(\w+) 1\)\n\n\((\w+)", pattern=True)
    (match,) = search.in_lines(LINES)

    assert search.replacement(LINES, match.start, r"\2\n\1") == "Add\nadd"


@pytest.mark.parametrize(
    ("words", "mistake"),
    [
        ("(add", "'(add' is no pattern: missing ) at character 5"),
        ("*", "'*' is no pattern: nothing to repeat at character 1"),
        ("add)", "'add)' is no pattern: unbalanced parenthesis at character 4"),
    ],
)
def test_what_is_no_pattern_is_one_sentence(words: str, mistake: str) -> None:
    search = Search(words, pattern=True)

    assert search.mistake == mistake
    assert search.in_lines(LINES) == []
    assert Search(words).mistake == ""


def test_groups_come_back_in_a_replacement() -> None:
    search = Search(r"(\w+) (?P<number>\d)", pattern=True)

    assert search.replacement(["", "(add 1)"], (1, 1), r"\g<number> \1") == "1 add"
    assert search.replacement(["", "(add 1)"], (1, 1), "$1") == "$1"
    assert Search("add").replacement(["(add 1)"], (0, 1), r"\1") == r"\1"
    with pytest.raises(PatternError, match=r"'\\3' can't replace a match: "):
        search.replacement(["", "(add 1)"], (1, 1), r"\3")


def test_a_pattern_that_would_take_years_is_given_up() -> None:
    search = Search("(a|aa)+$", pattern=True)
    began = time.monotonic()

    assert search.in_lines(["a" * 60 + "!"] * 20) == []

    assert search.mistake == "'(a|aa)+$' takes too long in this text"
    assert time.monotonic() - began < 4  # forty lines of such would take hours
