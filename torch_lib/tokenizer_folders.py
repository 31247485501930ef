"""Tokenizers in folders of models, in whichever files, with the settings that lie beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from torch_lib.errors import CheckpointError
from torch_lib.pipeline_tokenizer import (
    QWEN2_WORDS,
    PipelineTokenizer,
    is_rank_file,
    opened_pipeline,
    rank_tokenizer,
    split_by,
    tokenizers_package,
)
from torch_lib.reading import making_sense_of
from torch_lib.sentencepiece_tokenizer import ConversationTokenizer
from torch_lib.text_files import json_map
from torch_lib.tokenizers import Tokenizer

__all__ = ["companion_settings", "folder_tokenizer"]

_PIPELINE, _MODEL = "tokenizer.json", "tokenizer.model"
_VOCABULARY, _MERGES = "vocab.json", "merges.txt"
_SETTINGS, _TEMPLATE = "tokenizer_config.json", "chat_template.jinja"
_SPECIAL = "special_tokens_map.json"


def folder_tokenizer(folder: Path) -> Tokenizer | None:
    """The tokenizer that lies in a folder, if there is one.

    Raises:
        CheckpointError: It is damaged.
    """
    model = folder / _MODEL
    if (folder / _PIPELINE).is_file():
        return _opened(folder / _PIPELINE, opened_pipeline)
    if model.is_file() and is_rank_file(model):
        found, settings = rank_tokenizer(model), companion_settings(folder)
        found.special |= settings["special"]
        found.chat_template = settings["chat_template"]
        return found
    if model.is_file():
        begins = _read(folder / _SETTINGS).get("add_bos_token", True) is not False
        with making_sense_of(model):
            settings = companion_settings(folder)
            return ConversationTokenizer(model.read_bytes(), **settings, begins=begins)
    if (folder / _VOCABULARY).is_file() and (folder / _MERGES).is_file():
        return _opened(folder / _VOCABULARY, _from_merges)
    return None


def _opened(file: Path, opened: Callable[[Path], Any]) -> PipelineTokenizer:
    with making_sense_of(file):
        return PipelineTokenizer(opened(file), **companion_settings(file.parent))


def companion_settings(folder: Path) -> dict[str, Any]:
    """Control tokens and chat template from the files beside a tokenizer."""
    settings = _read(folder / _SPECIAL) | _read(folder / _SETTINGS)
    special = {}
    for role, given in settings.items():
        piece = given.get("content") if isinstance(given, Mapping) else given
        if role.endswith("_token") and isinstance(piece, str):
            special[role] = piece
    template = settings.get("chat_template")
    if isinstance(template, list):  # several, each with a name
        named = {one.get("name"): one.get("template") for one in template if isinstance(one, dict)}
        template = named.get("default")
    try:
        if (folder / _TEMPLATE).is_file():
            template = (folder / _TEMPLATE).read_text(encoding="utf-8")
    except ValueError as error:
        raise CheckpointError(f"{folder / _TEMPLATE} is not UTF-8 text") from error
    return {
        "special": special,
        "chat_template": template if isinstance(template, str) else None,
    }


def _read(file: Path) -> dict[str, Any]:
    return json_map(file) if file.is_file() else {}


def _from_merges(vocabulary: Path) -> Any:
    """Byte-level BPE in the files of GPT-2, which Qwen splits into words in another way."""
    package, folder = tokenizers_package(), vocabulary.parent
    settings = _read(folder / _SETTINGS)
    lines = (folder / _MERGES).read_text(encoding="utf-8").splitlines()
    merges = [tuple(line.split(" ")) for line in lines if line and not line.startswith("#version")]
    pipeline = package.Tokenizer(package.models.BPE(vocab=json_map(vocabulary), merges=merges))
    pipeline.decoder = package.decoders.ByteLevel()
    if str(settings.get("tokenizer_class")).startswith("Qwen2"):
        pipeline.normalizer = package.normalizers.NFC()
        pipeline.pre_tokenizer = split_by(QWEN2_WORDS)
    else:
        pipeline.pre_tokenizer = package.pre_tokenizers.ByteLevel(add_prefix_space=False)
    added = settings.get("added_tokens_decoder") or {}
    for _, token in sorted(added.items(), key=lambda item: int(item[0])):
        pipeline.add_tokens(
            [
                package.AddedToken(
                    token["content"], normalized=False, special=bool(token.get("special"))
                )
            ]
        )
    special = companion_settings(folder)["special"]
    pipeline.add_special_tokens(
        [piece for piece in special.values() if pipeline.token_to_id(piece) is not None]
    )
    return pipeline
