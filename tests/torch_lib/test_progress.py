"""Long work tells how far it is: from nothing to all of it, and not too often."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import nn

from torch_lib import progress_reports
from torch_lib.checkpoints import load_model, save_checkpoint, save_model
from torch_lib.data_loader import data_loader
from torch_lib.errors import ArgumentError
from torch_lib.events import Event, Progress, listening
from torch_lib.networks import model
from torch_lib.progress import progress
from torch_lib.progress_reports import counting, watching
from torch_lib.simple_tokenizer import simple_tokenizer
from torch_lib.tokenizers import encode_file


def heard(work: Callable[[], object]) -> list[Progress]:
    events: list[Event] = []
    with listening(events.append):
        work()
    return [event for event in events if isinstance(event, Progress)]


def test_a_program_tells_of_itself() -> None:
    assert heard(lambda: progress("training", 3, 10)) == [Progress("training", 3, 10)]
    assert heard(lambda: progress("reading", 7)) == [Progress("reading", 7, None)]


@pytest.mark.parametrize(
    ("done", "total", "sentence"),
    [(-1, None, "done must be from 0 to …, got -1"), (11, 10, "done must be from 0 to 10, got 11")],
)
def test_progress_beyond_its_end_is_refused(done: int, total: int | None, sentence: str) -> None:
    with pytest.raises(ArgumentError, match=sentence):
        progress("training", done, total)


def test_many_steps_are_told_of_now_and_then() -> None:
    def work() -> None:
        count = counting("work", 100_000)
        for done in range(1, 100_001):
            count(done)

    told = heard(work)

    assert told[0].done == 1
    assert told[-1] == Progress("work", 100_000, 100_000)
    assert len(told) < 100


def test_what_is_written_is_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Room that was only reserved does not count."""
    monkeypatch.setattr(progress_reports, "EVERY", 0.005)
    events: list[Progress] = []
    with (
        listening(lambda event: events.append(event) if isinstance(event, Progress) else None),
        watching("save", tmp_path, 2_000_000),
        (tmp_path / "file").open("wb") as file,
    ):
        file.truncate(2_000_000)
        while len(events) < 2:
            pass
        file.write(bytes(range(256)) * 4000)
        file.flush()
        while events[-1].done < 1_000_000:
            pass

    assert events[0] == Progress("save", 0, 2_000_000)
    assert events[1].done < 1_000_000
    assert all(one.done <= next_one.done for one, next_one in pairwise(events))
    assert events[-1] == Progress("save", 2_000_000, 2_000_000)


@pytest.mark.parametrize("name", ["model.pt", "model.safetensors"])
def test_models_are_saved_and_loaded_with_progress(name: str, tmp_path: Path) -> None:
    network = model(4, 8, 2)
    path = str(tmp_path / name)
    size = sum(tensor.nbytes for tensor in network.state_dict().values())

    saved = heard(lambda: save_model(network, path))
    loaded = heard(lambda: load_model(path))

    assert (saved[0], saved[-1]) == (
        Progress("save model", 0, size),
        Progress("save model", size, size),
    )
    assert loaded[-1].task == "load model"
    assert loaded[-1].done == loaded[-1].total
    assert list(tmp_path.iterdir()) == [tmp_path / name]


def test_a_checkpoint_counts_its_optimizer(tmp_path: Path) -> None:
    network = nn.Linear(4, 2)
    optimizer = torch.optim.Adam(network.parameters())
    network(torch.ones(4)).sum().backward()
    optimizer.step()

    told = heard(lambda: save_checkpoint(network, optimizer, 1, str(tmp_path / "state.pt")))

    assert told[-1].task == "save checkpoint"
    assert told[-1].total is not None
    assert told[-1].total > 3 * 10 * 4  # weights and two moments of each, and random numbers


def test_an_epoch_is_as_long_as_its_batches() -> None:
    loader = data_loader([1, 2, 3, 4, 5], 2)

    first, second = heard(lambda: list(loader)), heard(lambda: list(loader))

    assert (first[0], first[-1]) == (Progress("epoch 1", 0, 3), Progress("epoch 1", 3, 3))
    assert second[-1] == Progress("epoch 2", 3, 3)


def test_a_file_is_tokenized_by_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "poem.txt"
    path.write_bytes("\ufeffété\r\nto be\nend".encode())
    ids: list[int] = []

    told = heard(
        lambda: encode_file(simple_tokenizer(), str(path), lambda row: ids.append(len(row)))
    )

    size = path.stat().st_size
    assert told[0].task == "tokenize poem.txt"
    assert told[0].done == len("été\r\n".encode())
    assert told[-1] == Progress("tokenize poem.txt", size, size)
    assert ids == [3, 4, 3]
