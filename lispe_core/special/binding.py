"""Special forms that give names values: ``setq`` and its family, ``let``, ``+=`` and its family."""

from __future__ import annotations

import ast

from lispe_core import names, nodes
from lispe_core.blocks import EFFECT, RETURN, VALUE, Destination
from lispe_core.emitter import Emitter
from lispe_core.forms import Symbol, Value
from lispe_core.library import Library
from lispe_core.special.access import (
    Renew,
    fetch,
    is_access,
    renewed_element,
    renewed_variable,
)
from lispe_core.special.inlining import map_to_be_read
from lispe_core.special.nesting import nested
from lispe_core.special.operators import arithmetic, deliver_formula, folded
from lispe_core.variables import NIL_NAMES

binding = Library("variables")


def _assign(e: Emitter, form: list[Value], what: str) -> bool:
    """Emit the assignment of the second operand to the first; whether the target was sound."""
    target = form[1]
    if isinstance(target, Symbol):
        if error := refused(e, target.name):
            e.add(ast.Expr(error))
            return False
        if e.in_threadspace:
            _assign_shared(e, form, target.name)
            return True
        owner, destination = e.frame.owner_of(target.name), e.destination_of(target.name)
        is_only_read = owner is not None and target.name in owner.only_read
        if not is_only_read or not map_to_be_read(e, form[2], destination):
            e.operand(form, 2, destination)
        e.mark_set(target.name)
        return True
    if isinstance(target, list) and target and all(isinstance(name, Symbol) for name in target):
        constants = [name.name for name in target if name.name in e.namespace.constants]
        if constants and (error := refused(e, constants[0])):
            e.add(ast.Expr(error))
            return False
        values = e.call("parts", e.operand(form, 2), nodes.constant(len(target)))
        targets = [e.destination_of(name.name).target() for name in target]
        e.add(ast.Assign([nodes.tuple_target(targets)], values))
        for name in target:
            e.mark_set(name.name)
        return True
    e.add(ast.Expr(e.call("fail", nodes.constant(f"Missing variable name in '{what}'"))))
    return False


def _assign_shared(e: Emitter, form: list[Value], name: str) -> None:
    """Assign the variable of that name that threads share, or an ordinary one."""
    value = e.keep(e.operand(form, 2))
    e.store_shared_or(name, value, lambda: e.deliver(value, e.destination_of(name)))


def refused(e: Emitter, name: str) -> ast.expr | None:
    """What raises the error of assigning a constant, if ``name`` is one."""
    if name in e.namespace.constants or name in NIL_NAMES:
        return e.call("fail", nodes.constant(f"'{name}' is a constant value"))
    return None


