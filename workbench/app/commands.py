"""The command palette: every action of the workbench, with its key."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from workbench.app.keys import WORKBENCH_KEYS
from workbench.runtime.protocol import DefinitionView

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.screen import Screen


KEYLESS = (
    ("Save as…", "save_as", "Save the program under another name"),
    ("Submit as it is", "submit", "Send the prompt's text off although it is not complete"),
    ("Show a run from disk…", "curves('open_run')", "Show earlier curves, or take them away"),
    ("Export curves…", "curves('export')", "Write the curves to a file: .csv, .svg or .txt"),
    ("Choose a theme…", "change_theme", "Change the colours"),
    ("Save the transcript…", "save_transcript", "Write what was submitted as a program"),
    ("Show what was left out", "show_all_output", "See every line of the last long output"),
    ("Restart the evaluator", "restart", "End what runs and begin with nothing defined"),
)


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
    for node, binding in _active(screen):
        run = partial(app.run_action, binding.action, node)
        yield Command(binding.description, app.get_key_display(binding), binding.tooltip, run)
    for title, action, help_text in KEYLESS:
        yield Command(title, "", help_text, partial(app.run_action, action, app))


class WorkbenchCommands(Provider):
    """Finds actions by any part of their title."""

    async def discover(self) -> Hits:
        """Every action."""
        for command in commands(self.screen):
            yield DiscoveryHit(_display(command), command.run, command.title, command.help)

    async def search(self, query: str) -> Hits:
        """The actions that fit ``query``."""
        matcher = self.matcher(query)
        for command in commands(self.screen):
            score = matcher.match(command.title)
            if score > 0:
                found = matcher.highlight(command.title)
                shown = _display(command, found)
                yield Hit(score, shown, command.run, command.title, command.help)


def _display(command: Command, title: Content | None = None) -> Content:
    shown = title or Content(command.title)
    if not command.key:
        return shown
    return Content.assemble(shown, "  ", (command.key, "bold $accent"))


def help_page(screen: Screen[Any], definition: DefinitionView | None) -> Content:
    """What ``definition`` means, then the keys of ``screen`` and of the workbench."""
    parts: list[Content] = []
    if definition is not None:
        usage = Content.styled(definition.usage, "bold $primary")
        kind = Content.styled(f"   {definition.kind}, {definition.library}", "$text-muted")
        doc = Content(inspect.cleandoc(definition.doc))
        parts += [Content.assemble(usage, kind, "\n\n", doc), Content("")]
    bindings = {binding.id: binding for _, binding in _active(screen)}
    bindings |= {binding.id: binding for binding in WORKBENCH_KEYS}
    rows = [
        (screen.app.get_key_display(binding), binding.tooltip)
        for binding in sorted(bindings.values(), key=_key_order)
    ]
    width = max((len(key) for key, _ in rows), default=0)
    parts += [Content.assemble((f"{key:>{width}}  ", "bold $accent"), text) for key, text in rows]
    return Content("\n").join(parts)


def _active(screen: Screen[Any]) -> list[tuple[DOMNode, Binding]]:
    """The bindings that work on ``screen`` now and where they are bound, each action once."""
    found: dict[str, tuple[DOMNode, Binding]] = {}
    for node, binding, enabled, _ in screen.active_bindings.values():
        if enabled and binding.id:
            found.setdefault(binding.id, (node, binding))
    return sorted(found.values(), key=lambda entry: _key_order(entry[1]))


def _key_order(binding: Binding) -> tuple[bool, int, str]:
    """Function keys by their number, then the others by name."""
    key = binding.key
    is_function_key = key[0] == "f" and key[1:].isdigit()
    return not is_function_key, int(key[1:]) if is_function_key else 0, key
