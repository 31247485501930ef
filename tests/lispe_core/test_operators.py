"""Operators and containers, as compiled code calls them."""

import math

import pytest

from lispe_core import containers, operators
from lispe_core.elementwise import Operation
from lispe_core.errors import LispError
from lispe_core.foreign import Foreign
from lispe_core.forms import TRUE, LispList, SourceList, Strings, Symbol, Value
from lispe_core.sets import LispSet
from lispe_core.typed_lists import Integers, Numbers


class Vector(Foreign):
    """A foreign value with operators of its own."""

    def __radd__(self, other: Value) -> str:
        return f"added to {other}"

    def at(self, key: Value) -> Value:
        return key

    def size(self) -> int:
        return 7


@pytest.mark.parametrize(
    ("left", "right", "remainder"), [(7, 3, 1), (-7, 3, -1), (7, -3, 1), (7.9, 3, 1)]
)
def test_modulo_has_the_sign_of_the_dividend(left: Value, right: Value, remainder: int) -> None:
    assert operators.modulo(left, right) == remainder


def test_power_follows_c_at_its_edges() -> None:
    assert operators.power(2, 100) == 2**100
    assert operators.power(2, -1) == 0.5
    assert operators.power(0, -1) == math.inf
    assert math.isnan(operators.power(-8, 0.5))
    assert operators.power(10.0, 400) == math.inf


@pytest.mark.parametrize("operation", [operators.multiply, operators.modulo, operators.subtract])
def test_text_has_no_other_operator_than_plus(operation: Operation) -> None:
    with pytest.raises(LispError, match=r"cannot evaluate '.' with these operands"):
        operation("ab", 3)


@pytest.mark.parametrize("right", ["n", None, TRUE, {}])
def test_a_number_meets_only_numbers_and_lists(right: Value) -> None:
    with pytest.raises(LispError, match="cannot use this element in an arithmetic expression"):
        operators.add(1, right)


def test_lists_leave_foreign_operands_their_turn() -> None:
    assert operators.add(LispList([1]), Vector()) == "added to [1]"
    assert operators.add(Integers([1]), Vector()).startswith("added to")


def test_operators_never_change_a_list_in_place() -> None:
    values = before = LispList([1])
    values += LispList([1])
    assert (values, before) == ([2], [1])


def test_fold() -> None:
    assert operators.fold("+", LispList([1, 2, 3])) == 6
    assert operators.fold("-", 4) == -4
    assert operators.fold("+", LispList()) == 0
    with pytest.raises(LispError, match=r"cannot apply '\*' to one element"):
        operators.fold("*", 4)


def test_identity() -> None:
    values = LispList([1])
    assert operators.identical(values, values)
    assert not operators.identical(values, LispList([1]))
    assert operators.identical(LispList(), Integers())
    assert operators.identical(None, LispList())
    assert not operators.identical(None, 0)
    assert operators.identical(1, 1.0)
    assert not operators.identical(TRUE, 1)
    assert not operators.identical(LispSet([1]), LispSet([1]))


def test_element() -> None:
    assert containers.element(LispList([1, 2]), -1) == 2
    assert containers.element(LispList([1, 2]), 1.9) == 2
    assert containers.element({"1": 2}, 1) == 2
    assert containers.element("été", 0) == "é"
    assert containers.element(Vector(), 5) == 5
    for container, key in ((LispList(), 0), ({}, "a"), ("a", 1), (LispList([1]), "a")):
        with pytest.raises(LispError, match="index out of bounds"):
            containers.element(container, key)
    with pytest.raises(LispError, match="value cannot be access through index"):
        containers.element(12, 0)


def test_store() -> None:
    values = LispList([1])
    assert containers.store(values, 1, "a") is values
    assert values == [1, "a"]
    assert containers.store(Integers([1]), 0, 2.9) == [2]
    assert containers.store("abc", -1, "X") == "abX"
    for index in (3, -3):
        with pytest.raises(LispError, match="index out of bounds"):
            containers.store(values, index, 0)
    with pytest.raises(LispError, match="number too large for 'integers_'"):
        containers.store(Integers([1]), 0, 2**70)


def test_a_loop_sees_elements_pushed_meanwhile() -> None:
    values = LispList([1])
    seen = []
    for value in containers.iterate(values):
        seen.append(value)
        if len(values) < 3:
            values.append(value + 1)
    assert seen == [1, 2, 3]


def test_a_loop_over_a_dictionary_keeps_to_its_first_keys() -> None:
    dictionary = {"a": 1}
    for key in containers.iterate(dictionary):
        dictionary[key + "x"] = 1
    assert list(dictionary) == ["a", "ax"]


def test_scalars_have_no_elements() -> None:
    assert list(containers.iterate(None)) == []
    assert list(containers.iterate(12)) == []
    assert containers.size(12) == 0
    assert containers.size(Vector()) == 7


def test_copies_are_deep_and_plain() -> None:
    inner = SourceList([1])
    source = SourceList([inner, "a", Symbol("b"), Integers([1]), {"k": inner}])
    duplicate = containers.copy_constant(source)
    assert type(duplicate) is LispList
    assert type(duplicate[0]) is LispList
    assert duplicate == source
    duplicate[0].append(2)
    assert inner == [1]
    assert type(containers.clone(Strings(["a"]))) is Strings
    assert type(containers.clone(Numbers([1]))) is Numbers


def test_copies_of_cyclic_lists_are_cyclic() -> None:
    cyclic = LispList()
    cyclic.append(cyclic)
    duplicate = containers.clone(cyclic)
    assert duplicate[0] is duplicate
    assert duplicate is not cyclic
