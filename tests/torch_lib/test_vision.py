"""Images as sequences of patches."""

import pytest
import torch

from torch_lib.display import describe
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.kinds import description, rebuilt
from torch_lib.layers import forward
from torch_lib.shapes import index_select
from torch_lib.vision import mean_pool, patch_embedding


def test_patches_are_projected_where_they_lie() -> None:
    layer = patch_embedding(6, 3, 2, 5)
    images = torch.randn(4, 2, 6, 6)

    embedded = forward(layer, images)

    second = images[:, :, :3, 3:].flatten(1)
    weight, bias = layer.projection.weight.flatten(1), layer.projection.bias
    expected = torch.nn.functional.linear(second, weight, bias)
    torch.testing.assert_close(embedded[:, 1], expected + layer.positions[1])
    assert embedded.shape == (4, 4, 5)
    assert describe(layer) == "PyTorch Patch Embedding (2 x 6 x 6 -> 5, patch_size=3)"
    again = rebuilt(description(layer))
    again.load_state_dict(layer.state_dict())
    assert torch.equal(forward(again, images), embedded)


def test_pooling_averages_the_sequence() -> None:
    sequence = torch.randn(2, 5, 3)

    torch.testing.assert_close(forward(mean_pool(), sequence), sequence.mean(1))


def test_rows_are_selected_by_index() -> None:
    table = torch.arange(6).reshape(3, 2)

    assert index_select(table, 0, torch.tensor([2, -3])).tolist() == [[4, 5], [0, 1]]
    with pytest.raises(ArgumentError, match="tensor index out of bounds"):
        index_select(table, 1, torch.tensor([2]))
    with pytest.raises(ShapeError, match="indices must be a list"):
        index_select(table, 1, torch.tensor([[1]]))


def test_misfits_are_named() -> None:
    with pytest.raises(ArgumentError, match=r"image_size \(8\) must be divisible by patch_size"):
        patch_embedding(8, 3, 1, 4)
    with pytest.raises(ShapeError, match=r"expected images \(batch 1 8 8\), got \(2 8 8\)"):
        forward(patch_embedding(8, 2, 1, 4), torch.ones(2, 8, 8))
    with pytest.raises(ShapeError, match=r"expected \(batch length size\), got \(3\)"):
        forward(mean_pool(), torch.ones(3))
