"""Files: whole texts, bytes, and streams."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lispe_core.containers import finite
from lispe_core.errors import LispError
from lispe_core.foreign import Container
from lispe_core.forms import TRUE, Strings, Truth, Value, truth
from lispe_core.library import Library
from lispe_core.printer import display
from lispe_core.typed_lists import Shorts

files = Library("files", "function")


@contextlib.contextmanager
def _reading(path: str) -> Iterator[None]:
    try:
        yield
    except OSError:
        raise LispError(f"Unknown file: {path}", bare=True) from None
    except UnicodeDecodeError:
        raise LispError(f"'{path}' is not UTF-8 text") from None


@contextlib.contextmanager
def _writing(path: str) -> Iterator[None]:
    try:
        yield
    except OSError:
        raise LispError(f"Cannot write in file: {path}") from None


@files.builtin("fread")
def read_text(path: str) -> str:
    """The text of a file, exactly as it is.

    Example:
        (fread "/no/such/file")    ; error: Unknown file: /no/such/file
    """
    with _reading(path), Path(path).open(encoding="utf-8-sig", newline="") as stream:
        return stream.read()


@files.builtin("fwrite")
def write_text(path: str, value: Value) -> Truth:
    """Write the text of ``value`` to a file.

    Example:
        (fwrite "a.txt" "one")     ; => true
        (fread "a.txt")            ; => one
    """
    with _writing(path), Path(path).open("w", encoding="utf-8", newline="") as stream:
        stream.write(display(value))
    return TRUE


@files.builtin("fappend")
def append_text(path: str, value: Value) -> Truth:
    """Write the text of ``value`` at the end of a file.

    Example:
        (fwrite "a.txt" "one")     ; => true
        (fappend "a.txt" " two")   ; => true
        (fread "a.txt")            ; => one two
    """
    with _writing(path), Path(path).open("a", encoding="utf-8", newline="") as stream:
        stream.write(display(value))
    return TRUE


@files.builtin("bread")
def read_bytes(path: str) -> Shorts:
    """The bytes of a file, as numbers.

    Example:
        (fwrite "a.txt" "AB")      ; => true
        (bread "a.txt")            ; => (65 66)
    """
    with _reading(path):
        return Shorts(list(Path(path).read_bytes()))


def _as_bytes(values: Value) -> bytes:
    try:
        return bytes(int(value) for value in finite(values))
    except (TypeError, ValueError, OverflowError):
        raise LispError("bytes are numbers from 0 to 255") from None


@files.builtin("bwrite")
def write_bytes(path: str, values: Value) -> Truth:
    """Write numbers from 0 to 255 to a file, as bytes.

    Example:
        (bwrite "a.txt" '(65 66))  ; => true
        (fread "a.txt")            ; => AB
    """
    data = _as_bytes(values)
    with _writing(path):
        Path(path).write_bytes(data)
    return TRUE


@files.builtin("bappend")
def append_bytes(path: str, values: Value) -> Truth:
    """Write numbers from 0 to 255 at the end of a file, as bytes.

    Example:
        (bwrite "a.txt" '(65))     ; => true
        (bappend "a.txt" '(66))    ; => true
        (fread "a.txt")            ; => AB
    """
    data = _as_bytes(values)
    with _writing(path), Path(path).open("ab") as stream:
        stream.write(data)
    return TRUE


class TextStream(Container):
    """An open file: a loop over it gives its lines."""

    __slots__ = ("path", "stream")
    type_name = "file_"

    def __init__(self, path: str, mode: str) -> None:
        try:
            self.stream: IO[str] = Path(path).open(mode, encoding="utf-8", newline="")  # noqa: SIM115
        except (OSError, ValueError):
            raise LispError(f"cannot open file: {path}") from None
        self.path = path

    def __del__(self) -> None:
        """Close what a program left open."""
        if hasattr(self, "stream"):
            self.stream.close()

    def display(self) -> str:
        """The path."""
        return self.path

    def iterate(self) -> Iterator[Value]:
        """The lines that are left."""
        with self.use() as opened:
            while line := opened.readline():
                yield line

    @contextlib.contextmanager
    def use(self) -> Iterator[IO[str]]:
        """The stream, its failures as errors of the program."""
        if self.stream.closed:
            raise LispError(f"{self.path}: the file is closed")
        try:
            yield self.stream
        except UnicodeDecodeError:
            raise LispError(f"'{self.path}' is not UTF-8 text") from None
        except (OSError, ValueError) as error:
            raise LispError(f"{self.path}: {error}") from None


def _opened(value: Value) -> TextStream:
    if not isinstance(value, TextStream):
        raise LispError("an open file is expected")
    return value


@files.builtin("file")
def open_stream(path: str, mode: Value = "r") -> TextStream:
    """Open a file to read (``'r``), write (``'w``) or append (``'a``).

    Example:
        (file "/no/such/file")    ; error: Error: cannot open file: /no/such/file
    """
    return TextStream(path, display(mode))


@files.builtin("fopen")
def open_file(path: str, mode: str = "r") -> TextStream:
    """Open a file as C does, ``"r"``, ``"w"``, ``"a"``, ``"r+"`` and so on.

    Example:
        (setq f (fopen "a.txt" "w"))    ; => true
        (fputchars f "one")            ; => true
        (fclose f)                     ; => true
        (fgetchars (fopen "a.txt") 2)  ; => on
    """
    return TextStream(path, display(mode))


@files.builtin("fclose", "file_close")
def close_stream(stream: Value) -> Truth:
    """Close an open file.

    Example:
        (setq f (file "a.txt" 'w))    ; => true
        (file_close f)               ; => true
    """
    _opened(stream).stream.close()
    return TRUE


@files.builtin("file_eof")
def at_end(stream: Value) -> Truth | None:
    """Whether an open file has been read to its end.

    Example:
        (fwrite "a.txt" "one")       ; => true
        (setq f (file "a.txt"))      ; => true
        (file_eof f)                 ; => nil
        (file_read f)                ; => one
        (file_eof f)                 ; => true
    """
    with _opened(stream).use() as opened:
        place = opened.tell()
        more = opened.read(1)
        opened.seek(place)
    return truth(not more)


@files.builtin("file_read", "fgetchars")
def read_stream(stream: Value, count: int = -1) -> str:
    """The next ``count`` characters of an open file, or all that are left.

    Example:
        (fwrite "a.txt" "one")       ; => true
        (setq f (file "a.txt"))      ; => true
        (fgetchars f 1)              ; => o
        (file_read f)                ; => ne
    """
    with _opened(stream).use() as opened:
        return opened.read(count)


@files.builtin("file_getchar")
def read_character(stream: Value) -> str:
    """The next character of an open file.

    Example:
        (fwrite "a.txt" "one")       ; => true
        (file_getchar (file "a.txt"))    ; => o
    """
    return read_stream(stream, 1)


@files.builtin("file_readline")
def read_line(stream: Value) -> str:
    r"""The next line of an open file, with its line feed.

    Example:
        (fwrite "a.txt" "one\ntwo")    ; => true
        (trim (file_readline (file "a.txt")))    ; => one
    """
    with _opened(stream).use() as opened:
        return opened.readline()


@files.builtin("file_readlist")
def read_lines(stream: Value) -> Strings:
    r"""The lines of an open file that are left.

    Example:
        (fwrite "a.txt" "one\ntwo")    ; => true
        (size (file_readlist (file "a.txt")))    ; => 2
    """
    with _opened(stream).use() as opened:
        return Strings(opened.readlines())


@files.builtin("file_write", "fputchars")
def write_stream(stream: Value, value: Value) -> Truth:
    """Write the text of ``value`` to an open file.

    Example:
        (setq f (file "a.txt" 'w))    ; => true
        (file_write f 12)            ; => true
        (fputchars f " eggs")        ; => true
        (file_close f)               ; => true
        (fread "a.txt")              ; => 12 eggs
    """
    with _opened(stream).use() as opened:
        opened.write(display(value))
    return TRUE


@files.builtin("file_writeln")
def write_line(stream: Value, value: Value) -> Truth:
    """Write the text of ``value`` and a line feed to an open file.

    Example:
        (setq f (file "a.txt" 'w))    ; => true
        (file_writeln f "one")       ; => true
        (file_close f)               ; => true
        (ord (fread "a.txt"))        ; => (111 110 101 10)
    """
    return write_stream(stream, display(value) + "\n")


@files.builtin("fseek")
def seek(stream: Value, place: int) -> Truth:
    """Go to a place of an open file.

    Example:
        (fwrite "a.txt" "one")       ; => true
        (setq f (fopen "a.txt"))     ; => true
        (fseek f 1)                  ; => true
        (fgetchars f 2)              ; => ne
    """
    with _opened(stream).use() as opened:
        opened.seek(place)
    return TRUE


@files.builtin("ftell")
def tell(stream: Value) -> int:
    """The place where an open file is read or written next.

    Example:
        (fwrite "a.txt" "one")       ; => true
        (setq f (fopen "a.txt"))     ; => true
        (fgetchars f 2)              ; => on
        (ftell f)                    ; => 2
    """
    with _opened(stream).use() as opened:
        return opened.tell()


@files.builtin("fsize")
def file_size(file: str | TextStream) -> int:
    """The number of bytes of a file, open or named by its path.

    Example:
        (fwrite "a.txt" "one")       ; => true
        (fsize "a.txt")              ; => 3
    """
    path = file.path if isinstance(file, TextStream) else file
    if isinstance(file, TextStream) and not file.stream.closed:
        file.stream.flush()
    with _reading(path):
        return Path(path).stat().st_size
