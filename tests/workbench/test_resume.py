"""Training that is interrupted goes on, in a new process, as if it had not been."""

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parent / "resume.lisp"


def train(folder: Path, first: int, last: int) -> list[str]:
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "--run", str(PROGRAM), str(first), str(last)],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_resumed_run_is_the_uninterrupted_one_bit_for_bit(tmp_path: Path) -> None:
    """Weights, optimizer, schedule, dropout's random numbers and the order of the data."""
    whole = train(tmp_path / "whole", 0, 4)

    halves = train(tmp_path / "halves", 0, 2)[:-1] + train(tmp_path / "halves", 2, 4)

    assert len(whole) == 4 * 8 + 1
    assert halves == whole
