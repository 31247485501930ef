"""One text that a model writes: its prompt, checked, and the tokens that follow one by one.

B sequences, T tokens so far, V vocabulary.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import torch
from torch import Tensor, nn

from torch_lib.beam_search import beam_search
from torch_lib.control_tokens import raw_text
from torch_lib.decoding import (
    DecodingContext,
    context_limit,
    input_vocabulary,
    model_device,
    start_decoding,
)
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
from torch_lib.memory import check_room
from torch_lib.modules import evaluating
from torch_lib.prefix_memory import PrefixMemory
from torch_lib.prompt_lookup import PromptLookup
from torch_lib.sampling import (
    block_repeated_ngrams,
    draw,
    most_probable,
    penalize_repetition,
    top_candidates,
)
from torch_lib.stop_texts import StopTexts
from torch_lib.tokenizers import Tokenizer, readable, tokenizer_of

__all__ = ["Writing", "checked_prompt"]


class Writing:
    """One call of a generator.

    Args:
        model: A language model.
        input_ids: The prompt, ``(T,)`` or ``(B, T)``.
        config: How to write.
        whole_length: A limit of prompt and new tokens together, in place of ``max_length``.
        memory: What a previous call has read, if it may be used.
        padding: How many of the first tokens of each sequence are none, int64 ``(B,)``.

    Attributes:
        prompt: int64 ``(B, T)``.
        tokenizer: That of the model, or of the prompt.
    """

    def __init__(
        self,
        model: nn.Module,
        input_ids: Tensor,
        config: GenerationConfig,
        whole_length: int | None = None,
        memory: PrefixMemory | None = None,
        padding: Tensor | None = None,
    ) -> None:
        self._model = model
        self._config = config
        self._memory = memory
        self.tokenizer: Tokenizer | None = getattr(model, "tokenizer", None) or tokenizer_of(
            input_ids
        )
        self.prompt = checked_prompt(model, input_ids)
        self._padding = None if padding is None else padding.to(self.prompt.device)
        length = self.prompt.size(1)
        wanted = config.max_length if whole_length is None else max(0, whole_length - length)
        self._limit = limit = context_limit(model)
        if limit is not None and length > limit:
            raise ShapeError(f"the prompt has {length} tokens, the model reads at most {limit}")
        self._slides = config.overflow == "slide" and config.method != "beam_search"
        self._limited = limit is not None and length + wanted > limit and not self._slides
        self._new_tokens = limit - length if limit is not None and self._limited else wanted
        self._eos = _model_setting(model, config, "eos_token_id")
        self._pad = next(iter(_model_setting(model, config, "pad_token_id")), 0)
        if config.callback is not None and len(self.prompt) > 1:
            raise ArgumentError(f"a callback needs one sequence, got {len(self.prompt)}")
        self._stops: StopTexts | None = None
        if config.stop_texts:
            if self.tokenizer is None:
                raise ArgumentError("stop needs a tokenizer, and the model came without one")
            self._stops = StopTexts(config.stop_texts, self.tokenizer, len(self.prompt))

    def steps(self) -> Iterator[tuple[Tensor, TokenGenerated | None]]:
        """New tokens ``(B,)`` at a time, and what is reported of each.

        The event is None once the first row is finished.
        """
        with evaluating(self._model), self._reporting() as report:
            ended = False
            for tokens, logits in self._tokens():
                if self._stops is not None:
                    tokens = self._unless_stopped(tokens, self._stops)
                event = None if ended else report.token(int(tokens[0]), logits)
                yield tokens, event
                ended = ended or int(tokens[0]) in self._eos
                if self._stops is not None:
                    ended = ended or bool(self._stops.ended[0])
                    if bool(self._stops.ended.all()):
                        break
                if event is not None and self._asks_to_stop(event):
                    report.reason = "stopped"
                    return
            report.reason = "end" if ended else "length"
        if self._limited and not ended:
            warnings.warn(
                f"the model's context of {self._limit} tokens is full",
                TorchLibWarning,
                stacklevel=4,
            )

    def _unless_stopped(self, tokens: Tensor, stops: StopTexts) -> Tensor:
        """New tokens ``(B,)``, with padding in rows that a stop text has ended before."""
        tokens = tokens.masked_fill(stops.ended.to(tokens.device), self._pad)
        stops.add(tokens.tolist())
        return tokens

    def until_its_end(self, ids: Tensor, row: int, prompt_length: int) -> Tensor:
        """A row of what was written, without what fills it up after the token that ended it."""
        if self._stops is not None:
            ids = self._stops.whole(ids, row, prompt_length)
        new = ids[prompt_length:].tolist()
        ends = (place for place, token in enumerate(new, prompt_length + 1) if token in self._eos)
        return ids[: next(ends, len(ids))]

    def _asks_to_stop(self, event: TokenGenerated) -> bool:
        callback = self._config.callback
        return callback is not None and callback(event.token, self._config.data) == "stop"

    @contextmanager
    def _reporting(self) -> Iterator[GenerationReport]:
        report = GenerationReport(self.tokenizer, self._config.alternatives)
        text = raw = ""
        if self.tokenizer is not None and has_listeners():
            prompt = readable(self.tokenizer, self.prompt[0].tolist())
            text, raw = self.tokenizer.decode(prompt), raw_text(self.tokenizer, prompt)
        emit(GenerationStarted(text, self.prompt.size(1), self._new_tokens, raw))
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
        end = self.prompt.size(1) + self._new_tokens
        reader = _Reader(self._model, self._config, self._limit, self._memory, self._padding, end)
        check_room((len(self.prompt), end), self.prompt.dtype, self.prompt.device)
        ids = self.prompt.new_zeros(len(self.prompt), end)
        ids[:, : self.prompt.size(1)] = self.prompt
        try:
            yield from self._extending(ids, reader)
        finally:
            reader.remember(ids)

    def _extending(self, ids: Tensor, reader: _Reader) -> Iterator[tuple[Tensor, Tensor]]:
        """Fill ``ids`` ``(B, end)`` after the prompt."""
        length, end = self.prompt.size(1), ids.size(1)
        guesses = self._guesses(reader)
        randomness = _randomness(self._config.seed, ids.device)
        ended = torch.zeros(len(ids), dtype=torch.bool, device=ids.device)
        eos = torch.tensor(sorted(self._eos), dtype=torch.int64, device=ids.device)
        draft: list[int] = []
        while True:
            for place, logits in enumerate(reader.read(ids[:, :length], draft)):
                tokens = self._choice(logits, ids[:, :length], randomness)
                tokens = tokens.masked_fill_(ended, self._pad)
                ids[:, length] = tokens
                length += 1
                yield tokens, logits[0]
                if self._eos:
                    ended |= torch.isin(tokens, eos)
                if self._stops is not None:
                    ended |= self._stops.ended.to(ended.device)
                if length == end or (self._ends_early and bool(ended.all())):
                    return
                if guesses is not None:
                    guesses.add(int(tokens[0]))
                if place < len(draft) and int(tokens[0]) != draft[place]:
                    break
            if guesses is not None:
                draft = guesses.draft(min(self._config.prompt_lookup, reader.room(length, end)))

    @property
    def _ends_early(self) -> bool:
        return bool(self._eos) or self._stops is not None

    def _guesses(self, reader: _Reader) -> PromptLookup | None:
        if not self._config.prompt_lookup or len(self.prompt) > 1 or not reader.rewinds:
            return None
        return PromptLookup(self.prompt[0].tolist())

    def _choice(self, logits: Tensor, ids: Tensor, randomness: torch.Generator | None) -> Tensor:
        config = self._config
        logits = self._filtered(logits, ids)
        if config.method == "greedy":
            return most_probable(logits)
        top_k = 0 if config.method == "top_p" else config.top_k
        top_p = 1.0 if config.method == "top_k" else config.top_p
        candidates = top_candidates(
            logits, config.temperature, top_k, top_p, config.min_p, config.typical_p
        )
        return draw(*candidates, randomness)

    def _searched(self) -> Iterator[Tensor]:
        """The best sequence of each row, found whole."""
        config = self._config
        starts = [0] * len(self.prompt) if self._padding is None else self._padding.tolist()
        found = [
            beam_search(
                self._model,
                row[start:],
                self._new_tokens,
                config.num_beams,
                self._eos,
                config.length_penalty,
                self._filtered_alike,
            )
            for row, start in zip(self.prompt, starts, strict=True)
        ]
        padded = nn.utils.rnn.pad_sequence(found, batch_first=True, padding_value=self._pad)
        yield from padded.unbind(1)

    def _filtered(self, logits: Tensor, ids: Tensor) -> Tensor:
        if self._padding is None:
            return self._filtered_alike(logits, ids)
        rows = enumerate(self._padding.tolist())
        return torch.cat(
            [self._filtered_alike(logits[n : n + 1], ids[n : n + 1, start:]) for n, start in rows]
        )

    def _filtered_alike(self, logits: Tensor, ids: Tensor) -> Tensor:
        """Logits ``(B, V)`` after ``ids`` ``(B, T)``, all of which count."""
        config = self._config
        if config.repetition_penalty != 1:
            recent = ids[:, -config.repetition_window :]
            logits = penalize_repetition(logits, recent, config.repetition_penalty)
        if config.no_repeat_ngram_size:
            logits = block_repeated_ngrams(logits, ids, config.no_repeat_ngram_size)
        return logits


class _Reader:
    """Reads what is written, each token once, and begins anew where the context is full."""

    def __init__(
        self,
        model: nn.Module,
        config: GenerationConfig,
        limit: int | None,
        memory: PrefixMemory | None,
        padding: Tensor | None,
        end: int,
    ) -> None:
        self._model = model
        self._use_cache = config.use_cache
        self._limit = limit
        self._memory = memory
        self._padding = padding
        self._capacity = end if limit is None else min(end, limit)
        self._dropped = 0
        self._read = 0
        self._verified = 0
        self._context: DecodingContext | None = None

    @property
    def rewinds(self) -> bool:
        """Whether guesses can be taken back."""
        return self._started(1).rewinds

    def room(self, length: int, end: int) -> int:
        """How many guesses may be read after ``length`` tokens, the last of which is unread."""
        limit = end if self._limit is None else min(end, self._limit + self._dropped)
        return limit - length - 1

    def read(self, ids: Tensor, draft: list[int]) -> list[Tensor]:
        """Read what is new in ``ids`` ``(B, T)``, then ``draft``.

        Returns:
            Logits ``(B, V)`` after the last of ``ids``, and after each of ``draft``.
        """
        length = ids.size(1)
        if self._limit is not None and length - self._dropped > self._limit:
            self._slide(length)
        if self._context is None and self._memory is not None and self._dropped == 0:
            self._context, self._read = self._memory.recall(ids, self._capacity, self._use_cache)
        context = self._started(len(ids))
        if self._read > length - 1:  # guesses that were wrong
            context.truncate(length - 1 - self._dropped)
            self._read = length - 1
        unread = ids[:, self._read :]
        self._read = length + len(draft)
        self._verified = length
        if not draft:
            return [context.extend(unread)]
        guessed = torch.tensor([draft], dtype=torch.int64, device=ids.device)
        return list(context.extend_each(torch.cat((unread, guessed), 1)).unbind(1))

    def remember(self, ids: Tensor) -> None:
        """Keep what was read of ``ids`` for the next text, where that is wanted."""
        if self._memory is not None and self._context is not None and self._dropped == 0:
            self._memory.keep(self._context, ids[0, : self._verified])

    def _slide(self, length: int) -> None:
        assert self._limit is not None
        self._dropped = length - max(1, self._limit // 2)
        self._read, self._context = self._dropped, None
        if self._padding is not None:
            self._padding = (self._padding - self._dropped).clamp_min_(0)

    def _started(self, batch: int) -> DecodingContext:
        if self._context is None:
            self._context = start_decoding(
                self._model, batch, self._capacity, self._use_cache, self._padding
            )
        return self._context


def checked_prompt(model: nn.Module, input_ids: Tensor) -> Tensor:
    """Ids that ``model`` can read, int64 ``(B, T)`` where it is."""
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
