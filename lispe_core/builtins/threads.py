"""Threads: waiting for them, and what they hand each other."""

from __future__ import annotations

from lispe_core import dictionaries
from lispe_core.context import current
from lispe_core.forms import EMPTY, TRUE, Truth, Value
from lispe_core.library import Library
from lispe_core.threads import key_of

exchange = Library("exchange between threads")


@exchange.builtin("wait")
def wait() -> Truth:
    """Wait until all threads have ended that this one has started.

    The first error of one of them is raised here. When none can go on because all wait for a
    trigger, that is an error too.

    Example:
        (dethread square (n) (threadstore "squares" (* n n)))    ; =>
        (loop n '(1 2 3) (square n))                             ; => true
        (wait)                                                   ; => true
        (sort '< (threadretrieve "squares"))                     ; => (1 4 9)
    """
    current().threads.wait()
    return TRUE


@exchange.builtin("threadstore")
def threadstore(key: Value, value: Value) -> Truth:
    """Append a copy of ``value`` to the list that all threads know as ``key``.

    Example:
        (threadstore "results" 12)      ; => true
        (threadretrieve "results")      ; => (12)
    """
    current().threads.store(key_of(key), value)
    return TRUE


@exchange.builtin("threadretrieve")
def threadretrieve(key: Value = EMPTY) -> Value:
    """A copy of the list that threads have stored as ``key``; without key, of all by their keys.

    It is ``nil`` for a key that nothing was stored under, and an empty list after it was cleared.

    Example:
        (threadretrieve "nothing")    ; => nil
    """
    threads = current().threads
    if key is EMPTY:
        return dictionaries.filled(dict, threads.all_stored().items())
    return threads.stored(key_of(key))


@exchange.builtin("threadclear")
def threadclear(key: Value = EMPTY) -> Truth:
    """Empty the list that threads have stored as ``key``; without key, remove all.

    Example:
        (threadstore "old" 1)      ; => true
        (threadclear "old")        ; => true
        (threadretrieve "old")     ; => ()
    """
    current().threads.clear(None if key is EMPTY else key_of(key))
    return TRUE


@exchange.builtin("waiton")
def waiton(key: Value) -> Truth:
    """Wait until another thread triggers ``key``; a trigger that came before counts once.

    Example:
        (dethread starter () (sleep 5) (trigger "go"))    ; =>
        (starter)                                         ; => true
        (waiton "go")                                     ; => true
    """
    current().threads.wait_on(key_of(key))
    return TRUE


@exchange.builtin("trigger")
def trigger(key: Value) -> Truth:
    """Let all threads go on that wait for ``key``; if there is none, the next one that does.

    Example:
        (trigger "early")    ; => true
        (waiton "early")     ; => true
    """
    current().threads.trigger(key_of(key))
    return TRUE
