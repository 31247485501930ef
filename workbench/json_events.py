"""Events as lines of strict JSON, for programs that watch a program run.

The schema is described in ``docs/headless.md``. Numbers that JSON does not know (NaN and the
infinities) are ``null``.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import fields, is_dataclass
from typing import Any

from torch_lib.events import TokenGenerated
from workbench.runtime.protocol import (
    EvaluationFailed,
    EvaluationFinished,
    EvaluationInterrupted,
    EvaluationStarted,
    Event,
    OutputWritten,
)

__all__ = ["json_line"]

NAMES: dict[type, str] = {
    EvaluationFailed: "error",
    EvaluationFinished: "result",
    EvaluationInterrupted: "interrupted",
    EvaluationStarted: "started",
    OutputWritten: "output",
    TokenGenerated: "token",
}
"""Where the name of an event is not its class's in small letters."""

RENAMED = {"origin": "file", "frames": "stack", "view": "value"}
LEFT_OUT = frozenset({"entries", "handle", "held", "id", "request", "source", "trail"})
"""What only the app, which can ask for more, has a use for."""

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


def json_line(event: Event, time: float) -> str:
    """``event`` as one line with its end; ``time`` is in seconds since 1970."""
    entry: dict[str, Any] = {"event": _name(type(event)), "time": round(time, 6)}
    for key, value in _entries(event).items():
        if isinstance(event, EvaluationFailed) and key == "error":
            entry |= value
        else:
            entry[key] = value
    return json.dumps(entry, ensure_ascii=False, allow_nan=False) + "\n"


def _name(kind: type) -> str:
    return NAMES.get(kind) or _CAPITAL.sub("_", kind.__name__).lower()


def _entries(value: Any) -> dict[str, Any]:
    """The fields of a dataclass under the names of the schema."""
    return {
        RENAMED.get(entry.name, entry.name): _plain(getattr(value, entry.name))
        for entry in fields(value)
        if entry.name not in LEFT_OUT
    }


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return _entries(value)
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
