"""What the library reports while it works, and who listens.

Events are plain data: frozen, picklable, without tensors. Routines ``emit`` them; a listener is
added for a block with ``listening`` and may raise to interrupt the routine. Listeners are
context-local, so two sessions in one process do not hear each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

__all__ = [
    "Event",
    "GenerationFinished",
    "GenerationStarted",
    "Listener",
    "Metric",
    "Progress",
    "TokenChance",
    "TokenGenerated",
    "emit",
    "has_listeners",
    "listen",
    "listening",
    "unlisten",
]


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that changes while a program trains, such as ``loss``, and how far it is."""

    name: str
    value: float
    step: int | None = None


@dataclass(frozen=True, slots=True)
class GenerationStarted:
    """A model begins to write. ``prompt`` is its text where a tokenizer is known, else empty.

    ``raw_prompt`` is the same text with the control tokens in it that a chat template put there.
    """

    prompt: str
    prompt_tokens: int
    max_new_tokens: int
    raw_prompt: str = ""


@dataclass(frozen=True, slots=True)
class TokenChance:
    """A token that could come next, and the natural logarithm of its probability.

    ``text`` is empty where no tokenizer is known, and for a part of a character.
    """

    token: int
    text: str
    logprob: float


@dataclass(frozen=True, slots=True)
class TokenGenerated:
    """One more token. ``text`` holds only whole characters, so it may be empty for a while.

    ``piece`` is how the vocabulary writes a control token, which has no text. ``logprob`` is the
    natural logarithm of the probability that the model gives the token, before any setting of
    sampling; ``alternatives`` are the most probable tokens, best first. Both are found only while
    somebody listens, and not by beam search.
    """

    token: int
    text: str
    piece: str = ""
    logprob: float | None = None
    alternatives: tuple[TokenChance, ...] = ()


@dataclass(frozen=True, slots=True)
class GenerationFinished:
    """A model stopped writing. ``reason``: ``end``, ``length``, ``stopped`` or ``interrupted``."""

    tokens: int
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Long work of a known or unknown length: ``done`` of ``total`` units of ``task``."""

    task: str
    done: int
    total: int | None


Event = Metric | GenerationStarted | TokenGenerated | GenerationFinished | Progress
Listener = Callable[[Event], None]

_listeners: ContextVar[tuple[Listener, ...]] = ContextVar("listeners", default=())


def emit(event: Event) -> None:
    """Hand ``event`` to every listener of the current context."""
    for listener in _listeners.get():
        listener(event)


def has_listeners() -> bool:
    """Whether anybody hears events: finding a value can cost a wait for the device."""
    return bool(_listeners.get())


def listen(listener: Listener) -> None:
    """Add ``listener`` to the current context until ``unlisten``."""
    _listeners.set((*_listeners.get(), listener))


def unlisten(listener: Listener) -> None:
    """Take ``listener`` out of the current context."""
    _listeners.set(tuple(one for one in _listeners.get() if one is not listener))


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Add ``listener`` to the current context for the block."""
    token = _listeners.set((*_listeners.get(), listener))
    try:
        yield
    finally:
        _listeners.reset(token)
