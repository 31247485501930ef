"""What every test of torch_lib starts from."""

import pytest
import torch

from tests.torch_lib.small_models import counting_model, random_llama
from torch_lib.decoder import DecoderModel
from torch_lib.generation import Generator, generator_create


@pytest.fixture(autouse=True)
def fixed_seed() -> None:
    """The same random numbers in every run."""
    torch.manual_seed(0)


@pytest.fixture
def counting() -> Generator:
    """After token ``i`` it writes ``i + 1``."""
    return generator_create(counting_model())


@pytest.fixture(scope="module")
def llama() -> DecoderModel:
    """A small Llama model with random weights."""
    torch.manual_seed(3)
    return random_llama()
