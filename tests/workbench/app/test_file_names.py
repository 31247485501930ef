from __future__ import annotations

from pathlib import Path

import pytest

from workbench.app import file_names
from workbench.app.file_names import names_in, shown


def test_names_of_a_folder_are_sorted_and_folders_end_in_a_slash(tmp_path: Path) -> None:
    for name in ("b.txt", ".dot", "line\nbreak", 'quo"te'):
        (tmp_path / name).write_text("")
    (tmp_path / "a").mkdir()
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")

    assert names_in(f"{tmp_path}/") == [".dot", "a/", "b.txt", "gone"]


@pytest.mark.parametrize("folder", ["none/at/all/", "~nobody-of-this-name/", "a\0b/"])
def test_what_is_no_folder_holds_nothing(folder: str) -> None:
    assert names_in(folder) == []


def test_only_so_many_names_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_names, "MOST_READ", 3)
    for number in range(5):
        (tmp_path / f"{number}").write_text("")

    assert len(names_in(str(tmp_path))) == 3


def test_hidden_names_want_a_dot() -> None:
    assert not shown(".dot", "")
    assert shown(".dot", ".")
    assert shown("dot", "d")
