"""What int8 weights gain for one token: a quantized linear layer against the layer it came from.

    python benchmarks/quantized_linear.py [rounds]

Both are applied through ``forward``, as Lisp does, to one row. ``warm`` repeats one layer, whose
weights stay in the processor's caches; ``cold`` goes through as many layers as fill 256 MiB in
float32, as a model does. Rounds alternate; the ratio of the medians is float32 to int8.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from torch_lib.layers import forward, linear
from torch_lib.quantization import model_quantize_dynamic

SIZES = (512, 768, 1024, 2048, 4096)
COLD_BYTES = 256 * 2**20
CALLS = 400


def seconds(layers: Sequence[nn.Module], row: Tensor) -> float:
    """The time of one call, over many."""
    started = time.perf_counter()
    for call in range(CALLS):
        forward(layers[call % len(layers)], row)
    return (time.perf_counter() - started) / CALLS


def ratio(plain: Sequence[nn.Module], narrow: Sequence[nn.Module], size: int, rounds: int) -> str:
    """Both times and how many times faster the second is."""
    row = torch.randn(1, size)
    pairs = [(seconds(plain, row), seconds(narrow, row)) for _ in range(rounds + 1)][1:]
    slow, fast = (statistics.median(times) for times in zip(*pairs, strict=True))
    return f"{slow * 1e6:7.1f} µs {fast * 1e6:7.1f} µs {slow / fast:5.2f}x"


def main() -> None:
    """Measure every size."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print(f"{torch.get_num_threads()} threads       warm: float32, int8       cold: float32, int8")
    with torch.no_grad():
        for size in SIZES:
            count = max(2, COLD_BYTES // (4 * size * size))
            plain = [linear(size, size) for _ in range(count)]
            narrow = [model_quantize_dynamic(layer) for layer in plain]
            warm = ratio(plain[:1], narrow[:1], size, rounds)
            print(f"{size:5} x {size:<5} {warm}   {ratio(plain, narrow, size, rounds)}")


if __name__ == "__main__":
    main()
