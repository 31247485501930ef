"""Every sample runs without the screen and prints what its expected output describes."""

import re
from pathlib import Path

import pytest

from workbench import headless
from workbench.resources import sample

HERE = Path(__file__).parent
SAMPLES = sorted(path.name for path in sample("tour.lisp").parent.glob("*.lisp"))


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_prints_what_is_expected(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line of the expected output is a regular expression for one line of the sample's."""
    expected = (HERE / f"{name}.expected").read_text(encoding="utf-8").splitlines()

    status = headless.run_file(str(sample(name)), [])

    printed = capsys.readouterr()
    assert (status, printed.err) == (0, "")
    lines = printed.out.splitlines()
    for line, pattern in zip(lines, expected, strict=False):
        assert re.fullmatch(pattern, line), f"{line!r} is not like {pattern!r}"
    assert len(lines) == len(expected)


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_opens_with_what_it_shows(name: str) -> None:
    """The first line is a comment and a whole sentence."""
    first = sample(name).read_text(encoding="utf-8").splitlines()[0]

    assert re.fullmatch(r"; [A-Z].*\.", first)
