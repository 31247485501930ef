"""Schedules that are PyTorch's too: polynomial, one cycle, plateau."""

import pytest
import torch
from torch.optim import lr_scheduler as of_pytorch

from torch_lib.errors import ArgumentError
from torch_lib.layers import linear
from torch_lib.optimizers import optimizer
from torch_lib.schedulers import Scheduler, lr_scheduler, scheduler_step


def rates(scheduler: Scheduler, steps: int) -> list[float]:
    found = [scheduler.rate]
    for _ in range(steps):
        scheduler_step(scheduler)
        found.append(scheduler.rate)
    return found


def pytorch_rates(make, steps: int) -> list[float]:
    stepper = torch.optim.SGD(linear(2, 2).parameters(), 0.1)
    reference = make(stepper)
    found = [stepper.param_groups[0]["lr"]]
    for _ in range(steps):
        stepper.step()
        reference.step()
        found.append(stepper.param_groups[0]["lr"])
    return found


def made(type: str, **config: float) -> Scheduler:
    return lr_scheduler(optimizer(linear(2, 2), 0.1, "sgd"), type, config)


def test_polynomial() -> None:
    ours = rates(made("polynomial", total_steps=20, power=2.0, min_lr=0.0), 25)

    theirs = pytorch_rates(lambda steps: of_pytorch.PolynomialLR(steps, 20, power=2.0), 25)
    assert ours == pytest.approx(theirs)


@pytest.mark.parametrize("warmup", [0, 5])
def test_one_cycle(warmup: int) -> None:
    config = {"total_steps": 30, "warmup_steps": warmup, "min_lr": 1e-5}
    ours = rates(made("one_cycle", **config), 30)

    rise = (warmup or 10) + 1
    theirs = pytorch_rates(
        lambda steps: of_pytorch.OneCycleLR(
            steps,
            max_lr=0.1,
            total_steps=31,
            pct_start=rise / 31,
            final_div_factor=0.1 / 25 / 1e-5,
            cycle_momentum=False,
        ),
        30,
    )
    assert ours == pytest.approx(theirs)


def test_plateau() -> None:
    """The rate falls when the metric has not for longer than the patience, and not too far."""
    losses = [1.0, 0.9, 0.9, 0.95, 0.9, 0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.87]
    scheduler = made("plateau", gamma=0.5, patience=2, min_lr=0.03)
    reference = torch.optim.SGD(linear(2, 2).parameters(), 0.1)
    theirs = of_pytorch.ReduceLROnPlateau(reference, factor=0.5, patience=2, min_lr=0.03)

    for loss in losses:
        scheduler_step(scheduler, loss)
        theirs.step(loss)
        assert scheduler.rate == pytest.approx(reference.param_groups[0]["lr"])
    assert scheduler.rate == 0.03
    assert scheduler.summary() == "LR Scheduler (Plateau, step=13, lr=0.03)"


def test_a_plateau_goes_on_where_it_was() -> None:
    first, second = made("plateau", patience=1), made("plateau", patience=1)
    scheduler_step(first, 1.0)
    scheduler_step(first, 2.0)

    second.load_state_dict(first.state_dict())
    scheduler_step(second, 2.0)

    assert second.rate == pytest.approx(0.01)


def test_a_plateau_needs_a_metric() -> None:
    with pytest.raises(ArgumentError, match="a plateau schedule needs the metric of the step"):
        scheduler_step(made("plateau"))
