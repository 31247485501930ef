"""The tokenizers that GGUF files hold, as pipelines of the ``tokenizers`` library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from torch_lib.errors import ArgumentError
from torch_lib.pipeline_tokenizer import (
    LLAMA3_WORDS,
    QWEN2_WORDS,
    PipelineTokenizer,
    merges_of,
    prefix_with,
    split_by,
    tokenizers_package,
)

__all__ = ["gguf_tokenizer"]

_CONTROL, _USER_DEFINED = 3, 4  # token types of the format
_ROLES = {
    "bos_token": "tokenizer.ggml.bos_token_id",
    "eos_token": "tokenizer.ggml.eos_token_id",
    "unk_token": "tokenizer.ggml.unknown_token_id",
    "pad_token": "tokenizer.ggml.padding_token_id",
}
_WORD_START = "▁"
_LLAMA3_NAMES = ("llama-bpe", "llama3", "llama-v3")
_WORD_PATTERNS = {**dict.fromkeys(_LLAMA3_NAMES, LLAMA3_WORDS), "qwen2": QWEN2_WORDS}


def gguf_tokenizer(metadata: Mapping[str, Any]) -> PipelineTokenizer:
    """The tokenizer that the metadata of a GGUF file describes.

    Raises:
        ArgumentError: It is of a kind that is not known here.
    """
    kind = metadata["tokenizer.ggml.model"]
    if kind not in _PIPELINES:
        raise ArgumentError(f'its kind is "{kind}" (known: {", ".join(_PIPELINES)})')
    pipeline = _PIPELINES[kind](metadata)
    added = tokenizers_package().AddedToken
    pieces = metadata["tokenizer.ggml.tokens"]
    pipeline.add_special_tokens(
        [added(piece, special=True, normalized=False) for piece in _of_type(metadata, _CONTROL)]
    )
    pipeline.add_tokens(
        [added(piece, normalized=False) for piece in _of_type(metadata, _USER_DEFINED)]
    )
    begin = metadata.get("tokenizer.ggml.bos_token_id")
    usual = kind == "llama" or metadata.get("tokenizer.ggml.pre") in _LLAMA3_NAMES
    if begin is not None and metadata.get("tokenizer.ggml.add_bos_token", usual):
        prefix_with(pipeline, pieces[begin], begin)
    special = {
        role: pieces[metadata[key]]
        for role, key in _ROLES.items()
        if isinstance(metadata.get(key), int) and metadata[key] < len(pieces)
    }
    return PipelineTokenizer(pipeline, special, metadata.get("tokenizer.chat_template"))


def _byte_level(metadata: Mapping[str, Any]) -> Any:
    """Byte-level BPE with the file's merges."""
    package = tokenizers_package()
    splitting = metadata.get("tokenizer.ggml.pre", "default")
    pipeline = package.Tokenizer(
        package.models.BPE(
            vocab=_vocabulary(metadata),
            merges=[tuple(merge.split(" ")) for merge in metadata["tokenizer.ggml.merges"]],
            ignore_merges=splitting in _LLAMA3_NAMES,
        )
    )
    pipeline.pre_tokenizer = _word_splitter(splitting)
    pipeline.decoder = package.decoders.ByteLevel()
    return pipeline


def _sentencepiece(metadata: Mapping[str, Any]) -> Any:
    """SentencePiece BPE: the merges follow from the scores, unseen characters become bytes."""
    package = tokenizers_package()
    vocabulary = _vocabulary(metadata)
    scores = metadata["tokenizer.ggml.scores"]
    by_score = sorted(vocabulary, key=lambda piece: -scores[vocabulary[piece]])
    ranks = {piece: rank for rank, piece in enumerate(by_score)}
    unknown = metadata["tokenizer.ggml.tokens"][metadata.get("tokenizer.ggml.unknown_token_id", 0)]
    pipeline = package.Tokenizer(
        package.models.BPE(
            vocab=vocabulary,
            merges=list(merges_of(ranks)),
            unk_token=unknown,
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    prefixed = metadata.get("tokenizer.ggml.add_space_prefix", True)
    normalizers, decoders = package.normalizers, package.decoders
    prepended = [normalizers.Prepend(_WORD_START)] if prefixed else []
    pipeline.normalizer = normalizers.Sequence([*prepended, normalizers.Replace(" ", _WORD_START)])
    spaced = [decoders.Replace(_WORD_START, " "), decoders.ByteFallback(), decoders.Fuse()]
    stripped = [decoders.Strip(" ", 1, 0)] if prefixed else []
    pipeline.decoder = decoders.Sequence([*spaced, *stripped])
    return pipeline


_PIPELINES: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "gpt2": _byte_level,
    "llama": _sentencepiece,
}


def _vocabulary(metadata: Mapping[str, Any]) -> dict[str, int]:
    return {piece: token for token, piece in enumerate(metadata["tokenizer.ggml.tokens"])}


def _of_type(metadata: Mapping[str, Any], wanted: int) -> Iterator[str]:
    pieces = metadata["tokenizer.ggml.tokens"]
    types = metadata.get("tokenizer.ggml.token_type", ())
    return (piece for piece, found in zip(pieces, types, strict=False) if found == wanted)


def _word_splitter(name: str) -> Any:
    splitters = tokenizers_package().pre_tokenizers
    if name in ("gpt-2", "default"):
        return splitters.ByteLevel(add_prefix_space=False)
    if name == "smollm":
        return splitters.Sequence(
            [splitters.Digits(individual_digits=True), splitters.ByteLevel(add_prefix_space=False)]
        )
    if name not in _WORD_PATTERNS:
        raise ArgumentError(f'it splits words by "{name}", which is not known')
    return split_by(_WORD_PATTERNS[name])
