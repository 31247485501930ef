"""Devices, on whatever machine this runs."""

from contextvars import copy_context

import pytest
import torch

from torch_lib import devices
from torch_lib.errors import ArgumentError, DeviceError, TorchLibWarning
from torch_lib.layers import linear
from torch_lib.tensors import zeros

without_cuda = pytest.mark.skipif(torch.cuda.is_available(), reason="the machine has CUDA")
without_mps = pytest.mark.skipif(
    torch.backends.mps.is_available(), reason="the machine has Apple's Metal"
)


def test_what_is_there_agrees_with_pytorch() -> None:
    """The best device is one that is available."""
    assert devices.cuda_is_available() == torch.cuda.is_available()
    assert devices.mps_is_available() == torch.backends.mps.is_available()
    assert (devices.cuda_device_count() > 0) == devices.cuda_is_available()
    assert devices.usable_device(devices.get_best_device())


def test_moving_to_the_same_place_changes_nothing() -> None:
    """A tensor already there is given back as it is; so is a module."""
    tensor, layer = torch.ones(2), linear(2, 2)

    assert devices.to_cpu(tensor) is tensor
    assert devices.to_device(layer, "cpu") is layer
    assert devices.device(tensor) == "cpu"
    assert not devices.on_mps(tensor)


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "cpu:1", ""])
def test_unknown_names_are_refused(name: str) -> None:
    """Everywhere, with the known ones."""
    message = f'unknown device "{name}" (known: cpu, cuda, cuda:N, mps)'
    for call in (devices.set_device, lambda name: devices.to_device(torch.ones(1), name)):
        with pytest.raises(DeviceError) as caught:
            call(name)
        assert str(caught.value) == message


@without_cuda
def test_without_cuda_setting_warns_and_moving_fails() -> None:
    """Programs written for a GPU go on; what must move cannot."""
    for device in (0, "cuda:1"):
        with pytest.warns(TorchLibWarning, match=r"^CUDA is not available"):
            assert devices.set_device(device) is None
    with pytest.raises(DeviceError, match=r"^CUDA is not available$"):
        devices.to_cuda(torch.ones(1))
    assert devices.cuda_memory_allocated() == devices.cuda_memory_total() == 0
    assert not devices.cuda_empty_cache()


@without_mps
def test_without_mps_moving_fails() -> None:
    """The message names what is missing."""
    with pytest.raises(DeviceError, match=r"^MPS is not available$"):
        devices.to_mps(torch.ones(1))
    assert not devices.mps_synchronize()


def test_the_current_device_is_the_context_s_own() -> None:
    """What one program sets, another does not see."""

    def elsewhere() -> torch.device:
        devices._current.set(torch.device("meta"))
        return zeros((2,)).device

    assert copy_context().run(elsewhere) == torch.device("meta")
    assert zeros((2,)).device == devices.current_device() == torch.device("cpu")


def test_choosing_the_processor_always_works() -> None:
    """Waiting for devices, too."""
    assert copy_context().run(devices.set_device, "cpu") is True
    assert devices.synchronize() is True


def test_threads_are_counted() -> None:
    """PyTorch uses as many as it is told."""
    threads = torch.get_num_threads()
    try:
        assert devices.set_num_threads(1) is True
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(threads)
    with pytest.raises(ArgumentError, match=r"^number of threads must be positive, got 0$"):
        devices.set_num_threads(0)


@pytest.mark.gpu
def test_tensors_and_modules_move_to_cuda() -> None:
    """There and back; a number beyond the devices is named."""
    count = devices.cuda_device_count()

    tensor, layer = devices.to_cuda(torch.ones(2)), devices.to_cuda(linear(2, 2), 0)

    assert devices.device(tensor) == "cuda:0"
    assert layer(tensor).device == tensor.device
    assert devices.device(devices.to_cpu(tensor)) == "cpu"
    assert devices.cuda_memory_allocated() > 0
    with pytest.raises(DeviceError, match=rf"^device {count} does not exist \({count} devices\)$"):
        devices.set_device(count)
    assert copy_context().run(lambda: devices.set_device(0) and zeros((1,)).device.type) == "cuda"
