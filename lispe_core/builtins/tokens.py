"""Cutting text into tokens by rules, and indenting it by its brackets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lispe_core.containers import finite, text_of
from lispe_core.errors import LispError
from lispe_core.forms import TRUE, LispList, Strings, Truth, Value
from lispe_core.library import Library
from lispe_core.printer import display
from lispe_core.rgx_syntax import OPERATOR_CLASSES, translated

tokens = Library("tokens", "function")

DEFAULT_RULES = (
    "#32+=1",
    "#9+=1",
    "{#10 #13}+=1",
    '"~"*"=2',
    "0x%x+=3",
    "%d+(.%d+)({e E}({%+ -})%d+)=3",
    "{%a _}{%a %d _}*=4",
    ":==0",
    "<>=0",
    "<==0",
    ">==0",
    "===0",
    "!==0",
    "?=0",
)
"""What stands where ahead of what: 1 blanks, 2 texts, 3 numbers, 4 words, 0 marks."""

_META = re.compile(r"(\w):(.+)", re.DOTALL)
_SKIPPED = "#"
_STEP = 3
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"?|[()\[\]{}]|.', re.DOTALL)
_LISP_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"?|;[^\n]*|[()\[\]{}]|.', re.DOTALL)


class Rules:
    """The rules of a tokenizer, the first that fits wins.

    A rule is ``body=action``: an expression in the syntax of ``rgx``, and the number of what it
    finds, or ``#`` for what is left out. ``c:body`` makes ``%c`` stand for ``body`` in the rules
    behind it.
    """

    __slots__ = ("_actions", "_compiled", "texts")
    type_name = "tokenizer_"

    def __init__(self, texts: Iterable[Value]) -> None:
        self.change(texts)

    def change(self, texts: Iterable[Value]) -> None:
        """Put other rules in the place of these.

        Raises:
            LispError: One of them is no rule; then nothing is changed.
        """
        held = [display(text) for text in texts]
        bodies: list[str] = []
        actions: list[str] = []
        metas: dict[str, str] = {}
        for text in held:
            body, sign, action = text.rpartition("=")
            if not sign and (meta := _META.fullmatch(text)):
                metas[f"%{meta[1]}"] = meta[2]
                continue
            if not body or not (action == _SKIPPED or action.isdecimal()):
                raise LispError(f"'{text}' is no rule: body=number or body=# is expected")
            for name, meaning in metas.items():
                body = body.replace(name, meaning)
            bodies.append(f"({translated(body, OPERATOR_CLASSES, numbered=True)})")
            actions.append(action)
        try:
            self._compiled = re.compile("|".join(bodies)) if bodies else None
        except re.error as error:
            raise LispError(f"the rules are no expression: {error}") from None
        self._actions = actions
        self.texts = Strings(held)

    def __str__(self) -> str:
        return display(self.texts)

    def tokens(self, text: str) -> Iterator[tuple[str, int]]:
        """The tokens of ``text`` with their numbers; a character that no rule fits is a 0."""
        place = 0
        while place < len(text):
            found = self._compiled.match(text, place) if self._compiled else None
            if found is None or found.end() == place:
                yield text[place], 0
                place += 1
                continue
            action = self._actions[(found.lastindex or 1) - 1]
            if action != _SKIPPED:
                yield found.group(), int(action)
            place = found.end()


def _rules(value: Value) -> Rules:
    if not isinstance(value, Rules):
        raise LispError("the rules of a tokenizer are expected: (tokenizer_rules) makes them")
    return value


@tokens.builtin("tokenizer_rules")
def tokenizer_rules() -> Rules:
    """The rules of a tokenizer, those that come with the language.

    Example:
        (type (tokenizer_rules))    ; => tokenizer_
    """
    return Rules(DEFAULT_RULES)


@tokens.builtin("tokenize", "tokenize_rules")
def tokenize(rules: Rules, text: str, numbered: Value = None) -> LispList:
    """The tokens that ``rules`` find in ``text``; with a third operand, each with its number.

    Example:
        (tokenize (tokenizer_rules) "x = 1.5")    ; => ("x" " " "=" " " "1.5")
        (tokenize (tokenizer_rules) "x=1" true)   ; => (("x" 4) ("=" 0) ("1" 3))
    """
    found = _rules(rules).tokens(text_of(text))
    if numbered:
        return LispList(LispList(token) for token in found)
    return Strings(token for token, _ in found)


@tokens.builtin("get_tokenizer_rules")
def get_tokenizer_rules(rules: Rules) -> Strings:
    """The rules of a tokenizer as texts ``body=number``, in the order in which they are tried.

    Example:
        (@ (get_tokenizer_rules (tokenizer_rules)) 0)    ; => #32+=1
    """
    return Strings(_rules(rules).texts)


@tokens.builtin("set_tokenizer_rules")
def set_tokenizer_rules(rules: Rules, texts: Value) -> Truth:
    """Give a tokenizer other rules; what a rule ``body=#`` finds is left out.

    Example:
        (setq r (tokenizer_rules))                              ; => true
        (set_tokenizer_rules r '("%s+=#" "%a+=4" "%d+=3"))      ; => true
        (tokenize r "ab 12")                                    ; => ("ab" "12")
    """
    _rules(rules).change(finite(texts))
    return TRUE


@tokens.builtin("indent")
def indent(text: str, lisp: Value = None) -> str:
    r"""``text`` with every line moved in by the brackets that are open there.

    With a second operand it is LispE, where ``;`` begins a comment.

    Example:
        (split (indent "(if a\nb)" true) "\n")    ; => ("(if a" "   b)")
    """
    piece = _LISP_PIECE if lisp else _PIECE
    depth = 0
    lines = []
    for line in text_of(text).split("\n"):
        bare = line.strip()
        closing = len(bare) - len(bare.lstrip(")]}"))
        lines.append(" " * (_STEP * max(0, depth - closing)) + bare)
        for found in piece.findall(bare):
            if found in tuple("([{"):
                depth += 1
            elif found in tuple(")]}"):
                depth = max(0, depth - 1)
    return "\n".join(line.rstrip() for line in lines)
