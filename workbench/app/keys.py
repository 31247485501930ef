"""The keys of the whole workbench; those of the editor and the prompt stand with them.

Keys that choose where typing goes work at once, those that read what was typed in their turn.
"""

from __future__ import annotations

from textual.binding import Binding

WORKBENCH_KEYS = (
    Binding(
        "f5",
        "run_buffer",
        "Run",
        id="run",
        tooltip="Evaluate the whole program in the editor",
    ),
    Binding(
        "ctrl+c",
        "interrupt",
        "Stop",
        id="interrupt",
        tooltip="Stop what runs; while nothing runs, copy the selection",
        priority=True,
    ),
    Binding(
        "f2",
        "switch_focus",
        "Editor/REPL",
        id="focus",
        tooltip="Go from the editor to the REPL and back",
        priority=True,
    ),
    Binding(
        "f3",
        "panels",
        "Panels",
        id="panels",
        tooltip="Go to the panels and back; on a narrow terminal, show and hide them",
        priority=True,
    ),
    Binding(
        "f4",
        "zoom",
        "Zoom",
        id="zoom",
        tooltip="Let the pane with the focus fill the screen, or shrink it again",
        show=False,
        priority=True,
    ),
    Binding(
        "f1",
        "help",
        "Help",
        id="help",
        tooltip="Explain the name at the cursor and list the keys",
    ),
    Binding("ctrl+s", "save", "Save", id="save", tooltip="Save the program", show=False),
    Binding(
        "ctrl+o",
        "open",
        "Open…",
        id="open",
        tooltip="Open another program",
        show=False,
    ),
    Binding(
        "ctrl+n",
        "new_buffer",
        "New",
        id="buffer.new",
        tooltip="Begin another program, beside those that are open",
        show=False,
    ),
    Binding(
        "f8",
        "next_buffer(1)",
        "Next program",
        id="buffer.next",
        tooltip="Show the next of the open programs",
        show=False,
        priority=True,
    ),
    Binding(
        "alt+w",
        "close_buffer",
        "Close",
        id="buffer.close",
        tooltip="Close the program, asking if it is not saved",
        show=False,
    ),
    Binding(
        "f6",
        "next_panel(1)",
        "Next panel",
        id="panel.next",
        tooltip="Bring the next panel up",
        show=False,
        priority=True,
    ),
    Binding(
        "ctrl+l",
        "clear_transcript",
        "Clear the transcript",
        id="transcript.clear",
        tooltip="Empty the REPL's transcript",
        show=False,
    ),
    Binding(
        "ctrl+p",
        "command_palette",
        "Commands",
        id="palette",
        tooltip="Find any command by its name",
        priority=True,
    ),
    Binding(
        "ctrl+q",
        "quit",
        "Quit",
        id="quit",
        tooltip="Leave the workbench",
        show=False,
    ),
)
