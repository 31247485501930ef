"""The interpreter as this program offers it: the language, and PyTorch on first use."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from lispe_core.context import TextOutput
from lispe_core.errors import LispError
from lispe_core.interpreter import Interpreter
from lispe_core.library import Library
from torch_lib import NEIGHBOURS

__all__ = ["TORCH", "TORCH_PREFIXES", "build_interpreter", "load_torch_library"]

TORCH = "lispe_torch"
TORCH_PREFIXES = ("torch_", "tensor_")
"""How the names begin that load the torch library when a program meets them first."""


def build_interpreter(
    *,
    output: TextOutput,
    error_output: TextOutput,
    read_line: Callable[[str], str | None],
    arguments: Sequence[str] = (),
    load_torch: Callable[[], Library] | None = None,
    on_library: Callable[[Library], None] | None = None,
    allow_commands: bool | Callable[[], bool] | None = None,
) -> Interpreter:
    """An interpreter that knows how to load the torch library.

    Args:
        output: Where the program prints.
        error_output: Where it prints errors and warnings.
        read_line: Asks for a line of input; ``None`` at its end.
        arguments: What the program finds in ``_args``.
        load_torch: Gives the torch library when it is first needed.
        on_library: Called with each library that becomes available.
        allow_commands: Whether the program may start others, or what is asked the first time.
    """
    torch = load_torch or load_torch_library
    return Interpreter(
        output=output,
        error_output=error_output,
        read_line=read_line,
        arguments=arguments,
        loaders={
            "python": _python_library,
            TORCH: torch,
            **{name: partial(_load_beside, torch, name) for name in NEIGHBOURS},
        },
        prefixes=dict.fromkeys(TORCH_PREFIXES, TORCH),
        on_library=on_library,
        allow_commands=allow_commands,
    )


def _python_library() -> Library:
    from lispe_core.python_bridge import python

    return python


def load_torch_library() -> Library:
    """The torch library.

    Raises:
        LispError: PyTorch is not installed.
    """
    with _growing_for_good():
        try:
            from workbench.runtime.torch_binding import torch_library
        except ModuleNotFoundError as problem:
            if problem.name != "torch":
                raise
            missing = "use: the torch library needs PyTorch (pip install torch)"
            raise LispError(missing) from problem
        return torch_library()


def _load_beside(load_torch: Callable[[], Library], name: str) -> Library:
    """A library that works with PyTorch too, once that is loaded."""
    load_torch()
    from workbench.runtime.torch_binding import neighbour_library

    return neighbour_library(name)


@contextmanager
def _growing_for_good() -> Iterator[None]:
    """Make objects that stay: no collection walks over them, within the block or ever after.

    The import of PyTorch takes a tenth less.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collecting:
            gc.enable()
