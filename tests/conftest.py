"""What every test needs: few threads, and none of the developer's own settings."""

import os
from pathlib import Path

import pytest

# Before torch is imported: its tensors are tiny here, and pytest-xdist already fills the cores.
os.environ["OMP_NUM_THREADS"] = "1"


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long the tests with generated programs go on."""
    parser.addoption(
        "--programs", type=int, default=10_000, help="how many programs are generated and run"
    )


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Configuration, history and logs of a test stay in folders of its own."""
    home: Path = tmp_path_factory.mktemp("home")
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(home / variable.lower()))
    monkeypatch.delenv("LISPE_WORKBENCH_CONFIG", raising=False)
