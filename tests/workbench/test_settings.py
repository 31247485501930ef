"""The file of settings: what it may hold, what is said about mistakes, and how it is printed."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from workbench.app.settings_file import save_theme, with_setting
from workbench.folders import config_file, places
from workbench.settings import Configuration, EditorSettings, Settings, load_settings, printed

WHOLE = """\
theme = "nord"
[editor]
auto_close = false
indent_width = 4
[repl]
output_lines_kept = 2000
history_size = 0
[keys]
preset = "emacs"
[keys.map]
run = "f5,ctrl+t"
panel.next = "f7"
[screen]
ascii = true
reduced_motion = true
"""


def load(folder: Path, source: str) -> Configuration:
    path = folder / "config.toml"
    path.write_text(source, "utf-8")
    return load_settings(path)


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    configuration = load_settings(tmp_path / "config.toml")

    assert configuration.settings == Settings()
    assert configuration.mistakes == ()
    assert not list(tmp_path.iterdir())


def test_every_setting_is_read(tmp_path: Path) -> None:
    configuration = load(tmp_path, WHOLE)
    settings = configuration.settings

    assert configuration.mistakes == ()
    assert settings.theme == "nord"
    assert settings.editor == EditorSettings(auto_close=False, indent_width=4)
    assert (settings.repl.output_lines_kept, settings.repl.history_size) == (2000, 0)
    assert settings.keys.preset == "emacs"
    assert settings.keys.map == {"run": "f5,ctrl+t", "panel.next": "f7"}
    assert settings.screen.ascii
    assert settings.screen.reduced_motion


@pytest.mark.parametrize(
    ("source", "warning"),
    [
        ('them = "nord"', "unknown setting 'them'; did you mean 'theme'?"),
        ("asci = true", "unknown setting 'asci'; did you mean 'screen.ascii'?"),
        ("[editor]\nident_width = 2", "'editor.ident_width'; did you mean 'editor.indent_width'?"),
        ("[editor]\nascii = true", "'editor.ascii'; did you mean 'screen.ascii'?"),
        ("[screens]\nascii = true", "unknown setting 'screens'; did you mean 'screen'?"),
        ("zzz = 1", "unknown setting 'zzz'"),
        ("theme = 3", "'theme' is 3, expected text"),
        ("screen = 4", "'screen' is 4, expected a table: [screen]"),
        ('[screen]\nascii = "yes"', "'screen.ascii' is \"yes\", expected true or false"),
        ("[editor]\nindent_width = 0", "is 0, expected a whole number from 1 to 8"),
        ("[editor]\nindent_width = true", "is true, expected a whole number from 1 to 8"),
        ("[editor]\nindent_width = 2.5", "is 2.5, expected a whole number from 1 to 8"),
        ('[keys]\npreset = "emax"', 'expected "default" or "emacs"; did you mean \'emacs\'?'),
        ("[keys]\npreset = [1]", "'keys.preset' is [1], expected"),
        ("[keys]\nmap = 3", "'keys.map' is 3, expected a table: [keys.map]"),
        ("[keys.map]\npanel.next = 6", "'keys.map.panel.next' is 6, expected text such as"),
        ("theme = ", "Invalid value"),
    ],
)
def test_a_mistake_is_named_and_its_default_holds(
    tmp_path: Path, source: str, warning: str
) -> None:
    configuration = load(tmp_path, source)

    assert configuration.settings == Settings()
    assert len(configuration.mistakes) == 1
    assert configuration.mistakes[0].startswith("config.toml: ")
    assert warning in configuration.mistakes[0]


def test_what_is_right_holds_beside_mistakes(tmp_path: Path) -> None:
    configuration = load(tmp_path, 'theme = "nord"\n[editor]\nindent_width = "x"\n[screen]\nx = 1')

    assert configuration.settings == Settings(theme="nord")
    assert len(configuration.mistakes) == 2


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"\xe9")

    assert load_settings(tmp_path).mistakes == (f"{tmp_path.name}: Is a directory",)
    assert "latin.toml: " in load_settings(tmp_path / "latin.toml").mistakes[0]


def test_the_printed_configuration_is_toml_that_means_the_same(tmp_path: Path) -> None:
    configuration = load(tmp_path, WHOLE)
    text = printed(configuration)

    again = tmp_path / "again.toml"
    again.write_text(text, "utf-8")
    assert load_settings(again).settings == configuration.settings
    assert load_settings(again).mistakes == ()
    assert 'theme = "nord"  # config.toml' in text
    assert '"panel.next" = "f7"  # config.toml' in text


def test_the_printed_configuration_tells_defaults_and_meanings(tmp_path: Path) -> None:
    text = printed(load_settings(tmp_path / "config.toml"))

    assert tomllib.loads(text)["repl"] == {
        "output_lines_kept": 100_000,
        "history_size": 5000,
        "shell_lines": False,
    }
    assert "# Nothing slides, turns or blinks: true or false\nreduced_motion = false  # def" in text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'theme = "b"\n'),
        ("# mine\n\n[screen]\n", 'theme = "b"\n# mine\n\n[screen]\n'),
        ('# mine\ntheme = "a" # old\n[x]', '# mine\ntheme = "b" # old\n[x]'),
        ("  'theme'='a'\r\n", '  theme = "b"\r\n'),
        ("theme = 3\n", 'theme = "b"\n'),
        ("theme = 'a#b'  # c", 'theme = "b"  # c'),
        ('themes = 1\n[screen]\ntheme = "x"\n', 'theme = "b"\nthemes = 1\n[screen]\ntheme = "x"\n'),
    ],
)
def test_a_written_setting_leaves_everything_else(before: str, after: str) -> None:
    assert with_setting(before, "theme", "b") == after
    tomllib.loads(after)


def test_a_chosen_theme_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "config.toml"

    save_theme(path, 'odd "name"')

    assert load_settings(path).settings.theme == 'odd "name"'


def test_the_environment_can_name_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISPE_WORKBENCH_CONFIG", str(tmp_path / "mine.toml"))

    assert config_file() == tmp_path / "mine.toml"
    assert places()["themes"] == tmp_path / "themes"


def test_the_environment_can_name_the_theme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTUAL_THEME", "nord")
    configuration = load(tmp_path, 'theme = "dracula"')

    assert configuration.settings.theme == "nord"
    assert 'theme = "nord"  # TEXTUAL_THEME' in printed(configuration)
