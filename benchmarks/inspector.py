"""How long the inspector's session takes to answer the first look at a value.

    python benchmarks/inspector.py

Tensors of a hundred million elements, as they lie in memory and transposed, a list and a dictionary
of a million parts seen from their end, and a model of a thousand layers. The goal is 200 ms for
each, the way through the pipe included.
"""

from __future__ import annotations

from queue import SimpleQueue
from time import perf_counter

from workbench.runtime.process_session import ProcessSession
from workbench.runtime.protocol import (
    EvaluationFailed,
    Event,
    TensorInspected,
    ValueInspected,
    VariablesChanged,
    Window,
)

VALUES = {
    "tensor of 1e8": ("(torch_randn '(10000 10000))", Window()),
    "transposed": ("(torch_transpose (torch_randn '(10000 10000)) 0 1)", Window()),
    "list of 1e6": ("(range 0 1000000 1)", Window(row=999_960)),
    "dictionary of 1e6": (
        "(block (setq d (dictionaryi)) (loop i (range 0 1000000 1) (set@ d i i)) d)",
        Window(row=999_960),
    ),
    "model of 1000 layers": (
        "(torch_sequential (maplist (lambda (i) (torch_linear 8 8)) (range 0 1000 1)))",
        Window(rows=2000),
    ),
}


def told(events: SimpleQueue[Event], *kinds: type) -> Event:
    """The next event of one of ``kinds``."""
    while True:
        event = events.get()
        if isinstance(event, EvaluationFailed):
            raise SystemExit(event.error.message)
        if isinstance(event, kinds):
            return event


def main() -> None:
    """Print the milliseconds of each first look, and of a second one."""
    session = ProcessSession()
    events: SimpleQueue[Event] = SimpleQueue()
    session.subscribe(events.put)
    session.evaluate("(use 'lispe_torch)")
    told(events, VariablesChanged)
    for label, (source, window) in VALUES.items():
        session.evaluate(f"(setq looked_at {source})")
        changed = told(events, VariablesChanged)
        assert isinstance(changed, VariablesChanged)
        handle = next(v.handle for v in changed.variables if v.name == "looked_at")
        times = []
        for _ in range(2):
            began = perf_counter()
            session.inspect(handle, window)
            told(events, TensorInspected, ValueInspected)
            times.append(f"{1000 * (perf_counter() - began):8.1f} ms")
        print(f"{label:<22}", *times)
    session.close()


if __name__ == "__main__":
    main()
