"""What keys do with curves, in whichever panel these are."""

from __future__ import annotations

from workbench.app.panels.curve_view import PAN, ZOOM, CurveView


class CurveActions:
    """The actions of a panel that has curves and tells what is shown of them."""

    @property
    def view(self) -> CurveView:
        """The curves."""
        raise NotImplementedError

    def summarise(self) -> None:
        """Write what is shown above the curves."""
        raise NotImplementedError

    def action_next_metric(self) -> None:
        """Show all metrics, then each alone."""
        view = self.view
        names = [None, *view.names]
        position = names.index(view.only) if view.only in names else 0
        view.only = names[(position + 1) % len(names)]
        view.band = None
        self.summarise()

    def action_toggle_cursor(self) -> None:
        """Put the cursor at the newest step in view, or take it away."""
        view = self.view
        view.cursor = None if view.cursor is not None or not view.runs else view.window()[1]
        self.summarise()

    def action_zoom_in(self) -> None:
        """Show fewer steps."""
        self.view.zoom(ZOOM)

    def action_zoom_out(self) -> None:
        """Show more steps."""
        self.view.zoom(1 / ZOOM)

    def action_go(self, direction: int) -> None:
        """Move the cursor, or without one the range of steps in view."""
        if self.view.cursor is None:
            self.view.pan(direction * PAN)
        else:
            self.view.move_cursor(direction)

    def action_zoom_values(self, direction: int) -> None:
        """Show a narrower range of values, or a wider one."""
        self.view.zoom_values(ZOOM**direction)

    def action_climb(self, direction: int) -> None:
        """Go to higher or lower values."""
        self.view.pan_values(direction * PAN)

    def action_whole(self) -> None:
        """Show all steps and all values."""
        self.view.band = None
        self.view.look_at(*self.view.extent())
