"""The kinds of module that can be saved and rebuilt by name.

A kind is a plain module class whose constructor arguments are known: ``KINDS[name]`` called with
``module.configuration()`` makes a module that the saved weights fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from torch import nn

from torch_lib.errors import KindError

__all__ = ["KINDS", "SavableModule", "Summarised", "description", "kind", "rebuilt"]

KINDS: dict[str, type[nn.Module]] = {}

ModuleT = TypeVar("ModuleT", bound=nn.Module)


class Summarised(Protocol):
    """A value that says in one line what it is."""

    def summary(self) -> str:
        """The line that prints for the value."""


class SavableModule(Summarised, Protocol):
    """What a class decorated by ``kind`` offers besides being a module."""

    kind: str

    def configuration(self) -> dict[str, Any]:
        """Plain constructor arguments that rebuild the module, without its weights."""


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


def description(module: nn.Module) -> dict[str, Any]:
    """Plain data from which ``rebuilt`` makes a module like ``module``, without its weights.

    Raises:
        KindError: The module is of no kind that can be saved.
    """
    name = getattr(module, "kind", None)
    configuration = getattr(module, "configuration", None)
    if name is None or configuration is None:
        raise KindError(f"a {type(module).__name__} cannot be saved")
    return {"kind": name, "configuration": configuration()}


def rebuilt(described: nn.Module | Mapping[str, Any]) -> nn.Module:
    """The module that ``described`` is the description of; a module is itself.

    Raises:
        KindError: The description names an unknown kind.
    """
    if isinstance(described, nn.Module):
        return described
    if described["kind"] not in KINDS:
        raise KindError(f'unknown kind of module "{described["kind"]}"')
    return KINDS[described["kind"]](**described["configuration"])
