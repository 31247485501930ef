"""Threads of a program: started, waited for, stopped; and what they share.

A thread is a Python thread with a copy of its starter's context, so that what it prints and
reports goes where the program's own output goes. It gets copies of its arguments, and it sees the
global variables but can't change them. Whatever blocks it does so in short turns, since a thread
can only be stopped between two steps of Python code.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from lispe_core.calls import BreakIteration
from lispe_core.containers import clone
from lispe_core.depth import deep_recursion
from lispe_core.errors import Interrupted, LispError
from lispe_core.forms import LispList, Value
from lispe_core.printer import display

TURN = 0.02
"""Seconds that a thread blocks at a time."""
LONGEST_STOP = 2.0
"""Seconds after which a thread that can't be stopped, in native code say, is left alone."""


class Task:
    """One thread of a program.

    Args:
        name: The name of the function that it runs.
        function: That function.
        parent: The thread that started it, ``None`` for the program itself.
    """

    def __init__(self, name: str, function: Callable[..., Value], parent: Task | None) -> None:
        self.name = name
        self.function = function
        self.parent = parent
        self.thread: threading.Thread | None = None
        self.error: Exception | None = None
        self.failed_at = 0.0
        self.is_done = False
        self.waits_for: str | None = None
        """What it is blocked by: the key of a trigger, or nothing for threads of its own."""


_task: ContextVar[Task | None] = ContextVar("lispe_task", default=None)


def current_task() -> Task | None:
    """The thread that runs; ``None`` in the program itself."""
    return _task.get()


