"""Files of modules and of training."""

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from torch_lib.attention import flash_attention_create, multihead_attention
from torch_lib.checkpoints import load_checkpoint, load_model, save_checkpoint, save_model
from torch_lib.decoder import llama_block, llama_model
from torch_lib.decoder_layers import SwiGLU, gqa_attention, rms_norm_layer, swiglu
from torch_lib.errors import ArgumentError, CheckpointError, FileMissing, KindError
from torch_lib.kinds import KINDS
from torch_lib.layers import activation, dropout, embedding, layer_norm, linear
from torch_lib.networks import model as perceptron
from torch_lib.networks import sequential
from torch_lib.positions import positional_encoding
from torch_lib.rotary import rotary_embedding
from torch_lib.state_dicts import load_state_dict
from torch_lib.transformer import transformer_block

SIZES = {
    "vocab_size": 20,
    "hidden_size": 16,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "num_hidden_layers": 2,
    "eos_token_id": [1, 2],
    "rope_scaling": {"rope_type": "linear", "factor": 2.0},
}
MODULES = {
    "linear": linear(4, 3, False),
    "embedding": embedding(20, 4),
    "layer_norm": layer_norm((4,)),
    "attention": multihead_attention(8, 2),
    "flash": flash_attention_create(8, 2, 0.1, False),
    "transformer": transformer_block(8, 2, 16),
    "positions": positional_encoding(8, 12),
    "perceptron": perceptron(4, 8, 2),
    "chain": sequential([embedding(20, 4), dropout(0.1), activation("gelu"), linear(4, 20)]),
    "rms_norm": rms_norm_layer(8, 1e-6),
    "swiglu": swiglu(8, 16),
    "gqa": gqa_attention(16, 4, 2),
    "rotary": rotary_embedding(8, theta=500.0),
    "block": llama_block(SIZES),
    "llama": llama_model(SIZES),
    "tied llama": llama_model({**SIZES, "tie_word_embeddings": True}),
}


def assert_same(module: nn.Module, other: nn.Module) -> None:
    assert type(other) is type(module)
    assert other.configuration() == module.configuration()  # type: ignore[operator]
    assert list(other.state_dict()) == list(module.state_dict())
    for name, tensor in module.state_dict().items():
        assert torch.equal(other.state_dict()[name], tensor), name


@pytest.mark.parametrize("ending", ["pt", "safetensors"])
@pytest.mark.parametrize("name", MODULES)
def test_every_kind_is_rebuilt_from_its_file(name: str, ending: str, tmp_path: Path) -> None:
    path = str(tmp_path / "missing" / "folder" / f"model.{ending}")

    assert save_model(MODULES[name], path) == "Model saved successfully"

    assert_same(MODULES[name], load_model(path))


def test_files_need_no_unpickling(tmp_path: Path) -> None:
    path = str(tmp_path / "model.pt")
    save_model(linear(4, 3), path)

    content = torch.load(path, weights_only=True)

    assert (content["format"], content["version"], content["kind"]) == ("torch_lib", 1, "linear")
    assert content["configuration"] == {"in_features": 4, "out_features": 3, "bias": True}


@pytest.mark.parametrize("swapped", [False, True])
def test_weights_are_read_into_a_given_module(swapped: bool, tmp_path: Path) -> None:
    source, target = linear(4, 3), linear(4, 3)
    path = str(tmp_path / "model.pt")
    save_model(source, path)

    loaded = load_model(target, path) if swapped else load_model(path, target)

    assert loaded is target
    assert_same(source, target)


