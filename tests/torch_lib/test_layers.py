"""Layers and networks: their numbers, their checks, and how they follow their inputs."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from torch_lib import modules
from torch_lib.errors import ArgumentError, KindError, ShapeError, TorchLibError
from torch_lib.kinds import description, kind, kind_named, rebuilt
from torch_lib.layers import (
    activation,
    dropout,
    embedding,
    embedding_forward,
    forward,
    layer_norm,
    layer_norm_forward,
    linear,
    linear_forward,
)
from torch_lib.losses import crossentropy_loss
from torch_lib.networks import model, sequential
from torch_lib.optimizers import optimizer, optimizer_step, optimizer_zero_grad
from torch_lib.training import backward
from torch_lib.transformer import transformer_block


def test_layers_compute_what_pytorch_does() -> None:
    """Through their own function and through ``forward``."""
    input = torch.randn(2, 3)
    layer, norm, table = linear(3, 4), layer_norm((3,)), embedding(10, 4)
    ids = torch.tensor([[1, 2], [3, 9]])

    torch.testing.assert_close(
        linear_forward(layer, input), F.linear(input, layer.weight, layer.bias)
    )
    torch.testing.assert_close(layer_norm_forward(norm, input), F.layer_norm(input, (3,)))
    assert torch.equal(embedding_forward(table, ids), table.weight[ids])
    assert torch.equal(forward(layer, input), linear_forward(layer, input))
    assert forward(linear(3, 4, bias=False), torch.zeros(2, 3)).abs().sum() == 0


def test_the_perceptron_has_one_hidden_layer() -> None:
    """Linear, ReLU, linear; no batch dimension is added."""
    network = model(4, 8, 2)
    input = torch.randn(4)

    hidden = torch.relu(network.fc1.weight @ input + network.fc1.bias)

    torch.testing.assert_close(
        forward(network, input), network.fc2.weight @ hidden + network.fc2.bias
    )
    assert list(network.state_dict()) == ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]


@pytest.mark.parametrize("name", ["relu", "gelu", "silu", "tanh", "sigmoid"])
def test_activations(name: str) -> None:
    """Each name is the function of that name."""
    input = torch.randn(5)
    function = getattr(F, name)

    assert torch.equal(forward(activation(name), input), function(input))


def test_dropout_rests_in_evaluation() -> None:
    """Training zeroes elements and scales the others."""
    layer, input = dropout(0.5), torch.ones(1000)

    trained = forward(layer, input)
    assert set(trained.tolist()) == {0.0, 2.0}
    assert torch.equal(forward(modules.eval(layer), input), input)
    assert forward(modules.train(layer), input).min() == 0


def test_inputs_take_the_module_s_type() -> None:
    """Floats convert, whole numbers too; a model of token ids keeps them exact."""
    network = model(2, 3, 1)
    assert forward(network, torch.ones(2).double()).dtype == torch.float32
    assert forward(network, torch.tensor([1, 2])).dtype == torch.float32

    table = embedding(2000, 4)
    language_model = sequential([table, linear(4, 2)]).to(torch.bfloat16)
    ids = torch.tensor([1001.0, 1003.0])
    assert torch.equal(forward(table, ids), table.weight[[1001, 1003]])
    assert forward(language_model, ids).dtype == torch.bfloat16


def test_modules_follow_their_inputs() -> None:
    """Parameters move in place, so an optimizer that holds them goes on."""
    network = model(2, 3, 1)
    parameters = list(network.parameters())

    output = forward(network, torch.ones(2, device="meta"))

    assert output.device.type == "meta"
    assert all(parameter.device.type == "meta" for parameter in network.parameters())
    assert len(parameters) == 4


def test_sequences_of_modules() -> None:
    """Modules apply in order; a mask reaches those that attend."""
    block = transformer_block(8, 2, 16)
    network = sequential([embedding(20, 8), block, linear(8, 20)])
    ids, mask = torch.tensor([[3, 4, 5]]), torch.tensor([[1, 1, 0]])

    output = forward(network, ids, mask)

    expected = network[2](block(network[0](ids), mask=mask))
    assert torch.equal(output, expected)
    assert not torch.allclose(output, forward(network, ids))


def test_modules_of_a_sequence_are_known_by_their_place() -> None:
    """State names are PyTorch's own for a sequence."""
    network = sequential([linear(3, 2), activation("relu"), linear(2, 1)])

    assert list(network.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]


