"""Takes the pictures of the README: the app at work, with a real evaluator.

``python docs/screenshots.py`` writes them beside this file. Each picture begins with an app of its
own, away from the settings of whoever takes it. The one of a conversation needs the demonstration
model and is left as it is where that is not installed. Nothing is fetched.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from textual.pilot import Pilot
from textual.widgets import Input

from workbench.app.app import Workbench
from workbench.app.code_area import CodeArea
from workbench.app.panels.generation import GenerationPanel
from workbench.app.panels.inspector import Inspector
from workbench.app.panels.models import find_models, model_folders
from workbench.app.panels.module_tree import TreeRow
from workbench.app.status_line import StatusLine
from workbench.runtime.process_session import ProcessSession

DOCS = Path(__file__).resolve().parent
SAMPLES = DOCS.parent / "samples"
SIZE = (120, 40)
PATIENCE = 180.0
"""Seconds that a program may take."""

MODEL = """\
; A language model of our own, still untrained.

(use 'lispe_torch)
(torch_manual_seed 1)

(setq sizes {"vocab_size":1000 "n_embd":128
             "n_head":4 "n_layer":3})
(setq model (torch_gpt2_model sizes))

; Logits of the token after each one.
(setq logits (torch_hf_forward model '((1 2 3))))
(println "logits" (torch_shape logits))

model
"""

Scene = Callable[[Pilot[int]], Awaitable[None]]


async def idle(pilot: Pilot[int]) -> None:
    """Wait until nothing is evaluated and everything told has been drawn."""
    app = workbench(pilot)
    begun = monotonic()
    await pilot.pause(0.3)
    while app.pending or app.query_one(StatusLine).torch == "loading":
        if monotonic() - begun > PATIENCE:
            raise TimeoutError("the program has not ended")
        await pilot.pause(0.2)
    await pilot.pause(0.5)


async def training(pilot: Pilot[int]) -> None:
    """A network learns to read digits."""
    await pilot.press("f5")
    await idle(pilot)


async def model(pilot: Pilot[int]) -> None:
    """A model is looked into: what is largest in it is unfolded, then what is largest in that."""
    app = workbench(pilot)
    await pilot.press("f5")
    await idle(pilot)
    tree = app._panels.panel(Inspector).stage.modules
    tree.focus()
    for _ in range(5):
        folded = [row for row in tree.rows if row.entry.opens and row.trail not in tree.unfolded]
        tree.cursor = tree.rows.index(max(folded, key=largest_inside))
        await pilot.press("enter")
        await pilot.pause(0.3)


def largest_inside(row: TreeRow) -> tuple[int, int]:
    """How deep a part of the model lies, and how large it is."""
    return row.depth, row.entry.module.parameters if row.entry.module else 0


async def conversation(pilot: Pilot[int]) -> None:
    """A language model answers; its tokens are coloured by how probable they were."""
    app = workbench(pilot)
    await pilot.press("f5")
    await idle(pilot)
    app._panels.show(GenerationPanel)
    app._panels.current.focus()
    await pilot.press("c", "left", "left")
    await pilot.pause(0.3)


def workbench(pilot: Pilot[int]) -> Workbench:
    """The app that is shown."""
    assert isinstance(pilot.app, Workbench)
    return pilot.app


async def take(scene: Scene, program: Path, theme: str, target: Path) -> None:
    """Play a scene and write how it ends."""
    app = Workbench(ProcessSession(), program)
    app.theme = theme
    async with app.run_test(size=SIZE) as pilot:
        await idle(pilot)
        await scene(pilot)
        for field in (*app.query(CodeArea), *app.query(Input)):
            field.cursor_blink = False
        app.clear_notifications()
        await pilot.pause(0.3)
        # Some readers of SVG drop the blanks at the start of a text unless they are told not to.
        picture = app.export_screenshot(title=" ").replace("<svg ", '<svg xml:space="preserve" ', 1)
        target.write_text(picture, "utf-8")
    print(f"{target.name}  {target.stat().st_size // 1024} kB", file=sys.stderr)


async def main() -> None:
    """Take every picture."""
    with TemporaryDirectory() as folder:
        os.environ["LISPE_WORKBENCH_CONFIG"] = f"{folder}/config.toml"
        os.environ["XDG_DATA_HOME"] = folder
        transformer = Path(folder, "transformer.lisp")
        transformer.write_text(MODEL, "utf-8")
        digits = SAMPLES / "train_digits.lisp"
        await take(training, digits, "lispe-dark", DOCS / "screenshot.svg")
        await take(model, transformer, "lispe-light", DOCS / "screenshot-model.svg")
        if find_models(model_folders("")):
            chat = SAMPLES / "chat.lisp"
            await take(conversation, chat, "lispe-dark", DOCS / "screenshot-chat.svg")


if __name__ == "__main__":
    with redirect_stdout(sys.stderr):
        asyncio.run(main())
