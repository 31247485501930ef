from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from workbench.app.panels.runs import Run, RunStore

BEGAN = datetime(2026, 5, 1, 12, 30)


def test_only_the_newest_runs_stay(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs", limit=3)
    for number in range(5):
        store.begin(Run(f"run {number}", BEGAN + timedelta(minutes=number)))

    assert [run.title for run in store.kept()] == ["run 4", "run 3", "run 2"]


def test_runs_of_the_same_second_are_two_files(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    one, two = Run("one", BEGAN), Run("two", BEGAN)
    store.begin(one)
    store.begin(two)

    assert one.path != two.path
    assert {run.title for run in store.kept()} == {"one", "two"}


def test_damaged_files_and_lines_are_passed_over(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = Run("good", BEGAN)
    store.begin(run)
    assert run.path
    store.append(run, "loss", 1, [0.5])
    with run.path.open("ab") as file:
        file.write(b'{"metric": "loss", "step": 2, "values": ["x"]}\n[]\n\xff\n{"metric": "lo')
    (tmp_path / "bad.jsonl").write_bytes(b"\xff\xfe\n")
    (tmp_path / "other.jsonl").write_text("[1]\n")
    (tmp_path / "zone.jsonl").write_text('{"run": "b", "began": "2020-01-01T00:00:00+02:00"}\n')

    kept, _ = store.kept()
    assert store.load(kept, count()).series["loss"].count == 1


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = RunStore(tmp_path / "file" / "runs")
    run = Run("lost", BEGAN)
    store.begin(run)
    store.append(run, "loss", 1, [0.5])

    assert run.path is None
    assert store.kept() == []
