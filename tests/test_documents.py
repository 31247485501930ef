"""What the documents say about the program is true."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.binding import Binding

from workbench.app.app import Workbench
from workbench.app.code_area import CodeArea
from workbench.app.editor import Editor
from workbench.app.panels import PANELS
from workbench.app.panels.entry_list import EntryList
from workbench.app.panels.module_tree import ModuleTree
from workbench.app.panels.row_list import RowList
from workbench.app.panels.variables import VariableList
from workbench.app.repl import Prompt

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
FUNCTION_KEY = re.compile(r"f\d+")


def key_rows() -> Iterator[str]:
    """The rows of tables that say what each key does, from where the keys are bound."""
    lists = (RowList, VariableList, EntryList, ModuleTree)
    for owner in (Workbench, CodeArea, Editor, Prompt, *lists, *PANELS):
        for binding in owner.__dict__.get("BINDINGS", ()):
            assert isinstance(binding, Binding)
            keys = binding.key.replace("underscore", "_").replace("slash", "/").split(",")
            shown = " or ".join(key.upper() if FUNCTION_KEY.fullmatch(key) else key for key in keys)
            yield f"| {shown} | {binding.tooltip} |"


def test_every_key_is_described() -> None:
    """docs/keys.md says of each key what its tooltip says."""
    page = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8").splitlines()

    assert [row for row in key_rows() if row not in page] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    """A link within the repository names a file or folder that exists."""
    links = LINK.findall(document.read_text(encoding="utf-8"))

    assert [link for link in links if not (document.parent / link).exists()] == []
