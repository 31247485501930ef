"""The command palette: every action of the workbench, with its key."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from workbench.app.drawable import drawable
from workbench.app.keys import WORKBENCH_KEYS
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
    for node, binding, keys in _active(screen):
        run = partial(app.run_action, binding.action, node)
        yield Command(binding.description, keys, binding.tooltip, run)
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
                found = highlighted(matcher, command.title)
                shown = _display(command, found)
                yield Hit(score, shown, command.run, command.title, command.help)


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
    """What ``definition`` means, then the keys of ``screen`` and of the workbench."""
    parts: list[Content] = []
    if definition is not None:
        usage = Content.styled(drawable(definition.usage), "bold $primary")
        kind = Content.styled(f"   {definition.kind}, {definition.library}", "$text-muted")
        doc = Content(drawable(inspect.cleandoc(definition.doc)))
        parts += [Content.assemble(usage, kind, "\n\n", doc), Content("")]
    active = _active(screen)
    named = {binding.id for _, binding, _ in active}
    rest = [key for key in _remapped(screen.app, WORKBENCH_KEYS) if key.id not in named]
    bindings = [(binding, keys) for _, binding, keys in active]
    bindings += [(key, _shown(screen.app, key)) for key in rest]
    rows = [
        (keys, binding.tooltip)
        for binding, keys in sorted(bindings, key=lambda entry: _key_order(entry[0]))
    ]
    width = max((len(key) for key, _ in rows), default=0)
    parts += [Content.assemble((f"{key:>{width}}  ", "bold $accent"), text) for key, text in rows]
    return Content("\n").join(parts)


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
