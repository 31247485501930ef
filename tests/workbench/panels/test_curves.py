from __future__ import annotations

import math
from collections.abc import Iterable
from time import perf_counter

import pytest

from workbench.app.panels.braille import Canvas
from workbench.app.panels.curve_view import decade_ticks, step_axis, ticks, value_axis
from workbench.app.panels.curves import CAPACITY, Point, Series


def series_of(values: Iterable[float]) -> Series:
    series = Series()
    series.extend(values)
    return series


def drawn(
    series: Series, columns: int = 50, smoothed: bool = False, floor: float = -math.inf
) -> list[list[Point]]:
    return series.segments(columns, smoothed=smoothed, floor=floor)


def test_few_points_are_drawn_as_they_are() -> None:
    assert drawn(series_of([3.0, 1.0, 2.0])) == [[(1, 3.0), (2, 1.0), (3, 2.0)]]


def test_nan_and_infinity_split_the_line() -> None:
    series = series_of([1.0, 2.0, math.nan, 3.0, math.inf, -math.inf, 4.0])

    assert drawn(series) == [[(1, 1.0), (2, 2.0)], [(4, 3.0)], [(7, 4.0)]]
    assert series.gaps == 3


def test_values_at_or_below_the_floor_are_gaps() -> None:
    assert drawn(series_of([1.0, 0.0, -1.0, 2.0]), floor=0.0) == [[(1, 1.0)], [(4, 2.0)]]


def test_a_series_of_nothing_finite_draws_nothing() -> None:
    assert drawn(series_of([math.nan] * 5)) == []


@pytest.mark.parametrize("count", [100, CAPACITY, CAPACITY + 1, 10 * CAPACITY + 7])
def test_extremes_survive_any_number_of_points(count: int) -> None:
    values = [math.sin(step) for step in range(count)]
    values[count // 3], values[count // 2] = 50.0, -50.0

    points = [point for line in drawn(series_of(values)) for point in line]

    assert (count // 3 + 1, 50.0) in points
    assert (count // 2 + 1, -50.0) in points
    assert len(points) <= 2 * 50
    assert points == sorted(points)


def test_a_series_takes_constant_memory() -> None:
    series = series_of(float(step) for step in range(20 * CAPACITY))

    assert len(series.raw) <= CAPACITY
    assert series.count == 20 * CAPACITY


def test_drawing_costs_the_same_for_many_points_as_for_few() -> None:
    series = series_of(float(step % 97) for step in range(200_000))

    started = perf_counter()
    drawn(series, columns=200)

    assert perf_counter() - started < 0.1


def test_smoothing_lessens_noise_and_skips_gaps() -> None:
    series = series_of([1.0, -1.0] * 50 + [math.nan] + [1.0, -1.0] * 50)

    lines = drawn(series, columns=500, smoothed=True)

    assert len(lines) == 2
    assert max(abs(value) for _, value in lines[1]) < 0.3


def test_ticks_are_round_and_inside() -> None:
    assert ticks(0.0, 2.3, 5) == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert ticks(5.0, 5.0, 5) == [5.0]


def test_decade_ticks_fall_on_round_numbers() -> None:
    marks = [round(10**mark, 6) for mark in decade_ticks(math.log10(0.08), math.log10(2.4), 6)]

    assert marks == [0.1, 0.2, 0.5, 1.0, 2.0]


def test_decade_ticks_of_a_narrow_range_are_its_ends() -> None:
    assert decade_ticks(0.11, 0.12, 4) == [0.11, 0.12]


def drawing(canvas: Canvas) -> list[str]:
    return ["".join(text for text, _ in canvas.runs(row)) for row in range(canvas.height)]


def test_a_line_runs_from_corner_to_corner() -> None:
    canvas = Canvas(2, 1)

    canvas.line((0, 0), (1, 1), colour=1)

    assert drawing(canvas) == ["⡠⠊"]


def test_a_point_is_one_dot() -> None:
    canvas = Canvas(3, 2)

    canvas.line((0.5, 0.0), (0.5, 0.0), colour=1)

    assert drawing(canvas) == ["   ", " ⢀ "]


def test_in_a_cell_the_last_colour_is_seen() -> None:
    canvas = Canvas(3, 1)

    canvas.line((0, 0), (1, 0), colour=1)
    canvas.line((0, 1), (0, 1), colour=2)

    assert list(canvas.runs(0)) == [("⠁", 2), ("⣀⣀", 1)]


def test_axes_hold_all_values_and_label_round_ones() -> None:
    axis = value_axis([0.3, 2.1], 4, logarithmic=False)

    assert [label for _, label in axis.marks] == ["0.5", "1", "1.5", "2"]
    assert (axis.place(0.3), axis.place(2.1)) == (0.0, 1.0)
    assert axis.marks[0][0] == pytest.approx(axis.place(0.5))


def test_the_axis_of_one_value_has_room_around_it() -> None:
    for value in (0.0, 1e300, -5.0, 5e-324):
        axis = value_axis([value], 4, logarithmic=False)
        assert 0.0 < axis.place(value) < 1.0


def test_steps_are_whole() -> None:
    assert [label for _, label in step_axis([1, 3], 6).marks] == ["1", "2", "3"]
    assert step_axis([5], 6).high == 6
