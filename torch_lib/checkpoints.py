"""Saving modules and whole states of training, and reading them back.

A file is what ``torch.save`` writes for a plain map: format and version, the kind of module, its
configuration, its weights, and in a checkpoint the state of training. Nothing is unpickled that
``weights_only`` refuses. A name that ends in ``.safetensors`` makes a safetensors file, which holds
kind and configuration as metadata.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from torch_lib.archives import archive_names, is_torchscript
from torch_lib.atomic_files import replacing
from torch_lib.devices import current_device
from torch_lib.distributed import gathered, write_together
from torch_lib.errors import ArgumentError, CheckpointError, FileMissing, KindError
from torch_lib.events import Progress, emit
from torch_lib.kinds import KINDS, description, rebuilt
from torch_lib.progress_reports import counting, watching
from torch_lib.reading import making_sense_of
from torch_lib.state_dicts import (
    StateDict,
    fit_weights,
    kind_name,
    plain_weights,
    restore_optimizer,
)

__all__ = ["load_checkpoint", "load_model", "save_checkpoint", "save_model"]

_FORMAT = "torch_lib"
_VERSION = 1
_HEAD = {"format": _FORMAT, "version": _VERSION}
_REFUSED_CLASS = re.compile(r"GLOBAL ([\w.]+)")  # in torch's message
_MODEL_KEYS = ("format", "version", "configuration", "replaced", "weights")


def save_model(model: nn.Module, path: str) -> str:
    """Write a module to a file, from which ``load_model`` rebuilds it.

    Args:
        model: A module of any kind this library makes.
        path: The file; ``.safetensors`` at its end makes it one, any other name a PyTorch file.

    Emits:
        Progress: ``save model``, counted in bytes.

    Raises:
        KindError: The module is of no known kind.

    Example:
        (torch_save_model (torch_model 4 8 2) "model.pt")
        ; => Model saved successfully
        (torch_save_model (torch_model 4 8 2) "model.safetensors")
        ; => Model saved successfully
    """
    described = {**_HEAD, **description(model)}
    weights = plain_weights(model)

    def write() -> None:
        with (
            replacing(Path(path)) as temporary,
            watching("save model", temporary.parent, _bytes(weights)),
        ):
            if path.endswith(".safetensors"):
                _save_safetensors(model, weights, described, temporary)
            else:
                torch.save({**described, "weights": weights}, temporary)

    write_together(write)
    return "Model saved successfully"


def load_model(
    path: str | nn.Module, model: nn.Module | str | None = None, quantization: str | None = None
) -> nn.Module:
    """Rebuild a module from a file, or read a file's weights into a module.

    Args:
        path: A file of ``save_model``, a ``.safetensors`` or ``.gguf`` file, a folder with a
            Hugging Face checkpoint, or a bare state dict of GPT-2 or a Llama-like model.
        model: The module to fill and return; without it, the file says what to build. The two
            arguments may change places.
        quantization: For a language model that only writes, several times faster: ``"int8"``,
            ``"int4"``, ``"packed"`` for all digits, or ``"file"`` for the blocks of a GGUF file.

    Raises:
        CheckpointError: The file cannot be used, or its weights do not fit.
        ArgumentError: What is loaded cannot be quantized so.

    Example:
        (torch_save_model (torch_model 4 8 2) "model.pt")
        (torch_load_model "model.pt")
        ; => PyTorch Model (4 -> 8 -> 2)
    """
    file, target = (model, path) if isinstance(path, nn.Module) else (path, model)
    if not isinstance(file, str) or isinstance(target, str):
        raise KindError("expected a path, and optionally a module")
    if not Path(file).exists():
        raise FileMissing(f"file not found: {file}")
    if target is not None:
        if quantization is not None:
            raise ArgumentError("a module that is filled keeps its layers: no quantization fits it")
        return _filled(target, _weights(file))
    if file.endswith(".gguf") and not Path(file).is_dir():
        from torch_lib.gguf import load_gguf

        return load_gguf(file, None, quantization)
    return _built(file) if quantization is None else _quantized(file, quantization)


def save_checkpoint(
    model: nn.Module,
    optimizer: Optimizer | None,
    epoch: int,
    path: str,
    extra: Mapping[str, Any] | None = None,
) -> str:
    """Write the state of training: model, optimizer, epoch and random numbers.

    Args:
        model: The module that trains.
        optimizer: Its optimizer, or nil.
        epoch: How far training has come.
        path: The file.
        extra: A map of further things that have a state, such as ``scheduler`` and ``loader``, and
            of plain values.

    Example:
        (setq model (torch_linear 4 2))
        (setq optimizer (torch_optimizer model 0.1 "adam"))
        (setq scheduler (torch_lr_scheduler optimizer "cosine"))
        (torch_save_checkpoint model optimizer 3 "state.pt" {"scheduler":scheduler "loss":0.25})
        ; => Checkpoint saved successfully
    """
    content = {
        **_HEAD,
        "kind": kind_name(model),
        **(description(model) if kind_name(model) in KINDS else {}),
        "weights": plain_weights(model),
        "epoch": epoch,
        "optimizer": None if optimizer is None else gathered(optimizer.state_dict()),
        "random": _random_state(),
    }
    for name, value in (extra or {}).items():
        if name in content or name in _MODEL_KEYS:
            raise ArgumentError(f'a checkpoint has its own entry "{name}"')
        content[name] = value.state_dict() if hasattr(value, "state_dict") else value

    def write() -> None:
        with (
            replacing(Path(path)) as temporary,
            watching("save checkpoint", temporary.parent, _bytes(content)),
        ):
            torch.save(content, temporary)

    write_together(write)
    return "Checkpoint saved successfully"


def _bytes(content: Any) -> int:
    """The memory of every tensor in nested maps and lists."""
    if isinstance(content, Tensor):
        return content.nbytes
    parts = content.values() if isinstance(content, Mapping) else content
    return sum(map(_bytes, parts)) if isinstance(content, Mapping | list | tuple) else 0


def load_checkpoint(
    path: str,
    model: nn.Module | None = None,
    optimizer: Optimizer | None = None,
    extra: Mapping[str, Any] | None = None,
) -> StateDict:
    """Read the state of training, and put it into what is given.

    Args:
        path: A file of ``save_checkpoint``.
        model: A module that takes the weights.
        optimizer: An optimizer that takes its state.
        extra: A map of further things that take theirs, named as when saved.

    Returns:
        The weights; ``epoch`` and ``kind`` are reached by name as well.

    Raises:
        CheckpointError: The file cannot be used, or does not fit.

    Example:
        (setq model (torch_linear 4 2))
        (setq optimizer (torch_optimizer model 0.1 "adam"))
        (torch_save_checkpoint model optimizer 3 "state.pt" {"loss":0.25})
        (setq checkpoint (torch_load_checkpoint "state.pt" model optimizer))
        checkpoint
        ; => PyTorch State Dict (2 parameters)
        (list (@ checkpoint "epoch") (@ checkpoint "loss"))
        ; => (3 0.25)
    """
    if not Path(path).exists():
        raise FileMissing(f"file not found: {path}")
    with making_sense_of(path):
        content = _read(path)
        if "epoch" not in content:
            raise CheckpointError(f"{path} is a model file, not a checkpoint")
        extras = {name: value for name, value in content.items() if name not in _MODEL_KEYS}
        checkpoint = StateDict(content["weights"], extras)
        if model is not None:
            fit_weights(model, checkpoint.weights)
        if optimizer is not None:
            restore_optimizer(optimizer, checkpoint)
        for name, value in (extra or {}).items():
            if name not in extras:
                raise CheckpointError(f'{path} has no entry "{name}"')
            value.load_state_dict(extras[name])
        if model is not None or optimizer is not None:
            _restore_random_state(extras["random"])
    return checkpoint


def _filled(model: nn.Module, weights: Mapping[str, Tensor]) -> nn.Module:
    if getattr(model, "kind", None) == "decoder":
        from torch_lib.hugging_face_files import as_ours

        weights = as_ours(weights)
    fit_weights(model, weights)
    return model


def _bare_model(path: str, weights: Mapping[str, Tensor]) -> nn.Module:
    from torch_lib.bare_weights import decoder_from_weights

    model = decoder_from_weights(weights)
    if model is None:
        raise CheckpointError(
            f"{path} holds a bare state dict; give the target model as second argument"
        )
    return model.to(current_device())


def _weights(path: str) -> Mapping[str, Tensor]:
    if Path(path).is_dir() or path.endswith(".gguf"):
        return plain_weights(load_model(path))
    with making_sense_of(path):
        weights: Mapping[str, Tensor] = _read(path)["weights"]
    return weights


def _built(path: str) -> nn.Module:
    """The model that a folder or a file other than GGUF says how to build."""
    if Path(path).is_dir():
        from torch_lib.hugging_face_files import load_hugging_face

        return load_hugging_face(path)
    with making_sense_of(path):
        content = _read(path)
        if "configuration" not in content:
            return _bare_model(path, content["weights"])
        return _filled(rebuilt(content), content["weights"]).to(current_device())


def _quantized(path: str, scheme: str) -> nn.Module:
    from torch_lib.decoder import DecoderModel
    from torch_lib.inference_layers import FROM_FLOATS, check_scheme, for_inference

    check_scheme(scheme, FROM_FLOATS)
    model = _built(path)
    if not isinstance(model, DecoderModel):
        raise ArgumentError("only a language model is loaded quantized: quantize it afterwards")
    return for_inference(model, scheme)


def _read(path: str) -> dict[str, Any]:
    """The content of a model file; of a bare state dict, only ``weights``."""
    if Path(path).is_dir():
        raise CheckpointError(f"{path} is a folder")
    if path.endswith(".safetensors"):
        return _read_safetensors(path)
    content = read_archive(path)
    if isinstance(content, dict) and content.get("format") == _FORMAT:
        if content["version"] > _VERSION:
            raise CheckpointError(f"{path} was written by a newer version of this library")
        return content
    if isinstance(content, dict) and all(isinstance(part, Tensor) for part in content.values()):
        return {"weights": content}
    raise CheckpointError(f"{path} is not a model file")


def read_archive(path: str) -> Any:
    """What a PyTorch file holds, if that is nothing but tensors and plain data.

    Raises:
        CheckpointError: It is no such file.
    """
    if is_torchscript(path):
        raise CheckpointError(f"{path} is a TorchScript archive, for torch_jit_load")
    if _begins_as_archive(path) and not archive_names(path):
        raise CheckpointError(f"{path} is damaged or cut short")
    size = Path(path).stat().st_size
    emit(Progress("load model", 0, size))
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        emit(Progress("load model", size, size))
        return content
    except OSError:
        raise
    except Exception as error:  # bytes that are no pickle make the unpickler raise anything
        refused = _REFUSED_CLASS.search(str(error))
        if refused is None:
            raise CheckpointError(f"{path} is not a model file") from error
        named = f"{path} holds more than tensors and plain data ({refused[1]})"
        raise CheckpointError(f"{named}: it could run code, so it is not read") from error


def _begins_as_archive(path: str) -> bool:
    with Path(path).open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _save_safetensors(
    model: nn.Module, weights: Mapping[str, Tensor], described: dict[str, Any], path: Path
) -> None:
    """Write each tensor once, however many names the model has for it."""
    from safetensors.torch import save_file

    names = {id(tensor): name for name, tensor in model.state_dict(keep_vars=True).items()}
    once = {name: _alone(weights[name]) for name in names.values()}
    save_file(once, path, {name: json.dumps(value) for name, value in described.items()})


def _alone(tensor: Tensor) -> Tensor:
    """The tensor without what else its memory holds: layers may be parts of one matrix."""
    whole = tensor.contiguous()
    return whole if whole.untyped_storage().nbytes() == whole.nbytes else whole.clone()


def safetensors_content(path: str) -> tuple[dict[str, str], dict[str, Tensor]]:
    """The metadata of a safetensors file, and its tensors by name.

    Raises:
        CheckpointError: It is no such file.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            names = list(file.keys())
            count = counting("load model", len(names))
            weights = {}
            for done, name in enumerate(names, start=1):
                weights[name] = file.get_tensor(name)
                count(done)
            return file.metadata() or {}, weights
    except SafetensorError as error:
        raise CheckpointError(f"{path} is not a model file") from error


def _read_safetensors(path: str) -> dict[str, Any]:
    metadata, weights = safetensors_content(path)
    if metadata.get("format") != json.dumps(_FORMAT):
        return {"weights": weights}
    return {**{name: json.loads(value) for name, value in metadata.items()}, "weights": weights}


def _random_state() -> dict[str, Any]:
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return {"cpu": torch.get_rng_state(), "cuda": cuda}


def _restore_random_state(state: Mapping[str, Any]) -> None:
    torch.set_rng_state(state["cpu"])
    if len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])
