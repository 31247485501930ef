"""Rotary position embeddings, against their formula and transformers'."""

import math

import pytest
import torch

from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.rotary import apply_rotary_pos_emb, rotary_embedding, rotary_forward


def test_angles_are_position_times_frequency() -> None:
    cosines, sines = rotary_forward(rotary_embedding(4, theta=100.0), 3)

    angles = torch.tensor([[p * 1.0, p * 0.1, p * 1.0, p * 0.1] for p in range(3)])
    torch.testing.assert_close(cosines, angles.cos())
    torch.testing.assert_close(sines, angles.sin())


def test_turning_rotates_halves_and_keeps_lengths() -> None:
    t = torch.randn(2, 3, 5, 8)
    cosines, sines = rotary_forward(rotary_embedding(8), 5)

    turned = apply_rotary_pos_emb(t, cosines, sines)

    pairs, before = turned.view(2, 3, 5, 2, 4), t.view(2, 3, 5, 2, 4)
    torch.testing.assert_close(pairs.norm(dim=3), before.norm(dim=3))
    complex_before = torch.complex(before[..., 0, :], before[..., 1, :])
    rotation = torch.complex(cosines[:, :4], sines[:, :4])
    expected = complex_before * rotation
    torch.testing.assert_close(pairs[..., 0, :], expected.real)
    torch.testing.assert_close(pairs[..., 1, :], expected.imag)


def test_scores_depend_on_distance_alone() -> None:
    query, key = torch.randn(1, 1, 1, 16), torch.randn(1, 1, 1, 16)
    cosines, sines = rotary_forward(rotary_embedding(16), 20)

    def score(at: int, other: int) -> float:
        turned_query = apply_rotary_pos_emb(query, cosines[at : at + 1], sines[at : at + 1])
        turned_key = apply_rotary_pos_emb(key, cosines[other : other + 1], sines[other : other + 1])
        return float((turned_query * turned_key).sum())

    assert math.isclose(score(3, 1), score(17, 15), rel_tol=1e-4, abs_tol=1e-4)


def test_linear_scaling_stretches_positions() -> None:
    plain, _ = rotary_forward(rotary_embedding(8), 4)
    scaled, _ = rotary_forward(
        rotary_embedding(8, scaling={"rope_type": "linear", "factor": 2.0}), 8
    )

    torch.testing.assert_close(scaled[::2], plain)


def test_dynamic_scaling_starts_beyond_the_trained_length() -> None:
    plain = rotary_embedding(8, 16)
    scaled = rotary_embedding(8, 16, scaling={"rope_type": "dynamic", "factor": 2.0})

    torch.testing.assert_close(rotary_forward(scaled, 16)[0], rotary_forward(plain, 16)[0])
    assert not torch.allclose(rotary_forward(scaled, 32)[0], rotary_forward(plain, 32)[0])


def test_llama3_scaling_matches_transformers() -> None:
    pytest.importorskip("transformers")
    from transformers import LlamaConfig
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    scaling = {
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    }
    config = LlamaConfig(
        hidden_size=512,
        num_attention_heads=4,
        rope_parameters={**scaling, "rope_theta": 500000.0},
    )
    frequencies, _ = ROPE_INIT_FUNCTIONS["llama3"](config, torch.device("cpu"))
    angles = torch.outer(torch.arange(50.0), frequencies)

    cosines, _ = rotary_forward(rotary_embedding(128, 131072, 500000.0, scaling), 50)

    torch.testing.assert_close(cosines[:, :64], angles.cos())


def test_divisors_divide_the_frequencies() -> None:
    plain = rotary_embedding(4)
    scaled = rotary_embedding(4, scaling={"rope_type": "divisors", "factors": [1.0, 2.0]})

    torch.testing.assert_close(
        rotary_forward(scaled, 5)[1][:, 0], rotary_forward(plain, 5)[1][:, 0]
    )
    torch.testing.assert_close(
        rotary_forward(scaled, 5)[1][::2, 1], rotary_forward(plain, 3)[1][:, 1]
    )


def test_frequencies_stay_exact_in_half_precision() -> None:
    rope = rotary_embedding(64).to(torch.bfloat16)

    assert rotary_forward(rope, 9)[0].dtype == torch.float32
    torch.testing.assert_close(
        rotary_forward(rope, 9)[0], rotary_forward(rotary_embedding(64), 9)[0], rtol=0, atol=0
    )


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ArgumentError, match="dim must be even and positive, got 7"):
        rotary_embedding(7)
    known = "default, dynamic, linear, llama3, yarn"
    with pytest.raises(ArgumentError, match=rf'unknown rope_type "longrope" \(known: {known}\)'):
        rotary_embedding(8, scaling={"rope_type": "longrope"})
    for factors in (None, 2, [1.0, 2.0], [1.0, 2.0, "x", 3.0], [1, 1, 1, 0]):
        with pytest.raises(ArgumentError, match="rotary scaling needs 4 positive divisors"):
            rotary_embedding(8, scaling={"rope_type": "divisors", "factors": factors})
    with pytest.raises(ArgumentError, match="needs a factor of at least 1, got nil"):
        rotary_embedding(8, scaling={"rope_type": "linear"})
    with pytest.raises(ArgumentError, match="theta must be positive, got -1"):
        rotary_embedding(8, 16, -1.0)
    with pytest.raises(ArgumentError, match="max_seq_len must be a positive integer, got 0"):
        rotary_embedding(8, 0)
    with pytest.raises(ArgumentError, match="needs a dim of at least 4, got 2"):
        rotary_embedding(2, scaling={"rope_type": "dynamic", "factor": 2.0})
    with pytest.raises(ArgumentError, match="seq_len must be a positive integer, got -1"):
        rotary_forward(rotary_embedding(8), -1)
    cosines, sines = rotary_forward(rotary_embedding(8), 4)
    with pytest.raises(ShapeError, match=r"cosines and sines of \(4 8\) and \(4 8\) do not turn"):
        apply_rotary_pos_emb(torch.ones(1, 1, 5, 8), cosines, sines)


def test_summary() -> None:
    assert rotary_embedding(128).summary() == "PyTorch Rotary Embedding (dim=128, max_seq_len=8192)"
