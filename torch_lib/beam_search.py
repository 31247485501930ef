"""Beam search: following several continuations at once and keeping the most probable whole.

N beams, T tokens so far, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from torch_lib.decoding import start_decoding
from torch_lib.events import Progress, emit
from torch_lib.memory import check_room
from torch_lib.sampling import ranked

__all__ = ["beam_search"]

Filter = Callable[[Tensor, Tensor], Tensor]


def beam_search(
    model: nn.Module,
    prompt: Tensor,
    new_tokens: int,
    num_beams: int,
    eos_ids: frozenset[int],
    length_penalty: float,
    filtered: Filter,
) -> Tensor:
    """The best finished continuation, or the best unfinished one at the limit.

    Args:
        model: A language model.
        prompt: int64 ``(T,)``.
        new_tokens: How many tokens to add at most, at least 1.
        num_beams: How many continuations to follow.
        eos_ids: The ids that finish one.
        length_penalty: A score is the log-probability divided by the length to this power.
        filtered: Changes logits ``(N, V)``, given the ids ``(N, T)`` before them.

    Returns:
        The new tokens.

    Emits:
        Progress: ``beam search``, counted in tokens.

    Raises:
        ShapeError: There is no memory for so many beams of that length.
    """
    check_room((num_beams, prompt.size(0) + new_tokens), prompt.dtype, prompt.device)
    context = start_decoding(model, 1, prompt.size(0) + new_tokens)
    beams = prompt.repeat(num_beams, 1)
    scores = torch.full((num_beams,), -torch.inf, device=prompt.device)
    scores[0] = 0.0  # all beams are equal at first: only one may branch
    start = torch.zeros(num_beams, dtype=torch.int64, device=prompt.device)
    logits = context.extend(prompt[None])[start]
    context.select(start)
    finished: list[tuple[float, Tensor]] = []
    for length in range(1, new_tokens + 1):
        totals = scores[:, None] + filtered(logits, beams).log_softmax(-1)
        flat = totals.flatten()
        places = ranked(flat, min(num_beams * (len(eos_ids) + 1), len(flat)))
        rows = places.div(logits.size(-1), rounding_mode="floor")
        tokens = places % logits.size(-1)
        extended = torch.cat((beams[rows], tokens[:, None]), dim=1)

        ends = torch.tensor([token in eos_ids for token in tokens.tolist()], device=prompt.device)
        for place in ends[:num_beams].nonzero().flatten().tolist():
            score = float(flat[places[place]]) / length**length_penalty
            finished.append((score, extended[place]))
        kept = (~ends).nonzero().flatten()[:num_beams]
        emit(Progress("beam search", length, new_tokens))
        scores, beams = flat[places[kept]], extended[kept]
        if len(kept) < num_beams or _settled(finished, scores, length**length_penalty, num_beams):
            break
        if length < new_tokens:
            context.select(rows[kept])
            logits = context.extend(beams[:, -1:])
    if not finished:
        finished = [(float(scores[0]), beams[0])]
    best = max(finished, key=lambda candidate: candidate[0])
    return best[1][prompt.size(0) :]


def _settled(
    finished: list[tuple[float, Tensor]], scores: Tensor, divisor: float, num_beams: int
) -> bool:
    """Whether no open beam, if it ended now, would displace one of the best finished."""
    if len(finished) < num_beams:
        return False
    worst_kept = sorted((score for score, _ in finished), reverse=True)[num_beams - 1]
    return float(scores[0]) / divisor <= worst_kept
