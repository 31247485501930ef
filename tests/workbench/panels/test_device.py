from __future__ import annotations

import math

import pytest
from textual.pilot import Pilot

from tests.workbench.panels.panel_app import PanelApp
from workbench.app.panels.device import DevicePanel, DeviceRows
from workbench.runtime.protocol import DeviceReading, DeviceSampled

GIB = 2**30
CPU = DeviceReading("cpu", "Processor", 12.0, 2 * GIB, 16 * GIB)
GPU = DeviceReading(
    "cuda:0", "NVIDIA H200", 93.0, 120 * GIB, 141 * GIB, 130 * GIB, 131 * GIB, 61.0, 512.0
)


@pytest.fixture
def panel() -> DevicePanel:
    return DevicePanel()


def drawn(panel: DevicePanel) -> list[str]:
    return panel.query_one(DeviceRows).render().plain.split("\n")


async def show(panel: DevicePanel, pilot: Pilot[None], *readings: DeviceReading) -> list[str]:
    panel.receive([DeviceSampled(readings)])
    await pilot.pause()
    return drawn(panel)


async def test_a_wide_strip_shows_everything(panel: DevicePanel) -> None:
    async with PanelApp(panel).run_test(size=(140, 10)) as pilot:
        cpu, gpu = await show(panel, pilot, CPU, GPU)

        assert [cpu.split()[0], gpu.split()[0]] == ["CPU", "CUDA:0"]
        assert "12%" in cpu
        assert "2.0/16.0G" in cpu
        for fact in ("93%▲", "120/141G▲", "61°C", "512W", "peak 130G", "reserved 131G", "H200"):
            assert fact in gpu


@pytest.mark.parametrize("width", [1, 4, 10, 20, 30, 48, 64, 80, 120])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 9])
async def test_the_strip_fits_any_width_in_three_rows(
    width: int, count: int, panel: DevicePanel
) -> None:
    gpus = [DeviceReading(f"cuda:{n}", "GPU", 50.0, n, 2, 3, 4, 5.0, 6.0) for n in range(count)]
    async with PanelApp(panel).run_test(size=(width, 10)) as pilot:
        lines = await show(panel, pilot, CPU, *gpus)

        assert len(lines) <= 3
        assert all(len(line) <= max(0, width - 2) for line in lines)
        assert panel.size.height <= 3


async def test_a_narrow_strip_drops_the_least_important_first(panel: DevicePanel) -> None:
    async with PanelApp(panel).run_test(size=(26, 10)) as pilot:
        _, gpu = await show(panel, pilot, CPU, GPU)

        assert gpu.split() == ["CUDA:0", "93%▲", "120/141G▲"]


async def test_more_devices_than_rows_share_the_last_one(panel: DevicePanel) -> None:
    gpus = [DeviceReading(f"cuda:{n}", "GPU", 10.0 * n, 1, 2) for n in range(8)]
    async with PanelApp(panel).run_test(size=(120, 10)) as pilot:
        lines = await show(panel, pilot, CPU, *gpus)

        assert lines[2].startswith("+7 CUDA:1 10%")
        assert "CUDA:7 70%" in lines[2]


async def test_recent_loads_are_drawn(panel: DevicePanel) -> None:
    async with PanelApp(panel).run_test(size=(80, 10)) as pilot:
        for load in (0.0, 50.0, 100.0):
            lines = await show(panel, pilot, DeviceReading("cpu", "", load, 1, 2))

        assert "▁▅█" in lines[0]


@pytest.mark.parametrize(
    "reading",
    [
        DeviceReading("cpu", "", None, None, None),
        DeviceReading("mps", "[/b] M4", math.nan, 5, None),
        DeviceReading("cuda:0", "x", 250.0, 5, 0, temperature=math.inf),
        DeviceReading("cpu", "漢字" * 50, -3.0, 2**70, 2**60),
    ],
)
async def test_odd_readings_are_shown(reading: DeviceReading, panel: DevicePanel) -> None:
    async with PanelApp(panel).run_test(size=(60, 10)) as pilot:
        lines = await show(panel, pilot, reading)

        assert reading.name.upper() in lines[0]


async def test_both_thresholds_have_a_mark_besides_the_colour(panel: DevicePanel) -> None:
    async with PanelApp(panel).run_test(size=(80, 10)) as pilot:
        lines = [
            (await show(panel, pilot, DeviceReading("cpu", "", load, 1, 100)))[0]
            for load in (5.0, 30.0, 90.0)
        ]

        assert ["5% " in lines[0], "30%▵" in lines[1], "90%▲" in lines[2]] == [True] * 3


async def test_the_share_of_the_evaluator_is_told(panel: DevicePanel) -> None:
    cpu = DeviceReading("cpu", "", 50.0, 2 * GIB, 16 * GIB, process_load=25.0, process_memory=GIB)
    async with PanelApp(panel).run_test(size=(100, 10)) as pilot:
        (line,) = await show(panel, pilot, cpu)

        assert "process 25% 1.0G" in line


async def test_a_device_without_load_shows_the_history_of_its_memory(panel: DevicePanel) -> None:
    async with PanelApp(panel).run_test(size=(60, 10)) as pilot:
        for used in (0, 8, 16):
            lines = await show(
                panel, pilot, DeviceReading("mps", "Apple GPU", None, used * GIB, 16 * GIB)
            )

        assert "▁▅█" in lines[0]
