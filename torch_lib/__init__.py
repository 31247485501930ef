"""Deep learning in plain Python.

Each module holds one idea, and its ``__all__`` the names of it that are public. ``TOPICS`` is the
table of contents. Modules load when they are first named: ``import torch_lib`` costs no import of
PyTorch, ``torch_lib.layers`` does.
"""

from importlib import import_module
from itertools import chain
from types import ModuleType

TOPICS: dict[str, tuple[str, ...]] = {
    "tensors": (
        "tensors",
        "shapes",
        "elementwise",
        "mathematics",
        "reductions",
        "decompositions",
    ),
    "devices": ("devices",),
    "modules": (
        "layers",
        "networks",
        "convolution",
        "recurrent",
        "vision",
        "modules",
        "positions",
        "transformer",
    ),
    "attention": ("masks", "attention", "attention_scores"),
    "training": (
        "losses",
        "preferences",
        "optimizers",
        "schedulers",
        "training",
        "precision",
        "recomputation",
        "early_stopping",
        "metrics",
        "tracking",
        "progress",
        "distributed",
    ),
    "tokenizers": (
        "tokenizers",
        "simple_tokenizer",
        "sentencepiece_tokenizer",
        "pipeline_tokenizer",
        "tokenizer_files",
        "stream_decoder",
        "chat",
    ),
    "data": ("sequences", "readers", "data_loader"),
    "generation": ("generation_config", "generation", "evaluation", "serving"),
    "quantization": ("quantized_tensors", "quantization"),
    "LoRA": ("lora", "lora_files"),
    "persistence": (
        "state_dicts",
        "checkpoints",
        "pretrained",
        "export",
        "exported_programs",
        "torchscript",
    ),
    "Llama models": ("rotary", "decoder_layers", "decoder", "gguf"),
    "Hugging Face models": (
        "hugging_face",
        "hugging_face_weights",
        "hugging_face_attention",
        "hugging_face_lora",
    ),
}
"""The modules whose functions are for users, by topic, in the order of the reference."""

NEIGHBOURS = {"lispe_gguf": "gguf_library", "lispe_tiktoken": "tiktoken_library"}
"""Libraries of their own, whose functions have their Lisp names already, and their modules."""

FOUNDATIONS = (
    "archives",
    "atomic_files",
    "bare_weights",
    "beam_search",
    "chat_templates",
    "completions",
    "control_tokens",
    "conversion",
    "decimals",
    "decoder_config",
    "decoder_engine",
    "decoding",
    "display",
    "eight_bits",
    "engine_layers",
    "errors",
    "events",
    "exported_files",
    "float_products",
    "generation_report",
    "gguf_blocks",
    "gguf_file",
    "gguf_tokenizers",
    "hugging_face_files",
    "inference_layers",
    "int4_linear",
    "int8_block_linear",
    "kinds",
    "kv_cache",
    "lora_linear",
    "memory",
    "model_context",
    "options",
    "packed_linear",
    "placement",
    "prefix_memory",
    "processes",
    "progress_reports",
    "projections",
    "prompt_lookup",
    "quantized_linear",
    "quiet",
    "reading",
    "recorded_step",
    "sampling",
    "single_row",
    "stop_texts",
    "text_files",
    "tied_embedding",
    "tokenizer_folders",
    "writing",
)
"""The modules that those build on."""

__all__ = ["FOUNDATIONS", "NEIGHBOURS", "TOPICS"]


def __getattr__(name: str) -> ModuleType:
    known = {*FOUNDATIONS, *NEIGHBOURS.values(), *chain.from_iterable(TOPICS.values())}
    if name in known:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
