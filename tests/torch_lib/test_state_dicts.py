"""State dicts and what fits them."""

import pytest
import torch

from torch_lib.decoder import llama_model
from torch_lib.errors import ArgumentError, CheckpointError
from torch_lib.layers import linear
from torch_lib.networks import model as perceptron
from torch_lib.state_dicts import (
    StateDict,
    fit_weights,
    load_state_dict,
    state_dict,
    state_dict_names,
)


def test_a_state_dict_holds_copies_by_name() -> None:
    layer = linear(3, 2)

    states = state_dict(layer)
    with torch.no_grad():
        layer.weight.zero_()

    assert states.summary() == "PyTorch State Dict (2 parameters)"
    assert state_dict_names(states) == ["weight", "bias"]
    assert states["weight"].shape == (2, 3)
    assert states["weight"].abs().sum() > 0
    assert not states["weight"].requires_grad


def test_further_entries_are_reached_but_not_counted() -> None:
    states = StateDict({"w": torch.ones(1)}, {"epoch": 4})

    assert states["epoch"] == 4
    assert list(states) == ["w"]
    assert len(states) == 1
    assert "epoch" in states
    assert "absent" not in states
    assert state_dict(linear(1, 1))["kind"] == "linear"


def test_parameters_move_between_modules() -> None:
    source, target = linear(3, 2), linear(3, 2)

    assert load_state_dict(target, state_dict(source)) == "State dict loaded successfully"

    assert torch.equal(target.weight, source.weight)


def test_every_misfit_is_named() -> None:
    target = perceptron(4, 128, 2)
    weights = {
        "fc1.weight": torch.ones(64, 4),
        "fc2.weight": torch.ones(2, 128),
        "fc2.bias": torch.ones(2),
        "proj.weight": torch.ones(1),
    }

    with pytest.raises(CheckpointError) as raised:
        load_state_dict(target, StateDict(weights))

    assert str(raised.value) == (
        "weights do not fit: missing fc1.bias; unexpected proj.weight; "
        "fc1.weight is (64 4), the model needs (128 4)"
    )
    assert not torch.equal(target.fc2.weight, weights["fc2.weight"])


def test_many_missing_names_are_counted() -> None:
    small = llama_model(
        {"vocab_size": 5, "hidden_size": 8, "num_attention_heads": 2, "num_hidden_layers": 2}
    )

    with pytest.raises(
        CheckpointError, match=r"missing model\.embed_tokens\.weight, .* and 16 more"
    ):
        fit_weights(small, {})


def test_tied_weights_are_needed_once() -> None:
    sizes = {"vocab_size": 5, "hidden_size": 8, "num_attention_heads": 2, "num_hidden_layers": 1}
    source, target = (llama_model({**sizes, "tie_word_embeddings": True}) for _ in range(2))
    weights = source.state_dict()
    del weights["lm_head.weight"]

    fit_weights(target, weights)

    assert torch.equal(target.lm_head.weight, source.lm_head.weight)


def test_an_optimizer_needs_the_state_of_one() -> None:
    layer = linear(2, 2)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)

    with pytest.raises(ArgumentError, match="the state dict holds no optimizer state"):
        load_state_dict(optimizer, state_dict(layer))
