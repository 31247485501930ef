"""The part of the app that explains: names, panes, and where words of the documentation stand."""

from __future__ import annotations

from textual.command import CommandPalette

from workbench.app.code_area import CodeArea
from workbench.app.commands import definition_page, help_page
from workbench.app.dialogs import Help
from workbench.app.doc_search import documentation_search
from workbench.app.doc_text import example
from workbench.app.highlight import Vocabulary
from workbench.app.meaning import meaning
from workbench.app.programs import ProgramsApp
from workbench.runtime.protocol import DefinitionView


class HelpingApp(ProgramsApp):
    """An app that knows what the names of the language and of its programs mean."""

    vocabulary: Vocabulary

    def action_help(self) -> None:
        """Explain the name at the cursor or the focused pane, and list the keys."""
        area = self.focused if isinstance(self.focused, CodeArea) else None
        name = area.name_at_cursor if area else ""
        definition = meaning(name, self.vocabulary, self._editor.scanner)
        code = example(definition.doc) if definition else ""
        self.push_screen(Help("Help", help_page(self.screen, definition), code), self._try)

    def action_search_documentation(self) -> None:
        """Look for names by what they are called or do."""
        found = documentation_search(self.vocabulary.definitions, self.explain)
        self.push_screen(CommandPalette([found], placeholder="Search names and what they do…"))

    def explain(self, definition: DefinitionView) -> None:
        """Show what a name means."""
        page = definition_page(definition)
        self.push_screen(Help(definition.name, page, example(definition.doc)), self._try)

    def _try(self, code: str | None) -> None:
        """Put an example at the prompt."""
        if code:
            self._show_code()
            self._repl.prompt.draft(code)
