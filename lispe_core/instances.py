"""Classes and their instances: records with methods.

A class of the program is a Python class: its methods are attributes, and a child inherits as
Python's classes do. An instance holds its fields in a dictionary by name.
"""

from __future__ import annotations

import ast
import weakref
from collections.abc import Callable, Sequence
from reprlib import recursive_repr
from types import MethodType
from typing import Any, ClassVar, NamedTuple

from lispe_core import names, nodes
from lispe_core.containers import clone, out_of_bounds
from lispe_core.errors import LispError
from lispe_core.foreign import Container
from lispe_core.forms import LispList, Symbol, Value
from lispe_core.printer import abridged, display, type_name, written

DEFAULTS = "defaults"
"""The name of the function that gives an instance the defaults of its fields."""

Method = Callable[..., Value]


class ClassShape(NamedTuple):
    """What the compiler knows of a class: all its fields in order, all its methods."""

    full_name: str
    fields: tuple[str, ...]
    methods: frozenset[str]

    def field(self, value: ast.expr, index: int) -> ast.expr:
        """The code that reads a field."""
        return nodes.item(nodes.attribute(value, "fields"), nodes.constant(self.fields[index]))


class Named(NamedTuple):
    """A value for a field that is given by name."""

    name: str
    value: Value


class Class(type):
    """The type of classes."""

    type_name: str
    class_names: tuple[str, ...]
    field_names: tuple[str, ...]
    required: frozenset[str]
    source: LispList
    defaults: Callable[..., Value]

    def __call__(cls, *values: Value) -> Value:
        """An instance whose fields get ``values`` in order, the others their defaults."""
        return cls.completed(cls.blank(), values)

    def completed(cls, made: Instance, values: Sequence[Value]) -> Instance:
        """A blank instance with ``values`` as its first fields and defaults for the others."""
        for index, value in enumerate(values):
            made.give(index, value)
        made.complete()
        return made

    def blank(cls) -> Instance:
        """An instance whose fields are ``nil``, to be given values."""
        return Instance.made(cls, dict.fromkeys(cls.field_names), set())

    def filled(cls) -> Instance:
        """An instance whose fields have their defaults, to be given values."""
        made = cls.blank()
        made.initialize()
        made.has_defaults = True
        return made

    def own_method(cls, name: str) -> Method:
        """The function behind a method."""
        found: Method | None = getattr(cls, names.function(name), None)
        if found is None:
            raise LispError(f"Unbound atom: '{name}'", hint=_known_methods(cls))
        return found


class Instance(Container, metaclass=Class):
    """An instance of a class."""

    __slots__ = ("__weakref__", "fields", "given", "has_defaults")
    type_name = "instance_"
    class_names = ()
    of_program: ClassVar[bool] = True
    field_names = ()
    required: frozenset[str] = frozenset()
    source = LispList()
    fields: dict[str, Value]
    given: set[str] | None
    """The fields that were given values, while the instance is being made."""
    has_defaults: bool

    # Construction

    @staticmethod
    def made(kind: Any, fields: dict[str, Value], given: set[str] | None) -> Instance:
        """An instance of a class with these fields; ``given`` while it is being filled."""
        instance: Instance = object.__new__(kind)
        instance.fields, instance.given, instance.has_defaults = fields, given, False
        return instance

    def give(self, index: int, value: Value) -> None:
        """Fill the field of that index, or the one that a :class:`Named` names."""
        cls = type(self)
        assert self.given is not None
        if isinstance(value, Named):
            if value.name not in cls.field_names:
                raise LispError(f"'{cls.type_name}' has no field '{value.name}'")
            name, value = value
        elif index < len(cls.field_names):
            name = cls.field_names[index]
        else:
            raise _mismatch(cls)
        self.fields[name] = value
        self.given.add(name)

    def complete(self) -> None:
        """Give the fields that were not given their defaults."""
        cls, given = type(self), self.given or set()
        if not cls.required <= given:
            raise _mismatch(cls)
        if len(given) < len(cls.field_names) and not self.has_defaults:
            self.initialize()
        self.given = None

    def initialize(self) -> None:
        """Give the fields that have no value yet their defaults."""
        given = self.given or set()
        for base in type(self).__mro__:
            defaults = base.__dict__.get("defaults")
            if defaults is not None:
                defaults(self, given)
            given = given | set(base.__dict__.get("own_fields", ()))

    # As a container

    @recursive_repr("...")
    def display(self) -> str:
        """``(classname "field":value …)``."""
        pairs = [f"{written(name)}:{written(value)}" for name, value in self.fields.items()]
        return f"({' '.join([type(self).type_name, *pairs])})"

    def at(self, key: Value) -> Value:
        """The field of that name or index."""
        return self.fields[self._name(key)]

    def store(self, key: Value, value: Value) -> None:
        """Change the field of that name or index."""
        self.fields[self._name(key)] = value

    def _name(self, key: Value) -> str:
        if isinstance(key, (int, float)):
            try:
                return list(self.fields)[int(key)]
            except IndexError:
                raise out_of_bounds() from None
        name = display(key)
        if name not in self.fields:
            raise out_of_bounds()
        return name

    def size(self) -> int:
        """The number of fields."""
        return len(self.fields)

    def clone(self) -> Instance:
        """A copy, its containers too."""
        fields = {name: clone(value) for name, value in self.fields.items()}
        return Instance.made(type(self), fields, None)

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Instance)
            and type(other) is type(self)
            and self.fields == other.fields
        )

    __hash__ = None  # type: ignore[assignment]

    # Calls

    def method(self, name: str) -> Method:
        """The method of that name, bound to this instance."""
        return MethodType(type(self).own_method(name), self)

    def __call__(self, *names: Value) -> Value:
        """``(object)``, or the last of the methods that are named."""
        value: Value = None
        for name in names:
            value = self.method(name.name) if isinstance(name, Symbol) else name
        return value

    def clean_with(self, name: str) -> None:
        """Run the method of that name when this instance is destroyed."""
        function = type(self).own_method(name)
        weakref.finalize(self, _clean, function, type(self), self.fields)


