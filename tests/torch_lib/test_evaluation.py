"""How good a language model is, against plain PyTorch."""

import copy
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from tests.torch_lib.small_models import Letters, counting_model, ids, random_llama
from torch_lib.decoder import DecoderModel
from torch_lib.errors import ArgumentError, FileMissing
from torch_lib.evaluation import (
    compare_generators,
    compare_models,
    file_perplexity,
    token_losses,
)
from torch_lib.events import Event, Metric, Progress, listening
from torch_lib.generation import Generator
from torch_lib.generation_config import GenerationConfig


def reader() -> torch.nn.Module:
    """Expects the alphabet in order."""
    model = counting_model()
    model.tokenizer = Letters()  # type: ignore[assignment]
    return model


def plain_losses(model: DecoderModel, tokens: torch.Tensor) -> torch.Tensor:
    """The losses of a text that is read at once."""
    with torch.no_grad():
        logits = model(tokens[None])[0]
    return F.cross_entropy(logits[:-1], tokens[1:], reduction="none")


def test_losses_are_cross_entropies(llama: DecoderModel) -> None:
    """One for each token but the first."""
    tokens = torch.randint(61, (40,))
    torch.testing.assert_close(token_losses(llama, tokens), plain_losses(llama, tokens))


def test_a_text_is_read_by_the_tokenizer_of_the_model() -> None:
    """As its ids are."""
    torch.testing.assert_close(token_losses(reader(), "abd"), token_losses(reader(), ids(0, 1, 3)))


def test_a_long_text_is_read_in_windows_that_overlap(llama: DecoderModel) -> None:
    """Each token counts once, with at least half a context of 64 before it."""
    tokens = torch.randint(61, (150,))
    losses = token_losses(llama, tokens)
    assert losses.shape == (149,)
    torch.testing.assert_close(losses[:63], plain_losses(llama, tokens[:64]))
    torch.testing.assert_close(losses[63:95], plain_losses(llama, tokens[32:96])[-32:])
    torch.testing.assert_close(losses[-22:], plain_losses(llama, tokens[86:])[-22:])


def test_the_perplexity_of_a_file(tmp_path: Path) -> None:
    """Is the exponential of the mean loss, and shows as a curve and as progress."""
    file = tmp_path / "text"
    file.write_text("abcdefab" * 5)
    heard: list[Event] = []
    with listening(heard.append):
        measured = file_perplexity(reader(), str(file), 8)
    losses = token_losses(reader(), "abcdefab" * 5)
    assert measured == pytest.approx(losses.mean().exp().item(), rel=1e-6)
    assert Metric("perplexity", measured) in heard
    assert [event.done for event in heard if isinstance(event, Progress)][-1] == 40


def test_the_window_is_no_longer_than_the_context(tmp_path: Path, llama: DecoderModel) -> None:
    (tmp_path / "letters.txt").write_text("abcdefgh" * 20)
    llama.tokenizer = Letters()

    path = str(tmp_path / "letters.txt")

    assert file_perplexity(llama, path) == file_perplexity(llama, path, 64)


def test_the_better_model_is_found(llama: DecoderModel) -> None:
    """Whichever comes first; a model against itself is undecided."""
    texts = ["abcdefghijkl", "cdefgh", "fghij", "abcde"]
    worse = copy.deepcopy(reader())
    with torch.no_grad():
        worse.get_parameter("weight").mul_(0.3)
    told = compare_models(reader(), worse, texts)
    assert told["better"] == "first"
    assert 0 < told["low"] < told["difference"] < told["high"]
    assert told["second"] - told["first"] == pytest.approx(told["difference"])
    turned = compare_models(worse, reader(), texts)
    assert turned["better"] == "second"
    assert turned["difference"] == pytest.approx(-told["difference"])
    assert compare_models(worse, worse, texts)["better"] == "undecided"
    bits = token_losses(worse, "cdefgh").sum() / torch.log(torch.tensor(2.0)) / 6
    alone = compare_models(worse, worse, ["cdefgh", "cdefgh"])
    assert alone["first"] == pytest.approx(bits.item(), rel=1e-6)


def test_two_generators_side_by_side() -> None:
    """The new text of each after every prompt, and how fast it came."""
    greedy = Generator(reader(), GenerationConfig(max_length=3, strategy="greedy"))
    never = Generator(reader(), GenerationConfig(max_length=3, strategy="greedy", eos_token_id=3))
    rows = compare_generators(greedy, never, ["ab", "de"])
    assert [(row["prompt"], row["first"], row["second"]) for row in rows] == [
        ("ab", "cde", "cd"),
        ("de", "fgh", "fgh"),
    ]
    assert all(row["first_rate"] > 0 and row["second_rate"] > 0 for row in rows)


def test_what_cannot_be_measured_is_said(tmp_path: Path, llama: DecoderModel) -> None:
    """In one sentence."""
    with pytest.raises(ArgumentError, match="the text must have at least 2 tokens, got 1"):
        token_losses(reader(), "a")
    with pytest.raises(ArgumentError, match="token ids must have 1 dimension, got 2"):
        token_losses(llama, torch.zeros(2, 2, dtype=torch.int64))
    with pytest.raises(ArgumentError, match="the model came without a tokenizer"):
        token_losses(random_llama(), "abc")
    with pytest.raises(ArgumentError, match="a comparison needs at least 2 texts, got 1"):
        compare_models(reader(), reader(), ["abc"])
    with pytest.raises(FileMissing, match="file not found"):
        file_perplexity(reader(), str(tmp_path / "missing"))
    with pytest.raises(ArgumentError, match="the window must be at least 2 and at most 64, got 99"):
        file_perplexity(llama, "text", 99)
