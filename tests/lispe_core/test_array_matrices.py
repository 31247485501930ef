"""Matrices that NumPy computed: the same as those with rows, whatever is done with them."""

import copy
import json
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import numpy
import pytest

from lispe_core.array_matrices import ArrayMatrix, matrix_of
from lispe_core.errors import LispError
from lispe_core.forms import LispList, Strings
from lispe_core.interpreter import Interpreter
from lispe_core.matrices import Matrix, grouped, shape_of
from lispe_core.printer import display, type_name, written
from lispe_core.typed_lists import KINDS, Floats, Numbers, TypedList

WIDTH = 30
ROWS = [Numbers(range(start, start + WIDTH)) for start in range(0, WIDTH * WIDTH, WIDTH)]
ROW = Numbers([7.0] * WIDTH)

ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "__add__": (2,),
    "__contains__": (ROWS[3],),
    "__delitem__": (slice(1, 9, 2),),
    "__eq__": (LispList(ROWS),),
    "__ge__": (LispList(ROWS),),
    "__getattribute__": ("shape",),
    "__getitem__": (-1,),
    "__gt__": (LispList([ROW]),),
    "__iadd__": (3,),
    "__imul__": (LispList(ROWS),),
    "__init__": ([ROW],),
    "__iter__": (),
    "__le__": (LispList([ROW]),),
    "__len__": (),
    "__lt__": (LispList([ROW]),),
    "__mul__": (2,),
    "__ne__": (LispList(ROWS),),
    "__repr__": (),
    "__reversed__": (),
    "__rmul__": (2,),
    "__setitem__": (4, ROW),
    "append": (ROW,),
    "clear": (),
    "copy": (),
    "count": (ROWS[2],),
    "extend": ([ROW, ROW],),
    "index": (ROWS[5],),
    "insert": (1, ROW),
    "pop": (2,),
    "remove": (ROWS[1],),
    "reverse": (),
    "sort": (),
}
NOT_CALLED = {"__new__", "__class_getitem__", "__sizeof__"}
"""What concerns the class; how much memory a list has reserved may differ."""

OPERATIONS: list[Callable[[Any], Any]] = [
    list,
    tuple,
    sorted,
    len,
    bool,
    display,
    written,
    type_name,
    shape_of,
    copy.copy,
    copy.deepcopy,
    json.JSONEncoder(default=list).encode,
    lambda m: pickle.loads(pickle.dumps(m)),
    lambda m: m.__reduce_ex__(2)[:2],
    lambda m: [*m],
    lambda m: [*map(list, zip(*m, strict=True))],
    lambda m: numpy.array(m).sum(),
    lambda m: m[2:7],
    lambda m: m[::-3],
    lambda m: m == ROWS,
    lambda m: m == ROWS,
    lambda m: LispList(ROWS) == m,
    lambda m: Matrix(ROWS) == m,
    lambda m: m == matrix_of(numpy.array(ROWS), Numbers),
    lambda m: Matrix(ROWS) != m,
    lambda m: Strings() == m,
    lambda m: Strings() < m,
    lambda m: LispList([ROW]) < m,
    lambda m: LispList([ROW]) + m,
    lambda m: m + LispList([ROW]),
    lambda m: Numbers([1, 2]) * m,
    lambda m: 1 - m,
    lambda m: type(m)([ROW]),
    lambda m: grouped([m, Matrix(ROWS)]).type_name,
    lambda m: m.regrouped(ROWS),
    lambda m: [m.extend(m), len(m)],
    lambda m: m.__setitem__(slice(2, 4), m),
    lambda m: m[0].append(1.0),
    lambda m: next(iter(m)) is m[0],
]


@pytest.fixture
def plain() -> Matrix:
    return Matrix(Numbers(row) for row in ROWS)


@pytest.fixture
def unlooked() -> Matrix:
    return matrix_of(numpy.array(ROWS), Numbers)


def shown(value: Any) -> Any:
    """A value to compare: an iterator by what it gives."""
    return list(value) if isinstance(value, Iterator) else value


def require_same(operation: Callable[[Any], Any], plain: Matrix, unlooked: Matrix) -> None:
    assert type(unlooked) is ArrayMatrix
    expected, found = shown(operation(plain)), shown(operation(unlooked))
    assert found == expected
    assert display(found) == display(expected)
    assert type_name(found) == type_name(expected)
    assert list(unlooked) == list(plain)
    assert type(unlooked) is Matrix
    assert unlooked.data is None


def test_every_method_of_a_list_is_tried() -> None:
    called = {name for name in vars(list) if callable(getattr(list, name))}
    assert called == ARGUMENTS.keys() | NOT_CALLED


