"""Tokenizers of the ``tokenizers`` library: byte-level BPE, WordPiece and their kin.

They come from a ``tokenizer.json``, from a file of ranks as Llama 3 has it, or from training.
"""

from __future__ import annotations

import base64
import binascii
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from torch_lib.atomic_files import replacing
from torch_lib.errors import (
    ArgumentError,
    CheckpointError,
    FileMissing,
    MissingPackage,
    TorchLibWarning,
)
from torch_lib.options import check_positive
from torch_lib.reading import making_sense_of
from torch_lib.tokenizers import check_ids, whole_characters

__all__ = ["PipelineTokenizer", "bpe_tokenizer", "train_bpe", "train_wordpiece"]

LLAMA3_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2_WORDS = LLAMA3_WORDS.replace(r"\p{N}{1,3}", r"\p{N}")
_LLAMA3_SPECIAL = {
    0: "<|begin_of_text|>",
    1: "<|end_of_text|>",
    4: "<|finetune_right_pad_id|>",
    5: "<|step_id|>",
    6: "<|start_header_id|>",
    7: "<|end_header_id|>",
    8: "<|eom_id|>",
    9: "<|eot_id|>",
    10: "<|python_tag|>",
    11: "<|image|>",
}
_LLAMA3_SPECIAL_COUNT = 256
PieceT = TypeVar("PieceT", str, bytes)

_RANK_LINE = re.compile(rb"[A-Za-z0-9+/]+={0,2} \d+\r?\n")


