"""Starts the app on a session of its own, on a screen that nothing else writes to."""

from __future__ import annotations

import gc
import os
import signal
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread
from time import monotonic

from textual.theme import BUILTIN_THEMES

from workbench import resources
from workbench.app.app import Workbench
from workbench.app.claimed_workspace import claimed_workspace
from workbench.app.files import read_source
from workbench.app.keymap import chosen_keymap
from workbench.app.terminal_keys import read_alt_digits
from workbench.app.theme_folder import ThemeFolder
from workbench.app.themes import chosen_theme, load_themes
from workbench.folders import sessions_folder, theme_folder
from workbench.runtime.process_session import ProcessSession
from workbench.runtime.protocol import OutputWritten
from workbench.settings import Settings

PIECE = 65536
SETTLED_AFTER = 2.0
"""Seconds until the first screen stands and what was made for it can be told from the rest."""

THRESHOLDS = 5000, 10, 200
"""When garbage is searched for by itself: among the youngest objects, older ones, and all."""

RIPE = 5
"""Searches among older objects after which one through everything is worth its while."""

PAUSE = 1.0
"""Seconds without a key after which nobody types."""


def run_app(path: Path | None = None, *, colour: bool = True, ascii: bool = False) -> int:
    """Run the workbench until it is left; answers the exit status.

    Args:
        path: The program to open.
        colour: Use colours, unless the environment says no.
        ascii: Draw with ASCII characters.
    """
    if not colour:
        os.environ["NO_COLOR"] = "1"
    if os.environ.get("NO_COLOR") == "":
        del os.environ["NO_COLOR"]  # the convention counts an empty value as not set
    try:
        read_source(path or Path(os.devnull))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        print(f"lispe-workbench: {path}: {reason}", file=sys.stderr)
        return 2
    read_alt_digits()
    workspaces = claimed_workspace(sessions_folder(), Path.cwd())
    with native_writes() as stray, workspaces as workspace:
        app = Workbench(ProcessSession(), path, workspace, ascii=ascii)
        Thread(target=_pump, args=(stray, app.bridge.put), name="stray output", daemon=True).start()
        signal.signal(signal.SIGTERM, lambda number, _: app.exit(return_code=128 + number))
        app.call_later(app.set_timer, SETTLED_AFTER, partial(spare_collections, app))
        app.run()
    return app.return_code or 0


def screen_mistakes(settings: Settings) -> list[str]:
    """A sentence for each setting that only the screen can judge: its keys and its theme."""
    themes, _ = load_themes(resources.themes())
    own, _ = ThemeFolder(theme_folder()).changes()
    known = [*BUILTIN_THEMES, *(theme.name for theme in themes + own)]
    return chosen_theme(settings.theme, known)[1] + chosen_keymap(settings.keys)[1]


def theme_mistakes() -> list[str]:
    """A sentence for each theme file of the user that can't be used."""
    return ThemeFolder(theme_folder()).changes()[1]


def spare_collections(app: Workbench) -> None:
    """Search for garbage again, but never among what was made so far, nor while keys are pressed.

    A search through everything stopped typing for 50 ms, once a second while a model wrote. One
    last search among what was made so far would do that too, and find 3 MiB.
    """
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()
    app.set_interval(PAUSE, lambda: collect_at_rest(app))


def collect_at_rest(app: Workbench) -> None:
    """Search through everything if much is new and nobody types."""
    if gc.get_count()[2] >= RIPE and monotonic() - app.last_key > PAUSE:
        gc.collect()


@contextmanager
def native_writes() -> Iterator[int]:
    """Gather what is written to descriptors 1 and 2; gives the descriptor to read it from.

    Python's streams, through which Textual draws, keep the terminal under a number of their own:
    that of the standard output, for errors may have been sent to a file.
    """
    streams = sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__
    saved = os.dup(1), os.dup(2)
    reader, writer = os.pipe()
    with os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1) as terminal:
        sys.stdout = sys.stderr = terminal
        sys.__stdout__ = sys.__stderr__ = terminal  # type: ignore[misc]
        os.dup2(writer, 1)
        os.dup2(writer, 2)
        try:
            yield reader
        finally:
            for descriptor, number in zip(saved, (1, 2), strict=True):
                os.dup2(descriptor, number)
                os.close(descriptor)
            os.close(writer)
            sys.stdout, sys.stderr = streams[:2]
            sys.__stdout__, sys.__stderr__ = streams[2:]  # type: ignore[misc]


def _pump(reader: int, post: Callable[[OutputWritten], None]) -> None:
    decoder = getincrementaldecoder("utf-8")("replace")
    while data := os.read(reader, PIECE):
        post(OutputWritten(decoder.decode(data), "error"))
