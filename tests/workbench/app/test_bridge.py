from __future__ import annotations

from threading import Thread

from torch_lib.events import Metric
from workbench.app.bridge import Bridge
from workbench.runtime.protocol import OutputWritten


def test_neighbouring_output_becomes_one_event() -> None:
    bridge = Bridge()
    for event in (
        OutputWritten("a"),
        OutputWritten("b"),
        OutputWritten("!", "error"),
        Metric("loss", 1.0),
        OutputWritten("c"),
    ):
        bridge.put(event)

    assert bridge.drain() == [
        OutputWritten("ab"),
        OutputWritten("!", "error"),
        Metric("loss", 1.0),
        OutputWritten("c"),
    ]
    assert bridge.drain() == []


def test_threads_lose_nothing() -> None:
    bridge = Bridge()

    def put_many() -> None:
        for _ in range(1000):
            bridge.put(Metric("loss", 1.0))

    threads = [Thread(target=put_many) for _ in range(4)]
    taken = 0
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        taken += len(bridge.drain())

    assert taken + len(bridge.drain()) == 4000
