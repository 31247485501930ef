from __future__ import annotations

import random
from time import process_time

import pytest
from rich.cells import cell_len

from workbench.app.panels.flow import Flow


def rows(flow: Flow) -> list[str]:
    return [flow.text[row.start : row.end] for row in map(flow.row, range(flow.rows))]


def flow_of(text: str, width: int) -> Flow:
    flow = Flow(width)
    flow.extend(text)
    return flow


def test_words_stay_whole_and_lines_end_where_they_end() -> None:
    flow = flow_of("one two three\n\nfour abcdefghijk\n", 8)

    assert rows(flow) == ["one two ", "three", "", "four ", "abcdefgh", "ijk", ""]
    assert [flow.row(number).line for number in range(flow.rows)] == [0, 0, 1, 2, 2, 2, 3]
    assert flow.row(5).line_start == flow.text.index("four")


def test_wide_letters_and_tabs_take_their_cells() -> None:
    assert rows(flow_of("日本語日本語", 5)) == ["日本", "語日", "本語"]
    assert rows(flow_of("a\tb\tc", 12)) == ["a\tb", "\tc"]


@pytest.mark.parametrize("width", [1, 7, 20])
def test_a_text_in_pieces_is_broken_as_the_whole(width: int) -> None:
    chance = random.Random(1)
    words = ["a", "be ", " ", "\n", "日", "longer", "\t", "wordswithoutend"]
    pieces = [chance.choice(words) for _ in range(500)]
    grown = Flow(width)
    for piece in pieces:
        before = rows(grown)
        changed = grown.extend(piece)
        assert rows(grown)[:changed] == before[:changed]

    whole = flow_of("".join(pieces), width)
    assert rows(grown) == rows(whole)
    grown.wrap(2 * width)
    whole.wrap(2 * width)
    assert rows(grown) == rows(whole)
    if width > 7:
        plain = [row.rstrip(" ") for row in rows(flow_of("".join(pieces).replace("\t", ""), width))]
        assert max(map(cell_len, plain)) <= width


def test_a_row_is_found_by_what_stands_on_it() -> None:
    flow = flow_of("one two three", 8)

    assert [flow.row_at(place) for place in (0, 7, 8, 12)] == [0, 0, 1, 1]


def test_a_long_text_grows_as_quickly_as_a_short_one() -> None:
    flow = flow_of("word " * 200_000, 50)
    began = process_time()
    for _ in range(100):
        flow.extend("more ")

    assert process_time() - began < 0.5
