"""How long a program of one line takes with ``--run``, beside a Python that does nothing.

Processor time of fresh processes, in turn, after one round that fills the caches; the goal is at
most 2.5 times the empty Python and 40 ms more.

Usage: python benchmarks/program_start.py [rounds]
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path


def processor_time(arguments: list[str]) -> float:
    """The milliseconds of processor time that a Python process takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    subprocess.run(
        [sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=environment
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def main(rounds: int) -> None:
    """Measure in turn and compare the medians."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "one_line.lisp")
        program.write_text('(println "hello")\n')
        commands = {
            "python -c pass": ["-c", "pass"],
            "--run of one line": ["-m", "workbench", "--run", str(program)],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds + 1):
            for name, arguments in commands.items():
                times[name].append(processor_time(arguments))
    empty, run = (statistics.median(values[1:]) for values in times.values())
    for name, median in zip(commands, (empty, run), strict=True):
        print(f"{name:18} {median:6.1f} ms")
    print(f"{'goal':18} {2.5 * empty + 40:6.1f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
