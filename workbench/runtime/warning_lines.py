"""Warnings of the torch library as one line each on the program's error stream."""

from __future__ import annotations

import warnings
from typing import Any, TextIO

from lispe_core.context import TextOutput
from torch_lib.errors import TorchLibWarning

__all__ = ["show_warnings"]


def show_warnings(stream: TextOutput) -> None:
    """Print every warning of torch_lib as ``warning: torch_x: …`` to ``stream``.

    Other packages' warnings speak to programmers of Python: they are left out.
    """

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> Any:
        from workbench.runtime.torch_binding import warning_sentence

        stream.write(f"warning: {warning_sentence(message)}\n")
        stream.flush()

    warnings.simplefilter("ignore")
    warnings.simplefilter("always", TorchLibWarning)
    warnings.showwarning = show
