"""What clients of OpenAI's chat and completion endpoints ask, and what they are answered.

Requests and answers are plain maps, as JSON carries them; nothing here knows of a network.
The fields are those of OpenAI's API reference, "Create chat completion" and "Create completion".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from secrets import token_hex
from time import time
from typing import Any

import torch
from torch import Tensor

from torch_lib.chat import chat_prompt
from torch_lib.errors import ArgumentError
from torch_lib.events import TokenGenerated
from torch_lib.generation_config import GenerationConfig
from torch_lib.options import is_number, is_whole
from torch_lib.tokenizers import Tokenizer

__all__ = ["Answer", "Request", "RequestError", "read_chat", "read_completion"]

FINISH_REASONS = {"length": "length"}
"""Ours to the API's; whatever else ends a text is ``stop`` there."""

MOST_ALTERNATIVES = 20

Test = Callable[[Any], bool]


class RequestError(ArgumentError):
    """A request that cannot be served; ``parameter`` is the field at fault."""

    def __init__(self, message: str, parameter: str | None = None) -> None:
        super().__init__(message)
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks for.

    Args:
        prompt: int64 ``(T,)``.
        config: The settings to write with.
        chat: Whether it is a conversation, rather than a text to go on with.
        stream: Answer token by token.
        usage: Whether a streamed answer ends with the numbers of tokens.
        alternatives: How many tokens are told for each chosen one; None for no probabilities.
    """

    prompt: Tensor
    config: GenerationConfig
    chat: bool
    stream: bool
    usage: bool
    alternatives: int | None


def read_chat(body: Mapping[str, Any], tokenizer: Tokenizer, defaults: GenerationConfig) -> Request:
    """The request that ``body`` makes of ``/v1/chat/completions``.

    Args:
        body: The JSON object.
        tokenizer: One with a chat template.
        defaults: The settings of what the body does not name.

    Raises:
        RequestError: A field is missing, of the wrong kind or not supported.
    """
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise RequestError("messages must be a list that is not empty", "messages")
    text = chat_prompt(tokenizer, [_message(place, one) for place, one in enumerate(messages)])
    wanted = _field(body, "logprobs", _is_flag, "true or false") or False
    alternatives = _field(body, "top_logprobs", _is_alternatives, _ALTERNATIVES) or 0
    return _request(
        body, tokenizer, text, defaults, chat=True, told=alternatives if wanted else None
    )


def read_completion(
    body: Mapping[str, Any], tokenizer: Tokenizer, defaults: GenerationConfig
) -> Request:
    """The request that ``body`` makes of ``/v1/completions``; as ``read_chat``."""
    prompt = body.get("prompt")
    one = prompt[0] if isinstance(prompt, list) and len(prompt) == 1 else prompt
    if not (isinstance(one, str) or _are_tokens(one)) or not one:
        raise RequestError("prompt must be one text or one list of token ids", "prompt")
    told = _field(body, "logprobs", _is_alternatives, _ALTERNATIVES)
    return _request(body, tokenizer, one, defaults, chat=False, told=told)


class TextBefore:
    """Text up to the first of several that end it; held back while one of them may have begun."""

    def __init__(self, ends: Sequence[str]) -> None:
        self._ends = ends
        self._held = ""
        self._over = False

    def add(self, text: str) -> str:
        """What can be told now that ``text`` has come."""
        if self._over:
            return ""
        self._held += text
        found = [place for end in self._ends if (place := self._held.find(end)) >= 0]
        if found:
            self._over = True
            return self._held[: min(found)]
        kept = max((_overlap(self._held, end) for end in self._ends), default=0)
        told, self._held = self._held[: len(self._held) - kept], self._held[-kept:] if kept else ""
        return told

    def rest(self) -> str:
        """What was held back for nothing: no more text comes."""
        return "" if self._over else self._held


def _overlap(text: str, end: str) -> int:
    """How many characters at the end of ``text`` are the first ones of ``end``."""
    longest = min(len(text), len(end) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(end[:size])), 0)


@dataclass(slots=True)
class Answer:
    """Builds what is sent back for one request, piece by piece.

    Args:
        request: What was asked.
        model: The name that the model is served under.
    """

    request: Request
    model: str
    identifier: str = field(default_factory=lambda: token_hex(12))
    created: int = field(default_factory=lambda: int(time()))
    tokens: int = 0
    _characters: int = 0
    _begun: bool = False
    _before: TextBefore = field(init=False)

    def __post_init__(self) -> None:
        self._before = TextBefore(self.request.config.stop_texts)

    def chunk(self, event: TokenGenerated) -> dict[str, Any] | None:
        """The piece of a stream that a token adds; None if it adds nothing to read."""
        self.tokens += 1
        probabilities = self._logprobs([event])
        text = self._before.add(event.text)
        if not text and probabilities is None:
            return None
        return self._piece(text, probabilities, None)

    def rest(self, reason: str) -> list[dict[str, Any]]:
        """The last pieces of a stream; ``reason`` as in ``GenerationFinished``."""
        held = self._before.rest()
        pieces = [self._piece(held, None, None)] if held else []
        pieces.append(self._piece("", None, FINISH_REASONS.get(reason, "stop")))
        if self.request.usage:
            pieces.append({**self._head(stream=True), "choices": [], "usage": self._usage()})
        return pieces

    def whole(self, events: Sequence[TokenGenerated], reason: str) -> dict[str, Any]:
        """The answer in one piece."""
        self.tokens = len(events)
        text = "".join(self._before.add(event.text) for event in events) + self._before.rest()
        content: dict[str, Any] = {"text": text}
        if self.request.chat:
            content = {"message": {"role": "assistant", "content": text, "refusal": None}}
        choice = {
            "index": 0,
            **content,
            "logprobs": self._logprobs(events),
            "finish_reason": FINISH_REASONS.get(reason, "stop"),
        }
        return {**self._head(stream=False), "choices": [choice], "usage": self._usage()}

    def _piece(self, text: str, probabilities: Any, reason: str | None) -> dict[str, Any]:
        content: dict[str, Any] = {"text": text}
        if self.request.chat:
            delta = {} if self._begun else {"role": "assistant"}
            content = {"delta": {**delta, "content": text} if reason is None else {}}
            self._begun = True
        choice = {"index": 0, **content, "logprobs": probabilities, "finish_reason": reason}
        return {**self._head(stream=True), "choices": [choice]}

    def _head(self, stream: bool) -> dict[str, Any]:
        if self.request.chat:
            kind, prefix = ("chat.completion.chunk" if stream else "chat.completion"), "chatcmpl"
        else:
            kind, prefix = "text_completion", "cmpl"
        return {
            "id": f"{prefix}-{self.identifier}",
            "object": kind,
            "created": self.created,
            "model": self.model,
        }

    def _usage(self) -> dict[str, int]:
        asked = len(self.request.prompt)
        return {
            "prompt_tokens": asked,
            "completion_tokens": self.tokens,
            "total_tokens": asked + self.tokens,
        }

    def _logprobs(self, events: Sequence[TokenGenerated]) -> dict[str, Any] | None:
        told = self.request.alternatives
        if told is None:
            return None
        if self.request.chat:
            return {"content": [_chances(event, told) for event in events]}
        starts = list(accumulate((len(event.text) for event in events), initial=self._characters))
        self._characters = starts.pop()
        return {
            "tokens": [event.text or event.piece for event in events],
            "token_logprobs": [_finite(event.logprob) for event in events],
            "top_logprobs": [
                {chance.text: _finite(chance.logprob) for chance in event.alternatives[:told]}
                for event in events
            ],
            "text_offset": starts,
        }


def _chances(event: TokenGenerated, told: int) -> dict[str, Any]:
    others = [_chance(one.text, one.logprob) for one in event.alternatives[:told]]
    return {**_chance(event.text or event.piece, event.logprob), "top_logprobs": others}


def _chance(text: str, logprob: float | None) -> dict[str, Any]:
    return {"token": text, "logprob": _finite(logprob), "bytes": list(text.encode())}


def _finite(logprob: float | None) -> float:
    """JSON has no infinity: the API writes -9999 for what cannot happen."""
    return logprob if logprob is not None and math.isfinite(logprob) else -9999.0


def _request(
    body: Mapping[str, Any],
    tokenizer: Tokenizer,
    prompt: str | Sequence[int],
    defaults: GenerationConfig,
    chat: bool,
    told: int | None,
) -> Request:
    _check_supported(body)
    stream = _field(body, "stream", _is_flag, "true or false") or False
    options = _field(body, "stream_options", _is_map, "an object") or {}
    ids = tokenizer.encode(prompt) if isinstance(prompt, str) else prompt
    return Request(
        prompt=torch.tensor(ids, dtype=torch.int64),
        config=_config(body, defaults, told),
        chat=chat,
        stream=stream,
        usage=options.get("include_usage") is True,
        alternatives=told,
    )


def _message(place: int, message: Any) -> dict[str, Any]:
    """One turn as chat templates take it: its content a text."""
    where = f"messages[{place}]"
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        raise RequestError(f"{where} must be an object with a role", "messages")
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(_text_part(where, part) for part in content)
    if not isinstance(content, str):
        raise RequestError(f"{where}.content must be a text", "messages")
    role = "system" if message["role"] == "developer" else message["role"]
    return {"role": role, "content": content}


def _text_part(where: str, part: Any) -> str:
    text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None
    if not isinstance(text, str):
        raise RequestError(f"{where}.content may only have parts of type text", "messages")
    return text


def _config(
    body: Mapping[str, Any], defaults: GenerationConfig, told: int | None
) -> GenerationConfig:
    settings: dict[str, Any] = {"alternatives": max(defaults.alternatives, told or 0)}
    for name in ("max_tokens", "max_completion_tokens"):
        length = _field(body, name, _is_count, "an integer of at least 1")
        if length is not None:
            settings["max_length"] = length
    temperature = _field(body, "temperature", _is_temperature, "a number from 0 to 2")
    top_p = _field(body, "top_p", _is_share, "a number above 0 and at most 1")
    if temperature is not None:
        settings |= {"strategy": "greedy"} if temperature == 0 else {"strategy": "sample"}
        settings["temperature"] = temperature or 1.0
    if top_p is not None:
        settings["top_p"] = top_p
    seed = _field(body, "seed", _is_whole, "an integer")
    if seed is not None:
        settings["seed"] = seed
    stop = _field(body, "stop", _are_stops, "a text or up to 4 texts")
    if stop is not None:
        settings["stop"] = [stop] if isinstance(stop, str) else stop
    return defaults.updated(settings)


def _check_supported(body: Mapping[str, Any]) -> None:
    """Refuse what would change the answer and cannot be done."""
    for name, harmless in _UNSUPPORTED.items():
        value = body.get(name)
        if value is not None and not harmless(value):
            raise RequestError(f"{name} is not supported", name)


def _field(body: Mapping[str, Any], name: str, fits: Test, expected: str) -> Any:
    """A field that may be missing or null."""
    value = body.get(name)
    if value is not None and not fits(value):
        raise RequestError(f"{name} must be {expected}", name)
    return value


def _is_whole(value: Any) -> bool:
    return is_whole(value) and abs(value) < 2**63


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_map(value: Any) -> bool:
    return isinstance(value, dict)


def _is_count(value: Any) -> bool:
    return _is_whole(value) and value >= 1


def _is_temperature(value: Any) -> bool:
    return is_number(value) and 0 <= value <= 2


def _is_share(value: Any) -> bool:
    return is_number(value) and 0 < value <= 1


def _is_alternatives(value: Any) -> bool:
    return _is_whole(value) and 0 <= value <= MOST_ALTERNATIVES


def _are_stops(value: Any) -> bool:
    several = [value] if isinstance(value, str) else value
    return (
        isinstance(several, list)
        and 1 <= len(several) <= 4
        and all(isinstance(one, str) and one for one in several)
    )


def _are_tokens(value: Any) -> bool:
    return isinstance(value, list) and all(_is_whole(one) and one >= 0 for one in value)


_ALTERNATIVES = f"an integer from 0 to {MOST_ALTERNATIVES}"

_UNSUPPORTED: dict[str, Test] = {
    "n": lambda value: value == 1,
    "best_of": lambda value: value == 1,
    "echo": lambda value: value is False,
    "suffix": lambda value: value == "",
    "tools": lambda value: value == [],
    "functions": lambda value: value == [],
    "logit_bias": lambda value: value == {},
    "frequency_penalty": lambda value: value == 0,
    "presence_penalty": lambda value: value == 0,
    "response_format": lambda value: value == {"type": "text"},
    "modalities": lambda value: value == ["text"],
}
"""Fields that are not served, and when they ask for nothing."""
