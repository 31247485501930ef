"""The panels beside the editor: a strip of devices, and one tab for each of ``PANELS``."""

from typing import Any

from workbench.app.panels.base import Panel
from workbench.app.panels.device import DevicePanel
from workbench.app.panels.errors import ErrorsPanel
from workbench.app.panels.generation import GenerationPanel
from workbench.app.panels.inspector import Inspector
from workbench.app.panels.loss import LossPanel
from workbench.app.panels.variables import VariablesPanel

__all__ = ["PANELS", "DevicePanel", "Inspector"]

PANELS: tuple[type[Panel[Any]], ...] = (
    LossPanel,
    Inspector,
    GenerationPanel,
    VariablesPanel,
    ErrorsPanel,
)
