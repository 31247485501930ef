"""The way from the session's threads to the UI thread: a queue that is emptied in batches.

However fast a program prints or trains, the UI pays once per batch.
"""

from __future__ import annotations

from collections import deque
from itertools import groupby

from workbench.runtime.protocol import Event, OutputWritten, Stream

DRAINS_PER_SECOND = 20


class Bridge:
    """Events on their way. ``put`` is called on any thread, ``drain`` on the UI thread."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()

    def put(self, event: Event) -> None:
        """Queue ``event`` for the next batch."""
        self._events.append(event)

    def drain(self) -> list[Event]:
        """Everything since the last batch, in order; neighbouring pieces of output are one."""
        events = [self._events.popleft() for _ in range(len(self._events))]
        batch: list[Event] = []
        for stream, run in groupby(events, _stream):
            if stream is None:
                batch.extend(run)
            else:
                texts = (event.text for event in run if isinstance(event, OutputWritten))
                batch.append(OutputWritten("".join(texts), stream))
        return batch


def _stream(event: Event) -> Stream | None:
    return event.stream if isinstance(event, OutputWritten) else None
