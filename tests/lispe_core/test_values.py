"""Value classes: equality, truth, copies, buffers."""

import copy
import pickle

import numpy
import pytest

from lispe_core.dictionaries import (
    IntegerDictionary,
    NumberDictionary,
    SortedDictionary,
    filled,
    literal,
)
from lispe_core.errors import LispError
from lispe_core.forms import EMPTY, TRUE, LispList, SourceList, Strings, Symbol, Value
from lispe_core.heaps import Heap
from lispe_core.linked_lists import LinkedList
from lispe_core.matrices import Matrix, grouped
from lispe_core.operators import compare
from lispe_core.scalars import Float, Short, to_integer, to_number
from lispe_core.sets import IntegerSet, LispSet
from lispe_core.streams import Range, Stream, steps
from lispe_core.typed_lists import (
    Floats,
    Integers,
    Numbers,
    Shorts,
    counted,
    homogeneous,
    total,
)
from lispe_core.vectors import zeros


def test_symbols_are_interned_and_survive_copies() -> None:
    symbol = Symbol("abc")
    assert Symbol("abc") is symbol
    assert copy.deepcopy(symbol) is symbol
    assert pickle.loads(pickle.dumps(symbol)) is symbol
    assert Symbol("a") < Symbol("b")
    assert Symbol("b") >= Symbol("a")


def test_true_and_the_empty_atom_survive_copies() -> None:
    assert pickle.loads(pickle.dumps(TRUE)) is TRUE
    assert pickle.loads(pickle.dumps(EMPTY)) is EMPTY


@pytest.mark.parametrize(
    "value", [LispList(), Integers(), Strings(), {}, LispSet(), LinkedList(), 0, 0.0, ""]
)
def test_empty_values_are_false(value: Value) -> None:
    assert not value


@pytest.mark.parametrize(
    "value", [TRUE, EMPTY, LispList([None]), Integers([0]), LispSet([0]), Range(1, 1), Symbol("a")]
)
def test_other_values_are_true(value: Value) -> None:
    assert value


@pytest.mark.parametrize("other", [Integers([1, 2]), Numbers([1, 2]), LinkedList([1, 2])])
def test_lists_of_all_kinds_are_equal_by_content(other: Value) -> None:
    plain = LispList([1, 2])
    assert plain == other
    assert other == plain
    assert LispList([plain]) == LispList([other])
    assert plain != type(other)([1, 3])


@pytest.mark.parametrize(("left", "right"), [(LispList(), None), (TRUE, 1), (Symbol("a"), "a")])
def test_no_conversion_makes_values_equal(left: Value, right: Value) -> None:
    assert left != right
    assert right != left


def test_typed_lists_lend_their_memory() -> None:
    numbers = Numbers([1, 2])
    numpy.frombuffer(numbers)[0] = 5
    assert numbers == [5, 2]
    assert memoryview(Integers([1])).itemsize == 8
    assert memoryview(Floats([1])).itemsize == 4
    assert memoryview(Shorts([1])).itemsize == 2


def test_typed_lists_copy_and_pickle_as_themselves() -> None:
    floats = Floats([1, 2])
    for duplicate in (copy.copy(floats), copy.deepcopy(floats), pickle.loads(pickle.dumps(floats))):
        assert type(duplicate) is Floats
        assert duplicate == floats
        assert duplicate is not floats


def test_elements_of_small_lists_are_small_numbers() -> None:
    assert type(Floats([1])[0]) is Float
    assert [type(value) for value in Shorts([1])] == [Short]


@pytest.mark.parametrize("length", [3, 3000])
def test_long_and_short_typed_lists_compute_alike(length: int) -> None:
    integers, numbers = Integers(range(length)), Numbers([0.5] * length)

    assert type(integers + integers) is Integers
    assert integers + integers == [2 * value for value in range(length)]
    assert type(integers * 2.5) is Numbers
    assert integers * 2.5 == [2.5 * value for value in range(length)]
    assert 1 - integers == [1 - value for value in range(length)]
    assert type(integers / 2) is Numbers
    assert integers + numbers == [value + 0.5 for value in range(length)]
    assert type(Floats(numbers) * 2) is Floats
    assert type(Floats(numbers) * 2.0) is Numbers
    assert type(Shorts([1] * length) + 1) is Integers
    with pytest.raises(LispError, match="division by zero"):
        numbers / integers


@pytest.mark.parametrize("length", [2, 2000])
def test_integer_lists_do_not_overflow(length: int) -> None:
    large = Integers([2**62] * length)
    assert large + large == [2**63] * length
    assert large * 4 == [2**64] * length
    assert large - (0 - large) == [2**63] * length
    assert total(large) == length * 2**62


def test_short_numbers_wrap_among_themselves_only() -> None:
    assert Short(32767) + Short(1) == -32768
    assert Short(32767) + 1 == 32768
    assert type(Float(1) + 1) is Float
    assert type(1 + Float(1)) is Float
    assert type(Float(1) + 1.5) is float
    assert Float(0.1) != 0.1


