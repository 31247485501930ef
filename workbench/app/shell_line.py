"""Lines for the system's shell, typed at the prompt behind a ``!`` where that is wanted."""

from __future__ import annotations

import asyncio
import os
import signal
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress

from workbench.runtime.protocol import OutputWritten

MARK = "!"
PIECE = 65536


def shell_command(source: str) -> str | None:
    """What the shell is to run; ``None`` where ``source`` is no shell line."""
    text = source.strip()
    return text.removeprefix(MARK).strip() if text.startswith(MARK) else None


class ShellLines:
    """Runs one command after the other, each with the processes that it starts.

    Args:
        put: Hears what the commands write.
    """

    def __init__(self, put: Callable[[OutputWritten], None]) -> None:
        self._put = put
        self._running: list[asyncio.subprocess.Process] = []
        self._begun = 0

    @property
    def busy(self) -> bool:
        """Whether a command runs."""
        return self._begun > 0

    async def run(self, command: str) -> int:
        """Run ``command`` without input; answers its exit status, negative for a signal."""
        self._begun += 1
        try:
            return await self._run(command)
        finally:
            self._begun -= 1

    async def _run(self, command: str) -> int:
        process = await asyncio.create_subprocess_shell(
            command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        self._running.append(process)
        try:
            assert process.stdout is not None
            decoder = getincrementaldecoder("utf-8")("replace")
            while data := await process.stdout.read(PIECE):
                self._put(OutputWritten(decoder.decode(data)))
            return await process.wait()
        finally:
            self._running.remove(process)

    def stop(self) -> None:
        """End what runs."""
        for process in self._running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
