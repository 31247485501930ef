"""Lisp names as Python identifiers."""

import pytest

from lispe_core import names


@pytest.mark.parametrize(
    "name", ["x", "set@", "torch_linear", "null?", "λ", "a-b", "_", "__x", "+", "x_2d_y", "1+"]
)
def test_mangling_is_reversible(name: str) -> None:
    slot = names.variable(name)
    assert slot.isidentifier()
    assert names.lisp_name(slot) == name


def test_different_names_get_different_slots() -> None:
    spellings = ["a-b", "a_b", "a_2d_b", "a--b", "a__b", "set@", "set_40_"]
    assert len({names.function(name) for name in spellings}) == len(spellings)
