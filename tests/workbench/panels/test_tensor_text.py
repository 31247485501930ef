from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from workbench.app.panels.tensor_text import ElementFormat, facts, flowed, histogram, shape_text
from workbench.runtime.protocol import Element, TensorStatistics, TensorView, Window


def view_of(
    values: Sequence[Element],
    dtype: str = "float32",
    statistics: TensorStatistics | None = None,
    shape: tuple[int, ...] | None = None,
) -> TensorView:
    elements = (tuple(values),)
    return TensorView(
        1, shape or (1, len(values)), dtype, "cpu", False, statistics, Window(), elements
    )


@pytest.mark.parametrize(
    ("values", "dtype", "texts"),
    [
        ([0.5, -1.25], "float32", ["0.5000", "-1.2500"]),
        ([1234.5678, 0.25], "float32", ["1234.6", "0.2"]),
        ([1e7, 1.0], "float32", ["1.000e+07", "1.000e+00"]),
        ([1e-5], "float64", ["1.000e-05"]),
        ([1, -20], "int64", ["1", "-20"]),
        ([True, False], "bool", ["true", "nil"]),
        ([math.nan, math.inf, -math.inf], "float32", ["NaN", "∞", "-∞"]),
        ([10**18], "int64", ["1e18"]),
    ],
)
def test_elements_are_written_by_type_and_range(values, dtype, texts) -> None:
    form = ElementFormat.of(view_of(values, dtype))

    written = [form.text(value) for value in values]

    assert [text.strip() for text in written] == texts
    assert {len(text) for text in written} == {form.width}


def test_an_element_beyond_the_sampled_range_still_fits() -> None:
    statistics = TensorStatistics(0.0, 1.0, 0.5, 0.1, 0, 0, (1,), sampled=10)
    form = ElementFormat.of(view_of([0.5], statistics=statistics))

    assert len(form.text(123456.0)) == form.width


def test_shapes_read_as_products() -> None:
    assert shape_text((2, 3)) == "2×3"
    assert shape_text(()) == "scalar"


@pytest.mark.parametrize("counts", [(), (0, 0), (1,), tuple(range(100))])
def test_histograms_of_any_length_are_short(counts) -> None:
    assert len(histogram(counts)) <= 12


def test_a_full_summary_names_every_fact() -> None:
    statistics = TensorStatistics(-1.5, 2.5, 0.25, 1.0, 3, 2, (1, 5, 2), sampled=1_000_000)
    view = TensorView(1, (4, 5), "float16", "cuda:0", True, statistics, Window(), ())

    text = flowed(facts(view, "weights [0]"), 200).plain

    for fact in ("weights [0]", "4×5", "float16", "cuda:0", "grad", "-1.5", "2.5", "mean 0.25"):
        assert fact in text
    for fact in ("sd 1", "3 NaN", "2 ∞", "of 1,000,000 sampled"):
        assert fact in text


@pytest.mark.parametrize(
    ("shape", "words"), [((0, 3), "no elements"), ((2, 2), "no finite elements")]
)
def test_a_tensor_without_statistics_says_why(shape, words) -> None:
    assert words in flowed(facts(view_of([], shape=shape), ""), 80).plain


def test_complex_elements_are_told_to_be_magnitudes() -> None:
    assert "magnitudes" in flowed(facts(view_of([1.0], "complex64"), ""), 80).plain


@pytest.mark.parametrize("width", [1, 5, 20, 48])
def test_flowed_facts_stay_inside_their_width(width: int) -> None:
    statistics = TensorStatistics(-1.5, 2.5, 0.25, 1.0, 3, 2, (1, 5, 2))
    lines = flowed(facts(view_of([1.0], statistics=statistics), "name"), width).split("\n")

    assert all(line.cell_length <= width for line in lines)