class PipelineTokenizer:
    """A pipeline of the ``tokenizers`` library, with what a chat needs to know about its model.

    Control tokens in a text become their ids; decoding gives nothing for them.

    Attributes:
        special: Control tokens by their role, as ``tokenizer_config.json`` names it: ``bos_token``,
            ``eos_token`` and the like.
        chat_template: How conversations are written, in Jinja.
        begin: The token with which every encoding begins.
    """

    def __init__(
        self,
        pipeline: Any,
        special: Mapping[str, str] | None = None,
        chat_template: str | None = None,
    ) -> None:
        self._pipeline = pipeline
        self.special = dict(special or {})
        self.chat_template = chat_template
        pipeline.no_padding()
        pipeline.no_truncation()
        with _working():
            opening = pipeline.encode("").tokens[:1]
            self._highest = max(pipeline.get_vocab().values(), default=-1)
        self.begin: str | None = opening[0] if opening else None

    @property
    def vocab_size(self) -> int:
        """One more than the highest id, control tokens included."""
        return self._highest + 1

    @property
    def eos_id(self) -> int | None:
        """The id of the token that ends a text, if one is known."""
        piece = self.special.get("eos_token")
        return None if piece is None else self.token_id(piece)

    def encode(self, text: str) -> list[int]:
        """The ids of ``text``, with the begin token if the pipeline wants one and it is missing."""
        complete = self.begin is not None and text.startswith(self.begin)
        with _working():
            encoded = self._pipeline.encode(whole_characters(text), add_special_tokens=not complete)
            ids: list[int] = encoded.ids
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ``ids`` without control tokens."""
        check_ids(self, ids)
        with _working():
            return str(self._pipeline.decode(list(ids), skip_special_tokens=True))

    def token_id(self, piece: str) -> int | None:
        """The id of a piece, or None."""
        token: int | None = self._pipeline.token_to_id(piece)
        return token

    def id_token(self, token: int) -> str:
        """The piece with this id, as the vocabulary writes it (``Ġ`` for a space)."""
        return self._pipeline.id_to_token(token) or ""

    def save(self, path: Path) -> None:
        """Write the pipeline as a ``tokenizer.json``."""
        self._pipeline.save(str(path))

    def settings(self) -> dict[str, str]:
        """What ``tokenizer_config.json`` says beside the pipeline."""
        template = {} if self.chat_template is None else {"chat_template": self.chat_template}
        return {"tokenizer_class": "PreTrainedTokenizerFast", **self.special, **template}

    def summary(self) -> str:
        """The printed line."""
        kind = type(self._pipeline.model).__name__
        return f"{kind} Tokenizer (vocab size: {self.vocab_size})"


def bpe_tokenizer(path: str) -> PipelineTokenizer:
    """Open a ``tokenizer.json``, a folder with a tokenizer, or a file of lines "base64 rank".

    Args:
        path: The file; or a folder that holds ``tokenizer.json``, such a file of lines as
            ``tokenizer.model``, or ``vocab.json`` with ``merges.txt``.

    Raises:
        FileMissing: There is none.
        CheckpointError: It is damaged, or of a kind that is not known.

    Example:
        (fwrite "corpus.txt" "low lower lowest")
        (torch_train_bpe "corpus.txt" "small" 260)
        (setq tok (torch_bpe_tokenizer "small.json"))
        (size (torch_encode tok "low"))
        ; => 1
        (torch_decode tok (torch_encode tok "low λ"))
        ; => low λ
    """
    from torch_lib.tokenizer_folders import companion_settings, folder_tokenizer

    file = Path(path)
    if file.is_dir():
        found = folder_tokenizer(file)
        if isinstance(found, PipelineTokenizer):
            return found
        file = file / "tokenizer.json"
    if not file.is_file():
        raise FileMissing(f"file not found: {file}")
    if is_rank_file(file):
        return rank_tokenizer(file)
    with making_sense_of(file):
        return PipelineTokenizer(opened_pipeline(file), **companion_settings(file.parent))


def opened_pipeline(file: Path) -> Any:
    """The pipeline that a ``tokenizer.json`` describes.

    Raises:
        CheckpointError: The file describes none.
    """
    package = tokenizers_package()
    try:
        with _working():
            return package.Tokenizer.from_str(file.read_text(encoding="utf-8"))
    except (ArgumentError, UnicodeDecodeError) as error:
        raise CheckpointError(f"{file} is not a tokenizer file") from error


@contextmanager
def _working() -> Iterator[None]:
    """Turn whatever the ``tokenizers`` library raises into a sentence.

    It raises no narrower class than ``Exception``; what it did not foresee is none even of those.
    """
    try:
        yield
    except Exception as error:
        raise ArgumentError(f"the tokenizer fails: {' '.join(str(error).split())}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise ArgumentError("the tokenizer fails: its settings contradict each other") from error


def train_bpe(files: str | Sequence[str], prefix: str, vocab_size: int) -> str:
    """Train byte-level BPE on text files and write ``<prefix>.json``.

    Args:
        files: A path or a list of paths.
        prefix: The path of the tokenizer, without ``.json``.
        vocab_size: How many tokens, at least 257: the bytes, and ``<|endoftext|>``. Fewer come of
            a corpus that is too short, with a warning.

    Returns:
        A sentence that names the file.

    Raises:
        ArgumentError: The size is too small, or there are no files.
        FileMissing: A file is not there.

    Example:
        (fwrite "corpus.txt" "low lower lowest")
        (torch_train_bpe "corpus.txt" "small" 260)
        ; => Training completed successfully. Tokenizer saved as: small.json
        (torch_bpe_tokenizer "small.json")
        ; => BPE Tokenizer (vocab size: 260)
    """
    check_positive(vocab_size=vocab_size)
    package = tokenizers_package()
    pipeline = package.Tokenizer(package.models.BPE())
    pipeline.pre_tokenizer = package.pre_tokenizers.ByteLevel(add_prefix_space=False)
    pipeline.decoder = package.decoders.ByteLevel()
    trainer = package.trainers.BpeTrainer(
        vocab_size=vocab_size,
        initial_alphabet=sorted(package.pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=["<|endoftext|>"],
        show_progress=False,
    )
    return _train(pipeline, trainer, files, prefix, vocab_size)


def train_wordpiece(files: str | Sequence[str], prefix: str, vocab_size: int) -> str:
    """Train WordPiece, as BERT uses it, on text files and write ``<prefix>.json``.

    Args:
        files: A path or a list of paths.
        prefix: The path of the tokenizer, without ``.json``.
        vocab_size: How many tokens, at least the characters that words begin with or go on with
            in the corpus, and five special tokens.

    Returns:
        A sentence that names the file.

    Raises:
        ArgumentError: The size is too small, or there are no files.
        FileMissing: A file is not there.

    Example:
        (fwrite "corpus.txt" "low lower lowest")
        (torch_train_wordpiece "corpus.txt" "small" 18)
        ; => Training completed successfully. Tokenizer saved as: small.json
        (setq tok (torch_bpe_tokenizer "small.json"))
        tok
        ; => WordPiece Tokenizer (vocab size: 18)
        (torch_decode tok (torch_encode tok "lower low"))
        ; => lower low
    """
    check_positive(vocab_size=vocab_size)
    package = tokenizers_package()
    pipeline = package.Tokenizer(package.models.WordPiece(unk_token="[UNK]"))
    pipeline.normalizer = package.normalizers.BertNormalizer(lowercase=False)
    pipeline.pre_tokenizer = package.pre_tokenizers.BertPreTokenizer()
    pipeline.decoder = package.decoders.WordPiece()
    trainer = package.trainers.WordPieceTrainer(
        vocab_size=vocab_size,
        special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
        show_progress=False,
    )
    return _train(pipeline, trainer, files, prefix, vocab_size)


def is_rank_file(path: Path) -> bool:
    """Whether ``path`` begins with lines "base64 rank"."""
    with path.open("rb") as file:
        return all(_RANK_LINE.fullmatch(file.readline(1024)) for _ in range(2))


def split_by(pattern: str) -> Any:
    """What splits text into words by a regular expression, and spells the words in bytes."""
    package = tokenizers_package()
    splitters = package.pre_tokenizers
    return splitters.Sequence(
        [
            splitters.Split(package.Regex(pattern), behavior="isolated"),
            splitters.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


def prefix_with(pipeline: Any, piece: str, token: int) -> None:
    """Let the pipeline begin every encoding with a token."""
    pipeline.post_processor = tokenizers_package().processors.TemplateProcessing(
        single=[piece, "$A"], special_tokens=[(piece, token)]
    )


def rank_tokenizer(path: Path) -> PipelineTokenizer:
    """Llama 3's tokenizer: the merges are found again from the ranks of both halves."""
    package = tokenizers_package()
    ranks = _read_ranks(path)
    pipeline = package.Tokenizer(
        package.models.BPE(
            vocab={spelled(piece): rank for piece, rank in ranks.items()},
            merges=[(spelled(left), spelled(right)) for left, right in merges_of(ranks)],
            ignore_merges=True,
        )
    )
    pipeline.pre_tokenizer = split_by(LLAMA3_WORDS)
    pipeline.decoder = package.decoders.ByteLevel()
    pipeline.add_special_tokens(_llama3_special_pieces())
    begin = _LLAMA3_SPECIAL[0]
    prefix_with(pipeline, begin, pipeline.token_to_id(begin))
    special = {"bos_token": begin, "eos_token": _LLAMA3_SPECIAL[1]}
    return PipelineTokenizer(pipeline, special)


