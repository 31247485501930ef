"""``--plots``: curves of what a program measures, as files."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from torch_lib.events import Metric, Progress
from workbench.plots import Plots

SVG = "{http://www.w3.org/2000/svg}"


def written(folder: Path, *events: Metric) -> list[str]:
    plots = Plots(folder)
    for event in events:
        plots(event)
    plots.write()
    return sorted(path.name for path in folder.iterdir())


def lines(path: Path) -> list[list[tuple[float, float]]]:
    """The curves of a picture, as places on it."""
    found = ElementTree.parse(path).getroot().findall(f"{SVG}polyline")
    return [
        [(float(x), float(y)) for x, y in (place.split(",") for place in one.split())]
        for one in (line.attrib["points"] for line in found)
    ]


def test_every_metric_gets_a_table_and_a_picture(tmp_path: Path) -> None:
    events = [Metric("loss", 1.0), Metric("lr", 0.1, 10), Metric("loss", 0.25), Metric("lr", 0.2)]

    assert written(tmp_path / "new", *events) == ["loss.csv", "loss.svg", "lr.csv", "lr.svg"]
    assert (tmp_path / "new" / "loss.csv").read_text() == "step,value\n0,1.0\n1,0.25\n"
    assert (tmp_path / "new" / "lr.csv").read_text() == "step,value\n10,0.1\n11,0.2\n"
    ((start, end),) = lines(tmp_path / "new" / "loss.svg")
    assert start[0] < end[0]
    assert start[1] < end[1]  # downwards


def test_what_is_not_finite_is_a_gap(tmp_path: Path) -> None:
    values = [1.0, 2.0, math.nan, 1.0, math.inf, 3.0, 1e308]
    written(tmp_path, *(Metric("x", value) for value in values))

    assert [len(line) for line in lines(tmp_path / "x.svg")] == [2, 2, 2]
    table = (tmp_path / "x.csv").read_text().splitlines()
    assert table[3:6] == ["2,nan", "3,1.0", "4,inf"]


@pytest.mark.parametrize("values", [[math.nan], [2.0], [0.0, 0.0], [1e-320, 1e-310], [-1e300]])
def test_odd_curves_have_a_picture(tmp_path: Path, values: list[float]) -> None:
    written(tmp_path, *(Metric("x", value) for value in values))

    for line in lines(tmp_path / "x.svg"):
        assert all(0 <= x <= 960 and 0 <= y <= 480 for x, y in line)


def test_long_curves_keep_their_spikes_in_a_small_picture(tmp_path: Path) -> None:
    values = [0.0] * 100_000
    values[50_123] = 1.0
    written(tmp_path, *(Metric("x", value) for value in values))

    (line,) = lines(tmp_path / "x.svg")
    assert len(line) < 4000
    assert min(y for _, y in line) < 100


def test_names_become_names_of_files(tmp_path: Path) -> None:
    names = ["a/b", "a b", "../x", "Loss", "loss", "", "ö<&>"]
    files = written(tmp_path, *(Metric(name, 1.0) for name in names))

    assert [name for name in files if name.endswith(".csv")] == [
        "Loss.csv",
        "_x.csv",
        "a_b.csv",
        "a_b_2.csv",
        "loss_2.csv",
        "metric.csv",
        "ö___.csv",
    ]
    for file in tmp_path.glob("*.svg"):
        ElementTree.parse(file)


def test_without_metrics_nothing_is_written(tmp_path: Path) -> None:
    plots = Plots(tmp_path / "folder")
    plots(Progress("load", 1, 2))
    plots.write()

    assert list((tmp_path / "folder").iterdir()) == []


@pytest.mark.parametrize("end", ["", '(throw "enough")'])
def test_the_command_writes_them_in_the_end(tmp_path: Path, end: str) -> None:
    """Also when the program fails, and wherever it went."""
    source = f'(torch_log_metric "loss" 0.5) (torch_log_metric "loss" 0.25) {end}'
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "--plots", str(tmp_path / "out"), "--eval", source],
        capture_output=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == (1 if end else 0)
    assert (tmp_path / "out" / "loss.csv").read_text() == "step,value\n0,0.5\n1,0.25\n"
    assert lines(tmp_path / "out" / "loss.svg")


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "loss.csv").mkdir()
    source = '(use \'lispe_torch) (torch_log_metric "loss" 1.0)'
    command = [sys.executable, "-m", "workbench", "--plots", str(tmp_path), "--eval", source]

    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 1
    assert done.stderr.endswith("loss.csv is a folder, not a file\n")
    assert "Traceback" not in done.stderr