@binding.special("setq", "(setq name value)", minimum=2, maximum=2)
def setq(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Gives ``name`` a value in the current frame; ``(setq (a b…) list)`` takes a list apart.

    Example:
        (setq x 3)            ; => true
        x                     ; => 3
        (setq (a b) '(1 2))   ; => true
        (+ a b)               ; => 3
    """
    _assign(e, form, "setq")
    return e.deliver(nodes.support("true"), to)


@binding.special("setqv", "(setqv name value)", minimum=2, maximum=2)
def setqv(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """As ``setq``, but the result is the value.

    Example:
        (setqv x 3)    ; => 3
    """
    target = form[1]
    if not _assign(e, form, "setqv") or not isinstance(target, Symbol):
        return e.deliver(nodes.nil(), to)
    return e.deliver(e.read(target.name), to)


@binding.special("setq=", "(setq= name value)", minimum=2, maximum=2)
def setq_found(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Gives a value to the variable that ``name`` is now: local, else global, else a new local.

    Example:
        (setq n 1)                       ; => true
        (defun reset () (setq= n 0))     ; =>
        (reset)                          ; => true
        n                                ; => 0
    """
    name = form[1]
    if not isinstance(name, Symbol):
        return e.deliver(e.call("fail", nodes.constant("Missing variable name in 'setq='")), to)
    if e.frame.instance is None:
        _assign_found(e, form, name.name)
        return e.deliver(nodes.support("true"), to)
    value = e.keep(e.operand(form, 2))
    fields, key = nodes.name(e.frame.instance.dictionary or ""), nodes.constant(name.name)
    with e.into([]) as field:
        e.add(ast.Assign([nodes.item_target(fields, key)], value))
    with e.branch() as variable:
        _store_found(e, name.name, value)
    e.add(ast.If(ast.Compare(key, [ast.In()], [fields]), field, variable))
    return e.deliver(nodes.support("true"), to)


def _assign_found(e: Emitter, form: list[Value], name: str) -> None:
    owner = e.frame.owner_of(name)
    if owner is None or e.frame.is_set(name, owner):
        _assign(e, form, "setq=")
    else:
        _store_found(e, name, e.keep(e.operand(form, 2)))


def _store_found(e: Emitter, name: str, value: ast.expr) -> None:
    """Give the variable that ``name`` is now a settled value, a new local one if it is none."""
    owner = e.frame.owner_of(name)
    if owner is None or e.frame.is_set(name, owner):
        e.deliver(value, e.destination_of(name))
        return
    slot = nodes.constant(names.variable(name))
    with e.into([]) as outside:
        e.add(ast.Expr(e.call("set_global", slot, value)))
    with e.into([]) as local:
        e.deliver(value, e.destination_of(name))
    has_local, is_known = e.has_local(name, owner), e.call("has_global", nodes.constant(name))
    is_global = ast.BoolOp(ast.And(), [nodes.negated(has_local), is_known])
    e.add(ast.If(is_global, outside, local))


@binding.special("setg", "(setg name value)", minimum=2, maximum=2)
def setg(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Gives a global variable a value.

    Example:
        (defun remember (x) (setg last-one x))    ; =>
        (remember 5)    ; => true
        last-one        ; => 5
    """
    target = form[1]
    targets = target if isinstance(target, list) else [target]
    if not targets or not all(isinstance(name, Symbol) for name in targets):
        return e.deliver(e.call("fail", nodes.constant("Missing variable name in 'setg'")), to)
    for name in targets:
        if error := refused(e, name.name):
            return e.deliver(error, to)
    value = e.operand(form, 2)
    if isinstance(target, list):
        value = e.call("parts", value, nodes.constant(len(target)))
        slots = nodes.tuple_of([nodes.constant(names.variable(name.name)) for name in target])
        e.add(ast.Expr(e.call("set_globals", slots, value)))
    else:
        slot = nodes.constant(names.variable(target.name))
        e.add(ast.Expr(e.call("set_global", slot, value)))
    return e.deliver(nodes.support("true"), to)


@binding.special("setconst", "(setconst name value)", minimum=2, maximum=2)
def setconst(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Gives a global variable a value that no later assignment may change.

    Example:
        (setconst limit 10)    ; => true
        (setq limit 11)    ; error: Error: 'limit' is a constant value
    """
    name = form[1]
    if not isinstance(name, Symbol):
        return e.deliver(e.call("fail", nodes.constant("Missing variable name in 'setconst'")), to)
    if name.name in NIL_NAMES and (error := refused(e, name.name)):
        return e.deliver(error, to)
    value = e.operand(form, 2)
    slot = nodes.constant(names.variable(name.name))
    e.add(ast.Expr(e.call("set_global", slot, value)))
    e.namespace.constants.add(name.name)
    return e.deliver(nodes.support("true"), to)


@binding.special("label", "(label name value)", minimum=2, maximum=2)
def label(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Gives ``name`` a value in the current frame, where it must not have one yet.

    Example:
        (label size-of-step 0.1)    ; => 0.1
        (label size-of-step 0.2)    ; error: Error: 'size-of-step' has been recorded already
    """
    name = form[1]
    if not isinstance(name, Symbol):
        return e.deliver(e.call("fail", nodes.constant("Missing label for 'label'")), to)
    taken = e.call("fail", nodes.constant(f"'{name}' has been recorded already"))
    owner = e.frame.owner_of(name.name)
    if owner is None:
        test: ast.expr = e.call("has_global", nodes.constant(name.name))
    elif e.frame.is_set(name.name, owner):
        test = nodes.constant(1)
    else:
        test = e.has_local(name.name, owner)
    e.add(ast.If(test, [e.place(ast.Expr(taken))], []))
    _assign(e, form, "label")
    return e.deliver(e.read(name.name), to)


@binding.special("let", "(let ((name value)…) e…)", minimum=2)
def let(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Gives names values while the body runs, then their former values back.

    Example:
        (let ((a 1) (b (+ a 1))) (* 10 b))    ; => 20
    """
    pairs = form[1]
    if not isinstance(pairs, list) or any(
        not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], Symbol)
        for pair in pairs
    ):
        message = nodes.constant("unbalanced list of variables in 'let'")
        return e.deliver(e.call("fail", message), to)
    if not pairs:
        return e.sequence(form, 2, to)
    if to is RETURN and _nobody_reads_later(e, pairs):
        with e.branch() as body:
            _bound(e, form, pairs, to)
        e.block.extend(body)
        return nodes.nil()
    return nested(e, form, to, lambda destination: _let(e, form, pairs, destination))


def _nobody_reads_later(e: Emitter, pairs: list[Value]) -> bool:
    """Whether variables need not be restored where the function returns: no lambda keeps them."""
    frame = e.frame
    can_start_again = frame.kind == "function" and frame.parameters is not None
    names_are_own = all(frame.owner_of(pair[0].name) is frame for pair in pairs)
    return can_start_again and names_are_own and not e.in_threadspace


def _bound(e: Emitter, form: list[Value], pairs: list[Value], to: Destination) -> ast.expr:
    """Give the variables of a ``let`` their values; that of its body goes to ``to``."""
    for pair in pairs:
        name = pair[0].name
        if error := refused(e, name):
            e.add(ast.Expr(error))
        e.emit(pair[1], e.destination_of(name), e.span_of(pair, 1))
        e.mark_set(name)
    return e.sequence(form, 2, to)


def _let(e: Emitter, form: list[Value], pairs: list[Value], to: Destination) -> ast.expr:
    saved: list[tuple[str, ast.expr]] = []
    for pair in pairs:
        name = pair[0].name
        if name not in [known for known, _ in saved]:
            saved.append((name, e.keep(_present(e, name))))
    store = e.store_temporary()
    before = e.set_variables()
    with e.into([]) as body:
        _bound(e, form, pairs, store)
    before.restore()
    with e.into([]) as restore:
        for name, value in saved:
            _restore(e, name, value)
    e.add(ast.Try(body, [], [], restore))
    return e.finish(store, to)


def _present(e: Emitter, name: str) -> ast.expr:
    """The variable's own value, or the mark that it has none."""
    owner = e.frame.owner_of(name)
    slot = e.slot(name, owner)
    if owner is None:
        return e.call("take_global", nodes.constant(slot))
    if owner.dictionary:
        held = nodes.attribute(nodes.name(owner.dictionary), "get")
        return e.call(held, nodes.constant(slot), nodes.support("unset"))
    if not e.frame.is_set(name, owner):
        owner.to_unset.add(name)
        owner.lets.add(name)
    return e.call("itself", nodes.name(slot))


def _restore(e: Emitter, name: str, value: ast.expr) -> None:
    owner = e.frame.owner_of(name)
    slot = e.slot(name, owner)
    e.written.append(slot)
    if owner is None:
        e.add(ast.Expr(e.call("restore_global", nodes.constant(slot), value)))
    elif owner.dictionary:
        held = nodes.name(owner.dictionary)
        e.add(ast.Expr(e.call("restore_in", held, nodes.constant(slot), value)))
    else:
        e.add(ast.Assign([e.frame.target(name)()], value))


def _update(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Combines the variable or element with the other operands and stores the result there.

    Example:
        (setq n 3)             ; => true
        (+= n 2)               ; => 5
        (*= n 2 3)             ; => 30
        (setq d {"a":1})       ; => true
        (+= (@ d "a") 4)       ; => 5
    """
    sign = str(form[0])[:-1]
    place = form[1]
    if isinstance(place, Symbol):
        return _update_variable(e, form, sign, place.name, to)
    if is_access(place):
        return _update_element(e, form, sign, place, to)
    return e.deliver(e.call("fail", nodes.constant(f"Missing variable name in '{form[0]}'")), to)


def _update_variable(
    e: Emitter, form: list[Value], sign: str, name: str, to: Destination
) -> ast.expr:
    if error := refused(e, name):
        return e.deliver(error, to)
    owner = e.frame.owner_of(name)
    is_certain = owner is None or (owner.dictionary is None and e.frame.is_set(name, owner))
    if is_certain and not e.in_threadspace:
        formula = arithmetic(e, sign, form)
        deliver_formula(e, formula, e.destination_of(name))
        return e.deliver(e.read(name), to) if to is not EFFECT else nodes.nil()
    value = e.keep(deliver_formula(e, arithmetic(e, sign, form), VALUE))
    e.store_where_found(name, value)
    return e.deliver(value, to)


def _update_element(
    e: Emitter, form: list[Value], sign: str, place: list[Value], to: Destination
) -> ast.expr:
    container, *keys = (e.keep_unless_name(value) for value in e.operands(place))
    renew = renewed_variable(e, place[1])
    for key in keys[:-1]:
        outer, container = container, fetch(e, container, key, e.call("element", container, key))
        renew = renewed_element(e, outer, key, container)
    operands = [e.keep_unless_name(value) for value in e.operands(form, 2)]
    in_order = "_in_order" if place[0] is Symbol("at") and len(keys) == 1 else ""
    combined = _combined_element(e, sign, container, keys[-1], operands, renew, in_order)
    return e.deliver(combined, to)


def _combined_element(
    e: Emitter,
    sign: str,
    container: ast.expr,
    key: ast.expr,
    operands: list[ast.expr],
    renew: Renew | None,
    in_order: str,
) -> ast.expr:
    """Read, combine and store one element: Python's way, and all of it anew where that fails."""
    old, new = e.temporary(), e.temporary()
    formula = folded(e, sign, [nodes.name(old), *operands])
    with e.into([]) as plain:
        e.add(nodes.assign(old, e.place(nodes.item(container, key))))
        e.add(nodes.assign(new, formula.fast))
        e.add(ast.Assign([nodes.item_target(container, key)], nodes.name(new)))
    with e.into([]) as checked:
        e.add(nodes.assign(old, e.call(f"counter{in_order}", container, key, operands[0])))
        e.add(nodes.assign(new, formula.slow))
        changed = e.keep(e.call(f"store{in_order}", container, key, nodes.name(new)))
        if renew is not None:
            renew(changed)
    if isinstance(container, ast.Constant):  # Python warns of one that cannot be subscripted
        e.block.extend(checked)
    else:
        e.add(nodes.attempt(plain, nodes.support("no_plain_update"), checked))
    return nodes.name(new)


for _sign in ("+", "-", "*", "/", "%", "^^", "**", "&", "|", "^", "&~", "<<", ">>"):
    binding.special(f"{_sign}=", f"({_sign}= place e…)", minimum=2)(_update)
