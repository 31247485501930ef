"""How long a typed character takes to appear in the editor, with and without a program running.

    python benchmarks/typing_latency.py [characters [situation…]]

The real program runs in a pseudo-terminal of 120 by 40. Characters are typed at human speed into
comments at the top of a file. Two times are taken from the byte written: to the first byte painted
back, and to the bytes that show the character in its line, so that other painting (a growing
curve, a stream of tokens) is not taken for an answer.

Situations: nothing runs; nothing runs and the file has 20,000 lines; a network trains and a
language model writes, which are the samples ``train_digits.lisp`` and ``chat.lisp``, made to go on
for as long as the typing takes; a loop reports 1,000 metrics a second; a small model writes 200
tokens a second; a program prints 100,000 lines again and again. Programs are run by F5. The goals
for the 99th percentile are 50 ms to the first byte, and 100 ms while lines are printed; names such
as ``metrics lines`` choose what is measured.
"""

from __future__ import annotations

import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pexpect

COLUMNS, ROWS = 120, 40
F5, CTRL_HOME = "\x1b[15~", "\x1b[1;5H"
SECONDS_BETWEEN_KEYS = (0.06, 0.18)
LONGEST_WAIT = 30.0
LINE = 50
WORDS = "the quick brown fox jumps over the lazy dog while it learns to read and write "
ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=]*[a-zA-Z]")
CHECKOUT = Path(__file__).parent.parent.absolute()
SAMPLES = CHECKOUT / "samples"


class Terminal:
    """The program in a pseudo-terminal."""

    def __init__(self, path: Path) -> None:
        self._process = pexpect.spawn(
            sys.executable,
            ["-m", "workbench", str(path)],
            dimensions=(ROWS, COLUMNS),
            env={
                "TERM": "xterm-256color",
                "PATH": "/usr/bin:/bin",
                "HOME": str(path.parent),
                "PYTHONPATH": str(CHECKOUT),
            },
        )
        self._process.delaybeforesend = None

    def type(self, keys: str) -> None:
        """Send ``keys``."""
        self._process.send(keys)

    def rest(self, seconds: float) -> None:
        """Read what is painted for so long, and forget it."""
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            with suppress(pexpect.TIMEOUT):
                self._process.read_nonblocking(65536, timeout=left)

    def seen(self, text: str) -> tuple[float, float]:
        """Read until ``text`` is painted: when the first bytes came, and when it was there.

        Raises:
            TimeoutError: It was not painted.
        """
        deadline = time.perf_counter() + LONGEST_WAIT
        painted, first = b"", None
        while (left := deadline - time.perf_counter()) > 0:
            with suppress(pexpect.TIMEOUT):
                painted += self._process.read_nonblocking(65536, timeout=left)
                arrived = time.perf_counter()
                first = first or arrived
                if text.encode() in ESCAPES.sub(b"", painted):
                    return first, arrived
        raise TimeoutError(f"{text!r} was not painted")

    def close(self) -> None:
        """End the program."""
        self._process.close(force=True)


METRICS = """
(use 'lispe_torch)
(println "measuring")
(loop step (iota 100000000)
   (torch_log_metric "loss" (/ 1.0 step))
   (sleep 1))
"""
TOKENS = """
(use 'lispe_torch)
(setq generator (torch_generator_create (list (torch_embedding 50 16) (torch_linear 16 50))))
(torch_generator_configure generator {"max_length":1000000 "do_sample":true})
(println "measuring")
(torch_generator_stream generator '(1 2) (lambda (token data) (sleep 5)))
"""
LINES = """
(println "measuring")
(loopcount 1000
   (loop line (iota 100000) (println "line" line)))
"""


@contextmanager
def workbench(program: str) -> Iterator[Terminal]:
    """The workbench on a file that holds ``program``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.lisp"
        path.write_text(program, encoding="utf-8")
        shutil.copytree(SAMPLES / "data", path.parent / "data")
        terminal = Terminal(path)
        try:
            terminal.seen("program.lisp")
            terminal.rest(3.0)
            yield terminal
        finally:
            terminal.close()


def latencies(terminal: Terminal, characters: int) -> list[tuple[float, float]]:
    """Type comments at the top: each character's milliseconds to the first byte, and until seen."""
    pause = random.Random(1)
    text = (WORDS * (characters // len(WORDS) + 1))[:characters]
    measured = []
    for start in range(0, len(text), LINE):
        for key in (CTRL_HOME, "\r", CTRL_HOME, ";"):  # a new comment at the top
            terminal.type(key)
            terminal.rest(0.3)
        line = ";"
        for character in text[start : start + LINE]:
            line += character
            written = time.perf_counter()
            terminal.type(character)
            if character != " ":  # a blank is not to be told from the empty screen
                first, shown = terminal.seen(line)
                measured.append(((first - written) * 1000, (shown - written) * 1000))
            terminal.rest(pause.uniform(*SECONDS_BETWEEN_KEYS))
    return measured


def report(situation: str, measured: list[tuple[float, float]]) -> None:
    """Print a line of figures for each of the two times."""
    for what, values in zip(("first byte", "character"), zip(*measured, strict=True), strict=True):
        times = sorted(values)
        ninety_ninth = times[min(len(times) - 1, round(0.99 * len(times)))]
        print(
            f"{situation:10} {what:10} median {statistics.median(times):6.1f} ms   "
            f"p99 {ninety_ninth:6.1f} ms   max {times[-1]:6.1f} ms   ({len(times)} keys)",
            flush=True,
        )


def main(characters: int, chosen: Sequence[str]) -> None:
    """Measure the chosen situations, by default every one."""
    training = (SAMPLES / "train_digits.lisp").read_text(encoding="utf-8")
    training = training.replace("(iota 150)", "(iota 1000000)")
    chat = (SAMPLES / "chat.lisp").read_text(encoding="utf-8")
    chat = chat.replace("(answer path))", "(loopcount 1000 (answer path)))")
    for situation, program, sign in (
        ("idle", training, None),
        ("long file", training + "(setq filler (list 1 2 3))\n" * 20_000, None),
        ("training", training, "Epoch 25"),
        ("generation", chat, "A tensor"),
        ("metrics", METRICS, "measuring"),
        ("tokens", TOKENS, "measuring"),
        ("lines", LINES, "measuring"),
    ):
        if chosen and situation not in chosen:
            continue
        with workbench(program) as terminal:
            if sign is not None:
                terminal.type(F5)
                terminal.seen(sign)
            report(situation, latencies(terminal, characters))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300, sys.argv[2:])
