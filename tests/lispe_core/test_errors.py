"""Errors: message, place, stack, advice; and what is no error of the program."""

from __future__ import annotations

import re

import pytest

from lispe_core.errors import IncompleteInput, LispError
from lispe_core.interpreter import Interpreter
from lispe_core.library import Library
from lispe_core.other_languages import OTHER_LISPS
from lispe_core.reports import report

PLACEHOLDERS = {"Name", "a", "condition", "f", "key", "name", "true", "x"}


def failure(source: str, interpreter: Interpreter | None = None) -> LispError:
    with pytest.raises(LispError) as caught:
        (interpreter or Interpreter()).evaluate(source, "test.lisp")
    return caught.value


def test_the_place_is_the_form_at_fault() -> None:
    error = failure("(defun f (x)\n  (+ x\n     (car 3)))\n(f 1)")
    assert str(error) == "Error: You cannot apply 'car' to: '3'"
    assert error.span is not None
    assert (error.span.line, error.span.column, error.span.end_column) == (3, 6, 13)


def test_an_unbound_atom_is_marked_itself() -> None:
    error = failure("(setq total 1)\n(list 1 totl)")
    assert error.span is not None
    assert (error.span.line, error.span.column, error.span.end_column) == (2, 9, 13)
    assert error.hint == "did you mean 'total'?"


def test_the_stack_names_the_functions_that_were_running() -> None:
    error = failure(
        "(defun first (x) (/ x 0))\n(defun second_one (x)\n  (first x))\n(second_one 1)"
    )
    assert [frame.name for frame in error.frames] == ["first", "second_one", "top level"]
    assert [frame.span.line for frame in error.frames if frame.span] == [1, 3, 4]


def test_lambdas_stand_in_the_stack() -> None:
    error = failure("(setq f (λ (x) (/ x 0))) (maplist f '(1))")
    assert [frame.name for frame in error.frames] == ["λ", "top level"]


def test_the_report_shows_the_source_line() -> None:
    interpreter = Interpreter()
    error = failure("(setq count 1)\n(println (+ cuont 1))", interpreter)
    assert report(error, interpreter.source).split("\n") == [
        "Error: Unbound atom: 'cuont'",
        "  --> test.lisp:2:13",
        "  2 | (println (+ cuont 1))",
        "                  ^^^^^",
        "hint: did you mean 'count'?",
    ]


def test_a_deep_stack_is_folded() -> None:
    interpreter = Interpreter()
    error = failure("(defun endless (n) (+ 1 (endless n)))\n(endless 1)", interpreter)
    lines = report(error, interpreter.source).split("\n")
    assert lines[0].startswith("Error: stack overflow")
    assert len(lines) < 10


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("(progn 1 2)", "use (block …)"),
        ("(setf x 1)", "use (setq name value), or (set@ container key value) for an element"),
        ("(defvar x 1)", "use (setq name value)"),
        ("(funcall car '(1))", "call the function directly: (f x)"),
        ("(length '(1))", "use (size x)"),
        ("(prinln 1)", "did you mean 'println'?"),
        ("(defun f (amount) amuont)\n(f 1)", "did you mean 'amount'?"),
        ("(setq dr 3) (+dr 4)", "a blank is missing: (+ dr …)"),
    ],
)
def test_hints(source: str, hint: str) -> None:
    assert failure(source).hint == hint


def test_an_argument_of_the_wrong_kind_is_named() -> None:
    error = failure('(take "x" (list 1 2))')
    assert str(error) == 'Error: take: count should be an integer, not "x" (string_)'


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('(< 1 "a")', "Error: cannot evaluate '<' with these operands"),
        ('(+ 1 "a")', "Error: cannot use this element in an arithmetic expression: 'a'"),
        ('(* "ab" 3)', "Error: cannot evaluate '*' with these operands"),
        ("(- nil 1)", "Error: cannot evaluate '-' with these operands"),
        ("(sqrt 1 2)", "Error: Wrong number of arguments for: 'sqrt'"),
        ("(@ '(1) 5)", "Error: index out of bounds"),
    ],
)
def test_what_python_refuses_reads_as_lisp(source: str, message: str) -> None:
    assert str(failure(source)) == message


def test_incomplete_input_is_told_apart() -> None:
    with pytest.raises(IncompleteInput):
        Interpreter().evaluate("(defun f (x)")


def test_a_defect_keeps_its_python_exception() -> None:
    library = Library("faulty")

    @library.builtin("broken")
    def broken(value: object) -> object:
        """Fails as only a defect can."""
        return value.nothing_of_this_name  # type: ignore[attr-defined]

    interpreter = Interpreter([library])
    with pytest.raises(AttributeError):
        interpreter.evaluate("(broken 1)")
    with pytest.raises(AttributeError):
        interpreter.evaluate("(catch (broken 1))")


def test_the_interpreter_goes_on_after_an_error() -> None:
    interpreter = Interpreter()
    failure("(setq kept 5) (car 3)", interpreter)
    assert interpreter.evaluate("kept") == 5


def test_errors_of_evaluated_text_stand_in_that_text() -> None:
    error = failure('(eval "(+ 1\\n (car 3))")')
    assert error.span is not None
    assert (error.span.origin, error.span.line) == ("<eval>", 2)
    assert [frame.span.origin for frame in error.frames if frame.span] == ["<eval>", "test.lisp"]


