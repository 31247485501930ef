"""What is installed is all that the program needs."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGE_DATA: dict[str, list[str]] = SETTINGS["tool"]["setuptools"]["package-data"]


@pytest.mark.parametrize("package", PACKAGE_DATA)
def test_files_that_are_no_modules_are_package_data(package: str) -> None:
    """A style sheet that no pattern matches would be missing in a wheel."""
    folder = ROOT / package
    packaged = {path for pattern in PACKAGE_DATA[package] for path in folder.glob(pattern)}
    others = {path for path in folder.rglob("*") if path.is_file() and "py" not in path.suffix}

    assert others - packaged == set()


@pytest.mark.parametrize("name", ["samples", "themes"])
def test_data_folders_are_links_to_the_top(name: str) -> None:
    """A checkout and a wheel find them in the same place."""
    assert (ROOT / "workbench" / name).resolve() == ROOT / name


def test_every_version_is_pinned() -> None:
    """Each requirement, of the program and of its extras, has its line in constraints.txt."""
    project = SETTINGS["project"]
    extras = project["optional-dependencies"].values()
    required = [*project["dependencies"], *(each for extra in extras for each in extra)]
    names = {each.split("[")[0].split("=")[0].rstrip("<>~ ").lower() for each in required}
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.split("==")[0].lower() for line in lines if "==" in line}

    assert names - pinned == {"lispe-workbench"}