def test_kinds_are_rebuilt_from_their_description() -> None:
    """Plain data and a state dict are enough."""
    network = sequential(
        [embedding(20, 8), transformer_block(8, 2, 16), layer_norm((8,)), dropout(0.1)]
    )

    again = rebuilt(description(network))

    again.load_state_dict(network.state_dict())
    ids = torch.tensor([[3, 4, 5]])
    assert torch.equal(forward(again.eval(), ids), forward(network.eval(), ids))
    for name in ("linear", "model", "activation", "multihead_attention", "positional_encoding"):
        assert getattr(kind_named(name), "kind", None) == name


def test_kinds_must_be_known_and_unique() -> None:
    """A name has one class, and what has no name is not described."""
    with pytest.raises(ValueError, match=r"^two kinds of module are called linear$"):
        kind("linear")(nn.Linear)
    with pytest.raises(KindError, match=r"^a module of class ReLU cannot be saved$"):
        description(sequential([nn.ReLU()]))
    with pytest.raises(KindError, match=r'^unknown kind of module "transformer_xl"$'):
        rebuilt({"kind": "transformer_xl", "configuration": {}})


def test_parameters_are_listed_counted_and_frozen() -> None:
    """Frozen ones record no gradient."""
    network = model(4, 8, 2)

    assert modules.parameter_count(network) == 4 * 8 + 8 + 8 * 2 + 2
    assert modules.parameters(network)[0] is network.fc1.weight
    assert not any(p.requires_grad for p in modules.freeze(network).parameters())
    assert all(p.requires_grad for p in modules.unfreeze(network).parameters())


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: forward(model(4, 3, 2), torch.zeros(3)),
            ShapeError,
            "the model expects 4 input features, got 3",
        ),
        (
            lambda: forward(model(4, 3, 2), torch.tensor(1.0)),
            ShapeError,
            "the model expects 4 input features, got a single number",
        ),
        (
            lambda: linear_forward(linear(512, 2), torch.zeros(2, 256)),
            ShapeError,
            "the layer expects 512 input features, got 256",
        ),
        (
            lambda: layer_norm_forward(layer_norm((512,)), torch.zeros(2, 256)),
            ShapeError,
            "last dimension is 256, the layer expects 512",
        ),
        (
            lambda: layer_norm_forward(layer_norm((2, 3)), torch.zeros(4, 2)),
            ShapeError,
            "last dimensions are (4 2), the layer expects (2 3)",
        ),
        (
            lambda: embedding_forward(embedding(10000, 2), torch.tensor([1, 12005])),
            ArgumentError,
            "token id 12005 is outside the vocabulary (0 .. 9999)",
        ),
        (
            lambda: embedding_forward(embedding(10, 2), torch.tensor([-1])),
            ArgumentError,
            "token id -1 is outside the vocabulary (0 .. 9)",
        ),
        (
            lambda: embedding_forward(embedding(10, 2), torch.tensor([1.5])),
            KindError,
            "token ids must be whole numbers",
        ),
        (lambda: model(4, 0, 2), ArgumentError, "hidden_size must be a positive integer, got 0"),
        (lambda: linear(-1, 2), ArgumentError, "in_features must be a positive integer, got -1"),
        (lambda: embedding(0, 2), ArgumentError, "vocab_size must be a positive integer, got 0"),
        (
            lambda: layer_norm((0, 2)),
            ArgumentError,
            "normalized_shape must hold positive sizes, got (0 2)",
        ),
        (lambda: dropout(1.5), ArgumentError, "dropout must be in [0, 1), got 1.5"),
        (
            lambda: activation("swish"),
            ArgumentError,
            'unknown activation "swish" (known: relu, gelu, silu, tanh, sigmoid)',
        ),
        (lambda: sequential([]), ArgumentError, "the list of modules is empty"),
    ],
)
def test_misfits_are_named(call, error: type[TorchLibError], message: str) -> None:
    """The message has the size given and the size expected."""
    with pytest.raises(error) as caught:
        call()

    assert str(caught.value) == message


@pytest.mark.gpu
def test_a_training_loop_moves_to_cuda_with_its_data() -> None:
    """Only the data is moved; module, optimizer and loss follow."""
    network = sequential([embedding(10, 8), transformer_block(8, 2, 16), linear(8, 10)])
    stepper = optimizer(network, 0.01, "adam")
    ids = torch.randint(0, 10, (4, 6), device="cuda")
    losses = []
    for _ in range(20):
        optimizer_zero_grad(stepper)
        loss = crossentropy_loss(forward(network, ids, torch.ones(4, 6)), ids)
        backward(loss)
        optimizer_step(stepper)
        losses.append(loss.item())

    assert losses[-1] < losses[0] / 2
    with pytest.raises(ArgumentError, match=r"^token id 10 is outside the vocabulary"):
        forward(network, ids + 10)
    assert forward(network, ids).isfinite().all()