def test_nodes_of_a_macro_stand_at_its_call() -> None:
    error = failure("(defmacro broken_call (x)\n  (car x))\n(list 1\n  (broken_call 3))")
    assert error.span is not None
    assert (error.span.line, error.span.column) == (4, 3)


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("(push 3 (list 1 2))", "the list comes first: (push list value)"),
        ("(let (x 1) x)", "each variable has a list of its own: (let ((x 1) (y 2)) e…)"),
        ("(sort (list 3 1) '<)", "the comparison comes first: (sort '< list)"),
        ("(nth 1 (list 1 2))", "the list comes first: (nth list place)"),
        ("(if 1 2 3 4)", "several forms need (block e…), or (ife condition then else…)"),
        ("(setq x 1 y 2)", "one name and one value each: (setq x 1) (setq y 2)"),
        (
            "(defun f x x)",
            "a name, a list of parameters and forms: (defun name (x y) e…)",
        ),
        ("(ncheck 1)", "it is called as (ncheck condition otherwise e…)"),
        ("(symbolp 'a)", "use (atomp x)"),
        ("(incf n)", "use (+= name 1)"),
    ],
)
def test_operands_in_the_order_of_other_lisps(source: str, hint: str) -> None:
    assert failure(source).hint == hint


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("(println (lenght '(1 2)))", "use (size x)"),
        ("(cond ((= 1 2) 'a) (else 'b))", "the last clause is written (true …)"),
        ("(dotimes (i 10) (print i))", "the number comes first: (loopcount 10 i e…)"),
        ("(loop for i in '(1) do (print i))", "a name, a container and forms: (loop x list e…)"),
        ("for i in range(10):", "a name, a container and forms: (loop x list e…)"),
        ("x = 3", "a variable is set with (setq name value)"),
        ("(total := 3)", "a variable is set with (setq name value)"),
        (
            "(mapcar #'car '((1 2)))",
            "a function is named without #: car, or quoted 'car; a list is '(…) or (list …)",
        ),
        ("(defun f (x &rest more) x)", "the remaining arguments are (() name)"),
        ("(defun f (x . more) x)", "the remaining arguments are (() name)"),
        ("(reduce '+ 0 '(1 2))", "with a first value it is (foldl '+ 0 list)"),
        ('(+ 1 "2")', "text becomes a number with (number text)"),
        ("(+ nil 1)", "'+' got nil and integer_"),
        ('(@ {"alpha":1} "alhpa")', "did you mean the key 'alpha'?"),
        ("(@ '(1 2) 9)", "there are 2 elements, and the first has the index 0"),
        (
            "(class@ A (x) (defun m () self.x)) ((A 1) (m))",
            "a method sees the fields as variables: x",
        ),
        ("(setq a {}) (a.m)", "an element is (@ a 'm), a method call (a (m x…))"),
        (
            "(class@ A (x) (defun m () x)) (m (A 1))",
            "a method is called on an object: (object (m x…))",
        ),
        (
            "(defmacro m (x) `(+ ,x 1))",
            "` begins a raw text: there is no quasi-quote, and macros are written without one",
        ),
        (
            "(defun f (x) (+ 1 (f x))) (f 1)",
            "does the recursion end? A call in tail position may go on for ever",
        ),
        ("(defun f (total) (+ 1 totl)) (f 1)", "did you mean 'total'?"),
    ],
)
def test_what_newcomers_write(source: str, hint: str) -> None:
    assert failure(source).hint == hint


def test_an_error_that_is_no_misuse_gets_no_advice() -> None:
    assert failure("(@ {} 9)").hint is None
    assert failure('(throw "wrong")').hint is None


def test_advice_names_what_exists() -> None:
    """No entry of the table hides a name of the language, or sends to one that is not there."""
    namespace = Interpreter().namespace
    for name, told in OTHER_LISPS.items():
        assert namespace.definition(name) is None, name
        for head in re.findall(r"\(([^\s()…]+)[\s)]", told):
            known = namespace.definition(head) is not None
            assert known or head in {*PLACEHOLDERS, "class@", "data@"}, (name, head)


def test_the_variables_of_each_call_are_shown_on_request() -> None:
    interpreter = Interpreter()
    error = failure(
        "(defun share (a n) (setq half (/ a 2)) (/ half n))\n"
        '(defun each (l (word "a\\nb")) (loop x l (share x (- x 1))))\n'
        "(defun by_name (l) (if nil (eval 1)) (each l))\n"
        "(by_name '(3 2 1))",
        interpreter,
    )
    told = report(error, interpreter.source, variables=True).split("\n")
    stack = told[next(place for place, line in enumerate(told) if line.startswith("  in share")) :]
    assert [line for line in stack if not line.startswith("  in")] == [
        "       a = 1",
        "       n = 0",
        "       half = 0.5",
        "       l = (3 2 1)",
        '       word = "a\\nb"',
        "       x = 1",
        "       l = (3 2 1)",
    ]
    assert len(report(error, interpreter.source).split("\n")) == len(told) - 7


def test_a_call_that_visits_a_list_shows_its_variables() -> None:
    """The loop behind ``maplist`` is no call of its own; ``_`` can't be read."""
    interpreter = Interpreter()
    error = failure(
        "(defun f (_ x) (setq k 2) (maplist (\\(e) (/ e 0)) (list x)))\n(f 1 5)", interpreter
    )
    told = report(error, interpreter.source, variables=True)
    assert "       x = 5\n       k = 2\n" in told
    assert "_ =" not in told
