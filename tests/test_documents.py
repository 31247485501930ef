"""What the documents say about the program is true."""

import re
from pathlib import Path

import pytest

from workbench.app import keys_page

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
FUNCTION_KEY = re.compile(r"f\d+")


def test_the_page_of_keys_is_current() -> None:
    """If it fails: ``python -m workbench.app.keys_page``."""
    written = (ROOT / keys_page.PAGE).read_text(encoding="utf-8")

    assert written == keys_page.keys_page()


def test_keys_are_written_as_they_stand_on_a_keyboard() -> None:
    page = keys_page.keys_page()

    assert "| F5 | Evaluate the whole program in the editor | `run` |" in page
    assert "| ctrl+_ or ctrl+/ |" in page
    assert "| `palette` | alt+x |" in page


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    """A link within the repository names a file or folder that exists."""
    links = LINK.findall(document.read_text(encoding="utf-8"))

    assert [link for link in links if not (document.parent / link).exists()] == []
