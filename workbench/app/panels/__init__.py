"""The panels beside the editor."""

from workbench.app.panels.base import Panel
from workbench.app.panels.device import DevicePanel

__all__ = ["PANELS", "DevicePanel"]

PANELS: tuple[type[Panel[object]], ...] = ()
