"""Starts the app on a session of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from workbench.app.app import Workbench
from workbench.runtime.process_session import ProcessSession
from workbench.runtime.protocol import OutputWritten

PIECE = 65536


def run_app(path: Path | None = None) -> int:
    """Run the workbench until it is left; answers the exit status."""
    if os.environ.get("NO_COLOR") == "":
        del os.environ["NO_COLOR"]  # the convention counts an empty value as not set
    app = Workbench(ProcessSession(), path)
    keep_screen_clean(app.bridge.put)
    app.run()
    return app.return_code or 0


def keep_screen_clean(post: Callable[[OutputWritten], None]) -> None:
    """Send what is written to descriptors 1 and 2 to ``post``, away from the drawn screen.

    Textual draws through ``sys.__stderr__``, which gets a descriptor of its own.
    """
    terminal = os.dup(2)
    sys.__stderr__ = open(terminal, "w", encoding="utf-8", buffering=1)  # type: ignore[misc]  # noqa: SIM115, PTH123
    reader, writer = os.pipe()
    os.dup2(writer, 1)
    os.dup2(writer, 2)
    os.close(writer)

    def pump() -> None:
        while data := os.read(reader, PIECE):
            post(OutputWritten(data.decode("utf-8", "replace"), "error"))

    Thread(target=pump, name="stray output", daemon=True).start()