def test_homogeneous_keeps_values_exactly() -> None:
    assert type(homogeneous([1, 2])) is Integers
    assert type(homogeneous([1, 2.5])) is Numbers
    assert type(homogeneous(["a"])) is Strings
    assert type(homogeneous([1, "a"])) is LispList
    assert type(homogeneous([2**70])) is LispList


def test_regular_rows_make_a_matrix() -> None:
    matrix = grouped([Integers([1, 2]), Integers([3, 4])])
    assert isinstance(matrix, Matrix)
    assert matrix.shape == (2, 2)
    assert matrix.type_name == "matrix_integer_"
    assert type(matrix * 0.5) is Matrix
    assert type(grouped([Integers([1]), Integers([1, 2])])) is LispList
    assert grouped([matrix, matrix]).type_name == "tensor_integer_"


def test_zeros() -> None:
    assert zeros(Numbers, 3) == [0, 0, 0]


def test_source_lists_equal_plain_ones() -> None:
    assert SourceList([1]) == LispList([1])


def test_dictionaries_convert_their_keys() -> None:
    assert filled(dict, [(1, "a")]) == {"1": "a"}
    assert filled(IntegerDictionary, [("12", "a"), (1.9, "b")]) == {12: "a", 1: "b"}
    assert filled(NumberDictionary, [(1, "a")]) == {1.0: "a"}


def test_a_literal_is_keyed_by_what_its_keys_are() -> None:
    assert type(literal([(1, 2)])) is IntegerDictionary
    assert type(literal([(1, 2), (1.5, 2)])) is NumberDictionary
    assert type(literal([(1, 2), ("a", 2)])) is dict
    assert type(literal([])) is dict


def test_sorted_dictionaries_stay_sorted() -> None:
    tree = filled(SortedDictionary, [("b", 1), ("a", 2), ("b", 3)])
    assert list(tree.items()) == [("a", 2), ("b", 3)]
    del tree["a"]
    assert list(tree) == ["b"]


def test_sets_hold_what_is_equal_once() -> None:
    members = LispSet([1, 1.0, LispList([1]), Integers([1]), "a"])
    assert len(members) == 3
    assert LispList([1]) in members
    assert members == LispSet(["a", LispList([1]), 1])
    assert list(IntegerSet([3, 1, "2"])) == [1, 2, 3]


def test_heaps_keep_equals_in_order_of_arrival() -> None:
    heap = Heap(lambda a, b: compare(a[0], b[0]), [(2, "x"), (1, "y"), (2, "z")])
    assert heap.values == [(1, "y"), (2, "x"), (2, "z")]


def test_linked_lists_change_at_both_ends() -> None:
    linked = LinkedList([1, 2])
    linked.push_first(0)
    linked.push_last(3)
    assert list(linked) == [0, 1, 2, 3]
    assert linked.remove(1)
    assert not linked.remove(9)
    assert list(linked) == [0, 2, 3]
    assert linked.at(-1) == 3


@pytest.mark.parametrize(
    ("first", "last", "step", "inclusive", "count"),
    [
        (0, 10, 3, False, 4),
        (0, 9, 3, False, 3),
        (0, 9, 3, True, 4),
        (10, 0, -4, False, 3),
        (0, 10, -1, False, 0),
        (0, 1, 0.1, False, 10),
        (0, 1, 0.1, True, 11),
        (0, 0, 1, True, 1),
        (0.5, 3, 1, False, 3),
    ],
)
def test_steps_of_a_range(
    first: float, last: float, step: float, inclusive: bool, count: int
) -> None:
    assert steps(first, last, step, inclusive) == count


def test_ranges_are_visited_anew_each_time() -> None:
    finite = Range(0, 2, 6)
    assert list(finite) == list(finite) == [0, 2, 4]
    assert list(Range(0, 2, 6, inclusive=True)) == [0, 2, 4, 6]
    assert list(Range(0, 0.5, 2)) == [0, 0.5, 1, 1.5]
    assert Range(5, 2).at(10) == 25
    with pytest.raises(LispError, match="step"):
        Range(0, 0)


def test_streams_show_their_beginning() -> None:
    assert Stream(lambda: iter([1, 2])).display() == "(1 2)"
    assert Stream(lambda: iter(range(100))).display() == "(0 1 2 3 4 5 6 7 8 9 ...)"


@pytest.mark.parametrize(
    ("value", "integer", "number"),
    [
        ("12abc", 12, 12.0),
        ("0x1F", 31, 31.0),
        (" -2.5e1x", -2, -25.0),
        (".5", 0, 0.5),
        ("x", 0, 0.0),
        (None, 0, 0.0),
        (-3.9, -3, -3.9),
        (LispList([1]), 0, 0.0),
    ],
)
def test_conversion(value: Value, integer: int, number: float) -> None:
    assert to_integer(value) == integer
    assert to_number(value) == number


@pytest.mark.parametrize("numbers", [range(0), range(7, 1, -2), range(3, 2**22 + 9, 2)])
def test_counted_lists_hold_their_numbers_once(numbers: range) -> None:
    assert counted(Integers, numbers).tolist() == list(numbers)
