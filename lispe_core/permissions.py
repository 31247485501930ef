"""What a program may do to the system beyond reading and writing files."""

from __future__ import annotations

from lispe_core.context import current
from lispe_core.errors import LispError

COMMANDS_VARIABLE = "LISPE_ALLOW_COMMANDS"
"""The variable of the environment that lets programs start others."""


def require_commands() -> None:
    """Check that the program may start others.

    Raises:
        LispError: Nobody has allowed it.
    """
    surroundings = current()
    if callable(surroundings.allow_commands):
        surroundings.allow_commands = surroundings.allow_commands()
    if not surroundings.allow_commands:
        raise LispError(
            "commands of the system are not allowed here",
            hint=f"--allow-shell, the setting allow_shell, or {COMMANDS_VARIABLE}=1 allows them",
        )