def _read_ranks(path: Path) -> dict[bytes, int]:
    try:
        pairs = (line.split() for line in path.read_bytes().splitlines() if line)
        return {base64.b64decode(piece, validate=True): int(rank) for piece, rank in pairs}
    except (ValueError, binascii.Error) as error:
        raise CheckpointError(f"{path} is a damaged rank file") from error


def merges_of(ranks: Mapping[PieceT, int]) -> Iterator[tuple[PieceT, PieceT]]:
    """Every two pieces that make a third, in the order of its rank, then of theirs."""
    for piece in sorted(ranks, key=ranks.__getitem__):
        splits = ((piece[:at], piece[at:]) for at in range(1, len(piece)))
        known = [(left, right) for left, right in splits if left in ranks and right in ranks]
        yield from sorted(known, key=lambda halves: (ranks[halves[0]], ranks[halves[1]]))


def _byte_spelling() -> dict[int, str]:
    """GPT-2's printable stand-in for each byte."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = (byte for byte in range(256) if byte not in printable)
    stand_ins = {byte: chr(256 + position) for position, byte in enumerate(others)}
    return {byte: stand_ins.get(byte) or chr(byte) for byte in range(256)}


BYTE_SPELLING = _byte_spelling()


def spelled(piece: bytes) -> str:
    """A piece in GPT-2's printable characters."""
    return "".join(BYTE_SPELLING[byte] for byte in piece)


def _llama3_special_pieces() -> list[str]:
    reserved = iter(range(_LLAMA3_SPECIAL_COUNT))
    return [
        _LLAMA3_SPECIAL.get(position) or f"<|reserved_special_token_{next(reserved)}|>"
        for position in range(_LLAMA3_SPECIAL_COUNT)
    ]


def _train(
    pipeline: Any, trainer: Any, files: str | Sequence[str], prefix: str, vocab_size: int
) -> str:
    paths = [files] if isinstance(files, str) else list(files)
    if not paths:
        raise ArgumentError("no file to train on")
    for path in paths:
        if not Path(path).is_file():
            raise FileMissing(f"input file not found: {path}")
    pipeline.train(paths, trainer)
    reached = pipeline.get_vocab_size()
    if reached > vocab_size:
        raise ArgumentError(
            f"vocabulary size {vocab_size} is too small, this corpus needs at least {reached}"
        )
    target = Path(f"{prefix}.json")
    with replacing(target) as temporary:
        pipeline.save(str(temporary))
    if reached < vocab_size:
        warnings.warn(
            f"vocabulary reduced from {vocab_size} to {reached} (limit of the corpus)",
            TorchLibWarning,
            stacklevel=3,
        )
    return f"Training completed successfully. Tokenizer saved as: {target}"


def tokenizers_package() -> ModuleType:
    """The ``tokenizers`` package, imported on first use.

    Raises:
        MissingPackage: It is not installed.
    """
    try:
        import tokenizers
    except ImportError as error:
        raise MissingPackage(
            "byte-level tokenizers need the tokenizers package (pip install tokenizers)"
        ) from error
    package: ModuleType = tokenizers
    return package
