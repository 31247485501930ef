"""Rows times float32 weights: each way of multiplying gives what ``F.linear`` does."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from torch_lib import float_products
from torch_lib.float_products import float_product


@pytest.mark.parametrize("rows", [1, 3, 9])
@pytest.mark.parametrize("outputs", [64, 51, 11])
@pytest.mark.parametrize("works", [True, False])
@pytest.mark.parametrize("batches", [True, False])
def test_all_numbers_of_rows_and_channels_are_multiplied(
    rows: int, outputs: int, works: bool, batches: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(float_products, "_reads_plain", lambda: works)
    monkeypatch.setattr(float_products, "_batches_are_faster", lambda _threads: batches)
    linear = nn.Linear(32, outputs)
    x = torch.randn(rows, 32)

    product = float_product(linear.weight, linear.bias)(x)

    assert product.shape == (rows, outputs)
    assert not product.requires_grad
    torch.testing.assert_close(product, linear(x).detach(), rtol=1e-5, atol=1e-6)


def test_weights_without_a_bias_or_in_columns_are_multiplied() -> None:
    weight, x = torch.randn(32, 64).t(), torch.randn(2, 32)

    torch.testing.assert_close(float_product(weight, None)(x), F.linear(x, weight))


def test_changed_weights_are_seen() -> None:
    """The model is trained on between two texts."""
    weight, x = torch.zeros(8, 32), torch.ones(1, 32)
    multiply = float_product(weight, None)

    weight += 1

    assert torch.equal(multiply(x), torch.full((1, 8), 32.0))
