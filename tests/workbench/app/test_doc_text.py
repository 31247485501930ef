from __future__ import annotations

import pytest

from workbench.app.doc_text import example, first_sentence, readable

DOC = """The mean of ``x``, i.e. one number. Others follow,
on two lines.

Args:
    x: Numbers.

Example:
    (mean '(1 2))      ; => 1.5
    ; a remark
    (mean "; no comment")
    (if true
      1)

Raises:
    ArgumentError: None are given.
"""


def test_the_first_sentence_is_one_line() -> None:
    assert first_sentence(DOC) == "The mean of x, i.e. one number."
    assert first_sentence("One\ntwo.\n\nThree.") == "One two."
    assert first_sentence("") == ""


def test_a_page_has_whole_sentences_and_the_lines_of_its_example() -> None:
    shown = readable(DOC.replace("Numbers.", "Some ``(1 2)``\n        numbers. [/x]"))

    page = shown.plain

    assert page.startswith("The mean of x, i.e. one number. Others follow, on two lines.\n\n")
    assert "Args:\n    x: Some (1 2) numbers. [/x]\n\n" in page
    assert "Example:\n    (mean '(1 2))      ; => 1.5\n    ; a remark\n" in page
    assert page.endswith("Raises:\n    ArgumentError: None are given.")
    bold = [page[span.start : span.end] for span in shown.spans if span.style == "bold"]
    assert bold == ["Args:", "Example:", "Raises:"]


def test_an_example_is_code_alone() -> None:
    assert example(DOC) == '(mean \'(1 2))\n(mean "; no comment")\n(if true\n  1)'


@pytest.mark.parametrize("doc", ["", "A doc.", "Example:\n    ; only words\n"])
def test_there_may_be_no_example(doc: str) -> None:
    assert example(doc) == ""
