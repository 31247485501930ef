"""Special forms that repeat: ``while``, ``loop``, ``loopcount`` and their like, and ``break``."""

from __future__ import annotations

import ast
from collections.abc import Callable

from lispe_core import nodes
from lispe_core.blocks import EFFECT, RETURN, TEST, Destination, Temporary
from lispe_core.emitter import Emitter
from lispe_core.forms import Symbol, Value
from lispe_core.frames import Loop
from lispe_core.kinds import Kind
from lispe_core.library import Library
from lispe_core.special.binding import refused
from lispe_core.special.nesting import leave_function, leave_loop, nested, outlined

loops = Library("loops")
_RETURN = frozenset({Symbol("return")})


def repeat(
    e: Emitter, form: list[Value], to: Destination, emit: Callable[[str | None], None]
) -> ast.expr:
    """Emit a loop with ``emit``, which gets the temporary for its value if one is wanted."""

    def loop_to(destination: Destination) -> ast.expr:
        slot = None if destination is EFFECT else e.temporary()
        if slot is not None:
            e.add(nodes.assign(slot, nodes.nil()))
        e.frame.loops.append(Loop(slot))
        emit(slot)
        e.frame.loops.pop()
        return e.deliver(nodes.name(slot), destination) if slot is not None else nodes.nil()

    if e.frame.kind == "root" and e.analysis.mentions([form], _RETURN):
        return outlined(e, form, to, loop_to)
    return nested(e, form, to, loop_to)


def body(e: Emitter, form: list[Value], start: int, slot: str | None) -> list[ast.stmt]:
    """The statements of one turn; its value goes to ``slot`` if there is one."""
    with e.branch() as statements:
        if slot is None:
            e.sequence(form, start, EFFECT)
        else:
            store = Temporary(slot)
            e.sequence(form, start, store)
    return statements or [e.place(ast.Pass())]


def _unfit(e: Emitter, form: list[Value], variables: Value) -> ast.expr | None:
    """What raises the error of a loop whose variables are no names, or constants."""
    if not isinstance(variables, list) or not variables:
        variables = [None]
    for variable in variables:
        if not isinstance(variable, Symbol):
            return e.call("fail", nodes.constant(f"Missing label for '{form[0]}'"))
        if error := refused(e, variable.name):
            return error
    return None


def for_each(
    e: Emitter,
    form: list[Value],
    to: Destination,
    name: Value,
    values: ast.expr,
    start: int,
    after: Callable[[], None] | None = None,
    turn: Callable[[ast.expr], ast.expr] | None = None,
) -> ast.expr:
    """A loop of the variable ``name`` over ``values``; the body starts at ``start``."""
    if error := _unfit(e, form, [name]):
        return e.deliver(error, to)
    values = e.keep(values)
    variable = e.destination_of(name.name)
    e.add(ast.Assign([variable.target()], nodes.nil()))
    e.mark_set(name.name)

    def emit(slot: str | None) -> None:
        target = e.destination_of(name.name).target
        if turn is None:
            statements = body(e, form, start, slot)
        else:
            with e.branch() as statements:
                e.add(ast.Expr(turn(e.operand(form, start))))
        with e.into([]) as finished:
            if after is not None:
                after()
        e.add(ast.For(target(), values, statements, finished, None))

    return repeat(e, form, to, emit)


