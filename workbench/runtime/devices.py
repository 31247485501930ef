"""What the machine's devices do now: processor and memory always, graphics cards when there.

Nothing here imports torch: its figures are read when a program has loaded it.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import psutil

from workbench.runtime.protocol import DeviceReading

__all__ = ["DeviceSampler"]


class DeviceSampler:
    """Reads all devices; each reading of the processor covers the time since the one before."""

    def __init__(self) -> None:
        self._cpu_label = processor_name()
        self._nvml = _start_nvml()
        self._process = psutil.Process()
        self._seen: dict[str, int] = {}
        self._process.cpu_percent(None)
        psutil.cpu_percent(None)

    def sample(self) -> tuple[DeviceReading, ...]:
        """One reading for every device: the processor first.

        A device that can't be read, such as a card that a program has crashed, is left out.
        """
        return (self._processor(), *_readable(self._cuda_cards), *_readable(_metal))

    def _processor(self) -> DeviceReading:
        memory = psutil.virtual_memory()
        return DeviceReading(
            name="cpu",
            label=self._cpu_label,
            utilisation=psutil.cpu_percent(None),
            memory_used=memory.total - memory.available,
            memory_total=memory.total,
            process_load=self._process.cpu_percent(None) / (psutil.cpu_count() or 1),
            process_memory=self._process.memory_info().rss,
        )

    def _cuda_cards(self) -> list[DeviceReading]:
        torch = _loaded_torch()
        if torch is not None and torch.cuda.is_available() and torch.cuda.is_initialized():
            return [self._torch_card(torch, index) for index in range(torch.cuda.device_count())]
        if self._nvml is None:
            return []
        handles = range(self._nvml.nvmlDeviceGetCount())
        return [self._driver_card(self._nvml.nvmlDeviceGetHandleByIndex(i), i) for i in handles]

    def _torch_card(self, torch: Any, index: int) -> DeviceReading:
        free, total = torch.cuda.mem_get_info(index)
        reading = DeviceReading(
            name=f"cuda:{index}",
            label=torch.cuda.get_device_name(index),
            utilisation=None,
            memory_used=total - free,
            memory_total=total,
            memory_peak=torch.cuda.max_memory_allocated(index),
            memory_reserved=torch.cuda.memory_reserved(index),
        )
        if self._nvml is None:
            return reading
        # By its identifier: CUDA_VISIBLE_DEVICES gives torch other numbers than the driver's.
        uuid = f"GPU-{torch.cuda.get_device_properties(index).uuid}"
        with suppress(self._nvml.NVMLError):
            return self._with_driver(reading, self._nvml.nvmlDeviceGetHandleByUUID(uuid))
        return reading

    def _driver_card(self, handle: Any, index: int) -> DeviceReading:
        used: int | None = None
        total: int | None = None
        with suppress(self._nvml.NVMLError):
            memory = self._nvml.nvmlDeviceGetMemoryInfo(handle)
            used, total = int(memory.used), int(memory.total)
        label = str(self._nvml.nvmlDeviceGetName(handle))
        return self._with_driver(DeviceReading(f"cuda:{index}", label, None, used, total), handle)

    def _with_driver(self, reading: DeviceReading, handle: Any) -> DeviceReading:
        """The reading with what the driver knows, as far as the card tells."""
        nvml = self._nvml
        utilisation: float | None = None
        temperature: float | None = None
        power: float | None = None
        with suppress(nvml.NVMLError):
            utilisation = float(nvml.nvmlDeviceGetUtilizationRates(handle).gpu)
        with suppress(nvml.NVMLError):
            temperature = float(
                nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU),
            )
        with suppress(nvml.NVMLError):
            power = nvml.nvmlDeviceGetPowerUsage(handle) / 1000
        load, memory = self._own_share(handle)
        return replace(
            reading,
            utilisation=utilisation,
            temperature=temperature,
            power=power,
            process_load=load,
            process_memory=memory,
        )

    def _own_share(self, handle: Any) -> tuple[float | None, int | None]:
        """What this process takes of a card: utilisation in percent, memory in bytes.

        In a container the driver may know the process by another number: then both are unknown.
        """
        nvml, own = self._nvml, self._process.pid
        memory: int | None = None
        load: float | None = None
        with suppress(nvml.NVMLError):
            for process in nvml.nvmlDeviceGetComputeRunningProcesses(handle):
                if process.pid == own and process.usedGpuMemory is not None:
                    memory = int(process.usedGpuMemory)
        if memory is None:
            return None, None
        with suppress(nvml.NVMLError):
            since = self._seen.get(str(handle), 0)
            samples = nvml.nvmlDeviceGetProcessUtilization(handle, since)
            self._seen[str(handle)] = max((one.timeStamp for one in samples), default=since)
            ours = [float(one.smUtil) for one in samples if one.pid == own]
            load = ours[-1] if ours else 0.0
        return load, memory


def _readable(read: Callable[[], list[DeviceReading]]) -> list[DeviceReading]:
    """What ``read`` finds; libraries of drivers raise whatever they like."""
    try:
        return read()
    except Exception:
        return []


def processor_name() -> str:
    """The processor as its maker calls it, or the machine's architecture."""
    with suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123
        for line in lines:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _start_nvml() -> Any:
    """NVIDIA's monitoring library, or ``None`` without a driver or the package."""
    try:
        import pynvml
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    return pynvml


def _loaded_torch() -> Any:
    """Torch, once somebody has imported all of it."""
    torch = sys.modules.get("torch")
    return torch if hasattr(torch, "cuda") and hasattr(torch, "nn") else None


def _metal() -> list[DeviceReading]:
    torch = _loaded_torch()
    if torch is None or not torch.backends.mps.is_available():
        return []
    return [
        DeviceReading(
            name="mps",
            label="Apple GPU",
            utilisation=None,
            memory_used=torch.mps.current_allocated_memory(),
            memory_total=torch.mps.recommended_max_memory(),
            memory_reserved=torch.mps.driver_allocated_memory(),
        )
    ]
