from __future__ import annotations

import math
from collections.abc import Iterable
from time import perf_counter

import pytest

from workbench.app.panels import curves
from workbench.app.panels.axes import decade_ticks, step_axis, value_axis
from workbench.app.panels.braille import Canvas
from workbench.app.panels.curves import FAN, Point, Series, between_values
from workbench.round_numbers import ticks


def series_of(values: Iterable[float]) -> Series:
    series = Series()
    series.extend((None, value) for value in values)
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


@pytest.mark.parametrize("count", [100, FAN**3, FAN**3 + 1, 40_007])
def test_extremes_survive_any_number_of_points(count: int) -> None:
    values = [math.sin(step) for step in range(count)]
    values[count // 3], values[count // 2] = 50.0, -50.0

    points = [point for line in drawn(series_of(values)) for point in line]

    assert (count // 3 + 1, 50.0) in points
    assert (count // 2 + 1, -50.0) in points
    assert len(points) <= 2 * (50 + 2)
    assert points == sorted(points)


def test_a_long_series_keeps_its_newest_points_singly_and_extremes_of_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(curves, "SINGLES", 64)
    monkeypatch.setattr(curves, "BUCKETS", 64)
    values = [float(step % 7) for step in range(50_000)]
    values[123] = 99.0
    series = series_of(values)

    assert len(series.raw.values) < 128
    assert all(len(level) < 128 for level in series.raw.stretches)
    assert (124, 99.0) in [point for line in drawn(series) for point in line]
    newest = series.segments(50, smoothed=False, floor=-math.inf, window=(49_990, 50_000))
    assert newest == [[(step, float((step - 1) % 7)) for step in range(49_990, 50_001)]]


@pytest.mark.parametrize("limit", [64, 2**18])
def test_every_range_is_drawn_from_its_first_to_its_last_step(
    limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curves, "SINGLES", limit)
    monkeypatch.setattr(curves, "BUCKETS", limit)
    series = series_of(float(step) for step in range(1, 30_001))

    for low, high in ((1, 30_000), (1, 500), (14_000.5, 15_000.5), (29_000, 30_000), (7, 11)):
        (line,) = series.segments(80, smoothed=False, floor=-math.inf, window=(low, high))
        slack = 2 * max(FAN, (high - low) / 80) * (1 if limit > 64 else FAN**2)
        assert low <= line[0][0] <= low + slack
        assert high - slack <= line[-1][0] <= high
        assert all(abs(step - value) < 1e-6 for step, value in line)


def test_a_line_is_cut_where_it_leaves_the_range() -> None:
    series = series_of([0.0, 10.0, 20.0])

    lines = series.segments(50, smoothed=False, floor=-math.inf, window=(1.5, 1.75))

    assert lines == [[(1.5, 5.0), (1.75, 7.5)]]


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ([(0, 0.5), (1, 0.5)], [[(0, 0.5), (1, 0.5)]]),
        ([(0, -1.0), (2, 1.0), (4, -1.0)], [[(1.0, 0.0), (2, 1.0), (3.0, 0.0)]]),
        ([(0, 0.0), (1, 4.0), (2, 0.0)], [[(0, 0.0), (0.25, 1.0)], [(1.75, 1.0), (2, 0.0)]]),
        ([(0, 2.0), (1, 3.0), (2, 3.0)], []),
        ([(0, -9.0), (2, 9.0)], [[(1.0, 0.0), (1 + 1 / 9, 1.0)]]),
        ([(3, 0.5)], [[(3, 0.5)]]),
        ([(3, 1.5)], []),
    ],
)
def test_a_line_is_cut_where_it_leaves_the_values(
    line: list[tuple[float, float]], parts: list[list[tuple[float, float]]]
) -> None:
    assert between_values(line, 0.0, 1.0) == [
        [pytest.approx(point) for point in part] for part in parts
    ]


def test_steps_of_the_program_are_kept_while_they_go_on() -> None:
    series = Series()
    series.extend([(100, 1.0), (200, 2.0), (150, 3.0), (None, 4.0)])

    assert drawn(series) == [[(100, 1.0), (200, 2.0), (201, 3.0), (202, 4.0)]]


def test_values_are_read_off_at_the_nearest_step() -> None:
    series = series_of([3.0, 1.0, math.nan])
    one, gap = series.raw.nearest(2.2), series.raw.nearest(9.0)

    assert one is not None
    assert one.low == 1.0
    assert gap is not None
    assert math.isnan(gap.low)
    assert Series().raw.nearest(1.0) is None


def test_a_million_points_are_taken_and_drawn_without_delay() -> None:
    series = series_of(float(step % 97) for step in range(1_000_000))

    started = perf_counter()
    drawn(series, columns=200)
    series.segments(200, smoothed=True, floor=0.0, window=(400_000, 500_000))

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
    assert [label for _, label in step_axis(1, 3, 6).marks] == ["1", "2", "3"]
    assert step_axis(5, 5, 6).high == 6


def test_signs_stand_over_dots_beside_each_other() -> None:
    canvas = Canvas(3, 1)

    canvas.line((0, 0), (1, 0), colour=1)
    canvas.write((1.0, 0.0), "a", 2)
    canvas.write((1.0, 0.0), "b", 3)

    assert list(canvas.runs(0)) == [("⣀", 1), ("b", 3), ("a", 2)]


def test_the_cursor_stands_behind_the_curves() -> None:
    canvas = Canvas(3, 2)

    canvas.line((0, 0), (1, 0), colour=1)
    canvas.rule(0.5)

    assert drawing(canvas) == [" │ ", "⣀⣀⣀"]