@pytest.mark.parametrize("ending", ["pt", "safetensors"])
def test_a_bare_state_dict_needs_a_target(ending: str, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    source, target = linear(4, 3), linear(4, 3)
    path = tmp_path / f"bare.{ending}"
    save = save_file if ending == "safetensors" else torch.save
    save(source.state_dict(), path)

    with pytest.raises(CheckpointError) as raised:
        load_model(str(path))
    load_model(str(path), target)

    assert str(raised.value) == (
        f"{path} holds a bare state dict; give the target model as second argument"
    )
    assert_same(source, target)


def test_weights_that_do_not_fit_are_named(tmp_path: Path) -> None:
    path = str(tmp_path / "model.pt")
    save_model(linear(4, 3), path)

    with pytest.raises(CheckpointError, match=r"weight is \(3 4\), the model needs \(3 5\)"):
        load_model(path, linear(5, 3))


@pytest.mark.parametrize("ending", ["pt", "safetensors"])
def test_cut_files_are_refused(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"model.{ending}"
    save_model(perceptron(4, 64, 3), str(path))
    content = path.read_bytes()

    for kept in (0, 1, 7, 100, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:kept])
        with pytest.raises(CheckpointError, match=r"is not a model file|is damaged or cut short"):
            load_model(str(path))


def test_foreign_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.pt").write_text("hello")
    (tmp_path / "words.pt").write_text("the quick brown fox\njumps over the lazy dog\n")
    (tmp_path / "empty.pt").write_bytes(b"")
    (tmp_path / "text.safetensors").write_text("hello, this is a text")
    torch.save([1, 2, 3], tmp_path / "list.pt")
    with zipfile.ZipFile(tmp_path / "archive.pt", "w") as archive:
        archive.writestr("readme.txt", "hello")

    for file in sorted(tmp_path.iterdir()):
        with pytest.raises(CheckpointError, match=f"{file.name} is not a model file"):
            load_model(str(file))


def test_objects_that_could_run_code_are_named_and_refused(tmp_path: Path) -> None:
    torch.save(nn.Linear(1, 1), tmp_path / "pickled.pt")

    with pytest.raises(CheckpointError, match=r"\(torch\.nn\S+Linear\): it could run code"):
        load_model(str(tmp_path / "pickled.pt"))


def test_scripted_modules_are_told_apart(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "script.pt", "w") as archive:
        archive.writestr("script/constants.pkl", b"")

    with pytest.raises(CheckpointError, match="TorchScript archive, for torch_jit_load"):
        load_model(str(tmp_path / "script.pt"))


def test_missing_files_and_wrong_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match=r"^file not found: absent\.pt$"):
        load_model("absent.pt")
    with pytest.raises(FileMissing, match=r"is a folder without config\.json"):
        load_model(str(tmp_path))
    with pytest.raises(CheckpointError, match="is a folder"):
        load_checkpoint(str(tmp_path))
    with pytest.raises(KindError, match="expected a path"):
        load_model("one.pt", "two.pt")


