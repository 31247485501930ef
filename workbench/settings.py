"""What a user can set in ``config.toml``: the fields of :class:`Settings`, each with its meaning.

The annotation of a field says which values it takes and what it is for; reading, the messages
about mistakes and the printed configuration follow from it. A wrong value stays at its default
and is told in one sentence.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from workbench.toml_text import toml_key, toml_value

__all__ = [
    "Configuration",
    "EditorSettings",
    "KeySettings",
    "ReplSettings",
    "ScreenSettings",
    "Settings",
    "load_settings",
    "near",
    "printed",
]

THEME_VARIABLE = "TEXTUAL_THEME"
NO_KEYS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from ``least`` to ``most``."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class EditorSettings:
    """How programs are edited."""

    auto_close: Annotated[bool, "A closing bracket comes with the opening one"] = True
    indent_width: Annotated[int, Whole(1, 8), "Columns that a body stands in"] = 2


@dataclass(frozen=True, slots=True)
class ReplSettings:
    """What the prompt and its transcript keep."""

    output_lines_kept: Annotated[
        int, Whole(1000, 1_000_000), "Lines of the transcript, the oldest are dropped"
    ] = 100_000
    history_size: Annotated[
        int, Whole(0, 100_000), "Entries of the prompt kept between sessions"
    ] = 5000
    shell_lines: Annotated[bool, "A line that begins with ! goes to the system's shell"] = False


@dataclass(frozen=True, slots=True)
class KeySettings:
    """Which key does what."""

    preset: Annotated[Literal["default", "emacs"], "The keys to begin with"] = "default"
    map: Annotated[
        Mapping[str, str], "Keys by the name of what they do: run = 'f5,ctrl+t' (see docs/keys.md)"
    ] = field(default_factory=lambda: NO_KEYS)


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """What the terminal can show, and its user likes to see."""

    ascii: Annotated[bool, "Draw borders, marks and curves with ASCII characters"] = False
    reduced_motion: Annotated[bool, "Nothing slides, turns or blinks"] = False


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings, with their defaults."""

    theme: Annotated[str, "The colours, by the name of a theme"] = "lispe-dark"
    models: Annotated[str, "Folders with language models, separated as in PATH"] = "~/models"
    allow_shell: Annotated[
        bool, "Programs may run commands of the system, and use Python's modules"
    ] = False
    editor: EditorSettings = field(default_factory=EditorSettings)
    repl: ReplSettings = field(default_factory=ReplSettings)
    keys: KeySettings = field(default_factory=KeySettings)
    screen: ScreenSettings = field(default_factory=ScreenSettings)


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings, a sentence for each mistake, and where each setting that was made comes from."""

    file: Path
    settings: Settings = field(default_factory=Settings)
    mistakes: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=lambda: NO_KEYS)


def load_settings(file: Path) -> Configuration:
    """The settings in ``file`` or their defaults; the environment may name another theme."""
    configuration = _read(file)
    theme = os.environ.get(THEME_VARIABLE)
    if not theme:
        return configuration
    settings = replace(configuration.settings, theme=theme)
    sources = {**configuration.sources, "theme": THEME_VARIABLE}
    return replace(configuration, settings=settings, sources=sources)


def _read(file: Path) -> Configuration:
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return Configuration(file)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return Configuration(file, mistakes=(f"{file.name}: {reason}",))
    mistakes: list[str] = []
    given: set[str] = set()
    settings = _taken(Settings(), table, "", mistakes, given)
    told = tuple(f"{file.name}: {mistake}" for mistake in mistakes)
    return Configuration(file, settings, told, dict.fromkeys(given, file.name))


def printed(configuration: Configuration) -> str:
    """Every setting as TOML, its meaning above it and where it comes from beside it."""
    lines = [f"# {configuration.file}", ""]
    for group, table in _groups(configuration.settings):
        lines += [f"[{group}]"] if group else []
        for name, value, accepted, meaning in _settings(table):
            key = f"{group}.{name}" if group else name
            if isinstance(value, Mapping):
                lines += ["", f"# {meaning}", f"[{key}]"]
                lines += [
                    f"{toml_key(entry)} = {toml_value(keys)}  # {configuration.file.name}"
                    for entry, keys in value.items()
                ]
                continue
            source = configuration.sources.get(key, "default")
            lines += [f"# {meaning}: {_expected(accepted)}"]
            lines += [f"{name} = {toml_value(value)}  # {source}"]
        lines.append("")
    return "\n".join(lines)


def near(name: str, known: list[str]) -> str:
    """``; did you mean 'x'?``, or nothing where no known name is like ``name``."""
    found = get_close_matches(name, known, 1)
    return f"; did you mean '{found[0]}'?" if found else ""


def _groups(settings: Settings) -> Iterator[tuple[str, Any]]:
    """The settings outside any group, then each group with its name."""
    yield "", settings
    for entry in fields(settings):
        table = getattr(settings, entry.name)
        if is_dataclass(table):
            yield entry.name, table


def _settings(table: Any) -> Iterator[tuple[str, Any, tuple[Any, ...], str]]:
    """Name, value, annotation and meaning of each setting of a group."""
    for name, hint in get_type_hints(type(table), include_extras=True).items():
        if get_origin(hint) is Annotated:
            *accepted, meaning = get_args(hint)
            yield name, getattr(table, name), tuple(accepted), meaning


def _taken(
    table: Any, given: Mapping[str, Any], prefix: str, mistakes: list[str], taken: set[str]
) -> Any:
    """``table`` with what is right in ``given``."""
    annotations = {name: accepted for name, _, accepted, _ in _settings(table)}
    known = [entry.name for entry in fields(table)]
    changes: dict[str, Any] = {}
    for name, value in given.items():
        key = prefix + name
        if name not in known:
            mistakes.append(f"unknown setting '{key}'{_near_setting(key, name, prefix, known)}")
        elif name not in annotations:
            if isinstance(value, dict):
                changes[name] = _taken(getattr(table, name), value, f"{key}.", mistakes, taken)
            else:
                mistakes.append(f"'{key}' is {toml_value(value)}, expected a table: [{key}]")
        elif annotations[name][0] == Mapping[str, str]:
            changes[name] = _texts(key, value, mistakes)
            taken.add(key)
        elif not _fits(value, annotations[name]):
            expected = _expected(annotations[name])
            hint = near(value, _choices(annotations[name])) if isinstance(value, str) else ""
            mistakes.append(f"'{key}' is {toml_value(value)}, expected {expected}{hint}")
        else:
            changes[name] = value
            taken.add(key)
    return replace(table, **changes)


def _near_setting(key: str, name: str, prefix: str, known: list[str]) -> str:
    """The nearest setting of the group, else the one of that name in another group."""
    advice = near(name, known)
    if advice:
        return advice.replace("'", f"'{prefix}", 1)
    everywhere = [
        f"{group}.{known_name}" if group else known_name
        for group, table in _groups(Settings())
        for known_name, *_ in _settings(table)
    ]
    leaves = {other.rpartition(".")[2]: other for other in everywhere}
    for leaf in get_close_matches(name, list(leaves), 1):
        return f"; did you mean '{leaves[leaf]}'?"
    return near(key, everywhere)


def _texts(key: str, given: Any, mistakes: list[str]) -> Mapping[str, str]:
    if not isinstance(given, dict):
        mistakes.append(f"'{key}' is {toml_value(given)}, expected a table: [{key}]")
        return NO_KEYS
    flat = dict(_flat(given))
    wrong = {name: value for name, value in flat.items() if not isinstance(value, str)}
    mistakes += [
        f"'{key}.{name}' is {toml_value(value)}, expected text such as \"f5,ctrl+t\""
        for name, value in wrong.items()
    ]
    return MappingProxyType({name: flat[name] for name in flat if name not in wrong})


def _flat(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """``panel.next = "f6"`` is the name ``panel.next``, although TOML reads a table there."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{rest}", leaf) for rest, leaf in _flat(value))
        else:
            yield name, value


def _fits(value: Any, accepted: tuple[Any, ...]) -> bool:
    kind = accepted[0]
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if type(value) is not kind:
        return False
    return all(limit.least <= value <= limit.most for limit in accepted[1:])


def _choices(accepted: tuple[Any, ...]) -> list[str]:
    return list(get_args(accepted[0])) if get_origin(accepted[0]) is Literal else []


def _expected(accepted: tuple[Any, ...]) -> str:
    """What a setting takes, in words."""
    kind, *limits = accepted
    if choices := _choices(accepted):
        return " or ".join(f'"{choice}"' for choice in choices)
    if kind is bool:
        return "true or false"
    if kind is int:
        return f"a whole number from {limits[0].least} to {limits[0].most}"
    return "text"
