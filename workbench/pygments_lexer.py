"""LispE for Pygments, which colours programs in documents, in terminals and on web sites.

Registered as ``lispe``: ``pygmentize -l lispe program.lisp``. What a name is comes from the
definitions of the language; names of the torch library are known by their beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

from pygments.lexer import RegexLexer, bygroups
from pygments.token import (
    Comment,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Text,
    Whitespace,
)

from lispe_core import builtins, special
from lispe_core.builtins.mathematics import CONSTANTS

__all__ = ["LispeLexer"]

_NULL_NAMES = frozenset({"nil", "true", "false", "_", "fail_"})
_PREDEFINED = frozenset({"_args", "_current", "_root", "_sep", "_version"})
_TYPE_NAMES = """
    atom_ integer_ number_ float_ short_ complex_ string_ stringbyte_ list_ llist_ integers_
    numbers_ floats_ shorts_ strings_ stringbytes_ dictionary_ dictionary_i_ dictionary_n_
    dictionarytree_ dictionarytree_i_ dictionarytree_n_ set_ set_s_ set_i_ set_n_ heap_ data_
    function_ pattern_ predicate_ lambda_ thread_ library_function_ maybe_ error_ date_ chrono_
    file_ file_element_ rgx_ tokenizer_
"""
_TYPES = frozenset(_TYPE_NAMES.split())
_SHAPED_TYPE = re.compile(r"(?:matrix|tensor)_(?:short|integer|float|number|string|stringbyte)_\Z")
_TORCH = re.compile(r"(?:torch|tensor|gguf|tiktoken)_\w")
_PATH = re.compile(r"c[ad]{2,}r\Z")

_END = r"""(?=[\s,()\[\]{}"';`«“‘„❝]|\Z)"""
_ATOM = r"""[^\s,()\[\]{}"';`«“‘„❝]+"""
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"


@cache
def _meanings() -> dict[str, Any]:
    """The token of every name that the language defines."""
    instructions = (one.name for library in builtins.LIBRARIES for one in library)
    forms = (one.name for library in special.LIBRARIES for one in library)
    known: dict[str, Any] = {}
    for names, token in ((instructions, Name.Builtin), (forms, Keyword)):
        for name in names:
            known[name] = token if any(map(str.isalpha, name)) else Operator
    return {
        **known,
        **dict.fromkeys(_NULL_NAMES, Keyword.Constant),
        **dict.fromkeys(_PREDEFINED, Name.Variable.Global),
        **dict.fromkeys(CONSTANTS, Name.Constant),
        **dict.fromkeys(_TYPES, Keyword.Type),
    }


def _meaning(name: str) -> Any:
    if name in _meanings():
        return _meanings()[name]
    if _SHAPED_TYPE.match(name):
        return Keyword.Type
    return Name.Builtin if _TORCH.match(name) or _PATH.match(name) else Name


def _atom(lexer: RegexLexer, found: re.Match[str]) -> Iterator[tuple[int, Any, str]]:
    yield found.start(), _meaning(found.group()), found.group()


class LispeLexer(RegexLexer):  # type: ignore[misc]  # Pygments has no types
    """Splits a LispE program into tokens."""

    name = "LispE"
    url = "https://github.com/naver/lispe"
    aliases: ClassVar[list[str]] = ["lispe"]
    filenames: ClassVar[list[str]] = ["*.lispe"]
    alias_filenames: ClassVar[list[str]] = ["*.lisp"]
    mimetypes: ClassVar[list[str]] = ["text/x-lispe"]
    flags = re.MULTILINE | re.DOTALL

    tokens: ClassVar[dict[str, list[Any]]] = {
        "root": [
            (r"\s+", Whitespace),
            (r",(?=\s)", Punctuation),
            (r";;(?!;).*?(?<!;);;(?!;)", Comment.Multiline),
            (r"';(?!;)", String.Symbol),
            (r";[^\n]*", Comment.Single),
            (r"#![^\n]*", Comment.Hashbang),
            (r"^[ \t]*#(?=\s)[^\n]*", Comment.Single),
            (r'""".*?(?:"""|\Z)', String.Heredoc),
            (r'(b?)("(?:[^"\\]|\\.)*(?:"|\Z))', bygroups(String.Affix, String.Double)),
            (r"(b?)(`[^`]*(?:`|\Z))", bygroups(String.Affix, String.Backtick)),
            (r"«[^»]*(?:»|\Z)|[“„][^”]*(?:”|\Z)|‘[^’]*(?:’|\Z)|❝[^❞]*(?:❞|\Z)", String.Backtick),
            (rf"{_NUMBER},{_NUMBER}i{_END}", Number),
            (rf"[+-]?0[xX][0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?(?:[pP][+-]?[0-9]+)?{_END}", Number.Hex),
            (rf"[+-]?0[bB][01]+{_END}", Number.Bin),
            (rf"[+-]?[0-9]+{_END}", Number.Integer),
            (rf"{_NUMBER}{_END}", Number.Float),
            (r'[+-]{1,2}(?=")', Operator),
            (
                rf"(\()(\s*)(defun|dethread|defpat|defpred|defprol|defmacro)(\s+)({_ATOM})",
                bygroups(Punctuation, Whitespace, Keyword, Whitespace, Name.Function),
            ),
            (
                rf"(\()(\s*)(class@|defclass)(\s+)({_ATOM})",
                bygroups(Punctuation, Whitespace, Keyword, Whitespace, Name.Class),
            ),
            (r"@\{|[()\[\]{}]", Punctuation),
            (r"'", Operator),
            (r",", Operator),
            (_ATOM, _atom),
            (r".", Text),
        ]
    }

    def analyse_text(text: str) -> float:  # Pygments makes it a static method
        """How surely ``text`` is LispE and no other Lisp, from 0 to 1."""
        signs = re.search(r"\((?:println|maplist|defpat|class@|setqi|torch_\w+)[\s)]", text)
        return 0.3 if signs else 0.0
