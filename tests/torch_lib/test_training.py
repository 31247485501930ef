"""Optimizers, the backward pass, schedules: what happens in a training loop."""

import math
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import Any

import pytest
import torch

from tests.torch_lib.small_models import random_llama
from torch_lib.display import describe
from torch_lib.errors import ArgumentError, TorchLibError
from torch_lib.events import Event, Metric, listening
from torch_lib.layers import embedding, forward, linear
from torch_lib.losses import mse_loss
from torch_lib.modules import freeze, parameters
from torch_lib.networks import model, sequential
from torch_lib.optimizers import (
    OPTIMIZERS,
    adam_optimizer,
    adamw_optimizer,
    clip_grad_norm,
    optimizer,
    optimizer_add_params,
    optimizer_step,
    optimizer_zero_grad,
    sgd_optimizer,
)
from torch_lib.recomputation import (
    checkpoint_create,
    checkpoint_disable,
    checkpoint_enable,
    checkpoint_forward,
)
from torch_lib.schedulers import (
    lr_scheduler,
    scheduler_get_lr,
    scheduler_set_lr,
    scheduler_step,
)
from torch_lib.training import backward, no_grad, set_grad_enabled
from torch_lib.transformer import transformer_block

INPUT, TARGET = torch.randn(16, 4), torch.randn(16, 2)

OF_PYTORCH = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "adagrad": torch.optim.Adagrad,
    "adafactor": torch.optim.Adafactor,
    "rmsprop": torch.optim.RMSprop,
    "sgd": torch.optim.SGD,
}


def train(network: torch.nn.Module, stepper: torch.optim.Optimizer, steps: int) -> list[float]:
    """The losses of a training loop as programs write it."""
    losses = []
    for _ in range(steps):
        optimizer_zero_grad(stepper)
        loss = mse_loss(forward(network, INPUT), TARGET)
        backward(loss)
        optimizer_step(stepper)
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_take_pytorch_s_steps(name: str) -> None:
    """The kernels differ, the parameters do not."""
    ours, theirs = model(4, 8, 2), model(4, 8, 2)
    theirs.load_state_dict(ours.state_dict())
    reference = OF_PYTORCH[name](theirs.parameters(), lr=0.01)

    losses = train(ours, optimizer(ours, 0.01, name.upper()), 5)

    for _ in range(5):
        reference.zero_grad()
        torch.autograd.backward(torch.nn.functional.mse_loss(theirs(INPUT), TARGET))
        reference.step()
    assert losses[-1] < losses[0]
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one, other)


def test_optimizers_go_on_from_their_state() -> None:
    """A state dict taken between steps leads to the same parameters."""
    first, second = model(4, 8, 2), model(4, 8, 2)
    stepper = optimizer(first, 0.01, "adam")
    train(first, stepper, 2)
    second.load_state_dict(first.state_dict())
    resumed = optimizer(second, 0.5, "adam")
    resumed.load_state_dict(deepcopy(stepper.state_dict()))

    assert train(first, stepper, 3) == train(second, resumed, 3)


def test_making_an_optimizer_does_not_load_the_compiler() -> None:
    """PyTorch's own classes import it at the first optimizer, which takes over a second."""
    program = (
        "import sys, torch, torch_lib as t; network = t.networks.model(1, 1, 1);"
        "stepper = t.optimizers.optimizer(network, 0.1, 'adam');"
        "t.training.backward(t.layers.forward(network, torch.ones(1)));"
        "t.optimizers.clip_grad_norm(stepper, 1.0);"
        "t.optimizers.optimizer_step(stepper); t.optimizers.optimizer_zero_grad(stepper);"
        "sys.exit('torch._dynamo' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_optimizers_take_modules_and_tensors() -> None:
    """Alone or in lists; frozen and repeated ones count once or not at all."""
    table, head = embedding(5, 4), linear(4, 2)
    free = torch.ones(2, requires_grad=True)

    def held(owners: Any) -> int:
        return len(optimizer(owners, 0.1, "sgd").param_groups[0]["params"])

    assert held([table, head]) == 3
    assert held([table, head, table, free, torch.ones(1)]) == 4
    assert held(free) == 1
    assert held(sequential([table, freeze(linear(4, 2))])) == 1


def test_options_reach_the_optimizer() -> None:
    """Lists of numbers are pairs."""
    layer = linear(1, 1)

    (group,) = optimizer(
        layer, 0.1, "adamw", {"betas": [0.8, 0.9], "eps": 1e-6, "weight_decay": 0.5}
    ).param_groups
    assert (group["betas"], group["eps"], group["weight_decay"]) == ((0.8, 0.9), 1e-6, 0.5)
    assert optimizer(layer, 0.1, "sgd", {"momentum": 0.9}).param_groups[0]["momentum"] == 0.9


def test_parameters_can_be_added_later() -> None:
    """To an empty optimizer, or by making an AdamW of them."""
    layer = linear(4, 2)
    for made in (adam_optimizer(0.1), adamw_optimizer(0.1), sgd_optimizer(0.1)):
        assert optimizer_step(made)
        assert optimizer_add_params(made, parameters(layer)) is made
        assert train(layer, made, 3)[-1] < train(layer, made, 1)[0] * 2
        assert clip_grad_norm(made, 1e9) > 0
    made = optimizer_add_params(parameters(layer), 0.25, 0.125)
    assert describe(made) == "PyTorch Optimizer (adamw, lr=0.25)"
    assert made.param_groups[0]["weight_decay"] == 0.125


def test_stepping_without_gradients_changes_nothing() -> None:
    """A step before any backward is allowed."""
    layer = linear(2, 2)
    before = layer.weight.clone()

    assert optimizer_step(optimizer(layer, 1.0, "adam")) is True

    assert torch.equal(layer.weight, before)


def test_gradients_are_clipped_together() -> None:
    """Scaled so that their common norm is the limit; the norm before is returned."""
    a, b = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    stepper = optimizer([a, b], 0.1, "sgd")
    backward(3 * a + 4 * b)

    assert clip_grad_norm(stepper, 1.0) == pytest.approx(5.0)

    torch.testing.assert_close((a.grad, b.grad), (torch.tensor([0.6]), torch.tensor([0.8])))


def test_an_optimizer_is_stepped_by_one_thread_at_a_time() -> None:
    """Each step counts."""
    weight = torch.zeros(1, requires_grad=True)
    weight.grad = torch.ones(1)
    stepper = optimizer(weight, 1.0, "sgd")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(optimizer_step, [stepper] * 200))

    assert weight.item() == -200


