"""What a program may ask about itself."""

from __future__ import annotations

from lispe_core.forms import LispList, Symbol, Value
from lispe_core.functions import function_info
from lispe_core.library import Library

introspection = Library("introspection")


@introspection.builtin("atoms")
def atoms() -> LispList:
    """All atoms that have been read so far.

    Example:
        (in (atoms) 'car)    ; => true
    """
    return LispList(Symbol.all())


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
