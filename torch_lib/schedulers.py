"""Learning rates that change from step to step."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from torch.optim import Optimizer

from torch_lib.display import number_text, value_text
from torch_lib.errors import ArgumentError
from torch_lib.optimizers import check_learning_rate
from torch_lib.options import check_keys

__all__ = [
    "Scheduler",
    "lr_scheduler",
    "scheduler_get_lr",
    "scheduler_set_lr",
    "scheduler_step",
]


PLATEAU = "plateau"
PLATEAU_THRESHOLD = 1e-4
"""By which share a metric must be lower than the lowest to count as fallen."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The settings of a schedule.

    Args:
        initial_lr: The rate at the start, or at the end of the warm-up.
        min_lr: The rate that no schedule goes below.
        total_steps: When falling ends.
        warmup_steps: How long the rate rises from zero.
        gamma: The factor of a fall.
        step_size: How many steps lie between two falls.
        power: How a polynomial falls: 1 is a straight line.
        patience: How many steps a plateau's metric may fail to fall.
    """

    initial_lr: float
    min_lr: float = 1e-6
    total_steps: int = 1000
    warmup_steps: int = 0
    gamma: float = 0.1
    step_size: int = 100
    power: float = 1.0
    patience: int = 10

    def __post_init__(self) -> None:
        for name in ("initial_lr", "min_lr", "gamma", "power"):
            value = getattr(self, name)
            if not isinstance(value, int | float):
                raise ArgumentError(f"{name} must be a number, got {value_text(value)}")
        check_learning_rate(self.initial_lr)
        for name in ("total_steps", "warmup_steps", "step_size", "patience"):
            value = getattr(self, name)
            if not isinstance(value, int):
                raise ArgumentError(f"{name} must be an integer, got {value_text(value)}")
            if value < 1 and name not in ("warmup_steps", "patience"):
                raise ArgumentError(f"{name} must be positive, got {value}")
        if not 0 <= self.warmup_steps <= self.total_steps:
            bounds = f"0 and total_steps ({self.total_steps})"
            raise ArgumentError(f"warmup_steps must be between {bounds}, got {self.warmup_steps}")

    def share(self, step: int) -> float:
        """How much of the fall, which follows the warm-up, is done by ``step``: 0 to 1."""
        length = self.total_steps - self.warmup_steps
        return min(1.0, (step - self.warmup_steps) / length) if length else 1.0

    def between(self, share: float) -> float:
        """The rate when ``share`` of the way from ``initial_lr`` to ``min_lr`` is left."""
        return self.min_lr + (self.initial_lr - self.min_lr) * share


def _linear(schedule: Schedule, step: int) -> float:
    return schedule.between(1 - schedule.share(step))


def _cosine(schedule: Schedule, step: int) -> float:
    return schedule.between((1 + math.cos(math.pi * schedule.share(step))) / 2)


def _exponential(schedule: Schedule, step: int) -> float:
    return max(schedule.min_lr, schedule.initial_lr * schedule.gamma**step)


def _stepwise(schedule: Schedule, step: int) -> float:
    falls = step // schedule.step_size
    return max(schedule.min_lr, schedule.initial_lr * schedule.gamma**falls)


def _linear_warmup_cosine(schedule: Schedule, step: int) -> float:
    if step < schedule.warmup_steps:
        return schedule.initial_lr * step / schedule.warmup_steps
    return _cosine(schedule, step)


def _polynomial(schedule: Schedule, step: int) -> float:
    return float(schedule.between((1 - schedule.share(step)) ** schedule.power))


def _one_cycle(schedule: Schedule, step: int) -> float:
    """Up from a 25th of the rate in waves of a cosine, by default for a third of the way."""
    rise = schedule.warmup_steps or max(1, schedule.total_steps // 3)
    if step >= rise:
        return _cosine(replace(schedule, warmup_steps=rise), step)
    start = schedule.initial_lr / 25
    share = (1 - math.cos(math.pi * step / rise)) / 2
    return start + (schedule.initial_lr - start) * share


SCHEDULES: dict[str, Callable[[Schedule, int], float]] = {
    "linear": _linear,
    "cosine": _cosine,
    "exponential": _exponential,
    "step": _stepwise,
    "linear_warmup_cosine": _linear_warmup_cosine,
    "polynomial": _polynomial,
    "one_cycle": _one_cycle,
}


class Scheduler:
    """Sets the learning rate of an optimizer by a schedule."""

    def __init__(self, optimizer: Optimizer, type: str, schedule: Schedule) -> None:
        self.optimizer = optimizer
        self.type = type
        self.schedule = schedule
        self.steps = 0
        self.set_rate(SCHEDULES[type](schedule, 0))

    @property
    def rate(self) -> float:
        """The learning rate of the next optimizer step."""
        return float(self.optimizer.param_groups[0]["lr"])

    def set_rate(self, rate: float) -> None:
        """Use ``rate`` until the next step of the schedule."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    def step(self, metric: float | None = None) -> None:
        """Go on to the rate of the next step, which no metric changes."""
        self.steps += 1
        self.set_rate(SCHEDULES[self.type](self.schedule, self.steps))

    def state_dict(self) -> dict[str, Any]:
        """What ``load_state_dict`` needs to go on from here."""
        return {
            "type": self.type,
            "schedule": asdict(self.schedule),
            "steps": self.steps,
            "rate": self.rate,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from where ``state`` was taken."""
        self.type = state["type"]
        self.schedule = Schedule(**state["schedule"])
        self.steps = state["steps"]
        self.set_rate(state["rate"])

    def summary(self) -> str:
        """The printed line."""
        name = "".join(word.capitalize() for word in self.type.split("_"))
        return f"LR Scheduler ({name}, step={self.steps}, lr={number_text(self.rate)})"


class PlateauScheduler(Scheduler):
    """Lowers the learning rate when a metric has stopped falling."""

    def __init__(self, optimizer: Optimizer, type: str, schedule: Schedule) -> None:
        self.optimizer, self.type, self.schedule = optimizer, type, schedule
        self.steps, self.waited, self.lowest = 0, 0, math.inf
        self.set_rate(schedule.initial_lr)

    def step(self, metric: float | None = None) -> None:
        """Take the metric of a step down, and lower the rate if it has not fallen for long."""
        if metric is None:
            raise ArgumentError("a plateau schedule needs the metric of the step")
        self.steps += 1
        if metric < self.lowest * (1 - PLATEAU_THRESHOLD):
            self.lowest, self.waited = metric, 0
        else:
            self.waited += 1
        if self.waited > self.schedule.patience:
            self.waited = 0
            self.set_rate(max(self.schedule.min_lr, self.rate * self.schedule.gamma))

    def state_dict(self) -> dict[str, Any]:
        """What ``load_state_dict`` needs to go on from here."""
        return {**super().state_dict(), "waited": self.waited, "lowest": self.lowest}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from where ``state`` was taken."""
        super().load_state_dict(state)
        self.waited, self.lowest = state["waited"], state["lowest"]


def lr_scheduler(
    optimizer: Optimizer, type: str, config: Mapping[str, Any] | None = None
) -> Scheduler:
    """A schedule for the learning rate of ``optimizer``, which it sets at once.

    Args:
        optimizer: Whose rate changes.
        type: ``"linear"``, ``"cosine"``, ``"exponential"``, ``"step"``,
            ``"linear_warmup_cosine"``, ``"polynomial"``, ``"one_cycle"`` or ``"plateau"``.
        config: ``initial_lr`` (the optimizer's), ``min_lr`` (1e-6), ``total_steps`` (1000),
            ``warmup_steps`` (0), ``gamma`` (0.1), ``step_size`` (100), ``power`` (1) of a
            polynomial, ``patience`` (10) of a plateau.

    Raises:
        ArgumentError: The type or a key of ``config`` is unknown, or a value makes no schedule.

    Example:
        (setq optimizer (torch_optimizer (torch_linear 4 2) 0.1 "sgd"))
        (torch_lr_scheduler optimizer "cosine" {"total_steps":100})
        ; => LR Scheduler (Cosine, step=0, lr=0.1)
    """
    known_types = (*SCHEDULES, PLATEAU)
    if type not in known_types:
        raise ArgumentError(f'unknown type "{type}" (known: {", ".join(known_types)})')
    given = {key: value for key, value in (config or {}).items() if value is not None}
    settings = {"initial_lr": optimizer.param_groups[0]["lr"], **given}
    check_keys(settings, Schedule.__dataclass_fields__)
    made = PlateauScheduler if type == PLATEAU else Scheduler
    return made(optimizer, type, Schedule(**settings))


def scheduler_step(scheduler: Scheduler, metric: float | None = None) -> bool:
    """Go on to the learning rate of the next step.

    Args:
        scheduler: The schedule.
        metric: What a plateau watches, such as the loss of a validation; others need none.

    Raises:
        ArgumentError: A plateau gets no metric.

    Example:
        (setq optimizer (torch_optimizer (torch_linear 4 2) 1.0 "sgd"))
        (setq scheduler (torch_lr_scheduler optimizer "step" {"step_size":2 "gamma":0.5}))
        (torch_scheduler_step scheduler)
        (torch_scheduler_step scheduler)
        scheduler
        ; => LR Scheduler (Step, step=2, lr=0.5)
    """
    scheduler.step(metric)
    return True


def scheduler_get_lr(scheduler: Scheduler) -> float:
    """The learning rate of the next optimizer step.

    Example:
        (setq optimizer (torch_optimizer (torch_linear 4 2) 0.1 "sgd"))
        (setq settings {"warmup_steps":10 "total_steps":100})
        (torch_scheduler_get_lr (torch_lr_scheduler optimizer "linear_warmup_cosine" settings))
        ; => 0
    """
    return scheduler.rate


def scheduler_set_lr(scheduler: Scheduler, learning_rate: float) -> bool:
    """Use ``learning_rate`` until the next step of the schedule.

    Raises:
        ArgumentError: The rate is not positive.

    Example:
        (setq optimizer (torch_optimizer (torch_linear 4 2) 0.1 "sgd"))
        (setq scheduler (torch_lr_scheduler optimizer "cosine"))
        (torch_scheduler_set_lr scheduler 0.02)
        optimizer
        ; => PyTorch Optimizer (sgd, lr=0.02)
    """
    check_learning_rate(learning_rate)
    scheduler.set_rate(learning_rate)
    return True
