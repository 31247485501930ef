"""A value that is no tensor in words: what it is, how much it holds."""

from __future__ import annotations

from textual.content import Content

from workbench.app.drawable import single_line
from workbench.app.panels.numerals import byte_size, count_text
from workbench.runtime.protocol import ATTENTION_KIND, ModuleFacts, ValueView


def rank(value: ValueView) -> int:
    """How firmly a value takes the place of another: numbers and text yield to all else."""
    if value.tensor is not None or value.kind == ATTENTION_KIND:
        return 2
    if value.entries and value.entries.module is not None:
        return 2
    return int(value.entries is not None)


def value_facts(value: ValueView, name: str) -> list[Content]:
    """What is known of a value that is no tensor, each fact a piece that is not to be broken."""
    found = [Content.styled(single_line(name), "bold $text-accent")] if name else []
    if value.kind:
        found.append(Content.styled(single_line(value.kind.rstrip("_")), "$foreground 60%"))
    entries = value.entries
    if entries is None:
        if value.truncated:
            cut = f"the first {len(value.text):,} characters"
            found.append(Content.styled(cut, "$text-warning"))
        return found
    if entries.module is None:
        return [*found, Content(f"{entries.count:,} part{'s' * (entries.count != 1)}")]
    return [*found, *module_pieces(entries.module)]


def module_pieces(module: ModuleFacts) -> list[Content]:
    """The totals of a model."""
    found = [
        Content.assemble(
            (count_text(module.parameters), "bold"), (" parameters", "$foreground 60%")
        ),
        Content.assemble((count_text(module.trainable), "bold"), (" trainable", "$foreground 60%")),
        Content.assemble((byte_size(module.size), "bold"), (" memory", "$foreground 60%")),
    ]
    return [*found, *(Content.styled(single_line(mark), "$text-warning") for mark in module.marks)]
