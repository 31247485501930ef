"""Events: plain data, heard by those who listen in the same context."""

import pickle
from contextvars import Context

import pytest

from torch_lib.events import (
    Event,
    GenerationFinished,
    GenerationStarted,
    Metric,
    Progress,
    TokenChance,
    TokenGenerated,
    emit,
    has_listeners,
    listening,
)

EVENTS: list[Event] = [
    Metric("loss", 0.5),
    GenerationStarted("Once", 1, 10),
    TokenGenerated(7, " upon"),
    TokenGenerated(7, "", "<|end|>", -0.5, (TokenChance(7, "<|end|>", -0.5),)),
    GenerationFinished(1, 0.25, "end"),
    Progress("training a tokenizer", 3, None),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_events_survive_the_way_to_another_process(event: Event) -> None:
    """They are equal after pickling."""
    assert pickle.loads(pickle.dumps(event)) == event


def test_every_listener_of_the_block_hears() -> None:
    """Inner ones too, and none of them afterwards."""
    outer: list[Event] = []
    inner: list[Event] = []

    with listening(outer.append):
        emit(EVENTS[0])
        with listening(inner.append):
            emit(EVENTS[1])
        emit(EVENTS[2])
    emit(EVENTS[3])

    assert outer == EVENTS[:3]
    assert inner == [EVENTS[1]]
    assert not has_listeners()


def test_another_context_hears_nothing() -> None:
    """Two sessions in one process stay apart."""
    heard: list[Event] = []

    with listening(heard.append):
        Context().run(emit, EVENTS[0])

    assert heard == []


def test_a_listener_may_interrupt() -> None:
    """What it raises ends the routine, and the block stops listening."""

    def interrupt(event: Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), listening(interrupt):
        emit(EVENTS[0])
    assert not has_listeners()
