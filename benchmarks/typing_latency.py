"""How long a typed character takes to appear in the editor, with and without a program running.

    python benchmarks/typing_latency.py [characters]

The real program runs in a pseudo-terminal of 120 by 40. Characters are typed at human speed into
comments at the top of a file. A character's latency ends when a terminal emulator shows it
there, so that other painting (a growing curve, a stream of tokens) is not taken for an answer.

Three situations: nothing runs, a network trains, a language model writes. Programs are the samples
``train_digits.lisp`` and ``chat.lisp``, made to go on for as long as the typing takes, run by F5.
The goal is a 99th percentile below 100 ms in all of them.
"""

from __future__ import annotations

import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pexpect
import pyte

COLUMNS, ROWS = 120, 40
F5, CTRL_HOME = "\x1b[15~", "\x1b[1;5H"
SECONDS_BETWEEN_KEYS = (0.06, 0.18)
LONGEST_WAIT = 30.0
LINE = 50
WORDS = "the quick brown fox jumps over the lazy dog while it learns to read and write "
SAMPLES = Path(__file__).parent.parent / "samples"


class Terminal:
    """The program in a pseudo-terminal, and what a person would see of it."""

    def __init__(self, path: Path) -> None:
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._process = pexpect.spawn(
            sys.executable,
            ["-m", "workbench", str(path)],
            dimensions=(ROWS, COLUMNS),
            env={"TERM": "xterm-256color", "PATH": "/usr/bin:/bin", "HOME": str(path.parent)},
        )
        self._process.delaybeforesend = None

    def type(self, keys: str) -> None:
        """Send ``keys``."""
        self._process.send(keys)

    def shows(self, text: str) -> bool:
        """Whether ``text`` stands in a line of the screen."""
        return any(text in line for line in self._screen.display)

    def watch(self, seconds: float, seen: Callable[[], bool] = lambda: False) -> float | None:
        """Keep the screen up to date until ``seen``: when its bytes came, ``None`` if never."""
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            try:
                painted = self._process.read_nonblocking(65536, timeout=left)
            except pexpect.TIMEOUT:
                return None
            arrived = time.perf_counter()
            self._stream.feed(painted)
            if seen():
                return arrived
        return None

    def wait_for(self, text: str) -> None:
        """Watch until ``text`` is shown.

        Raises:
            TimeoutError: It did not appear.
        """
        if not self.shows(text):
            self.seen(text)

    def seen(self, text: str) -> float:
        """Watch until the screen changes to show ``text``: when its bytes came.

        Raises:
            TimeoutError: It did not appear.
        """
        arrived = self.watch(LONGEST_WAIT, partial(self.shows, text))
        if arrived is None:
            raise TimeoutError(f"{text!r} did not appear:\n" + "\n".join(self._screen.display))
        return arrived

    def close(self) -> None:
        """End the program."""
        self._process.close(force=True)


@contextmanager
def workbench(program: str) -> Iterator[Terminal]:
    """The workbench on a file that holds ``program``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.lisp"
        path.write_text(program, encoding="utf-8")
        shutil.copytree(SAMPLES / "data", path.parent / "data")
        terminal = Terminal(path)
        try:
            terminal.wait_for("program.lisp")
            terminal.watch(3.0)
            yield terminal
        finally:
            terminal.close()


def latencies(terminal: Terminal, characters: int) -> list[float]:
    """Type comments at the top; each character's milliseconds until it is seen."""
    pause = random.Random(1)
    text = (WORDS * (characters // len(WORDS) + 1))[:characters]
    measured = []
    for start in range(0, len(text), LINE):
        for key in (CTRL_HOME, "\r", CTRL_HOME, ";"):  # a new comment at the top
            terminal.type(key)
            terminal.watch(0.3)
        line = ";"
        for character in text[start : start + LINE]:
            line += character
            written = time.perf_counter()
            terminal.type(character)
            if character != " ":  # a blank is not to be told from the empty screen
                measured.append((terminal.seen(line) - written) * 1000)
            terminal.watch(pause.uniform(*SECONDS_BETWEEN_KEYS))
    return measured


def report(situation: str, measured: list[float]) -> None:
    """Print one line of figures."""
    measured = sorted(measured)
    ninety_ninth = measured[min(len(measured) - 1, round(0.99 * len(measured)))]
    print(
        f"{situation:12} median {statistics.median(measured):6.1f} ms   "
        f"p99 {ninety_ninth:6.1f} ms   max {measured[-1]:6.1f} ms   ({len(measured)} keys)",
        flush=True,
    )


def main(characters: int) -> None:
    """Measure the three situations."""
    training = (SAMPLES / "train_digits.lisp").read_text(encoding="utf-8")
    training = training.replace("(iota 150)", "(iota 1000000)")
    chat = (SAMPLES / "chat.lisp").read_text(encoding="utf-8")
    chat = chat.replace("(answer path))", "(loopcount 1000 (answer path)))")
    for situation, program, sign in (
        ("idle", training, None),
        ("training", training, "Epoch 25"),
        ("generation", chat, "A tensor"),
    ):
        with workbench(program) as terminal:
            if sign is not None:
                terminal.type(F5)
                terminal.wait_for(sign)
            report(situation, latencies(terminal, characters))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
