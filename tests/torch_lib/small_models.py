"""Models small enough to know what they write.

A table of ``V`` logits for each of ``V`` tokens, which an embedding holds, is the smallest: the
next token depends on the last alone.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from torch_lib.decoder import DecoderModel, llama_model
from torch_lib.layers import embedding

VOCABULARY = 12


class Letters:
    """Token 0 is ``a``, token 1 ``b``, and so on."""

    vocab_size = VOCABULARY
    chat_template = "{% for m in messages %}{{ m.content }}{% endfor %}"
    eos_id = None

    def encode(self, text: str) -> list[int]:
        """A token a letter."""
        return [(ord(letter) - ord("a")) % VOCABULARY for letter in text]

    def decode(self, ids: Sequence[int]) -> str:
        """A letter a token."""
        return "".join(map(self.id_token, ids))

    def token_id(self, piece: str) -> int | None:
        """The place of a letter."""
        return ord(piece) - ord("a")

    def id_token(self, token: int) -> str:
        """The letter at a place."""
        return chr(ord("a") + token)

    def save(self, path: Path) -> None:
        """Nothing to keep."""

    def summary(self) -> str:
        """One line."""
        return "Letters"


def counting_model() -> nn.Module:
    """After token ``i`` comes ``i + 1``, with ``i + 2`` second best."""
    model = embedding(VOCABULARY, VOCABULARY)
    after = torch.arange(VOCABULARY)
    with torch.no_grad():
        model.weight.fill_(-4.0)
        model.weight[after, (after + 1) % VOCABULARY] = 2.0
        model.weight[after, (after + 2) % VOCABULARY] = 1.0
    return model


def random_llama() -> DecoderModel:
    """A Llama model whose logits differ enough for its choices to be clear."""
    torch.manual_seed(3)
    model = llama_model(
        {
            "vocab_size": 61,
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "intermediate_size": 48,
            "max_position_embeddings": 64,
        }
    )
    for parameter in model.parameters():
        if parameter.dim() == 2:
            nn.init.normal_(parameter, std=0.3)
    return model


def ids(*tokens: int) -> torch.Tensor:
    """Token ids."""
    return torch.tensor(tokens)
