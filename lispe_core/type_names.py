"""The type atoms: what ``(type x)`` answers, and what patterns and data types ask for."""

from __future__ import annotations

from functools import cache

from lispe_core.foreign import Container

_KINDS = ("integer", "number", "float", "short", "string", "stringbyte")
_TYPES = frozenset(
    [
        *("atom_", "integer_", "number_", "float_", "short_", "complex_", "string_", "stringbyte_"),
        *("list_", "llist_", "integers_", "numbers_", "floats_", "shorts_", "strings_"),
        *("stringbytes_", "dictionary_", "dictionary_i_", "dictionary_n_", "dictionarytree_"),
        *("dictionarytree_i_", "dictionarytree_n_", "set_", "set_s_", "set_i_", "set_n_"),
        *("heap_", "data_", "function_", "pattern_", "predicate_", "lambda_", "thread_"),
        *("library_function_", "maybe_", "date_", "chrono_", "file_", "file_element_", "rgx_"),
        *(f"{shape}_{kind}_" for shape in ("matrix", "tensor") for kind in _KINDS),
    ]
)


def is_type(name: str) -> bool:
    """Whether ``name`` is a type atom of the language or of a library."""
    return name in _TYPES or name in _foreign_types()


def _foreign_types() -> set[str]:
    return _types_of(len(_subclasses()))


@cache
def _types_of(_count: int) -> set[str]:
    return {str(kind.__dict__.get("type_name", "")) for kind in _subclasses()} - {""}


def _subclasses() -> list[type]:
    found: list[type] = []
    waiting: list[type] = [Container]
    while waiting:
        known: list[type] = waiting.pop().__subclasses__()
        for kind in known:
            if not getattr(kind, "of_program", False):
                found.append(kind)
                waiting.append(kind)
    return found
