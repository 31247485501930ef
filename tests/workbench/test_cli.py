"""The command line: what each form does, and how it ends."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from importlib import metadata, resources
from pathlib import Path

import pytest

from workbench import cli
from workbench.resources import sample, themes


def status_of(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("--version") == 0
    assert capsys.readouterr().out == f"lispe-workbench {metadata.version('lispe-workbench')}\n"


def test_help_names_every_way_to_use_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("--help") == 0
    told = capsys.readouterr().out
    for word in (
        "--where",
        "--print-config",
        "--check-config",
        "--run",
        "--eval",
        "--tour",
        "--version",
        "--print",
        "--log-dir",
        "130",
    ):
        assert word in told


@pytest.mark.parametrize(
    "arguments",
    [
        ("--run",),
        ("--eval",),
        ("--unknown",),
        ("a.lisp", "b.lisp"),
        ("a.lisp", "--eval", "(+ 1 2)"),
        ("--print", "a.lisp"),
        ("--log-dir", "run", "a.lisp"),
        ("--json", "a.lisp"),
        ("--plots", "run", "a.lisp"),
        ("--tour", "a.lisp"),
        ("--tour", "--version"),
        ("--where", "--print-config"),
        ("--check-config", "no-such-file.toml"),
    ],
)
def test_wrong_usage_is_status_2(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(*arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "lispe-workbench: " in told.err


def test_the_app_needs_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of() == 2
    assert "--run FILE" in capsys.readouterr().err


def test_a_dumb_terminal_can_not_show_the_app() -> None:
    """Told on a real terminal, which pytest's own streams are not."""
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "workbench"],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TERM": "dumb"},
        timeout=60,
        check=False,
    )
    os.close(ours)
    os.close(theirs)

    assert done.returncode == 2
    assert "TERM=dumb" in done.stderr


def test_samples_and_themes_are_found() -> None:
    assert sample("tour.lisp").read_text(encoding="utf-8")
    assert {path.suffix for path in themes()} == {".toml"}
    with pytest.raises(FileNotFoundError):
        sample("nowhere.lisp")


def test_samples_are_part_of_the_package() -> None:
    """A wheel holds them where a checkout has them."""
    folder = Path(str(resources.files("workbench")))

    assert sample("tour.lisp").parent == folder / "samples"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of settings in a home of its own."""
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    monkeypatch.setenv("LISPE_WORKBENCH_CONFIG", str(tmp_path / "home" / "my.toml"))
    return tmp_path / "home" / "my.toml"


@pytest.mark.parametrize("flag", ["--where", "--print-config", "--check-config", "--version"])
def test_questions_make_no_files(
    flag: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(flag) == 0
    assert not config.parent.exists()
    assert capsys.readouterr().err == ""


def test_where_names_every_place(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status_of("--where")
    told = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())

    assert list(told) == ["config", "themes", "history", "sessions", "runs", "logs"]
    assert told["config"] == str(config)
    assert told["themes"] == str(config.parent / "themes")


def test_mistakes_in_the_settings_are_told(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.parent.mkdir()
    config.write_text("[screen]\nascii = 1\n")
    sentence = "my.toml: 'screen.ascii' is 1, expected true or false\n"

    assert status_of("--check-config") == 2
    assert capsys.readouterr() == ("", sentence)
    assert status_of("--check-config", str(config)) == 2
    assert capsys.readouterr() == ("", sentence)
    assert status_of("--print-config") == 2
    told = capsys.readouterr()
    assert "ascii = false  # default" in told.out
    assert told.err == sentence


def test_another_file_can_be_checked(config: Path, tmp_path: Path) -> None:
    good = tmp_path / "good.toml"
    good.write_text('theme = "lispe-light"\n')

    assert status_of("--check-config", str(good)) == 0


def test_keys_and_themes_are_checked_too(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config.parent / "themes").mkdir(parents=True)
    (config.parent / "themes" / "mine.toml").write_text("name = ")
    config.write_text('theme = "norf"\n[keys.map]\nrum = "f9"\n')

    assert status_of("--check-config") == 2
    told = capsys.readouterr().err.splitlines()
    assert told[:2] == [
        "my.toml: 'theme' is \"norf\", there is no such theme; did you mean 'nord'?",
        "my.toml: 'keys.map.rum' is no name of a command; did you mean 'run'?",
    ]
    assert told[2].startswith("mine.toml: ")
