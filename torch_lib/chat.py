"""Conversations as the text that a chat model was trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import nn

from torch_lib.errors import ArgumentError, MissingPackage
from torch_lib.pretrained import model_tokenizer
from torch_lib.tokenizers import Tokenizer

__all__ = ["chat_prompt"]


def chat_prompt(
    tokenizer: Tokenizer | nn.Module,
    messages: Sequence[Mapping[str, Any]],
    add_generation_prompt: bool = True,
) -> str:
    """A conversation as the model's own chat template writes it, ready to be encoded.

    Args:
        tokenizer: A tokenizer with a chat template, or the model it came with.
        messages: Maps with ``role`` (``"system"``, ``"user"`` or ``"assistant"``) and ``content``.
        add_generation_prompt: End where the assistant's answer begins.

    Raises:
        ArgumentError: There is no template, or it refuses the messages.
    """
    reader = model_tokenizer(tokenizer) if isinstance(tokenizer, nn.Module) else tokenizer
    template = getattr(reader, "chat_template", None)
    if template is None:
        raise ArgumentError("the tokenizer has no chat template")
    for position, message in enumerate(messages):
        if not isinstance(message, Mapping) or not {"role", "content"} <= set(message):
            raise ArgumentError(f"message {position} must be a map with role and content")
    return _render(
        template,
        messages=[dict(message) for message in messages],
        add_generation_prompt=add_generation_prompt,
        bos_token=getattr(reader, "begin", None) or "",
        eos_token=_piece(reader, getattr(reader, "eos_id", None)),
    )


def _piece(tokenizer: Tokenizer, token: int | None) -> str:
    return "" if token is None else tokenizer.id_token(token)


def _render(template: str, **values: Any) -> str:
    """Templates come with models, so they run in Jinja's sandbox."""
    try:
        from jinja2.exceptions import TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError as error:
        raise MissingPackage(
            "chat templates need the jinja2 package (pip install jinja2)"
        ) from error

    def refuse(message: str) -> None:
        raise TemplateError(message)

    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.globals["raise_exception"] = refuse
    try:
        return environment.from_string(template).render(**values)
    except TemplateError as error:
        raise ArgumentError(f"the chat template refuses the messages: {error}") from error
