"""What values look like."""

import math

import pytest

from lispe_core.dictionaries import IntegerDictionary
from lispe_core.foreign import Foreign
from lispe_core.forms import EMPTY, TRUE, LispList, Maybe, Strings, Symbol, Value
from lispe_core.linked_lists import Link, LinkedList
from lispe_core.printer import display, type_name, written
from lispe_core.scalars import Float
from lispe_core.sets import LispSet
from lispe_core.typed_lists import Floats, Integers, Numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nil"),
        (TRUE, "true"),
        (EMPTY, ""),
        (Symbol("abc"), "abc"),
        (10**20, "100000000000000000000"),
        (2.0, "2"),
        (1 / 8000000, "1.25e-07"),
        (1e6, "1e+06"),
        (999999.5, "1e+06"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
        (-0.0, "-0"),
        (Float(0.1), "0.1"),
        (10 - 3j, "10,-3i"),
        ("été", "été"),
        (b"ab", "ab"),
        (Maybe("Error: x"), "Error: x"),
        (LispList(), "()"),
        (Integers([1, -2]), "(1 -2)"),
        (Numbers([1, 2.5]), "(1 2.5)"),
        (Floats([0.1]), "(0.1)"),
        (Strings(["a", "b"]), '("a" "b")'),
        (LispList([Symbol("quote"), LispList([1])]), "'(1)"),
        ({"a": "x"}, '{"a":"x"}'),
        (IntegerDictionary({1: None}), "{1:nil}"),
        (LispSet([1, "a", 1]), '{1 "a"}'),
    ],
)
def test_display(value: Value, text: str) -> None:
    assert display(value) == text


def test_text_is_quoted_and_escaped_inside_containers() -> None:
    assert written('a"b\\c\n') == '"a\\"b\\\\c\n"'
    assert display(LispList(["a"])) == '("a")'
    assert display(LispList([b"a"])) == '("a")'


def test_repeated_parts_of_cyclic_values_are_dots() -> None:
    cyclic = LispList([1])
    cyclic.append(cyclic)
    dictionary: dict[str, object] = {}
    dictionary["self"] = dictionary
    ring = LinkedList([1, 2])
    ring.append_cells(ring.first)

    assert display(cyclic) == "(1 ...)"
    assert display(dictionary) == '{"self":...}'
    assert display(ring) == "(1 2 ...)"


def test_a_list_may_hold_the_same_list_twice() -> None:
    shared = LispList([1])
    assert display(LispList([shared, shared])) == "((1) (1))"


def test_a_dotted_tail_is_shown_behind_a_dot() -> None:
    assert display(LinkedList(first=Link(1, 2))) == "(1 . 2)"


def test_foreign_values_show_and_name_themselves() -> None:
    class Tensor(Foreign):
        type_name = "tensor_"

        def display(self) -> str:
            return "[1 2]"

    assert display(Tensor()) == "[1 2]"
    assert display(LispList([Tensor()])) == "([1 2])"
    assert type_name(Tensor()) == "tensor_"


def test_other_types_register_their_printed_form() -> None:
    class Model:
        pass

    @display.register
    def _(value: Model) -> str:
        return "a model"

    assert display(LispList([Model()])) == "(a model)"
    assert type_name(Model()) == "foreign_"


def test_native_functions_show_their_name() -> None:
    assert display(len) == "len"
    assert type_name(len) == "library_function_"


def test_deep_lists_print() -> None:
    deep = LispList()
    for _ in range(150):
        deep = LispList([deep])
    assert display(deep) == "(" * 151 + ")" * 151