@pytest.mark.parametrize("name", ARGUMENTS)
def test_methods_of_a_list(name: str, plain: Matrix, unlooked: Matrix) -> None:
    require_same(lambda matrix: getattr(matrix, name)(*ARGUMENTS[name]), plain, unlooked)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_python_does_with_lists(
    operation: Callable[[Any], Any], plain: Matrix, unlooked: Matrix
) -> None:
    require_same(operation, plain, unlooked)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_of_the_kind_of_the_numbers(kind: type[TypedList]) -> None:
    data = numpy.arange(600, dtype=kind.typecode_of_kind).reshape(20, 30)
    matrix = matrix_of(data, kind)
    name = matrix.type_name
    assert (matrix.leaf, matrix.shape, matrix.data.tolist()) == (kind, (20, 30), data.tolist())
    assert [type(row) for row in matrix] == [kind] * 20
    assert (matrix.type_name, matrix.shape) == (name, (20, 30))
    assert matrix == data.tolist()


def test_few_numbers_have_their_rows_at_once() -> None:
    assert type(matrix_of(numpy.ones((2, 3)), Floats)) is Matrix
    assert matrix_of(numpy.ones((2, 3)), Floats) == [[1, 1, 1], [1, 1, 1]]


def test_columns_of_an_array_become_rows(unlooked: Matrix) -> None:
    turned = matrix_of(unlooked.data.T, Numbers)
    assert list(turned[1]) == [row[1] for row in ROWS]


def test_threads_that_look_at_once_see_the_same_rows() -> None:
    for _ in range(20):
        matrix = matrix_of(numpy.arange(90_000.0).reshape(300, 300), Numbers)
        barrier = Barrier(4)

        def look(matrix: Matrix = matrix, barrier: Barrier = barrier) -> list[int]:
            barrier.wait()
            return [id(row) for row in matrix]

        with ThreadPoolExecutor(4) as threads:
            looks = [thread.result() for thread in [threads.submit(look) for _ in range(4)]]
        assert all(look == looks[0] for look in looks)


PREPARED = """
(setq x (numbers (maplist '(* 1.5) (iota 900))))
(setq k (integers (iota 900)))
(setq m (rho 30 30 x))
(setq mk (rho 30 30 k))
(setq z (- m m))
(setq d (+ m (* 1000 (rho 30 30 (numbers (cons 1 (maplist '(* 0) (iota 30))))))))
"""
NAMES = ("m", "mk", "z", "d")
PROGRAMS = [
    *("(+ m m)", "(- m mk)", "(* 2 m)", "(/ m 4)", "(/ mk mk)", "(- 1 mk)", "(* mk mk mk)"),
    *("(+ m x)", "(- x m)", "(+ m (integers 1 2 3))", "(* mk '(1 2))", "(+ m '((1 2) (3)))"),
    *("(/ 1 z)", "(/ m z)", "(/ z z)", "(/ mk 0)", "(+ mk 9223372036854775000)"),
    *("(* mk 9223372036854775)", "(% mk 7)", "(^^ mk 2)", "(& mk 5)", "(<< mk 2)"),
    *("(+ m)", "(- m)", "(sum m)", "(sum mk)", "(product z)", "(max m)", "(== m mk)"),
    *("(= m mk)", "(= m m)", "(= m (clone m))", "(= (clone m) m)", "(= m (to_list m))"),
    *("(= (to_list m) m)", "(neq m mk)", "(eq m m)", "(< m mk)", "(>=< m mk)"),
    *("(= z '((0)))", "(= (strings) z)", "(= z (strings))", "(= nil z)", "(nullp z)"),
    *("(type m)", "(size m)", "(tally mk)", "(rho m)", "(consp m)", "(if z 1 2)"),
    *("(string m)", "(json m)", "(prettify mk 200)", "(list m 1)", "(join m)"),
    *("(@ m 2)", "(@ m 2 3)", "(@ m -1 -1)", "(@@ m 1 3)", "(car m)", "(cdr m)", "(cadr mk)"),
    *("(loop r m (push r 1.5))", "(maplist 'sum m)", "(maplist (\\(r) (+ r 1)) mk)"),
    *("(mapcar 'size m)", "(filterlist (\\(r) (> (@ r 0) 60)) m)", "(foldl '+ 0 mk)"),
    *("(zip m mk)", "(zipwith '+ m mk)", "(flip m)", "(flatten mk)", "(reverse m)"),
    *("(reverse m true)", "(sort '> m)", "(unique m)", "(rotate m 2)", "(rotate m 1 true)"),
    *("(push m 3)", "(pushfirst m (@ m 2))", "(pop m)", "(pop m 1)", "(insert m 5 1)"),
    *("(extend m mk)", "(extend '(1) m)", "(nconc m mk)", "(nconcn '(1) m)", "(swap m 0 1)"),
    *("(set@ m 0 5)", "(set@ m 0 1 5)", "(set@@ m 0 2 5)", "(in m (@ m 3))", "(find m 3)"),
    *("(transpose m)", "(// '+ m)", "(-// '+ m)", "(scan '+ mk)", "(backscan '+ mk)"),
    *("(rank@ m -1 2)", "(, mk)", "(, m m)", "(outer '+ (@@ mk 0 2) '(1 2))", "(¬ mk)"),
    *("(. '+ '* m mk)", "(. '+ '* mk (@ mk 0))", "(. '+ '* (@ m 0) m)", "(. '- '* m z)"),
    *("(determinant d)", "(solve d (@ m 0))", "(sqrt m)", "(floor m)", "(cos z)", "(abs mk)"),
    *("(determinant z)", "(invert z)", "(lubksb d (ludcmp d))", "(to_tensor (list m m))"),
    *("(matrix_integer m)", "(rho 2 2 m)", "(rho 3 m)", "(set m mk)", "(to_llist m)"),
    *('(dictionary "a" m)', '(key@ {"a":m} "a")', "(take 2 m)", "(takenb 2 m)"),
    *("(setq (a b) (@@ m 0 2)) (list a b)", "(mark m true) (mark m)", "(slice m 4)"),
    "(defpat first ([r $ others]) (list r (size others))) (first m)",
    *("(+ (to_tensor (list m m)) 1)", "(rho (to_tensor (list m m)))", "(- (list m mk) m)"),
    *("(@ (to_tensor (list m m)) 1 2 3)", "(sum (list mk mk))", "(type (to_tensor (list m mk)))"),
    "(setq s (+ m 1)) (set@ s 0 0 99.5) (+ s m)",
    "(setq s (+ m 1)) (setq r (@ s 0)) (set@ r 0 99.5) (+ s m)",
    "(setq s (+ m 1)) (setq same s) (setq other (clone s)) (set@ s 0 0 99) (list same other)",
    "(setq s (* m 2)) (push (@ s 3) 1.0) (list (type s) (sum s) (+ s 1))",
    "(setq s (* m 2)) (set@ s 1 nil) (list (type s) (sum s))",
    "(setq s (list m m)) (setq c (clone s)) (set@ (@ c 0) 0 0 5) (list s c (eq (@ c 0) (@ c 1)))",
    "(set@ x 0 77) (set@ m 1 1 8) (list (@ m 0 0) (@ x 1) (@ x 31))",
    "(setq s m) (+= s 1) (list s m)",
    "(dethread alters (l) (set@ l 0 0 5) (threadstore 'r (sum l))) (alters m) (wait)"
    " (list (threadretrieve 'r) (@ m 0 0))",
]


