"""Questions to a model as the Lisp programs that ask them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

ORIGIN = "<chat>"
NOT_IN_NAMES = set("()[]{}\"';:,`@&\\. \t\n")


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn: ``temperature`` 0 takes the best, ``top_k`` 0 keeps all.

    ``repetition_penalty`` 1 lets tokens come again; without a ``seed`` each answer is another.
    """

    temperature: float = 0.7
    top_k: int = 40
    top_p: float = 0.95
    max_tokens: int = 200
    repetition_penalty: float = 1.0
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation: ``role`` is ``user``, ``assistant``, or first ``system``."""

    role: str
    content: str


def sampling(
    temperature: str, top_k: str, top_p: str, max_tokens: str, penalty: str = "1", seed: str = ""
) -> Sampling:
    """The settings as typed; an empty seed is none.

    Raises:
        ValueError: One is not a number or outside its limits.
    """
    return Sampling(
        _number("the temperature", temperature, 0.0, 100.0),
        int(_number("top-k", top_k, 0, 10**9, whole=True)),
        _number("top-p", top_p, 0.0001, 1.0),
        int(_number("the number of tokens", max_tokens, 1, 10**9, whole=True)),
        _number("the repetition penalty", penalty, 0.01, 100.0),
        int(_number("the seed", seed, 0, 2**63 - 1, whole=True)) if seed else None,
    )


def _number(name: str, text: str, least: float, most: float, whole: bool = False) -> float:
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{name} must be {kind} from {least:g} to {most:g}, not “{text}”")
    return number


def is_name(text: str) -> bool:
    """Whether ``text`` can be the name of a variable."""
    return bool(text) and not (set(text) & NOT_IN_NAMES) and not text[0].isdigit()


def lisp_string(text: str) -> str:
    """``text`` as a string in a Lisp program."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def question_program(model: str, messages: Sequence[Message], settings: Sampling) -> str:
    """Lisp that lets the model in variable ``model`` answer the last message; gives the answer.

    The conversation is written in the model's own template. Where that knows no system message, it
    stands at the beginning of the first question. A model without a template continues the last
    message.
    """
    options = f'"max_length":{settings.max_tokens} "do_sample":'
    if settings.temperature > 0:
        options += (
            f'true "temperature":{settings.temperature!r} '
            f'"top_k":{settings.top_k} "top_p":{settings.top_p!r}'
        )
    else:
        options += "false"
    options += f' "repetition_penalty":{settings.repetition_penalty!r}'
    if settings.seed is not None:
        options += f' "seed":{settings.seed}'
    ways = [f"(torch_chat_prompt tokenizer {_turns(messages)})"]
    last = messages[-1]
    if messages[0].role == "system":
        ways.append(f"(torch_chat_prompt tokenizer {_turns(_without_system(messages))})")
        last = _without_system([messages[0], last])[-1]
    ways.append(lisp_string(last.content))
    otherwise = "\n".join(f"   (if (maybe prompt) (setq prompt (catch {way})))" for way in ways[1:])
    return f"""\
((lambda (model)
   (setq tokenizer (torch_model_tokenizer model))
   (setq prompt (catch {ways[0]}))
{otherwise}
   (setq generator (torch_generator_create model))
   (torch_generator_configure generator {{{options}}})
   (setq ids (torch_encode tokenizer prompt))
   (setq written (torch_generator_generate generator ids))
   (torch_decode tokenizer (torch_slice written 0 (size ids) (size written))))
 {model})"""


def _turns(messages: Sequence[Message]) -> str:
    turns = " ".join(
        f'{{"role":{lisp_string(message.role)} "content":{lisp_string(message.content)}}}'
        for message in messages
    )
    return f"(list {turns})"


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """The turns behind the system message, which begins the first of them."""
    system, first, *rest = messages
    return [Message(first.role, f"{system.content}\n\n{first.content}"), *rest]
