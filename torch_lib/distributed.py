"""Several processes that train one model, as ``torchrun --nproc-per-node N`` starts them.

Every process runs the same program on a share of the data. Data-parallel training keeps a whole
model in each and averages gradients; a fully sharded model is spread over all of them
(Zhao et al. 2023, arXiv:2304.11277). Either changes the model in place: its kind, its names and
its files stay what they are. Alone, a program runs as it is, as the only one.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from torch_lib.data_loader import DataLoader
from torch_lib.devices import cuda_is_available, current_device, set_device
from torch_lib.errors import ArgumentError, DistributedError
from torch_lib.processes import local_rank, process_count

__all__ = [
    "distributed_all_reduce",
    "distributed_barrier",
    "distributed_finish",
    "distributed_init",
    "distributed_is_main",
    "distributed_rank",
    "distributed_shard",
    "distributed_world_size",
    "distributed_wrap",
]

BACKENDS = ("gloo", "nccl")
STRATEGIES = ("data_parallel", "fully_sharded")
OPERATIONS = {"mean": dist.ReduceOp.SUM, "sum": dist.ReduceOp.SUM, "max": dist.ReduceOp.MAX}
LOST = ("closed by peer", "reset by peer", "timed out", "timeout", "connection refused", "broken")


def distributed_init(backend: str | None = None, timeout_seconds: float = 600) -> bool:
    """Join the other processes of the run.

    Args:
        backend: ``"gloo"`` or ``"nccl"``, by default nccl where there is CUDA.
        timeout_seconds: How long to wait for another process before the run fails.

    Raises:
        ArgumentError: The backend is unknown, or the time is not positive.
        DistributedError: The others cannot be reached.

    Example:
        (torch_distributed_init)
        ; => true
    """
    if backend is not None and backend not in BACKENDS:
        raise ArgumentError(f'unknown backend "{backend}" (known: {", ".join(BACKENDS)})')
    if not 0 < timeout_seconds < 1e9:
        raise ArgumentError(f"timeout_seconds must be positive, got {timeout_seconds}")
    if process_count() == 1 or dist.is_initialized():
        return True
    if cuda_is_available():
        set_device(local_rank())
    chosen = backend or ("nccl" if cuda_is_available() else "gloo")
    with _together():
        dist.init_process_group(chosen, timeout=timedelta(seconds=timeout_seconds))
    atexit.register(distributed_finish)
    return True


def distributed_finish() -> bool:
    """Leave the other processes; whether there were any.

    Example:
        (torch_distributed_finish)
        ; => nil
    """
    if not dist.is_initialized():
        return False
    dist.destroy_process_group()
    return True


def distributed_rank() -> int:
    """The number of this process in the run, from 0.

    Example:
        (torch_distributed_rank)
        ; => 0
    """
    return dist.get_rank() if dist.is_initialized() else 0


def distributed_world_size() -> int:
    """How many processes the run has.

    Example:
        (torch_distributed_world_size)
        ; => 1
    """
    return dist.get_world_size() if dist.is_initialized() else 1


def distributed_is_main() -> bool:
    """Whether this process is the first: the one that prints and writes files.

    Example:
        (torch_distributed_is_main)
        ; => true
    """
    return distributed_rank() == 0


def distributed_barrier() -> bool:
    """Wait until every process has come here.

    Raises:
        DistributedError: Another process has ended.

    Example:
        (torch_distributed_barrier)
        ; => true
    """
    if dist.is_initialized():
        with _together():
            dist.barrier()
    return True


def distributed_all_reduce(tensor: Tensor, op: str = "mean") -> Tensor:
    """The mean, sum or maximum of ``tensor`` over all processes, without its gradient.

    Args:
        tensor: Of the same shape in every process.
        op: ``"mean"``, ``"sum"`` or ``"max"``.

    Raises:
        ArgumentError: The operation is unknown.
        DistributedError: Another process has ended.

    Example:
        (torch_distributed_all_reduce (torch_tensor '(1.0 2.0)))
        ; => (1.0 2.0)
    """
    if op not in OPERATIONS:
        raise ArgumentError(f'unknown operation "{op}" (known: {", ".join(OPERATIONS)})')
    result = tensor.detach().clone()
    if not dist.is_initialized():
        return result
    with _together():
        dist.all_reduce(result, OPERATIONS[op])
    return result / distributed_world_size() if op == "mean" else result


def distributed_shard(data: DataLoader | Sequence[Any]) -> DataLoader | list[Any]:
    """This process's share of a list or of a loader's batches: every n-th, as many in each process.

    What is left over when they do not divide evenly belongs to no share.

    Example:
        (torch_distributed_shard '(1 2 3))
        ; => (1 2 3)
    """
    rank, processes = distributed_rank(), distributed_world_size()
    if isinstance(data, DataLoader):
        return data.sharded(rank, processes)
    return list(data)[rank : len(data) // processes * processes : processes]


def distributed_wrap(model: nn.Module, strategy: str = "data_parallel") -> nn.Module:
    """Let all processes train ``model`` together, from the weights of the first, and give it back.

    Args:
        model: Any module. It is changed in place; make its optimizer afterwards.
        strategy: ``"data_parallel"`` keeps a copy in each process, ``"fully_sharded"`` a part.

    Raises:
        ArgumentError: The strategy is unknown, or the model has nothing to train.
        DistributedError: Another process has ended.

    Example:
        (torch_distributed_wrap (torch_model 4 8 2))
        ; => PyTorch Model (4 -> 8 -> 2)
    """
    if strategy not in STRATEGIES:
        raise ArgumentError(f'unknown strategy "{strategy}" (known: {", ".join(STRATEGIES)})')
    if not any(parameter.requires_grad for parameter in model.parameters()):
        raise ArgumentError("the model has no trainable parameters")
    if not dist.is_initialized():
        return model
    with _together():
        if strategy == "data_parallel":
            # DistributedDataParallel by hooks: no wrapper that hides the kind of the model.
            from torch.distributed._composable.replicate import replicate

            replicate(model)
        else:
            _shard(model)
    return model


def write_together(write: Callable[[], None]) -> None:
    """Let the first process ``write`` what all have gathered, while the others wait.

    Raises:
        DistributedError: The first process has failed, with an error of its own.
    """
    failure: Exception | None = None
    if distributed_is_main():
        try:
            write()
        except Exception as error:  # raised below, when the others know
            failure = error
    told = torch.tensor(float(failure is not None), device=current_device())
    failed = distributed_all_reduce(told, "max").item() > 0
    if failure is not None:
        raise failure
    if failed:
        raise DistributedError("the first process could not write the file")


def gathered(value: Any) -> Any:
    """``value`` with every sharded tensor in one piece; all processes have to take part."""
    if isinstance(value, Tensor):
        full = getattr(value, "full_tensor", None)
        return value if full is None else full()
    if isinstance(value, dict):
        return {key: gathered(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(gathered, value))
    return value


def sharded_as(tensor: Tensor, target: Tensor) -> Tensor:
    """This process's part of ``tensor`` where ``target`` is sharded, else ``tensor``."""
    if not hasattr(target, "full_tensor"):
        return tensor
    from torch.distributed.tensor import DTensor, distribute_tensor

    if not isinstance(target, DTensor):
        return tensor
    return distribute_tensor(
        tensor.to(target.device_mesh.device_type), target.device_mesh, target.placements
    )


def loss_of_a_process(error: Exception) -> DistributedError | None:
    """What ``error`` says of another process, None if it is about something else."""
    text = str(error).lower()
    if not dist.is_initialized() or not any(word in text for word in LOST):
        return None
    reason = str(error).partition("\n")[0]
    return DistributedError(f"another process of the run has ended or is stuck ({reason})")


def _shard(model: nn.Module) -> None:
    """Shard the modules of every list one by one, then the rest: few are whole at a time."""
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    for tensor in (*model.parameters(), *model.buffers()):
        dist.broadcast(tensor.data, 0)
    mesh = init_device_mesh(current_device().type, (distributed_world_size(),))
    for container in list(model.modules()):
        if isinstance(container, nn.ModuleList | nn.Sequential):
            for part in container:
                if any(True for _ in part.parameters()):
                    fully_shard(part, mesh=mesh)
    fully_shard(model, mesh=mesh)


@contextmanager
def _together() -> Iterator[None]:
    """Say in one sentence that another process is gone."""
    try:
        yield
    except RuntimeError as error:
        lost = loss_of_a_process(error)
        if lost is None:
            reason = str(error).partition("\n")[0]
            raise DistributedError(f"the processes cannot work together: {reason}") from error
        raise lost from error
