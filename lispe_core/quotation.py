"""Quoted forms as values."""

from __future__ import annotations

from lispe_core import dictionaries
from lispe_core.forms import DictionaryForm, LispList, Symbol, Value
from lispe_core.linked_lists import linked

QUOTE = Symbol("quote")
_DOT = Symbol(".")


def quoted_value(form: Value) -> Value:
    """The value that a quoted form stands for; a dotted tail makes a linked pair."""
    if isinstance(form, list):
        parts = [quoted_value(part) for part in form]
        if len(parts) > 2 and parts[-2] is _DOT:
            return linked(parts[:-2], parts[-1])
        return LispList(parts)
    if isinstance(form, DictionaryForm):
        pairs = [(quoted_value(key), quoted_value(value)) for key, value in form.entries]
        return dictionaries.literal(pairs)
    return form


def quoted_entries(form: DictionaryForm) -> DictionaryForm:
    """The literal whose evaluation gives the entries of ``form`` as they are."""
    entries = [(_quoted(key), _quoted(value)) for key, value in form.entries]
    return DictionaryForm(entries, form.span, form.spans)


def _quoted(form: Value) -> Value:
    if isinstance(form, (Symbol, list, DictionaryForm)):
        return LispList([QUOTE, form])
    return form
