"""``--json``: what a program does, as events on stdout."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from torch_lib.events import Metric, Progress
from workbench.json_events import json_line
from workbench.runtime.protocol import SessionUnresponsive

COMMAND = (sys.executable, "-m", "workbench", "--json")
Entry = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """How the command ended, and what it told."""

    status: int
    events: list[Entry]
    errors: str

    def named(self, name: str) -> list[Entry]:
        return [event for event in self.events if event["event"] == name]


def strict(line: str) -> Entry:
    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    entry = json.loads(line, parse_constant=refuse)
    assert isinstance(entry, dict)
    return entry


def run(*arguments: str, stdin: str = "", env: dict[str, str] | None = None) -> Run:
    done = subprocess.run(
        [*COMMAND, *arguments],
        input=stdin.encode(),
        capture_output=True,
        env={**os.environ, **(env or {})},
        timeout=120,
        check=False,
    )
    lines = done.stdout.decode("utf-8").splitlines()
    return Run(done.returncode, [strict(line) for line in lines], done.stderr.decode())


def test_output_and_result_are_events() -> None:
    done = run("--eval", '(println "λ" 1) (printerrln "talk") (+ 1 2)')

    assert (done.status, done.errors) == (0, "")
    assert [event["event"] for event in done.events] == ["started", "output", "output", "result"]
    started, output, talk, result = done.events
    assert started["file"] == "<eval>"
    assert (output["text"], output["stream"]) == ("λ 1\n", "output")
    assert (talk["text"], talk["stream"]) == ("talk\n", "error")
    assert result["value"] == {
        "kind": "integer_",
        "text": "3",
        "truncated": False,
        "tensor": None,
    }
    assert result["seconds"] >= 0
    assert started["time"] <= output["time"] <= result["time"]


LONG_WORK = """
(fwrite (+ _current "poem.txt") "to be\\nor not to be\\n")
(torch_encode_file (torch_simple_tokenizer) (+ _current "poem.txt") size)
(loop batch (torch_data_loader '(1 2 3) 2) batch)
(loop step (iota 4) (torch_progress "training" step 4))
(setq net (torch_model 4 8 2))
(torch_save_model net (+ _current "net.pt"))
(torch_load_model (+ _current "net.pt"))
"""


def test_long_work_tells_how_far_it_is(tmp_path: Path) -> None:
    """Tokenizing, an epoch, a program's own loop, saving and loading: each to its end."""
    program = tmp_path / "long.lisp"
    program.write_text(LONG_WORK)

    told = run("--run", str(program))

    assert told.status == 0, told.events[-1]
    last = {event["task"]: event for event in told.named("progress")}
    assert list(last) == [
        "tokenize poem.txt",
        "epoch 1",
        "training",
        "save model",
        "load model",
    ]
    assert all(event["done"] == event["total"] for event in last.values())


def test_a_value_that_prints_as_nothing_is_null() -> None:
    assert run("--eval", "(defun f (x) x)").named("result")[0].keys() >= {"value"}
    assert run("-", stdin='(println "x")').named("result")[0]["value"] is None


def test_an_error_has_its_place_and_the_calls(tmp_path: Path) -> None:
    program = tmp_path / "program.lisp"
    program.write_text("(defun helper (x)\n   (/ x 0))\n(helper 5)\n")

    done = run("--run", str(program))
    (error,) = done.named("error")

    assert (done.status, done.errors) == (1, "")
    assert error["message"] == "Error: division by zero"
    assert (error["file"], error["line"], error["column"]) == (str(program), 2, 4)
    assert (error["end_line"], error["end_column"]) == (2, 11)
    assert error["source_line"] == "   (/ x 0))"
    assert error["stack"] == [
        {"name": "helper", "file": str(program), "line": 2, "column": 4},
        {"name": "top level", "file": str(program), "line": 3, "column": 1},
    ]
    assert not done.named("result")


MEASURING = """
(torch_log_metric "loss" 0.5)
(torch_log_metric "loss" (- (log 0)) 7)
(setq x (torch_tensor (list 1.0 (/ (log 0) (log 0)))))
"""


def test_metrics_and_tensors_are_strict_json() -> None:
    done = run("--eval", MEASURING)

    assert done.status == 0
    found = [(event["name"], event["value"], event["step"]) for event in done.named("metric")]
    assert found == [("loss", 0.5, None), ("loss", None, 7)]


def test_the_last_value_shows_a_tensor() -> None:
    done = run("--eval", "(torch_tensor '(1.0 3.0))")
    tensor = done.named("result")[0]["value"]["tensor"]

    assert (tensor["shape"], tensor["dtype"]) == ([2], "float32")
    assert tensor["elements"] == [[1.0, 3.0]]
    assert tensor["statistics"]["mean"] == 2.0
    assert "handle" not in tensor


def test_a_model_that_writes_tells_every_token() -> None:
    program = """
    (setq generator (torch_generator_create (list (torch_embedding 9 8) (torch_linear 8 9))))
    (torch_generator_configure generator {"max_length":5})
    (torch_generate generator '(1 2) "greedy")
    """
    done = run("--eval", program)

    assert done.status == 0, done.events
    names = [event["event"] for event in done.events]
    assert names.count("token") >= 3
    assert names.index("generation_started") < names.index("token")
    assert names.index("generation_finished") > names.index("token")


def test_what_native_code_and_children_write_keeps_its_place() -> None:
    code = """
import os
from workbench.json_report import JsonReport

report = JsonReport()
report.output.write("one ")
os.write(1, b"two ")
report.output.write("three ")
os.system("echo four >&2")
report.settle()
"""
    direct = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    texts = [strict(line)["text"] for line in direct.stdout.decode().splitlines()]
    assert texts == ["one ", "two ", "three ", "four\n"]


def test_a_program_reads_stdin() -> None:
    done = run("--eval", '(println (input "name? ")) (nullp (input))', stdin="Ada\n")

    assert [event["prompt"] for event in done.named("input_requested")] == ["name? ", ""]
    assert done.named("output")[0]["text"] == "Ada\n"
    assert done.named("result")[0]["value"]["text"] == "true"


def test_an_interrupt_is_told_and_is_status_130() -> None:
    source = '(println "running") (while true (maybe (/ 1 0) (catch (/ 1 0))))'
    with subprocess.Popen(
        [*COMMAND, "--eval", source], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert strict(process.stdout.readline())["event"] == "started"
        assert strict(process.stdout.readline())["text"] == "running\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        (last,) = (strict(line) for line in process.stdout.read().splitlines())
        assert last["event"] == "interrupted"
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_only_the_first_of_several_processes_tells_events() -> None:
    done = run("--eval", '(println "x") (printerrln "y")', env={"RANK": "1", "WORLD_SIZE": "2"})

    assert (done.status, done.events, done.errors) == (0, [], "y\n")


def test_what_can_not_begin_is_told_on_stderr(tmp_path: Path) -> None:
    done = run("--run", str(tmp_path / "missing.lisp"))
    assert (done.status, done.events) == (2, [])
    assert done.errors.startswith("lispe-workbench: file not found")

    (tmp_path / "file").touch()
    done = run("--plots", str(tmp_path / "file"), "--eval", "(println 1)")
    assert (done.status, done.events) == (2, [])
    assert done.errors == f"lispe-workbench: {tmp_path / 'file'} is a file, not a folder\n"


@pytest.mark.parametrize(
    ("event", "entry"),
    [
        (Metric("λ", float("nan"), 3), {"event": "metric", "name": "λ", "value": None, "step": 3}),
        (Metric("x", float("-inf")), {"event": "metric", "name": "x", "value": None, "step": None}),
        (
            Progress("load", 1, None),
            {"event": "progress", "task": "load", "done": 1, "total": None},
        ),
        (SessionUnresponsive(2.0), {"event": "session_unresponsive", "seconds": 2.0}),
    ],
)
def test_an_event_is_one_line(event: Any, entry: Entry) -> None:
    line = json_line(event, 1.5)

    assert line.count("\n") == 1
    assert strict(line) == {**entry, "time": 1.5}
