"""The command palette: every action of the workbench, with its key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from workbench.app.doc_text import readable
from workbench.app.drawable import drawable
from workbench.app.keys import WORKBENCH_KEYS
from workbench.app.panels.base import Panel
from workbench.runtime.protocol import DefinitionView

if TYPE_CHECKING:
    from textual.app import App
    from textual.dom import DOMNode
    from textual.fuzzy import Matcher
    from textual.screen import Screen


KEYLESS = (
    ("Save as…", "save_as", "Save the program under another name"),
    ("Submit as it is", "submit", "Send the prompt's text off although it is not complete"),
    ("Show a run from disk…", "curves('open_run')", "Show earlier curves, or take them away"),
    ("Export curves…", "curves('export')", "Write the curves to a file: .csv, .svg or .txt"),
    ("Show the devices' history", "devices", "Load and memory of every device since the start"),
    ("Search the documentation…", "search_documentation", "Find a name by what it does"),
    ("Test the keys…", "test_keys", "Show what arrives for a key, and what it does"),
    ("Choose a theme…", "change_theme", "Change the colours"),
    ("Save the transcript…", "save_transcript", "Write it as a program, or as it stands: .txt"),
    ("Save a picture…", "save_picture", "Write what the screen shows as an SVG file"),
    ("Show what was left out", "show_all_output", "See every line of the last long output"),
    ("Restart the evaluator", "restart", "End what runs and begin with nothing defined"),
)

LEAST_OF_HELP = 3
"""Letters from which on the help of a command is searched."""

SCORE_OF_HELP = 0.0012
"""Behind names of the language, before files."""


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the palette."""

    title: str
    key: str
    help: str
    run: Callable[[], object]


def commands(screen: Screen[Any]) -> Iterator[Command]:
    """What can be done on ``screen`` now: bindings first, then what has no key."""
    app = screen.app
    for node, binding, keys in _active(screen):
        run = partial(app.run_action, binding.action, node)
        yield Command(binding.description, keys, binding.tooltip, run)
    for title, action, help_text in KEYLESS:
        yield Command(title, "", help_text, partial(app.run_action, action, app))


@runtime_checkable
class OffersCommands(Protocol):
    """An app that knows what the palette is to list."""

    offered: Sequence[Command]


class WorkbenchCommands(Provider):
    """Finds actions by any part of their title, and by the words of their help."""

    @property
    def _commands(self) -> Sequence[Command]:
        return self.app.offered if isinstance(self.app, OffersCommands) else ()

    async def discover(self) -> Hits:
        """Every action."""
        for command in self._commands:
            yield DiscoveryHit(_display(command), command.run, command.title, command.help)

    async def search(self, query: str) -> Hits:
        """The actions whose title fits ``query``, then those whose help has it word for word."""
        matcher = self.matcher(query)
        words = query.casefold().strip()
        for command in self._commands:
            score = matcher.match(command.title)
            if score > 0:
                found = highlighted(matcher, command.title)
                shown = _display(command, found)
                yield Hit(score, shown, command.run, command.title, command.help)
            elif len(words) >= LEAST_OF_HELP and words in command.help.casefold():
                shown = _display(command)
                yield Hit(SCORE_OF_HELP, shown, command.run, command.title, command.help)


def highlighted(matcher: Matcher, text: str) -> Content:
    """``text`` as it is, without markup, what was matched set off."""
    content = Content(text)
    for place in matcher.fuzzy_search.match(matcher.query, text)[1]:
        content = content.stylize(matcher.match_style, place, place + 1)
    return content


def _display(command: Command, title: Content | None = None) -> Content:
    shown = title or Content(command.title)
    if not command.key:
        return shown
    return Content.assemble(shown, "  ", (command.key, "bold $accent"))


def help_page(screen: Screen[Any], definition: DefinitionView | None) -> Content:
    """What ``definition`` means or the focused pane is for, with the keys that work there."""
    parts: list[Content] = []
    if definition is not None:
        parts += [definition_page(definition), Content("")]
    active = _active(screen)
    named = {binding.id for _, binding, _ in active}
    rest = [key for key in _remapped(screen.app, WORKBENCH_KEYS) if key.id not in named]
    around = screen.focused.ancestors_with_self if screen.focused else ()
    pane = next((node for node in around if _about(node)), None)
    elsewhere = [(key, _shown(screen.app, key)) for key in rest]
    own: list[tuple[Binding, str]] = []
    for node, binding, keys in active:
        inside = pane is not None and pane in node.ancestors_with_self
        (own if inside else elsewhere).append((binding, keys))
    width = max((len(keys) for _, keys in (*own, *elsewhere)), default=0)
    if pane is not None:
        parts += [*_about(pane), *_key_lines(own, width), Content("")]
        parts.append(Content.styled("Everywhere", "bold $primary"))
    parts += _key_lines(elsewhere, width)
    return Content("\n").join(parts)


def definition_page(definition: DefinitionView) -> Content:
    """What ``definition`` means."""
    usage = (drawable(definition.usage), "bold $primary")
    kind = (drawable(f"{definition.kind}, {definition.library}"), "dim")
    return Content.assemble(usage, "\n", kind, "\n\n", readable(drawable(definition.doc)))


def _about(node: DOMNode) -> list[Content]:
    """A title and what is said of a pane; of a panel, what it says of itself while it is empty."""
    title, told = getattr(node, "ABOUT", ("", ""))
    if isinstance(node, Panel):
        title, told = node.title, " ".join(node.empty.partition("\n\n")[2].split())
    return [Content.styled(title, "bold $primary"), Content(told)][: bool(title) + bool(told)]


def _key_lines(entries: Iterable[tuple[Binding, str]], width: int) -> Iterator[Content]:
    """A line for each binding: its keys, ``width`` cells wide, and what it does."""
    for binding, keys in sorted(entries, key=lambda entry: _key_order(entry[0])):
        yield Content.assemble((f"{keys:>{width}}  ", "bold $accent"), binding.tooltip)


def _active(screen: Screen[Any]) -> list[tuple[DOMNode, Binding, str]]:
    """Each action that works on ``screen`` now: where it is bound, how, and by which keys."""
    found: dict[str, tuple[DOMNode, Binding]] = {}
    for node, binding, enabled, _ in screen.active_bindings.values():
        if enabled and binding.id and (binding.id in screen.app._keymap or not binding.system):
            before = found.get(binding.id)
            keys = f"{before[1].key},{binding.key}" if before else binding.key
            found[binding.id] = (node, replace(binding, key=keys))
    entries = sorted(found.values(), key=lambda entry: _key_order(entry[1]))
    return [(node, binding, _shown(screen.app, binding)) for node, binding in entries]


def _remapped(app: App[Any], bindings: Iterable[Binding]) -> Iterator[Binding]:
    """``bindings`` under the keys that the user wants."""
    for binding in bindings:
        yield replace(binding, key=app._keymap.get(binding.id or "", binding.key))


def _shown(app: App[Any], binding: Binding) -> str:
    """The keys of a binding as they stand on a keyboard: F5 or ^t."""
    keys = dict.fromkeys(binding.key.split(","))
    return " or ".join(app.get_key_display(replace(binding, key=key)) for key in keys)


def _key_order(binding: Binding) -> tuple[bool, int, str]:
    """Function keys by their number, then the others by name."""
    key = binding.key.partition(",")[0]
    is_function_key = key[0] == "f" and key[1:].isdigit()
    return not is_function_key, int(key[1:]) if is_function_key else 0, key
