"""Functions written in Lisp are plain Python functions; what Lisp knows of them is kept here.

The compiler puts a :class:`FunctionInfo` behind the constants of each code object, so that
making a closure costs nothing extra and a function that is no longer used takes it along.
"""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import Literal, NamedTuple

from lispe_core.forms import LispList, Value

CO_VARARGS = 4
"""``inspect.CO_VARARGS``; the module takes a tenth of the time a program of one line needs."""

FunctionKind = Literal["function_", "pattern_", "predicate_", "lambda_", "thread_"]


class FunctionInfo(NamedTuple):
    """What Lisp shows of a function: ``source`` is its whole definition as a list."""

    name: str
    kind: FunctionKind
    parameters: LispList
    source: LispList

    def __hash__(self) -> int:
        return id(self.source)


def function_info(value: Value) -> FunctionInfo | None:
    """The description of a function that was written in Lisp; ``None`` for any other value."""
    if type(value) is not FunctionType:
        return None
    constants = value.__code__.co_consts
    last = constants[-1] if constants else None
    return last if isinstance(last, FunctionInfo) else None


def takes(function: FunctionType, count: int) -> bool:
    """Whether a function written in Lisp can be called with that many arguments."""
    code = function.__code__
    fewest = code.co_argcount - len(function.__defaults__ or ())
    return fewest <= count and (count <= code.co_argcount or bool(code.co_flags & CO_VARARGS))


def described(code: CodeType, info: FunctionInfo, signature: str) -> CodeType:
    """``code`` carrying ``info``; Python's errors of arity then begin with ``signature``."""
    return code.replace(co_consts=(*code.co_consts, info), co_qualname=signature)
