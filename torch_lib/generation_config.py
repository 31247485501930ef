"""How a model is to write: the settings of a generator, checked where they are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from torch_lib.display import number_text, value_text
from torch_lib.errors import ArgumentError
from torch_lib.options import SEED, check_keys, is_number, is_seed, is_whole

__all__ = ["GenerationConfig", "generation_config"]

_ALIASES = {"max_new_tokens": "max_length"}
_OVERFLOWS = ("stop", "slide")
_STRATEGIES = ("greedy", "top_k", "top_p", "sample", "beam_search")

Rule = tuple[Callable[[Any], bool], str]


def _is_id(value: Any) -> bool:
    return is_whole(value) and value >= 0


def _are_ids(value: Any) -> bool:
    several = isinstance(value, Sequence) and not isinstance(value, str)
    return value is None or is_whole(value) or (several and all(map(is_whole, value)))


def _are_texts(value: Any) -> bool:
    texts = [value] if isinstance(value, str) else value
    several = value is None or isinstance(texts, Sequence)
    return several and all(isinstance(text, str) and text for text in texts or ())


_SHARE = "from 0 to 1"
_POSITIVE: Rule = (lambda value: is_number(value) and value > 0, "greater than 0")
_COUNT: Rule = (_is_id, "an integer of at least 0")
_RULES: dict[str, Rule] = {
    "max_length": _COUNT,
    "temperature": _POSITIVE,
    "top_k": _COUNT,
    "top_p": (lambda value: is_number(value) and 0 < value <= 1, "above 0 and at most 1"),
    "min_p": (lambda value: is_number(value) and 0 <= value <= 1, _SHARE),
    "typical_p": (lambda value: is_number(value) and 0 < value <= 1, "above 0 and at most 1"),
    "repetition_penalty": _POSITIVE,
    "repetition_window": _COUNT,
    "num_beams": (lambda value: is_whole(value) and value >= 1, "an integer of at least 1"),
    "do_sample": (lambda value: isinstance(value, bool), "true or nil"),
    "strategy": (
        lambda value: value is None or value in _STRATEGIES,
        f"one of {', '.join(_STRATEGIES)}",
    ),
    "eos_token_id": (_are_ids, "an integer or a list of integers"),
    "pad_token_id": (lambda value: value is None or _is_id(value), "an integer of at least 0"),
    "no_repeat_ngram_size": _COUNT,
    "length_penalty": (is_number, "a number"),
    "seed": (lambda value: value is None or is_seed(value), SEED),
    "use_cache": (lambda value: isinstance(value, bool), "true or nil"),
    "stop": (_are_texts, "a text that is not empty, or a list of such"),
    "prompt_lookup": _COUNT,
    "reuse_prefix": (lambda value: isinstance(value, bool), "true or nil"),
    "overflow": (lambda value: value in _OVERFLOWS, f"one of {', '.join(_OVERFLOWS)}"),
    "alternatives": _COUNT,
    "callback": (lambda value: value is None or callable(value), "a function"),
}


@dataclass(frozen=True, slots=True)
class GenerationConfig:
    """The settings of a generator.

    Attributes:
        max_length: How many new tokens to write at most.
        temperature: What logits are divided by before a draw.
        top_k: Draw from this many most probable tokens; 0 for all.
        top_p: Draw from the most probable tokens that together reach this probability.
        min_p: Draw from tokens with at least this share of the best one's probability.
        typical_p: Draw from the most typical tokens that together reach this probability.
        repetition_penalty: What makes tokens less likely that are already there; 1 for nothing.
        repetition_window: How many tokens back the penalty looks; 0 for all.
        num_beams: Continuations followed at once; above 1 means beam search.
        do_sample: Draw, rather than take the most probable token.
        strategy: ``greedy``, ``top_k``, ``top_p``, ``sample`` or ``beam_search``, in place of the
            two above.
        eos_token_id: Ids that end a text; None for the model's own.
        pad_token_id: What fills finished rows of a batch; None for the model's own.
        no_repeat_ngram_size: Never write a sequence of this many tokens twice; 0 allows it.
        length_penalty: A beam's score is divided by its length to this power.
        seed: What every call starts its random numbers from; None for the common ones.
        use_cache: Keep keys and values of what has been read, where the model can.
        stop: A text, or several, whose appearance ends what is written.
        prompt_lookup: How many tokens to guess at a time from what followed the last few where
            they stood before; guesses are checked, so that the text is the same, only sooner.
        reuse_prefix: Keep what was read, for the next prompt that begins alike: a conversation.
        overflow: What happens when the model's context is full: ``stop``, or ``slide`` to go on
            with its second half.
        alternatives: How many of the most probable tokens are reported with each.
        callback: Called with each new token and ``data``; the atom ``stop`` as result ends it.
        data: Handed to the callback.
    """

    max_length: int = 100
    temperature: float = 1.0
    top_k: int = 50
    top_p: float = 0.9
    min_p: float = 0.0
    typical_p: float = 1.0
    repetition_penalty: float = 1.0
    repetition_window: int = 0
    num_beams: int = 1
    do_sample: bool = True
    strategy: str | None = None
    eos_token_id: int | Sequence[int] | None = None
    pad_token_id: int | None = None
    no_repeat_ngram_size: int = 0
    length_penalty: float = 1.0
    seed: int | None = None
    use_cache: bool = True
    stop: str | Sequence[str] | None = None
    prompt_lookup: int = 0
    reuse_prefix: bool = False
    overflow: str = "stop"
    alternatives: int = 5
    callback: Callable[..., Any] | None = None
    data: Any = None

    def __post_init__(self) -> None:
        for name, (fits, rule) in _RULES.items():
            value = getattr(self, name)
            if not fits(value):
                raise ArgumentError(f"{name} must be {rule}, got {value_text(value)}")

    @property
    def stop_texts(self) -> tuple[str, ...]:
        """What ``stop`` gives."""
        return (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())

    @property
    def method(self) -> str:
        """The strategy that the settings amount to."""
        if self.strategy is not None:
            return self.strategy
        if self.num_beams > 1:
            return "beam_search"
        return "sample" if self.do_sample else "greedy"

    def updated(self, settings: Mapping[str, Any]) -> GenerationConfig:
        """A copy with the settings of a map.

        Raises:
            ArgumentError: A key is unknown or a value outside its limits.
        """
        return replace(self, **dict(_setting(key, value) for key, value in settings.items()))

    def summary(self) -> str:
        """The printed line."""
        return f"GenerationConfig({self.outline()})"

    def outline(self) -> str:
        """The settings that matter most."""
        return (
            f"max_length={self.max_length}, temperature={number_text(self.temperature)}, "
            f"strategy={self.method}"
        )


def generation_config(config: Mapping[str, Any]) -> GenerationConfig:
    """Settings for generators as a value of its own.

    Args:
        config: A map with any of ``max_length``, ``temperature``, ``top_k``, ``top_p``, ``min_p``,
            ``typical_p``, ``repetition_penalty``, ``repetition_window``, ``num_beams``,
            ``do_sample``, ``strategy``, ``eos_token_id``, ``pad_token_id``,
            ``no_repeat_ngram_size``, ``length_penalty``, ``seed``, ``use_cache``, ``stop`` (a text
            or several that end what is written), ``prompt_lookup`` (how many tokens to guess at a
            time from what is there already: the same text, sooner), ``reuse_prefix`` (what was
            read is kept for the next prompt that begins alike), ``overflow`` (``"stop"`` or
            ``"slide"`` when the context is full; beam search stops), ``alternatives``, ``callback``
            and ``data``.

    Example:
        (torch_generation_config {"max_length":20 "temperature":0.7 "strategy":"top_k" "top_k":40})
        ; => GenerationConfig(max_length=20, temperature=0.7, strategy=top_k)
    """
    return GenerationConfig().updated(config)


def _setting(key: str, value: Any) -> tuple[str, Any]:
    """A setting under its own name; nil stands for no, or else for the default."""
    name = _ALIASES.get(key, key)
    check_keys([name], _DEFAULTS)
    if value is None:
        return name, False if isinstance(_DEFAULTS[name], bool) else _DEFAULTS[name]
    return name, value


_DEFAULTS = {field.name: field.default for field in fields(GenerationConfig)}
