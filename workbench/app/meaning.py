"""What a name stands for: in the language, in the text of the program, in the running one."""

from __future__ import annotations

from workbench.app.highlight import Vocabulary
from workbench.app.scanner import Scanner
from workbench.app.structure import usage_of
from workbench.runtime.protocol import DefinitionView


def meaning(name: str, vocabulary: Vocabulary, scanner: Scanner) -> DefinitionView | None:
    """What is known of ``name``; of a name of the program how it is called and what it holds.

    Args:
        name: A whole name; an empty one means nothing.
        vocabulary: The language and the variables.
        scanner: The text of the program.
    """
    known = vocabulary.definitions.get(name)
    if known is not None or not name:
        return known
    usage = usage_of(scanner, name) or vocabulary.functions.get(name)
    variable = vocabulary.variables.get(name)
    if variable is None and usage is None:
        return None
    kind = variable.kind.removesuffix("_") if variable else "not evaluated yet"
    value = variable.text if variable else ""
    return DefinitionView(name, "of this program", usage or name, value, kind)
