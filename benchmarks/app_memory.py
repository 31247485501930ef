"""How much the app's memory grows over an hour of traffic.

    PYTHONPATH=. python benchmarks/app_memory.py [minutes]

The app runs without a terminal and gets what a session would tell it in that time, as fast as it
takes it: 1,000 metrics and 200 tokens a second, and in the beginning the 100,000 lines of output
that the transcript keeps. A batch holds what comes in half a second, so that the hour takes some
minutes. Resident memory is read after the first tenth and at the end; the goal is a growth below
10 percent.
"""

from __future__ import annotations

import asyncio
import sys
import time

import psutil

from tests.workbench.fake_session import FakeSession
from torch_lib.events import Event as LibraryEvent
from torch_lib.events import GenerationFinished, GenerationStarted, Metric, TokenGenerated
from workbench.app.app import Workbench
from workbench.runtime.protocol import EvaluationStarted, OutputWritten

BATCHES_PER_SECOND = 2
METRICS_PER_BATCH = 1000 // BATCHES_PER_SECOND
TOKENS_PER_BATCH = 200 // BATCHES_PER_SECOND
TOKENS_OF_A_TEXT = 2000
LINES, LINES_PER_BATCH = 100_000, 2000


def traffic(batch: int) -> list[LibraryEvent | OutputWritten]:
    """What happens within half a second."""
    first = batch * METRICS_PER_BATCH
    events: list[LibraryEvent | OutputWritten] = [
        Metric("loss", 1 / (1 + first + number), first + number)
        for number in range(METRICS_PER_BATCH)
    ]
    if batch * TOKENS_PER_BATCH % TOKENS_OF_A_TEXT == 0:
        if batch:
            events.append(GenerationFinished(TOKENS_OF_A_TEXT, 10.0, "length"))
        events.append(GenerationStarted("Once", 1, TOKENS_OF_A_TEXT))
    events += [TokenGenerated(number, " word") for number in range(TOKENS_PER_BATCH)]
    if batch < LINES // LINES_PER_BATCH:
        lines = (f"line {batch * LINES_PER_BATCH + number}\n" for number in range(LINES_PER_BATCH))
        events.append(OutputWritten("".join(lines), "output"))
    return events


async def run(minutes: float) -> None:
    """Feed the app, and print its memory ten times."""
    batches = round(minutes * 60 * BATCHES_PER_SECOND)
    process, session = psutil.Process(), FakeSession()
    app = Workbench(session)
    started = time.perf_counter()
    sizes: list[int] = []
    async with app.run_test(size=(120, 40)):
        session.emit(EvaluationStarted(1, "(train)", "<repl 1>"))
        for batch in range(batches):
            session.emit(*traffic(batch))
            app.drain()
            await asyncio.sleep(0)
            if (batch + 1) % (batches // 10) == 0:
                sizes.append(process.memory_info().rss)
                spent = time.perf_counter() - started
                print(f"{len(sizes)}/10: {sizes[-1] / 2**20:6.1f} MiB, {spent:5.1f} s", flush=True)
    print(f"growth {100 * (sizes[-1] / sizes[0] - 1):.1f} %")


if __name__ == "__main__":
    asyncio.run(run(float(sys.argv[1]) if len(sys.argv) > 1 else 60))
