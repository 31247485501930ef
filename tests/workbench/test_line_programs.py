"""Programs for each line of stdin, and the other options that LispE's command line has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LINES = "a 1 2.5\nb 2\n\nc 3 x y\n"


def run(*arguments: str, stdin: str = LINES) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbench", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_fields_of_a_line_are_variables() -> None:
    done = run("-p", "(println ln ll l1 l2 l3)", "-pb", '(println "first")', "-pe", "(println 9)")

    assert done.stdout.splitlines() == [
        "first",
        '3 ("a" 1 2.5) a 1 2.5',
        '2 ("b" 2) b 2 nil',
        "0 () nil nil nil",
        '4 ("c" 3 "x" "y") c 3 x',
        "9",
    ]
    assert (done.stderr, done.returncode) == ("", 0)


def test_accumulators_begin_with_zero() -> None:
    done = run("-p", "(+= accu1 (size l0)) (+= accu9 1)", "-pe", "(println accu1 accu9 accu2)")

    assert done.stdout == "17 4 0\n"


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (("-r", "^[ab]"), ["a 1 2.5", "b 2"]),
        (("-r", "[0-9]", "-R", "%d%.%d"), ["a 1 2.5"]),
        (("-R", "c %d"), ["c 3 x y"]),
    ],
)
def test_lines_are_chosen_by_expressions(options: tuple[str, ...], lines: list[str]) -> None:
    assert run("-p", "(println l0)", *options).stdout.splitlines() == lines


def test_a_file_may_hold_the_program(tmp_path: Path) -> None:
    file = tmp_path / "count.lisp"
    file.write_text("(setq n 0) (defun runpipe () (setg n (+ n 1)))")

    assert run("-P", str(file), "-pe", "(println n)").stdout == "4\n"
    assert run("-P", str(tmp_path / "missing.lisp")).returncode == 2


def test_lines_of_stdin_can_be_arguments() -> None:
    assert (
        run("-a", "-c", "(println _args)", "x", stdin="one\ntwo\n").stdout == '("x" "one" "two")\n'
    )


def test_c_is_short_for_eval() -> None:
    assert run("-c", "(print (+ 1 2)) (print 'end)").stdout == "3end"


def test_errors_have_their_place_in_the_text() -> None:
    done = run("-p", "(println (/ l2 0))")

    assert done.returncode == 1
    assert "  --> <each>:1:10" in done.stderr


@pytest.mark.parametrize(
    "arguments", [("-pb", "1"), ("-r", "x", "-c", "1"), ("-a",), ("-p", "1", "--eval", "2")]
)
def test_options_for_lines_need_a_program_for_them(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).returncode == 2


def test_an_unsound_expression_is_told() -> None:
    done = run("-p", "1", "-r", "(")

    assert done.returncode == 1
    assert "bad regular expression" in done.stderr


def test_the_variables_of_calls_are_shown_on_request() -> None:
    source = "(defun f (amount) (/ amount 0)) (f 5)"

    assert "amount = 5" in run("--verbose", "--eval", source).stderr
    assert "amount = 5" not in run("--eval", source).stderr
