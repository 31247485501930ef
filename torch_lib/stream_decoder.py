"""Token ids to text piece by piece, as they are generated."""

from __future__ import annotations

from collections.abc import Sequence

from torch_lib.tokenizers import Tokenizer, readable

__all__ = ["StreamDecoder", "stream_decoder", "stream_decoder_add", "stream_decoder_finish"]

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_UNFINISHED = 3  # bytes: a character of UTF-8 has at most four
_REMEMBERED = 8  # tokens held before all but the last few are taken for done


class StreamDecoder:
    """Gives the text that each new token completes, never half a character.

    A piece decoded alone can lose its leading space, so each is decoded together with the pieces
    that were given last; only what they add is new.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._given: list[int] = []
        self._held: list[int] = []
        self._shown = 0  # characters of the held tokens' text that were given already

    def add(self, token: int) -> str:
        """The text that ``token`` completes; empty while a character is unfinished.

        A token that the tokenizer lacks has no text: models have such beyond its vocabulary.
        """
        if not readable(self._tokenizer, [token]):
            return ""
        self._held.append(token)
        text = self._pending_text()
        finished = _finished(text)
        fresh = finished[self._shown :]
        if len(finished) < len(text):
            self._shown = max(self._shown, len(finished))
            if len(self._held) > _REMEMBERED:
                self._given, self._held = self._held[:-_UNFINISHED], self._held[-_UNFINISHED:]
                done = len(text) - len(self._pending_text())
                fresh += text[self._shown : done]
                self._shown = max(0, self._shown - done)
            return fresh
        if text:
            self._given = self._held
        else:
            self._given.extend(self._held)
        self._held, self._shown = [], 0
        return fresh

    def previews(self, tokens: Sequence[int]) -> list[str]:
        """The text that each of ``tokens`` would complete; empty for a part of a character."""
        before = len(self._tokenizer.decode(self._given)) + self._shown
        known = self._given + self._held
        texts = (self._tokenizer.decode([*known, token])[before:] for token in tokens)
        return ["" if _REPLACEMENT in text else text for text in texts]

    def finish(self) -> str:
        """The text still held back, with replacement signs for what stayed unfinished."""
        text = self._pending_text()[self._shown :] if self._held else ""
        self._given, self._held, self._shown = [], [], 0
        return text

    def __call__(self, token: int) -> str:
        """The same as ``add``."""
        return self.add(token)

    def summary(self) -> str:
        """The printed line."""
        return f"Stream Decoder ({self._tokenizer.summary()})"

    def _pending_text(self) -> str:
        before = self._tokenizer.decode(self._given)
        return self._tokenizer.decode(self._given + self._held)[len(before) :]


def _finished(text: str) -> str:
    """``text`` without signs at its end that further bytes may turn into a character."""
    signs = len(text) - len(text.rstrip(_REPLACEMENT))
    return text[: len(text) - min(signs, _UNFINISHED)]


def stream_decoder(tokenizer: Tokenizer) -> StreamDecoder:
    """A decoder that takes ids one at a time and holds back unfinished characters.

    Example:
        (torch_stream_decoder (torch_simple_tokenizer))
        ; => Stream Decoder (Simple Tokenizer (vocab size: 4))
    """
    return StreamDecoder(tokenizer)


def stream_decoder_add(decoder: StreamDecoder, token: int) -> str:
    """The text that one more token completes; empty while a character is unfinished.

    Example:
        (fwrite "corpus.txt" "a")
        (torch_train_bpe "corpus.txt" "bytes" 257)
        (setq tok (torch_bpe_tokenizer "bytes.json"))
        (setq decoder (torch_stream_decoder tok))
        (maplist (lambda (token) (torch_stream_decoder_add decoder token)) (torch_encode tok "aé"))
        ; => ("a" "" "é")
    """
    return decoder.add(token)


def stream_decoder_finish(decoder: StreamDecoder) -> str:
    """The text the decoder still holds back; it is ready for another text then.

    Example:
        (fwrite "corpus.txt" "a")
        (torch_train_bpe "corpus.txt" "bytes" 257)
        (setq tok (torch_bpe_tokenizer "bytes.json"))
        (setq decoder (torch_stream_decoder tok))
        (torch_stream_decoder_add decoder (car (torch_encode tok "é")))
        (torch_stream_decoder_finish decoder)
        ; => �
    """
    return decoder.finish()
