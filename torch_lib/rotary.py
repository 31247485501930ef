"""Rotary position embeddings: each pair of channels turns by an angle that grows with position.

T positions, D head size; a pair is channel ``i`` and channel ``i + D/2``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from torch_lib.devices import current_device, usable_device
from torch_lib.display import shape_text, value_text
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.kinds import kind
from torch_lib.memory import check_room
from torch_lib.options import check_positive, is_number

__all__ = ["RotaryEmbedding", "apply_rotary_pos_emb", "rotary_embedding", "rotary_forward"]

Scaling = Mapping[str, Any]

DIVISORS = "divisors"
"""The ``rope_type`` of scaling that only GGUF files have: ``factors``, one for each frequency."""


@kind("rotary_embedding")
class RotaryEmbedding(nn.Module):
    """Cosines and sines of the angles of every position and channel.

    The frequencies are no buffer: they stay in float32 when a model changes its element type.
    """

    def __init__(
        self,
        dim: int,
        max_seq_len: int = 8192,
        theta: float = 10000.0,
        scaling: Scaling | None = None,
    ) -> None:
        super().__init__()
        if dim <= 0 or dim % 2:
            raise ArgumentError(f"dim must be even and positive, got {dim}")
        check_positive(max_seq_len=max_seq_len)
        if not isinstance(theta, int | float) or not 0 < theta < math.inf:
            raise ArgumentError(f"theta must be positive, got {value_text(theta)}")
        self.dim = dim
        self.max_seq_len = max_seq_len
        self.theta = theta
        self.scaling = dict(scaling or {})
        self._kind = _scaling_kind(self.scaling)
        self._frequencies = _SCALINGS[self._kind](self, 0)
        self._amplitude = _yarn_amplitude(self.scaling) if self._kind == "yarn" else 1.0

    def forward(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Cosines and sines.

        Args:
            positions: int64 ``(T,)``.

        Returns:
            Two ``(T, D)``, the second half of the channels repeating the first.
        """
        if self._kind == "dynamic":
            self._frequencies = _dynamic(self, int(positions[-1]) + 1)
        if self._frequencies.device != positions.device:
            self._frequencies = self._frequencies.to(positions.device)
        angles = positions.float()[:, None] * self._frequencies
        angles = torch.cat((angles, angles), dim=-1)
        if self._amplitude == 1.0:
            return angles.cos(), angles.sin()
        return angles.cos() * self._amplitude, angles.sin() * self._amplitude

    def configuration(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {
            "dim": self.dim,
            "max_seq_len": self.max_seq_len,
            "theta": self.theta,
            "scaling": self.scaling,
        }

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Rotary Embedding (dim={self.dim}, max_seq_len={self.max_seq_len})"


def rotary_embedding(
    dim: int, max_seq_len: int = 8192, theta: float = 10000.0, scaling: Scaling | None = None
) -> RotaryEmbedding:
    """Rotary embeddings of heads with ``dim`` channels.

    Args:
        dim: The head size, even.
        max_seq_len: The longest sequence meant.
        theta: The base of the frequencies.
        scaling: For longer sequences than the model was trained on: a map with ``rope_type``
            ``"linear"``, ``"dynamic"``, ``"llama3"`` or ``"yarn"``, ``factor``, for the last two
            ``original_max_position_embeddings``, and optionally ``low_freq_factor`` and
            ``high_freq_factor`` of the former, ``beta_fast``, ``beta_slow`` and
            ``attention_factor`` of the latter.

    Raises:
        ArgumentError: A size or a setting is outside what makes sense.

    Example:
        (torch_rotary_embedding 64 4096)
        ; => PyTorch Rotary Embedding (dim=64, max_seq_len=4096)
        (torch_rotary_embedding 64 4096 500000.0 {"rope_type":"linear" "factor":4.0})
        ; => PyTorch Rotary Embedding (dim=64, max_seq_len=4096)
    """
    return RotaryEmbedding(dim, max_seq_len, theta, scaling)


def rotary_forward(rope: RotaryEmbedding, seq_len: int, device: str | None = None) -> list[Tensor]:
    """Cosines and sines for the positions below ``seq_len``.

    Returns:
        A list of two ``(T, D)``.

    Raises:
        ArgumentError: ``seq_len`` is not positive.

    Example:
        (setq turns (torch_rotary_forward (torch_rotary_embedding 4) 10))
        (map 'torch_shape turns)
        ; => ((10 4) (10 4))
        (torch_select (@ turns 0) 0 0)
        ; => (1.0 1.0 1.0 1.0)
    """
    check_positive(seq_len=seq_len)
    where = current_device() if device is None else usable_device(device)
    check_room((seq_len, rope.dim), torch.float32, where)
    return list(rope(torch.arange(seq_len, device=where)))


def apply_rotary_pos_emb(t: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn queries or keys by their positions.

    Args:
        t: ``(… T D)``.
        cos: ``(T D)``.
        sin: ``(T D)``.

    Raises:
        ShapeError: The sizes do not fit each other, or D is odd.

    Example:
        (setq quarter_turn (list '((0.0 0.0)) '((1.0 1.0))))
        (torch_apply_rotary_pos_emb '((((1.0 2.0)))) (@ quarter_turn 0) (@ quarter_turn 1))
        ; => ((((-2.0 1.0))))
    """
    if cos.shape != sin.shape or t.dim() < 2 or t.shape[-2:] != cos.shape or t.size(-1) % 2:
        shapes = f"{shape_text(cos.shape)} and {shape_text(sin.shape)}"
        raise ShapeError(f"cosines and sines of {shapes} do not turn {shape_text(t.shape)}")
    return rotated(t, cos, sin)


def rotated(t: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """``apply_rotary_pos_emb`` for sizes that are known to fit."""
    first, second = t.chunk(2, dim=-1)
    return t * cos + torch.cat((-second, first), dim=-1) * sin


def _scaling_kind(scaling: Scaling) -> str:
    name = scaling.get("rope_type") or scaling.get("type") or "default"
    if name not in _SCALINGS:
        known = ", ".join(sorted(_SCALINGS.keys() - {DIVISORS}))
        raise ArgumentError(f'unknown rope_type "{name}" (known: {known})')
    return str(name)


def _plain(rope: RotaryEmbedding, length: int) -> Tensor:
    return _powers(rope.theta, rope.dim)


def _powers(theta: float, dim: int) -> Tensor:
    channels = torch.arange(0, dim, 2, dtype=torch.int64, device="cpu").float()
    return 1.0 / theta ** (channels / dim)


def _linear(rope: RotaryEmbedding, length: int) -> Tensor:
    return _plain(rope, length) / _factor(rope)


def _dynamic(rope: RotaryEmbedding, length: int) -> Tensor:
    """Raise the base as the sequence outgrows the trained length (NTK-aware scaling)."""
    trained, factor = rope.max_seq_len, _factor(rope)
    if rope.dim == 2:
        raise ArgumentError("dynamic scaling needs a dim of at least 4, got 2")
    longest = max(length, trained)
    growth = factor * longest / trained - (factor - 1)
    return _powers(rope.theta * growth ** (rope.dim / (rope.dim - 2)), rope.dim)


def _llama3(rope: RotaryEmbedding, length: int) -> Tensor:
    """Llama 3.1: slow turns are slowed by the factor, fast ones kept, those between blended."""
    factor = _factor(rope)
    low = _setting(rope.scaling, "low_freq_factor", 1.0)
    high = _setting(rope.scaling, "high_freq_factor", 4.0)
    trained = _setting(rope.scaling, "original_max_position_embeddings", 8192)
    if high <= low:
        raise ArgumentError(f"high_freq_factor ({high}) must exceed low_freq_factor ({low})")
    frequencies = _plain(rope, length)
    wavelengths = 2 * math.pi / frequencies
    kept = ((trained / wavelengths - low) / (high - low)).clamp(0.0, 1.0)
    return (1 - kept) * frequencies / factor + kept * frequencies


def _yarn(rope: RotaryEmbedding, length: int) -> Tensor:
    """YaRN (arXiv 2309.00071): channels that turn fully many times are kept, slow ones slowed."""
    factor = _factor(rope)
    trained = _setting(rope.scaling, "original_max_position_embeddings", rope.max_seq_len)

    def channel_of(turns: float) -> float:
        """Which channel turns fully that many times over the trained length."""
        return rope.dim * math.log(trained / (turns * 2 * math.pi)) / (2 * math.log(rope.theta))

    first = channel_of(_setting(rope.scaling, "beta_fast", 32.0))
    last = channel_of(_setting(rope.scaling, "beta_slow", 1.0))
    if rope.scaling.get("truncate", True):
        first, last = math.floor(first), math.ceil(last)
    first, last = max(first, 0), min(last, rope.dim - 1)
    channels = torch.arange(rope.dim // 2, dtype=torch.float32, device="cpu")
    slowed = ((channels - first) / max(last - first, 0.001)).clamp(0.0, 1.0)
    frequencies = _plain(rope, length)
    return slowed * frequencies / factor + (1 - slowed) * frequencies


def _yarn_amplitude(scaling: Scaling) -> float:
    """What cosines and sines are multiplied with: attention over longer sequences is sharper."""
    given = scaling.get("attention_factor")
    if given is not None:
        return _setting(scaling, "attention_factor", 1.0)

    def growth(strength: float) -> float:
        return 0.1 * strength * math.log(scaling["factor"]) + 1.0

    whole = _setting(scaling, "mscale", 0.0), _setting(scaling, "mscale_all_dim", 0.0)
    return growth(whole[0]) / growth(whole[1]) if all(whole) else growth(1.0)


def _given_factors(rope: RotaryEmbedding, length: int) -> Tensor:
    """A divisor for every frequency, as GGUF files store llama3 scaling."""
    factors = rope.scaling.get("factors")
    if (
        not isinstance(factors, list | tuple)
        or len(factors) != rope.dim // 2
        or not all(is_number(factor) and factor > 0 for factor in factors)
    ):
        raise ArgumentError(f"rotary scaling needs {rope.dim // 2} positive divisors")
    return _plain(rope, length) / torch.tensor(factors, device="cpu")


def llama3_scaling(divisors: Sequence[float], dim: int, theta: float) -> Scaling | None:
    """The settings of Llama 3.1 that give these divisors of frequencies, if there are such."""
    if max(divisors) < 1:
        return None
    scaling = {
        "rope_type": "llama3",
        "factor": max(divisors),
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    }
    plain, slowed = (RotaryEmbedding(dim, 8192, theta, each) for each in (None, scaling))
    ratios = plain._frequencies / slowed._frequencies
    same = torch.allclose(ratios, torch.tensor(divisors, device="cpu"), rtol=1e-5)
    return scaling if same else None


def _factor(rope: RotaryEmbedding) -> float:
    factor = rope.scaling.get("factor")
    if not isinstance(factor, int | float) or not 1 <= factor < math.inf:
        raise ArgumentError(f"rope scaling needs a factor of at least 1, got {value_text(factor)}")
    return float(factor)


def _setting(scaling: Scaling, name: str, default: float) -> float:
    value = scaling.get(name)
    if value is None:
        return default
    if not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ArgumentError(f"{name} must be a positive number, got {value_text(value)}")
    return value


_SCALINGS: dict[str, Callable[[RotaryEmbedding, int], Tensor]] = {
    "default": _plain,
    "linear": _linear,
    "dynamic": _dynamic,
    "llama3": _llama3,
    "yarn": _yarn,
    DIVISORS: _given_factors,
}
