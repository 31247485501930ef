"""How good a language model is: losses by token, perplexity of a file, one model against another.

T tokens, V vocabulary, N texts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from torch_lib.decoding import context_limit, model_device
from torch_lib.errors import ArgumentError
from torch_lib.events import Progress, emit
from torch_lib.generation import Generator
from torch_lib.layers import forward, whole_ids
from torch_lib.metrics import perplexity
from torch_lib.modules import evaluating
from torch_lib.pretrained import model_tokenizer
from torch_lib.text_files import text_lines
from torch_lib.tokenizers import readable

__all__ = ["compare_generators", "compare_models", "file_perplexity", "token_losses"]

WINDOW = 512
RESAMPLES = 10_000
CONFIDENCE = 0.95


def token_losses(model: nn.Module, text: str | Tensor) -> Tensor:
    """How surprised a model is by each token of a text: minus the log of its probability.

    A text longer than the model's context is read in windows that overlap by half, so that each
    token has at least half a context before it.

    Args:
        model: A language model; for a text, one with a tokenizer.
        text: The text, or its token ids ``(T)``.

    Returns:
        float32 ``(T - 1)``: the first token is not foretold.

    Raises:
        ArgumentError: There are fewer than two tokens, or the model came without a tokenizer.

    Example:
        (setq model (list (torch_embedding 8 4) (torch_linear 4 8)))
        (torch_shape (torch_token_losses (torch_sequential model) '(1 2 3)))
        ; => (2)
    """
    ids = _token_ids(model, text)
    with evaluating(model):
        return torch.cat(list(_losses(model, ids, context_limit(model) or len(ids))))


def file_perplexity(model: nn.Module, path: str, window: int | None = None) -> float:
    """The perplexity of a text file: between how many tokens a model is undecided in it.

    The file is read in windows that overlap by half; each token counts once, with at least half a
    window before it, which is the method of "Perplexity of fixed-length models" in the
    documentation of Hugging Face transformers.

    Args:
        model: A language model with a tokenizer.
        path: A text file in UTF-8.
        window: How many tokens to read at once, at most the model's context; by default 512, or the
            context where that is shorter.

    Raises:
        ArgumentError: The file has fewer than two tokens, or the window is too large.
        FileMissing: There is no such file.

    Emits:
        Progress: ``perplexity``, in tokens.
        Metric: ``perplexity``.

    Example:
        (setq sizes {"vocab_size":257 "n_embd":8 "n_head":2 "n_layer":1})
        (torch_hf_save_model (torch_gpt2_model sizes) "m")
        (fwrite "corpus.txt" "so it goes, and so it went")
        (torch_train_bpe "corpus.txt" "m/tokenizer" 257)
        (> (torch_file_perplexity (torch_load_model "m") "corpus.txt") 100)
        ; => true
    """
    limit = context_limit(model)
    if window is None:
        window = WINDOW if limit is None else min(WINDOW, limit)
    if window < 2 or (limit is not None and window > limit):
        most = "" if limit is None else f" and at most {limit}"
        raise ArgumentError(f"the window must be at least 2{most}, got {window}")
    ids = _token_ids(model, "".join(text_lines(path, keep_ends=True)))
    total, done = 0.0, 1
    with evaluating(model):
        for losses in _losses(model, ids, window):
            total += losses.double().sum().item()
            done += len(losses)
            emit(Progress("perplexity", done, len(ids)))
    return perplexity(total / (done - 1))


def compare_models(
    first: nn.Module, second: nn.Module, texts: Sequence[str], seed: int = 0
) -> dict[str, Any]:
    """Which of two models foretells texts better, and whether that could be chance.

    Losses are in bits per byte, so that models with different tokenizers can be compared. The
    interval is the percentile bootstrap over texts (Efron and Tibshirani 1993, chapter 13).

    Args:
        first: A language model with a tokenizer.
        second: Another, or the same model otherwise quantized or adapted.
        texts: At least two texts.
        seed: What the bootstrap draws from.

    Returns:
        ``first`` and ``second``, the bits per byte; ``difference``, how many more the second
        needs, with ``low`` and ``high``, which hold it with 95 % confidence; ``better``:
        ``first``, ``second`` or ``undecided``.

    Raises:
        ArgumentError: There are fewer than two texts, or one has fewer than two tokens.

    Example:
        (setq sizes {"vocab_size":257 "n_embd":8 "n_head":2 "n_layer":1})
        (torch_hf_save_model (torch_gpt2_model sizes) "m")
        (fwrite "corpus.txt" "a")
        (torch_train_bpe "corpus.txt" "m/tokenizer" 257)
        (setq model (torch_load_model "m"))
        (@ (torch_compare_models model model '("to be" "or not to be")) "better")
        ; => undecided
    """
    if len(texts) < 2:
        raise ArgumentError(f"a comparison needs at least 2 texts, got {len(texts)}")
    sizes = torch.tensor([len(text.encode()) for text in texts], dtype=torch.float64)
    bits = torch.stack([_bits(model, texts) for model in (first, second)])
    more = bits[1] - bits[0]
    randomness = torch.Generator().manual_seed(seed)
    drawn = torch.randint(len(texts), (RESAMPLES, len(texts)), generator=randomness)
    differences = more[drawn].sum(1) / sizes[drawn].sum(1)
    tail = (1 - CONFIDENCE) / 2
    low, high = torch.quantile(differences, torch.tensor([tail, 1 - tail], dtype=torch.float64))
    means = (bits.sum(1) / sizes.sum()).tolist()
    better = "second" if high < 0 else "first" if low > 0 else "undecided"
    return {
        "first": means[0],
        "second": means[1],
        "difference": means[1] - means[0],
        "low": low.item(),
        "high": high.item(),
        "better": better,
    }


def compare_generators(
    first: Generator, second: Generator, prompts: Sequence[str]
) -> list[dict[str, Any]]:
    """What two generators write after the same texts, side by side.

    They may hold two models, or one model with other settings.

    Args:
        first: A generator whose model has a tokenizer.
        second: Another.
        prompts: The texts to go on with.

    Returns:
        A map for each prompt: ``prompt``, ``first`` and ``second``, the new texts, and
        ``first_rate`` and ``second_rate``, in tokens per second with the reading of the prompt.

    Raises:
        ArgumentError: A model came without a tokenizer, or a prompt is empty.

    Example:
        (setq sizes {"vocab_size":257 "n_embd":8 "n_head":2 "n_layer":1})
        (torch_hf_save_model (torch_gpt2_model sizes) "m")
        (fwrite "corpus.txt" "a")
        (torch_train_bpe "corpus.txt" "m/tokenizer" 257)
        (setq model (torch_load_model "m"))
        (setq one (torch_generator_create model))
        (torch_generator_configure one {"max_length":3 "do_sample":nil})
        (setq other (torch_generator_create model))
        (torch_generator_configure other {"max_length":3 "num_beams":2})
        (setq row (car (torch_compare_generators one other '("a"))))
        (@ row "prompt")
        ; => a
    """
    rows = []
    for done, prompt in enumerate(prompts, 1):
        texts = [_continued(generator, prompt) for generator in (first, second)]
        (one, one_rate), (other, other_rate) = texts
        rows.append(
            {
                "prompt": prompt,
                "first": one,
                "second": other,
                "first_rate": one_rate,
                "second_rate": other_rate,
            }
        )
        emit(Progress("compare generators", done, len(prompts)))
    return rows


def _continued(generator: Generator, prompt: str) -> tuple[str, float]:
    """New text, and how many tokens of it came in a second."""
    tokenizer = model_tokenizer(generator.model)
    ids = torch.tensor(tokenizer.encode(prompt), dtype=torch.int64)
    begun = perf_counter()
    new = generator.generate(ids)[len(ids) :].tolist()
    return tokenizer.decode(readable(tokenizer, new)), len(new) / (perf_counter() - begun)


def _bits(model: nn.Module, texts: Sequence[str]) -> Tensor:
    """What a model needs to foretell each text, float64 ``(N)``."""
    losses = []
    for done, text in enumerate(texts, 1):
        losses.append(token_losses(model, text).double().sum() / math.log(2))
        emit(Progress("compare models", done, len(texts)))
    return torch.stack(losses)


def _token_ids(model: nn.Module, text: str | Tensor) -> Tensor:
    if isinstance(text, str):
        text = torch.tensor(model_tokenizer(model).encode(text), dtype=torch.int64)
    if text.dim() != 1:
        raise ArgumentError(f"token ids must have 1 dimension, got {text.dim()}")
    if len(text) < 2:
        raise ArgumentError(f"the text must have at least 2 tokens, got {len(text)}")
    return whole_ids(text).to(model_device(model))


def _losses(model: nn.Module, ids: Tensor, window: int) -> Iterator[Tensor]:
    """The losses of the tokens after the first, a window at a time, each token once."""
    known = 1
    while known < len(ids):
        end = min(len(ids), window if known == 1 else known + window // 2)
        begin = max(0, end - window)
        read = ids[begin:end]
        with torch.inference_mode():
            logits = forward(model, read[None])[0, known - begin - 1 : -1].float()
            yield F.cross_entropy(logits, read[known - begin :], reduction="none").cpu()
        known = end