@loops.special("while", "(while condition e…)", minimum=1)
def while_(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Repeats while ``condition`` is true; the last value of the last turn.

    Example:
        (setq n 0)    ; => true
        (while (< n 3) (+= n 1))    ; => 3
    """

    def emit(slot: str | None) -> None:
        state = e.set_variables()
        tests = _tests(e, form, 1)
        statements = body(e, form, 2, slot)
        state.restore()
        if not any(needed for needed, _ in tests):
            values = [test for _, test in tests]
            test = values[0] if len(values) == 1 else ast.BoolOp(ast.And(), values)
            e.add(ast.While(test, statements, []))
            return
        turn: list[ast.stmt] = []
        for needed, test in tests:
            stop = ast.If(nodes.negated(test), [ast.Break()], [])
            turn.extend([*needed, e.place(stop)])
        e.add(ast.While(nodes.constant(True), [*turn, *statements], []))

    return repeat(e, form, to, emit)


def _tests(e: Emitter, form: list[Value], index: int) -> list[tuple[list[ast.stmt], ast.expr]]:
    """The conditions that must hold one after the other, each with the statements it needs."""
    condition = form[index]
    if isinstance(condition, list) and len(condition) > 2 and condition[0] is Symbol("and"):
        with e.at(condition):
            return [
                test for part in range(1, len(condition)) for test in _tests(e, condition, part)
            ]
    with e.into([]) as needed:
        test = e.operand(form, index, TEST)
    return [(needed, test)]


@loops.special("loop", "(loop variable container e…)", minimum=1)
def loop(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Runs ``variable`` over a container, or with ``(variable from to)`` over numbers.

    The last value of the last turn; ``to`` is included.

    Example:
        (setq total 0)    ; => true
        (loop x '(1 2 3) (+= total x))          ; => 6
        (loop (epoch 1 3) (+= total epoch))     ; => 12
    """
    head = form[1]
    if isinstance(head, list):
        if len(head) not in (3, 4):
            return e.deliver(e.call("fail", nodes.constant("Missing label for 'loop'")), to)
        values = e.call("from_to", *e.operands(head))
        return for_each(e, form, to, head[0], values, 2)
    if len(form) < 4:
        return e.deliver(e.call("wrong_count", nodes.constant("loop")), to)
    return for_each(e, form, to, head, e.iterated(form, 2), 3)


@loops.special("loopcount", "(loopcount turns (variable) e…)", minimum=2)
def loopcount(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Repeats ``turns`` times; ``variable`` counts from 0.

    Example:
        (setq l (list))    ; => true
        (loopcount 3 i (push l i))    ; => (0 1 2)
    """
    counted = form[1]
    if type(counted) is int and counted >= 0:
        values: ast.expr = e.place(nodes.call("range", nodes.constant(counted)))
    else:
        values = _turns(e, e.keep_unless_name(e.operand(form, 1)))
    if len(form) > 3 and isinstance(form[2], Symbol):
        return _count(e, form, to, form[2].name, values)

    def emit(slot: str | None) -> None:
        statements = body(e, form, 2, slot)
        e.add(ast.For(nodes.target(e.temporary()), values, statements, [], None))

    values = e.keep(values)
    return repeat(e, form, to, emit)


def _turns(e: Emitter, count: ast.expr) -> ast.expr:
    """The values of the variable of a ``loopcount``: a range, made by Python where it can."""
    if isinstance(count, ast.Constant):
        return e.call("counted", count)
    turns = e.temporary()
    not_negative = ast.Compare(count, [ast.GtE()], [nodes.constant(0)])
    python = ast.IfExp(not_negative, nodes.call("range", count), e.call("counted", count))
    with e.into([]) as plain:
        e.add(nodes.assign(turns, e.place(python)))
    with e.into([]) as checked:
        e.add(nodes.assign(turns, e.call("counted", count)))
    e.add(nodes.attempt(plain, nodes.support("TypeError"), checked))
    return nodes.name(turns)


def _count(e: Emitter, form: list[Value], to: Destination, name: str, values: ast.expr) -> ast.expr:
    values = e.keep(values)

    def finish() -> None:
        end = nodes.attribute(values, "stop")
        e.add(ast.Assign([e.destination_of(name).target()], end))

    owner = e.frame.owner_of(name)
    if owner is None or not _only_counts(e, name, form[3:]):
        return for_each(e, form, to, Symbol(name), values, 3, finish)
    known = owner.kinds.get(name, Kind.ANY)
    owner.kinds[name] = Kind.NATURAL  # until the end, which is -1 where the loop counts down
    result = for_each(e, form, to, Symbol(name), values, 3, finish)
    owner.kinds[name] = known
    return result


def _only_counts(e: Emitter, name: str, forms: list[Value]) -> bool:
    """Whether the variable of a loop is what the loop made it wherever ``forms`` read it."""
    return (
        e.is_private(e.slot(name, e.frame.owner_of(name)))
        and name not in e.analysis.assigned(forms)
        and not e.analysis.has_lasting_lambda(forms)
    )


@loops.special("dotimes", "(dotimes turns (variable) e…)", minimum=2)
def dotimes(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """As ``loopcount``.

    Example:
        (setq l (list))    ; => true
        (dotimes 3 i (push l i))    ; => (0 1 2)
    """
    return loopcount(e, form, to)


@loops.special("whilein", "(whilein variable container condition e…)", minimum=4)
def whilein(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Runs ``variable`` over a container as long as ``condition`` is true.

    Example:
        (setq l (list))    ; => true
        (whilein x '(1 2 9 3) (< x 5) (push l x))    ; => (1 2)
    """
    name = form[1]
    if error := _unfit(e, form, [name]):
        return e.deliver(error, to)
    values = e.keep(e.iterated(form, 2))
    e.add(ast.Assign([e.destination_of(name.name).target()], nodes.nil()))
    e.mark_set(name.name)

    def emit(slot: str | None) -> None:
        target = e.destination_of(name.name).target
        with e.branch() as statements:
            test = e.operand(form, 3, TEST)
            e.add(ast.If(nodes.negated(test), [ast.Break()], []))
            statements.extend(body(e, form, 4, slot))
        e.add(ast.For(target(), values, statements, [], None))

    return repeat(e, form, to, emit)


def _together(e: Emitter, form: list[Value], to: Destination, walk: str) -> ast.expr:
    variables = form[1]
    if error := _unfit(e, form, variables):
        return e.deliver(error, to)
    count = len(variables)
    if len(form) < 2 + count:
        return e.deliver(e.call("wrong_count", nodes.constant(str(form[0]))), to)
    values = e.keep(e.call(walk, *e.operands(form, 2, 2 + count)))
    for variable in variables:
        e.add(ast.Assign([e.destination_of(variable.name).target()], nodes.nil()))
        e.mark_set(variable.name)

    def emit(slot: str | None) -> None:
        targets = [e.destination_of(variable.name).target() for variable in variables]
        statements = body(e, form, 2 + count, slot)
        e.add(ast.For(nodes.tuple_target(targets), values, statements, [], None))

    return repeat(e, form, to, emit)


@loops.special("lloop", "(lloop (x y…) list list… e…)", minimum=3)
def lloop(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Runs several variables over as many lists at once, up to the shortest.

    Example:
        (setq l (list))    ; => true
        (lloop (x y) '(1 2) '(a b) (push l (list x y)))    ; => ((1 a) (2 b))
    """
    return _together(e, form, to, "side_by_side")


@loops.special("mloop", "(mloop (x y…) container container… e…)", minimum=3)
def mloop(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Runs several variables over containers; shorter ones than the first start again.

    Example:
        (setq l (list))    ; => true
        (mloop (x y) '(1 2 3) '(a b) (push l y))    ; => (a b a)
    """
    return _together(e, form, to, "repeating")


@loops.special("for", "(for variable container e)", minimum=3, maximum=3)
def for_(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """The list of the values of ``e`` for every element.

    Example:
        (for x '(1 2 3) (* x x))    ; => (1 4 9)
    """
    results = e.keep(e.call("LispList"))

    def emit_turn(value: ast.expr) -> ast.expr:
        return e.call(nodes.attribute(results, "append"), value)

    for_each(e, form, EFFECT, form[1], e.iterated(form, 2), 3, turn=emit_turn)
    return e.deliver(results, to)


@loops.special("break", "(break)", maximum=0)
def break_(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Ends the innermost loop, or the iteration that calls this lambda.

    Example:
        (loop x '(1 2 3) (if (eq x 2) (break)))    ; => nil
    """
    leave_loop(e)
    return nodes.nil()


@loops.special("return", "(return (value))", maximum=1)
def return_(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Leaves the running function or lambda with ``value``.

    Example:
        (defun first-even (l) (loop x l (if (eq (% x 2) 0) (return x))))    ; =>
        (first-even '(3 4 5))    ; => 4
    """
    if to is RETURN and e.frame.kind != "outline":
        return e.sequence(form, 1, RETURN)
    leave_function(e, e.operand(form, 1) if len(form) > 1 else nodes.nil())
    return nodes.nil()
