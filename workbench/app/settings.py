"""What the workbench remembers for its user, and the folders where it does.

``config.toml`` in the configuration folder is read when the app starts. A wrong setting is left
at its default and said so; choosing a theme in the app writes it down.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path

from workbench.app.files import write_atomically

APPLICATION = "lispe-workbench"
CONFIG_VARIABLE = "LISPE_WORKBENCH_CONFIG"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings, with their defaults; ``models`` are folders, separated as in PATH."""

    theme: str = "lispe-dark"
    models: str = "~/models"


def config_file() -> Path:
    """Where the settings are; an environment variable can name another file."""
    from platformdirs import user_config_path

    named = os.environ.get(CONFIG_VARIABLE)
    return Path(named) if named else user_config_path(APPLICATION) / "config.toml"


def user_themes() -> list[Path]:
    """The theme files of the user, beside the settings."""
    return sorted((config_file().parent / "themes").glob("*.toml"))


def history_file() -> Path:
    """Where the prompt's history is kept."""
    from platformdirs import user_data_path

    return user_data_path(APPLICATION) / "history"


def runs_folder() -> Path:
    """Where the curves of training runs are kept."""
    from platformdirs import user_data_path

    return user_data_path(APPLICATION) / "runs"


def sessions_folder() -> Path:
    """Where it is kept what was open."""
    from platformdirs import user_data_path

    return user_data_path(APPLICATION) / "sessions"


def load_settings(path: Path) -> tuple[Settings, list[str]]:
    """The settings in ``path``, and a sentence for each mistake."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings(), []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Settings(), [f"{path.name}: {error}"]
    known = [field.name for field in fields(Settings)]
    chosen: dict[str, str] = {}
    warnings: list[str] = []
    for key, value in table.items():
        if key not in known:
            near = get_close_matches(key, known, 1)
            advice = f"; did you mean '{near[0]}'?" if near else ""
            warnings.append(f"{path.name}: unknown setting '{key}'{advice}")
        elif not isinstance(value, str):
            warnings.append(f"{path.name}: '{key}' must be text")
        else:
            chosen[key] = value
    return Settings(**chosen), warnings


def save_theme(path: Path, theme: str) -> None:
    """Write the choice of ``theme`` into ``path``; its other lines stay as they are.

    Raises:
        OSError: The file can't be written.
    """
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    kept = [line for line in lines if line.partition("=")[0].strip() != "theme"]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, "\n".join([f'theme = "{theme}"', *kept]) + "\n")
