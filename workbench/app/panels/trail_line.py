"""Which value is looked at and the way to the part of it, and what is pinned beside it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Static

from workbench.app.drawable import single_line
from workbench.runtime.protocol import Handle, Trail


@dataclass(frozen=True, slots=True)
class Subject:
    """A value and the part of it that is looked at; results have no name.

    ``copied`` is set for a pinned tensor that is a copy.
    """

    handle: Handle
    name: str = ""
    trail: Trail = ()
    copied: bool = False

    @property
    def title(self) -> str:
        """The name of the value and the steps to the part."""
        return single_line(" › ".join(map(str, (self.name or "result", *self.trail))))


class TrailLine(Static):
    """One line: ``weights › 0 › gradient``, and the keys that lead away."""

    DEFAULT_CSS = (
        "TrailLine { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }"
    )

    def show(self, subject: Subject, pinned: Subject | None, other: Subject | None) -> None:
        """Draw the way to ``subject``.

        Args:
            subject: What is on show.
            pinned: What is kept.
            other: What is aside while the pinned value is on show.
        """
        parts: list[str | tuple[str, str]] = []
        if pinned is not None and subject.handle == pinned.handle:
            kind = "copy" if pinned.copied else "itself"
            parts += [("PINNED", "bold reverse $accent"), " ", (subject.title, "bold")]
            parts.append((f" {kind}", "$foreground 55%"))
            if other is not None:
                parts.append(("  o other  c compare", "$foreground 55%"))
        else:
            if subject.trail:
                parts += [(subject.title, "bold"), ("  backspace leaves  ", "$foreground 55%")]
            if pinned is not None:
                parts.append((f"o pinned {pinned.title}  c compare", "$foreground 55%"))
        self.update(Content.assemble(*parts))
