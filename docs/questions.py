"""Writes ``samples/data/questions.jsonl``: what each function does, as questions and answers.

``python docs/questions.py`` writes it anew from the definitions.
"""

import json
from pathlib import Path

from lispe_core import builtins, special
from lispe_core.library import Definition
from workbench.runtime.torch_binding import torch_library

FILE = Path("samples/data/questions.jsonl")


def main() -> None:
    """Write a line for each name, the aliases of a function left out."""
    libraries = (*special.LIBRARIES, *builtins.LIBRARIES, torch_library())
    lines: dict[str, str] = {}
    for library in libraries:
        for definition in library:
            lines.setdefault(definition.doc, _line(definition))
    FILE.write_text("".join(lines.values()), encoding="utf-8")


def _line(definition: Definition) -> str:
    sentence = definition.doc.partition("\n\n")[0].replace("\n", " ").replace("``", "")
    pair = {
        "instruction": f"What does {definition.name} do in LispE?",
        "response": f"{definition.usage}: {sentence}",
    }
    return json.dumps(pair, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
