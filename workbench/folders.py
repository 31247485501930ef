"""Where the workbench keeps what belongs to its user; nothing here makes a folder."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = [
    "config_file",
    "history_file",
    "log_folder",
    "places",
    "runs_folder",
    "sessions_folder",
    "theme_folder",
]

APPLICATION = "lispe-workbench"
CONFIG_VARIABLE = "LISPE_WORKBENCH_CONFIG"


def config_file() -> Path:
    """Where the settings are; an environment variable can name another file."""
    from platformdirs import user_config_path

    named = os.environ.get(CONFIG_VARIABLE)
    return Path(named) if named else user_config_path(APPLICATION) / "config.toml"


def theme_folder() -> Path:
    """The theme files of the user, beside the settings."""
    return config_file().parent / "themes"


def history_file() -> Path:
    """Where the prompt's history is kept."""
    from platformdirs import user_data_path

    return user_data_path(APPLICATION) / "history"


def sessions_folder() -> Path:
    """Where what was open is kept from one session to the next."""
    from platformdirs import user_data_path

    return user_data_path(APPLICATION) / "sessions"


def runs_folder() -> Path:
    """Where the curves of training runs are kept."""
    from platformdirs import user_data_path

    return user_data_path(APPLICATION) / "runs"


def log_folder() -> Path:
    """Where logs are, and copies of what was not saved."""
    from platformdirs import user_state_path

    return user_state_path(APPLICATION)


def places() -> dict[str, Path]:
    """Every place by the word that names it."""
    return {
        "config": config_file(),
        "themes": theme_folder(),
        "history": history_file(),
        "sessions": sessions_folder(),
        "runs": runs_folder(),
        "logs": log_folder(),
    }
