"""What is too large for the memory is refused before it is made."""

from collections.abc import Callable

import pytest
import torch

from torch_lib import layers, masks, memory, networks, sequences, tensors
from torch_lib.errors import ShapeError

HUGE = 2**40


@pytest.mark.parametrize(
    "call",
    [
        lambda: tensors.zeros((HUGE, HUGE)),
        lambda: tensors.ones((HUGE,), "int8"),
        lambda: tensors.full((HUGE,), 1),
        lambda: tensors.rand((HUGE,)),
        lambda: tensors.randn((2**62, 2**62)),
        lambda: tensors.randint(0, 2, (HUGE,)),
        lambda: tensors.arange(0, HUGE),
        lambda: tensors.eye(2**25),
        lambda: layers.linear(HUGE, 2),
        lambda: layers.embedding(HUGE, 2),
        lambda: networks.model(HUGE, 4, 2),
        lambda: masks.causal_mask(2**30),
        lambda: sequences.pad_sequences([[1]], HUGE),
    ],
)
def test_huge_shapes_are_refused(call: Callable[[], object]) -> None:
    with pytest.raises(ShapeError, match=r"needs .* GiB, .* GiB are available"):
        call()


def test_the_sentence_has_both_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_available", lambda device: 20 * 2**30)

    with pytest.raises(ShapeError) as caught:
        memory.check_room((100000, 100000), torch.float32, torch.device("cpu"))

    assert str(caught.value) == (
        "a tensor of float32 and shape (100000 100000) needs 37.3 GiB, 20.0 GiB are available"
    )
    memory.check_room((50000, 50000), torch.float32, torch.device("cpu"))
