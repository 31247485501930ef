"""What was copied, where other programs find it: the terminal, a local program, or a file.

A terminal is asked with the sequence OSC 52, which crosses ssh; it does not say whether it obeyed.
So a program that sets the clipboard gets the text too where there is one, and where neither can be
relied on, a private file keeps it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from workbench.app.files import write_atomically
from workbench.app.keyed_app import KeyedApp
from workbench.folders import log_folder

PROGRAMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("WAYLAND_DISPLAY", ("wl-copy", "--type", "text/plain")),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("TMUX", ("tmux", "load-buffer", "-w", "-")),
)
"""Commands that read the clipboard's new text, each with the variable without which it can't."""

MAC = ("pbcopy",)
PATIENCE = 2.0
"""Seconds that a program gets: one that can't reach its display may wait for ever."""

LONGEST = 74_994
"""Bytes that every terminal takes: 100,000 in base 64, with what stands around them."""


def clipboard_programs(environment: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The commands that set the clipboard of whoever sits at this terminal, best first."""
    commands = [command for variable, command in PROGRAMS if environment.get(variable)]
    if "SSH_CONNECTION" not in environment:  # elsewhere it would set another machine's
        commands.append(MAC)
    path = environment.get("PATH")
    found = ((shutil.which(name, path=path), rest) for name, *rest in commands)
    return [(program, *rest) for program, rest in found if program]


def terminal_takes(text: str, environment: Mapping[str, str]) -> bool:
    """Whether the terminal can be expected to put ``text`` into the clipboard when asked.

    The console of Linux, Terminal of macOS and those made of VTE do not; screen and, as it comes,
    tmux keep the request to themselves.
    """
    deaf = any(environment.get(variable) for variable in ("VTE_VERSION", "STY", "TMUX"))
    deaf = deaf or environment.get("TERM") == "linux"
    deaf = deaf or environment.get("TERM_PROGRAM") == "Apple_Terminal"
    return not deaf and len(text.encode()) <= LONGEST


async def hand_over(text: str, command: tuple[str, ...]) -> bool:
    """Whether ``command`` took ``text``."""
    quiet = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=quiet, stderr=quiet
        )
    except OSError:
        return False
    try:
        async with asyncio.timeout(PATIENCE):
            await process.communicate(text.encode())
    except (TimeoutError, OSError):
        return False
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return process.returncode == 0


def keep_in_file(text: str, folder: Path) -> Path:
    """The file that now holds ``text``, which nobody but the user may read.

    Raises:
        OSError: It can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / "clipboard.txt"
    write_atomically(file, text, private=True)
    return file


class CopyingApp(KeyedApp):
    """An app whose copies reach the clipboard of the system."""

    _told_file: Path | None = None

    def copy_to_clipboard(self, text: str) -> None:
        """Copy ``text`` for this app and for others."""
        super().copy_to_clipboard(text)
        if text and not self.is_headless and not self.is_web:
            self.run_worker(self.share(text, os.environ), group="clipboard", exclusive=True)

    async def share(self, text: str, environment: Mapping[str, str]) -> None:
        """Give ``text`` to a local program, else to a file if the terminal won't take it."""
        for command in clipboard_programs(environment):
            if await hand_over(text, command):
                return
        if terminal_takes(text, environment):
            return
        try:
            file = await asyncio.to_thread(keep_in_file, text, log_folder())
        except OSError as error:
            told = f"The copy stays in the workbench: {error.filename}: {error.strerror}."
            self.notify(told, severity="warning", markup=False)
            return
        if file != self._told_file:
            self._told_file = file
            self.notify(
                f"This terminal may keep no clipboard: what is copied stands in {file}.",
                markup=False,
            )
