"""What every test of torch_lib starts from."""

import pytest
import torch


@pytest.fixture(autouse=True)
def fixed_seed() -> None:
    """The same random numbers in every run."""
    torch.manual_seed(0)
