"""What is written past Python's streams, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import textwrap

SCRIPT = """
import ctypes, os, subprocess, sys
from workbench.runtime.native_output import NativeOutput
from workbench.runtime.transport import merged

told = os.dup(1)
events = []
native = NativeOutput(events.append)
{action}
native.flush()
os.write(told, repr([(event.stream, event.text) for event in merged(events)]).encode())
os._exit(0)
"""


def events_of(action: str) -> object:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(action=textwrap.dedent(action))],
        stdin=subprocess.PIPE,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    return eval(done.stdout)


def test_every_way_to_write_is_heard() -> None:
    action = """
        os.write(1, b"descriptor ")
        native.drain()
        print("python ", end="", flush=True)
        native.drain()
        ctypes.CDLL(None).printf(b"native ")
        native.flush()
        subprocess.run(["echo", "program"])
    """
    assert events_of(action) == [("output", "descriptor python native program\n")]


def test_the_two_streams_are_told_apart() -> None:
    action = """
        os.write(1, b"a")
        native.drain()
        os.write(2, b"b")
        native.drain()
        os.write(1, b"c")
    """
    assert events_of(action) == [("output", "a"), ("error", "b"), ("output", "c")]


def test_a_character_in_two_pieces_is_one() -> None:
    action = """
        os.write(1, "λ".encode()[:1])
        native.drain()
        os.write(1, "λ".encode()[1:])
    """
    assert events_of(action) == [("output", "λ")]


def test_more_than_a_pipe_holds_is_heard() -> None:
    action = """
        os.write(1, b"x" * 1_000_000)
        native.drain()
        events[:] = [event for event in merged(events) if len(event.text) == 1_000_000]
    """
    assert events_of(action) == [("output", "x" * 1_000_000)]


def test_standard_input_is_at_its_end() -> None:
    assert events_of("os.write(1, repr(os.read(0, 1)).encode())") == [("output", "b''")]
