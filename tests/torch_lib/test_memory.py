"""What is too large for the memory is refused before it is made."""

from collections.abc import Callable

import pytest
import torch

from torch_lib import (
    decompositions,
    layers,
    masks,
    mathematics,
    memory,
    networks,
    sequences,
    shapes,
    tensors,
)
from torch_lib.attention_scores import attention_scores
from torch_lib.decoder import llama_model
from torch_lib.decoder_layers import gqa_attention
from torch_lib.errors import ShapeError

HUGE = 2**40
COLUMN = torch.ones(2**22, 1)
SIZES = {"vocab_size": 9, "hidden_size": 1024, "num_heads": 2}


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
        lambda: mathematics.add(COLUMN, COLUMN.T),
        lambda: mathematics.matmul(COLUMN, COLUMN.T),
        lambda: mathematics.einsum("ij,kj->ik", [COLUMN, COLUMN]),
        lambda: shapes.expand(torch.ones(1), (HUGE,)),
        lambda: shapes.where(COLUMN.bool(), COLUMN.T, 0),
        lambda: decompositions.khatri_rao_product(COLUMN, COLUMN),
        lambda: decompositions.tucker_reconstruct(torch.ones(1, 1), [COLUMN, COLUMN]),
        lambda: llama_model({**SIZES, "num_layers": 2**22}),
    ],
)
def test_huge_shapes_are_refused(call: Callable[[], object]) -> None:
    with pytest.raises(ShapeError, match=r"needs .* GiB, .* GiB are available"):
        call()


def test_scores_need_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their size is that of the sequence squared, unlike that of anything else in a model."""
    monkeypatch.setattr(memory, "_available", lambda device: 2**27)
    layer, tokens = gqa_attention(4, 1, 1), torch.ones(1, 2**13, 4)

    with pytest.raises(ShapeError, match=r"shape \(1 1 8192 8192\) needs 0.2 GiB, 0.1 GiB are"):
        attention_scores(layer, tokens)


def test_the_sentence_has_both_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_available", lambda device: 20 * 2**30)

    with pytest.raises(ShapeError) as caught:
        memory.check_room((100000, 100000), torch.float32, torch.device("cpu"))

    assert str(caught.value) == (
        "a tensor of float32 and shape (100000 100000) needs 37.3 GiB, 20.0 GiB are available"
    )
    memory.check_room((50000, 50000), torch.float32, torch.device("cpu"))
