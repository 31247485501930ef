"""The package names its modules, and the modules what is public in them."""

import inspect
import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules

import pytest

import torch_lib


def test_events_and_errors_cost_no_import_of_pytorch() -> None:
    """The app, which never imports PyTorch, knows both."""
    program = (
        "import sys, torch_lib; from torch_lib import events;"
        "events.Metric, torch_lib.errors.ShapeError; sys.exit('torch' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


TOPICAL = [name for modules in torch_lib.TOPICS.values() for name in modules]
TOPICAL += torch_lib.NEIGHBOURS.values()


def test_every_module_has_its_place() -> None:
    """The table of contents names each once."""
    modules = sorted(module.name for module in iter_modules(torch_lib.__path__))

    assert sorted([*TOPICAL, *torch_lib.FOUNDATIONS]) == modules


def test_no_function_is_defined_twice() -> None:
    """Lisp knows each by its name alone."""
    owners: dict[str, str] = {}
    for module_name in TOPICAL:
        for name in import_module(f"torch_lib.{module_name}").__all__:
            assert owners.setdefault(name, module_name) == module_name, name


@pytest.mark.parametrize("module_name", [*TOPICAL, *torch_lib.FOUNDATIONS])
def test_public_names_exist_and_are_documented(module_name: str) -> None:
    """Modules are found through the package; their public members explain themselves."""
    module = getattr(torch_lib, module_name)

    assert inspect.getdoc(module)
    for name in module.__all__:
        member = getattr(module, name)
        if inspect.isfunction(member) or inspect.isclass(member):
            assert member.__doc__, name


def test_unknown_names_are_refused() -> None:
    """As by any module."""
    with pytest.raises(AttributeError, match=r"^module 'torch_lib' has no attribute 'nothing'$"):
        torch_lib.nothing  # noqa: B018
