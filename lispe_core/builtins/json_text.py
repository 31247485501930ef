"""Reading and writing JSON."""

from __future__ import annotations

import re
from array import array
from typing import Any

from lispe_core.builtins.dictionaries import dictionary
from lispe_core.builtins.files import read_text, write_text
from lispe_core.containers import elements, text_of
from lispe_core.errors import LispError
from lispe_core.foreign import Container
from lispe_core.forms import TRUE, LispList, Truth, Value
from lispe_core.instances import Instance
from lispe_core.large_numbers import whole_number
from lispe_core.library import Library
from lispe_core.printer import display

_LONG = 10_000
_LARGE_NUMBER = re.compile(f"[0-9]{{{_LONG}}}")

json_text = Library("json", "function")


@json_text.builtin("json")
def to_json(value: Value) -> str:
    """The JSON text of a value; numbers with all their digits.

    Example:
        (json '(1 2.5 "a" nil true))    ; => [1,2.5,"a",null,true]
        (json {"a":{"b":(list)}})       ; => {"a":{"b":[]}}
    """
    import json

    try:
        return json.dumps(
            value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain
        )
    except ValueError as error:
        raise LispError(f"this value has no JSON text: {error}") from None


def _plain(value: Value) -> Any:
    """What the encoder can write instead of ``value``."""
    if isinstance(value, Truth):
        return True
    if isinstance(value, Instance):
        return value.fields
    return elements(value) if isinstance(value, (array, Container)) else display(value)


@json_text.builtin("json_parse")
def from_json(text: str, raw: Value = None) -> Value:
    """The value of a JSON text: objects become dictionaries, in their order.

    Example:
        (json_parse `{"a":[1,2.5,null]}`)    ; => {"a":(1 2.5 nil)}
        (json_parse "[1,")    ; error: Error: JSON structure contains errors line: 1
    """
    import json

    read = text_of(text)
    whole = whole_number if len(read) > _LONG and _LARGE_NUMBER.search(read) else None
    try:
        return _value(json.loads(read, parse_int=whole))
    except json.JSONDecodeError as error:
        raise LispError(f"JSON structure contains errors line: {error.lineno}") from None


def _value(parsed: Any) -> Value:
    if isinstance(parsed, bool):
        return TRUE if parsed else None
    if isinstance(parsed, list):
        return LispList([_value(item) for item in parsed])
    if isinstance(parsed, dict):
        return {key: _value(item) for key, item in parsed.items()}
    return parsed


@json_text.builtin("json_read")
def read_json(path: str, raw: Value = None) -> Value:
    """The value of a JSON file.

    Example:
        (json_write {"a":1} "a.json")    ; => true
        (json_read "a.json")            ; => {"a":1}
    """
    return from_json(read_text(path))


@json_text.builtin("json_write")
def write_json(value: Value, path: str) -> Truth:
    """Write ``value`` to a file as JSON.

    Example:
        (json_write '(1 2) "a.json")     ; => true
        (fread "a.json")                ; => [1,2]
    """
    return write_text(path, to_json(value))


@json_text.builtin("json_dictionary")
def ordered_dictionary(items: Value = None) -> dict[Value, Value]:
    """An empty dictionary that keeps the order of its keys, or one of a list of keys and values.

    Example:
        (json_dictionary '("b" 1 "a" 2))    ; => {"b":1 "a":2}
    """
    return dictionary(*elements(items))
