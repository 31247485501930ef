"""The functions on Hugging Face models by name."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from torch_lib.attention_scores import attention_scores
from torch_lib.checkpoints import load_model
from torch_lib.decoder import DecoderModel, gpt2_model, llama_model
from torch_lib.errors import ArgumentError, CheckpointError, FileMissing
from torch_lib.hugging_face import (
    hf_embeddings,
    hf_enable_kv_cache,
    hf_forward,
    hf_generate,
    hf_load_model,
    hf_memory_usage,
    hf_model_info,
    hf_model_summary,
    hf_reset_kv_cache,
    hf_save_model,
    hf_unload,
    model_of,
)
from torch_lib.hugging_face_attention import (
    hf_clear_attention_scores,
    hf_forward_attention_scores,
    hf_forward_attention_size,
    hf_forward_manual,
)
from torch_lib.hugging_face_lora import (
    hf_load_model_lora,
    hf_lora_enable,
    hf_lora_get_parameters,
    hf_lora_init,
    hf_lora_load,
    hf_lora_merge,
    hf_lora_save,
    hf_lora_unmerge,
)
from torch_lib.hugging_face_weights import (
    hf_get_gate_up_fused_weight,
    hf_get_gate_weight,
    hf_get_q_weight,
    hf_get_qkv_fused_weight,
    hf_get_rms_norm_eps,
    hf_get_up_weight,
    hf_get_weight,
    hf_list_weights,
)
from torch_lib.kv_cache import KVCache
from torch_lib.pipeline_tokenizer import bpe_tokenizer, train_bpe
from torch_lib.quantization import model_quantize

SIZES = {
    "vocab_size": 270,
    "hidden_size": 32,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "num_hidden_layers": 2,
    "intermediate_size": 48,
}


@pytest.fixture
def folder(tmp_path: Path) -> str:
    torch.manual_seed(0)
    path = str(tmp_path / "model")
    hf_save_model(llama_model(SIZES), path)
    return path


@pytest.fixture
def ids() -> Tensor:
    return torch.randint(0, 270, (2, 7), generator=torch.Generator().manual_seed(1))


def test_a_model_is_known_by_its_path(folder: str, ids: Tensor) -> None:
    assert hf_load_model(folder) == folder

    assert torch.equal(hf_forward(folder, ids), hf_forward(model_of(folder), ids))
    assert hf_unload(folder) is True
    with pytest.raises(ArgumentError, match=f'no model is loaded as "{folder}"'):
        hf_forward(folder, ids)


def test_tensors_are_those_of_the_file(folder: str) -> None:
    """A mapped tensor shares one storage with all others of its file."""
    model = load_model(folder)
    storages = {tensor.untyped_storage().data_ptr() for tensor in model.state_dict().values()}
    sizes = [tensor.numel() * tensor.element_size() for tensor in model.state_dict().values()]

    assert max(storages) - min(storages) <= sum(sizes)


@pytest.mark.parametrize("use_cache", [True, False])
def test_a_context_takes_new_tokens_only(folder: str, ids: Tensor, use_cache: bool) -> None:
    hf_load_model(folder)
    whole = hf_forward(folder, ids)
    context = hf_enable_kv_cache(folder, use_cache)

    pieces = [hf_forward(folder, piece, context) for piece in torch.split(ids, [4, 1, 2], dim=1)]

    torch.testing.assert_close(torch.cat(pieces, dim=1), whole, rtol=1e-5, atol=1e-5)
    assert context.summary() == "PyTorch Model Context (tokens=7)"
    assert hf_reset_kv_cache(context).length == 0
    torch.testing.assert_close(hf_forward(folder, ids[0], context), whole[0], rtol=1e-5, atol=1e-5)


def test_a_context_belongs_to_its_model(folder: str, ids: Tensor) -> None:
    with pytest.raises(ArgumentError, match="the context is of another model"):
        hf_forward(llama_model(SIZES), ids, hf_enable_kv_cache(llama_model(SIZES)))


def test_greedy_writing_equals_transformers(folder: str, ids: Tensor) -> None:
    transformers = pytest.importorskip("transformers")
    reference = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    expected = reference.generate(
        ids[:1], attention_mask=torch.ones_like(ids[:1]), do_sample=False, max_new_tokens=20
    )

    hf_load_model(folder)
    written = hf_generate(folder, ids[0], -1, 20, {"greedy": True})

    assert list(written) == expected[0, 7:].tolist()


def test_the_end_token_is_given_and_ends(folder: str, ids: Tensor) -> None:
    hf_load_model(folder)
    free = hf_generate(folder, ids[:1], -1, 10, {"greedy": True})

    ended = hf_generate(folder, ids[0], [269, free[3]], 10, {"greedy": True})

    assert ended == free[: free.index(free[3]) + 1]
    assert hf_generate(folder, ids[0], -1, 0) == ()


def test_options_of_writing(folder: str, ids: Tensor) -> None:
    seen: list[tuple[int, Any]] = []

    def callback(token: int, data: Any) -> str | None:
        seen.append((token, data))
        return "stop" if len(seen) == 3 else None

    hf_load_model(folder, {"temperature": 0.5, "top_k": 1})
    best = hf_generate(folder, ids[0], -1, 5, {"greedy": True})

    assert hf_generate(folder, ids[0], -1, 5) == best
    drawn = [hf_generate(folder, ids[0], -1, 9, {"topk": 0, "seed": 3}) for _ in range(2)]
    assert drawn[0] == drawn[1] != hf_generate(folder, ids[0], -1, 9, {"topk": 0, "seed": 4})
    assert len(hf_generate(folder, ids[0], -1, 9, {"callback": callback, "data": "d"})) == 3
    assert [data for _, data in seen] == ["d", "d", "d"]
    with pytest.raises(ArgumentError, match=r'unknown key "topq" \(known: greedy, topk'):
        hf_generate(folder, ids[0], -1, 9, {"topq": 1})
    with pytest.raises(ArgumentError, match="greedy must be true or nil, got 1"):
        hf_generate(folder, ids[0], -1, 9, {"greedy": 1})
    with pytest.raises(ArgumentError, match=r"expected one sequence of tokens, got shape \(2 7\)"):
        hf_generate(folder, ids, -1, 9)


def test_settings_of_loading(folder: str, ids: Tensor) -> None:
    hf_load_model(folder)
    plain = hf_forward(folder, ids)

    hf_load_model(folder, {"dtype": "bfloat16", "device": "cpu", "max_seq_len": 99})
    assert hf_forward(folder, ids).dtype is torch.bfloat16
    assert model_of(folder).context_length == 99
    hf_load_model(folder, {"rope_scaling": 2.0})
    assert model_of(folder).config.rope_scaling == {"rope_type": "linear", "factor": 2.0}
    hf_load_model(folder, {"rope_scaling": 1.0})
    assert torch.equal(hf_forward(folder, ids), plain)
    hf_load_model(folder, {"max_cache_len": 3})
    assert torch.allclose(hf_forward(folder, ids)[:, :3], plain[:, :3], atol=1e-6)
    assert not torch.allclose(hf_forward(folder, ids)[:, 3:], plain[:, 3:], atol=1e-6)
    hf_load_model(folder, {"manual_attention": True})
    torch.testing.assert_close(hf_forward(folder, ids), plain)
    assert hf_forward_attention_size(folder) == 2


def test_writing_without_a_cache(folder: str, ids: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    hf_load_model(folder)
    expected = hf_generate(folder, ids[0], -1, 6, {"greedy": True})
    hf_load_model(folder, {"use_kv_cache": None})
    monkeypatch.setattr(KVCache, "__init__", lambda *_: pytest.fail("a cache was made"))

    assert hf_generate(folder, ids[0], -1, 6, {"greedy": True}) == expected


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"dtipe": "int8"}, r'unknown key "dtipe" \(known: device, dtype'),
        ({"dtype": "int9"}, 'unknown element type "int9"'),
        ({"max_seq_len": 0}, "max_position_embeddings must be a positive integer, got 0"),
        ({"max_cache_len": -1}, "sliding_window must be a positive integer, got -1"),
        ({"temperature": 0}, "temperature must be greater than 0, got 0"),
        ({"use_kv_cache": 3}, "use_cache must be true or nil, got 3"),
    ],
)
def test_wrong_settings_are_named(folder: str, config: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        hf_load_model(folder, config)


def test_what_is_no_folder_is_refused(folder: str, tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="file not found"):
        hf_load_model(str(tmp_path / "nowhere"))
    with pytest.raises(ArgumentError, match="is no folder"):
        hf_load_model(f"{folder}/config.json")
    (Path(folder) / "config.json").write_text('{"architectures": ["LlamaForCausalLM"]}')
    with pytest.raises(CheckpointError, match='the configuration lacks "vocab_size"'):
        hf_load_model(folder)


def test_weights_that_are_not_there_are_named(folder: str) -> None:
    (Path(folder) / "model.safetensors").unlink()
    with pytest.raises(FileMissing, match=r"is a folder without model\.safetensors$"):
        hf_load_model(folder)
    (Path(folder) / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(FileMissing, match=r"in pytorch_model\.bin, which is not read$"):
        hf_load_model(folder)


def test_shards_elsewhere_are_refused(folder: str) -> None:
    (Path(folder) / "model.safetensors").rename(Path(folder).parent / "model.safetensors")
    (Path(folder) / "model.safetensors.index.json").write_text(
        '{"weight_map": {"lm_head.weight": "../model.safetensors"}}'
    )

    with pytest.raises(CheckpointError, match=r'names a file elsewhere: "\.\./model\.safetensors"'):
        hf_load_model(folder)


def test_what_a_model_tells_of_itself(folder: str, ids: Tensor) -> None:
    hf_load_model(folder)
    model = model_of(folder)

    info = hf_model_info(folder)
    assert info["architecture"] == "LlamaForCausalLM"
    assert info["num_key_value_heads"] == 2
    assert info["dtype"] == "float32"
    assert hf_memory_usage(folder) == 4 * info["parameters"]
    assert hf_model_summary(folder).startswith("PyTorch Llama Model (layers=2, hidden=32")
    assert hf_get_rms_norm_eps(folder) == 1e-6
    assert hf_list_weights(folder) == list(model.state_dict())
    assert hf_get_weight(folder, "lm_head.weight") is model.lm_head.weight
    torch.testing.assert_close(hf_embeddings(folder, ids), model.model.embed_tokens(ids))
    with pytest.raises(ArgumentError, match='the model has no weight "lm"'):
        hf_get_weight(folder, "lm")


def test_rounded_parameters_count(folder: str) -> None:
    whole = hf_model_info(hf_load_model(folder))["parameters"]

    assert hf_model_info(hf_load_model(folder, {"quantization": "int8"}))["parameters"] == whole
    assert f"int8): {whole:,} parameters in " in hf_model_summary(folder)


def test_weights_by_what_they_do(folder: str) -> None:
    hf_load_model(folder)
    path = "model.layers.1.self_attn"
    names = [f"{path}.{part}_proj.weight" for part in "qkv"]

    assert hf_get_q_weight(folder, 1) is hf_get_weight(folder, names[0])
    torch.testing.assert_close(
        hf_get_qkv_fused_weight(folder, 1),
        torch.cat([hf_get_weight(folder, name) for name in names]),
    )
    assert hf_get_gate_up_fused_weight(folder, 0).shape == (96, 32)
    with pytest.raises(ArgumentError, match=r"layer 2 is outside 0 \.\. 1"):
        hf_get_q_weight(folder, 2)


def test_weights_of_changed_layers(folder: str) -> None:
    hf_load_model(folder)
    original = hf_get_q_weight(folder, 0).clone()

    hf_lora_init(folder, 2, 4, ["q_proj"])
    assert torch.equal(hf_get_q_weight(folder, 0), original)
    plain = llama_model(SIZES)
    quantized = model_quantize(plain, "int8")
    assert isinstance(quantized, DecoderModel)
    torch.testing.assert_close(
        hf_get_up_weight(quantized, 0), hf_get_up_weight(plain, 0), rtol=0.1, atol=1e-3
    )


def test_gpt2_has_no_gate() -> None:
    model = gpt2_model({"vocab_size": 9, "n_embd": 8, "n_head": 2, "n_layer": 1})

    assert hf_get_up_weight(model, 0).shape == (32, 8)
    with pytest.raises(ArgumentError, match="the model has no gate_proj"):
        hf_get_gate_weight(model, 0)


def test_attention_maps(folder: str, ids: Tensor) -> None:
    hf_load_model(folder)
    model = model_of(folder)
    with pytest.raises(ArgumentError, match="no attention maps are kept"):
        hf_forward_attention_scores(folder, 0)

    torch.testing.assert_close(hf_forward_manual(folder, ids), hf_forward(folder, ids))

    assert hf_forward_attention_size(folder) == 2
    for layer in range(2):
        expected = attention_scores(model, ids, layer)
        torch.testing.assert_close(hf_forward_attention_scores(folder, layer), expected)
    with pytest.raises(ArgumentError, match=r"layer 2 is outside 0 \.\. 1"):
        hf_forward_attention_scores(folder, 2)
    hf_clear_attention_scores(folder)
    assert hf_forward_attention_size(folder) == 0


def test_attention_maps_of_a_context(folder: str, ids: Tensor) -> None:
    hf_load_model(folder)
    context = hf_enable_kv_cache(folder)

    hf_forward_manual(folder, ids[:, :5], context)
    hf_forward_manual(folder, ids[:, 5:], context)

    whole = attention_scores(model_of(folder), ids, 1)
    found = hf_forward_attention_scores(folder, 1, context)
    torch.testing.assert_close(found, whole[:, :, 5:], rtol=1e-4, atol=1e-5)
    assert hf_forward_attention_size(folder) == 0


def test_a_tokenizer_travels_along(folder: str, tmp_path: Path) -> None:
    (tmp_path / "corpus.txt").write_text("one two three " * 20)
    train_bpe(str(tmp_path / "corpus.txt"), str(tmp_path / "tokenizer"), 262)
    model = load_model(folder)
    assert isinstance(model, DecoderModel)
    tokenizer = bpe_tokenizer(str(tmp_path))
    tokenizer.special["eos_token"] = "<|endoftext|>"
    tokenizer.chat_template = "{{ messages }}"
    model.tokenizer = tokenizer

    hf_save_model(model, str(tmp_path / "again"))

    again = bpe_tokenizer(str(tmp_path / "again"))
    assert again.encode("two three") == tokenizer.encode("two three")
    assert (again.eos_id, again.chat_template) == (0, "{{ messages }}")


class TestLora:
    """Adapters over a whole model."""

    def test_training_adapters_through_the_name(self, folder: str, ids: Tensor) -> None:
        assert hf_load_model_lora("tuned", folder, {}) == "tuned"
        before = hf_forward("tuned", ids).detach()
        hf_lora_init("tuned", 4, 8.0, ["q_proj", "v_proj"])
        torch.testing.assert_close(hf_forward("tuned", ids), before)
        optimizer = torch.optim.Adam(hf_lora_get_parameters("tuned"), 0.05)

        torch.autograd.backward(hf_forward("tuned", ids).square().mean())
        optimizer.step()

        trainable = [p for p in model_of("tuned").parameters() if p.requires_grad]
        assert len(trainable) == len(hf_lora_get_parameters("tuned")) == 8
        assert not torch.allclose(hf_forward("tuned", ids), before)
        hf_lora_enable("tuned", False)
        torch.testing.assert_close(hf_forward("tuned", ids), before)

    def test_merged_adapters_can_be_written_as_a_model(
        self, folder: str, ids: Tensor, tmp_path: Path
    ) -> None:
        hf_load_model_lora(folder, {"dtype": "float32"}, "other order")
        hf_lora_init("other order", {"rank": 2, "alpha": 4, "target_modules": ["o_proj"]})
        for parameter in hf_lora_get_parameters("other order"):
            torch.nn.init.normal_(parameter)
        adapted = hf_forward("other order", ids).detach()
        with pytest.raises(ArgumentError, match="has adapters: merge them first"):
            hf_save_model("other order", str(tmp_path / "merged"))

        hf_lora_merge("other order")
        hf_save_model("other order", str(tmp_path / "merged"))

        hf_load_model(str(tmp_path / "merged"))
        torch.testing.assert_close(
            hf_forward(str(tmp_path / "merged"), ids), adapted, rtol=1e-5, atol=1e-5
        )
        hf_lora_unmerge("other order")
        torch.testing.assert_close(hf_forward("other order", ids), adapted, rtol=1e-5, atol=1e-5)

    def test_adapters_are_files(self, folder: str, ids: Tensor, tmp_path: Path) -> None:
        hf_load_model(folder)
        hf_lora_init(folder, 2, 4, ["up_proj"], "bfloat16")
        assert {p.dtype for p in hf_lora_get_parameters(folder)} == {torch.bfloat16}
        for parameter in hf_lora_get_parameters(folder):
            torch.nn.init.normal_(parameter)
        adapted = hf_forward(folder, ids).detach()
        hf_lora_save(folder, str(tmp_path / "adapters"))

        hf_load_model(folder)
        hf_lora_load(folder, str(tmp_path / "adapters"))

        torch.testing.assert_close(hf_forward(folder, ids), adapted, rtol=1e-2, atol=1e-2)

    def test_wrong_names_are_told(self, folder: str) -> None:
        hf_load_model(folder)

        with pytest.raises(ArgumentError, match='no linear layer is called "w_proj"'):
            hf_lora_init(folder, 2, 4, ["w_proj"])
        with pytest.raises(ArgumentError, match="the configuration lacks alpha"):
            hf_lora_init(folder, 2)
        with pytest.raises(ArgumentError, match=r'unknown key "ranks" \(known: rank'):
            hf_lora_init(folder, {"ranks": 2})
        with pytest.raises(ArgumentError, match="expected a name, a path"):
            hf_load_model_lora("tuned", {}, {})


def test_a_quantized_model_has_no_place_in_the_layout(tmp_path: Path) -> None:
    model = model_quantize(llama_model(SIZES), "int8")
    assert isinstance(model, DecoderModel)

    with pytest.raises(ArgumentError, match="the model is quantized"):
        hf_save_model(model, str(tmp_path / "model"))
