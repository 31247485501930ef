"""Programs that several processes run together, over gloo."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

PROGRAM = Path(__file__).parent / "distributed.lisp"
REDUCING = """
(torch_distributed_init "gloo" 60)
(println "started")
(while true (torch_distributed_all_reduce (torch_ones '(2))))
"""
SHARDED = """
(torch_distributed_init "gloo" 60)
(setq layers (torch_sequential (list (torch_linear 4 8) (torch_linear 8 2))))
(setq model (torch_distributed_wrap layers "fully_sharded"))
(println "started")
(while true (torch_forward model (torch_ones '(1 4))))
"""


def environment(**more: str) -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": root, **more}


def train(folder: Path, strategy: str, processes: int, *more: str) -> str:
    """What the program prints when so many processes run it."""
    launch = ["-m", "workbench"]
    if processes > 1:
        launcher = ["-m", "torch.distributed.run", "--standalone"]
        launch = [*launcher, "--nproc-per-node", str(processes), "-m", "--", "workbench"]
    done = subprocess.run(
        [sys.executable, *launch, "--run", str(PROGRAM), strategy, *more],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("strategy", ["data_parallel", "fully_sharded"])
def test_two_processes_train_as_one_does(tmp_path: Path, strategy: str) -> None:
    """Losses and files are the same; only the first process prints."""
    alone, together = (train(tmp_path, strategy, processes) for processes in (1, 2))

    assert len(losses(alone)) == 5
    assert losses(together) == pytest.approx(losses(alone), abs=1e-5)
    assert together.count("PyTorch Sequential (2 modules)") == 1
    files = [torch.load(tmp_path / f"{strategy}{count}.pt", weights_only=True) for count in (1, 2)]
    assert files[0]["configuration"] == files[1]["configuration"]
    for name, tensor in files[0]["weights"].items():
        torch.testing.assert_close(files[1]["weights"][name], tensor, rtol=1e-4, atol=1e-5)
    for index, state in files[0]["optimizer"]["state"].items():
        for name, tensor in state.items():
            other = files[1]["optimizer"]["state"][index][name]
            torch.testing.assert_close(other, tensor, rtol=1e-3, atol=1e-5)


def test_a_run_goes_on_with_another_number_of_processes(tmp_path: Path) -> None:
    train(tmp_path, "fully_sharded", 2)
    (tmp_path / "fully_sharded2.pt").rename(tmp_path / "started.pt")

    alone = train(tmp_path, "data_parallel", 1, "started.pt")
    together = train(tmp_path, "fully_sharded", 2, "started.pt")

    assert losses(together) == pytest.approx(losses(alone), abs=1e-5)
    assert losses(alone)[0] < losses(train(tmp_path, "data_parallel", 1))[0]


def losses(printed: str) -> list[float]:
    return [float(word) for word in re.findall(r"\d+\.\d+", printed)]


@pytest.mark.parametrize(
    ("program", "function"),
    [(REDUCING, "torch_distributed_all_reduce"), (SHARDED, "torch_forward")],
    ids=["all_reduce", "forward"],
)
def test_a_killed_process_ends_the_run(program: str, function: str) -> None:
    """The other one says why it cannot go on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    meeting = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    first, second = (
        subprocess.Popen(
            [sys.executable, "-m", "workbench", "--eval", program],
            env=environment(RANK=rank, **meeting),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in ("0", "1")
    )
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "started\n"
        time.sleep(0.5)
        second.kill()
        _, told = first.communicate(timeout=60)
    finally:
        for process in (first, second):
            process.kill()
            process.communicate()

    assert first.returncode == 1
    assert f"{function}: another process of the run has ended" in told
    assert "Traceback" not in told


def test_errors_tell_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "--eval", "(torch_ones -1)"],
        env=environment(RANK="3", WORLD_SIZE="4"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("process 3: Error: torch_ones: ")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ('(torch_distributed_init "mpi")', 'unknown backend "mpi" (known: gloo, nccl)'),
        ('(torch_distributed_wrap (torch_linear 2 2) "tensor")', 'unknown strategy "tensor"'),
        ("(torch_distributed_wrap (torch_dropout 0.1))", "has no trainable parameters"),
        ('(torch_distributed_all_reduce (torch_ones 2) "min")', 'unknown operation "min"'),
    ],
)
def test_mistakes_are_named(call: str, message: str) -> None:
    from lispe_core.errors import LispError
    from workbench.runtime.build import build_interpreter

    interpreter = build_interpreter(
        output=sys.stdout, error_output=sys.stderr, read_line=lambda prompt: None
    )
    with pytest.raises(LispError, match=re.escape(message)):
        interpreter.evaluate(call)


def test_a_failed_write_is_known_to_all(tmp_path: Path) -> None:
    """No process waits for a file that the first cannot write."""
    program = tmp_path / "program.lisp"
    program.write_text(
        """
(torch_distributed_init "gloo" 60)
(setq failure (catch (torch_save_model (torch_linear 2 2) _current)))
(printerrln failure)
(torch_distributed_barrier)
"""
    )
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", "2", "-m", "--", "workbench", "--run", str(program)]
    done = subprocess.run(
        command, env=environment(), capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0
    assert "torch_save_model: the first process could not write the file" in done.stderr
    assert "is a folder, not a file" in done.stderr
