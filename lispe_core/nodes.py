"""Short makers of Python ``ast`` nodes, and the places they stand for in Lisp source."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any, TypeVar

from lispe_core.forms import Span
from lispe_core.names import SUPPORT

Node = TypeVar("Node", bound=ast.AST)
_Place = tuple[int, int, int, int]

_LOAD = ast.Load()
_STORE = ast.Store()


def name(identifier: str) -> ast.Name:
    """The value of a Python name."""
    return ast.Name(identifier, _LOAD)


def support(word: str) -> ast.Name:
    """One of the values that compiled code may always reach (:mod:`lispe_core.support`)."""
    return ast.Name(SUPPORT + word, _LOAD)


def constant(value: object) -> ast.Constant:
    """A Python constant."""
    return ast.Constant(value)  # type: ignore[arg-type]  # the stub lists what is usual


def nil() -> ast.Constant:
    """``nil``."""
    return ast.Constant(None)


def call(function: ast.expr | str, *arguments: ast.expr) -> ast.Call:
    """A call; a word is the name of a support function."""
    target = support(function) if isinstance(function, str) else function
    return ast.Call(target, list(arguments), [])


def target(identifier: str) -> ast.Name:
    """A Python name as the target of an assignment."""
    return ast.Name(identifier, _STORE)


def assign(identifier: str, value: ast.expr) -> ast.Assign:
    """``identifier = value``."""
    return ast.Assign([target(identifier)], value)


def item(container: ast.expr, key: ast.expr) -> ast.Subscript:
    """``container[key]``."""
    return ast.Subscript(container, key, _LOAD)


def item_target(container: ast.expr, key: ast.expr) -> ast.Subscript:
    """``container[key]`` as the target of an assignment."""
    return ast.Subscript(container, key, _STORE)


def attribute(value: ast.expr, word: str) -> ast.Attribute:
    """``value.word``."""
    return ast.Attribute(value, word, _LOAD)


def tuple_of(values: Sequence[ast.expr]) -> ast.Tuple:
    """``(value, …)``."""
    return ast.Tuple(list(values), _LOAD)


def tuple_target(targets: Sequence[ast.expr]) -> ast.Tuple:
    """``(target, …)`` as the target of an assignment."""
    return ast.Tuple(list(targets), _STORE)


def same(left: ast.expr, right: ast.expr) -> ast.Compare:
    """``left is right``."""
    return ast.Compare(left, [ast.Is()], [right])


def different(left: ast.expr, right: ast.expr) -> ast.Compare:
    """``left is not right``."""
    return ast.Compare(left, [ast.IsNot()], [right])


def negated(test: ast.expr) -> ast.UnaryOp:
    """``not test``."""
    return ast.UnaryOp(ast.Not(), test)


def attempt(
    body: list[ast.stmt],
    exception: ast.expr,
    handler: list[ast.stmt],
    caught: str | None = None,
) -> ast.Try:
    """``try: body`` with one ``except`` clause."""
    return ast.Try(body, [ast.ExceptHandler(exception, caught, handler)], [], [])


def function(
    identifier: str,
    parameters: Sequence[str],
    rest: str | None,
    defaults: Sequence[ast.expr],
    body: list[ast.stmt],
) -> ast.FunctionDef:
    """A function with positional parameters only."""
    arguments = ast.arguments(
        [ast.arg(parameter) for parameter in parameters],
        [],
        ast.arg(rest) if rest else None,
        [],
        [],
        None,
        list(defaults),
    )
    definition = ast.FunctionDef(identifier, arguments, body, [], None, None)
    if "type_params" in definition._fields:
        definition.type_params = []  # type: ignore[attr-defined]  # since Python 3.12
    return definition


def placed(node: Node, span: Span | None) -> Node:
    """``node`` at the place of ``span``."""
    if span is not None:
        _, line, column, end_line, end_column = span
        there: Any = node
        there.lineno, there.col_offset = line, column - 1
        there.end_lineno, there.end_col_offset = end_line, end_column - 1
    return node


def fill_places(tree: ast.AST, span: Span) -> None:
    """Give every node of ``tree`` that has no place the place of the node around it."""
    outer = (span.line, span.column - 1, span.end_line, span.end_column - 1)
    waiting: list[tuple[Any, _Place]] = [(tree, outer)]
    while waiting:
        node, place = waiting.pop()
        held = node.__dict__
        if "lineno" in held:
            place = (held["lineno"], held["col_offset"], held["end_lineno"], held["end_col_offset"])
        else:
            node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = place
        line, column, end_line, end_column = place
        for field in _INNER_FIELDS[type(node)]:
            value = held[field]
            for child in value if type(value) is list else (value,):
                if type(child) in _LEAVES:
                    if "lineno" not in child.__dict__:
                        child.lineno, child.col_offset = line, column
                        child.end_lineno, child.end_col_offset = end_line, end_column
                elif child is not None:
                    waiting.append((child, place))


_LEAVES = frozenset({ast.Name, ast.Constant})
"""Nodes without others inside: most of a tree."""
_WORDS = frozenset(
    [
        *("annotation", "arg", "attr", "ctx", "decorator_list", "id", "is_async", "keywords"),
        *("kw_defaults", "kwarg", "kwonlyargs", "name", "names", "op", "ops", "returns"),
        *("type_comment", "type_ignores", "type_params"),
    ]
)
"""Fields without such nodes, at least in what is made here."""


class _InnerFields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields in which nodes with places may be, by the class of the node around them."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        self[kind] = tuple(field for field in kind._fields if field not in _WORDS)
        return self[kind]


_INNER_FIELDS = _InnerFields()
