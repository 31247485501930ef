"""Special forms of classes: ``class@``, ``from@``, ``setqi``, ``withclass``, ``toclean``."""

from __future__ import annotations

import ast
from typing import NamedTuple

from lispe_core import names, nodes
from lispe_core.blocks import VALUE, Destination
from lispe_core.compiler import take_instance
from lispe_core.emitter import Emitter
from lispe_core.errors import LispError
from lispe_core.forms import LispList, Symbol, Value
from lispe_core.frames import Frame, InstanceFrame
from lispe_core.instances import DEFAULTS, ClassShape
from lispe_core.library import Library
from lispe_core.quotation import QUOTE
from lispe_core.spaces import SEPARATOR, qualified
from lispe_core.special.functions import declared_name, refused_name
from lispe_core.type_names import is_type

classes = Library("classes")

_FROM = Symbol("from@")
_DEFUN = Symbol("defun")
_GIVEN = "t_given"


class _Field(NamedTuple):
    name: str
    is_required: bool
    form: list[Value]
    """The list with the default at index 1, where there is one."""


@classes.special(
    "class@", "(class@ Name (field…) (from@ Parent) (defun method (x…) e…)…)", minimum=2
)
def class_(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Defines a class: ``(Name value…)`` then makes an instance, ``(object (method x…)…)`` calls.

    A field is ``f``, ``(f)``, which may be left out, or ``(f default)``. Methods see the fields as
    variables: ``setqi`` and ``+=`` change them, ``setq`` makes a local variable. They call each
    other directly. With ``(from@ Parent)`` the class has the fields and methods of that class as
    well, after its own; a method of the same name replaces that of the parent.

    Example:
        (class@ Tally (name (n 0)) (defun add (k) (+= n k)))    ; =>
        (setq t (Tally "a"))     ; => true
        (t (add 2) (add 3))      ; => 5
        (@ t 'n)                 ; => 5
        t                        ; => (Tally "name":"a" "n":5)
    """
    name = form[1]
    try:
        if not isinstance(name, Symbol) or is_type(name.name):
            raise LispError("a class needs a name")
        if error := refused_name(e, name.name):
            return e.deliver(error, to)
        return _class(e, form, name.name, to)
    except LispError as error:
        if error.span is not None:
            raise
        return e.deliver(e.call("fail", nodes.constant(str(error.args[0]))), to)


classes.special("defclass", "(defclass Name (field…) method…)", minimum=2)(class_)


def _class(e: Emitter, form: list[Value], name: str, to: Destination) -> ast.expr:
    start = 2
    own: list[_Field] = []
    if isinstance(form[2], list) and not (form[2] and form[2][0] in (_FROM, _DEFUN)):
        own = [_field(each) for each in form[2]]
        start = 3
    if len({field.name for field in own}) < len(own):
        raise LispError(f"two fields of '{name}' have the same name")
    parent = _parent(e, form, start)
    start += parent is not None
    methods = [_method(form, index) for index in range(start, len(form))]
    for method in methods:
        if error := refused_name(e, method[1].name):
            return e.deliver(error, to)
    own_names = [field.name for field in own]
    inherited = [each for each in (parent.fields if parent else ()) if each not in own_names]
    shape = ClassShape(
        qualified(name),
        (*own_names, *inherited),
        frozenset(method[1].name for method in methods) | (parent.methods if parent else set()),
    )
    e.namespace.shapes[name] = shape
    declared_name(e, name)
    code = LispList([_method_code(e, shape, method) for method in methods])
    initial = _initial_values(e, shape, own) if any(len(field.form) > 1 for field in own) else None
    required = [field.name for field in own if field.is_required]
    made = e.call(
        "define_class",
        nodes.constant(shape.full_name),
        nodes.name(e.namespace.function_slot(parent.full_name)) if parent else nodes.nil(),
        e.datum(LispList(own_names)),
        e.datum(LispList(required)),
        e.datum(LispList(form)),
        e.datum(code),
        nodes.nil() if initial is None else e.datum(initial),
    )
    return e.deliver(made, to)


def _field(written: Value) -> _Field:
    match written:
        case [Symbol() as name, _] if name is _FROM:
            raise LispError("'from@' stands behind the list of fields")
        case Symbol() as name:
            return _Field(name.name, True, [])
        case [Symbol() as name] | [Symbol() as name, _]:
            return _Field(name.name, False, written)
    raise LispError("a field is written name, (name) or (name default)")


def _parent(e: Emitter, form: list[Value], place: int) -> ClassShape | None:
    if place >= len(form) or not isinstance(form[place], list) or form[place][:1] != [_FROM]:
        return None
    parent = form[place][1] if len(form[place]) == 2 else None
    shape = e.namespace.shapes.get(parent.name) if isinstance(parent, Symbol) else None
    if not isinstance(shape, ClassShape):
        raise LispError(f"'{parent}' is no class to inherit from")
    return shape


def _method(form: list[Value], index: int) -> list[Value]:
    method: Value = form[index]
    if not isinstance(method, list) or len(method) < 4 or method[0] is not _DEFUN:
        raise LispError("a class holds methods: (defun name (parameter…) e…)")
    if not isinstance(method[1], Symbol) or not isinstance(method[2], list):
        raise LispError("a method needs a name and a list of parameters")
    return method


def _method_code(e: Emitter, shape: ClassShape, method: list[Value]) -> LispList:
    name = method[1].name
    with e.at(method):
        full_name = f"{shape.full_name}{SEPARATOR}{name}"
        return LispList(
            [
                name,
                e.compiler.function(
                    method, e.span, full_name, InstanceFrame.of(shape.fields, shape.methods)
                ),
            ]
        )


def _initial_values(e: Emitter, shape: ClassShape, own: list[_Field]) -> Value:
    """The code of a function that gives the fields that are not given their defaults."""
    fields = InstanceFrame.of(shape.fields, shape.methods)
    frame = Frame("function", fields)
    inner = e.compiler.emitter(frame, e.span)
    for field in own:
        if len(field.form) < 2:
            continue
        with inner.into([]) as block:
            value = inner.emit(field.form[1], VALUE, inner.span_of(field.form, 1))
            target = nodes.item_target(
                nodes.name(fields.dictionary or ""), nodes.constant(field.name)
            )
            inner.add(ast.Assign([target], value))
        missing = ast.Compare(nodes.constant(field.name), [ast.NotIn()], [nodes.name(_GIVEN)])
        inner.add(ast.If(missing, block, []))
    body = [*frame.declarations(), *inner.block]
    definition = nodes.function(names.function(DEFAULTS), [_GIVEN], None, [], body)
    take_instance(definition, fields, len(frame.declarations()))
    return inner.compiler.code(definition, e.span, inner)


@classes.special("setqi", "(setqi field value)", minimum=2, maximum=2)
def setqi(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """Gives a field of the current instance a value; the field is made if there is none.

    Example:
        (class@ Box (x) (defun put (v) (setqi x v)))    ; =>
        ((Box 1) (put 5))                               ; => true
        (setqi x 1)    ; error: Error: 'setqi' is for methods: there is no current instance
    """
    instance = e.frame.instance
    if instance is None or not instance.is_certain:
        message = nodes.constant("'setqi' is for methods: there is no current instance")
        return e.deliver(e.call("fail", message), to)
    if not isinstance(form[1], Symbol):
        return e.deliver(e.call("fail", nodes.constant("Missing variable name in 'setqi'")), to)
    value = e.operand(form, 2)
    target = nodes.item_target(nodes.name(instance.dictionary or ""), nodes.constant(form[1].name))
    e.add(ast.Assign([target], value))
    return e.deliver(nodes.support("true"), to)


@classes.special("from@", "(from@ Class (method x…)…)", minimum=1)
def from_(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """In a method: calls methods as another class, mostly the parent, defines them.

    In a ``class@`` it names the class to inherit from.

    Example:
        (class@ Animal (name) (defun tell () (+ name " is an animal")))                 ; =>
        (class@ Dog (from@ Animal) (defun tell () (+ (from@ Animal (tell)) ", a dog"))) ; =>
        ((Dog "Rex") (tell))                                   ; => Rex is an animal, a dog
    """
    instance = e.frame.instance
    name = form[1]
    if instance is None or not isinstance(name, Symbol):
        message = nodes.constant("'from@' calls the methods of a class, inside a method")
        return e.deliver(e.call("fail", message), to)
    value: ast.expr = nodes.nil()
    for index in range(2, len(form)):
        call = form[index]
        if not isinstance(call, list) or not call or not isinstance(call[0], Symbol):
            message = nodes.constant("'from@' needs calls of methods: (method x…)")
            return e.deliver(e.call("fail", message), to)
        with e.at(call):
            method = e.call("parents_method", e.read(name.name), nodes.constant(call[0].name))
            function = e.keep(method)
            value = e.call(function, nodes.name(instance.this), *e.operands(call))
        if index < len(form) - 1:
            e.add(ast.Expr(value))
    return e.deliver(value, to)


@classes.special("withclass", "(withclass object e…) (withclass Class (defun method…)…)", minimum=1)
def withclass(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """The body, run as in a method of ``object``; with a class, it gets further methods.

    Example:
        (class@ Point (x y) (defun sum2 () (+ x y)))    ; =>
        (setq p (Point 3 4))                            ; => true
        (withclass p (setqi x 5) (list x y (sum2)))     ; => (5 4 9)
        (withclass Point (defun twice () (* 2 (sum2)))) ; =>
        (p (twice))                                     ; => 18
    """
    shape = e.namespace.shapes.get(form[1].name) if isinstance(form[1], Symbol) else None
    if isinstance(shape, ClassShape) and e.frame.owner_of(form[1].name) is None:
        return _more_methods(e, form, shape, to)
    this = e.keep(e.call("current_instance", e.operand(form, 1)))
    assert isinstance(this, ast.Name)
    fields = e.keep(nodes.attribute(this, "fields"))
    assert isinstance(fields, ast.Name)
    home = e.frame.home
    excluded = e.analysis.assigned(form[2:]) if home.kind == "root" else ()
    around = InstanceFrame.around(e.frame, excluded)
    around.this, around.dictionary = this.id, fields.id
    outer, home.outer = home.outer, around
    try:
        return e.sequence(form, 2, to)
    finally:
        home.outer = outer


def _more_methods(e: Emitter, form: list[Value], shape: ClassShape, to: Destination) -> ast.expr:
    try:
        methods = [_method(form, index) for index in range(2, len(form))]
    except LispError as error:
        return e.deliver(e.call("fail", nodes.constant(str(error.args[0]))), to)
    added = frozenset(method[1].name for method in methods)
    shape = shape._replace(methods=shape.methods | added)
    e.namespace.shapes[form[1].name] = shape
    code = LispList([_method_code(e, shape, method) for method in methods])
    made = nodes.name(e.namespace.function_slot(shape.full_name))
    call = e.call("add_methods", made, e.datum(code), nodes.constant(shape.full_name))
    return e.deliver(call, to)


@classes.special("toclean", "(toclean 'method)", minimum=1, maximum=1)
def toclean(e: Emitter, form: list[Value], to: Destination) -> ast.expr:
    """In a method: has a method of the instance run when the instance is destroyed.

    Example:
        (class@ Door () (defun open () (toclean 'close)) (defun close () (println "closed"))) ; =>
        ((Door) (open))    ; => true
    """
    instance = e.frame.instance
    if instance is None:
        message = nodes.constant("'toclean' is for methods: there is no current instance")
        return e.deliver(e.call("fail", message), to)
    name = form[1]
    if isinstance(name, list) and len(name) == 2 and name[0] is QUOTE:
        name = name[1]
    method = nodes.constant(str(name))
    clean_with = nodes.attribute(nodes.name(instance.this), "clean_with")
    e.add(ast.Expr(e.call(clean_with, method)))
    return e.deliver(nodes.support("true"), to)
