from __future__ import annotations

from pathlib import Path

import pytest

from workbench.app.settings import Settings, config_file, load_settings, save_theme


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "config.toml") == (Settings(), [])


@pytest.mark.parametrize(
    ("source", "warning"),
    [
        ('them = "nord"', "unknown setting 'them'; did you mean 'theme'?"),
        ("zzz = 1", "unknown setting 'zzz'"),
        ("theme = 3", "'theme' must be text"),
        ("theme = ", "Invalid value"),
    ],
)
def test_a_mistake_is_named_and_its_default_holds(
    tmp_path: Path, source: str, warning: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(source)

    settings, warnings = load_settings(path)

    assert settings == Settings()
    assert len(warnings) == 1
    assert warnings[0].startswith("config.toml: ")
    assert warning in warnings[0]


def test_a_chosen_theme_leaves_the_other_lines(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "config.toml"
    save_theme(path, "nord")
    path.write_text('# mine\ntheme = "nord"\nother = 1\n')

    save_theme(path, "lispe-light")

    assert path.read_text() == 'theme = "lispe-light"\n# mine\nother = 1\n'
    assert load_settings(path)[0].theme == "lispe-light"


def test_the_environment_can_name_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISPE_WORKBENCH_CONFIG", str(tmp_path / "mine.toml"))

    assert config_file() == tmp_path / "mine.toml"
