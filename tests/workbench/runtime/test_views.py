"""Values as bounded text: results, variables, and what an error tells."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from lispe_core.dictionaries import filled
from lispe_core.errors import LispError
from lispe_core.foreign import Container
from lispe_core.forms import EMPTY, LispList, Symbol, Value
from lispe_core.interpreter import Interpreter
from lispe_core.printer import display
from lispe_core.streams import Stream
from lispe_core.typed_lists import Integers
from workbench.runtime.error_views import error_view
from workbench.runtime.protocol import TensorInspected, ValueInspected, ValueView, Window
from workbench.runtime.tensor_value import TensorValue
from workbench.runtime.views import KEPT_RESULTS, Views, bounded_text, line_of


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        2.5,
        "text",
        LispList([1, "a", LispList([Symbol("quote"), Symbol("b")])]),
        LispList([Symbol("quote"), LispList([1])]),
        Integers([1, 2, 3]),
        filled(dict, [("a", LispList([1])), ("b", {})]),
        LispList(),
    ],
)
def test_a_short_value_prints_as_ever(value: Value) -> None:
    assert bounded_text(value, 1000) == (display(value), False)


def test_a_long_value_is_read_only_as_far_as_it_is_shown() -> None:
    class Counting(LispList):
        visited = 0

        def __iter__(self):
            for element in super().__iter__():
                Counting.visited += 1
                yield element

    text, cut = bounded_text(Counting(range(100_000)), 50)

    assert cut
    assert text == display(LispList(range(100)))[:50]
    assert Counting.visited < 100


def test_a_long_text_is_cut() -> None:
    assert bounded_text("x" * 100, 10) == ("x" * 10, True)
    assert bounded_text(LispList(["x" * 100]), 10) == ('("xxxxxxxx', True)


def test_a_list_that_holds_itself_ends() -> None:
    endless = LispList([1])
    endless.append(endless)

    assert bounded_text(endless, 100) == ("(1 ...)", False)


def test_deep_nesting_ends() -> None:
    value = LispList()
    for _ in range(10_000):
        value = LispList([value])

    assert "..." in bounded_text(value, 1000)[0]


def test_a_value_that_fails_to_print_is_still_shown() -> None:
    class Broken(Container):
        def display(self) -> str:
            raise LookupError

    program = {"broken": Broken()}
    (view,) = Views(lambda: program).variables()

    assert view.text == "(LookupError while printing) …"


def test_old_results_are_let_go() -> None:
    views = Views(dict)
    handles = []
    for number in range(KEPT_RESULTS + 1):
        view = views.result(number)
        assert view is not None
        handles.append(view.handle)

    assert views.look(handles[0], Window()) == ValueInspected(ValueView("", "", handles[0]))
    assert views.look(handles[1], Window()) == ValueInspected(
        ValueView("integer_", "1", handles[1])
    )


def test_a_result_that_is_looked_at_again_and_again_is_kept() -> None:
    views = Views(dict)
    first = views.result("seen")
    assert first is not None
    for number in range(2 * KEPT_RESULTS):
        views.result(number)
        answer = views.look(first.handle, Window())

    assert isinstance(answer, ValueInspected)
    assert answer.view.text == "seen"


def test_what_prints_as_nothing_has_no_view() -> None:
    assert Views(dict).result(EMPTY) is None


def test_variables_are_one_line_each_and_keep_their_handles() -> None:
    program: dict[str, Value] = {"b": "two\nlines", "a": TensorValue(torch.zeros(2, 3))}
    views = Views(lambda: program)
    first, second = views.variables()

    assert (first.name, first.text, first.is_tensor) == ("a", "float32 (2 3) cpu", True)
    assert (second.name, second.text, second.kind) == ("b", "two lines", "string_")
    assert views.variables()[0].handle == first.handle
    assert isinstance(views.look(first.handle, Window()), TensorInspected)
    del program["b"]
    assert views.look(second.handle, Window()) == ValueInspected(ValueView("", "", second.handle))


def test_elements_that_a_program_makes_are_made_for_results_alone() -> None:
    made: list[int] = []

    def make() -> Iterator[int]:
        made.append(1)
        return iter([1, 2])

    stream = Stream(make, computed=True)
    views = Views(lambda: {"s": LispList([stream])})

    (variable,) = views.variables()
    assert (variable.text, made) == ("((...))", [])

    result = views.result(stream)
    assert result is not None
    assert (result.text, made) == ("(1 2)", [1])


def test_an_error_tells_the_variables_of_its_calls() -> None:
    """Each on one bounded line, also when a value is endless or large."""
    interpreter = Interpreter()
    with pytest.raises(LispError) as failed:
        interpreter.evaluate(
            "(defun f (x) (setq l (iota 1000)) (setq n (irange 1 1)) (/ x 0)) (f 3)"
        )

    view = error_view(failed.value, interpreter.source, line_of)

    held = dict(view.frames[0].held)
    assert held["x"] == "3"
    assert len(held["l"]) < 300
    assert held["l"].startswith("(1 2 3")
    assert held["n"]
    assert error_view(failed.value, interpreter.source).frames[0].held == ()