def test_files_are_not_written_over_folders_or_below_files(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello")

    with pytest.raises(ArgumentError, match=f"^{tmp_path} is a folder, not a file$"):
        save_model(linear(1, 1), str(tmp_path))
    with pytest.raises(ArgumentError, match=r"note\.txt is a file, not a folder$"):
        save_model(linear(1, 1), str(tmp_path / "note.txt" / "runs" / "model.pt"))


def test_a_module_of_no_kind_cannot_be_saved(tmp_path: Path) -> None:
    with pytest.raises(KindError, match="a module of class Conv1d cannot be saved"):
        save_model(nn.Conv1d(1, 1, 1), str(tmp_path / "conv.pt"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_a_newer_version_or_unknown_kind_is_refused(tmp_path: Path) -> None:
    newer = {"format": "torch_lib", "version": 2, "kind": "linear", "weights": {}}
    unknown = {**newer, "version": 1, "kind": "quantum", "configuration": {}}
    torch.save(newer, tmp_path / "newer.pt")
    torch.save(unknown, tmp_path / "unknown.pt")

    with pytest.raises(CheckpointError, match="written by a newer version"):
        load_model(str(tmp_path / "newer.pt"))
    with pytest.raises(CheckpointError, match='unknown kind of module "quantum"'):
        load_model(str(tmp_path / "unknown.pt"))


def test_an_interrupted_save_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.pt"
    source = linear(2, 2)
    save_model(source, str(path))

    def fail(content: Any, file: Path) -> None:
        file.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", fail)
    with pytest.raises(KeyboardInterrupt):
        save_model(linear(2, 2), str(path))

    assert_same(source, load_model(str(path)))
    assert list(tmp_path.iterdir()) == [path]


def trained(steps: int, layer: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    for _ in range(steps):
        optimizer.zero_grad()
        torch.autograd.backward(layer(torch.randn(8, 4)).square().mean())
        optimizer.step()


def test_training_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    path = str(tmp_path / "run" / "checkpoint.pt")
    layer = linear(4, 3)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=0.1)
    trained(3, layer, optimizer)

    assert save_checkpoint(layer, optimizer, 3, path) == "Checkpoint saved successfully"
    trained(3, layer, optimizer)
    resumed = linear(4, 3)
    resumed_optimizer = torch.optim.AdamW(resumed.parameters(), lr=0.5)
    checkpoint = load_checkpoint(path, resumed, resumed_optimizer)
    trained(3, resumed, resumed_optimizer)

    assert checkpoint["epoch"] == 3
    assert_same(layer, resumed)


def test_a_checkpoint_prints_counts_and_restores_later(tmp_path: Path) -> None:
    path = str(tmp_path / "checkpoint.pt")
    layer = linear(4, 3)
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.25)
    trained(1, layer, optimizer)
    save_checkpoint(layer, optimizer, 100, path)

    checkpoint = load_checkpoint(path)
    other = linear(4, 3)
    other_optimizer = torch.optim.Adam(other.parameters(), lr=0.1)
    load_state_dict(other, checkpoint)
    load_state_dict(other_optimizer, checkpoint)

    assert checkpoint.summary() == "PyTorch State Dict (2 parameters)"
    assert (checkpoint["epoch"], checkpoint["kind"]) == (100, "linear")
    assert other_optimizer.param_groups[0]["lr"] == 0.25
    assert_same(layer, other)
    assert_same(layer, load_model(path))


def test_schedules_and_other_states_are_restored(tmp_path: Path) -> None:
    path = str(tmp_path / "checkpoint.pt")
    layer = linear(4, 3)
    optimizer = torch.optim.SGD(layer.parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
    trained(1, layer, optimizer)
    schedule.step()
    save_checkpoint(layer, None, 1, path, {"scheduler": schedule, "note": "warm"})

    restored = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.1)
    checkpoint = load_checkpoint(path, extra={"scheduler": restored})

    assert restored.gamma == 0.5
    assert checkpoint["note"] == "warm"
    with pytest.raises(CheckpointError, match="holds no optimizer state"):
        load_checkpoint(path, layer, optimizer)
    with pytest.raises(CheckpointError, match='has no entry "loader"'):
        load_checkpoint(path, extra={"loader": schedule})
    with pytest.raises(ArgumentError, match='a checkpoint has its own entry "epoch"'):
        save_checkpoint(layer, None, 1, path, {"epoch": 2})


def test_a_module_of_no_kind_can_still_be_checkpointed(tmp_path: Path) -> None:
    path = str(tmp_path / "checkpoint.pt")
    source, target = nn.Conv1d(1, 2, 3), nn.Conv1d(1, 2, 3)
    save_checkpoint(source, None, 0, path)

    assert load_checkpoint(path, target)["kind"] == "Conv1d"
    assert torch.equal(source.weight, target.weight)


def test_a_model_file_is_no_checkpoint(tmp_path: Path) -> None:
    save_model(linear(2, 2), str(tmp_path / "model.pt"))

    with pytest.raises(CheckpointError, match="is a model file, not a checkpoint"):
        load_checkpoint(str(tmp_path / "model.pt"))
    with pytest.raises(FileMissing, match=r"file not found: absent\.pt"):
        load_checkpoint("absent.pt")


def test_all_kinds_of_this_library_are_tried() -> None:
    tried = {getattr(module, "kind") for module in MODULES.values()}  # noqa: B009

    assert {"linear", "embedding", "layer_norm", "decoder", "sequential"} <= tried <= set(KINDS)


def test_loading_finds_every_kind_without_other_imports(tmp_path: Path) -> None:
    """A program that imports nothing but the loader can read any file."""
    path = str(tmp_path / "model.pt")
    save_model(SwiGLU(4, 8), path)
    program = (
        "import sys, torch_lib.checkpoints\n"
        "assert 'torch_lib.decoder_layers' not in sys.modules\n"
        f"torch_lib.checkpoints.load_model({path!r})\n"
    )

    subprocess.run([sys.executable, "-c", program], check=True)
