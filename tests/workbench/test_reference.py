"""The reference pages: complete, well formed and current."""

from __future__ import annotations

from pathlib import Path

import pytest

from lispe_core import builtins, special
from torch_lib import NEIGHBOURS, TOPICS
from workbench import reference
from workbench.runtime.torch_binding import neighbour_library, torch_library

PAGES = reference.pages()


def test_every_name_is_in_the_reference() -> None:
    text = "\n".join(PAGES.values())
    libraries = (
        *special.LIBRARIES,
        *builtins.LIBRARIES,
        torch_library(),
        *map(neighbour_library, NEIGHBOURS),
    )

    missing = [
        definition.name
        for library in libraries
        for definition in library
        if f"`{definition.usage}`" not in text and f"`{definition.name}`" not in text
    ]

    assert missing == []


def test_topics_have_pages_of_their_own() -> None:
    language = len(special.LIBRARIES) + len(builtins.LIBRARIES) + 1  # and the library of Python

    assert len(PAGES) == 1 + language + len(TOPICS) + len(NEIGHBOURS)


def test_a_docstring_becomes_markdown(monkeypatch: pytest.MonkeyPatch) -> None:
    from lispe_core.library import Library

    library = Library("sample")

    @library.builtin("twice", "double")
    def twice(number: float, label: str = "x") -> float:
        """``number`` two times.

        It is exact.

        Args:
            number: Any number, however
                large.
            label: A name.

        Returns:
            The result.

        Raises:
            LispError: It is no number.

        Example:
            (twice 2)    ; => 4
        """
        return 2 * number

    monkeypatch.setattr(builtins, "LIBRARIES", (library,))

    assert (
        reference.pages()["sample.md"]
        == f"""{reference.NOTICE}

# Sample

## `(twice number (label "x"))`

`number` two times.

It is exact.

Arguments:

- `number`: Any number, however
  large.
- `label`: A name.

Returns: The result.

Errors:

- It is no number.

```lisp
(twice 2)    ; => 4
```

Also: `double`
"""
    )


def test_pages_are_written_and_stale_ones_removed(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("old")
    reference.main(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == set(PAGES)


def test_the_reference_is_current() -> None:
    """If it fails: ``python -m workbench.reference``."""
    folder = Path(__file__).parents[2] / reference.FOLDER
    written = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}

    assert written == PAGES