@pytest.fixture
def lisp() -> Interpreter:
    interpreter = Interpreter()
    interpreter.evaluate(PREPARED)
    return interpreter


def outcome(lisp: Interpreter, program: str) -> tuple[str, ...]:
    try:
        value = lisp.evaluate(program)
    except LispError as error:
        return (str(error),)
    names = [lisp.evaluate(name) for name in NAMES]
    return type_name(value), written(value), *map(type_name, names), *map(written, names)


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_do_not_notice(program: str, lisp: Interpreter) -> None:
    """A program gives the same results and errors when the rows of its matrices were looked at."""
    looked = Interpreter()
    looked.evaluate(PREPARED)
    for name in NAMES:
        assert type(lisp.evaluate(name)) is ArrayMatrix
        looked.evaluate(f"(@ {name} 0)")
        assert type(looked.evaluate(name)) is Matrix
    assert outcome(lisp, program) == outcome(looked, program)


@pytest.mark.parametrize(
    "operation",
    [
        *("(+ m m)", "(* m 2)", "(sum m)", "(rho m)", "(tally m)", "(size m)", "(type m)"),
        *("(clone m)", "(transpose m)", "(. '+ '* m m)", "(determinant m)", "(invert d)"),
    ],
)
def test_whole_matrices_are_computed_without_rows(operation: str, lisp: Interpreter) -> None:
    result = lisp.evaluate(operation)
    assert type(lisp.evaluate("m")) is ArrayMatrix
    if isinstance(result, Matrix):
        assert type(result) is ArrayMatrix


def test_a_matrix_has_numbers_of_its_own(lisp: Interpreter) -> None:
    """It neither follows the list that it was filled from nor the matrix it was copied from."""
    lisp.evaluate("(setq c (clone m)) (set@ x 0 99) (set@ m 0 1 98)")
    assert lisp.evaluate("(list (@ m 0 0) (@ m 0 1) (@ c 0 0) (@ c 0 1))") == [1.5, 98, 1.5, 3]


@pytest.mark.parametrize("count", [1, 7, 899, 900, 5000])
def test_a_long_list_fills_a_matrix_again_and_again(count: int, lisp: Interpreter) -> None:
    matrix = lisp.evaluate(f"(rho 30 30 (integers (iota {count})))")
    assert [*map(list, matrix)] == [
        [(30 * row + column) % count + 1 for column in range(30)] for row in range(30)
    ]


def test_rows_of_a_long_matrix_meet_the_numbers_of_a_list() -> None:
    """As in a short one: the first number with the first row, and so on."""
    lisp = Interpreter()
    sizes = [(2, 4), (30, 40)]
    results = []
    for count, width in sizes:
        lisp.evaluate(f"(setq m (rho {count} {width} (numbers 1 2 3 4)))")
        results.append(lisp.evaluate("(- m (integers 10 20))"))
    short, long = results
    assert [row[0] for row in short] == [row[0] for row in long[:2]] == [-9, -19]
    assert long[2] == lisp.evaluate("(@ m 2)")
