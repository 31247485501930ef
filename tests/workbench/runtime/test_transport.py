"""The pipe: order, batches, merged output."""

from __future__ import annotations

from multiprocessing import Pipe
from time import sleep

from workbench.runtime.protocol import EvaluationStarted, OutputWritten
from workbench.runtime.transport import Outbox, merged

STARTED = EvaluationStarted(1, "x", "<repl>")


def test_neighbouring_output_of_one_stream_is_joined() -> None:
    messages = [
        OutputWritten("a"),
        OutputWritten("b"),
        OutputWritten("!", "error"),
        STARTED,
        OutputWritten("c"),
    ]

    assert list(merged(messages)) == [
        OutputWritten("ab"),
        OutputWritten("!", "error"),
        STARTED,
        OutputWritten("c"),
    ]


def test_what_is_posted_arrives_in_order() -> None:
    reader, writer = Pipe(duplex=False)
    outbox = Outbox(writer)
    for number in range(5000):
        outbox.post(number)
    outbox.close()
    writer.close()

    received: list[int] = []
    while reader.poll():
        try:
            received += reader.recv()
        except EOFError:
            break

    assert received == list(range(5000))


def test_a_reader_that_is_gone_does_no_harm() -> None:
    reader, writer = Pipe(duplex=False)
    outbox = Outbox(writer)
    reader.close()
    outbox.post("lost")
    outbox.close()
    outbox.post("lost too")
    writer.close()


def test_what_is_posted_within_a_pause_is_one_batch() -> None:
    """Each batch wakes the other side up."""
    reader, writer = Pipe(duplex=False)
    outbox = Outbox(writer, pause=0.5)
    outbox.post("first")
    assert reader.recv() == ["first"]

    for number in range(100):
        outbox.post(number)
        sleep(0.001)
    assert reader.recv() == list(range(100))
    outbox.close()
    writer.close()