def test_backward_reports_the_loss() -> None:
    """To whoever listens, as a metric."""
    heard: list[Event] = []
    weight = torch.tensor([2.0], requires_grad=True)

    with listening(heard.append):
        assert backward(weight * 3) is True

    assert heard == [Metric("loss", 6.0)]
    torch.testing.assert_close(weight.grad, torch.tensor([3.0]))


def test_graphs_can_be_kept() -> None:
    """For another backward, or for gradients of gradients."""
    weight = torch.tensor(2.0, requires_grad=True)
    loss = weight**2
    backward(loss, retain_graph=True)
    backward(loss)
    torch.testing.assert_close(weight.grad, torch.tensor(8.0))

    with pytest.raises(ArgumentError, match=r"pass it retain_graph to keep it$"):
        backward(loss)


def test_recording_can_be_switched_off() -> None:
    """For a block, or until it is switched on again."""
    weight = torch.ones(1, requires_grad=True)

    with no_grad():
        inside = weight * 2
    after = weight * 2
    try:
        assert set_grad_enabled(False) is True
        switched_off = weight * 2
    finally:
        set_grad_enabled(True)

    recorded = [result.requires_grad for result in (inside, after, switched_off)]
    assert recorded == [False, True, False]


@pytest.mark.parametrize(
    ("name", "config", "rates"),
    [
        ("linear", {"total_steps": 4, "min_lr": 0.2}, [1.0, 0.8, 0.6, 0.4, 0.2, 0.2]),
        (
            "cosine",
            {"total_steps": 4, "min_lr": 0.2},
            [0.2 + 0.4 * (1 + math.cos(math.pi * step / 4)) for step in range(5)] + [0.2],
        ),
        ("exponential", {"gamma": 0.5, "min_lr": 0.2}, [1.0, 0.5, 0.25, 0.2]),
        ("step", {"gamma": 0.5, "step_size": 2}, [1.0, 1.0, 0.5, 0.5, 0.25]),
        (
            "linear_warmup_cosine",
            {"total_steps": 4, "warmup_steps": 2, "min_lr": 0.0},
            [0.0, 0.5, 1.0, 0.5, 0.0, 0.0],
        ),
        ("linear_warmup_cosine", {"total_steps": 2, "min_lr": 0.0}, [1.0, 0.5, 0.0]),
        ("linear_warmup_cosine", {"total_steps": 2, "warmup_steps": 2}, [0.0, 0.5, 1e-6]),
    ],
)
def test_rates_follow_their_schedule(
    name: str, config: dict[str, float], rates: list[float]
) -> None:
    """From the optimizer's rate down to ``min_lr``, where they stay."""
    stepper = optimizer(linear(1, 1), 1.0, "sgd")
    scheduler = lr_scheduler(stepper, name, config)

    for rate in rates:
        assert scheduler_get_lr(scheduler) == pytest.approx(rate)
        assert stepper.param_groups[0]["lr"] == pytest.approx(rate)
        scheduler_step(scheduler)


def test_schedulers_print_and_go_on() -> None:
    """Their state restores step and rate."""
    stepper = optimizer(linear(1, 1), 0.001, "sgd")
    scheduler = lr_scheduler(stepper, "cosine")
    assert describe(scheduler) == "LR Scheduler (Cosine, step=0, lr=0.001)"
    for _ in range(500):
        scheduler_step(scheduler)
    scheduler_set_lr(scheduler, 0.25)

    resumed = lr_scheduler(optimizer(linear(1, 1), 0.5, "sgd"), "linear")
    resumed.load_state_dict(scheduler.state_dict())

    assert describe(resumed) == "LR Scheduler (Cosine, step=500, lr=0.25)"
    for each in (scheduler, resumed):
        scheduler_step(each)
    assert scheduler_get_lr(resumed) == scheduler_get_lr(scheduler)


