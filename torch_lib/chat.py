"""Conversations as the text that a chat model was trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import nn

from torch_lib.chat_templates import rendered
from torch_lib.errors import ArgumentError
from torch_lib.pretrained import model_tokenizer
from torch_lib.tokenizers import Tokenizer

__all__ = ["chat_format", "chat_prompt"]

_HEADER = "<|start_header_id|>{role}<|end_header_id|>\n\n"
_LLAMA3_PIECES = ("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")


def chat_prompt(
    tokenizer: Tokenizer | nn.Module,
    messages: Sequence[Mapping[str, Any]],
    add_generation_prompt: bool = True,
    variables: Mapping[str, Any] | None = None,
) -> str:
    """A conversation as the model's own chat template writes it, ready to be encoded.

    Templates run in a sandbox: they see the conversation, and nothing else of the program.

    Args:
        tokenizer: A tokenizer with a chat template, or the model it came with.
        messages: Maps with ``role`` (``"system"``, ``"user"`` or ``"assistant"``) and ``content``.
        add_generation_prompt: End where the assistant's answer begins.
        variables: A map of what the template knows besides, such as ``tools`` or
            ``enable_thinking``.

    Raises:
        ArgumentError: There is no template, or it refuses the messages.

    Example:
        (fwrite "corpus.txt" "a")
        (torch_train_bpe "corpus.txt" "tokenizer" 257)
        (setq template "{% for m in messages %}<{{ m.role }}> {{ m.content }}{% endfor %}")
        (fwrite "tokenizer_config.json" (json {"chat_template":template}))
        (torch_chat_prompt (torch_load_tokenizer ".") (list {"role":"user" "content":"Hello"}))
        ; => <user> Hello
    """
    reader = model_tokenizer(tokenizer) if isinstance(tokenizer, nn.Module) else tokenizer
    template = getattr(reader, "chat_template", None)
    if template is None:
        raise ArgumentError("the tokenizer has no chat template")
    _check_messages(messages)
    values = {
        "tools": None,
        "documents": None,
        **getattr(reader, "special", {}),
        **(variables or {}),
        "messages": messages,
        "add_generation_prompt": add_generation_prompt,
    }
    return rendered(template, values)


def chat_format(
    tok: Tokenizer | nn.Module,
    messages: Sequence[Mapping[str, Any]],
    add_generation_prompt: bool = True,
) -> str:
    """A conversation in the form of Llama 3, each message behind a header that names its role.

    It needs no chat template, but a vocabulary that has the marks.

    Args:
        tok: The tokenizer, or the model it came with.
        messages: Maps with ``role`` (``"system"``, ``"user"`` or ``"assistant"``) and ``content``.
        add_generation_prompt: End where the assistant's answer begins.

    Raises:
        ArgumentError: The vocabulary lacks a mark, or a message lacks something.

    Example:
        (use 'lispe_tiktoken)
        (setq special ())
        (loop mark '("<|begin_of_text|>" "<|start_header_id|>" "<|end_header_id|>" "<|eot_id|>")
            (push special {"content":mark "id":(+ 1 (size special))}))
        (setq tok (tiktoken_create {"a":0} special "[^ ]+"))
        (setq text (torch_chat_format tok (list {"role":"user" "content":"a"})))
        (car (split text "<|end_header_id|>"))
        ; => <|begin_of_text|><|start_header_id|>user
    """
    reader = model_tokenizer(tok) if isinstance(tok, nn.Module) else tok
    for piece in _LLAMA3_PIECES:
        if reader.token_id(piece) is None:
            raise ArgumentError(f"the tokenizer has no {piece}")
    _check_messages(messages)
    begin, _, _, end = _LLAMA3_PIECES
    turns = [
        f"{_HEADER.format(role=message['role'])}{str(message['content']).strip()}{end}"
        for message in messages
    ]
    answer = _HEADER.format(role="assistant") if add_generation_prompt else ""
    return f"{begin}{''.join(turns)}{answer}"


def _check_messages(messages: Sequence[Mapping[str, Any]]) -> None:
    for position, message in enumerate(messages):
        given = set(message) if isinstance(message, Mapping) else set()
        if not {"role", "content"} <= given and not {"role", "tool_calls"} <= given:
            raise ArgumentError(f"message {position} must be a map with role and content")
