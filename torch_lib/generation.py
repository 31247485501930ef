"""Language models that write: a stream of tokens, and all that consumes it.

A model can write when it maps int64 ids ``(B, T)`` to logits ``(B, T, V)``: B sequences, T tokens,
V vocabulary. Tokens come from one Python generator, whoever asks for them; it reads only the new
token at each step where the model keeps a cache.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import RLock
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn

from torch_lib.beam_search import beam_search
from torch_lib.control_tokens import raw_text
from torch_lib.decoding import (
    context_limit,
    input_vocabulary,
    model_device,
    start_decoding,
)
from torch_lib.devices import to_device
from torch_lib.errors import ArgumentError, ShapeError, TorchLibWarning
from torch_lib.events import (
    GenerationFinished,
    GenerationStarted,
    TokenGenerated,
    emit,
    has_listeners,
)
from torch_lib.generation_config import GenerationConfig
from torch_lib.generation_report import GenerationReport
from torch_lib.layers import whole_ids
from torch_lib.modules import evaluating
from torch_lib.networks import sequential
from torch_lib.sampling import (
    block_repeated_ngrams,
    draw,
    most_probable,
    penalize_repetition,
    top_candidates,
)
from torch_lib.tokenizers import tag, tokenizer_of

__all__ = [
    "Generator",
    "generate",
    "generator_beam_search",
    "generator_configure",
    "generator_create",
    "generator_generate",
    "generator_greedy",
    "generator_set_device",
    "generator_stream",
    "generator_top_k",
    "generator_top_p",
    "set_generation_params",
]

CONFIGURED = "Generator configured successfully"


class Generator:
    """A model and the settings it writes with."""

    def __init__(self, model: nn.Module, config: GenerationConfig | None = None) -> None:
        self.model = model
        self.config = config or GenerationConfig()
        self._lock = RLock()

    def generate(
        self,
        input_ids: Tensor,
        config: GenerationConfig | None = None,
        whole_length: int | None = None,
    ) -> Tensor:
        """The prompt followed by new tokens.

        Args:
            input_ids: int64 ``(T,)``, or ``(B, T)`` for a batch.
            config: Settings in place of the generator's own.
            whole_length: A limit of prompt and new tokens together, in place of ``max_length``.

        Returns:
            int64 ``(T + new,)`` or ``(B, T + new)``; finished rows of a batch are padded.

        Emits:
            GenerationStarted, TokenGenerated, GenerationFinished: Of the first row.
        """
        with self._lock:
            writing = _Writing(self.model, input_ids, config or self.config, whole_length)
            columns = [tokens[:, None] for tokens, _ in writing.steps()]
        ids = torch.cat((writing.prompt, *columns), dim=1).to(input_ids.device)
        whole = ids if input_ids.dim() == 2 else ids[0]
        return whole if writing.tokenizer is None else tag(whole, writing.tokenizer)

    def stream(
        self, input_ids: Tensor, config: GenerationConfig | None = None
    ) -> Iterator[TokenGenerated]:
        """New tokens as they are written, with the text that each completes.

        Args:
            input_ids: int64 ``(T,)``.
            config: Settings in place of the generator's own.

        Emits:
            GenerationStarted, TokenGenerated, GenerationFinished: As ``generate``.
        """
        with self._lock:
            for _, event in _Writing(self.model, input_ids, config or self.config).steps():
                if event is not None:
                    yield event

    def summary(self) -> str:
        """The printed line."""
        return f"TorchGenerator({self.config.outline()})"


class _Writing:
    """One call of a generator: its prompt, checked, and the tokens that follow."""

    def __init__(
        self,
        model: nn.Module,
        input_ids: Tensor,
        config: GenerationConfig,
        whole_length: int | None = None,
    ) -> None:
        self._model = model
        self._config = config
        self.tokenizer = getattr(model, "tokenizer", None) or tokenizer_of(input_ids)
        self.prompt = _checked_prompt(model, input_ids)
        length = self.prompt.size(1)
        wanted = config.max_length if whole_length is None else max(0, whole_length - length)
        limit = context_limit(model)
        if limit is not None and length > limit:
            raise ShapeError(f"the prompt has {length} tokens, the model reads at most {limit}")
        self._limited = limit is not None and length + wanted > limit
        self._new_tokens = limit - length if limit is not None and self._limited else wanted
        self._eos = _model_setting(model, config, "eos_token_id")
        self._pad = next(iter(_model_setting(model, config, "pad_token_id")), 0)
        if config.callback is not None and len(self.prompt) > 1:
            raise ArgumentError(f"a callback needs one sequence, got {len(self.prompt)}")

    def steps(self) -> Iterator[tuple[Tensor, TokenGenerated | None]]:
        """New tokens ``(B,)`` at a time, and what is reported of each.

        The event is None once the first row is finished.
        """
        with evaluating(self._model), self._reporting() as report:
            ended = False
            for tokens, logits in self._tokens():
                event = None if ended else report.token(int(tokens[0]), logits)
                yield tokens, event
                ended = ended or int(tokens[0]) in self._eos
                if event is not None and self._asks_to_stop(event):
                    report.reason = "stopped"
                    return
            report.reason = "end" if ended else "length"
        if self._limited and not ended:
            warnings.warn(
                f"the model's context of {context_limit(self._model)} tokens is full",
                TorchLibWarning,
                stacklevel=4,
            )

    def _asks_to_stop(self, event: TokenGenerated) -> bool:
        callback = self._config.callback
        return callback is not None and callback(event.token, self._config.data) == "stop"

    @contextmanager
    def _reporting(self) -> Iterator[GenerationReport]:
        report = GenerationReport(self.tokenizer)
        prompt = self.prompt[0].tolist()
        text = self.tokenizer.decode(prompt) if self.tokenizer is not None else ""
        raw = ""
        if self.tokenizer is not None and has_listeners():
            raw = raw_text(self.tokenizer, prompt)
        emit(GenerationStarted(text, len(prompt), self._new_tokens, raw))
        begun = perf_counter()
        try:
            yield report
        except GeneratorExit:
            report.reason = "stopped"
            raise
        finally:
            emit(GenerationFinished(report.tokens, perf_counter() - begun, report.reason))

    def _tokens(self) -> Iterator[tuple[Tensor, Tensor | None]]:
        """New tokens ``(B,)`` at a time, and the logits ``(V,)`` that the first was chosen by."""
        if self._new_tokens == 0:
            return iter(())
        if self._config.method == "beam_search":
            return ((tokens, None) for tokens in self._searched())
        return self._chosen()

    def _chosen(self) -> Iterator[tuple[Tensor, Tensor]]:
        """One token a row at a time, until every row has ended."""
        ids = unread = self.prompt
        capacity = ids.size(1) + self._new_tokens
        context = start_decoding(self._model, len(ids), capacity, self._config.use_cache)
        randomness = _randomness(self._config.seed, ids.device)
        ended = torch.zeros(len(ids), dtype=torch.bool, device=ids.device)
        eos = torch.tensor(sorted(self._eos), dtype=torch.int64, device=ids.device)
        for _ in range(self._new_tokens):
            logits = context.extend(unread)
            tokens = self._choice(logits, ids, randomness)
            tokens = tokens.masked_fill(ended, self._pad)
            yield tokens, logits[0]
            ended |= torch.isin(tokens, eos)
            if bool(ended.all()):
                return
            unread = tokens[:, None]
            ids = torch.cat((ids, unread), dim=1)

    def _choice(self, logits: Tensor, ids: Tensor, randomness: torch.Generator | None) -> Tensor:
        config = self._config
        logits = self._filtered(logits, ids)
        if config.method == "greedy":
            return most_probable(logits)
        top_k = 0 if config.method == "top_p" else config.top_k
        top_p = 1.0 if config.method == "top_k" else config.top_p
        return draw(*top_candidates(logits, config.temperature, top_k, top_p), randomness)

    def _searched(self) -> Iterator[Tensor]:
        """The best sequence of each row, found whole."""
        config = self._config
        found = [
            beam_search(
                self._model,
                row,
                self._new_tokens,
                config.num_beams,
                self._eos,
                config.length_penalty,
                self._filtered,
            )
            for row in self.prompt
        ]
        padded = nn.utils.rnn.pad_sequence(found, batch_first=True, padding_value=self._pad)
        yield from padded.unbind(1)

    def _filtered(self, logits: Tensor, ids: Tensor) -> Tensor:
        config = self._config
        if config.repetition_penalty != 1:
            recent = ids[:, -config.repetition_window :]
            logits = penalize_repetition(logits, recent, config.repetition_penalty)
        if config.no_repeat_ngram_size:
            logits = block_repeated_ngrams(logits, ids, config.no_repeat_ngram_size)
        return logits


def generator_create(
    model: nn.Module | Sequence[nn.Module], device: int | str | None = None
) -> Generator:
    """A generator for a language model.

    Args:
        model: What maps token ids to logits of the next token: a module, or a list of modules
            applied in order.
        device: Where to move the model; by default it stays.

    Example:
        (setq model (list (torch_embedding 9 8) (torch_linear 8 9)))
        (torch_generator_create model)
        ; => TorchGenerator(max_length=100, temperature=1, strategy=sample)
    """
    generator = Generator(model if isinstance(model, nn.Module) else sequential(model))
    return generator if device is None else generator_set_device(generator, device)


def generator_configure(generator: Generator, config: Mapping[str, Any] | GenerationConfig) -> str:
    """Change settings of the generator; those that are not named stay.

    Args:
        generator: The generator.
        config: A map of settings, as for ``generation_config``, or such a value.

    Example:
        (setq generator (torch_generator_create (list (torch_embedding 9 8) (torch_linear 8 9))))
        (torch_generator_configure generator {"max_length":5 "strategy":"greedy"})
        ; => Generator configured successfully
        generator
        ; => TorchGenerator(max_length=5, temperature=1, strategy=greedy)
    """
    if isinstance(config, GenerationConfig):
        generator.config = config
    else:
        generator.config = generator.config.updated(config)
    return CONFIGURED


def set_generation_params(
    generator: Generator, max_length: int, temperature: float, top_k: int, top_p: float
) -> str:
    """Change the four settings of sampling.

    Example:
        (setq generator (torch_generator_create (list (torch_embedding 9 8) (torch_linear 8 9))))
        (torch_set_generation_params generator 20 0.7 40 0.9)
        generator
        ; => TorchGenerator(max_length=20, temperature=0.7, strategy=sample)
    """
    return generator_configure(
        generator,
        {"max_length": max_length, "temperature": temperature, "top_k": top_k, "top_p": top_p},
    )


def generator_generate(generator: Generator, input_ids: Tensor) -> Tensor:
    """The prompt followed by the tokens that the generator writes with its settings.

    Args:
        generator: The generator.
        input_ids: Token ids, one sequence or a batch.

    Example:
        (setq generator (torch_generator_create (list (torch_embedding 9 8) (torch_linear 8 9))))
        (torch_generator_configure generator {"max_length":5})
        (torch_shape (torch_generator_generate generator '(1 2 3)))
        ; => (8)
        (torch_shape (torch_generator_generate generator '((1 2 3) (4 5 6))))
        ; => (2 8)
    """
    return generator.generate(input_ids)


def generate(generator: Generator, input_ids: Tensor, strategy: str | None = None) -> Tensor:
    """The prompt followed by new tokens, by the given strategy in place of the configured one.

    Args:
        generator: The generator.
        input_ids: Token ids, one sequence or a batch.
        strategy: ``"greedy"``, ``"top_k"``, ``"top_p"``, ``"sample"`` or ``"beam_search"``.

    Example:
        (setq generator (torch_generator_create (list (torch_embedding 9 8) (torch_linear 8 9))))
        (torch_generator_configure generator {"max_length":5})
        (torch_shape (torch_generate generator '(1 2 3) "greedy"))
        ; => (8)
    """
    config = generator.config
    if strategy is not None:
        config = config.updated({"strategy": strategy})
    return generator.generate(input_ids, config)


def generator_greedy(generator: Generator, input_ids: Tensor, max_length: int) -> Tensor:
    """Always take the most probable token, until prompt and text reach ``max_length``.

    Example:
        (setq generator (torch_generator_create (list (torch_embedding 9 8) (torch_linear 8 9))))
        (torch_shape (torch_generator_greedy generator '(1 2 3) 10))
        ; => (10)
    """
    config = generator.config.updated({"strategy": "greedy"})
    return generator.generate(input_ids, config, max_length)


def generator_top_k(
    generator: Generator, input_ids: Tensor, max_length: int, k: int, temperature: float
) -> Tensor:
    """Draw from the ``k`` most probable tokens, until prompt and text reach ``max_length``.

    Example:
        (setq generator (torch_generator_create (list (torch_embedding 9 8) (torch_linear 8 9))))
        (torch_shape (torch_generator_top_k generator '(1 2 3) 10 4 0.8))
        ; => (10)
    """
    settings = {"strategy": "top_k", "top_k": k, "temperature": temperature}
    return generator.generate(input_ids, generator.config.updated(settings), max_length)


def generator_top_p(
    generator: Generator, input_ids: Tensor, max_length: int, p: float, temperature: float
) -> Tensor:
    """Draw from the tokens that make up the probability ``p``, up to ``max_length`` in all.

    Example:
        (setq generator (torch_generator_create (list (torch_embedding 9 8) (torch_linear 8 9))))
        (torch_shape (torch_generator_top_p generator '(1 2 3) 10 0.9 0.8))
        ; => (10)
    """
    settings = {"strategy": "top_p", "top_p": p, "temperature": temperature}
    return generator.generate(input_ids, generator.config.updated(settings), max_length)


def generator_beam_search(
    generator: Generator, input_ids: Tensor, max_length: int, num_beams: int
) -> Tensor:
    """The most probable text that following ``num_beams`` at once finds, ``max_length`` in all.

    Example:
        (setq generator (torch_generator_create (list (torch_embedding 9 8) (torch_linear 8 9))))
        (torch_shape (torch_generator_beam_search generator '(1 2 3) 10 4))
        ; => (10)
    """
    settings = {"strategy": "beam_search", "num_beams": num_beams}
    return generator.generate(input_ids, generator.config.updated(settings), max_length)


def generator_stream(
    generator: Generator, input_ids: Tensor, callback: Callable[..., Any], data: Any = None
) -> Tensor:
    """Write as ``generator_generate`` does, and call ``callback`` with each token and ``data``.

    Args:
        generator: The generator.
        input_ids: Token ids of one sequence.
        callback: Called after every token; the atom ``stop`` as its result ends the text.
        data: Handed on.

    Example:
        (setq generator (torch_generator_create (list (torch_embedding 9 8) (torch_linear 8 9))))
        (setq count 0)
        (defun listen (token data) (setg count (+ count 1)) (if (= count 4) 'stop))
        (torch_shape (torch_generator_stream generator '(1 2 3) 'listen))
        ; => (7)
    """
    config = replace(generator.config, callback=callback, data=data)
    return generator.generate(input_ids, config)


def generator_set_device(generator: Generator, device: int | str) -> Generator:
    """Move the generator's model to a device, such as ``"cuda"``, ``"cpu"`` or a CUDA number.

    Example:
        (setq generator (torch_generator_create (list (torch_embedding 9 8) (torch_linear 8 9))))
        (torch_generator_set_device generator "cpu")
        ; => TorchGenerator(max_length=100, temperature=1, strategy=sample)
    """
    to_device(generator.model, device if isinstance(device, str) else f"cuda:{device}")
    return generator


def _checked_prompt(model: nn.Module, input_ids: Tensor) -> Tensor:
    if input_ids.dim() not in (1, 2):
        raise ShapeError(f"the prompt must have 1 or 2 dimensions, got {input_ids.dim()}")
    if input_ids.numel() == 0:
        raise ArgumentError("the prompt is empty")
    prompt = whole_ids(input_ids).to(model_device(model))
    vocabulary = input_vocabulary(model)
    if vocabulary is not None:
        outside = prompt[(prompt < 0) | (prompt >= vocabulary)]
        if outside.numel():
            raise ArgumentError(
                f"token id {int(outside[0])} is outside the model's vocabulary "
                f"(0 .. {vocabulary - 1})"
            )
    return prompt if prompt.dim() == 2 else prompt[None]


def _model_setting(model: nn.Module, config: GenerationConfig, name: str) -> frozenset[int]:
    """Ids that the settings give, or else the model's own configuration."""
    ids = getattr(config, name)
    if ids is None:
        ids = getattr(getattr(model, "config", None), name, None)
    if ids is None:
        return frozenset()
    return frozenset([ids] if isinstance(ids, int) else ids)


def _randomness(seed: int | None, device: torch.device) -> torch.Generator | None:
    return None if seed is None else torch.Generator(device).manual_seed(seed)