def test_recomputed_modules_train_alike() -> None:
    """The gradients are those of the module itself; switched off or not, masked or not."""
    block = transformer_block(8, 2, 16)
    wrapper = checkpoint_create(block)
    input, mask = torch.randn(2, 3, 8), torch.tensor([[1, 1, 0], [1, 0, 0]])

    def gradients(module: torch.nn.Module) -> tuple[torch.Tensor, ...]:
        loss = forward(module, input, mask).pow(2).sum()
        return torch.autograd.grad(loss, list(block.parameters()))

    expected = gradients(block)
    for module in (wrapper, checkpoint_disable(wrapper), checkpoint_enable(wrapper)):
        for one, other in zip(gradients(module), expected, strict=True):
            torch.testing.assert_close(one, other)
    torch.testing.assert_close(checkpoint_forward(wrapper, input), forward(block, input))
    assert describe(wrapper) == "PyTorch Checkpointed Module (checkpointing enabled)"
    assert describe(checkpoint_disable(wrapper)) == (
        "PyTorch Checkpointed Module (checkpointing disabled)"
    )


def test_a_language_model_keeps_the_results_of_one_block_alone() -> None:
    """The gradients stay the same, and most of what was kept for them is not."""
    model = random_llama()
    tokens = torch.randint(61, (2, 20))

    def gradients() -> tuple[tuple[torch.Tensor, ...], int]:
        kept: dict[int, int] = {}

        def keep(tensor: torch.Tensor) -> torch.Tensor:
            storage = tensor.untyped_storage()
            kept[storage.data_ptr()] = storage.nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            loss = model(tokens).pow(2).mean()
        return torch.autograd.grad(loss, list(model.parameters())), sum(kept.values())

    expected, whole = gradients()
    assert checkpoint_enable(model) is model
    found, less = gradients()
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)
    assert less < 0.5 * whole
    checkpoint_disable(model)
    assert gradients()[1] == whole


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: optimizer(linear(1, 1), 0.1, "adm"),
            'unknown type "adm" (known: adam, adamw, adagrad, adafactor, rmsprop, sgd)',
        ),
        (
            lambda: optimizer(linear(1, 1), -1.0, "adam"),
            "learning rate must be a positive number, got -1",
        ),
        (
            lambda: optimizer(freeze(linear(1, 1)), 0.1, "adam"),
            "the model has no trainable parameters",
        ),
        (
            lambda: optimizer(linear(1, 1), 0.1, "adam", {"momentum": 0.9}),
            'adam has no option "momentum" (known: betas, eps, weight_decay)',
        ),
        (
            lambda: optimizer(linear(1, 1), 0.1, "adam", {"betas": [0.9]}),
            "betas must be a list of two numbers, got (0.9)",
        ),
        (
            lambda: optimizer(linear(1, 1), 0.1, "adam", {"eps": "small"}),
            'eps must be a number, got "small"',
        ),
        (
            lambda: lr_scheduler(adam_optimizer(0.1), "step", {"gamma": "half"}),
            'gamma must be a number, got "half"',
        ),
        (
            lambda: lr_scheduler(adam_optimizer(0.1), "step", {"step_size": 2.5}),
            "step_size must be an integer, got 2.5",
        ),
        (
            lambda: lr_scheduler(adam_optimizer(0.1), "step", {"total_steps": 0}),
            "total_steps must be positive, got 0",
        ),
        (
            lambda: optimizer_add_params([], []),
            "expected an optimizer and tensors, or tensors and a learning rate",
        ),
        (
            lambda: clip_grad_norm(adam_optimizer(0.1), 0),
            "max_norm must be a positive number, got 0",
        ),
        (
            lambda: backward(torch.zeros(4, 2)),
            "the loss must have one element, it has shape (4 2)",
        ),
        (
            lambda: backward(torch.zeros(1)),
            "the loss does not depend on any trainable parameter",
        ),
        (
            lambda: lr_scheduler(adam_optimizer(0.1), "wave"),
            'unknown type "wave" (known: linear, cosine, exponential, step, '
            "linear_warmup_cosine, polynomial, one_cycle, plateau)",
        ),
        (
            lambda: lr_scheduler(adam_optimizer(0.1), "step", {"steps": 3}),
            'unknown key "steps" (known: initial_lr, min_lr, total_steps, warmup_steps, gamma, '
            "step_size, power, patience)",
        ),
        (
            lambda: lr_scheduler(adam_optimizer(0.1), "step", {"step_size": 0}),
            "step_size must be positive, got 0",
        ),
        (
            lambda: lr_scheduler(adam_optimizer(0.1), "linear", {"warmup_steps": 2000}),
            "warmup_steps must be between 0 and total_steps (1000), got 2000",
        ),
    ],
)
def test_mistakes_are_named(call: Callable[[], object], message: str) -> None:
    """The message has the value given and those that are known."""
    with pytest.raises(TorchLibError) as caught:
        call()

    assert str(caught.value) == message
