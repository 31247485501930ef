"""Values as TOML writes them."""

from __future__ import annotations

import json
import re
from typing import Any

__all__ = ["toml_key", "toml_value"]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def toml_key(name: str) -> str:
    """``name`` as a key, quoted unless it is a plain word."""
    return name if _BARE_KEY.fullmatch(name) else json.dumps(name)


def toml_value(value: Any) -> str:
    """A value that TOML has read, written in one line."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list():
            return f"[{', '.join(map(toml_value, value))}]"
        case dict():
            entries = (f"{toml_key(key)} = {toml_value(entry)}" for key, entry in value.items())
            return f"{{ {', '.join(entries)} }}"
        case _:
            return str(value)
