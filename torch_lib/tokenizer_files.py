"""Files of tokenizers of every kind."""

from __future__ import annotations

from pathlib import Path

from torch_lib.atomic_files import replacing
from torch_lib.errors import FileMissing
from torch_lib.gguf_file import GGUFFile, is_gguf
from torch_lib.gguf_tokenizers import gguf_tokenizer
from torch_lib.pipeline_tokenizer import bpe_tokenizer
from torch_lib.reading import making_sense_of
from torch_lib.sentencepiece_tokenizer import sentencepiece_tokenizer
from torch_lib.simple_tokenizer import SimpleTokenizer, is_simple_tokenizer_file
from torch_lib.tokenizer_folders import folder_tokenizer
from torch_lib.tokenizers import Tokenizer

__all__ = ["load_tokenizer", "save_tokenizer", "tokenizer_create"]


def save_tokenizer(tokenizer: Tokenizer, path: str) -> str:
    """Write the tokenizer to a file that ``load_tokenizer`` reads.

    Example:
        (setq tok (torch_simple_tokenizer))
        (torch_save_tokenizer tok "words.json")
        ; => Tokenizer saved successfully
    """
    with replacing(Path(path)) as temporary:
        tokenizer.save(temporary)
    return "Tokenizer saved successfully"


def tokenizer_create(path: str | None = None) -> Tokenizer:
    """The tokenizer in a file, as ``load_tokenizer`` opens it; a new simple one without a path.

    Example:
        (torch_tokenizer_create)
        ; => Simple Tokenizer (vocab size: 4)
        (torch_save_tokenizer (torch_simple_tokenizer) "words.json")
        (torch_tokenizer_create "words.json")
        ; => Simple Tokenizer (vocab size: 4)
    """
    return SimpleTokenizer() if path is None else load_tokenizer(path)


def load_tokenizer(path: str) -> Tokenizer:
    """Open a tokenizer file.

    Args:
        path: What ``save_tokenizer`` wrote, a ``tokenizer.json``, a SentencePiece model, a file of
            lines "base64 rank", a GGUF file, or the folder of a model, in which such a file, or
            ``vocab.json`` with ``merges.txt``, lies.

    Raises:
        FileMissing: There is no such file.
        CheckpointError: It is no tokenizer, or damaged.

    Example:
        (setq tok (torch_simple_tokenizer))
        (torch_encode tok "to be")
        (torch_save_tokenizer tok "words.json")
        (torch_load_tokenizer "words.json")
        ; => Simple Tokenizer (vocab size: 6)
    """
    file = Path(path)
    if not file.exists():
        raise FileMissing(f"file not found: {path}")
    if file.is_file() and is_simple_tokenizer_file(file):
        return SimpleTokenizer.load(file)
    if file.is_dir():
        found = folder_tokenizer(file)
        if found is None:
            raise FileMissing(f"{path} is a folder without a tokenizer")
        return found
    if file.suffix == ".json":
        return bpe_tokenizer(path)
    if is_gguf(file):
        with making_sense_of(path):
            return gguf_tokenizer(GGUFFile(path).metadata)
    return sentencepiece_tokenizer(path)
