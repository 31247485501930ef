"""What Lisp adds to a training step: the same network and step, from Lisp and from plain Python.

    python benchmarks/training_step.py [rounds]

The network has 4 inputs, 64 hidden units and 2 outputs; a step is forward, mean squared error,
zeroed gradients, backward and Adam. Rounds of Lisp and Python alternate, so that both meet the
same weather, and both step with the fused kernel. The ratio of the medians is printed last.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from workbench.runtime.build import build_interpreter

STEPS = 200
INPUTS = (1.0, 2.0, 3.0, 4.0)
TARGETS = (0.5, 1.5)

PROGRAM = f"""
(use 'lispe_torch)
(setq inputs (torch_tensor (floats {" ".join(map(str, INPUTS))})))
(setq targets (torch_tensor (floats {" ".join(map(str, TARGETS))})))
(setq model (torch_model 4 64 2))
(setq optimizer (torch_optimizer model 0.001 "adam"))

(defun train (steps)
   (loopcount steps
      (setq predictions (torch_forward model inputs))
      (setq loss (torch_mse_loss predictions targets))
      (torch_optimizer_zero_grad optimizer)
      (torch_backward loss)
      (torch_optimizer_step optimizer)))
"""


def lisp_training() -> Callable[[], object]:
    """A function that runs ``STEPS`` training steps in Lisp."""
    interpreter = build_interpreter(
        output=sys.stdout, error_output=sys.stderr, read_line=lambda prompt: None
    )
    interpreter.evaluate(PROGRAM)
    return lambda: interpreter.evaluate(f"(train {STEPS})")


class Network(nn.Module):
    """What ``(torch_model 4 64 2)`` makes."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(4, 64)
        self.fc2 = nn.Linear(64, 2)

    def forward(self, inputs: Tensor) -> Tensor:
        """The outputs of ``inputs``."""
        outputs: Tensor = self.fc2(nn.functional.relu(self.fc1(inputs)))
        return outputs


def python_training() -> Callable[[], object]:
    """A function that runs ``STEPS`` training steps in plain Python."""
    inputs, targets = torch.tensor(INPUTS), torch.tensor(TARGETS)
    model = Network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, fused=True)

    def train() -> None:
        for _ in range(STEPS):
            predictions = model(inputs)
            loss = nn.functional.mse_loss(predictions, targets)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()

    return train


def microseconds_per_step(train: Callable[[], object]) -> float:
    """How long one step of ``train`` takes."""
    started = time.perf_counter()
    train()
    return (time.perf_counter() - started) / STEPS * 1e6


def main(rounds: int) -> None:
    """Alternate ``rounds`` rounds of both and print the medians."""
    torch.set_num_threads(1)
    lisp, python = lisp_training(), python_training()
    lisp(), python()  # warm up
    times = [(microseconds_per_step(lisp), microseconds_per_step(python)) for _ in range(rounds)]
    of_lisp, of_python = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"Lisp    {of_lisp:7.1f} µs per step")
    print(f"Python  {of_python:7.1f} µs per step")
    print(f"ratio   {of_lisp / of_python:7.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
