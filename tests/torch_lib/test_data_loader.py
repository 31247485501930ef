"""Readers and loaders of data."""

import math
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import torch

from torch_lib.data_loader import DataLoader, data_loader, loader_epoch
from torch_lib.errors import ArgumentError, FileMissing
from torch_lib.readers import read_csv, read_jsonl, read_text


def epoch(loader: DataLoader) -> list[list[int]]:
    return [batch.tolist() for batch in loader]


def test_batches_hold_everything_once() -> None:
    loader = data_loader(list(range(10)), 4, {"shuffle": True})

    first, second = epoch(loader), epoch(loader)

    assert len(loader) == 3
    assert [len(batch) for batch in first] == [4, 4, 2]
    assert sorted(chain(*first)) == sorted(chain(*second)) == list(range(10))
    assert first != second
    assert loader_epoch(loader) == 2
    assert epoch(data_loader(list(range(10)), 4, {"shuffle": True})) == first
    assert epoch(data_loader(list(range(10)), 4, {"shuffle": True, "seed": 1})) != first
    assert epoch(data_loader(list(range(10)), 4, {"drop_last": True})) == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
    ]


def test_similar_lengths_come_together() -> None:
    data = [[1] * (index % 17 + 1) for index in range(200)]

    def padding(**options: bool) -> int:
        return sum((batch == 0).sum().item() for batch in data_loader(data, 8, options))

    assert padding(length_sorted=True, shuffle=True) < padding(shuffle=True) / 5
    lengths = [batch.size(1) for batch in data_loader(data, 8, {"length_sorted": True})]
    assert lengths == sorted(lengths)


def test_a_loader_goes_on_where_it_was() -> None:
    """In the same order, from the batch that comes next."""
    options = {"shuffle": True, "seed": 5, "length_sorted": True}
    data = [[index] * (index % 5 + 1) for index in range(1, 40)]
    whole, first, second = (data_loader(data, 4, options) for _ in range(3))
    expected = [batch.tolist() for _ in range(2) for batch in whole]

    seen = [batch.tolist() for batch in first]
    for batch in first:
        seen.append(batch.tolist())
        if len(seen) == 13:
            break
    second.load_state_dict(first.state_dict())
    seen += [batch.tolist() for batch in second]

    assert seen == expected


def test_processes_share_the_batches() -> None:
    loader = data_loader(list(range(22)), 4, {"shuffle": True})

    shares = [loader.sharded(rank, 2) for rank in range(2)]

    batches = [epoch(share) for share in shares]
    assert [len(share) for share in shares] == [len(each) for each in batches] == [3, 3]
    assert sorted(chain(*chain(*batches))) == list(range(22))


def test_examples_become_batches() -> None:
    def only(data: list[Any], **options: int) -> Any:
        (batch,) = data_loader(data, 9, options)
        return batch

    assert only([[1, 2], [3]], pad_id=9).tolist() == [[1, 2], [3, 9]]
    assert only([0.5, 1]).dtype == torch.float32
    assert only([torch.ones(2, 3), torch.zeros(2, 3)]).shape == (2, 2, 3)
    assert only(["one", "two"]) == ["one", "two"]
    mapped = only([{"ids": [1], "label": 0}, {"ids": [2, 3], "label": 1}])
    assert mapped["ids"].tolist() == [[1, 0], [2, 3]]
    assert mapped["label"].tolist() == [0, 1]
    inputs, targets = only([[[1.0, 2.0], 0], [[3.0, 4.0], 1]])
    assert inputs.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert targets.tolist() == [0, 1]


def test_files_are_data(tmp_path: Path) -> None:
    lines, table, text = (tmp_path / f"data.{kind}" for kind in ("jsonl", "csv", "txt"))
    lines.write_text('{"a": [1, 2]}\n\n{"a": "é"}\n', encoding="utf-8")
    table.write_bytes('\ufeffname,size\r\n"one, two",1\r\nthree,2.5\r\n'.encode())
    text.write_text("one\r\n two \n", encoding="utf-8", newline="")

    assert read_jsonl(str(lines)) == [{"a": [1, 2]}, {"a": "é"}]
    assert read_csv(str(table)) == [{"name": "one, two", "size": 1}, {"name": "three", "size": 2.5}]
    assert read_csv(str(table), False)[0] == ["name", "size"]
    assert read_text(str(text)) == ["one", " two "]
    (batch,) = data_loader(str(table), 2)
    assert batch["size"].tolist() == [1.0, 2.5]


def test_cells_hold_lines_and_numbers_only_where_they_are_written_so(tmp_path: Path) -> None:
    table = tmp_path / "data.csv"
    table.write_bytes(b'text,size\r\n"one\ntwo\r\n",1_000\r\nNan,1e3\r\n-0.5,-inf\r\n')

    (first, second, third) = read_csv(str(table))

    assert first == {"text": "one\ntwo\r\n", "size": "1_000"}
    assert second == {"text": "Nan", "size": 1000.0}
    assert third == {"text": -0.5, "size": -math.inf}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("bad.jsonl", b"[" * 100_000, r"bad\.jsonl, line 1: no JSON .*nested too deeply"),
        ("bad.jsonl", b'{"a": 1}\n{"a": \n', r"bad\.jsonl, line 2: no JSON"),
        ("bad.csv", b"a,b\n1,2\n3\n", r"bad\.csv, line 3: 1 entries, the first row has 2"),
        ("bad.csv", b'a,b\n1,"2\n', r"bad\.csv, line 2: unexpected end"),
        ("bad.txt", b"one\n\xff\xfe\n", r"bad\.txt is not UTF-8 text"),
        ("bad.txt", b"", "the data is empty"),
        ("bad.xlsx", b"", "no file of a known kind"),
    ],
)
def test_bad_files_are_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(ArgumentError, match=message):
        data_loader(str(tmp_path / name), 2)


def test_mistakes_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="file not found"):
        read_jsonl(str(tmp_path / "none.jsonl"))
    with pytest.raises(ArgumentError, match="is a folder, not a file"):
        read_csv(str(tmp_path))
    for data, size, options, message in (
        ([], 2, {}, "the data is empty"),
        ([1], 0, {}, "batch_size must be a positive integer, got 0"),
        ([1], 1, {"shufle": True}, 'unknown key "shufle"'),
        ([1], 1, {"shuffle": 3}, "shuffle must be true or nil, got 3"),
        ([1], 1, {"seed": "a"}, 'seed must be an integer, got "a"'),
    ):
        with pytest.raises(ArgumentError, match=message):
            data_loader(data, size, options)
    with pytest.raises(ArgumentError, match="maps in a batch must have the same keys"):
        list(data_loader([{"a": 1}, {"b": 1}], 2))
