"""The interpreter as programs around it use it."""

from __future__ import annotations

import contextlib
import gc
import os
import subprocess
import sys
import weakref
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from lispe_core.context import current
from lispe_core.errors import LispError
from lispe_core.interpreter import Interpreter
from lispe_core.library import Library
from lispe_core.printer import display


def test_output_goes_where_the_interpreter_was_told() -> None:
    output, errors = StringIO(), StringIO()
    Interpreter(output=output, error_output=errors).evaluate('(println "a" 1) (printerrln "b")')
    assert (output.getvalue(), errors.getvalue()) == ("a 1\n", "b\n")


def test_two_interpreters_do_not_see_each_other() -> None:
    first, second = Interpreter(), Interpreter()
    first.evaluate("(setq x 1) (defun f () x)")
    second.evaluate("(setq x 2)")
    assert first.evaluate("(f)") == 1
    with pytest.raises(LispError, match="Unbound atom: 'f'"):
        second.evaluate("(f)")


def test_variables_are_the_programs_own() -> None:
    interpreter = Interpreter()
    interpreter.evaluate("(setq x 1) (setq set@2 2) (defun f () 3)")
    assert interpreter.variables() == {"x": 1, "set@2": 2}


def test_run_file_sets_arguments_and_directory(tmp_path: Path) -> None:
    program = tmp_path / "program.lisp"
    program.write_text("#!/usr/bin/lispe\n(list (@ _args 0) _current)", encoding="utf-8")
    assert Interpreter().run_file(program, ["one"]) == ["one", f"{tmp_path}{os.sep}"]


def test_a_missing_file_is_an_error_of_the_program(tmp_path: Path) -> None:
    with pytest.raises(LispError, match="Unknown file"):
        Interpreter().run_file(tmp_path / "missing.lisp")


def test_load_runs_a_file_once_in_the_global_frame(tmp_path: Path) -> None:
    part = tmp_path / "part.lisp"
    part.write_text("(setq n (+ (if (maybe (catch n)) 0 n) 1)) (defun loaded () n)", "utf-8")
    interpreter = Interpreter()
    interpreter.evaluate(f'(defun f () (load "{part}") (load "{tmp_path}/./part.lisp")) (f)')
    assert interpreter.evaluate("(loaded)") == 1


def test_a_program_may_call_functions_that_it_defines_below() -> None:
    """With what they call in turn; a pattern function with all its definitions."""
    evaluate = Interpreter().evaluate
    called = "(setq n (total 3)) (defun total (k) (+ k (half 8) (maplist 'step '(1 2))))"
    below = "(defun half (k) (/ k 2)) (defpat step (1) 10) (defpat step (k) k) n"
    assert evaluate(called + below) == [17, 9]
    assert evaluate("(setq s (size '(1))) (defun once () 1) (once) (defun once () 2) (once)") == 2
    assert evaluate('(setq early (maybe (never) "none")) (defun other () (never)) early') == "none"


def test_a_library_is_loaded_by_use_or_by_its_prefix() -> None:
    loads: list[str] = []

    def geometry() -> Library:
        library = Library("geometry", "function")

        @library.builtin("geo_area")
        def area(width: float, height: float) -> float:
            """The area of a rectangle."""
            return width * height

        return library

    def interpreter() -> Interpreter:
        return Interpreter(
            loaders={"geometry": geometry},
            prefixes={"geo_": "geometry"},
            on_library=lambda library: loads.append(library.name),
        )

    assert interpreter().evaluate("(geo_area 2 3)") == 6
    assert interpreter().evaluate("(defun f (x) (geo_area x 3)) (f 2)") == 6
    for spelling in ("'geometry", "'libgeometry", '"geometry"', '"/usr/lib/libgeometry.so"'):
        assert (
            interpreter().evaluate(f"(use {spelling}) (use {spelling}) (apply geo_area '(2 4))")
            == 8
        )
    assert loads == ["geometry"] * 6
    with pytest.raises(LispError, match="Unbound atom: 'geo_volume'"):
        interpreter().evaluate("(geo_volume 1)")


def test_block_forms_run_their_body_in_a_context_manager() -> None:
    library = Library("blocks")
    events: list[str] = []

    @contextlib.contextmanager
    def inside(name: str) -> Iterator[None]:
        """A block that is noted."""
        events.append(f"enter {name}")
        try:
            yield
        finally:
            events.append(f"leave {name}")

    library.block("inside", inside)
    interpreter = Interpreter([library])
    assert library.definitions["inside"].usage == "(inside name body…)"
    assert interpreter.evaluate('(defun f (x) (inside (+ "a" x) (+= x 1) (* x 2))) (f 2)') == 6
    with pytest.raises(LispError):
        interpreter.evaluate('(inside "b" (/ 1 0))')
    assert events == ["enter a2", "leave a2", "enter b", "leave b"]
    with pytest.raises(LispError, match="inside"):
        interpreter.evaluate("(inside)")


def test_completion_knows_libraries_and_the_program() -> None:
    interpreter = Interpreter()
    interpreter.evaluate("(setq loopy 1) (defun loop_over () 1)")
    found = interpreter.complete("loop")
    assert found == sorted(found)
    assert {"loop", "loopcount", "loopy", "loop_over"} <= {*found}


