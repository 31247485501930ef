"""Printed forms: exact, because the manual and programs rely on them."""

import pytest
import torch
from torch import Tensor

from torch_lib.attention import flash_attention_create, multihead_attention
from torch_lib.decimals import exact_numbers
from torch_lib.display import describe, number_text, value_text
from torch_lib.layers import activation, dropout, embedding, layer_norm, linear
from torch_lib.networks import model, sequential
from torch_lib.optimizers import optimizer
from torch_lib.positions import positional_encoding
from torch_lib.transformer import transformer_block

PRINTED = [
    (torch.tensor([5.0, 7.0, 9.0]), "(5.0 7.0 9.0)"),
    (torch.zeros(2, 3), "((0.0 0.0 0.0) (0.0 0.0 0.0))"),
    (torch.tensor([2, 4, 5]), "[2, 4, 5]"),
    (torch.tensor([[1, 1, 0], [1, 0, 0]]), "[[1, 1, 0], [1, 0, 0]]"),
    (torch.tensor([True, False]), "[true, false]"),
    (torch.tensor(0.8123), "0.8123"),
    (torch.tensor(7), "7"),
    (torch.tensor(True), "true"),
    (torch.tensor([1e-5, 1e20]), "(1e-05 1e+20)"),
    (torch.tensor([float("nan"), float("inf"), -float("inf"), -0.0]), "(nan inf -inf -0.0)"),
    (torch.empty(0), "()"),
    (torch.empty(0, 1, 2), "()"),
    (torch.empty(2, 0), "(() ())"),
    (torch.empty(0, dtype=torch.int64), "[]"),
    (torch.tensor([1.5], requires_grad=True), "(1.5)"),
]


@pytest.mark.parametrize(("tensor", "text"), PRINTED, ids=[text for _, text in PRINTED])
def test_tensors_print_by_their_element_type(tensor: Tensor, text: str) -> None:
    """Floats make a Lisp list, whole numbers brackets, zero dimensions a bare number."""
    assert describe(tensor) == text


@pytest.mark.parametrize(
    ("dtype", "text"),
    [
        (torch.float64, "(2.7 0.1 0.3333333333333333)"),
        (torch.float32, "(2.7 0.1 0.33333334)"),
        (torch.float16, "(2.7 0.1 0.3333)"),
        (torch.bfloat16, "(2.7 0.1 0.334)"),
        (torch.float8_e4m3fn, "(2.8 0.1 0.34)"),
    ],
)
def test_numbers_are_the_shortest_of_their_own_type(dtype: torch.dtype, text: str) -> None:
    """What was put in comes out, to the digits that the type holds."""
    assert describe(torch.tensor([2.7, 0.1, 1 / 3], dtype=torch.float64).to(dtype)) == text


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_numbers_read_back(dtype: torch.dtype) -> None:
    """Every number, subnormal ones included, reads back to the same element."""
    spread = torch.logspace(-44, 37, 500, dtype=torch.float64)
    values = torch.cat((spread, -spread)).to(dtype)

    numbers = torch.tensor(exact_numbers(values), dtype=torch.float64)

    assert torch.equal(numbers.to(dtype), values)


def test_long_tensors_show_their_edges() -> None:
    """Above 1000 elements each dimension longer than six shows three entries at both ends."""
    assert describe(torch.zeros(1001)) == "(0.0 0.0 0.0 ... 0.0 0.0 0.0)"
    assert describe(torch.arange(2000).reshape(2, 1000)) == (
        "[[0, 1, 2, ..., 997, 998, 999], [1000, 1001, 1002, ..., 1997, 1998, 1999]]"
    )
    assert describe(torch.zeros(1000)).count("0.0") == 1000
    assert describe(torch.zeros(334, 3)).startswith(
        "((0.0 0.0 0.0) (0.0 0.0 0.0) (0.0 0.0 0.0) ..."
    )


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (model(784, 128, 10), "PyTorch Model (784 -> 128 -> 10)"),
        (linear(512, 256), "PyTorch Linear Layer (512 -> 256)"),
        (embedding(1000, 512), "PyTorch Embedding (1000 x 512)"),
        (
            multihead_attention(512, 8),
            "PyTorch Multi-Head Attention (embed_dim=512, num_heads=8)",
        ),
        (layer_norm((512,)), "PyTorch Layer Normalization (512)"),
        (layer_norm((2, 3)), "PyTorch Layer Normalization (2 3)"),
        (
            transformer_block(512, 8, 2048),
            "PyTorch Transformer Block (embed_dim=512, num_heads=8, ff_dim=2048)",
        ),
        (positional_encoding(512, 2048), "PyTorch Positional Encoding (512, max_length=2048)"),
        (
            flash_attention_create(256, 8, 0.1, True),
            "Flash Attention (embed_dim=256, num_heads=8, head_dim=32, dropout=0.1, bias=true)",
        ),
        (optimizer(linear(1, 1), 0.001, "Adam"), "PyTorch Optimizer (adam, lr=0.001)"),
        (optimizer(linear(1, 1), 1, "sgd"), "PyTorch Optimizer (sgd, lr=1)"),
        (dropout(0.25), "PyTorch Dropout (0.25)"),
        (activation("gelu"), "PyTorch Activation (gelu)"),
        (sequential([linear(2, 2), activation("relu")]), "PyTorch Sequential (2 modules)"),
    ],
)
def test_values_print_one_line(value: object, line: str) -> None:
    """Each kind has its words and sizes."""
    assert describe(value) == line


def test_real_numbers_in_lines_are_short() -> None:
    """Whole ones lose their point, others keep their shortest decimal."""
    assert [number_text(value) for value in (32.0, 0.1, 1e-5, 1e300, float("inf"))] == [
        "32",
        "0.1",
        "1e-05",
        "1e+300",
        "inf",
    ]


def test_plain_data_in_messages_reads_as_lisp() -> None:
    """Lists, text and truth values are written as a program would."""
    assert value_text([1, "a", None, True, [2.5]]) == '(1 "a" nil true (2.5))'
    assert value_text({"rate": -1.0, "steps": [2]}) == '{"rate":-1 "steps":(2)}'
