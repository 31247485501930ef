"""Devices: what the machine has, where new tensors are made, and how values move."""

from __future__ import annotations

import warnings
from contextvars import ContextVar
from typing import TypeVar

import torch
from torch import Tensor, nn

from torch_lib.eight_bits import QuantizedTensor
from torch_lib.errors import ArgumentError, DeviceError, TorchLibWarning

__all__ = [
    "cuda_device_count",
    "cuda_empty_cache",
    "cuda_is_available",
    "cuda_memory_allocated",
    "cuda_memory_total",
    "device",
    "get_best_device",
    "mps_is_available",
    "mps_synchronize",
    "on_mps",
    "set_device",
    "set_num_threads",
    "synchronize",
    "to_cpu",
    "to_cuda",
    "to_device",
    "to_mps",
]

KNOWN_DEVICES = "cpu, cuda, cuda:N, mps"

Movable = TypeVar("Movable", Tensor, QuantizedTensor, nn.Module)

_current: ContextVar[torch.device | None] = ContextVar("device", default=None)


def current_device() -> torch.device:
    """The device on which new tensors and modules are made."""
    return _current.get() or torch.device("cpu")


def named_device(name: str) -> torch.device:
    """The device called ``name``, whether the machine has it or not.

    Raises:
        DeviceError: No device has such a name.
    """
    family, colon, number = name.partition(":")
    numbered = family == "cuda" and colon and number.isdecimal()
    if name not in ("cpu", "cuda", "mps") and not numbered:
        raise DeviceError(f'unknown device "{name}" (known: {KNOWN_DEVICES})')
    return torch.device(name)


def usable_device(name: str) -> torch.device:
    """The device called ``name``, which the machine has.

    Raises:
        DeviceError: The name is unknown, or the machine lacks the device.
    """
    chosen = named_device(name)
    if chosen.type == "cuda":
        if not cuda_is_available():
            raise DeviceError("CUDA is not available")
        count = cuda_device_count()
        if chosen.index is not None and chosen.index >= count:
            raise DeviceError(f"device {chosen.index} does not exist ({count} devices)")
    if chosen.type == "mps" and not mps_is_available():
        raise DeviceError("MPS is not available")
    return chosen


def cuda_is_available() -> bool:
    """Whether an NVIDIA device can be used.

    Example:
        (= (torch_cuda_is_available) (> (torch_cuda_device_count) 0))
        ; => true
    """
    return torch.cuda.is_available()


def mps_is_available() -> bool:
    """Whether Apple's Metal device can be used.

    Example:
        (= (torch_mps_is_available) (= (torch_get_best_device) "mps"))
        ; => true
    """
    return torch.backends.mps.is_available()


def cuda_device_count() -> int:
    """The number of NVIDIA devices, 0 without CUDA.

    Example:
        (setq x (torch_tensor '(1.0 2.0)))
        (torch_sum (if (> (torch_cuda_device_count) 1) (torch_to_cuda x 1) x))
        ; => 3.0
    """
    return torch.cuda.device_count() if cuda_is_available() else 0


def get_best_device() -> str:
    """``"mps"``, ``"cuda"`` or ``"cpu"``: the first of them that the machine has.

    Example:
        (setq x (torch_to_device '(1.0 2.0) (torch_get_best_device)))
        (torch_sum x)
        ; => 3.0
    """
    if mps_is_available():
        return "mps"
    return "cuda" if cuda_is_available() else "cpu"


def set_device(device: int | str) -> bool | None:
    """Make new tensors and modules on ``device``, a number among the CUDA devices or a name.

    Returns:
        True, or None with a warning when the machine has no such kind of device.

    Raises:
        DeviceError: The name is unknown, or CUDA has no device of that number.

    Example:
        (torch_set_device "cpu")
        ; => true
        (torch_device (torch_zeros '(2)))
        ; => cpu
    """
    if isinstance(device, int) and device < 0:
        raise DeviceError(f"device {device} does not exist ({cuda_device_count()} devices)")
    name = f"cuda:{device}" if isinstance(device, int) else device
    chosen = named_device(name)
    for family, available in (("cuda", cuda_is_available), ("mps", mps_is_available)):
        if chosen.type == family and not available():
            message = f"{family.upper()} is not available: new tensors stay on {current_device()}"
            warnings.warn(message, TorchLibWarning, stacklevel=2)
            return None
    chosen = usable_device(name)
    if chosen.type == "cuda":
        torch.cuda.set_device(chosen)
    _current.set(chosen)
    return True


