"""What is imported when: each question is asked of a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys

import pytest

ASK = """
import sys
before = {{*sys.modules}}
{code}
loaded = {{name.partition(".")[0] for name in {{*sys.modules}} - before}}
print(*sorted(loaded & {packages}))
"""
PACKAGES = {"torch", "textual", "torch_lib", "workbench", "numpy", "psutil"}
SLOW = {"dataclasses", "dis", "inspect", "shutil"}
"""Parts of Python that take milliseconds: a program of one line takes few more."""


def loaded_by(code: str, packages: set[str] = PACKAGES) -> set[str]:
    """Those of ``packages`` that ``code`` loads."""
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(code=code, packages=packages)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def command(*arguments: str) -> str:
    """Code that gives the command line ``arguments``."""
    return f"""
from workbench.cli import main
try:
    main({list(arguments)!r})
except SystemExit:
    pass
"""


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_help_and_version_import_neither_torch_nor_textual(flag: str) -> None:
    assert loaded_by(command(flag)) == {"workbench"}


@pytest.mark.parametrize("flag", ["--where", "--print-config", "--check-config"])
def test_questions_about_the_settings_import_neither_torch_nor_textual(flag: str) -> None:
    assert loaded_by(command(flag)) == {"workbench"}


def test_a_program_without_torch_loads_neither_torch_nor_textual() -> None:
    loaded = loaded_by(command("--eval", "(println (+ 1 2))"))

    assert not loaded & {"torch", "textual", "numpy", "psutil"}


def test_a_short_program_loads_little() -> None:
    assert not loaded_by(command("--eval", "(println (+ 1 2))"), SLOW)


def test_a_program_with_torch_loads_no_textual() -> None:
    loaded = loaded_by(command("--eval", "(println (torch_zeros '(2)))"))

    assert "torch" in loaded
    assert "textual" not in loaded


def test_the_language_stands_alone() -> None:
    code = """
import pkgutil, importlib, lispe_core
for module in pkgutil.walk_packages(lispe_core.__path__, "lispe_core."):
    importlib.import_module(module.name)
"""
    assert loaded_by(code) == set()


def test_torch_lib_knows_neither_the_language_nor_the_screen() -> None:
    code = """
import pkgutil, importlib, torch_lib
for module in pkgutil.walk_packages(torch_lib.__path__, "torch_lib."):
    importlib.import_module(module.name)
assert "lispe_core" not in sys.modules
"""
    assert not loaded_by(code) & {"textual", "workbench"}


def test_events_and_errors_cost_no_torch() -> None:
    assert loaded_by("import torch_lib.events, torch_lib.errors") == {"torch_lib"}


def test_the_app_loads_no_torch() -> None:
    code = """
import pkgutil, importlib, workbench.app
for module in pkgutil.walk_packages(workbench.app.__path__, "workbench.app."):
    importlib.import_module(module.name)
"""
    loaded = loaded_by(code)

    assert "textual" in loaded
    assert "torch" not in loaded


def test_the_parents_side_of_a_session_is_light() -> None:
    assert loaded_by("import workbench.runtime.process_session") == {"torch_lib", "workbench"}
