"""A code area in which words or a pattern are found and replaced."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any

from workbench.app.code_area import CodeArea
from workbench.app.long_document import LongDocument
from workbench.app.search import Search, match_after, match_before
from workbench.app.structure import Form, Location


class SearchedArea(CodeArea):
    """A program with the places of what is looked for; the places are found when asked for."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._search = Search("")
        self.shows_matches = False
        self._matches: list[Form] = []
        self._matched: tuple[object, ...] = ()
        super().__init__(*arguments, **options)

    def look_for(self, search: Search | None) -> None:
        """Show the matches of ``search``, or none; the last one is what ``find`` goes on with."""
        self.shows_matches = search is not None
        self._search = search or self._search
        self.repaint()

    @property
    def matches(self) -> list[Form]:
        """The places of what is looked for."""
        if not self.matches_are_known:
            self._matched = self.search_state
            self._matches = self._search.in_lines(self.document.lines)
            if self._search.crosses_lines and self.shows_matches:
                self.call_after_refresh(self.repaint)  # other lines may belong to matches now
        return self._matches

    def matched_in(self, row: int) -> list[tuple[int, int]]:
        """The stretches of a line that belong to matches."""
        if not self._search.crosses_lines:
            return self._search.in_line(self.document[row])
        length, found = len(self.document[row]), []
        place = bisect_right(self.matches, (row, length), key=lambda match: match.start)
        while place and self.matches[place - 1].end >= (row, 0):
            place -= 1
            (first, start), (last, end) = self.matches[place]
            found.append((start if first == row else 0, end if last == row else length))
        return found

    @property
    def matches_are_known(self) -> bool:
        """Whether the text and what is looked for are as they were when it was searched."""
        return self._matched == self.search_state

    @property
    def search_state(self) -> tuple[object, ...]:
        """Equal as long as the text and what is looked for are the same."""
        assert isinstance(self.document, LongDocument)
        return self.document, self.document.version, self._search

    @property
    def search_mistake(self) -> str:
        """Why what is looked for can't be found anywhere; empty where it can."""
        return self._search.mistake

    @property
    def match_number(self) -> int | None:
        """Which of the matches is selected, counted from 1."""
        selected = Form(*sorted(self.selection))
        place = bisect_left(self.matches, selected)
        return place + 1 if self.matches[place : place + 1] == [selected] else None

    def find(self, step: int) -> bool:
        """Select the next match, with -1 the one before, with 0 the one at the cursor or next."""
        start, end = sorted(self.selection)
        matches, number = self.matches, self.match_number
        found: Form | None
        if step and number is not None:  # one that is empty ends where it begins
            found = matches[(number - 1 + step) % len(matches)]
        elif step < 0:
            found = match_before(matches, start)
        else:
            found = match_after(matches, end if step else start)
        return self._select(found)

    def _select(self, match: Form | None) -> bool:
        if match is not None:
            self.move_cursor(match.start)
            self.move_cursor(match.end, select=True, center=True)
        return match is not None

    def replace_match(self, replacement: str) -> bool:
        """Replace the match that is selected, then select the next; of a pattern, with its groups.

        Raises:
            PatternError: The replacement names a group that the pattern has not.
        """
        if self.match_number is None:
            return self.find(1)
        start, end = sorted(self.selection)
        self.change(self._replaced(start, replacement), start, end)
        after = self.cursor_location
        following = match_after(self.matches, after)
        if start == end and following == Form(after, after):  # it has been dealt with
            return self.find(1)
        return self._select(following)

    def replace_all(self, replacement: str) -> int:
        """Replace all matches as one change; answers how many they were.

        Raises:
            PatternError: The replacement names a group that the pattern has not.
        """
        matches = self.matches
        if not matches:
            return 0
        pieces = []
        start = end = matches[0].start
        for match in matches:
            put = self._replaced(match.start, replacement)
            pieces += [self.document.get_text_range(end, match.start), put]
            end = match.end
        row, column = self.cursor_location
        self.change("".join(pieces), start, end)
        row = min(row, self.document.line_count - 1)  # lines may have been joined
        self.move_cursor((row, min(column, len(self.document[row]))))
        return len(matches)

    def _replaced(self, start: Location, replacement: str) -> str:
        return self._search.replacement(self.document.lines, start, replacement)
