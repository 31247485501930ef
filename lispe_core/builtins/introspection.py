"""What a program may ask about itself and about the language."""

from __future__ import annotations

from array import array

from lispe_core import tracing
from lispe_core.containers import iterate
from lispe_core.context import current
from lispe_core.errors import LispError
from lispe_core.foreign import Container
from lispe_core.forms import EMPTY, TRUE, LispList, Symbol, Truth, Value, truth
from lispe_core.functions import function_info
from lispe_core.hints import nearest
from lispe_core.library import Library
from lispe_core.linked_lists import LinkedList
from lispe_core.printer import abridged, display

introspection = Library("introspection")
documentation = Library("documentation", "function")


@introspection.builtin("atoms")
def atoms() -> LispList:
    """All atoms that have been read so far.

    Example:
        (in (atoms) 'car)    ; => true
    """
    return LispList(atom for atom in Symbol.all() if '"' not in atom.name)


@introspection.builtin("bodies")
def bodies(function: Value) -> Value:
    """The definition of a function, as a list.

    Example:
        (bodies (λ (x) x))    ; => (λ (x) x)
    """
    info = function_info(function)
    return info.source if info else None


@introspection.builtin("addr_")
def address(value: Value) -> str:
    """A text that tells this value from all others.

    Example:
        (setq l '(1)) (= (addr_ l) (addr_ l))    ; => true
    """
    return f"{id(value):x}"


def _markable(value: Value) -> Value:
    if not isinstance(value, (list, array, dict, Container)):
        raise LispError(f"only a container can be marked, not '{abridged(value)}'")
    return value


@introspection.builtin("mark")
def mark(container: Value, on: Value = EMPTY) -> Truth | None:
    """Whether a container carries a mark; with a second operand, put the mark on or take it off.

    A walk through lists that lead back to themselves marks where it has been.

    Example:
        (setq l '(1 2))    ; => true
        (mark l true)      ; => true
        (mark l)           ; => true
    """
    marks = current().marks
    if on is EMPTY:
        return truth(id(_markable(container)) in marks)
    if on:
        marks[id(_markable(container))] = container
    else:
        marks.pop(id(container), None)
    return TRUE


@introspection.builtin("resetmark")
def reset_mark(container: Value) -> Truth:
    """Take the marks off a container and off those inside of it.

    Example:
        (setq l '((1) (2)))    ; => true
        (mark (car l) true)    ; => true
        (resetmark l)          ; => true
        (mark (car l))         ; => nil
    """
    marks = current().marks
    waiting, seen = [_markable(container)], set[int]()
    while waiting:
        inner = waiting.pop()
        if id(inner) not in seen and isinstance(inner, (list, dict, LinkedList)):
            seen.add(id(inner))
            waiting.extend(inner.values() if isinstance(inner, dict) else iterate(inner))
        marks.pop(id(inner), None)
    return TRUE


@documentation.builtin("trace")
def trace(on: Value = EMPTY) -> Truth | None:
    """Tell each call of the program's functions, and its value, on the error output.

    Whether calls are told; an operand switches that on or off. A call of the running function
    that is the last thing it does is a turn of a loop and is not told.

    Example:
        (trace)    ; => nil
    """
    if on is not EMPTY:
        tracing.stop()
        if on:
            tracing.start(current().error_output)
    return truth(tracing.is_tracing())


@documentation.builtin("help")
def help_(name: Value) -> Value:
    """Print how ``name`` is used and what it does.

    Example:
        (help 'no_such_name)    ; error: Error: nothing is known of 'no_such_name'
    """
    info = function_info(name)
    word = info.name if info else display(name)
    evaluator = current().evaluator
    definition = evaluator.describe(word)
    if definition is None:
        close = nearest(word, evaluator.complete(""))
        hint = f"did you mean '{close}'?" if close else '(apropos "word") looks for a word'
        raise LispError(f"nothing is known of '{word}'", hint=hint)
    text = definition.doc.replace("``", "")
    current().output.write(f"{definition.usage}\n{text}\n")
    return EMPTY


@documentation.builtin("apropos")
def apropos(text: Value) -> LispList:
    """The names that contain ``text``, or whose description in one line does.

    Example:
        (in (apropos "json") 'json_parse)    ; => true
    """
    sought = display(text).lower()
    evaluator = current().evaluator
    found = (
        name
        for name in evaluator.complete("")
        if sought in name.lower()
        or ((known := evaluator.describe(name)) and sought in known.summary.lower())
    )
    return LispList(map(Symbol, found))
