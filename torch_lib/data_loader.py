"""Batches of examples: shuffled, of similar lengths, and the same again after a restart."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from torch_lib.conversion import tensor_from
from torch_lib.devices import current_device
from torch_lib.display import value_text
from torch_lib.errors import ArgumentError
from torch_lib.options import check_keys, check_positive
from torch_lib.progress_reports import counting
from torch_lib.readers import read_csv, read_jsonl, read_text
from torch_lib.sequences import pad_sequences

__all__ = ["DataLoader", "data_loader", "loader_epoch"]

READERS = {".jsonl": read_jsonl, ".csv": read_csv, ".txt": read_text}
BATCHES_SORTED_TOGETHER = 50
"""Examples are sorted by length within so many batches: the order stays random at large."""


@dataclass(frozen=True, slots=True)
class LoaderOptions:
    """How a loader makes batches.

    Args:
        shuffle: Whether each epoch has an order of its own.
        seed: What those orders follow from.
        drop_last: Leave the last batch out where it is smaller.
        length_sorted: Put examples of similar lengths together, so that little is padded.
        pad_id: The token that fills shorter sequences up.
    """

    shuffle: bool = False
    seed: int = 0
    drop_last: bool = False
    length_sorted: bool = False
    pad_id: int = 0

    def __post_init__(self) -> None:
        for name in ("shuffle", "drop_last", "length_sorted"):
            if not isinstance(getattr(self, name), bool):
                given = value_text(getattr(self, name))
                raise ArgumentError(f"{name} must be true or nil, got {given}")
        for name in ("seed", "pad_id"):
            value = getattr(self, name)
            if not isinstance(value, int) or not abs(value) < 2**63:
                raise ArgumentError(f"{name} must be an integer, got {value_text(value)}")


class DataLoader:
    """Gives the batches of an epoch, then those of the next.

    It remembers where it is: iteration goes on in the epoch that was left in the middle. It reports
    as progress how many batches of the epoch are over.
    """

    def __init__(self, data: Sequence[Any], batch_size: int, options: LoaderOptions) -> None:
        check_positive(batch_size=batch_size)
        if len(data) == 0:
            raise ArgumentError("the data is empty")
        self.data, self.batch_size, self.options = data, batch_size, options
        self.epoch, self.position = 0, 0
        self.share = (0, 1)

    def __len__(self) -> int:
        whole, rest = divmod(len(self.data), self.batch_size)
        batches = whole + (rest > 0 and not self.options.drop_last)
        return batches // self.share[1]

    def __iter__(self) -> Iterator[Any]:
        count = counting(f"epoch {self.epoch + 1}", len(self))
        for indices in islice(self._batches(), self.position, None):
            count(self.position)
            self.position += 1
            yield collated([self.data[index] for index in indices], self.options.pad_id)
        count(self.position)
        self.epoch, self.position = self.epoch + 1, 0

    def sharded(self, rank: int, processes: int) -> DataLoader:
        """The batches of one of several processes, as many for each."""
        loader = DataLoader(self.data, self.batch_size, self.options)
        loader.share = (rank, processes)
        return loader

    def state_dict(self) -> dict[str, Any]:
        """What ``load_state_dict`` needs to go on from here."""
        return {"epoch": self.epoch, "position": self.position, "seed": self.options.seed}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from where ``state`` was taken."""
        self.epoch, self.position = state["epoch"], state["position"]
        self.options = replace(self.options, seed=state["seed"])

    def summary(self) -> str:
        """The printed line."""
        sizes = f"batch_size={self.batch_size}, batches={len(self)}"
        return f"PyTorch Data Loader ({len(self.data)} items, {sizes})"

    def _batches(self) -> list[list[int]]:
        """The indices of every batch of this epoch that belongs to this process."""
        random = torch.Generator().manual_seed(self.options.seed + self.epoch)
        shuffle, count = self.options.shuffle, len(self.data)
        order = torch.randperm(count, generator=random).tolist() if shuffle else list(range(count))
        if self.options.length_sorted:
            together = self.batch_size * BATCHES_SORTED_TOGETHER if shuffle else count
            order = [
                index
                for start in range(0, count, together)
                for index in sorted(order[start : start + together], key=self._length)
            ]
        batches = [order[at : at + self.batch_size] for at in range(0, count, self.batch_size)]
        if self.options.drop_last and len(batches[-1]) < self.batch_size:
            batches.pop()
        if self.options.length_sorted and shuffle:
            places = torch.randperm(len(batches), generator=random).tolist()
            batches = [batches[place] for place in places]
        rank, processes = self.share
        return batches[rank : len(batches) // processes * processes : processes]

    def _length(self, index: int) -> int:
        return _length(self.data[index])


def data_loader(
    data: Sequence[Any] | str, batch_size: int, options: Mapping[str, Any] | None = None
) -> DataLoader:
    """Batches of ``data`` to loop over, one epoch a loop.

    Numbers and tensors of one shape become a tensor, lists of token ids a padded one; maps become
    maps of batches, and lists of other things, such as pairs, lists of batches.

    Args:
        data: A list, or the name of a ``.jsonl``, ``.csv`` or ``.txt`` file.
        batch_size: Examples in a batch.
        options: ``shuffle``, ``seed``, ``drop_last``, ``length_sorted`` and ``pad_id``.

    Raises:
        ArgumentError: There is no data, or an option is unknown or of another kind.

    Example:
        (setq loader (torch_data_loader '((1 2) (3 4 5) (6)) 2))
        loader
        ; => PyTorch Data Loader (3 items, batch_size=2, batches=2)
        (loop batch loader (setq last batch))
        last
        ; => [[6]]
    """
    given = dict(options or {})
    check_keys(given, LoaderOptions.__dataclass_fields__)
    settings = {key: False if value is None else value for key, value in given.items()}
    examples = _examples(data) if isinstance(data, str) else data
    return DataLoader(examples, batch_size, LoaderOptions(**settings))


def loader_epoch(loader: DataLoader) -> int:
    """How many epochs are over.

    Example:
        (setq loader (torch_data_loader '(1 2 3) 2))
        (loop batch loader batch)
        (torch_loader_epoch loader)
        ; => 1
    """
    return loader.epoch


def collated(examples: Sequence[Any], pad_id: int = 0) -> Any:
    """Examples as one batch: see ``data_loader``.

    Raises:
        ArgumentError: Examples of different kinds cannot be put together.
    """
    first = examples[0]
    if isinstance(first, Mapping):
        if any(not isinstance(one, Mapping) or one.keys() != first.keys() for one in examples):
            raise ArgumentError("maps in a batch must have the same keys")
        return {key: collated([one[key] for one in examples], pad_id) for key in first}
    if isinstance(first, Tensor) and all(
        isinstance(one, Tensor) and one.shape == first.shape for one in examples
    ):
        return torch.stack(list(examples))
    if all(one is None or isinstance(one, bool | int | float) for one in examples):
        return tensor_from(list(examples)).to(current_device())
    if all(_is_row(one) for one in examples):
        if len({len(one) for one in examples}) == 1:
            return tensor_from([list(one) for one in examples]).to(current_device())
        return pad_sequences(examples, None, pad_id)
    if isinstance(first, list | tuple) and all(
        isinstance(one, list | tuple) and len(one) == len(first) for one in examples
    ):
        return [collated(column, pad_id) for column in zip(*examples, strict=True)]
    return list(examples)


def _is_row(example: Any) -> bool:
    if isinstance(example, array):
        return True
    if isinstance(example, Tensor):
        return example.dim() == 1
    return isinstance(example, list) and all(isinstance(one, int | float) for one in example)


def _length(example: Any) -> int:
    """The longest part of an example."""
    if isinstance(example, str | array):
        return len(example)
    if isinstance(example, Tensor):
        return example.size(0) if example.dim() else 0
    if isinstance(example, Mapping):
        return max(map(_length, example.values()), default=0)
    if isinstance(example, list | tuple):
        return len(example) if _is_row(example) else max(map(_length, example), default=0)
    return 0


def _examples(path: str) -> Sequence[Any]:
    suffix = Path(path).suffix
    if suffix not in READERS:
        raise ArgumentError(f'"{path}" is no file of a known kind (known: {", ".join(READERS)})')
    return READERS[suffix](path)
