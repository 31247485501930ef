"""Stop requests."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator

import pytest

from lispe_core import interrupts
from lispe_core.errors import Interrupted
from lispe_core.interpreter import Interpreter


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    before = signal.signal(signal.SIGUSR1, lambda *_: interrupts.request() and None)
    yield
    signal.signal(signal.SIGUSR1, before)


class Asking(threading.Thread):
    """Asks to stop every tenth of a second: between two forms a request is dropped."""

    def __init__(self) -> None:
        super().__init__()
        self._ended = threading.Event()

    def run(self) -> None:
        main = threading.main_thread().ident
        assert main is not None
        while not self._ended.wait(0.1):
            signal.pthread_kill(main, signal.SIGUSR1)

    def join(self, timeout: float | None = None) -> None:
        self._ended.set()
        super().join(timeout)


def interrupt_soon() -> Asking:
    asking = Asking()
    asking.start()
    return asking


@pytest.mark.parametrize(
    "source",
    [
        "(while true 1)",
        "(defun f (n) (f n)) (f 1)",
        "(while true (catch (while true 1)))",
        "(while true (maybe (/ 1 0) 2))",
        "(loop x (irange 1 1) x)",
        "(maplist (λ (x) (while true x)) '(1 2))",
    ],
)
def test_a_request_ends_the_program(source: str) -> None:
    interpreter = Interpreter()
    timer = interrupt_soon()
    start = time.monotonic()
    with pytest.raises(Interrupted):
        interpreter.evaluate(source)
    timer.join()
    assert time.monotonic() - start < 5


def test_definitions_survive() -> None:
    interpreter = Interpreter()
    timer = interrupt_soon()
    with pytest.raises(Interrupted):
        interpreter.evaluate("(defun kept () 'here) (setq n 1) (while true (+= n 1))")
    timer.join()
    assert interpreter.evaluate("(and (kept) (> n 1))") is not None


def test_a_shielded_block_is_finished_first() -> None:
    steps: list[str] = []

    def shielded_work() -> None:
        with interrupts.shielded():
            interrupts.request()
            steps.append("finished")
        steps.append("went on")

    with pytest.raises(Interrupted), interrupts.user_code():
        shielded_work()
    assert steps == ["finished"]


def test_a_request_without_user_code_is_dropped() -> None:
    interrupts.request()
    with interrupts.user_code():
        pass


def test_a_request_is_dropped_when_user_code_ends_shielded() -> None:
    with pytest.raises(Interrupted), interrupts.user_code(), interrupts.shielded():
        interrupts.request()
    with interrupts.user_code(), interrupts.shielded():
        pass
