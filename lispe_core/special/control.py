"""Special forms that choose: ``if``, ``cond``, ``select``, ``switch``, ``and`` and their like."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from lispe_core import nodes
from lispe_core.blocks import EFFECT, TEST, VALUE, Destination, Temporary
from lispe_core.emitter import Emitter
from lispe_core.forms import TRUE, Value
from lispe_core.frames import SetVariables
from lispe_core.library import Library

control = Library("control")

Clause = Callable[[Destination], ast.expr]


def choose(
    e: Emitter, test: ast.expr, chosen: Clause, otherwise: Clause, to: Destination
) -> ast.expr:
    """``chosen`` if ``test`` holds, else ``otherwise``; as an expression where that is possible."""
    store = e.store_temporary() if to is VALUE or to is TEST else to
    slot = store.slot if isinstance(store, Temporary) and store is not to else None
    before = SetVariables.of(e.frame)
    with e.into([]) as first:
        chosen(store)
    after_first = SetVariables.of(e.frame)
    before.restore()
    with e.into([]) as second:
        otherwise(store)
    SetVariables.join([after_first, SetVariables.of(e.frame)])
    if slot is not None and (short := _as_expressions(slot, first, second)):
        return e.place(ast.IfExp(test, *short))
    if first or second:
        e.add(_if(test, first, second))
    elif to is EFFECT:
        e.deliver(test, EFFECT)
    return nodes.name(slot) if slot is not None else nodes.nil()


def _as_expressions(
    slot: str, first: list[ast.stmt], second: list[ast.stmt]
) -> tuple[ast.expr, ast.expr] | None:
    values: list[ast.expr] = []
    for block in (first, second):
        match block:
            case [ast.Assign([ast.Name(id=target)], value)] if target == slot:
                values.append(value)
            case _:
                return None
    return values[0], values[1]


def _if(test: ast.expr, first: list[ast.stmt], second: list[ast.stmt]) -> ast.If:
    if not first:
        return ast.If(nodes.negated(test), second, [])
    return ast.If(test, first, second)


@control.special("block", "(block e…)")
def block(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """The value of the last of several forms, evaluated in order.

    Example:
        (block (setq n 1) (+ n 1))    ; => 2
    """
    return e.sequence(form, 1, to)


@control.special("if", "(if condition then (else))", minimum=2, maximum=3)
def if_(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """The value of ``then`` when ``condition`` is true, else of ``else``.

    Example:
        (if (> 2 1) 'yes 'no)    ; => yes
        (if nil 'yes)            ; => nil
    """
    return _one_of_two(e, form, to)


@control.special("ife", "(ife condition then else…)", minimum=3)
def ife(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """As ``if``, with several forms for the false case.

    Example:
        (ife nil 'yes (setq n 1) (+ n 1))    ; => 2
    """
    return _one_of_two(e, form, to)


def _one_of_two(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    test = e.operand(form, 1, TEST)
    return choose(
        e, test, lambda dest: e.operand(form, 2, dest), lambda dest: e.sequence(form, 3, dest), to
    )


@control.special("check", "(check condition e…)", minimum=1)
def check(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """The value of the last form when ``condition`` is true, else ``nil``.

    Example:
        (check (> 2 1) 'first 'second)    ; => second
        (check nil 'first)                ; => nil
    """
    test = e.operand(form, 1, TEST)
    return choose(
        e,
        test,
        lambda dest: e.sequence(form, 2, dest),
        lambda dest: e.deliver(nodes.nil(), dest),
        to,
    )


@control.special("ncheck", "(ncheck condition otherwise e…)", minimum=2)
def ncheck(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """``otherwise`` when ``condition`` is false, else the value of the last form.

    Example:
        (ncheck nil 'otherwise 'then)    ; => otherwise
        (ncheck 1 'otherwise 'then)      ; => then
    """
    test = e.operand(form, 1, TEST)
    return choose(
        e, test, lambda dest: e.sequence(form, 3, dest), lambda dest: e.operand(form, 2, dest), to
    )


@control.special("cond", "(cond (condition e…)…)", minimum=1)
def cond(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """The last value of the first clause whose condition is true; ``nil`` if there is none.

    Example:
        (setq n 5)    ; => true
        (cond ((< n 3) 'few) ((< n 9) 'some) (true 'many))    ; => some
    """
    for clause in form[1:]:
        if not isinstance(clause, list) or len(clause) < 2:
            message = nodes.constant("in a 'cond' the first element must be a list")
            return e.deliver(e.call("fail", message), to)
    return _clauses(e, form, 1, to)


def _clauses(e: Emitter, form: list[Value], index: int, to: Destination) -> ast.expr:
    if index == len(form):
        return e.deliver(nodes.nil(), to)
    clause = form[index]
    if clause[0] is TRUE:
        return e.sequence(clause, 1, to)
    test = e.operand(clause, 0, TEST)
    return choose(
        e,
        test,
        lambda dest: e.sequence(clause, 1, dest),
        lambda dest: _clauses(e, form, index + 1, dest),
        to,
    )


@control.special("select", "(select e…)", minimum=1)
def select(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """The first true value, else the last one; a missing index or key counts as ``nil``.

    Example:
        (select nil 0 'found)              ; => found
        (select (@ {} "key") 'default)      ; => default
    """
    store = e.store_temporary()
    _select(e, form, 1, store)
    return e.finish(store, to)


def _select(e: Emitter, form: list[Value], index: int, store: Temporary) -> None:
    if index == len(form) - 1:
        e.operand(form, index, store)
        return
    with e.branch() as attempt:
        e.operand(form, index, store)
    handler: list[ast.stmt] = []
    with e.into(handler):
        error = e.temporary()
        e.add(nodes.assign(store.slot, e.call("nothing_there", nodes.name(error))))
    e.add(nodes.attempt(attempt, nodes.support("Exception"), handler, error))
    with e.branch() as rest:
        _select(e, form, index + 1, store)
    e.add(ast.If(nodes.negated(nodes.name(store.slot)), rest, []))


@control.special("switch", "(switch value (key e…)… (true e…))", minimum=2)
def switch(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """The last value of the clause whose literal key is ``value``, compared as text.

    Example:
        (switch 2 (1 'one) (2 'two) (true 'many))    ; => two
        (switch 3 (1 'one))    ; error: Error: Unknown 'switch' key: '3'
    """
    clauses = form[2:]
    if any(not isinstance(clause, list) or not clause for clause in clauses):
        return e.deliver(e.call("fail", nodes.constant("Unknown statement")), to)
    keyed = [clause for clause in clauses if clause[0] is not TRUE]
    if any(not isinstance(clause[0], int | float | str) for clause in keyed):
        return e.deliver(e.call("fail", nodes.constant("Unknown statement")), to)
    default = next((clause for clause in clauses if clause[0] is TRUE), None)
    value = e.keep(e.call("display", e.operand(form, 1)))
    return _switch(e, value, keyed, default, to)


def _switch(
    e: Emitter,
    value: ast.expr,
    clauses: Sequence[list[Value]],
    default: list[Value] | None,
    to: Destination,
) -> ast.expr:
    from lispe_core.printer import display

    if not clauses:
        if default is not None:
            return e.sequence(default, 1, to)
        return e.deliver(e.call("unknown_key", value), to)
    clause, *others = clauses
    test = ast.Compare(value, [ast.Eq()], [nodes.constant(display(clause[0]))])
    return choose(
        e,
        test,
        lambda dest: e.sequence(clause, 1, dest),
        lambda dest: _switch(e, value, others, default, dest),
        to,
    )


def as_value(test: ast.expr, to: Destination) -> ast.expr:
    """A Python truth as ``to`` wants it: itself for a test, else ``true`` or ``nil``."""
    if to is TEST:
        return test
    return ast.IfExp(test, nodes.support("true"), nodes.nil())


def _logic(e: Emitter, form: list[Value], operator: ast.boolop, to: Destination) -> ast.expr:
    tests: list[ast.expr] = []
    for index in range(1, len(form)):
        with e.branch() as needed:
            test = e.operand(form, index, TEST)
        if needed and tests:
            slot = e.temporary()
            e.add(nodes.assign(slot, _joined(tests, operator)))
            with e.branch() as rest:
                e.block.extend(needed)
                e.add(nodes.assign(slot, test))
            open_ = nodes.name(slot)
            e.add(
                ast.If(open_ if isinstance(operator, ast.And) else nodes.negated(open_), rest, [])
            )
            tests = [nodes.name(slot)]
        else:
            e.block.extend(needed)
            tests.append(test)
    return e.deliver(e.place(as_value(_joined(tests, operator), to)), to)


def _joined(tests: list[ast.expr], operator: ast.boolop) -> ast.expr:
    return tests[0] if len(tests) == 1 else ast.BoolOp(operator, tests)


@control.special("and", "(and e…)", minimum=2)
def and_(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """``true`` when every operand is true; stops at the first that is not.

    Example:
        (and 1 "text")      ; => true
        (and nil (/ 1 0))    ; => nil
    """
    return _logic(e, form, ast.And(), to)


@control.special("or", "(or e…)", minimum=2)
def or_(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """``true`` when an operand is true; stops at the first that is.

    Example:
        (or nil 3)        ; => true
        (or 1 (/ 1 0))    ; => true
    """
    return _logic(e, form, ast.Or(), to)


@control.special("andvalue", "(andvalue e…)", minimum=2)
def andvalue(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """The last operand evaluated: the first false one, else the last.

    Example:
        (andvalue 1 2)        ; => 2
        (andvalue nil 2)      ; => nil
    """
    store = e.store_temporary()
    _andvalue(e, form, 1, store)
    return e.finish(store, to)


def _andvalue(e: Emitter, form: list[Value], index: int, store: Temporary) -> None:
    e.operand(form, index, store)
    if index < len(form) - 1:
        with e.branch() as rest:
            _andvalue(e, form, index + 1, store)
        e.add(ast.If(nodes.name(store.slot), rest, []))


@control.special("xor", "(xor a b…)", minimum=2)
def xor(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """``true`` when the truth of every two neighbours differs.

    Example:
        (xor true nil)    ; => true
        (xor 1 2)         ; => nil
    """
    truths = [e.keep(nodes.negated(value)) for value in e.operands(form)]
    test = ast.Compare(truths[0], [ast.IsNot() for _ in truths[1:]], truths[1:])
    return e.deliver(as_value(test, to), to)


@control.special("not", "(not x)", minimum=1, maximum=1)
def not_(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """``true`` when ``x`` is false.

    Example:
        (not nil)     ; => true
        (not '(1))    ; => nil
    """
    return e.deliver(e.place(as_value(nodes.negated(e.operand(form, 1, TEST)), to)), to)


@control.special("quote", "(quote x)", minimum=1, maximum=1)
def quote(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """``x`` itself, not evaluated: ``'x``.

    Example:
        (quote (a b))    ; => (a b)
        '(a b)           ; => (a b)
    """
    return e.deliver(e.constant(form[1]), to)
