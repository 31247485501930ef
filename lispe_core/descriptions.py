"""What help, hints and completion tell of the definitions of a program."""

from __future__ import annotations

from collections.abc import Callable

from lispe_core.data_types import Constructor
from lispe_core.forms import LispList, Symbol, Value
from lispe_core.functions import function_info
from lispe_core.instances import Class
from lispe_core.library import Definition
from lispe_core.printer import display


def described_by_program(name: str, function: Callable[..., Value] | None) -> Definition | None:
    """What is known of the function, class or type of data ``name`` of a program."""
    doc = "Defined by the program."
    info = function_info(function)
    if isinstance(function, (Class, Constructor)):
        fields = function.field_names if isinstance(function, Class) else function.shape[1:]
        operands = [Symbol(display(field)) for field in fields]
        kind = "A class" if isinstance(function, Class) else "A type of data"
        doc = f"{kind}, defined by the program."
    elif function is None or info is None:
        return None
    else:
        operands = info.parameters
    usage = display(LispList([Symbol(name), *operands]))
    return Definition(name, "function", function, usage, doc, 0, None, "program")
