"""Batches of sequences."""

from array import array

import pytest
import torch

from torch_lib.errors import ArgumentError, KindError, ShapeError, TorchLibError
from torch_lib.sequences import create_attention_mask, pad_sequences


def test_sequences_become_rows() -> None:
    """Filled up to the longest, or cut and filled to a length."""
    sequences = [[2, 4, 3], torch.tensor([2, 3], dtype=torch.int32), array("q", [5])]

    assert pad_sequences(sequences).tolist() == [[2, 4, 3], [2, 3, 0], [5, 0, 0]]
    assert pad_sequences(sequences, 2, 9).tolist() == [[2, 4], [2, 3], [5, 9]]
    assert pad_sequences([[1]], 3, -1).tolist() == [[1, -1, -1]]
    assert pad_sequences([[], [1]]).tolist() == [[0], [1]]
    assert pad_sequences(sequences).dtype == torch.int64


def test_masks_tell_tokens_from_padding() -> None:
    """1 where there is a token."""
    mask = create_attention_mask(torch.tensor([[2, 4, 0], [7, 0, 0]]))

    assert mask.dtype == torch.int64
    assert mask.tolist() == [[1, 1, 0], [1, 0, 0]]
    assert create_attention_mask(torch.tensor([0, 7]), 7).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("sequences", "error", "message"),
    [
        ([], ArgumentError, "the list of sequences is empty"),
        ([[1], "a"], KindError, 'sequence 1 is not a list of token ids ("a")'),
        ([[1], 7], KindError, "sequence 1 is not a list of token ids (7)"),
        ([[1, "b"]], KindError, 'sequence 0: element 1 is not a number ("b")'),
        ([[1.5]], KindError, "sequence 0: token ids must be whole numbers"),
        ([[[1]]], ShapeError, "sequence 0 must have one dimension, its shape is (1 1)"),
    ],
)
def test_other_entries_are_named(
    sequences: list[object], error: type[TorchLibError], message: str
) -> None:
    """By their position."""
    with pytest.raises(error) as caught:
        pad_sequences(sequences)

    assert str(caught.value) == message
