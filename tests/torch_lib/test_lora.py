"""LoRA adapters: their formula, training, merging, and files that PEFT reads."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from torch_lib import lora, lora_files
from torch_lib.checkpoints import load_model, save_model
from torch_lib.decoder import llama_model
from torch_lib.errors import ArgumentError, CheckpointError, FileMissing
from torch_lib.hugging_face_files import load_hugging_face
from torch_lib.inference_layers import for_inference
from torch_lib.layers import forward, layer_norm, linear
from torch_lib.lora_linear import LoRALinear
from torch_lib.losses import mse_loss
from torch_lib.networks import sequential
from torch_lib.optimizers import optimizer
from torch_lib.quantization import model_quantize_dynamic
from torch_lib.transformer import transformer_block


def trained(layer: nn.Module) -> nn.Module:
    """``layer`` with adapters that are no longer at their start."""
    for adapted in lora.adapted_layers(layer).values():
        nn.init.normal_(adapted.lora_B, std=0.1)
    return layer


def trained_layer(*sizes: float) -> LoRALinear:
    layer = lora.lora_linear(*(sizes or (16, 8, 4, 8.0)))
    nn.init.normal_(layer.lora_B, std=0.1)
    return layer


def test_the_output_is_the_formula() -> None:
    layer = trained_layer()
    input = torch.randn(3, 16)

    output = lora.lora_forward(layer, input)

    expected = layer.base(input) + 8 / 4 * (input @ layer.lora_A.T @ layer.lora_B.T)
    torch.testing.assert_close(output, expected)
    torch.testing.assert_close(lora.lora_compute_delta(layer), 2 * layer.lora_B @ layer.lora_A)
    magnitude = lora.lora_get_adaptation_magnitude(layer)
    assert magnitude == pytest.approx(lora.lora_compute_delta(layer).norm().item())


def test_adapters_start_small_and_at_zero() -> None:
    layer = lora.lora_linear(512, 512, 64, 32.0)

    assert not layer.lora_B.any()
    assert layer.lora_A.std().item() == pytest.approx(1 / 8, rel=0.05)
    assert lora.lora_get_adaptation_magnitude(layer) == 0


def test_an_adapted_layer_gives_what_the_source_gives() -> None:
    source = linear(16, 8)
    input = torch.randn(3, 16)

    adapted = lora.lora_apply_to_linear(source, 4, 8.0)

    assert torch.equal(forward(adapted, input), forward(source, input))
    nn.init.zeros_(adapted.base.weight)
    assert source.weight.any()
    assert source.weight.requires_grad


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_merging_is_exact_and_can_be_undone(dtype: torch.dtype) -> None:
    layer = trained_layer(256, 128, 8, 16.0).to(dtype)
    weight = layer.base.weight.clone()
    input = torch.randn(5, 256, dtype=dtype)
    before = forward(layer, input)

    lora.lora_merge_weights(layer)
    lora.lora_merge_weights(layer)

    off = 1e-5 if dtype == torch.float32 else 0.05
    torch.testing.assert_close(forward(layer, input), before, rtol=off, atol=off)
    torch.testing.assert_close(forward(layer, input), layer.base(input))
    assert layer.summary().endswith("merged=true)")
    lora.lora_unmerge_weights(layer)
    torch.testing.assert_close(layer.base.weight, weight, rtol=0, atol=1e-7)
    torch.testing.assert_close(forward(layer, input), before, rtol=0, atol=1e-5)


def test_only_adapters_train() -> None:
    """Every other parameter stays, and the loss falls."""
    block = transformer_block(16, 2, 32)
    lora.lora_apply(block, {"rank": 4, "alpha": 8.0, "targets": ["q_proj", "v_proj", "ffn1"]})
    steps = optimizer(block, 0.01, "adam")
    before = {name: parameter.clone() for name, parameter in block.named_parameters()}
    input, target = torch.randn(2, 4, 16), torch.randn(2, 4, 16)

    losses = []
    for _ in range(20):
        steps.zero_grad()
        loss = mse_loss(forward(block, input), target)
        torch.autograd.backward(loss)
        steps.step()
        losses.append(loss.item())

    moved = {
        name for name, value in block.named_parameters() if not torch.equal(value, before[name])
    }
    assert losses[-1] < losses[0]
    assert len(moved) == 6
    assert all("lora_" in name for name in moved)
    assert len(lora.lora_trainable_params(block)) == 6


@pytest.mark.parametrize("scheme", ["int8", "int4", "packed"])
def test_adapters_on_a_model_that_only_writes(scheme: str, tmp_path: Path) -> None:
    sizes = {"vocab_size": 64, "hidden_size": 64, "num_heads": 2, "num_layers": 1}
    model = llama_model({**sizes, "intermediate_size": 64})
    ids = torch.tensor([[1, 2, 3]])
    base, adapted = for_inference(model, scheme), for_inference(model, scheme)

    lora.lora_apply(adapted, lora.lora_config(4, 8, ["q_proj", "down_proj"]))
    torch.testing.assert_close(forward(adapted, ids), forward(base, ids))
    torch.autograd.backward(forward(adapted, ids).square().sum())
    for part in lora.lora_trainable_params(adapted):
        assert part.grad is not None
        torch.nn.init.normal_(part)
    lora_files.lora_save_adapters(adapted, str(tmp_path / "adapters"))
    lora_files.lora_load_adapters(base, str(tmp_path / "adapters"))

    torch.testing.assert_close(forward(base, ids), forward(adapted, ids))
    with pytest.raises(ArgumentError, match='no linear layer is called "pairs"'):
        lora.lora_apply(for_inference(model, scheme), lora.lora_config(4, 8, ["pairs"]))


def test_adapters_on_quantized_layers() -> None:
    """The base stays in eight bits; what adapters learn cannot be merged into it."""
    quantized = model_quantize_dynamic(transformer_block(32, 2, 64))
    input = torch.randn(2, 4, 32)
    expected = forward(quantized, input)

    lora.lora_apply(quantized, lora.lora_config(4, 8, ["q_proj", "ffn2"]))

    torch.testing.assert_close(forward(quantized, input), expected, rtol=0.05, atol=0.05)
    torch.autograd.backward(forward(quantized, input).sum())
    assert all(part.grad is not None for part in lora.lora_trainable_params(quantized))
    with pytest.raises(ArgumentError, match="the base is quantized"):
        lora.lora_merge_weights(quantized)


def test_switching_adapters_off() -> None:
    layer = trained_layer()
    input = torch.randn(3, 16)

    lora.lora_enable(layer, False)

    assert torch.equal(forward(layer, input), layer.base(input))
    assert not torch.equal(forward(lora.lora_enable(layer), input), layer.base(input))


def test_gradients_are_recorded_where_they_are_switched_off() -> None:
    layer, input = trained_layer(), torch.randn(3, 16)

    with torch.no_grad():
        output = lora.lora_forward_with_gradients(layer, input)
    torch.autograd.backward(output.sum())

    assert layer.lora_B.grad is not None
    assert input.grad is not None


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_adapted_models_are_saved_whole(tmp_path: Path, suffix: str) -> None:
    path = str(tmp_path / f"model{suffix}")
    input = torch.randn(2, 4, 32)
    block = lora.lora_apply(
        transformer_block(32, 2, 64), lora.lora_config(4, 8, ["k_proj", "ffn1"])
    )
    for model in (trained_layer(32, 8, 4, 8.0), trained(block), trained(sequential([block]))):
        save_model(model, path)

        loaded = load_model(path)
        assert torch.equal(forward(loaded, input), forward(model, input))
        assert len(lora.lora_trainable_params(loaded)) == len(lora.lora_trainable_params(model))
    lora.lora_merge_weights(block)
    save_model(block, path)
    torch.testing.assert_close(forward(load_model(path), input), forward(block, input))


@pytest.mark.parametrize("name", ["adapters.pt", "adapters.safetensors", "adapters"])
@pytest.mark.parametrize("merged", [False, True])
def test_adapters_of_a_layer_are_saved(tmp_path: Path, name: str, merged: bool) -> None:
    """Without the base, merged or not; a merged layer is unmerged before it takes others."""
    path = str(tmp_path / name)
    layer, other = trained_layer(), trained_layer()
    if merged:
        lora.lora_merge_weights(layer)
        lora.lora_merge_weights(other)

    lora_files.lora_save_adapters(layer, path)
    lora_files.lora_load_adapters(other, path)

    assert torch.equal(other.lora_A, layer.lora_A)
    assert torch.equal(other.lora_B, layer.lora_B)
    assert not other.merged


def llama() -> nn.Module:
    torch.manual_seed(0)
    return llama_model(
        {
            "vocab_size": 50,
            "hidden_size": 32,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "num_hidden_layers": 2,
            "intermediate_size": 64,
        }
    )


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_peft_reads_our_adapters_and_we_read_peft_s(tmp_path: Path) -> None:
    """The same logits from both libraries, in both directions."""
    peft = pytest.importorskip("peft")
    transformers = pytest.importorskip("transformers")
    config = transformers.LlamaConfig(
        vocab_size=50,
        hidden_size=32,
        num_attention_heads=4,
        num_key_value_heads=2,
        num_hidden_layers=2,
        intermediate_size=64,
    )
    reference = transformers.LlamaForCausalLM(config).eval()
    reference.save_pretrained(tmp_path / "model")
    ids = torch.tensor([[1, 2, 3, 4]])

    def logits(model: nn.Module) -> Tensor:
        with torch.no_grad():
            result: Tensor = model(ids).logits
            return result

    ours = load_hugging_face(str(tmp_path / "model"))
    trained(lora.lora_apply(ours, lora.lora_config(4, 8, ["q_proj", "down_proj"])))
    lora_files.lora_save_adapters(ours, str(tmp_path / "ours"))
    adapted = peft.PeftModel.from_pretrained(reference, tmp_path / "ours").eval()
    torch.testing.assert_close(logits(adapted), forward(ours, ids).detach(), rtol=1e-4, atol=1e-5)

    for name, parameter in adapted.named_parameters():
        if "lora_" in name:
            nn.init.normal_(parameter, std=0.2)
    adapted.save_pretrained(tmp_path / "theirs")
    plain = load_hugging_face(str(tmp_path / "model"))
    lora_files.lora_load_adapters(plain, str(tmp_path / "theirs"))
    torch.testing.assert_close(forward(plain, ids).detach(), logits(adapted), rtol=1e-4, atol=1e-5)


def test_misfits_are_named(tmp_path: Path) -> None:
    path = str(tmp_path / "adapters.pt")
    lora_files.lora_save_adapters(lora.lora_linear(64, 64, 16, 8.0), path)

    for layer, message in (
        (
            lora.lora_linear(32, 16, 8, 8.0),
            "for 64 -> 64 rank 16, the layer is 32 -> 16",
        ),
        (
            lora.lora_apply(llama(), lora.lora_config(4, 8, ["q_proj"])),
            "holds adapters for 1 layers, the model has 2|holds no adapter for",
        ),
    ):
        with pytest.raises(CheckpointError, match=message):
            lora_files.lora_load_adapters(layer, path)
    with pytest.raises(FileMissing, match=r"file not found: none\.pt"):
        lora_files.lora_load_adapters(lora.lora_linear(4, 4, 2, 8.0), "none.pt")
    (tmp_path / "bad.safetensors").write_bytes(b"no such thing")
    (tmp_path / "bad.pt").write_bytes(b"no such thing")
    (tmp_path / "empty").mkdir()
    for name in ("bad.safetensors", "bad.pt", "empty"):
        with pytest.raises(CheckpointError):
            lora_files.lora_load_adapters(lora.lora_linear(4, 4, 2, 8.0), str(tmp_path / name))


def test_further_adapters_go_around_other_layers() -> None:
    """What is inside an adapter is no layer of the model."""
    model = lora.lora_apply(llama(), lora.lora_config(2, 8, ["q_proj"]))
    for target, sentence in (
        ("q_proj", r"^model\.layers\.0\.self_attn\.q_proj has an adapter already$"),
        ("base", r'no linear layer is called "base" \(known: down_proj, gate_proj, k_proj,'),
    ):
        with pytest.raises(ArgumentError, match=sentence):
            lora.lora_apply(model, lora.lora_config(2, 8, [target]))
    before = len(lora.lora_trainable_params(model))
    lora.lora_apply(model, lora.lora_config(2, 8, ["v_proj"]))
    assert len(lora.lora_trainable_params(model)) == 2 * before


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lora.lora_linear(16, 8, 0, 8.0), "rank must be between 1 and 8, got 0"),
        (lambda: lora.lora_linear(16, 8, 9, 8.0), "rank must be between 1 and 8, got 9"),
        (
            lambda: lora.lora_linear(16, 8, 2, float("nan")),
            "alpha must be a finite number, got nan",
        ),
        (lambda: lora.lora_merge_weights(linear(2, 2)), "the module has no LoRA adapter"),
        (lambda: lora.lora_config(0, 8, ["q"]), "rank must be a positive integer, got 0"),
        (lambda: lora.lora_config(1, 8, []), "the list of targets is empty"),
        (
            lambda: lora.lora_apply(llama(), lora.lora_config(1, 8, ["query"])),
            'no linear layer is called "query" (known: down_proj, gate_proj, k_proj, lm_head',
        ),
        (
            lambda: lora.lora_apply(layer_norm((4,)), lora.lora_config(1, 8, ["query"])),
            'no linear layer is called "query" (known: none)',
        ),
        (lambda: lora.lora_apply(llama(), {"rank": 1}), "the configuration lacks alpha"),
        (lambda: lora.lora_apply(llama(), {"rang": 1}), 'unknown key "rang" (known: rank, alpha'),
    ],
)
def test_mistakes_are_named(call, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        call()

    assert str(caught.value).startswith(message)
