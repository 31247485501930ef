"""A model that other programs talk to, served from the command line and from Lisp."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from shutil import copytree

import pytest
from openai import OpenAI

from torch_lib.pretrained import demo_model_path

TINY = r"""
(setq sizes {"vocab_size":257 "n_embd":8 "n_head":2 "n_layer":1})
(torch_hf_save_model (torch_gpt2_model sizes) "tiny")
(fwrite "corpus.txt" "a")
(torch_train_bpe "corpus.txt" "tiny/tokenizer" 257)
(fwrite "tiny/tokenizer_config.json" (json {"chat_template":"{{ messages[0].content }}"}))
"""


def workbench(*arguments: str, folder: Path) -> subprocess.Popen[str]:
    """A command that runs on."""
    return subprocess.Popen(
        [sys.executable, "-m", "workbench", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a small model is, with its tokenizer, in ``tiny``."""
    folder = tmp_path_factory.mktemp("served")
    with workbench("--eval", TINY, folder=folder) as made:
        _, told = made.communicate()
    assert made.returncode == 0, told
    return folder


def answer(address: str) -> str | None:
    """What a model says to hello, in at most five tokens."""
    with OpenAI(base_url=address, api_key="none", max_retries=0, timeout=60) as client:
        said = client.chat.completions.create(
            model="tiny",
            messages=[{"role": "user", "content": "hello"}],
            max_tokens=5,
            temperature=0,
        )
    return said.choices[0].message.content


def test_a_model_is_served_until_ctrl_c(folder: Path) -> None:
    """The address is the only output, so that scripts can read it."""
    with workbench("--serve-model", "tiny", folder=folder) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        assert answer(address)
        server.send_signal(signal.SIGINT)
        _, told = server.communicate(timeout=20)
    assert server.returncode == 0
    assert told == "Serving tiny until ctrl+c is pressed here.\n"


def test_a_file_of_blocks_is_served_from_its_blocks() -> None:
    """Or from weights that are chosen; the model says the same."""
    for arguments in ([], ["--quantization", "packed"]):
        with workbench(*arguments, "--serve-model", demo_model_path(), folder=Path()) as server:
            assert server.stdout is not None
            said = answer(server.stdout.readline().strip())
            server.send_signal(signal.SIGINT)
            server.communicate(timeout=20)
        assert said is not None
        assert said.startswith("Hello")


def test_what_goes_wrong_is_told_in_a_line(folder: Path) -> None:
    """A client that goes away in the middle of its request, and a context that is full."""
    copytree(folder / "tiny", folder / "tiny-1.5")
    request = b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n"
    with workbench("--serve-model", "tiny-1.5", folder=folder) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        place = ("127.0.0.1", int(address.split(":")[2].removesuffix("/v1")))
        with socket.create_connection(place) as leaving:
            leaving.send(request + b"Content-Type: application/json\r\n\r\n{")
        with OpenAI(base_url=address, api_key="none", max_retries=0, timeout=60) as client:
            client.completions.create(model="tiny", prompt=[1] * 1000, max_tokens=100)
            assert client.models.retrieve("tiny-1.5").id == "tiny-1.5"
        server.send_signal(signal.SIGINT)
        _, told = server.communicate(timeout=20)
    assert told.splitlines() == [
        "Serving tiny-1.5 until ctrl+c is pressed here.",
        "warning: the model's context of 1024 tokens is full",
    ]


def test_a_program_serves_until_it_is_interrupted(folder: Path) -> None:
    """As any other call that takes long."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    source = f'(torch_serve (torch_generator_create (torch_load_model "tiny")) {port})'
    with workbench("--eval", source, folder=folder) as server:
        wait_for(port)
        assert answer(f"http://127.0.0.1:{port}/v1")
        server.send_signal(signal.SIGINT)
        _, told = server.communicate(timeout=20)
    assert server.returncode == 130
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--serve-model", "missing"], "file not found: missing"),
        (["--serve-model", "missing.gguf"], "file not found: missing.gguf"),
        (
            ["--quantization", "file", "--serve-model", "tiny"],
            'unknown quantization "file" (known: packed, int8, int4)',
        ),
        (
            ["--host", "0.0.0.0", "--serve-model", "tiny"],
            "serving on 0.0.0.0 lets other machines in: an api_key is needed",
        ),
        (
            ["--port", "70000", "--serve-model", "tiny"],
            "the port must be from 0 to 65535, got 70000",
        ),
    ],
)
def test_what_cannot_be_served_is_status_1(
    folder: Path, arguments: list[str], sentence: str
) -> None:
    """With one sentence."""
    with workbench(*arguments, folder=folder) as server:
        output, told = server.communicate(timeout=60)
    assert server.returncode == 1
    assert told == f"lispe-workbench: {sentence}\n"
    assert output == ""


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("nobody listens")
