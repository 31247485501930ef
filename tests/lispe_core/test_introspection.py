"""Documentation on demand, and the trace of calls."""

from __future__ import annotations

from io import StringIO

import pytest

from lispe_core.errors import LispError
from lispe_core.interpreter import Interpreter


def test_help_prints_usage_and_documentation() -> None:
    output = StringIO()
    Interpreter(output=output).evaluate("(help 'car)")
    told = output.getvalue().splitlines()
    assert told[:2] == ["(car value)", "The first element or character; nil for an empty list."]
    assert "    (car '(a b))    ; => a" in told


def test_help_knows_the_functions_of_the_program() -> None:
    output = StringIO()
    Interpreter(output=output).evaluate("(defun area (width (height 1)) 1) (help area)")
    assert output.getvalue() == "(area width (height 1))\nDefined by the program.\n"


def test_help_suggests_a_name() -> None:
    with pytest.raises(LispError) as caught:
        Interpreter().evaluate("(help 'maplsit)")
    assert caught.value.hint == "did you mean 'maplist'?"


def test_trace_tells_calls_and_values() -> None:
    told = StringIO()
    interpreter = Interpreter(error_output=told)
    interpreter.evaluate("(defun double (x) (* 2 x)) (defun sum2 (a b) (+ (double a) b))")
    interpreter.evaluate("(trace true) (sum2 1 2) (trace nil) (sum2 3 4)")
    assert told.getvalue().splitlines() == [
        "(sum2 1 2)",
        "  (double 1)",
        "  double => 2",
        "sum2 => 4",
    ]
