"""Hugging Face models by name: loaded once, then used by every function of this family.

A model's name is the path it came from, unless another was given; wherever a function takes the
name it also takes the model itself. B sequences, T tokens, E hidden size, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from torch_lib.decoder import DecoderModel
from torch_lib.decoder_config import DecoderConfig
from torch_lib.devices import usable_device
from torch_lib.display import describe, shape_text, value_text
from torch_lib.errors import ArgumentError, FileMissing, ShapeError
from torch_lib.generation import Generator
from torch_lib.generation_config import GenerationConfig
from torch_lib.hugging_face_files import load_hugging_face, write_hugging_face
from torch_lib.inference_layers import FROM_FLOATS, check_scheme, for_inference
from torch_lib.layers import check_ids, whole_ids
from torch_lib.lora_linear import LoRALinear
from torch_lib.model_context import ModelContext, read, watched_forward
from torch_lib.modules import parameter_count
from torch_lib.options import check_keys
from torch_lib.quantization import memory_size
from torch_lib.tensors import weight_type

__all__ = [
    "hf_embeddings",
    "hf_enable_kv_cache",
    "hf_forward",
    "hf_generate",
    "hf_load_model",
    "hf_memory_usage",
    "hf_model_info",
    "hf_model_summary",
    "hf_reset_kv_cache",
    "hf_save_model",
    "hf_unload",
]

_LOADING = (
    "device",
    "dtype",
    "max_seq_len",
    "rope_scaling",
    "temperature",
    "top_p",
    "top_k",
    "repetition_penalty",
    "use_kv_cache",
    "max_cache_len",
    "manual_attention",
    "quantization",
)
_GENERATION = {
    "greedy": "greedy",
    "topk": "top_k",
    "topp": "top_p",
    "top_k": "top_k",
    "top_p": "top_p",
    "temperature": "temperature",
    "repetition_penalty": "repetition_penalty",
    "seed": "seed",
    "callback": "callback",
    "data": "data",
}


@dataclass(frozen=True, slots=True)
class _Use:
    """How a model is to be used unless a call says otherwise."""

    generation: GenerationConfig = field(
        default_factory=lambda: GenerationConfig(top_k=0, top_p=1.0)
    )
    manual_attention: bool = False


_models: dict[str, DecoderModel] = {}
_uses: WeakKeyDictionary[DecoderModel, _Use] = WeakKeyDictionary()


def hf_load_model(path: str, config: Mapping[str, Any] | None = None) -> str:
    """Load the model of a Hugging Face folder, and give its name: the path.

    Args:
        path: A folder with ``config.json`` and ``model.safetensors``, or an index and its shards.
        config: A map with any of ``device``, ``dtype`` (by default the files' own),
            ``max_seq_len``, ``rope_scaling`` (a factor or a map), ``temperature``, ``top_p``,
            ``top_k`` and ``repetition_penalty`` of generation, ``use_kv_cache``,
            ``max_cache_len`` (how many tokens attention reaches back), ``manual_attention``
            (keep attention maps at each pass) and ``quantization`` (``"int8"``, ``"int4"``, or
            ``"packed"`` for all digits: a model that only writes, several times faster).

    Emits:
        Progress: ``load model``, counted in files.

    Raises:
        CheckpointError: The folder lacks a file, or holds another architecture.

    Example:
        (setq sizes {"vocab_size":9 "n_embd":8 "n_head":2 "n_layer":1})
        (torch_hf_save_model (torch_gpt2_model sizes) "m")
        (torch_hf_load_model "m")
        ; => m
        (size (torch_hf_generate (torch_hf_load_model "m" {"quantization":"int8"}) '(1 2) -1 5))
        ; => 5
    """
    return load_named(path, path, config)


def hf_unload(id: str) -> bool:
    """Forget a model by its name, so that its memory is free once nobody uses it.

    Raises:
        ArgumentError: No model has that name.

    Example:
        (setq sizes {"vocab_size":9 "n_embd":8 "n_head":2 "n_layer":1})
        (torch_hf_save_model (torch_gpt2_model sizes) "m")
        (torch_hf_unload (torch_hf_load_model "m"))
        ; => true
    """
    model_of(id)
    del _models[id]
    return True


def hf_save_model(id: str | DecoderModel, folder: str) -> str:
    """Write a folder that this library and ``transformers`` load: safetensors and ``config.json``.

    The tokenizer is written along where it is a ``tokenizer.json``. Adapters have to be merged.

    Raises:
        ArgumentError: The model is quantized, or has adapters that are not merged.

    Example:
        (setq sizes {"vocab_size":9 "n_embd":8 "n_head":2 "n_layer":1})
        (torch_hf_save_model (torch_gpt2_model sizes) "m")
        ; => Model saved successfully
    """
    write_hugging_face(model_of(id), Path(folder))
    return "Model saved successfully"


def hf_forward(id: str | DecoderModel, ids: Tensor, context: ModelContext | None = None) -> Tensor:
    """Logits of the token after each one.

    Args:
        id: The model.
        ids: ``(B T)``, or ``(T)`` for one sequence.
        context: What the model has read before; ``ids`` are added to it.

    Returns:
        ``(B T V)``, or ``(T V)`` for one sequence.

    Raises:
        ArgumentError: An id is outside the vocabulary.

    Example:
        (setq model (torch_gpt2_model {"vocab_size":9 "n_embd":8 "n_head":2 "n_layer":1}))
        (torch_shape (torch_hf_forward model '((1 2 3))))
        ; => (1 3 9)
    """
    model = model_of(id)
    if _use_of(model).manual_attention:
        return watched_forward(model, ids, context)
    return read(model, ids, context)


def hf_generate(
    id: str | DecoderModel,
    tokens: Tensor,
    eos_id: int | Sequence[int],
    max_length: int,
    options: Mapping[str, Any] | None = None,
) -> tuple[int, ...]:
    """Let the model write, and give the new tokens, the one that ended the text included.

    Args:
        id: The model.
        tokens: The prompt, ``(T)``.
        eos_id: The id that ends the text, or a list of such; -1 for none.
        max_length: How many tokens to write at most.
        options: A map with any of ``greedy``, ``topk``, ``topp``, ``temperature``,
            ``repetition_penalty``, ``seed``, ``callback`` (called with each token and ``data``; the
            atom ``stop`` as its result ends the text) and ``data``. By default tokens are drawn
            from all of the vocabulary.

    Emits:
        GenerationStarted, TokenGenerated, GenerationFinished: As generators do.

    Raises:
        ArgumentError: An option is unknown or outside its limits, or the prompt is empty.

    Example:
        (setq model (torch_gpt2_model {"vocab_size":9 "n_embd":8 "n_head":2 "n_layer":1}))
        (size (torch_hf_generate model '(1 2 3) -1 5 {"greedy":true}))
        ; => 5
    """
    model = model_of(id)
    given = dict(options or {})
    check_keys(given, _GENERATION)
    settings = {_GENERATION[key]: value for key, value in given.items()}
    greedy = settings.pop("greedy", None) or False
    if not isinstance(greedy, bool):
        raise ArgumentError(f"greedy must be true or nil, got {value_text(greedy)}")
    ends = [eos_id] if isinstance(eos_id, int) else list(eos_id)
    config = _use_of(model).generation.updated(
        {
            **settings,
            "max_length": max_length,
            "do_sample": not greedy,
            "eos_token_id": [token for token in ends if token >= 0],
        }
    )
    if tokens.dim() == 2 and tokens.size(0) == 1:
        tokens = tokens[0]
    if tokens.dim() != 1:
        raise ShapeError(f"expected one sequence of tokens, got shape {shape_text(tokens.shape)}")
    written = Generator(model).generate(tokens, config)
    return tuple(written[tokens.size(0) :].tolist())


def hf_enable_kv_cache(id: str | DecoderModel, flag: bool = True) -> ModelContext:
    """A context in which ``hf_forward`` needs the new tokens only.

    Args:
        id: The model.
        flag: Keep keys and values of what has been read; without them all is read again each time.

    Example:
        (setq model (torch_gpt2_model {"vocab_size":9 "n_embd":8 "n_head":2 "n_layer":1}))
        (setq context (torch_hf_enable_kv_cache model true))
        (torch_hf_forward model '((1 2 3)) context)
        (torch_shape (torch_hf_forward model '((4)) context))
        ; => (1 1 9)
        context
        ; => PyTorch Model Context (tokens=4)
    """
    return ModelContext(model_of(id), flag)


def hf_reset_kv_cache(context: ModelContext) -> ModelContext:
    """Let a context forget what has been read, and give it back.

    Example:
        (setq model (torch_gpt2_model {"vocab_size":9 "n_embd":8 "n_head":2 "n_layer":1}))
        (setq context (torch_hf_enable_kv_cache model true))
        (torch_hf_forward model '((1 2 3)) context)
        (torch_hf_reset_kv_cache context)
        ; => PyTorch Model Context (tokens=0)
    """
    context.clear()
    return context


def hf_embeddings(id: str | DecoderModel, ids: Tensor) -> Tensor:
    """The embeddings of token ids: ``(…)`` to ``(… E)``.

    Raises:
        ArgumentError: An id is outside the vocabulary.

    Example:
        (setq model (torch_gpt2_model {"vocab_size":9 "n_embd":8 "n_head":2 "n_layer":1}))
        (torch_shape (torch_hf_embeddings model '(1 2 3)))
        ; => (3 8)
    """
    model = model_of(id)
    whole = whole_ids(ids).to(model.model.embed_tokens.weight.device)
    check_ids(whole, model.config.vocab_size)
    embedded: Tensor = model.model.embed_tokens(whole)
    return embedded


def hf_model_info(id: str | DecoderModel) -> dict[str, Any]:
    """The configuration of a model as a map, with its architecture, element type and device.

    Example:
        (setq model (torch_gpt2_model {"vocab_size":9 "n_embd":8 "n_head":2 "n_layer":1}))
        (@ (torch_hf_model_info model) "hidden_size")
        ; => 8
    """
    model = model_of(id)
    weight = model.model.embed_tokens.weight
    return {
        "architecture": model.config.family.architecture,
        **asdict(model.config),
        "dtype": str(weight.dtype).removeprefix("torch."),
        "device": str(weight.device),
        "parameters": _parameters(model),
    }


def hf_model_summary(id: str | DecoderModel) -> str:
    """Layers, parameters, element types and memory of a model, in a line.

    Example:
        (setq model (torch_gpt2_model {"vocab_size":9 "n_embd":8 "n_head":2 "n_layer":1}))
        (@ (split (torch_hf_model_summary model) ": ") 1)
        ; => 9,152 parameters in float32, 0.0 MiB
    """
    model = model_of(id)
    tensors = [*model.parameters(), *model.buffers()]
    types = sorted({str(tensor.dtype).removeprefix("torch.") for tensor in tensors})
    size = memory_size(model) / 2**20
    counted = f"{_parameters(model):,} parameters in {', '.join(types)}"
    return f"{describe(model)}: {counted}, {size:,.1f} MiB"


def hf_memory_usage(id: str | DecoderModel) -> int:
    """The bytes that the weights of a model take.

    Example:
        (setq model (torch_gpt2_model {"vocab_size":9 "n_embd":8 "n_head":2 "n_layer":1}))
        (torch_hf_memory_usage model)
        ; => 36608
    """
    return memory_size(model_of(id))


def _parameters(model: DecoderModel) -> int:
    """How many numbers the model has: for torch, those that are rounded are no parameters."""
    with torch.device("meta"):
        plain = DecoderModel(model.config)
    adapters = (part for part in model.modules() if isinstance(part, LoRALinear))
    return parameter_count(plain) + sum(
        part.lora_A.numel() + part.lora_B.numel() for part in adapters
    )


def load_named(name: str, path: str, config: Mapping[str, Any] | None) -> str:
    """Load the model of a folder under a name of its own; see ``hf_load_model``."""
    given = {key: value for key, value in (config or {}).items() if value is not None}
    check_keys(config or {}, _LOADING)
    if not Path(path).exists():
        raise FileMissing(f"file not found: {path}")
    if not Path(path).is_dir():
        raise ArgumentError(f"{path} is no folder")
    dtype = weight_type(given["dtype"]) if "dtype" in given else None
    device = usable_device(given["device"]) if "device" in given else None
    sampling = ("temperature", "top_p", "top_k", "repetition_penalty")
    quantization = given.get("quantization")
    if quantization is not None:
        check_scheme(quantization, FROM_FLOATS)
    use = _Use(
        _Use().generation.updated(
            {
                **{key: given[key] for key in sampling if key in given},
                "use_cache": (config or {}).get("use_kv_cache", True),
            }
        ),
        bool(given.get("manual_attention", False)),
    )
    model = load_hugging_face(path, lambda read: _changed(read, given)).to(device, dtype).eval()
    if quantization is not None:
        model = for_inference(model, quantization)
    _models[name], _uses[model] = model, use
    return name


def model_of(id: str | DecoderModel) -> DecoderModel:
    """The model of that name; a model is itself.

    Raises:
        ArgumentError: No model has that name.
    """
    if isinstance(id, DecoderModel):
        return id
    if id not in _models:
        raise ArgumentError(f'no model is loaded as "{id}"')
    return _models[id]


def _use_of(model: DecoderModel) -> _Use:
    return _uses.get(model) or _Use()


def _changed(config: DecoderConfig, given: Mapping[str, Any]) -> DecoderConfig:
    """The configuration with what the user has to say."""
    changes: dict[str, Any] = {}
    if "max_seq_len" in given:
        changes["max_position_embeddings"] = given["max_seq_len"]
    scaling = given.get("rope_scaling")
    if isinstance(scaling, Mapping):
        changes["rope_scaling"] = dict(scaling)
    elif scaling is not None and scaling != 1:
        changes["rope_scaling"] = {"rope_type": "linear", "factor": scaling}
    if "max_cache_len" in given:
        changes |= {
            "use_sliding_window": True,
            "sliding_window": given["max_cache_len"],
            "layer_types": (),
        }
    return replace(config, **changes)
