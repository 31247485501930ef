"""Writers of small files in formats that the library only reads."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from torch_lib.decoder import DecoderModel

NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
Change = Callable[[gguf.GGUFWriter], None]


def write_gguf(model: DecoderModel, path: Path, change: Change = lambda writer: None) -> None:
    """A model in the layout of a GGUF file; ``change`` writes more of its metadata."""
    config = model.config
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    change(writer)
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        stem = name.removesuffix(".weight")
        layers, _, rest = stem.removeprefix("model.layers.").partition(".")
        stem = f"blk.{layers}.{NAMES[rest]}" if layers.isdecimal() else NAMES[stem]
        heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
        count = heads.get(stem.rpartition(".")[2])
        if count is not None:
            halves = tensor.view(count, 2, -1, config.hidden_size)
            tensor = halves.transpose(1, 2).reshape(tensor.shape)
        writer.add_tensor(f"{stem}.weight", tensor.numpy().astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def convert_to_gguf(
    reference: Any,
    path: Path,
    encoding: str = "F32",
    architecture: str | None = None,
    change: Change = lambda writer: None,
) -> None:
    """A model of the transformers library as llama.cpp's converter lays it out.

    Args:
        reference: The model.
        path: The file to write.
        encoding: That of matrices; vectors are F32.
        architecture: By default the model's own.
        change: Writes more of the metadata.
    """
    config = reference.config
    own = architecture or config.model_type
    writer = gguf.GGUFWriter(path, own)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_head_count(config.num_attention_heads)
    if own == "gpt2":
        writer.add_feed_forward_length(config.n_inner)
        writer.add_layer_norm_eps(config.layer_norm_epsilon)
    else:
        writer.add_feed_forward_length(config.intermediate_size)
        writer.add_head_count_kv(config.num_key_value_heads)
        writer.add_layer_norm_rms_eps(config.rms_norm_eps)
        writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
        writer.add_key_length(reference.model.layers[0].self_attn.head_dim)
    change(writer)
    family = {"mistral": "llama"}.get(own, own)
    (known,) = (key for key, name in gguf.MODEL_ARCH_NAMES.items() if name == family)
    names = gguf.get_tensor_name_map(known, config.num_hidden_layers)
    for name, tensor in reference.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        if name.endswith((".c_attn.weight", ".c_proj.weight", ".c_fc.weight")):
            tensor = tensor.T
        if family == "llama" and ("q_proj" in name or "k_proj" in name):
            query = "q_proj" in name
            heads = config.num_attention_heads if query else config.num_key_value_heads
            halves = tensor.view(heads, 2, -1, *tensor.shape[1:])
            tensor = halves.transpose(1, 2).reshape(tensor.shape)
        kind = gguf.GGMLQuantizationType["F32" if tensor.dim() == 1 else encoding]
        numbers = gguf.quants.quantize(tensor.float().contiguous().numpy(), kind)
        name_there = names.get_name(name, try_suffixes=(".weight", ".bias"))
        writer.add_tensor(name_there, numbers, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def rank_file(folder: Path) -> Path:
    """A file of ranks as Llama 3 has it: every byte and five pieces."""
    pieces = [bytes([byte]) for byte in range(256)]
    pieces += [b"th", b"the", b" c", b"at", b" cat"]
    lines = [f"{base64.b64encode(piece).decode()} {rank}" for rank, piece in enumerate(pieces)]
    path = folder / "tokenizer.model"
    path.write_text("\n".join(lines) + "\n")
    return path
