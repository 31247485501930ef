"""The ways in which a model on disk can be loaded, as the Lisp programs that do it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.app.panels.chat import lisp_string


@dataclass(frozen=True, slots=True)
class Loading:
    """A way to load a model: what it is called, what it is good for, and the Lisp that does it."""

    name: str
    use: str
    program: str


def ways_to_load(path: Path) -> tuple[Loading, ...]:
    """How the model at ``path`` can be loaded, the quickest writer first."""
    file = lisp_string(str(path))
    whole = f"(torch_load_model {file})"

    def quantized(scheme: str) -> str:
        return f'(torch_load_model {file} nil "{scheme}")'

    rounded = (
        Loading("int8", "8 bits a weight, to write", quantized("int8")),
        Loading("int4", "4 bits a weight, to write", quantized("int4")),
    )
    if path.suffix != ".gguf":
        return Loading("as stored", "to write and to train", whole), *rounded
    return (
        Loading("as stored", "fastest, to write", quantized("file")),
        *rounded,
        Loading("float32", "to write and to train", whole),
    )
