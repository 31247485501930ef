"""Metrics, and the log that they are written to."""

import json
import math
from pathlib import Path

import pytest
import torch

from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.events import Event, Metric, emit, has_listeners, listening
from torch_lib.metrics import accuracy, log_metric, perplexity
from torch_lib.tracking import log_close, log_to


def test_metrics_are_reported() -> None:
    heard: list[Event] = []

    with listening(heard.append):
        hits = accuracy(torch.tensor([[2.0, 1.0], [0.5, 0.1], [0, 1]]), torch.tensor([0, 1, 9]), 9)
        undecided = perplexity(torch.tensor(math.log(8.0), requires_grad=True))
        log_metric("rate", 0.5, 7)

    assert hits == 0.5
    assert undecided == pytest.approx(8)
    points = (Metric("accuracy", 0.5), Metric("perplexity", undecided), Metric("rate", 0.5, 7))
    assert heard == list(points)


def test_a_perplexity_beyond_all_numbers_is_infinite() -> None:
    assert perplexity(1e6) == math.inf
    assert math.isnan(perplexity(math.nan))


def test_misfits_are_named() -> None:
    with pytest.raises(ShapeError, match="there is no target to count"):
        accuracy(torch.zeros(2, 3), torch.tensor([9, 9]), 9)
    with pytest.raises(ShapeError, match=r"predictions \(2 3\) and targets \(3\) do not match"):
        accuracy(torch.zeros(2, 3), torch.zeros(3))
    with pytest.raises(ArgumentError, match="the name is empty"):
        log_metric("", 1)


def test_a_log_holds_every_metric(tmp_path: Path) -> None:
    """As lines of JSON and as TensorBoard's events, behind what was there."""
    for values in ([0.5, 0.25], [0.125]):
        log_to(str(tmp_path / "run"))
        for value in values:
            log_metric("loss", value)
        emit(Metric("accuracy", 0.9, 40))
        assert log_close()
    log_metric("loss", 100.0)

    lines = (tmp_path / "run" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [(line["name"], line["value"], line["step"]) for line in map(json.loads, lines)]
    assert entries == [
        ("loss", 0.5, 0),
        ("loss", 0.25, 1),
        ("accuracy", 0.9, 40),
        ("loss", 0.125, 2),
        ("accuracy", 0.9, 40),
    ]
    assert not has_listeners()


def test_tensorboard_reads_the_log(tmp_path: Path) -> None:
    accumulators = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    log_to(str(tmp_path))
    for step in range(3):
        log_metric("loss", 1 / (step + 1), step * 10)
    log_close()

    events = accumulators.EventAccumulator(str(tmp_path)).Reload()

    steps = [(event.step, event.value) for event in events.Scalars("loss")]
    assert steps == [(0, 1.0), (10, 0.5), (20, pytest.approx(1 / 3))]


def test_only_the_first_process_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")

    log_to(str(tmp_path / "run"))
    log_metric("loss", 1.0)
    log_close()

    assert not (tmp_path / "run").exists()


def test_a_log_goes_on_where_it_ended(tmp_path: Path) -> None:
    """A killed process may have left half a line."""
    log_to(str(tmp_path))
    log_metric("loss", 3.0)
    log_metric("loss", 2.0)
    log_close()
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"name": "loss", "va')

    log_to(str(tmp_path))
    log_metric("loss", 1.0)
    log_close()

    first, second, _, last = (tmp_path / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in (first, second, last)] == [0, 1, 2]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")

    with pytest.raises(ArgumentError, match="file is a file, not a folder"):
        log_to(str(tmp_path / "file"))

    assert (tmp_path / "file").read_text() == "mine"
    assert not log_close()


def test_what_is_not_finite_is_null(tmp_path: Path) -> None:
    log_to(str(tmp_path))
    log_metric("loss", math.nan)
    log_close()

    (line,) = (tmp_path / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line, parse_constant=pytest.fail)["value"] is None