class Threads:
    """The threads of one program."""

    def __init__(self) -> None:
        self._tasks: list[Task] = []
        self._guard = threading.Lock()
        self._waiting: dict[str, list[tuple[Task | None, threading.Lock]]] = {}
        self._given: set[str] = set()
        self._main_waits_for: str | None = None
        self._stores: dict[str, list[Value]] = {}
        self.shared: dict[str, Value] = {}

    # Starting and ending

    def start(self, name: str, function: Callable[..., Value], arguments: Sequence[Value]) -> None:
        """Run ``function`` with copies of ``arguments`` in a thread of its own."""
        task = Task(name, function, current_task())
        copies = [clone(argument) for argument in arguments]
        context = contextvars.copy_context()
        task.thread = threading.Thread(
            target=context.run, args=(self._run, task, copies), name=f"lisp {name}", daemon=True
        )
        with self._guard:
            self._tasks.append(task)
        task.thread.start()

    def _run(self, task: Task, arguments: Sequence[Value]) -> None:
        _task.set(task)
        try:
            self._call(task, arguments)
        except BaseException:
            pass
        finally:
            task.is_done = True

    def _call(self, task: Task, arguments: Sequence[Value]) -> None:
        from lispe_core.faults import lisp_error

        try:
            with deep_recursion():
                task.function(*arguments)
                self.wait()
        except (BreakIteration, Interrupted):
            pass
        except Exception as exception:  # it reaches whoever waits
            error = lisp_error(exception)
            if error is not None and error is not exception:
                error.__cause__ = exception
            task.error = error or exception
            task.failed_at = time.monotonic()

    def _children(self, parent: Task | None) -> list[Task]:
        with self._guard:
            return [task for task in self._tasks if task.parent is parent]

    def wait(self) -> None:
        """Wait for all threads that this one has started.

        Raises:
            LispError: The error of the one that failed first, or they can never end.
        """
        parent = current_task()
        with self._blocked(""):
            for task in self._children(parent):
                while not task.is_done and task.thread is not None:
                    task.thread.join(TURN)
                    self._check_progress("wait")
        self.raise_first_error()

    def raise_first_error(self) -> None:
        """Forget the threads of this one that have ended; raise the error of one of them."""
        parent = current_task()
        with self._guard:
            ended = [task for task in self._tasks if task.parent is parent and task.is_done]
            self._tasks = [task for task in self._tasks if task not in ended]
        for task in sorted(ended, key=lambda task: task.failed_at):
            if task.error is not None:
                raise task.error

    def settle(self) -> None:
        """Wait until every thread has ended or waits for a trigger.

        Raises:
            LispError: The error of the one that failed first.
        """
        while self._busy():
            time.sleep(TURN / 4)
        self.raise_first_error()

    def _busy(self) -> bool:
        with self._guard:
            return any(not task.is_done and task.waits_for is None for task in self._tasks)

    def stop(self) -> None:
        """Stop all threads, as far as they can be stopped."""
        end = time.monotonic() + LONGEST_STOP
        with self._guard:
            running = [task for task in self._tasks if not task.is_done]
            self._tasks.clear()
        while running and time.monotonic() < end:
            for task in running:
                if task.thread is not None and not task.is_done:
                    _raise_in(task.thread, Interrupted)
            for task in running:
                if task.thread is not None:
                    task.thread.join(TURN)
            running = [task for task in running if not task.is_done]

    # Being blocked

    @contextmanager
    def _blocked(self, by: str) -> Iterator[None]:
        task = current_task()
        self._block(task, by)
        try:
            yield
        finally:
            self._block(task, None)

    def _block(self, task: Task | None, by: str | None) -> None:
        if task is None:
            self._main_waits_for = by
        else:
            task.waits_for = by

    def _check_progress(self, what: str) -> None:
        """Find out when everybody waits for somebody else.

        Raises:
            LispError: Nobody is left to end it; the threads are stopped.
        """
        if current_task() is not None or self._main_waits_for is None:
            return
        with self._guard:
            running = [task for task in self._tasks if not task.is_done]
            blocked = [task for task in running if task.waits_for is not None]
        if len(blocked) < len(running) or (not running and not self._main_waits_for):
            return
        keys = [task.waits_for for task in blocked] + [self._main_waits_for]
        wanted = ", ".join(sorted({f"'{key}'" for key in keys if key}))
        self.stop()
        raise LispError(f"'{what}' would never end: nobody is left to trigger {wanted}")

    def wait_on(self, key: str) -> None:
        """Block until somebody triggers ``key``; a trigger that came before counts once."""
        task, lock = current_task(), threading.Lock()
        with self._guard:
            if key in self._given:
                self._given.discard(key)
                return
            lock.acquire()
            self._waiting.setdefault(key, []).append((task, lock))
            self._block(task, key)
        try:
            while not lock.acquire(timeout=TURN):
                self._check_progress("waiton")
        finally:
            self._block(task, None)
            with self._guard:
                self._waiting[key] = [
                    each for each in self._waiting.get(key, []) if each[1] is not lock
                ]

    def trigger(self, key: str) -> None:
        """Let all go on that wait for ``key``; if there is nobody, the next one."""
        with self._guard:
            waiting = self._waiting.pop(key, [])
            if not waiting:
                self._given.add(key)
            for task, lock in waiting:
                self._block(task, None)
                lock.release()

    # What threads share

    def store(self, key: str, value: Value) -> None:
        """Append a copy of ``value`` to the list under ``key``."""
        with self._guard:
            self._stores.setdefault(key, []).append(clone(value))

    def stored(self, key: str) -> Value:
        """A copy of the list under ``key``; ``None`` if there is none."""
        with self._guard:
            held = self._stores.get(key)
            return None if held is None else clone(LispList(held))

    def all_stored(self) -> dict[str, Value]:
        """A copy of all lists by their keys."""
        with self._guard:
            return {key: clone(LispList(held)) for key, held in self._stores.items()}

    def clear(self, key: str | None) -> None:
        """Empty the list under ``key``, or remove all."""
        with self._guard:
            if key is None:
                self._stores.clear()
            else:
                self._stores[key] = []


class PatientLock:
    """A lock that its holder may take again; who waits for it can be stopped."""

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def __enter__(self) -> None:
        while not self._lock.acquire(timeout=TURN):
            pass

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def pause(seconds: float) -> None:
    """Sleep; a thread sleeps in short turns."""
    if current_task() is None:
        time.sleep(seconds)
        return
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, TURN))


def guard_global(name: str) -> None:
    """Refuse a thread that is about to change a global variable.

    Raises:
        LispError: A thread runs.
    """
    if current_task() is not None:
        raise LispError(
            f"a thread cannot change the global variable '{name}'",
            hint="share values with (threadspace (seth name value)) or (threadstore key value)",
        )


def key_of(value: Value) -> str:
    """The name of a trigger, a lock or a list: the text of any value."""
    return display(value)


def _raise_in(thread: threading.Thread, exception: type[BaseException]) -> None:
    import ctypes  # takes milliseconds, and few programs have threads to stop

    if thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(exception)
        )
