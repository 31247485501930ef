"""One generation as text: the prompt, the tokens in order, how probable each was."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Static

from torch_lib.events import GenerationStarted, TokenGenerated
from workbench.app.drawable import single_line, visible
from workbench.app.panels.numerals import bar, duration
from workbench.runtime.protocol import EvaluationStarted

CHARACTERS = 20_000
COLOURED = 2000  # a style for each of very many tokens would cost more than it tells
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


class Passage(Static):
    """One generation: the prompt dimmed, then what the model wrote."""

    DEFAULT_CSS = """
    Passage { height: auto; padding: 0 1; }
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
        self.kept_characters += sum(_weight(token) for token in tokens)
        if self.kept_characters > 2 * CHARACTERS:
            self.forget()
        self.show()

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
        self.show()

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
        self.chosen = last if self.chosen is None else min(last, max(0, self.chosen + step))
        self.show()

    def leave(self) -> None:
        """Choose no token."""
        self.chosen = None
        self.show()

    @property
    def chosen_token(self) -> TokenGenerated | None:
        """The token that was chosen."""
        return None if self.chosen is None else self.tokens[self.chosen]

    def show(self) -> None:
        """Draw what there is."""
        self.update(self.picture(), layout=False)
        space = self.content_size
        # A new layout of the screen costs more than all else that a token does.
        if self.get_content_height(space, space, space.width) != space.height:
            self.refresh(layout=True)

    def opening(self) -> Content:
        """What stands before the tokens."""
        prompt = self.started.prompt
        if self.look.raw or self.look.prompt:
            prompt = self.started.raw_prompt or prompt
        mark = "… " if self.count > len(self.tokens) else ""
        return Content.styled(_shown(prompt[-CHARACTERS:]) + mark * (not self.look.prompt), MUTED)

    def picture(self) -> Content:
        """The prompt and the tokens."""
        if self.look.prompt:
            prompt = self.opening()
            return prompt if prompt.plain else Content.styled("The prompt has no text.", MUTED)
        if not (self.look.coloured or self.end or self.chosen is not None):
            return Content.assemble(self.opening(), "".join(self.written()))
        texts = list(self.written())
        styled = max(0, len(texts) - COLOURED)
        if self.chosen is not None:
            styled = min(styled, self.chosen)
        parts: list[Content | tuple[str, str]] = [self.opening(), ("".join(texts[:styled]), "")]
        for place in range(styled, len(texts)):
            token, text = self.tokens[place], texts[place]
            style = level_style(token.logprob) if self.look.coloured else ""
            if place == self.chosen:
                text, style = text or NOTHING, CHOSEN
            if text:
                told = Content(text).stylize(Style.from_meta({TOKEN: place}))
                parts.append(told.stylize(style) if style else told)
        return Content.assemble(*parts)

    def written(self) -> Iterator[str]:
        """How each token is shown: its text, or its number where nothing has any text."""
        silent = not self.started.prompt and not any(token.text for token in self.tokens)
        for token in self.tokens:
            if silent:
                yield _shown(token.piece) or f"{token.token} "
            else:
                yield _shown(token.text or (token.piece if self.look.raw else ""))

    def line_of_chosen(self, width: int) -> int:
        """How many lines down the chosen token stands."""
        texts = "".join(list(self.written())[: self.chosen])
        before = Content(self.opening().plain + texts + NOTHING)
        return max(0, before.get_height({}, max(1, width)) - 1)

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
