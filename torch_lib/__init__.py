# ruff: noqa: F403 - the names are listed where they are defined
"""Deep learning in plain Python.

``torch_lib.linear`` is ``torch_lib.layers.linear``: public names resolve when they are first used,
so that events and errors cost no import of PyTorch.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch_lib.attention import *
    from torch_lib.devices import *
    from torch_lib.elementwise import *
    from torch_lib.errors import *
    from torch_lib.events import *
    from torch_lib.layers import *
    from torch_lib.losses import *
    from torch_lib.masks import *
    from torch_lib.mathematics import *
    from torch_lib.modules import *
    from torch_lib.networks import *
    from torch_lib.optimizers import *
    from torch_lib.positions import *
    from torch_lib.recomputation import *
    from torch_lib.reductions import *
    from torch_lib.schedulers import *
    from torch_lib.sequences import *
    from torch_lib.shapes import *
    from torch_lib.tensors import *
    from torch_lib.training import *
    from torch_lib.transformer import *

MODULES = (
    "events",
    "errors",
    "devices",
    "tensors",
    "shapes",
    "elementwise",
    "mathematics",
    "reductions",
    "layers",
    "networks",
    "modules",
    "masks",
    "attention",
    "positions",
    "transformer",
    "losses",
    "optimizers",
    "schedulers",
    "training",
    "recomputation",
    "sequences",
)
"""The modules whose names are public here, in the order in which names are looked up."""


def __getattr__(name: str) -> Any:
    """The public name, from the module that defines it; or the module of that name."""
    if not name.startswith("_"):
        if find_spec(f"{__name__}.{name}"):
            return import_module(f"{__name__}.{name}")
        for module_name in MODULES:
            module = import_module(f"{__name__}.{module_name}")
            if name in module.__all__:
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
