from __future__ import annotations

from pathlib import Path

from workbench.app.history import LIMIT, History


def filled(*entries: str) -> History:
    history = History()
    for entry in entries:
        history.add(entry)
    return history


def test_entries_come_back_newest_first() -> None:
    history = filled("a", "b")

    assert history.older("draft", "") == "b"
    assert history.older("b", "") == "a"
    assert history.older("a", "") is None
    assert history.newer() == "b"
    assert history.newer() == "draft"
    assert history.shown is None


def test_what_is_typed_selects_by_prefix() -> None:
    history = filled("(setq a 1)", "(foo)", "(setq b 2)")

    assert history.older("(setq", "(setq") == "(setq b 2)"
    assert history.older("(setq b 2)", "(setq b 2)") == "(setq a 1)"


def test_a_repeated_entry_is_kept_once() -> None:
    assert filled("a", "a", "b", "a").entries == ["a", "b", "a"]


def test_entries_of_several_lines_outlive_the_program(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "history"
    History(path).add("(a\n  λ)")

    assert History(path).entries == ["(a\n  λ)"]


def test_a_damaged_line_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_text('"a"\nnonsense\n3\n"b"\n')

    assert History(path).entries == ["a", "b"]


def test_a_long_history_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_text("".join(f'"{number}"\n' for number in range(LIMIT + 10)))

    assert len(History(path).entries) == LIMIT
    assert path.read_text().startswith('{"source": "10", "folder": ""}\n')


def test_what_was_typed_in_this_folder_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "history"
    for folder, entry in (("one", "(here)"), ("two", "(there)"), ("one", "(here again)")):
        History(path, tmp_path / folder).add(entry)

    assert History(path, tmp_path / "one").entries == ["(there)", "(here)", "(here again)"]
    assert History(path, tmp_path / "two").entries == ["(here)", "(here again)", "(there)"]


def test_a_folder_that_cannot_be_written_costs_only_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    history = History(tmp_path / "file" / "history")

    history.add("a")

    assert history.entries == ["a"]