def device(tensor: Tensor) -> str:
    """The name of the device that holds ``tensor``: ``"cpu"``, ``"cuda:0"``.

    Example:
        (torch_device (torch_to_cpu '(1.0 2.0)))
        ; => cpu
    """
    return str(tensor.device)


def to_device(value: Movable, name: str) -> Movable:
    """A tensor on the device called ``name``, or a module moved there in place.

    Raises:
        DeviceError: The name is unknown, or the machine lacks the device.

    Example:
        (torch_to_device '(1.0 2.0) "cpu")
        ; => (1.0 2.0)
    """
    return _moved(value, name)


def to_cuda(value: Movable, device: int | None = None) -> Movable:
    """A tensor on a CUDA device, the current one by default, or a module moved there in place.

    Raises:
        DeviceError: The machine has no CUDA, or no device of that number.

    Example:
        (setq x (torch_tensor '(1.0 2.0)))
        (torch_sum (if (torch_cuda_is_available) (torch_to_cuda x) x))
        ; => 3.0
    """
    return _moved(value, "cuda" if device is None else f"cuda:{device}")


def to_mps(value: Movable) -> Movable:
    """A tensor on Apple's Metal device, or a module moved there in place.

    Raises:
        DeviceError: The machine has no such device.

    Example:
        (setq x (torch_tensor '(1.0 2.0)))
        (torch_sum (if (torch_mps_is_available) (torch_to_mps x) x))
        ; => 3.0
    """
    return _moved(value, "mps")


def to_cpu(value: Movable) -> Movable:
    """A tensor in main memory, or a module moved there in place.

    Example:
        (setq x (torch_to_device '(1.0 2.0) (torch_get_best_device)))
        (torch_device (torch_to_cpu x))
        ; => cpu
    """
    return _moved(value, "cpu")


def on_mps(tensor: Tensor) -> bool:
    """Whether Apple's Metal device holds ``tensor``.

    Example:
        (torch_on_mps (torch_to_cpu '(1.0 2.0)))
        ; => nil
    """
    return tensor.device.type == "mps"


def cuda_memory_allocated() -> int:
    """Bytes that tensors occupy on the current CUDA device, 0 without CUDA.

    Example:
        (<= (torch_cuda_memory_allocated) (torch_cuda_memory_total))
        ; => true
    """
    return torch.cuda.memory_allocated() if cuda_is_available() else 0


def cuda_memory_total() -> int:
    """Bytes of memory of the current CUDA device, 0 without CUDA.

    Example:
        (= (torch_cuda_is_available) (> (torch_cuda_memory_total) 0))
        ; => true
    """
    if not cuda_is_available():
        return 0
    return int(torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory)


def cuda_empty_cache() -> bool:
    """Give unused cached CUDA memory back to the system; whether there is CUDA.

    Example:
        (= (torch_cuda_empty_cache) (torch_cuda_is_available))
        ; => true
    """
    if not cuda_is_available():
        return False
    torch.cuda.empty_cache()
    return True


def mps_synchronize() -> bool:
    """Wait for Apple's Metal device to finish; whether there is one.

    Example:
        (= (torch_mps_synchronize) (torch_mps_is_available))
        ; => true
    """
    if not mps_is_available():
        return False
    torch.mps.synchronize()
    return True


def synchronize() -> bool:
    """Wait until every device has finished its work.

    Example:
        (torch_synchronize)
        ; => true
    """
    if cuda_is_available():
        torch.cuda.synchronize()
    mps_synchronize()
    return True


def set_num_threads(count: int) -> bool:
    """Let one operation use up to ``count`` processor threads.

    Raises:
        ArgumentError: ``count`` is not positive.

    Example:
        (torch_set_num_threads 0)
        ; error: Error: torch_set_num_threads: number of threads must be positive, got 0
    """
    if count < 1:
        raise ArgumentError(f"number of threads must be positive, got {count}")
    torch.set_num_threads(count)
    return True


def _moved(value: Movable, name: str) -> Movable:
    return value.to(usable_device(name))