def test_describe_tells_of_definitions_and_functions() -> None:
    interpreter = Interpreter()
    definition = interpreter.describe("if")
    assert definition is not None
    assert definition.usage == "(if condition then (else))"
    interpreter.evaluate("(defun f (x (y 1)) x)")
    own = interpreter.describe("f")
    assert own is not None
    assert own.usage == "(f x (y 1))"
    assert interpreter.describe("nothing_of_this_name") is None


def test_built_ins_find_the_running_interpreter() -> None:
    library = Library("probe")

    @library.builtin("probe")
    def probe() -> str:
        """The main directory of the running program."""
        return current().main_directory

    interpreter = Interpreter([library])
    interpreter.context.main_directory = "/here/"
    assert interpreter.evaluate("(probe)") == "/here/"


def test_nested_calls_go_ten_thousand_deep_and_then_fail_softly() -> None:
    interpreter = Interpreter()
    interpreter.evaluate(
        "(defun deep (n) (if (= n 0) 0 (+ 1 (car (maplist 'deep (list (- n 1)))))))"
    )
    assert interpreter.evaluate("(deep 5000)") == 5000
    for source in (
        "(defun a (n) (+ 1 (a n))) (a 1)",
        "(defun b (n) (apply 'b (list n)) 1) (b 1)",
        "(defun c (n) (car (maplist (λ (x) (c x)) (list n)))) (c 1)",
        "(defun d (n) (sort (λ (x y) (d 1)) (list 1 2))) (d 1)",
        "(defun e (n) (foldl (λ (a x) (e x)) 0 (list n))) (e 1)",
        "(setq f (λ (n) (+ 1 (f n)))) (f 1)",
    ):
        with pytest.raises(LispError, match="stack overflow"):
            interpreter.evaluate(source)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("(+ 1 " * 2000 + "1" + ")" * 2000, 2001),
        ("(car (list " * 500 + "1" + "))" * 500, 1),
        ("(if true " * 300 + "1" + ")" * 300, 1),
        ("(loop x '(1) " * 40 + "x" + ")" * 40, 1),
        ("(catch " * 40 + "1" + ")" * 40, 1),
        ("(let ((a 1)) " * 40 + "a" + ")" * 40, 1),
        ("(defun f () " + "(loop x '(1) " * 40 + "(return 7)" + ")" * 41 + " (f)", 7),
        ("(loop x '(1 2) " + "(let ((a x)) " * 30 + "(if (= x 1) (break))" + ")" * 31 + " x", 1),
    ],
)
def test_deep_programs_compile(source: str, value: int) -> None:
    assert Interpreter().evaluate(source) == value


def test_starting_imports_neither_numpy_nor_torch() -> None:
    code = (
        "import sys; from lispe_core.interpreter import Interpreter;"
        "Interpreter().evaluate('(sort (quote <) (list 3 1 2))');"
        "print(sorted({'numpy', 'torch', 'textual'} & {*sys.modules}))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"


def test_root_holds_the_forms_of_the_newest_program() -> None:
    """Also for a function that was compiled before, and without the program's own changes."""
    interpreter = Interpreter(output=StringIO())
    interpreter.evaluate("(defun program () (cdr _root))")

    shown = display(interpreter.evaluate("(list 1 'a) (program)"))

    assert shown == "((list 1 'a) (program))"
    assert display(interpreter.evaluate('(+ 1 2) (eval "_root")')).startswith("(__root__ (+ 1 2)")


def test_compiling_a_long_program_hides_no_garbage_from_the_collector() -> None:
    """What was garbage before is found afterwards, and nothing is left frozen."""

    class Knot:
        """An object that only a collector can free."""

        def __init__(self) -> None:
            self.itself = self

    frozen = gc.get_freeze_count()
    freed = weakref.ref(Knot())
    lines = [f"(setq value_{number} '((a {number}) (b c)))" for number in range(3000)]

    Interpreter().evaluate("\n".join(lines), "long.lisp")
    gc.collect()

    assert freed() is None
    assert gc.get_freeze_count() == frozen


def test_a_file_that_is_evaluated_anew_replaces_its_definitions() -> None:
    """Lines may have moved and definitions may be gone; one form alone replaces its own line."""
    interpreter = Interpreter()
    text = "(defprol p (x) 1)\n(defprol p (x) 2)\n(p 0)"

    def answer(source: str, origin: str = "p.lisp") -> str:
        return display(interpreter.evaluate(source, origin))

    assert answer(text) == "(1 2)"
    assert answer("\n; moved\n" + text.replace("2", "3")) == "(1 3)"
    assert answer("\n\n\n(defprol p (x) 4)") == ""
    assert answer("(p 0)", "<repl>") == "(1 4)"
    assert answer("(defprol p (x) 5)\n(p 0)") == "(5)"
    assert answer("(defprol p (x) 6)\n(p 0)", "q.lisp") == "(5 6)"


def test_definitions_of_the_same_patterns_may_stand_in_one_line() -> None:
    source = "(defpred p (x) (/ 1 x) 'first) (defpred p (x) 'second)\n(list (p 1) (p 0))"

    assert display(Interpreter().evaluate(source, "p.lisp")) == "(first second)"
