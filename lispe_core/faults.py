"""From Python's exceptions to errors of the Lisp program, in one place.

Compiled code lets Python operations fail as they do; the traceback is the Lisp call stack. An
exception that no program can cause is a defect of this implementation and stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FrameType, TracebackType
from typing import Any, get_type_hints

from lispe_core import names
from lispe_core.arithmetic import divide, subtract
from lispe_core.errors import Frame, LispError
from lispe_core.forms import Span, Value
from lispe_core.hints import unbound
from lispe_core.library import Definition
from lispe_core.matching import unmatched
from lispe_core.namespace import PROGRAM_MARK, Namespace
from lispe_core.scopes import TOP_LEVEL, lisp_name_of, variables_of

_OUTERMOST, _INNERMOST = 20, 60
Level = tuple[FrameType, int, str | None]
"""A frame of compiled code, the instruction it had reached, its Lisp name."""
_TOO_DEEP = "does the recursion end? A call in tail position may go on for ever"
_ARITY = re.compile(r"(?P<function>.+)\(\) (?:missing|takes|got)")
_COMPARED = re.compile(r"'(?P<sign>[<>]=?)' not supported between")
_OPERATED = re.compile(r"unsupported operand type\(s\) for (?P<sign>[-/]): ")
_UNCALLABLE = re.compile(r"'.+' object is not callable")


def lisp_error(exception: BaseException) -> LispError | None:
    """``exception`` as an error of the program, with its place and stack; ``None`` for a defect."""
    levels = _without_comprehensions(_program_frames(exception.__traceback__))
    error = exception if isinstance(exception, LispError) else _translated(exception)
    if error is None:
        return None
    if error.at_call and not error.frames and len(levels) > 1:
        levels.pop()
    if levels and not error.frames:
        frames = [
            Frame(name or TOP_LEVEL, _span(frame.f_code, last))
            for frame, last, name in _few(levels)
        ]
        error.frames = tuple(reversed(frames))
        if error.span is None:
            error.span = error.frames[0].span
    return error


def frame_variables(error: LispError) -> list[list[tuple[str, Value]]]:
    """The variables of each of the frames of ``error``: those of the call frame, with values.

    They are read from the exception that the error was made of, as long as it holds its frames.
    """
    trace = (error.__cause__ or error).__traceback__
    levels = _few(_without_comprehensions(_program_frames(trace)))
    if len(levels) != len(error.frames):
        return [[] for _ in error.frames]
    return [_variables(frame) for frame, _, _ in reversed(levels)]


def _variables(frame: FrameType) -> list[tuple[str, Value]]:
    """What a call holds."""
    return [(names.lisp_name(slot), value) for slot, value in variables_of(frame).items()]


def _few(levels: list[Level]) -> list[Level]:
    if len(levels) <= _OUTERMOST + _INNERMOST:
        return levels
    return levels[:_OUTERMOST] + levels[-_INNERMOST:]


def _program_frames(trace: TracebackType | None) -> Iterator[Level]:
    while trace is not None:
        if PROGRAM_MARK in trace.tb_frame.f_globals:
            yield trace.tb_frame, trace.tb_lasti, lisp_name_of(trace.tb_frame.f_code)
        trace = trace.tb_next


def _without_comprehensions(levels: Iterable[Level]) -> list[Level]:
    """The levels, where a comprehension counts as the function that it stands in."""
    kept: list[Level] = []
    for frame, last, name in levels:
        if name is None and kept:
            kept[-1] = frame, last, kept[-1][2]
        else:
            kept.append((frame, last, name))
    return kept


def _span(code: CodeType, last_instruction: int) -> Span | None:
    for index, position in enumerate(code.co_positions()):
        if index == last_instruction // 2:
            line, end_line, column, end_column = position
            if line is None or column is None or end_line is None or end_column is None:
                return None
            return Span(code.co_filename, line, column + 1, end_line, end_column + 1)
    return None


def _translated(exception: BaseException) -> LispError | None:
    match exception:
        case RecursionError():
            return LispError("stack overflow", hint=_TOO_DEEP)
        case ZeroDivisionError():
            return LispError("division by zero")
        case OverflowError():
            return LispError("number too large")
        case MemoryError():
            return LispError("not enough memory")
        case OSError():
            return LispError(exception.strerror or str(exception))
        case NameError(name=str(slot)) if slot.startswith((names.VARIABLE, names.FUNCTION)):
            return _unbound(slot, exception)
    message = str(exception)
    if isinstance(exception, TypeError) and (found := _ARITY.match(message)):
        arity = _wrong_count(found["function"], exception)
        if arity is not None:
            return arity
    trace = _innermost(exception)
    if trace is None:
        return None
    if PROGRAM_MARK in trace.tb_frame.f_globals:
        return _refused_operation(trace, message) or _of_program(exception, message)
    return _of_builtin(exception, message)


def _innermost(exception: BaseException) -> TracebackType | None:
    trace = exception.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace


def _unbound(slot: str, exception: NameError) -> LispError:
    namespace: Namespace | None = None
    local: set[str] = set()
    for frame, _, _ in _program_frames(exception.__traceback__):
        namespace = frame.f_globals[PROGRAM_MARK]
        slots = [each for each in frame.f_code.co_varnames if each.startswith(names.VARIABLE)]
        local.update(map(names.lisp_name, slots))
    name = names.lisp_name(slot)
    return unbound(name, local) if namespace is None else namespace.unbound(name, local)


def _wrong_count(function: str, exception: BaseException) -> LispError | None:
    if function.startswith("(lambda "):
        return LispError(f"Wrong number of arguments in: '{function}'")
    if function.startswith("["):
        error = unmatched(function[1:-1], "no definition takes that number of arguments")
        error.at_call = False
        return error
    if function.startswith("("):
        return LispError(f"Wrong number of arguments in call to: '{function}'")
    called: Definition | None = None
    for frame, _, _ in _program_frames(exception.__traceback__):
        namespace: Namespace = frame.f_globals[PROGRAM_MARK]
        for definition in namespace.definitions.values():
            if getattr(definition.function, "__qualname__", None) != function:
                continue
            name = names.mangled(definition.name)
            slots = {names.INSTRUCTION + name, names.FUNCTION + name}
            if called is None or slots & {*frame.f_code.co_names}:
                called = definition
    if called is None:
        return None
    return LispError(
        f"Wrong number of arguments for: '{called.name}'", hint=f"it is called as {called.usage}"
    )


_CHECKED = {"-": subtract, "/": divide}


def _refused_operation(trace: TracebackType, message: str) -> LispError | None:
    """The error of an operator between two variables or constants that Python refused."""
    found = _OPERATED.match(message)
    if found is None:
        return None
    operands = _loaded_before(trace.tb_frame, trace.tb_lasti)
    try:
        _CHECKED[found["sign"]](*operands)
    except LispError as error:
        return error
    except (TypeError, KeyError):
        pass
    return LispError(f"cannot evaluate '{found['sign']}' with these operands")


def _loaded_before(frame: FrameType, last_instruction: int) -> list[Value]:
    """The two values that an instruction took from the variables and constants before it."""
    loaded: list[Value] = []
    import dis

    for instruction in dis.get_instructions(frame.f_code):
        if instruction.offset >= last_instruction:
            break
        if not instruction.opname.startswith("LOAD_"):
            continue
        if instruction.opname == "LOAD_CONST":
            loaded.append(instruction.argval)
            continue
        slots = instruction.argval
        for slot in slots if isinstance(slots, tuple) else (slots,):
            scope = frame.f_locals if slot in frame.f_locals else frame.f_globals
            loaded.append(scope.get(slot))
    return loaded[-2:]


def _of_program(exception: BaseException, message: str) -> LispError | None:
    match exception:
        case IndexError() | KeyError():
            return LispError("index out of bounds")
        case TypeError():
            if found := _COMPARED.match(message):
                return LispError(f"cannot evaluate '{found['sign']}' with these operands")
            if _UNCALLABLE.match(message):
                return LispError("Unknown function call", bare=True)
            return LispError(message)
        case ValueError() | AttributeError():
            return LispError(message)
    return None


def _of_builtin(exception: BaseException, message: str) -> LispError | None:
    """The error of a built-in that got an argument of a kind it does not take."""
    if not isinstance(exception, TypeError | ValueError | AttributeError | LookupError):
        return None
    called = _first_builtin(exception)
    if called is None:
        return LispError(message) if isinstance(exception, ValueError) else None
    frame, name, function = called
    culprit = _culprit(frame, function)
    if culprit is not None:
        parameter, value, expected = culprit
        from lispe_core.printer import abridged, type_name

        given = f"{abridged(value, inside=True)} ({type_name(value)})"
        return LispError(f"{name}: {parameter} should be {expected}, not {given}")
    return LispError(message) if isinstance(exception, ValueError) else None


def _first_builtin(exception: BaseException) -> tuple[FrameType, str, Callable[..., Any]] | None:
    trace = exception.__traceback__
    found: tuple[FrameType, str, Callable[..., Any]] | None = None
    namespace: Namespace | None = None
    while trace is not None:
        frame = trace.tb_frame
        if PROGRAM_MARK in frame.f_globals:
            namespace, found = frame.f_globals[PROGRAM_MARK], None
        elif namespace is not None and found is None:
            for definition in namespace.definitions.values():
                if getattr(definition.function, "__code__", None) is frame.f_code:
                    found = frame, definition.name, definition.function
                    break
        trace = trace.tb_next
    return found


_SHOWN = {
    "str": "text",
    "int": "an integer",
    "float": "a number",
    "list": "a list",
    "dict": "a dictionary",
    "Symbol": "an atom",
}


def _culprit(frame: FrameType, function: Callable[..., Any]) -> tuple[str, Value, str] | None:
    """The first argument that is not of the kind that its annotation asks for."""
    import inspect

    hints = get_type_hints(function)
    for parameter in inspect.signature(function).parameters.values():
        kind = hints.get(parameter.name, Any)
        given = frame.f_locals.get(parameter.name)
        if parameter.kind is parameter.VAR_POSITIONAL:
            values = given if isinstance(given, tuple) else ()
        else:
            values = (given,)
        for value in values:
            if not _fits(value, kind):
                return parameter.name, value, _shown(kind)
    return None


def _classes(kind: Any) -> list[Any]:
    members = getattr(kind, "__args__", None)
    origin = getattr(kind, "__origin__", None)
    if origin is not None and isinstance(origin, type):
        return [origin]
    return list(members) if members else [kind]


def _fits(value: Value, kind: Any) -> bool:
    for each in _classes(kind):
        if each is Any or not isinstance(each, type):
            return True
        if isinstance(value, int) and each is float:
            return True
        if isinstance(value, each):
            return True
    return False


def _shown(kind: Any) -> str:
    words = []
    for each in _classes(kind):
        word = str(getattr(each, "type_name", "") or getattr(each, "__name__", each))
        words.append("nil" if each is type(None) else _SHOWN.get(word, word))
    return " or ".join(dict.fromkeys(words))
