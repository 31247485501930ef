from __future__ import annotations

import random

from textual.document._document import Document

from workbench.app.long_document import LongDocument, LongWrappedDocument


def test_text_and_size_follow_every_edit() -> None:
    """After any edits the document says what a fresh one with its lines says."""
    dice = random.Random(7)
    document = LongDocument("(a)\n\n\t(λ 漢字)\n")
    assert document.get_size(4) == Document(document.text).get_size(4)

    for _ in range(200):
        row = dice.randrange(document.line_count)
        start = (row, dice.randint(0, len(document[row])))
        row = dice.randint(row, min(row + 2, document.line_count - 1))
        end = (row, dice.randint(0, len(document[row])))
        first, last = dice.sample([start, end], 2)
        document.replace_range(first, last, dice.choice(["", "x", "漢\n", "\t\n"]))

        fresh = Document(document.text)
        assert document.lines == fresh.lines
        assert document.get_size(4) == fresh.get_size(4)


def test_what_stands_at_a_line_goes_along_with_it() -> None:
    """Told of every edit, one knows where each line that stayed the same has gone."""
    dice = random.Random(11)
    rows = {f"({number})": number for number in range(30)}

    def edited(first: int, old_end: int, new_end: int) -> None:
        for text, row in list(rows.items()):
            if first <= row < old_end:
                del rows[text]
            elif row >= old_end:
                rows[text] = row + new_end - old_end

    document = LongDocument("\n".join(rows), edited)
    for _ in range(15):
        row = dice.randrange(document.line_count)
        start = (row, dice.choice([0, len(document[row])]))
        row = min(row + dice.randint(0, 1), document.line_count - 1)
        end = max(start, (row, dice.choice([0, len(document[row])])))
        document.replace_range(start, end, dice.choice(["", "x", "\n", "y\n"]))

        assert {text: document[row] for text, row in rows.items()} == {text: text for text in rows}
    assert len(rows) > 5


def test_height_counts_rows() -> None:
    """Whole lines take a row each, wrapped ones as many as they need."""
    wrapped = LongWrappedDocument(LongDocument("abcdef\ng"))
    assert wrapped.height == 2

    wrapped.wrap(3)

    assert wrapped.height == 3


def test_every_edit_is_a_new_version() -> None:
    """Who has seen a version can tell that the text has changed since."""
    document = LongDocument("a")
    seen = document.version

    document.replace_range((0, 0), (0, 0), "b")

    assert document.version > seen
    assert document.text == "ba"
