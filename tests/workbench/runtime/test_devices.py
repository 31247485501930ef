"""Readings of devices, those of graphics cards from stand-ins for their libraries."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace

import pytest

from workbench.runtime import devices
from workbench.runtime.devices import DeviceSampler
from workbench.runtime.protocol import DeviceReading


class NVMLError(Exception):
    pass


def failing(*arguments: object) -> None:
    raise NVMLError


DRIVER = {
    "NVMLError": NVMLError,
    "NVML_TEMPERATURE_GPU": 0,
    "nvmlInit": lambda: None,
    "nvmlDeviceGetCount": lambda: 1,
    "nvmlDeviceGetHandleByIndex": lambda index: f"card {index}",
    "nvmlDeviceGetHandleByUUID": lambda uuid: f"card {uuid}",
    "nvmlDeviceGetName": lambda handle: "Some Card",
    "nvmlDeviceGetMemoryInfo": lambda handle: SimpleNamespace(used=2, total=8),
    "nvmlDeviceGetUtilizationRates": lambda handle: SimpleNamespace(gpu=50),
    "nvmlDeviceGetTemperature": lambda handle, sensor: 60,
    "nvmlDeviceGetPowerUsage": lambda handle: 70_000,
    "nvmlDeviceGetComputeRunningProcesses": lambda handle: [],
    "nvmlDeviceGetProcessUtilization": lambda handle, since: [],
}


def use_driver(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", SimpleNamespace(**{**DRIVER, **changes}))
    monkeypatch.setattr(devices, "_loaded_torch", lambda: None)


def test_the_processor_and_memory_are_always_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    monkeypatch.setattr(devices, "_loaded_torch", lambda: None)

    (processor,) = DeviceSampler().sample()

    assert processor.name == "cpu"
    assert processor.label
    assert processor.utilisation is not None
    assert processor.memory_used is not None
    assert processor.memory_total is not None
    assert 0 < processor.memory_used < processor.memory_total
    assert processor.process_memory
    assert processor.process_load is not None
    assert 0 <= processor.process_load <= 100


def test_a_card_is_read_from_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    use_driver(monkeypatch)

    _, card = DeviceSampler().sample()

    assert card == DeviceReading(
        name="cuda:0",
        label="Some Card",
        utilisation=50.0,
        memory_used=2,
        memory_total=8,
        temperature=60.0,
        power=70.0,
    )


def test_figures_that_a_card_does_not_tell_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    use_driver(
        monkeypatch,
        nvmlDeviceGetMemoryInfo=failing,
        nvmlDeviceGetUtilizationRates=failing,
        nvmlDeviceGetPowerUsage=failing,
    )

    _, card = DeviceSampler().sample()

    assert (card.utilisation, card.memory_used, card.temperature, card.power) == (
        None,
        None,
        60.0,
        None,
    )


def test_a_machine_without_driver_has_no_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    use_driver(monkeypatch, nvmlInit=failing)

    assert len(DeviceSampler().sample()) == 1


def test_torch_tells_its_own_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    use_driver(monkeypatch)
    cuda = SimpleNamespace(
        is_available=lambda: True,
        is_initialized=lambda: True,
        device_count=lambda: 1,
        mem_get_info=lambda index: (3, 8),
        get_device_properties=lambda index: SimpleNamespace(uuid="1234"),
        get_device_name=lambda index: "Some Card",
        max_memory_allocated=lambda index: 6,
        memory_reserved=lambda index: 5,
    )
    no_metal = SimpleNamespace(mps=SimpleNamespace(is_available=lambda: False))
    torch = SimpleNamespace(cuda=cuda, backends=no_metal)
    monkeypatch.setattr(devices, "_loaded_torch", lambda: torch)

    _, card = DeviceSampler().sample()

    assert (card.memory_used, card.memory_total) == (5, 8)
    assert (card.memory_peak, card.memory_reserved) == (6, 5)
    assert (card.utilisation, card.temperature, card.power) == (50.0, 60.0, 70.0)


def test_a_card_that_fails_altogether_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    use_driver(monkeypatch, nvmlDeviceGetCount=failing)
    assert [reading.name for reading in DeviceSampler().sample()] == ["cpu"]

    def crash(index: int) -> None:
        raise RuntimeError("CUDA error: device-side assert triggered")

    cuda = SimpleNamespace(
        is_available=lambda: True,
        is_initialized=lambda: True,
        device_count=lambda: 1,
        mem_get_info=crash,
    )
    metal = SimpleNamespace(mps=SimpleNamespace(is_available=lambda: True))
    memory = SimpleNamespace(
        current_allocated_memory=lambda: 1,
        recommended_max_memory=lambda: 4,
        driver_allocated_memory=lambda: 2,
    )
    torch = SimpleNamespace(cuda=cuda, backends=metal, mps=memory)
    monkeypatch.setattr(devices, "_loaded_torch", lambda: torch)

    assert [reading.name for reading in DeviceSampler().sample()] == ["cpu", "mps"]


def process(pid: int, memory: int | None) -> SimpleNamespace:
    return SimpleNamespace(pid=pid, usedGpuMemory=memory)


def test_the_share_of_the_evaluator_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    own, other = os.getpid(), os.getpid() + 1
    asked: list[int] = []

    def utilisation(handle: object, since: int) -> list[SimpleNamespace]:
        asked.append(since)
        return [
            SimpleNamespace(pid=other, smUtil=90, timeStamp=100),
            SimpleNamespace(pid=own, smUtil=30, timeStamp=200),
        ]

    use_driver(
        monkeypatch,
        nvmlDeviceGetComputeRunningProcesses=lambda handle: [process(other, 1), process(own, 3)],
        nvmlDeviceGetProcessUtilization=utilisation,
    )
    sampler = DeviceSampler()

    _, card = sampler.sample()
    sampler.sample()

    assert (card.process_load, card.process_memory) == (30.0, 3)
    assert asked == [0, 200]


@pytest.mark.parametrize("known", [failing, lambda handle: [process(os.getpid(), None)]])
def test_a_share_that_is_not_told_is_unknown(
    known: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_driver(monkeypatch, nvmlDeviceGetComputeRunningProcesses=known)

    _, card = DeviceSampler().sample()

    assert (card.process_load, card.process_memory) == (None, None)


def test_a_share_of_memory_without_one_of_load(monkeypatch: pytest.MonkeyPatch) -> None:
    use_driver(
        monkeypatch,
        nvmlDeviceGetComputeRunningProcesses=lambda handle: [process(os.getpid(), 3)],
        nvmlDeviceGetProcessUtilization=failing,
    )

    _, card = DeviceSampler().sample()

    assert (card.process_load, card.process_memory) == (None, 3)
