"""The real program in a real terminal: a pseudo-terminal and a screen that reads its codes."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import psutil
import pyte
import pytest

PATIENCE = 30.0


class Terminal:
    """The program ``python -m workbench`` and what it has drawn."""

    def __init__(self, folder: Path, arguments: list[str], rows: int, columns: int) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        environment = {
            **os.environ,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "COLUMNS": str(columns),
            "LINES": str(rows),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "LISPE_WORKBENCH_CONFIG": str(folder / "config.toml"),
        }
        self.process = pexpect.spawn(
            sys.executable,
            ["-m", "workbench", *arguments],
            env=environment,
            dimensions=(rows, columns),
        )

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def read(self) -> None:
        """Take in what was drawn in the last moment."""
        try:
            self.stream.feed(self.process.read_nonblocking(65536, timeout=0.05))
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            time.sleep(0.05)

    def wait(self, holds: Callable[[str], bool], patience: float = PATIENCE) -> None:
        """Read until the screen is as wanted."""
        end = time.monotonic() + patience
        while not holds(self.text):
            assert time.monotonic() < end, self.text
            self.read()

    def see(self, words: str) -> None:
        """Wait for ``words`` on the screen."""
        self.wait(lambda text: words in text)

    def type(self, keys: str) -> None:
        self.process.send(keys)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    terminals: list[Terminal] = []

    def begin(*arguments: str, rows: int = 40, columns: int = 120) -> Terminal:
        terminals.append(Terminal(tmp_path, list(arguments), rows, columns))
        return terminals[-1]

    yield begin
    for terminal in terminals:
        terminal.process.close(force=True)


F5, ENTER, CTRL_C, CTRL_Q = "\x1b[15~", "\r", "\x03", "\x11"


def test_expressions_programs_and_stops(start: Callable[..., Terminal], tmp_path: Path) -> None:
    """Type Lisp, run a file, stop a loop, correct an error, and leave."""
    program = tmp_path / "program.lisp"
    program.write_text('(defun double (x) (* 2 x))\n(println "from" (double 21) _current)\n')
    terminal = start(str(program))

    terminal.see("program.lisp")
    terminal.type(F5)
    terminal.see("from 42")
    assert str(tmp_path)[:20] in terminal.text

    terminal.type("\x1bOQ")
    terminal.type("(double (+ 1\r2))\r")
    terminal.see("=> 6")

    terminal.type("(double)\r")
    terminal.see("<repl 2>:1:1")
    terminal.wait(lambda text: "Stop" not in text)  # not yet that of the next evaluation

    terminal.type("(while true 1)\r")
    terminal.see("Stop")
    began = time.monotonic()
    terminal.type(CTRL_C)
    terminal.see("interrupted")
    assert time.monotonic() - began < 5

    terminal.type('(println "still" (double 4))\r')
    terminal.see("still 8")
    terminal.type(CTRL_Q)
    terminal.wait(lambda _: not terminal.process.isalive())
    assert terminal.process.exitstatus == 0


def test_alt_with_a_digit_is_a_key(start: Callable[..., Terminal]) -> None:
    """Not the character that some keyboards have there."""
    terminal = start()

    def editor_edge() -> int:
        return terminal.screen.display[1].find("╮")

    terminal.see("torch ready")
    terminal.wait(lambda _: editor_edge() > 0)
    usual = editor_edge()

    terminal.type("\x1b1")
    terminal.wait(lambda _: 0 < editor_edge() < usual)
    terminal.type("\x1b0")
    terminal.wait(lambda _: editor_edge() == usual)
    assert not set("¡º") & set(terminal.text)


def test_a_program_reads_a_line(start: Callable[..., Terminal]) -> None:
    """The prompt turns into a marked input line, in the narrow layout too."""
    terminal = start(rows=24, columns=80)

    terminal.see("untitled")
    terminal.type("(println (+ `<` (input) `>`))\r")
    terminal.wait(lambda text: any(line.strip() == "input" for line in text.split("\n")))
    terminal.type("two words\r")
    terminal.see("<two words>")


def test_a_killed_evaluator_costs_its_state_only(start: Callable[..., Terminal]) -> None:
    terminal = start(rows=24, columns=80)
    terminal.see("untitled")
    terminal.type("(setq kept 5)\r")
    terminal.see("=> true")

    for child in psutil.Process(terminal.process.pid).children():
        child.kill()
    terminal.see("Definitions and variables are gone.")

    terminal.type("(+ 40 2)\r")
    terminal.see("=> 42")
    terminal.type("kept\r")
    terminal.see("Unbound atom")


def test_a_request_to_end_leaves_the_terminal_as_it_was(start: Callable[..., Terminal]) -> None:
    """The alternate screen is left, the evaluator goes too, and the status tells the signal."""
    terminal = start()
    terminal.see("untitled")
    terminal.type("(while true 1)\r")
    terminal.see("Stop")
    children = psutil.Process(terminal.process.pid).children()

    terminal.process.kill(signal.SIGTERM)

    rest = terminal.process.read()
    terminal.process.wait()
    assert b"\x1b[?1049l" in rest
    assert terminal.process.exitstatus == 128 + signal.SIGTERM
    assert not any(child.is_running() for child in children)


def test_forms_are_edited_and_evaluated_by_keys(
    start: Callable[..., Terminal], tmp_path: Path
) -> None:
    """Keys with alt and ctrl arrive: take a form in, evaluate, find, replace, undo."""
    program = tmp_path / "program.lisp"
    program.write_text("(+ 1 2) 39\n\n(println 39)\n")
    terminal = start(str(program))
    terminal.see("program.lisp")

    terminal.type("\x1b[C\x1bi")
    terminal.see("(+ 1 2 39)")
    terminal.type("\x12")
    terminal.see("(+ 1 2 39)  => 42")

    terminal.type("\x06")
    terminal.see("Replace")
    terminal.type("39\t")
    terminal.see("1 of 2")
    terminal.type("40")
    terminal.see("Replace  40")
    terminal.type("\x1ba")
    terminal.see("2 replaced")
    terminal.type("\x1b")
    terminal.see("(println 40)")
    terminal.wait(lambda text: "Replace" not in text)
    terminal.type("\x1a")
    terminal.see("(println 39)")


def test_a_terminal_with_ascii_and_no_colours(start: Callable[..., Terminal]) -> None:
    terminal = start("--ascii", "--no-color")
    terminal.see("torch ready")
    terminal.type("(+ 1 2)\r")
    terminal.see("=> 3")

    assert terminal.text.isascii()
    cells = [cell for line in terminal.screen.buffer.values() for cell in line.values()]
    shades = {(cell.fg, cell.bg) for cell in cells} - {("default", "default")}
    assert all(is_grey(colour) for pair in shades for colour in pair)


def is_grey(colour: str) -> bool:
    return colour == "default" or colour[:2] == colour[2:4] == colour[4:]


def test_the_keys_of_emacs_arrive_from_a_terminal(
    start: Callable[..., Terminal], tmp_path: Path
) -> None:
    """Sent as a plain terminal sends them: a control character, or escape and a letter."""
    (tmp_path / "config.toml").write_text('[keys]\npreset = "emacs"\n')
    program = tmp_path / "a.lisp"
    program.write_text("(one two three)\n")
    terminal = start(str(program))
    terminal.see("(one two three)")
    terminal.type("\x06")  # ctrl+f, past the bracket
    terminal.type("\x1bd")  # alt+d
    terminal.see("( two three)")
    terminal.type("\x05\x02\x02X")  # ctrl+e, twice ctrl+b
    terminal.see("( two threXe)")
    terminal.type("\x1f")  # ctrl+underscore
    terminal.see("( two three)")
    terminal.type("\x18")  # ctrl+x
    terminal.see("^x …")
    terminal.type("\x1b")
    terminal.wait(lambda text: "^x …" not in text)
    terminal.type("!\x18\x13")  # ctrl+x ctrl+s
    terminal.wait(lambda _: "!" in program.read_text())
    terminal.type("\x1bx")  # alt+x
    terminal.see("Explain the name at the cursor")
    terminal.type("\x1b")
    terminal.wait(lambda text: "Explain the name" not in text)
    terminal.type("\x18\x03")  # ctrl+x ctrl+c
    terminal.wait(lambda _: not terminal.process.isalive())


def test_letters_with_alt_are_typed_into_no_field(
    start: Callable[..., Terminal], tmp_path: Path
) -> None:
    """A terminal sends the letter along; the words typed before and after stay as they are."""
    terminal = start(str(tmp_path / "a.lisp"))
    terminal.see("torch ready")

    terminal.type("\x0f")  # ctrl+o
    terminal.see("path of a file")
    terminal.type("no")
    for key in ("x", "q", "a"):
        time.sleep(0.3)  # one key at a time, as fingers press them
        terminal.type(f"\x1b{key}")
    time.sleep(0.3)
    terminal.type("where")
    terminal.see("  nowhere ")
    terminal.type("\x1b")
    terminal.wait(lambda text: "nowhere" not in text)


def test_what_a_terminal_sends_is_shown_and_patterns_are_found(
    start: Callable[..., Terminal], tmp_path: Path
) -> None:
    """In the key test and in the find bar, by the codes of a plain terminal."""
    program = tmp_path / "program.lisp"
    program.write_text("(list 12)\n(list 345)\n")
    terminal = start(str(program), rows=24, columns=80)
    terminal.see("program.lisp")

    terminal.type("\x10")  # ctrl+p
    time.sleep(0.5)
    terminal.type("test the keys")
    terminal.see("Show what arrives for a key")
    terminal.type("\r")
    terminal.see("Press a key.")
    for codes, name in ((F5, "f5 "), ("\x1bj", "alt+j j "), ("\n", "ctrl+j "), (CTRL_Q, "ctrl+q ")):
        terminal.type(codes)
        terminal.see(name)
    for _ in range(2):
        terminal.type("\x1b")
        time.sleep(0.5)
    terminal.wait(lambda text: "Key test" not in text)

    terminal.type("\x06")  # ctrl+f
    terminal.see("Replace")
    terminal.type("(\\d)(\\d+)")
    terminal.see("no match")
    terminal.type("\x1be")  # alt+e
    terminal.see("1 of 2")
    terminal.type("\t\\2-\\1")
    terminal.see("\\2-\\1")
    terminal.type("\x1ba")  # alt+a
    terminal.see("2 replaced")
    terminal.see("(list 45-3)")
