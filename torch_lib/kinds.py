"""The kinds of module that can be saved and rebuilt by name.

A kind is a plain module class whose constructor arguments are known: ``KINDS[name]`` called with
``module.configuration()``, a map of plain data, makes a module that the saved weights fit. The
class also has a ``summary()``, the line that prints for it. Layers that took the place of linear
ones, quantized or with an adapter, have a true ``replaces_linear``: they are described one by one,
but for modules with a true ``describes_children``, whose configuration tells of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from itertools import chain
from typing import Any, Protocol, TypeVar, runtime_checkable

from torch import nn

from torch_lib import TOPICS
from torch_lib.errors import KindError

__all__ = [
    "KINDS",
    "description",
    "kind",
    "kind_named",
    "rebuilt",
]


@runtime_checkable
class Tied(Protocol):
    """A module with parts that share weights."""

    def tie(self) -> None:
        """Let them share, after parts were replaced."""


KINDS: dict[str, type[nn.Module]] = {}

ModuleT = TypeVar("ModuleT", bound=nn.Module)


def kind(name: str) -> Callable[[type[ModuleT]], type[ModuleT]]:
    """Register the decorated module class under ``name``, which saved files carry.

    Raises:
        ValueError: Another class has the name.
    """

    def register(module_class: type[ModuleT]) -> type[ModuleT]:
        if name in KINDS:
            raise ValueError(f"two kinds of module are called {name}")
        module_class.kind = name  # type: ignore[attr-defined]
        KINDS[name] = module_class
        return module_class

    return register


def kind_named(name: str) -> type[nn.Module] | None:
    """The class that is registered as ``name``, in whichever module of the library."""
    if name not in KINDS:
        for module in chain.from_iterable(TOPICS.values()):
            import_module(f"torch_lib.{module}")
    return KINDS.get(name)


def description(module: nn.Module) -> dict[str, Any]:
    """Plain data from which ``rebuilt`` makes a module like ``module``, without its weights.

    Raises:
        KindError: The module is of no kind that can be saved.
    """
    name = getattr(module, "kind", None)
    configuration = getattr(module, "configuration", None)
    if name is None or configuration is None:
        raise KindError(f"a module of class {type(module).__name__} cannot be saved")
    described = {"kind": name, "configuration": configuration()}
    if getattr(module, "describes_children", False):
        return described
    replaced = {
        path: {"kind": layer.kind, "configuration": layer.configuration()}
        for path, layer in module.named_modules()
        if path and getattr(layer, "replaces_linear", False)
    }
    return {**described, "replaced": replaced} if replaced else described


def rebuilt(described: nn.Module | Mapping[str, Any]) -> nn.Module:
    """The module that ``described`` is the description of; a module is itself.

    Raises:
        KindError: The description names an unknown kind.
    """
    if isinstance(described, nn.Module):
        return described
    module_class = kind_named(described["kind"])
    if module_class is None:
        raise KindError(f'unknown kind of module "{described["kind"]}"')
    module = module_class(**described["configuration"])
    layers = {path: rebuilt(layer) for path, layer in described.get("replaced", {}).items()}
    if any(hasattr(layer, "scheme") for layer in layers.values()):
        module.requires_grad_(False).eval()  # as quantizing leaves it
    for path, layer in layers.items():
        module.set_submodule(path, layer)
    if isinstance(module, Tied):
        module.tie()
    return module
