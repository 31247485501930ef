"""Programs without the app: output, errors and exit status of the real command."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from lispe_core.interpreter import Interpreter
from workbench import headless

COMMAND = (sys.executable, "-m", "workbench")

TRAINING = """
(setq model (torch_model 8 16 1))
(setq adam (torch_optimizer model 0.01 "adam"))
(setq x (torch_rand '(4 8)))
(println "training")
(while true
   (torch_optimizer_zero_grad adam)
   (catch (torch_backward (torch_mse_loss (torch_forward model x) (torch_rand '(4 1)))))
   (maybe (torch_optimizer_step adam) nil))
"""


def run(
    *arguments: str, stdin: str = "", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
        timeout=120,
        check=False,
    )


@pytest.fixture
def in_process() -> Iterator[None]:
    """Undo what a run changes in its process."""
    handler = signal.getsignal(signal.SIGINT)
    with warnings.catch_warnings():
        yield
    signal.signal(signal.SIGINT, handler)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    return tmp_path / "program.lisp"


def test_output_is_data_and_talk_goes_to_stderr(program: Path) -> None:
    program.write_text('(println "data" 1) (printerrln "talk") (+ 1 2)')

    done = run("--run", str(program))

    assert (done.stdout, done.stderr, done.returncode) == ("data 1\n", "talk\n", 0)


def test_arguments_go_to_the_program(program: Path) -> None:
    program.write_text("(println _args) (println _current)")

    done = run("--run", str(program), "-x", "--print", "two words")

    assert done.stdout == f'("-x" "--print" "two words")\n{program.parent}{os.sep}\n'


def test_the_last_value_is_printed_on_request(program: Path) -> None:
    program.write_text('(list 1 "a")')

    assert run("--print", "--run", str(program)).stdout == '(1 "a")\n'
    assert run("--print", "--eval", '(println "x")').stdout == "x\n"


def test_text_and_stdin_are_programs() -> None:
    assert run("--eval", "(print (+ 1 2) _args)", "a").stdout == '3("a")'
    assert run("-", stdin='(println "from stdin")').stdout == "from stdin\n"
    assert run("--run", "-", stdin='(println "from stdin")').stdout == "from stdin\n"


def test_an_error_says_where_and_how_it_was_reached(program: Path) -> None:
    program.write_text(
        "(defun helper (x)\n   (/ x 0))\n(defun caller (x) (+ 1 (helper x)))\n(caller 5)\n"
    )

    done = run("--run", str(program))

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "Error: division by zero\n"
        f"  --> {program}:2:4\n"
        "  2 |    (/ x 0))\n"
        "         ^^^^^^^\n"
        f"  in helper, {program}:2:4\n"
        f"  in caller, {program}:3:24\n"
        f"  in top level, {program}:4:1\n"
    )


@pytest.mark.parametrize(
    "source",
    [
        "(println (+ 1 2)",
        '(println "open',
        "(setq x [1 2)",
        ")",
        "(undefined 1)",
        '(throw "own words")',
        "(car 5)",
        '(@ "abc" 10)',
        '(torch_add "a" 1)',
        "(use 'nonsense)",
        "(defun f (n) (+ 1 (f n))) (f 1)",
        "((((",
        "\x00\x01",
        "(loop)",
        "(setq)",
        "(let 5)",
        "(lambda)",
        "(torch_zeros '(100000 100000 100000))",
        "(setq l (list 1)) (push l l) (throw (string l))",
    ],
)
def test_bad_programs_are_status_1_without_python(
    source: str, capsys: pytest.CaptureFixture[str], in_process: None
) -> None:
    assert headless.run_text(source) == 1

    told = capsys.readouterr().err
    assert "\n  --> <eval>:1:" in told
    assert "Traceback" not in told
    assert "internal error" not in told


@pytest.mark.parametrize("name", ["missing.lisp", "", "."])
def test_a_program_that_can_not_be_read_is_status_2(tmp_path: Path, name: str) -> None:
    done = run("--run", str(tmp_path / name))

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("lispe-workbench: ")
    assert done.stderr.count("\n") == 1


def test_a_program_reads_stdin(program: Path) -> None:
    program.write_text('(println (input "? ")) (println (input)) (println (nullp (input)))')

    done = run("--run", str(program), stdin="one\ntwo")

    assert done.stdout == "one\ntwo\ntrue\n"
    assert done.stderr == "? "


def test_unusual_text_is_written() -> None:
    done = run("--eval", '(println "λ → ∑ 漢字")', env={"PYTHONIOENCODING": "utf-8"})

    assert done.stdout == "λ → ∑ 漢字\n"


def test_only_the_first_of_several_processes_prints() -> None:
    done = run("--eval", '(println "x") (printerrln "y")', env={"RANK": "1", "WORLD_SIZE": "2"})

    assert (done.stdout, done.stderr) == ("", "y\n")


def test_a_lone_program_prints_whatever_the_environment_says() -> None:
    assert run("--eval", '(println "x")', env={"RANK": "1"}).stdout == "x\n"


MEASURING = """
(setq model (torch_linear 2 1))
(torch_backward (torch_mse_loss (torch_forward model (torch_ones '(3 2))) (torch_zeros '(3 1))))
(torch_log_metric "accuracy" 0.5)
"""


@pytest.mark.parametrize("end", ["", '(throw "enough")'])
def test_what_a_program_measures_is_logged(tmp_path: Path, end: str) -> None:
    """Also when it fails in the end."""
    done = run("--log-dir", str(tmp_path / "log"), "--eval", MEASURING + end)

    assert done.returncode == (1 if end else 0)
    lines = (tmp_path / "log" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["loss", "accuracy"]
    assert list((tmp_path / "log").glob("events.out.tfevents.*"))


def test_a_log_needs_a_folder(program: Path) -> None:
    program.write_text("(println 1)")

    done = run("--log-dir", str(program), "--run", str(program))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"lispe-workbench: {program} is a file, not a folder\n"


def test_warnings_are_one_line_on_stderr() -> None:
    done = run("--eval", "(println (torch_set_device 0))")

    assert done.stdout == "nil\n"
    assert done.stderr.startswith("warning: torch_set_device: CUDA is not available")
    assert done.stderr.count("\n") == 1


def test_without_pytorch_the_torch_library_says_what_to_install() -> None:
    code = """
import sys
sys.modules["torch"] = None
from workbench.cli import main
main(["--eval", "(println (catch (use 'lispe_torch))) (torch_zeros '(2))"])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    sentence = "Error: use: the torch library needs PyTorch (pip install torch)"

    assert done.returncode == 1
    assert done.stdout == f"{sentence}\n"
    assert done.stderr.startswith(sentence)


@pytest.mark.parametrize(("form", "first"), [([], "again"), (["--json"], '"started"')])
def test_a_reader_that_leaves_ends_the_program_quietly(form: list[str], first: str) -> None:
    with subprocess.Popen(
        [*COMMAND, *form, "--eval", '(while true (catch (println "again")))'],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert first in process.stdout.readline()
        process.stdout.close()
        assert process.wait(30) == 1
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    "source",
    [
        '(println "running") (while true (maybe (/ 1 0) (catch (/ 1 0))))',
        '(println "running") (input)',
        '(println "running") (sleep 60000)',
        TRAINING,
    ],
)
def test_ctrl_c_is_status_130(source: str) -> None:
    with subprocess.Popen(
        [*COMMAND, "--eval", source],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert "Traceback" not in process.stderr.read()


def test_a_defect_is_told_as_ours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], in_process: None
) -> None:
    def broken(self: Interpreter, source: str, origin: str) -> None:
        raise AttributeError("no such attribute")

    monkeypatch.setattr(Interpreter, "evaluate", broken)
    assert headless.run_text("(+ 1 2)") == 1

    told = capsys.readouterr().err
    assert told.startswith("internal error: AttributeError: no such attribute\n")
    assert "test_headless.py" in told
    assert "Traceback" not in told


def test_a_deeply_nested_value_is_printed(
    capsys: pytest.CaptureFixture[str], in_process: None
) -> None:
    assert (
        headless.run_text(
            "(list " * 300 + "1" + ")" * 300, options=headless.RunOptions(print_value=True)
        )
        == 0
    )

    assert capsys.readouterr().out == "(" * 300 + "1" + ")" * 300 + "\n"


def test_a_value_that_is_made_while_it_is_printed_may_fail() -> None:
    done = run("--print", "--eval", "(map (λ () 1) (cycle '(1 2)))")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: Wrong number of arguments in: '(lambda ()...)'")


def test_a_value_is_made_by_the_program_while_it_is_printed() -> None:
    done = run("--print", "--eval", "(map (λ (x) (print '.) (+ x 1)) (cycle '(1 2)))")
    assert done.stdout == "." * 11 + "(2 3 2 3 2 3 2 3 2 3 ...)\n"


def test_a_program_starts_others_when_that_is_allowed() -> None:
    program = '(print (command "echo one; echo two; echo three >&2"))'
    done = run("--eval", program, env={"LISPE_ALLOW_COMMANDS": "1"})
    assert done.stdout == '("one\n" "two\n")'
    assert done.stderr == "three\n"
    assert "warning" in run("--eval", program, env={"LISPE_ALLOW_COMMANDS": ""}).stderr


COMMANDS = '(print (command "echo one")) (print (command "echo two"))'


def test_commands_of_the_system_are_warned_of_once() -> None:
    done = run("--eval", COMMANDS, env={"LISPE_ALLOW_COMMANDS": ""})

    assert done.returncode == 0
    assert done.stdout == '("one\n")("two\n")'
    assert done.stderr.count("--allow-shell") == 1


@pytest.mark.parametrize(
    ("options", "environment"),
    [(("--allow-shell",), {}), ((), {"LISPE_ALLOW_COMMANDS": "1"})],
)
def test_allowed_commands_need_no_warning(
    options: tuple[str, ...], environment: dict[str, str]
) -> None:
    done = run(*options, "--eval", COMMANDS, env=environment)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_setting_allows_commands(tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text("allow_shell = true\n")

    done = run("--eval", COMMANDS, env={"LISPE_WORKBENCH_CONFIG": str(settings)})

    assert done.stderr == ""