def _clean(function: Method, cls: Class, fields: dict[str, Value]) -> None:
    """Run a destructor on a stand-in that has the fields of the destroyed instance."""
    function(Instance.made(cls, fields, None))


def _mismatch(cls: Class) -> LispError:
    usage = " ".join([cls.type_name, *cls.field_names])
    return LispError(
        "argument list mismatch with the parameter list", hint=f"it is called as ({usage})"
    )


def methods_of(cls: Class) -> list[str]:
    """The names of the methods of a class, inherited ones too."""
    return [names.lisp_name(slot) for slot in dir(cls) if slot.startswith(names.FUNCTION)]


def _known_methods(cls: Class) -> str | None:
    known = methods_of(cls)
    return f"'{cls.type_name}' has the methods {', '.join(known)}" if known else None


def make_class(
    name: str, parent: Class, own_fields: Sequence[str], required: Sequence[str], source: LispList
) -> Class:
    """A class without methods; its own fields come before those of its parent."""
    inherited = [each for each in parent.field_names if each not in own_fields]
    members: dict[str, Any] = {
        "__slots__": (),
        "type_name": name,
        "class_names": (name, *parent.class_names),
        "own_fields": tuple(own_fields),
        "field_names": (*own_fields, *inherited),
        "required": frozenset([*required, *(parent.required - set(own_fields))]),
        "source": source,
    }
    return Class(name, (parent,), members)


def receiver(head: Value) -> Instance | None:
    """The instance that the operands of a call belong to: a new one when a class is called."""
    if isinstance(head, Instance):
        return head
    return head.filled() if isinstance(head, Class) else None


def given(instance: Instance | None, index: int, value: Value) -> Value:
    """``value``, which has become a field if ``instance`` is being made."""
    if instance is not None and instance.given is not None:
        instance.give(index, value)
    return value


def of_class(instance: Instance | None, cls: Value) -> Value:
    """The class in ``(object Class (method x…))``, which must be one of the object's."""
    is_called = instance is not None and instance.given is None
    if is_called and isinstance(cls, Class) and not isinstance(instance, cls):
        raise LispError("mismatch between class instance and class definition")
    return cls


def bound_method(instance: Instance, name: str) -> Method:
    """A method of an instance."""
    return instance.method(name)


def current_instance(value: Value) -> Instance:
    """The operand of ``withclass``."""
    if not isinstance(value, Instance):
        raise LispError(f"'withclass' needs an instance or a class, not '{abridged(value)}'")
    return value


def parents_method(cls: Value, name: str) -> Method:
    """What ``(from@ Class (name …))`` calls."""
    if not isinstance(cls, Class):
        raise LispError(f"'from@' needs a class, not '{abridged(cls)}'")
    return cls.own_method(name)


@display.register(Class)
def _(value: Class) -> str:
    return display(value.source)


@display.register(MethodType)
def _(value: MethodType) -> str:
    return display(value.__func__)


@type_name.register(Class)
def _(value: Class) -> str:
    return "class_"


@type_name.register(MethodType)
def _(value: MethodType) -> str:
    return "function_"


INSTANCES: dict[str, Any] = {
    "bound_method": bound_method,
    "current_instance": current_instance,
    "given": given,
    "hasattr": hasattr,
    "of_class": of_class,
    "Instance": Instance,
    "Named": Named,
    "parents_method": parents_method,
    "receiver": receiver,
}
