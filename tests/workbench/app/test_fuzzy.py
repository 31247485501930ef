from __future__ import annotations

from time import perf_counter

import pytest

from workbench.app.fuzzy import ranked, shared_start

NAMES = [
    "torch_gelu",
    "torch_crossentropy_loss",
    "torch_mse_loss",
    "take",
    "takelist",
    "reverse",
    "closure",
    "my-Helper",
]


@pytest.mark.parametrize(
    ("letters", "found"),
    [
        ("ta", ["take", "takelist"]),
        ("take", ["take", "takelist"]),
        ("tcel", ["torch_crossentropy_loss", "torch_gelu", "torch_mse_loss"]),
        ("los", ["torch_mse_loss", "torch_crossentropy_loss", "closure"]),
        ("tml", ["torch_mse_loss"]),
        ("rvs", ["reverse"]),
        ("mh", ["my-Helper"]),
        ("my_h", ["my-Helper"]),
        ("MH", []),
        ("mH", ["my-Helper"]),
        ("t", ["take", "takelist", "torch_crossentropy_loss", "torch_gelu", "torch_mse_loss"]),
        ("[^]*", []),
        ("zz", []),
    ],
)
def test_the_likeliest_name_comes_first(letters: str, found: list[str]) -> None:
    assert ranked(letters, NAMES) == found
    assert ranked(letters, reversed(NAMES)) == found


def test_many_names_are_ranked_while_one_types() -> None:
    words = ("torch", "tensor", "create", "linear", "loss", "cross", "entropy", "layer", "norm")
    names = [f"{a}_{b}_{c}_{n}" for a in words for b in words for c in words for n in range(2)]

    def seconds(letters: str) -> float:
        before = perf_counter()
        ranked(letters, names[:1500])
        return perf_counter() - before

    for letters in ("to", "tcel", "torch_l", "zzzz", "eeeee"):
        assert min(seconds(letters) for _ in range(5)) < 0.02, letters


def test_names_agree_at_the_start() -> None:
    assert shared_start("takelist", "takenb") == "take"
    assert shared_start("take", "taker") == "take"
    assert shared_start("a", "b") == ""
