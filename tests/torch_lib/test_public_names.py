"""The package resolves each public name, once, and only when asked."""

import inspect
import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules

import pytest

import torch_lib


def public_functions(module_name: str) -> set[str]:
    """The functions in a module's ``__all__`` that take the module's place in Lisp."""
    module = import_module(f"torch_lib.{module_name}")
    members = {name: getattr(module, name) for name in getattr(module, "__all__", ())}
    return {name for name, member in members.items() if inspect.isfunction(member)}


def test_events_and_errors_cost_no_import_of_pytorch() -> None:
    """The app, which never imports PyTorch, knows both."""
    program = (
        "import sys, torch_lib; from torch_lib import events, errors;"
        "torch_lib.Metric, torch_lib.ShapeError; sys.exit('torch' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_no_name_is_defined_twice() -> None:
    """One word, one function: names of modules included."""
    modules = [module.name for module in iter_modules(torch_lib.__path__)]
    owners: dict[str, str] = dict.fromkeys(modules, "the package")
    for module_name in torch_lib.MODULES:
        for name in import_module(f"torch_lib.{module_name}").__all__:
            assert owners.setdefault(name, module_name) == module_name, name


@pytest.mark.parametrize("module_name", torch_lib.MODULES)
def test_public_names_exist_and_are_documented(module_name: str) -> None:
    """Everything in ``__all__`` is found through the package, and functions explain themselves."""
    module = import_module(f"torch_lib.{module_name}")

    for name in module.__all__:
        assert getattr(torch_lib, name) is getattr(module, name)
    for name in public_functions(module_name):
        assert inspect.getdoc(getattr(module, name)), name


def test_unknown_names_are_refused() -> None:
    """As by any module."""
    with pytest.raises(AttributeError, match=r"^module 'torch_lib' has no attribute 'nothing'$"):
        torch_lib.nothing  # noqa: B018
