"""What native code and child processes write, turned into events.

Libraries in C write to file descriptors 1 and 2, not to Python's streams. The evaluator points
both at pipes first of all; :meth:`NativeOutput.drain` empties them, so that such text keeps its
place among what Lisp prints.
"""

from __future__ import annotations

import codecs
import ctypes
import os
import select
import sys
from collections.abc import Callable
from threading import Lock, Thread

from workbench.runtime.protocol import OutputWritten, Stream

__all__ = ["NativeOutput"]

PIECE = 65536


class NativeOutput:
    """Takes over descriptors 0 to 2 of this process; ``post`` gets what is written.

    Reads of descriptor 0 find the end of input: programs ask for lines through the interpreter.
    """

    def __init__(self, post: Callable[[OutputWritten], None]) -> None:
        self._post = post
        self._lock = Lock()
        self._sources: dict[int, tuple[Stream, codecs.IncrementalDecoder]] = {}
        self._libc = ctypes.CDLL(None)
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a device, not a path
            os.dup2(nothing.fileno(), 0)
        self._capture(1, "output")
        self._capture(2, "error")
        # Python's own streams write at once; whole lines of several threads stay whole.
        sys.stdout = open(1, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115
        Thread(target=self._pump, name="native output", daemon=True).start()

    def waiting(self) -> bool:
        """Whether something was written that is not posted yet."""
        return bool(select.select(tuple(self._sources), (), (), 0)[0])

    def drain(self) -> None:
        """Post what was written; an exception in the middle of it would lose text."""
        with self._lock:
            self._read_all()

    def flush(self) -> None:
        """Empty the buffers of Python and C too, and post what they held."""
        sys.stdout.flush()
        sys.stderr.flush()
        self._libc.fflush(None)
        self.drain()

    def _capture(self, descriptor: int, stream: Stream) -> None:
        reader, writer = os.pipe()
        os.dup2(writer, descriptor)
        os.close(writer)
        os.set_blocking(reader, False)
        self._sources[reader] = (stream, codecs.getincrementaldecoder("utf-8")("replace"))

    def _pump(self) -> None:
        while True:
            select.select(tuple(self._sources), (), ())
            self.drain()

    def _read_all(self) -> None:
        for reader, (stream, decoder) in self._sources.items():
            while True:
                try:
                    data = os.read(reader, PIECE)
                except BlockingIOError:
                    break
                text = decoder.decode(data)
                if text:
                    self._post(OutputWritten(text, stream))
                if len(data) < PIECE:
                    break
