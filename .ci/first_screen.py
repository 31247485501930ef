"""Run a command in a pseudo-terminal until the workbench shows its first screen, then quit it.

Usage: python3 first_screen.py COMMAND

Ends with 0 when the workbench has opened the tour and ended well at ctrl+q. Needs no more than
Python, as the command installs everything else.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

SCREEN_OPENED = b"\x1b[?1049h"
FILE_SHOWN = b"tour.lisp"
CTRL_Q = b"\x11"
INSTALLED_WITHIN = 900.0
ENDED_WITHIN = 30.0


def start(command: str) -> tuple[int, int]:
    """Start ``command`` in a terminal of 120 by 40; its process id and our end of the terminal."""
    process, terminal = pty.fork()
    if process == 0:
        environment = {**os.environ, "TERM": "xterm-256color", "PIP_PROGRESS_BAR": "off"}
        os.execvpe("bash", ["bash", "-c", command], environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    return process, terminal


def read(terminal: int, seconds: float) -> bytes | None:
    """What came within ``seconds``: empty if nothing did, ``None`` once the command has ended."""
    if not select.select([terminal], [], [], seconds)[0]:
        return b""
    try:
        return os.read(terminal, 65536) or None
    except OSError:  # Linux: the other end is closed
        return None


def first_screen(terminal: int) -> bool:
    """Whether the screen opens and shows the file; what comes before is passed on."""
    deadline = time.monotonic() + INSTALLED_WITHIN
    received = b""
    while time.monotonic() < deadline:
        output = read(terminal, 1.0)
        if output is None:
            return False
        if SCREEN_OPENED not in received:
            sys.stdout.buffer.write(output.partition(SCREEN_OPENED)[0])
            sys.stdout.flush()
        received += output
        if FILE_SHOWN in received.partition(SCREEN_OPENED)[2]:
            return True
    return False


def ended(terminal: int) -> bool:
    """Whether the command closes its terminal in time."""
    deadline = time.monotonic() + ENDED_WITHIN
    while time.monotonic() < deadline:
        if read(terminal, 1.0) is None:
            return True
    return False


def main(command: str) -> int:
    """Start ``command``, wait for its screen, quit it; the exit status of this check."""
    process, terminal = start(command)
    shown = first_screen(terminal)
    if shown:
        print("\n-- the first screen is there, pressing ctrl+q")
        os.write(terminal, CTRL_Q)
    if not (shown and ended(terminal)):
        os.killpg(process, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    print("-- ended with", status)
    return 0 if shown and status == 0 else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
