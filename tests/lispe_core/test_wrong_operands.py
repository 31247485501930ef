"""Operands of any kind: a built-in answers or refuses them in a sentence, never in Python's."""

from __future__ import annotations

import random
import re
from io import StringIO
from pathlib import Path

import pytest

from lispe_core import builtins
from lispe_core.errors import LispError
from lispe_core.interpreter import Interpreter
from lispe_core.library import Definition, Library
from lispe_core.printer import display, written
from lispe_core.reader import read

OPERANDS = """
    nil true 'a 0 -1 3 2.5 1,2i (short 3) (float 1.5) (exp 1000) "ab" "" "%d" b"x"
    (list) '(1 2 3) '(a "b" (1)) '((1 2) (3 4)) (integers 1 2) (numbers 1.5 -1) (floats 1 2)
    (shorts 1 2) (strings "a" "b") (stringbytes "a") (rho 2 2 (integers 1 2 3 4))
    {} {"a":1} {1:2} (dictionarytree "b" 1) (set 1 'a) (seti 2 1) (llist 1 2) (heap nil 2 1)
    (irange 0 4 2) '+ (λ (x) x) (λ (x y) (< x y)) (setdate 2024 1 2 3 4 5) (rgx "%d") (chrono)
    (tokenizer_rules) (catch (throw "a"))
"""
TRIES = 60
LEFT_OUT = {"sleep", "trace", "help", "command", "!"}
PYTHON = re.compile(r"numpy|ndarray|dtype|NoneType|object is not|unsupported operand|argument must")


def _calls(interpreter: Interpreter, definition: Definition) -> list[str]:
    """Expressions that call a built-in with operands that are chosen blindly."""
    chooser = random.Random(definition.name)
    forms = [written(form) for form in read(OPERANDS)]
    most = definition.minimum + 2 if definition.maximum is None else definition.maximum
    counts = range(definition.minimum, min(most, definition.minimum + 2) + 1)
    calls = []
    for _ in range(TRIES):
        operands = chooser.choices(forms, k=chooser.choice(counts))
        calls.append(f"({' '.join([definition.name, *operands])})")
    return calls


def _refusal(interpreter: Interpreter, call: str) -> str:
    """The message of the error, empty when the value can be printed."""
    try:
        display(interpreter.evaluate(call))
    except LispError as error:
        return error.text
    except Exception as defect:
        pytest.fail(f"{call}: {type(defect).__name__}: {defect}")
    return ""


@pytest.mark.parametrize("library", builtins.LIBRARIES, ids=lambda library: library.name)
def test_operands_of_any_kind(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    interpreter = Interpreter(
        output=StringIO(), error_output=StringIO(), read_line=lambda prompt: "x"
    )
    for definition in library:
        if definition.name in LEFT_OUT or '"' in definition.name:
            continue
        for call in dict.fromkeys(_calls(interpreter, definition)):
            told = _refusal(interpreter, call)
            assert not PYTHON.search(told), f"{call}: {told}"
