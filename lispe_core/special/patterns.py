"""Special forms that define by patterns: ``data@``, ``defpat``, ``defpred``, ``defprol``."""

from __future__ import annotations

import ast

from lispe_core import nodes
from lispe_core.blocks import Destination
from lispe_core.data_types import DataShape
from lispe_core.emitter import Emitter
from lispe_core.forms import LITERALS, LispList, Symbol, Value
from lispe_core.library import Library
from lispe_core.quotation import QUOTE, quoted_value
from lispe_core.spaces import qualified
from lispe_core.special.functions import declared_name, refused_definition, refused_name
from lispe_core.type_names import is_type

patterns = Library("patterns")


@patterns.special("data@", "(data@ (group) (Name constraint…)…)", minimum=1)
def data(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Declares types of data: ``(Name value…)`` then makes a value whose fields are checked.

    A constraint is ``_`` for anything, a type such as ``integer_``, a literal, the name of another
    type, or ``(Other constraint…)``. A group is a type that holds all of its members. The name of
    the type is element 0 of a value, its fields follow.

    Example:
        (data@ Shape [Circle number_] [Square number_])    ; =>
        (Circle 2.0)                                       ; => (Circle 2)
        (@ (Circle 2.5) 1)                                 ; => 2.5
        (Square "a")    ; error: Error: Mismatch on argument: 1 (number_ required)
    """
    members = form[1:]
    group = ""
    if isinstance(members[0], Symbol):
        group = members[0].name
        members = members[1:]
    for member in members:
        if not isinstance(member, list) or not member or not isinstance(member[0], Symbol):
            message = nodes.constant("a type of data is declared as (Name constraint…)")
            return e.deliver(e.call("fail", message), to)
        if error := refused_name(e, member[0].name):
            return e.deliver(error, to)
    if group:
        e.namespace.groups.add(group)
    shapes = [DataShape(qualified(member[0].name), tuple(member[1:])) for member in members]
    for member, shape in zip(members, shapes, strict=True):
        e.namespace.shapes[member[0].name] = shape
        declared_name(e, member[0].name)
    for member in members:
        for constraint in member[1:]:
            if (unfit := _unfit(e, constraint)) is not None:
                return e.deliver(e.call("fail", nodes.constant(unfit)), to)
    declared = LispList(quoted_value(member) for member in members)
    spaces = LispList(shape.full_name for shape in shapes)
    call = e.call("define_data", nodes.constant(group), e.datum(declared), e.datum(spaces))
    return e.deliver(call, to)


patterns.special("data", "(data (group) (Name constraint…)…)", minimum=1)(data)


def _unfit(e: Emitter, constraint: Value) -> str | None:
    """What is wrong with a constraint."""
    if isinstance(constraint, Symbol):
        name = constraint.name
        if name == "_" or is_type(name) or name in e.namespace.shapes or name in e.namespace.groups:
            return None
        return f"'{name}' is no type"
    if isinstance(constraint, list) and constraint and constraint[0] is not QUOTE:
        if not isinstance(constraint[0], Symbol) or constraint[0].name not in e.namespace.shapes:
            return "a constraint in parentheses begins with the name of a type of data"
        return next((bad for part in constraint[1:] if (bad := _unfit(e, part))), None)
    if constraint is None or isinstance(constraint, (list, *LITERALS)):
        return None
    return "a constraint is '_', a type, a literal or (Name constraint…)"


def _define(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    from lispe_core.pattern_functions import PatternDefinition
    from lispe_core.patterns import PatternReader

    if error := refused_definition(e, form):
        return e.deliver(error, to)
    slot = nodes.constant(declared_name(e, form[1].name))
    reader = PatternReader(e.namespace, e.expander)
    read = tuple(reader.read(parameter) for parameter in form[2])
    definition = PatternDefinition(form, read, e.span)
    kind = nodes.constant(str(form[0]))
    return e.deliver(e.call("define_pattern", slot, kind, e.datum(definition)), to)


@patterns.special("defpat", "(defpat name (pattern…) e…)", minimum=2)
def defpat(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Defines a function for the arguments that match the patterns; a name may have several.

    Definitions whose first pattern carries a type are tried first, then the others, each in the
    order in which they were defined; one with the same patterns replaces the older one.

    ``x`` matches anything, and the same again where it comes again; ``_`` anything; a literal or
    ``'atom`` itself; ``[integer_ x]`` a value of a type; ``[Name x…]`` a value of data or an
    instance; ``[< x 10]`` what makes the call true; ``[a b]`` a list of two elements, ``[a $ r]``
    one with at least one; ``[x* 'k y]`` any elements up to ``k``, also with ``+`` for at least one
    and ``%`` for at most one; ``[(< x 10)+ $ r]`` elements that make the call true; ``{"k":v}`` a
    dictionary.

    Example:
        (defpat fact (0) 1)                        ; =>
        (defpat fact (n) (* n (fact (- n 1))))     ; =>
        (fact 5)                                   ; => 120
        (defpat parts ([a b $ r]) (list a b r))    ; =>
        (parts '(1 2 3 4))                         ; => (1 2 (3 4))
        (parts "x")    ; error: Error: Could not find a match for function: 'parts'
    """
    return _define(e, form, to)


@patterns.special("defpred", "(defpred name (pattern…) test…)", minimum=2)
def defpred(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Defines a predicate: its body forms are tests, and the first definition that holds counts.

    Where a test is false or fails, the next definition that matches is tried with the arguments as
    they were given; what is written ``x@`` is no copy. The value is the last one of the body.
    ``cut_`` as a test is true, and no further definition is tried; ``fail_`` is false.

    Example:
        (defpred small (x) (< x 10) 'small)    ; =>
        (defpred small (x) (< x 100) 'less)    ; =>
        (small 50)                             ; => less
        (small 500)    ; error: Error: Could not find a match for function: 'small'
    """
    return _define(e, form, to)


@patterns.special("defprol", "(defprol name (pattern…) test…)", minimum=2)
def defprol(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Defines a predicate that tries all its definitions; it gives the values of those that hold.

    After a definition with the test ``cut_`` no further one is tried; ``fail_`` makes one fail.

    Example:
        (defprol kinds (x) (> x 0) 'positive)     ; =>
        (defprol kinds (x) (zerop (% x 2)) 'even) ; =>
        (kinds 4)                                 ; => (positive even)
        (kinds -3)                                ; => ()
    """
    return _define(e, form, to)
