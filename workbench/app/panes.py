"""How the panes share the screen and the focus: between them, over them, one of them alone."""

from __future__ import annotations

from textual import on
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from workbench.app.editor import Editor
from workbench.app.helping_app import HelpingApp
from workbench.app.jump import Jump, go_to, jump_targets
from workbench.app.layout import STEP, Dragged, Shares
from workbench.app.panels.base import Panel
from workbench.app.panels.loss import LossPanel
from workbench.app.repl import Repl
from workbench.app.sparing_screen import SparingScreen


class PanesApp(HelpingApp):
    """An app whose editors, REPL and panels are gone to, resized and zoomed by keys and mouse."""

    _work: Horizontal
    _code: Vertical

    def get_default_screen(self) -> SparingScreen:
        """The screen of the app, on which little changes at a time."""
        return SparingScreen(id="_default")

    def action_switch_focus(self) -> None:
        """From the editor to the prompt, from anywhere else to the editor."""
        self._show_code()
        target = self._repl.prompt if self._editor.has_focus else self._editor
        self.screen.set_focus(target)  # at once: keys that came in one go with this one follow

    def action_panels(self) -> None:
        """To the panels, or from them back to the editor."""
        within = self._panels.has_focus_within
        self._show_code()
        if within:
            self._editor.focus()
        else:
            self.screen.add_class("-panels")
            self._panels.enter()

    async def action_curves(self, action: str) -> None:
        """Bring the curves up and do something with them."""
        self._editor.screen.add_class("-panels")
        self._panels.show(LossPanel)
        await self.run_action(action, self._panels.panel(LossPanel))

    def action_devices(self) -> None:
        """Let the history of the devices fill the screen."""
        screen = self._editor.screen
        screen.add_class("-panels")
        self._panels.device.focus()
        screen.maximize(self._panels.device, container=False)

    def action_jump(self) -> None:
        """Let the next key choose where to go."""

        def choose(target: Widget | None) -> None:
            if target is not None:
                go_to(target)

        self.push_screen(Jump(jump_targets(self.screen)), choose)

    def action_resize(self, pane: str, steps: int) -> None:
        """Move a border by some steps."""
        self._share_out(self._shares.moved(pane, steps * STEP))

    def action_reset_sizes(self) -> None:
        """Give every pane its usual size."""
        self._share_out(Shares())

    @on(Dragged)
    def _drag(self, message: Dragged) -> None:
        if message.pane == "code":
            start, whole = self._work.region.x, self._work.region.width
        else:
            start, whole = self._work.region.y, self._work.region.height
        share = round(100 * (message.place - start) / max(1, whole))
        self._share_out(self._shares.with_share(message.pane, share))

    def _share_out(self, shares: Shares) -> None:
        self._shares = shares
        self._code.styles.width = f"{shares.code}fr"
        self._panels.styles.width = f"{100 - shares.code}fr"
        self._buffers.styles.height = f"{shares.editor}fr"
        self._repl.styles.height = f"{100 - shares.editor}fr"

    def action_next_panel(self, step: int) -> None:
        """Bring another panel up."""
        self.screen.add_class("-panels")
        self._panels.show_next(step)

    def action_zoom(self) -> None:
        """Let the pane with the focus fill the screen, or shrink it again."""
        if self.screen.maximized is not None:
            self.screen.minimize()
        elif self.focused is not None:
            around = self.focused.ancestors_with_self
            pane = next((node for node in around if isinstance(node, Editor | Repl | Panel)), None)
            if pane is not None:
                self.screen.maximize(pane, container=False)
