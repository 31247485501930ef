"""One generation as text: the prompt, the tokens in order, how probable each was."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual
from textual.widget import Widget

from torch_lib.events import GenerationStarted, TokenGenerated
from workbench.app.drawable import single_line, visible
from workbench.app.panels.flow import Flow
from workbench.app.panels.numerals import bar, duration
from workbench.runtime.protocol import EvaluationStarted

CHARACTERS = 20_000
LEVELS = (
    (0.9, "$text-success", "≥90%"),
    (0.5, "$foreground", "≥50%"),
    (0.1, "$text-warning italic", "≥10%"),
    (0.0, "$text-error underline", "<10%"),
)
CHOSEN = "reverse"
MUTED = "$foreground 55%"
NOTHING = "▯"
TOKEN = "token"
MOST_DRAWN = 100


@dataclass(frozen=True, slots=True)
class Look:
    """How passages are shown.

    ``coloured`` by probability; ``raw`` with control tokens; ``prompt`` only, as the model got it.
    """

    coloured: bool = False
    raw: bool = False
    prompt: bool = False


def probability(logprob: float | None) -> float | None:
    """From 0 to 1, None where it is unknown."""
    return None if logprob is None or math.isnan(logprob) else min(1.0, math.exp(logprob))


def level_style(logprob: float | None) -> str:
    """The style of a token; what is improbable is marked by more than its colour."""
    known = probability(logprob)
    if known is None:
        return ""
    return next(style for least, style, _ in LEVELS if known >= least)


def level_legend() -> Content:
    """What the colours mean."""
    parts = [Content.styled(text, style) for _, style, text in LEVELS]
    return Content(" ").join([Content.styled("probability", MUTED), *parts])


class Passage(Widget):
    """One generation: the prompt dimmed, then what the model wrote; only rows in view are drawn."""

    ALLOW_SELECT = True
    DEFAULT_CSS = """
    Passage { width: 1fr; height: auto; padding: 0 1; }
    Passage.-past { border-bottom: solid $foreground 20%; }
    """

    @dataclass
    class TokenClicked(Message):
        """A token shall be chosen."""

        passage: Passage
        place: int

    def __init__(
        self, started: GenerationStarted, now: float, evaluation: EvaluationStarted | None = None
    ) -> None:
        super().__init__()
        self.started = started
        self.evaluation = evaluation
        self.began = now
        self.first: float | None = None
        self.latest = now
        self.count = 0
        self.tokens: list[TokenGenerated] = []
        self.kept_characters = 0
        self.chosen: int | None = None
        self.look = Look()
        self.seconds: float | None = None
        self.end = ""
        self.flow = Flow()
        self._silent = False
        self._opening = 0
        self._starts = array("q")
        self._drawn: dict[int, Strip] = {}

    @property
    def text(self) -> str:
        """What the model wrote, as far as it is kept."""
        return "".join(token.text for token in self.tokens)

    def take(self, tokens: Sequence[TokenGenerated], now: float) -> None:
        """Append tokens; the oldest go where there are very many."""
        self.count += len(tokens)
        self.first = now if self.first is None else self.first
        self.latest = now
        self.tokens += tokens
        self.kept_characters += sum(map(_weight, tokens))
        if self.kept_characters > 2 * CHARACTERS:
            self.forget()
            self.show()
        elif self._silent and any(token.text for token in tokens):
            self.show()
        elif not self.look.prompt:
            self._draw(self._write(tokens))

    def pass_by(self) -> None:
        """Give way to the next passage, and let go of what was drawn."""
        self.add_class("-past")
        self._drawn.clear()
        self.refresh()

    def forget(self) -> None:
        """Keep the end of the text."""
        start = len(self.tokens) - 1
        room = CHARACTERS - _weight(self.tokens[start])
        while start and room >= _weight(self.tokens[start - 1]):
            start -= 1
            room -= _weight(self.tokens[start])
        del self.tokens[:start]
        self.kept_characters = CHARACTERS - room
        if self.chosen is not None:
            self.chosen = max(0, self.chosen - start)

    def finish(self, end: str, seconds: float | None = None) -> None:
        """Say how the generation ended, and how long it took where that is known."""
        self.end = end
        self.seconds = seconds

    def on_unmount(self) -> None:
        """Let go of what was drawn: the cache that holds it outlives its widget in Textual."""
        self._drawn.clear()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A click on a token chooses it."""
        place = event.style.meta.get(TOKEN)
        if isinstance(place, int) and place < len(self.tokens):
            self.post_message(self.TokenClicked(self, place))

    def appear(self, look: Look) -> None:
        """Show it in another way."""
        self.look = look
        self.show()

    def choose_at(self, place: int) -> None:
        """Choose the token at a place among those that are kept."""
        self.chosen = place
        self.show()

    def choose(self, step: int) -> None:
        """Choose the token ``step`` further, at first the newest."""
        if not self.tokens:
            return
        last = len(self.tokens) - 1
        self.choose_at(last if self.chosen is None else min(last, max(0, self.chosen + step)))

    def leave(self) -> None:
        """Choose no token."""
        self.chosen = None
        self.show()

    @property
    def chosen_token(self) -> TokenGenerated | None:
        """The token that was chosen."""
        return None if self.chosen is None else self.tokens[self.chosen]

    def show(self) -> None:
        """Write and draw everything anew."""
        self.flow = Flow(self.content_size.width)
        self._starts = array("q")
        self._silent = not self.started.prompt and not any(token.text for token in self.tokens)
        opening = self.opening()
        if self.look.prompt:
            self.flow.extend(opening or "The prompt has no text.")
        else:
            self.flow.extend(opening)
        self._opening = len(self.flow.text)
        if not self.look.prompt:
            self._write(self.tokens)
        self._draw(0)

    def opening(self) -> str:
        """What stands before the tokens."""
        prompt = self.started.prompt
        if self.look.raw or self.look.prompt:
            prompt = self.started.raw_prompt or prompt
        mark = "… " if self.count > len(self.tokens) else ""
        return _shown(prompt[-CHARACTERS:]) + mark * (not self.look.prompt)

    def _write(self, tokens: Sequence[TokenGenerated]) -> int:
        """Append how tokens are shown; answers the first row that has changed."""
        written, place = [], len(self.flow.text)
        for token in tokens:
            text = self._shape(token)
            if not text and len(self._starts) == self.chosen:
                text = NOTHING
            self._starts.append(place)
            written.append(text)
            place += len(text)
        return self.flow.extend("".join(written))

    def _shape(self, token: TokenGenerated) -> str:
        """How a token is shown: its text, or its number where nothing has any text."""
        if self._silent:
            return _shown(token.piece) or f"{token.token} "
        return _shown(token.text or (token.piece if self.look.raw else ""))

    def _draw(self, first: int) -> None:
        """Draw the rows from ``first`` on."""
        rows = self.flow.rows
        self._drawn = {row: strip for row, strip in self._drawn.items() if row < first}
        changed = Region(0, first, self.content_size.width, rows - first)
        # A new layout of the screen costs more than all else that a token does.
        self.refresh(changed, layout=rows != self.content_size.height)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """How many rows there are."""
        if width != self.flow.width:
            self.flow.wrap(width)
            self._drawn.clear()
        return self.flow.rows

    def render_line(self, y: int) -> Strip:
        """The row ``y``; a row that moves up while others follow is not drawn anew."""
        if y >= self.flow.rows:
            return Strip.blank(self.content_size.width)
        if y not in self._drawn:
            if len(self._drawn) == MOST_DRAWN:
                self._drawn.clear()
            self._drawn[y] = self._drawing(y)
        return self._drawn[y]

    def _drawing(self, y: int) -> Strip:
        content, row, width = self.row(y), self.flow.row(y), self.content_size.width
        column = row.start - row.line_start
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(row.line)) is not None:
            start, end = span
            style = Style.from_styles(self.screen.get_component_styles("screen--selection"))
            last = len(content) if end == -1 else end - column
            content = content.stylize(style, max(0, start - column), max(0, last))
        strips = Visual.to_strips(
            self, content, width, 1, self.visual_style, apply_selection=False, pad=True
        )
        strip = strips[0] if strips else Strip.blank(width)
        return strip.apply_offsets(column, row.line)

    def row(self, number: int) -> Content:
        """What stands on a row."""
        row = self.flow.row(number)
        content = Content(self.flow.text[row.start : row.end])
        if row.start < self._opening:
            content = content.stylize(MUTED, 0, self._opening - row.start)
        place = max(0, bisect_right(self._starts, row.start) - 1)
        while place < len(self._starts) and self._starts[place] < row.end:
            following = place + 1
            end = self._starts[following] if following < len(self._starts) else row.end
            start, end = max(self._starts[place], row.start) - row.start, end - row.start
            if start < end:
                content = content.stylize(Style.from_meta({TOKEN: place}), start, end)
                style = CHOSEN if place == self.chosen else ""
                if self.look.coloured and not style:
                    style = level_style(self.tokens[place].logprob)
                if style:
                    content = content.stylize(style, start, end)
            place = following
        return content

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, without the breaks that wrapping made."""
        return selection.extract(self.flow.text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self._drawn.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        """Draw in other colours."""
        self._drawn.clear()
        super().notify_style_update()

    def row_of_chosen(self) -> int:
        """How many rows down the chosen token stands."""
        return 0 if self.chosen is None else self.flow.row_at(self._starts[self.chosen])

    def facts(self, width: int) -> str:
        """Tokens, pace, how it ended, wait for the first token: as many as fit."""
        if self.look.prompt:
            return f"prompt of {self.started.prompt_tokens} tokens"
        most = self.started.max_new_tokens
        limit = f"/{most}" if most and not self.end else ""
        parts = [f"{self.count}{limit} tokens"]
        seconds = self.seconds
        if seconds is None and self.first is not None:
            seconds = self.latest - self.began
        if seconds and self.count:
            parts.append(f"{self.count / seconds:.1f}/s")
        if self.end:
            parts.append(self.end)
        if self.first is not None:
            parts.append(f"first {duration(self.first - self.began)}")
        while len(parts) > 1 and len(" · ".join(parts)) > width:
            parts.pop()
        return " · ".join(parts)

    def odds(self, width: int) -> Content:
        """The chosen token and its alternatives, each on a line with its probability."""
        token = self.chosen_token
        if token is None:
            return Content("")
        place = self.count - len(self.tokens) + (self.chosen or 0) + 1
        head = Content.assemble(
            (f"token {place} ", MUTED),
            (named(token.token, token.text or token.piece), "bold"),
            (f" {percentage(token.logprob)}", level_style(token.logprob)),
        )
        lines = [head]
        for chance in token.alternatives:
            mark = "▸ " if chance.token == token.token else "  "
            share = probability(chance.logprob) or 0.0
            lines.append(
                Content.assemble(
                    mark,
                    (f"{percentage(chance.logprob):>6} ", level_style(chance.logprob)),
                    (bar(share, 8), MUTED),
                    f" {named(chance.token, chance.text)}",
                )
            )
        return Content("\n").join([line.truncate(width, ellipsis=True) for line in lines])


def named(token: int, text: str) -> str:
    """A token by its text in quotes, or by its number where it has none."""
    return f"“{single_line(text, 40)}”" if text else f"#{token}"


def percentage(logprob: float | None) -> str:
    """A probability in percent; small ones are said to be so."""
    known = probability(logprob)
    if known is None:
        return "unknown"
    return f"{100 * known:.1f}%" if known >= 0.0005 else "<0.1%"


def _shown(text: str) -> str:
    """Text as it can be drawn; a line may end with a carriage return in a token of its own."""
    return visible(text.replace("\r", ""))


def _weight(token: TokenGenerated) -> int:
    return max(1, len(token.text))
