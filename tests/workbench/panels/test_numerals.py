from __future__ import annotations

import math

import pytest
from rich.cells import cell_len

from torch_lib.events import Progress
from workbench.app.drawable import fitted, single_line
from workbench.app.panels.numerals import (
    bar,
    byte_size,
    count_text,
    duration,
    short_number,
    size_pair,
    spark,
)
from workbench.app.progress import progress_text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0B"),
        (999, "999B"),
        (1024, "1.0K"),
        (1536, "1.5K"),
        (2**30, "1.0G"),
        (150 * 2**30, "150G"),
    ],
)
def test_byte_sizes_use_the_largest_fitting_unit(size: int, text: str) -> None:
    assert byte_size(size) == text


def test_a_size_pair_shares_the_unit_of_the_whole() -> None:
    assert size_pair(512 * 2**20, 16 * 2**30) == "0.5/16.0G"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (3.0, "3"),
        (123456, "123456"),
        (0.123456, "0.1235"),
        (12345.678, "12346"),
        (1.5e-7, "1.5e-7"),
        (-2.5e12, "-2.5e12"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "-∞"),
        (10**400, "1e400"),
        (True, "1"),
    ],
)
def test_numbers_are_short_whatever_they_are(value: float, text: str) -> None:
    assert short_number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.012, "12ms"), (3.42, "3.4s"), (59.99, "1m00s"), (125, "2m05s"), (3720, "1h02m")],
)
def test_durations_have_two_figures(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize("fraction", [-1.0, 0.0, 0.3, 1.0, 7.0])
def test_a_bar_keeps_its_width(fraction: float) -> None:
    assert len(bar(fraction, 6)) == 6


def test_a_spark_shows_unknown_values_as_dots() -> None:
    assert spark([0.0, 50.0, 100.0, math.nan], 100.0) == "▁▅█·"


def test_a_spark_of_nothing_but_zeros_needs_no_scale() -> None:
    assert spark([0.0, 0.0], 0.0) == "··"


def test_a_single_line_shows_breaks_and_hides_control_characters() -> None:
    assert single_line("a\nb\x1b[31mc\td") == "a⏎b\N{REPLACEMENT CHARACTER}[31mc d"


@pytest.mark.parametrize("text", ["", "short", "a rather long text", "漢字漢字漢字漢字"])
@pytest.mark.parametrize("width", [0, 1, 2, 7, 12])
def test_fitted_text_fills_its_cells_exactly(text: str, width: int) -> None:
    assert cell_len(fitted(text, width)) == width


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (Progress("load model", 3, 6), "load model ▕████    ▏ 3/6"),
        (Progress("read\nlines", 12, None), "read⏎lines 12"),
        (Progress("save", 3_000_000, 12_000_000), "save ▕██      ▏ 25%"),
        (Progress("done", 9, 3), "done ▕████████▏ 9/3"),
    ],
)
def test_progress_is_told_on_one_line(progress: Progress, text: str) -> None:
    assert progress_text(progress) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.00K"),
        (1_184_000, "1.18M"),
        (25_731_584, "25.7M"),
        (999_950, "1.00M"),
        (7_000_000_000, "7.00B"),
    ],
)
def test_counts_go_by_thousands(count: int, text: str) -> None:
    assert count_text(count) == text
