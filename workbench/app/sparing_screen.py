"""A screen that draws what changed and nothing else.

Textual draws a rectangle around everything that changed: a new token on the right and the clock
in the bottom line make it draw the whole screen, twenty times a second, and whoever types waits
for it. It also draws what is hidden behind other widgets.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

Places = dict[Widget, tuple[Region, Region]]
"""Widgets from front to back, each with its region and the region that it is clipped to."""


class SparingScreen(Screen[None]):
    """The screen of the app, drawn sparingly."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._compositor = SparingCompositor()


class SparingCompositor(Compositor):
    """Draws those widgets only that are seen in the regions that changed."""

    def __init__(self) -> None:
        super().__init__()
        self._changed: frozenset[Region] = frozenset()

    def render_partial_update(self) -> ChopsUpdate | None:
        """Draw the regions that changed; ``None`` if there are none."""
        _ = self.cuts  # found and kept now, from all widgets
        self._changed = frozenset(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._changed = frozenset()

    @property
    def visible_widgets(self) -> Places:
        """The widgets on the screen; while changes are drawn, those that are seen in them."""
        places = super().visible_widgets
        return seen_in(self._changed, places) if self._changed else places


def seen_in(regions: Iterable[Region], places: Places) -> Places:
    """The widgets that are seen in any of the regions, still from front to back."""
    seen: set[Widget] = set()
    for region in regions:
        for widget, (place, clip) in places.items():
            shown = place.intersection(clip)
            if shown.overlaps(region):
                seen.add(widget)
                if shown.contains_region(region):
                    break
    return {widget: place for widget, place in places.items() if widget in seen}
