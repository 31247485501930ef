"""Language models that write: a stream of tokens, and all that consumes it.

A model can write when it maps int64 ids ``(B, T)`` to logits ``(B, T, V)``: B sequences, T tokens,
V vocabulary. Tokens come from one Python generator, whoever asks for them; it reads only the new
token at each step where the model keeps a cache.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Generator as PythonGenerator
from dataclasses import replace
from threading import RLock
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from torch_lib.decoding import reads_padded
from torch_lib.devices import to_device
from torch_lib.errors import ArgumentError
from torch_lib.events import TokenGenerated
from torch_lib.generation_config import GenerationConfig
from torch_lib.networks import sequential
from torch_lib.prefix_memory import PrefixMemory
from torch_lib.tokenizers import tag
from torch_lib.writing import Writing, checked_prompt

__all__ = [
    "Generator",
    "generate",
    "generate_batch",
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
        self._memory: PrefixMemory | None = None

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
            writing = self._writing(input_ids, config or self.config, whole_length)
            columns = [tokens[:, None] for tokens, _ in writing.steps()]
        ids = torch.cat((writing.prompt, *columns), dim=1).to(input_ids.device)
        whole = ids if input_ids.dim() == 2 else ids[0]
        return whole if writing.tokenizer is None else tag(whole, writing.tokenizer)

    def stream(
        self, input_ids: Tensor, config: GenerationConfig | None = None
    ) -> PythonGenerator[TokenGenerated, None, None]:
        """New tokens as they are written, with the text that each completes.

        Args:
            input_ids: int64 ``(T,)``.
            config: Settings in place of the generator's own.

        Emits:
            GenerationStarted, TokenGenerated, GenerationFinished: As ``generate``.
        """
        with self._lock:
            for _, event in self._writing(input_ids, config or self.config).steps():
                if event is not None:
                    yield event

    def generate_batch(
        self, prompts: Sequence[Tensor], config: GenerationConfig | None = None
    ) -> list[Tensor]:
        """Each of several prompts of any length, followed by its new tokens.

        Args:
            prompts: int64 ``(T,)`` each.
            config: Settings in place of the generator's own.

        Returns:
            int64 ``(T + new,)`` each, up to what ended it.

        Emits:
            GenerationStarted, TokenGenerated, GenerationFinished: Of the first prompt.
        """
        config = config or self.config
        whole = [checked_prompt(self.model, prompt)[0] for prompt in prompts]
        lengths = [len(prompt) for prompt in whole]
        if len(set(lengths)) > 1 and not reads_padded(self.model, config.use_cache):
            return [self.generate(prompt, config) for prompt in whole]
        if not whole:
            raise ArgumentError("there is no prompt")
        padding = torch.tensor([max(lengths) - length for length in lengths])
        padded = torch.stack([F.pad(one, (max(lengths) - len(one), 0)) for one in whole])
        with self._lock:
            alike = len(set(lengths)) == 1
            writing = Writing(self.model, padded, config, padding=None if alike else padding)
            columns = [tokens[:, None] for tokens, _ in writing.steps()]
        ids = torch.cat((writing.prompt, *columns), dim=1)
        rows = [row[start:] for row, start in zip(ids, padding.tolist(), strict=True)]
        return [
            writing.until_its_end(row, number, length)
            for number, (row, length) in enumerate(zip(rows, lengths, strict=True))
        ]

    def _writing(
        self, input_ids: Tensor, config: GenerationConfig, whole_length: int | None = None
    ) -> Writing:
        memory = None
        if config.reuse_prefix and (input_ids.dim() == 1 or len(input_ids) == 1):
            memory = self._memory = self._memory or PrefixMemory(self.model)
        return Writing(self.model, input_ids, config, whole_length, memory)

    def summary(self) -> str:
        """The printed line."""
        return f"TorchGenerator({self.config.outline()})"


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


def generate_batch(generator: Generator, prompts: Sequence[Tensor]) -> list[Tensor]:
    """Each of several prompts, of any length, followed by the tokens that the generator writes.

    Args:
        generator: The generator.
        prompts: A list of token ids for each.

    Returns:
        A list of tensors, each up to what ended it.

    Raises:
        ArgumentError: A prompt is empty, or there is none.

    Example:
        (setq generator (torch_generator_create (list (torch_embedding 9 8) (torch_linear 8 9))))
        (torch_generator_configure generator {"max_length":5})
        (map 'torch_shape (torch_generate_batch generator '((1 2 3) (4 5))))
        ; => ((8) (7))
    """
    return generator.generate_batch(prompts)


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
