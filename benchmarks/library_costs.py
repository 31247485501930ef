"""What the torch library costs beside plain PyTorch: loading, tensors from lists, attention.

    python benchmarks/library_costs.py [rounds]

Both sides of a pair take turns in one run; the ratio of the medians is printed, and for attention
over 8192 positions also how much the peak memory grows.
"""

from __future__ import annotations

import array
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F

from lispe_core.typed_lists import Floats
from torch_lib.attention import flash_attention
from torch_lib.tensors import tensor

ELEMENTS = 10_000_000
GENERIC_ELEMENTS = 1_000_000
HEADS = (1, 8, 8192, 64)


def seconds(call: Callable[[], object]) -> float:
    """The time of one call."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def compare(
    title: str, ours: Callable[[], object], peer: Callable[[], object], rounds: int
) -> None:
    """Print the medians of both, and their ratio."""
    pairs = [(seconds(ours), seconds(peer)) for _ in range(rounds + 1)][1:]
    mine, its = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{title:<28} {mine * 1e3:8.1f} ms {its * 1e3:8.1f} ms {mine / its:6.2f}")


def running(arguments: Sequence[str]) -> Callable[[], object]:
    """A fresh Python process."""
    return lambda: subprocess.run([sys.executable, *arguments], check=True)


def main() -> None:
    """Measure everything."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    compare(
        "(use 'lispe_torch)",
        running(["-m", "workbench", "--eval", "(use 'lispe_torch)"]),
        running(["-c", "import torch"]),
        rounds,
    )
    typed = Floats(array.array("f", [0.5]) * ELEMENTS)
    compare(
        "tensor of a typed list",
        lambda: tensor(typed),
        lambda: torch.frombuffer(typed, dtype=torch.float32).clone(),
        rounds,
    )
    generic = [0.5] * GENERIC_ELEMENTS
    compare(
        "tensor of a generic list", lambda: tensor(generic), lambda: torch.tensor(generic), rounds
    )
    query, key, value = torch.randn(3, *HEADS).unbind()
    flash_attention(query[:, :, :64], key[:, :, :64], value[:, :, :64])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    flash_attention(query, key, value)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    compare(
        "flash attention",
        lambda: flash_attention(query, key, value),
        lambda: F.scaled_dot_product_attention(query, key, value),
        rounds,
    )
    print(f"flash attention, peak memory: {grown:.0f} MiB more")


if __name__ == "__main__":
    main()
