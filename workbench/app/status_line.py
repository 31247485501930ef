"""The line above the keys: which file, where in it, what runs, what the call at hand takes."""

from __future__ import annotations

from time import monotonic

from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer
from textual.widget import Widget

from torch_lib.events import Progress
from workbench.app.drawable import single_line
from workbench.app.progress import progress_text
from workbench.app.scanner import scan
from workbench.app.structure import Call

TORCH = {"loading": "torch loading…", "ready": "torch ready", "missing": "no torch"}
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class StatusLine(Widget):
    """One row of facts, the less important ones dropped where it is narrow.

    Args:
        still: Show whole seconds only, and nothing that turns.
        id: The widget's id.
    """

    DEFAULT_CSS = """
    StatusLine {
        height: 1;
        background: $panel;
        color: $foreground;
        padding: 0 1;
    }
    """

    file: reactive[str] = reactive("untitled")
    unsaved: reactive[bool] = reactive(False)
    place: reactive[tuple[int, int]] = reactive((0, 0))
    at_prompt: reactive[bool] = reactive(False)
    torch: reactive[str] = reactive("")
    hint: reactive[Content] = reactive(Content(""))
    hidden_from: reactive[int | None] = reactive(None)
    progress: reactive[Progress | None] = reactive(None)
    stuck: reactive[bool] = reactive(False)
    started: reactive[float | None] = reactive(None)

    def __init__(self, *, still: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._still = still
        self._clock: Timer | None = None

    def watch_started(self, started: float | None) -> None:
        """Show the seconds go by while something runs."""
        if self._clock is not None:
            self._clock.stop()
            self._clock = None
        if started is not None:
            self._clock = self.set_interval(1 if self._still else 0.1, self.refresh)
        else:
            self.stuck = False
            self.progress = None

    def render(self) -> Content:
        """Left: file, place, hint. Right: what runs, and PyTorch's state."""
        row, column = self.place
        left = [Content.styled(single_line(self.file), "bold")]
        left.append(Content.styled(" ●", "$warning") if self.unsaved else Content("  "))
        where = " prompt" if self.at_prompt else ""
        left.append(Content.styled(f"{where} {row + 1}:{column + 1}", "$text-muted"))
        right = [part for part in (self._activity(), self._torch()) if part]
        end = Content("  ").join(right)
        start = Content.assemble(*left)
        room = self.size.width - start.cell_length - end.cell_length
        hint = self._hint()
        if hint.cell_length and room > 8:
            hint = fitted(hint, room - 6)
            start = Content.assemble(start, "    ", hint)
            room = self.size.width - start.cell_length - end.cell_length
        return Content.assemble(start, " " * max(room, 1), end)

    def _hint(self) -> Content:
        if self.hint.cell_length or self.hidden_from is None:
            return self.hint
        text = f"the comment in line {self.hidden_from + 1} hides code: ;; goes on to the next ;;"
        return Content.styled(text, "$text-warning")

    def _activity(self) -> Content:
        if self.started is None:
            return Content("")
        seconds = monotonic() - self.started
        if self.stuck:
            return Content.styled(f"no answer for {seconds:.0f} s", "bold $error")
        if self._still:
            text = f"running {seconds:.0f} s"
        else:
            text = f"{SPINNER[int(seconds * 10) % len(SPINNER)]} {seconds:.1f} s"
        if self.progress is not None:
            text += f"  {progress_text(self.progress)}"
        return Content.styled(text, "bold $accent")

    def _torch(self) -> Content:
        style = "$text-warning" if self.torch == "missing" else "$text-muted"
        return Content.styled(TORCH.get(self.torch, ""), style)


def call_hint(usage: str, call: Call) -> Content:
    """The usage of a call with the operand at hand in bold; a rest takes all that follow."""
    head, *operands = usage_parts(single_line(usage))
    rest = next((number for number, name in enumerate(operands) if _takes_all(name)), None)
    place = call.operand if rest is None else min(call.operand, rest)
    parts: list[str | tuple[str, str]] = [("(", "$text-muted"), (head, "$primary")]
    for number, operand in enumerate(operands):
        parts += [" ", (operand, "bold $accent" if number == place else "$text-muted")]
    return Content.assemble(*parts, (")", "$text-muted"))


def fitted(hint: Content, room: int) -> Content:
    """As much of ``hint`` as ``room`` cells hold, the operand at hand for certain."""
    hand = next((span.end for span in hint.spans if "bold" in str(span.style)), 0)
    hidden = hand + 1 - room
    if hidden > 0:
        hint = Content("…").append(hint[hidden + 1 :])
    return hint.truncate(room, ellipsis=True)


def _takes_all(operand: str) -> bool:
    """Whether an operand of a usage stands for any number: ``x…``, ``(() rest)``."""
    return operand.endswith("…") or operand.startswith("(() ")


def usage_parts(usage: str) -> list[str]:
    """The head and the operands of a usage line; ``(dim -1)`` is one of them.

    Of several ways to call that stand in the line the last one counts.
    """
    line = scan(usage).lines[0]
    places: list[tuple[int, int]] = []
    for start, end, kind, depth in line.tokens:
        if depth == 0:
            places = places if kind == "close" else []
        elif depth == 1 and places and (kind == "close" or places[-1][1] == start):
            places[-1] = (places[-1][0], end)
        elif depth == 1:
            places.append((start, end))
    return [line.text[start:end] for start, end in places]
