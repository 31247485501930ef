"""PyTorch in the evaluator: imported once, on a thread of its own, ahead of time or when needed.

A program that needs it earlier waits, and can be interrupted while it does: an import that is
broken off in the middle would leave torch unusable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Event, Lock, Thread

from lispe_core.errors import LispError
from lispe_core.library import Definition, Library
from workbench.runtime.build import load_torch_library
from workbench.runtime.protocol import (
    DefinitionView,
    LibraryLoaded,
    TorchStateChanged,
)

__all__ = ["TorchLoader", "views_of"]


class TorchLoader:
    """Gives the torch library.

    Args:
        post: Gets its state, and the names of every library that becomes available.
    """

    def __init__(self, post: Callable[[LibraryLoaded | TorchStateChanged], None]) -> None:
        self._post = post
        self._lock = Lock()
        self._thread: Thread | None = None
        self._done = Event()
        self._library: Library | None = None
        self._problem = ""
        self._told: set[str] = set()

    def start(self) -> None:
        """Begin to import PyTorch, if nobody has."""
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._import, name="torch import", daemon=True)
                self._thread.start()

    def library(self) -> Library:
        """The torch library, once it is imported.

        Raises:
            LispError: PyTorch is missing or can't be loaded.
        """
        self.start()
        self._done.wait()
        if self._library is None:
            raise LispError(self._problem)
        return self._library

    def announce(self, library: Library) -> None:
        """Tell the names of a library that is available now."""
        if library.name not in self._told:
            self._told.add(library.name)
            self._post(LibraryLoaded(library.name, views_of(library)))

    def names(self, prefix: str) -> list[str]:
        """The torch names that begin with ``prefix``, whether the program has used torch or not."""
        found = self._library.definitions if self._library else ()
        return sorted(name for name in found if name.startswith(prefix))

    def _import(self) -> None:
        self._post(TorchStateChanged("loading"))
        try:
            library = load_torch_library()
        except Exception as problem:
            self._problem = str(problem).removeprefix("Error: ")
            self._post(TorchStateChanged("missing"))
        else:
            self._library = library
            self._post(TorchStateChanged("ready"))
            self.announce(library)
        finally:
            self._done.set()


def views_of(definitions: Iterable[Definition]) -> tuple[DefinitionView, ...]:
    """Definitions as the app shows them."""
    return tuple(
        DefinitionView(one.name, one.kind, one.usage, one.doc, one.library) for one in definitions
    )
