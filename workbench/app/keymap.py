"""Which key does what, as the user wants it: presets, own keys by the name of a binding, checks.

Every binding of the workbench has an ``id``. Textual takes any keymap in silence, so unknown
names, keys that are none, and keys that would do two things are found here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys, format_key, key_to_character
from textual.screen import Screen

from workbench.settings import KeySettings, near

EMACS: Mapping[str, str] = {
    "interrupt": "ctrl+c,ctrl+g",
    "palette": "alt+x",
    "open": "ctrl+x ctrl+f,ctrl+o",
    "save": "ctrl+x ctrl+s",
    "quit": "ctrl+x ctrl+c,ctrl+q",
    "focus": "f2,ctrl+x o",
    "zoom": "f4,ctrl+x 1",
    "buffer.new": "f9",
    "buffer.next": "f8,ctrl+x right",
    "buffer.close": "f10,ctrl+x k",
    "editor.eval-form-before": "ctrl+x ctrl+e,ctrl+j",
    "code.left": "left,ctrl+b",
    "code.right": "right,ctrl+f",
    "code.up": "up,ctrl+p",
    "code.down": "down,ctrl+n",
    "prompt.older": "up,ctrl+p",
    "prompt.newer": "down,ctrl+n",
    "code.line-end": "end,ctrl+e",
    "code.page-up": "pageup,alt+v",
    "code.page-down": "pagedown,ctrl+v",
    "prompt.earlier-page": "pageup,alt+v",
    "prompt.later-page": "pagedown,ctrl+v",
    "code.delete-word-right": "alt+d,alt+delete",
    "code.select-all": "f7,ctrl+x h",
    "code.cut": "shift+delete",
    "code.copy": "ctrl+c,alt+w",
    "code.paste": "ctrl+y",
    "code.undo": "ctrl+z,ctrl+x u,ctrl+underscore,ctrl+slash",
    "code.redo": "alt+z",
    "code.comment": "alt+c",
    "code.wrap": "alt+y",
    "code.splice": "alt+t",
    "editor.find": "ctrl+s",
    "find.next": "down,ctrl+s",
    "find.previous": "up,ctrl+r",
    "find.close": "escape,ctrl+g",
    "editor.go-to-line": "alt+g",
    "ask.leave": "escape,ctrl+g",
    "choice.cancel": "escape,ctrl+g",
    "line.cancel": "escape,ctrl+g",
    "path.cancel": "escape,ctrl+g",
    "pick.cancel": "escape,ctrl+g",
    "place.cancel": "escape,ctrl+g",
}
PRESETS: Mapping[str, Mapping[str, str]] = {"default": {}, "emacs": EMACS}
EVERYWHERE = "Everywhere"
PLACES = dict.fromkeys(("CodeArea", "EditingArea"), "Editor and prompt")
MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")
KEY_NAMES = {"ctrl+_": "ctrl+underscore", "ctrl+/": "ctrl+slash"}
_NAMED_KEYS = frozenset(key.value.rpartition("+")[2] for key in Keys)
_FUNCTION_KEY = re.compile(r"f([1-9]|1\d|2[0-4])")

Owned = tuple[type[DOMNode], Binding]


def bindings_by_id() -> dict[str, Owned]:
    """Every binding of the workbench under its id, with the class that it belongs to."""
    found: dict[str, Owned] = {}
    for owner in _classes(DOMNode):
        if owner.__module__.startswith("workbench."):
            for binding in owner.__dict__.get("BINDINGS", ()):
                if isinstance(binding, Binding) and binding.id:
                    found[binding.id] = (owner, binding)
    return found


def chosen_keymap(keys: KeySettings) -> tuple[dict[str, str], list[str]]:
    """The keys by binding id that differ from the usual ones, and a sentence for each mistake."""
    known = bindings_by_id()
    own: dict[str, str] = {}
    mistakes: list[str] = []
    for name, given in keys.map.items():
        single = [key for keys in split_keys(given) for key in keys.split() or [keys]]
        wrong = [key for key in single if not is_key(key)]
        if name not in known:
            advice = near(name, list(known))
            mistakes.append(f"'keys.map.{name}' is no name of a command{advice}")
        elif wrong:
            known_keys = [*_NAMED_KEYS, *(f"ctrl+{key}" for key in _NAMED_KEYS)]
            advice = near(wrong[0], known_keys)
            mistakes.append(f"'keys.map.{name}' is \"{given}\", '{wrong[0]}' is no key{advice}")
        elif typed := next(filter(begins_as_text, split_keys(given)), None):
            mistakes.append(
                f"'keys.map.{name}' is \"{given}\", but '{typed}' begins with a character that "
                "is typed; a sequence begins with ctrl, alt or a function key"
            )
        else:
            own[name] = ",".join(split_keys(given))
    keymap = {**PRESETS[keys.preset], **own}
    mistakes += conflicts(keymap, known, set(own))
    return keymap, mistakes


def conflicts(
    keymap: Mapping[str, str], known: Mapping[str, Owned], changed: set[str]
) -> list[str]:
    """A sentence for each key that ``changed`` bindings share with others in the same place."""
    told: dict[tuple[str, ...], str] = {}
    for name in sorted(changed & set(known)):
        owner, binding = known[name]
        usual = set(split_keys(binding.key))
        for other, (other_owner, other_binding) in known.items():
            other_usual = set(split_keys(other_binding.key))
            if other == name or usual & other_usual or not _meet(owner, other_owner):
                continue  # bindings that always share a key are meant to
            taken = split_keys(keymap.get(other, other_binding.key))
            for key in split_keys(keymap[name]):
                for used in taken:
                    if key == used:
                        one, two = sorted((name, other))
                        told[key, one, two] = f"'{key}' is the key of '{one}' and of '{two}'"
                    elif key.startswith(f"{used} "):
                        told[key, name, other] = _begins(used, other, key, name)
                    elif used.startswith(f"{key} "):
                        told[used, other, name] = _begins(key, name, used, other)
    return list(told.values())


def _begins(key: str, name: str, sequence: str, other: str) -> str:
    return f"'{key}' is the key of '{name}', but begins '{sequence}', the keys of '{other}'"


def split_keys(keys: str) -> list[str]:
    """The keys of a comma-separated list as Textual names them; ``F5`` is ``f5``.

    Keys with blanks between them are a sequence: ``ctrl+x ctrl+s``.
    """
    return [" ".join(map(_named, part.split())) for part in keys.split(",")]


def _named(key: str) -> str:
    name = key if len(key) == 1 else key.lower()
    return KEY_NAMES.get(name, name)


def is_key(key: str) -> bool:
    """Whether ``key`` names a key, such as ``f5``, ``ctrl+t`` or ``alt+x``, or a sequence."""
    return bool(key) and all(map(_is_single, key.split()))


def _is_single(key: str) -> bool:
    *modifiers, base = key.split("+")
    if any(modifier not in MODIFIERS for modifier in modifiers):
        return False
    named = base in _NAMED_KEYS or _FUNCTION_KEY.fullmatch(base) is not None
    return named or len(base) == 1 or len(format_key(base)) == 1


def begins_as_text(key: str) -> bool:
    """Whether ``key`` is a sequence whose first key types a character."""
    first, *rest = key.split()
    character = key_to_character(first)
    return bool(rest) and character is not None and character.isprintable()


def bindings_now(app: App[Any]) -> list[tuple[str, Binding]]:
    """Every command under the keys that the user wants: where it works, and its binding."""
    return [
        (place_name(owner), replace(binding, key=app._keymap.get(name, binding.key)))
        for name, (owner, binding) in bindings_by_id().items()
    ]


def place_name(owner: type[DOMNode]) -> str:
    """Where the bindings of a class work, in words: ``Find bar`` for ``FindBar``."""
    if issubclass(owner, App):
        return EVERYWHERE
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", owner.__name__).capitalize()
    return PLACES.get(owner.__name__, words)


def key_of(app: App[Any], name: str) -> str:
    """The first key of a command, by its id, as it is now."""
    usual = bindings_by_id()[name][1].key
    return split_keys(app._keymap.get(name, usual))[0]


def _meet(one: type[DOMNode], other: type[DOMNode]) -> bool:
    """Whether the keys of both classes can be at work at the same time."""
    if issubclass(one, other) or issubclass(other, one):
        return True
    return (issubclass(one, App) or issubclass(other, App)) and not (
        issubclass(one, Screen) or issubclass(other, Screen)
    )


def _classes(root: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for child in root.__subclasses__():
        yield child
        yield from _classes(child)
