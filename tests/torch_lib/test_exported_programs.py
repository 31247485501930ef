"""Exported programs: what they compute, and which files are refused."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from torch_lib.convolution import conv2d
from torch_lib.decoder import gpt2_model, llama_model
from torch_lib.errors import ArgumentError, CheckpointError, FileMissing, ShapeError
from torch_lib.exported_programs import export, load_exported
from torch_lib.generation import generator_create, generator_greedy
from torch_lib.layers import dropout, forward, layer_norm, linear
from torch_lib.networks import model, sequential
from torch_lib.recurrent import lstm
from torch_lib.transformer import transformer_block

SIZES = {"vocab_size": 9, "hidden_size": 8, "num_heads": 2, "num_layers": 1}
GPT2 = {"vocab_size": 9, "n_embd": 8, "n_head": 2, "n_layer": 1}
IDS = torch.tensor([[1, 2, 3], [4, 5, 6]])


@pytest.mark.parametrize(
    ("made", "example", "other"),
    [
        (lambda: model(4, 8, 2), torch.randn(3, 4), torch.randn(7, 4)),
        (lambda: model(4, 8, 2), torch.randn(1, 4), torch.randn(7, 4)),
        (lambda: transformer_block(8, 2, 16), torch.randn(2, 5, 8), torch.randn(3, 9, 8)),
        (lambda: conv2d(3, 4, 3), torch.randn(2, 3, 8, 8), torch.randn(1, 3, 12, 9)),
        (
            lambda: sequential([linear(4, 8), layer_norm((8,)), dropout(0.5)]),
            torch.randn(3, 4),
            torch.randn(1, 4),
        ),
        (lambda: llama_model(SIZES), IDS, torch.tensor([[1, 2, 3, 4, 5]])),
        (lambda: gpt2_model(GPT2), IDS, torch.tensor([[1, 2, 3, 4, 5]])),
    ],
)
def test_a_program_computes_what_the_model_does(
    made: Callable[[], nn.Module], example: torch.Tensor, other: torch.Tensor, tmp_path: Path
) -> None:
    module = made().train()
    path = str(tmp_path / "model.pt2")

    export(module, example, path)
    program = load_exported(path)

    assert module.training
    module.eval()
    with torch.no_grad():
        for input in (example, other):
            expected = forward(module, input)
            torch.testing.assert_close(forward(program, input), expected, rtol=1e-4, atol=1e-5)
    assert program.summary().startswith("PyTorch Exported Program (operators=")


def test_a_program_writes_text(tmp_path: Path) -> None:
    module = llama_model(SIZES)
    export(module, IDS, str(tmp_path / "model.pt2"))

    program = load_exported(str(tmp_path / "model.pt2"))

    expected = generator_greedy(generator_create(module), IDS[0], 8)
    assert torch.equal(generator_greedy(generator_create(program), IDS[0], 8), expected)


def test_other_sizes_are_refused(tmp_path: Path) -> None:
    export(model(4, 8, 2), torch.ones(3, 4), str(tmp_path / "model.pt2"))

    with pytest.raises(ShapeError, match=r"the program takes no input of shape \(3 5\)"):
        forward(load_exported(str(tmp_path / "model.pt2")), torch.ones(3, 5))


def test_what_is_no_graph_is_refused(tmp_path: Path) -> None:
    class Branching(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x + 1 if float(x.sum()) > 0 else x - 1

    with pytest.raises(ArgumentError, match="the model cannot be exported"):
        export(Branching(), torch.ones(3, 4), str(tmp_path / "model.pt2"))
    with pytest.raises(ShapeError, match=r"the example needs elements, got shape \(0\)"):
        export(model(4, 8, 2), torch.ones(0), str(tmp_path / "model.pt2"))
    assert not list(tmp_path.iterdir())


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "model.pt2"
    export(sequential([linear(4, 8), lstm(8, 4)]), torch.ones(2, 3, 4), str(path))
    return path


def changed(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def graph_changed(edit: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, bytes]], None]:
    def change(entries: dict[str, bytes]) -> None:
        name = next(name for name in entries if "/models/" in name)
        described = json.loads(entries[name])
        edit(described)
        entries[name] = json.dumps(described).encode()

    return change


def pickled_weights(entries: dict[str, bytes]) -> None:
    name = next(name for name in entries if name.endswith("weights_config.json"))
    entries[name] = entries[name].replace(b'"use_pickle": false', b'"use_pickle": true')


class Harmful:
    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (Path.touch, (Path("harm"),))  # type: ignore[return-value]


def harmful_samples(entries: dict[str, bytes]) -> None:
    name = next(name for name in entries if "sample_inputs" in name)
    buffer = io.BytesIO()
    torch.save(Harmful(), buffer)
    entries[name] = buffer.getvalue()


def node_target(described: dict[str, Any]) -> None:
    described["graph_module"]["graph"]["nodes"][0]["target"] = "torch.os.system"


def guard(described: dict[str, Any]) -> None:
    described["guards_code"] = ["__import__('pathlib').Path('harm').touch()"]


def size_expression(described: dict[str, Any]) -> None:
    described["graph_module"]["signature"]["harm"] = {
        "expr_str": "Symbol('s').__class__.__mro__[1]"
    }


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (pickled_weights, "pickled tensors"),
        (harmful_samples, "data/sample_inputs/model.pt"),
        (graph_changed(node_target), 'the operator "torch.os.system"'),
        (graph_changed(guard), "the expression \"__import__('pathlib')"),
        (graph_changed(size_expression), "the expression \"Symbol('s').__class__"),
        (lambda entries: entries.update({"model/data/constants/opaque_obj_0": b""}), "opaque_obj"),
        (lambda entries: entries.update({"model/data/aotinductor/model/a.so": b""}), "a.so"),
    ],
)
def test_files_that_could_run_code_are_refused(
    written: Path,
    change: Callable[[dict[str, bytes]], None],
    what: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(written.parent)
    changed(written, change)

    with pytest.raises(CheckpointError, match="could run code, so it is not read") as raised:
        load_exported(str(written))

    assert what in str(raised.value)
    assert not Path("harm").exists()


def test_damaged_files_are_refused(written: Path, tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="file not found"):
        load_exported(str(tmp_path / "nowhere"))
    whole = written.read_bytes()
    written.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CheckpointError, match="is no exported program"):
        load_exported(str(written))
    torch.save({"a": torch.ones(2)}, tmp_path / "weights.pt")
    with pytest.raises(CheckpointError, match="is no exported program"):
        load_exported(str(tmp_path / "weights.pt"))
    written.write_bytes(whole)
    changed(written, graph_changed(lambda described: described.pop("graph_module")))
    with pytest.raises(CheckpointError, match="is damaged"):
        load_exported(str(written))
