"""Libraries that ``use`` finds: offered by packages, or files beside the program."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lispe_core.errors import LispError
from lispe_core.forms import EMPTY
from lispe_core.interpreter import Interpreter
from lispe_core.library import Library

OFFERING = '''
from contextlib import contextmanager
from pathlib import Path
from lispe_core.library import Library

greetings = Library("greetings")


@greetings.builtin("greeting")
def greeting(name: str) -> str:
    """A friendly text.

    Example:
        (greeting "you")    ; => hello you
    """
    return f"hello {name}"


@contextmanager
def politely():
    """Runs the body.

    Example:
        (politely (greeting "you"))    ; => hello you
    """
    yield


greetings.block("politely", politely)


def make():
    return greetings


def fail():
    raise RuntimeError("no luck")


file = Path(__file__).with_name("in_lisp.lisp")
nothing = 3
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package that offers libraries."""
    (tmp_path / "offering.py").write_text(OFFERING)
    (tmp_path / "in_lisp.lisp").write_text("(defun from_lisp (x) (+ x 1))")
    information = tmp_path / "offering-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: offering\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(
        "[lispe.libraries]\n"
        "greetings = offering:greetings\nmade = offering:make\nin_lisp = offering:file\n"
        "broken = offering:fail\nnothing = offering:nothing\nmissing = nowhere:at_all\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "offering", raising=False)
    return tmp_path


@pytest.mark.parametrize("name", ["greetings", "made"])
def test_a_package_offers_a_library(package: Path, name: str) -> None:
    interpreter = Interpreter()

    assert interpreter.evaluate(f"(use '{name}) (use '{name}) (greeting \"you\")") == "hello you"
    assert interpreter.describe("greeting") is not None


def test_what_a_package_offers_belongs_to_the_space_it_is_used_in(package: Path) -> None:
    interpreter = Interpreter()
    interpreter.evaluate("(use 'greetings 'kind)")

    assert interpreter.evaluate('(space kind (greeting "you"))') == "hello you"
    assert interpreter.evaluate('(space kind (politely (greeting "you")))') == "hello you"
    assert interpreter.evaluate('(space kind (maplist \'greeting (strings "a")))') == ["hello a"]
    assert (
        interpreter.evaluate("(defspace kind (defun twice (n) (greeting (greeting n))))") == EMPTY
    )
    assert interpreter.evaluate('(space kind (twice "you"))') == "hello hello you"
    with pytest.raises(LispError, match="Unbound atom: 'greeting'"):
        interpreter.evaluate('(greeting "you")')
    with pytest.raises(LispError, match="Unbound atom: 'politely'"):
        interpreter.evaluate("(politely 1)")


def test_a_library_can_be_used_in_several_spaces_and_is_made_once(package: Path) -> None:
    told: list[Library] = []
    interpreter = Interpreter(on_library=told.append)
    interpreter.evaluate("(use 'made 'kind) (use 'made 'kind) (use 'made)")

    assert interpreter.evaluate('(list (greeting "a") (space kind (greeting "b")))') == [
        "hello a",
        "hello b",
    ]
    assert len(told) == 1


def test_a_function_of_a_space_goes_before_one_of_the_language(
    package: Path, tmp_path: Path
) -> None:
    (tmp_path / "offering.py").write_text(
        OFFERING.replace('builtin("greeting")', 'builtin("upper")')
    )
    interpreter = Interpreter()
    interpreter.evaluate("(use 'greetings 'kind)")

    assert interpreter.evaluate('(list (upper "a") (space kind (upper "a")))') == ["A", "hello a"]


def test_a_package_offers_a_file(package: Path) -> None:
    assert Interpreter().evaluate("(use 'in_lisp) (from_lisp 1)") == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("broken", "the library 'broken' cannot be loaded: no luck"),
        ("nothing", "is no library"),
        ("missing", "No module named 'nowhere'"),
        ("unheard_of", "Unknown module: 'unheard_of'"),
    ],
)
def test_what_is_no_library_is_told(package: Path, name: str, message: str) -> None:
    with pytest.raises(LispError, match=message):
        Interpreter().evaluate(f"(use '{name})")


def test_a_file_beside_the_program_is_found(tmp_path: Path) -> None:
    (tmp_path / "tools.lisp").write_text("(defun twice (x) (* x 2))")
    program = tmp_path / "program.lisp"
    program.write_text("(use 'tools) (twice 4)")

    assert Interpreter().run_file(program) == 8


def test_what_a_file_defines_belongs_to_the_space_it_is_used_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tools.lisp").write_text("(defun twice (x) (* x 2))")
    monkeypatch.chdir(tmp_path)

    interpreter = Interpreter()

    assert interpreter.evaluate("(use 'tools 'mine) (space mine (twice 4))") == 8
    with pytest.raises(LispError, match="Unbound atom: 'twice'"):
        interpreter.evaluate("(twice 4)")
