"""How long the workbench takes to its first picture, beside an empty Textual app.

    python benchmarks/app_start.py [rounds]

Both start in a pseudo-terminal of 120 by 40, in turn. The time is from the start of the process to
the first cell that is drawn; the goal is a ratio of the medians below 2.5.
"""

from __future__ import annotations

import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pexpect

CHECKOUT = str(Path(__file__).parent.parent.absolute())
EMPTY = "from textual.app import App; App().run()"
PROGRAMS = {"empty app": ["-c", EMPTY], "workbench": ["-m", "workbench"]}
DRAWN = re.compile(rb"\x1b\[\d+;\d+H")  # a cursor position: what follows is a part of the picture


def seconds_to_picture(arguments: list[str], folder: str) -> float:
    """From the start of the process to its first picture."""
    started = time.perf_counter()
    process = pexpect.spawn(
        sys.executable,
        arguments,
        dimensions=(40, 120),
        cwd=folder,
        env={
            "TERM": "xterm-256color",
            "PATH": "/usr/bin:/bin",
            "HOME": folder,
            "PYTHONPATH": CHECKOUT,
        },
        timeout=60,
    )
    process.expect(DRAWN)
    seconds = time.perf_counter() - started
    process.close(force=True)
    return seconds


def main(rounds: int) -> None:
    """Measure in turn, after one round that fills the caches."""
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds + 1):
            for name, arguments in PROGRAMS.items():
                times[name].append(seconds_to_picture(arguments, folder))
    medians = {name: statistics.median(values[1:]) for name, values in times.items()}
    for name, seconds in medians.items():
        print(f"{name:10} {seconds * 1000:6.0f} ms")
    print(f"ratio      {medians['workbench'] / medians['empty app']:6.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
