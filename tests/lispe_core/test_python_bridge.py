"""Python from Lisp: values both ways, calls, attributes, iterators, errors."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from lispe_core.errors import Interrupted, LispError
from lispe_core.forms import TRUE, LispList, Symbol
from lispe_core.interpreter import Interpreter
from lispe_core.printer import display
from lispe_core.python_bridge import PythonObject, python, to_lisp, to_python
from lispe_core.typed_lists import Integers
from tests.lispe_core.transcripts import differences, exchanges


@pytest.fixture
def lisp() -> Interpreter:
    return Interpreter([python], allow_commands=True)


@pytest.mark.parametrize("definition", python, ids=lambda definition: definition.name)
def test_examples(lisp: Interpreter, definition: Any) -> None:
    _, _, examples = definition.doc.partition("Example:\n")
    transcript = exchanges(line for line in examples.splitlines() if line.strip())
    assert not differences(lisp, transcript)


@pytest.mark.parametrize(
    ("value", "python_value"),
    [
        (None, None),
        (TRUE, True),
        (Symbol("name"), "name"),
        (LispList([1, "a", LispList([None])]), [1, "a", [None]]),
        (Integers([1, 2]), [1, 2]),
    ],
)
def test_values_go_to_python(value: Any, python_value: Any) -> None:
    assert to_python(value) == python_value


@pytest.mark.parametrize(
    ("python_value", "printed"),
    [
        (True, "true"),
        (False, "nil"),
        ((1, [2.5, "a"]), '(1 (2.5 "a"))'),
        ({"a": {1: None}}, '{"a":{1:nil}}'),
        (frozenset({"x"}), '{"x"}'),
        ({(1, 2): 3}, "{(1, 2): 3}"),
    ],
)
def test_values_come_from_python(python_value: Any, printed: str) -> None:
    assert display(to_lisp(python_value)) == printed


def test_objects_stay_what_they_are(lisp: Interpreter) -> None:
    box = SimpleNamespace(width=3)
    lisp.set_variables([("box", PythonObject(box))])

    assert lisp.evaluate('(python_set box "width" (+ 1 (python_get box "width")))') is not None
    assert box.width == 4
    assert lisp.evaluate("(= box box)") is TRUE
    assert lisp.evaluate('(set@ (python_get box "__dict__") "width" 9)') is not None


def test_functions_of_the_program_are_called_by_python(lisp: Interpreter) -> None:
    lisp.evaluate('(setq sorted (python_get (python_import "builtins") "sorted"))')
    lisp.evaluate('(setq words (dictionary "key" (\\(s) (size s)) "reverse" true))')

    result = lisp.evaluate('(python_apply sorted \'(("a" "ccc" "bb")) words)')
    assert result == ["ccc", "bb", "a"]


def test_iterators_are_visited_as_far_as_needed(lisp: Interpreter) -> None:
    taken: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(1_000_000_000):
            taken.append(number)
            yield number

    lisp.set_variables([("numbers", PythonObject(numbers()))])

    assert lisp.evaluate("(loop n numbers (if (= n 3) (break)))") is None
    assert taken == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('(python_import "no_such_module")', "No module named 'no_such_module'"),
        ('(python_call (python_import "math") "sqrt" -1)', "ValueError: math domain error"),
        ('(python_get (python_import "math") "nothing")', "AttributeError"),
        ('(@ (python_import "math") 1)', "TypeError"),
        ('(loop x (python_import "math") x)', "TypeError: 'module' object is not iterable"),
        ('(python_apply (python_get (python_import "json") "dumps") \'(1) 3)', "dictionary"),
    ],
)
def test_exceptions_are_errors_of_the_program(lisp: Interpreter, source: str, message: str) -> None:
    with pytest.raises(LispError, match="Error: ") as caught:
        lisp.evaluate(source)
    assert message in str(caught.value)
    assert caught.value.span is not None
    assert "\n" not in str(caught.value)


def test_errors_and_stop_requests_pass_through_python(lisp: Interpreter) -> None:
    def stop(*_: object) -> None:
        raise Interrupted

    lisp.evaluate('(setq sorted (python_get (python_import "builtins") "sorted"))')
    with pytest.raises(LispError, match="mine"):
        lisp.evaluate('(python_apply sorted \'((1 2)) (dictionary "key" (\\(x) (throw "mine"))))')
    lisp.set_variables([("stop", PythonObject(stop))])
    with pytest.raises(Interrupted):
        lisp.evaluate("(catch (stop 1))")


def test_python_is_allowed_where_commands_are() -> None:
    with pytest.raises(LispError, match="not allowed"):
        Interpreter([python], allow_commands=False).evaluate('(python_import "os")')
