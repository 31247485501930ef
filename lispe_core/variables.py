"""Code that reads variables and gives them values, wherever they live."""

from __future__ import annotations

import ast
from collections.abc import Callable

from lispe_core import names, nodes
from lispe_core.blocks import Blocks, Store
from lispe_core.forms import Span
from lispe_core.frames import Frame, InstanceFrame
from lispe_core.namespace import Namespace
from lispe_core.spaces import qualified
from lispe_core.threads import current_task

CUT = "cut_"
"""Ends the search of a predicate with the definition that it stands in."""
NIL_NAMES = frozenset({"_", "fail_"})


class Variables(Blocks):
    """The variables of the frames around the code being emitted, and those of the program."""

    def __init__(self, namespace: Namespace, frame: Frame, span: Span) -> None:
        super().__init__(frame, span)
        self.namespace = namespace
        self.in_threadspace = False

    def settled_local(self, name: str) -> ast.Name | None:
        """A variable of a frame that surely has a value: reading it cannot fail."""
        owner = self.frame.owner_of(name)
        if owner is None or owner.dictionary is not None or isinstance(owner, InstanceFrame):
            return None
        if self.in_threadspace or name in NIL_NAMES or name == CUT:
            return None
        return nodes.name(owner.slot(name)) if self.frame.is_set(name, owner) else None

    def read(self, name: str) -> ast.expr:
        """The value of a variable, or of what else the name means."""
        if name in NIL_NAMES:
            return nodes.nil()
        if name == CUT and self.frame.cut is not None:
            self.add(nodes.assign(self.frame.cut, nodes.constant(True)))
            return nodes.support("true")
        if not self.in_threadspace:
            return self._variable(name)
        key = nodes.constant(name)
        shared = nodes.item(nodes.support("shared"), key)
        return ast.IfExp(self._is_shared(name), shared, self._variable(name))

    def _is_shared(self, name: str) -> ast.expr:
        return ast.Compare(nodes.constant(name), [ast.In()], [nodes.support("shared")])

    def _variable(self, name: str) -> ast.expr:
        owner = self.frame.owner_of(name)
        slot = self.slot(name, owner)
        if owner is None:
            full_name = qualified(name)
            is_hidden = full_name == name or slot in self.namespace.globals
            if not is_hidden and self.namespace.has_function(full_name):
                return nodes.name(self.namespace.function_slot(full_name))
            if slot not in self.namespace.globals and slot not in self.namespace.base:
                self.namespace.definition(name)
            return nodes.name(slot)
        if isinstance(owner, InstanceFrame):
            return self._field(name, owner)
        if owner.dictionary:
            held = nodes.name(owner.dictionary)
            return ast.IfExp(
                ast.Compare(nodes.constant(slot), [ast.In()], [held]),
                nodes.item(nodes.name(owner.dictionary), nodes.constant(slot)),
                self._outside(name),
            )
        if self.frame.is_set(name, owner):
            return nodes.name(slot)
        owner.to_unset.add(name)
        return ast.IfExp(
            nodes.different(nodes.name(slot), nodes.support("unset")),
            nodes.name(slot),
            self._outside(name),
        )

    def _outside(self, name: str) -> ast.expr:
        """What a name means where it is no variable of the call frame."""
        instance = self.frame.instance
        looked_up = nodes.call("global_value", nodes.constant(name))
        return looked_up if instance is None else self._field(name, instance, looked_up)

    def _field(
        self, name: str, owner: InstanceFrame, looked_up: ast.expr | None = None
    ) -> ast.expr:
        """A field of the current instance, else one of its methods, else a global variable.

        ``looked_up`` finds the latter where Python has a local variable of that name.
        """
        key, fields = nodes.constant(name), nodes.name(owner.dictionary or "")
        if name in owner.set_here:
            return nodes.item(fields, key)
        if name in owner.methods:
            return nodes.attribute(nodes.name(owner.this), names.function(name))
        slot = names.variable(name)
        if slot not in self.namespace.globals:
            if slot not in self.namespace.base:
                self.namespace.definition(name)
            if slot in self.namespace.base:
                return looked_up or nodes.name(slot)
        owner.is_used = True
        is_field = ast.Compare(key, [ast.In()], [fields])
        found = looked_up or nodes.name(slot)
        return ast.IfExp(is_field, nodes.item(fields, key), self.place(found))

    def slot(self, name: str, owner: Frame | None) -> str:
        """The Python name of a variable."""
        return names.variable(name) if owner is None else owner.slot(name)

    def destination_of(self, name: str) -> Store:
        """The variable ``name`` as a destination."""
        owner = self.frame.owner_of(name)
        self.written.append(self.slot(name, owner))
        if owner is None and (self.frame.kind != "root" or current_task() is not None):
            guard = self.call("guard_global", nodes.constant(name))
            self.add(ast.If(nodes.support("running_threads"), [ast.Expr(guard)], []))
        return Store(self.frame.target(name))

    def mark_set(self, name: str) -> None:
        """Note that ``name`` has a value from here on."""
        owner = self.frame.owner_of(name)
        if owner is not None:
            owner.set_here.add(name)

    def store_text(self, name: str, value: ast.expr) -> None:
        """Give the variable ``name``, wherever it is, a settled value if that is text."""
        with self.into([]) as stored:
            self.store_where_found(name, value)
        self.add(ast.If(self.is_text(value), stored, []))

    def store_where_found(self, name: str, value: ast.expr) -> None:
        """Give the variable that ``name`` is now, local, field or global, a settled value."""
        self.store_shared_or(name, value, lambda: self._store_where_found(name, value))

    def store_shared_or(self, name: str, value: ast.expr, store: Callable[[], object]) -> None:
        """Give a variable that threads share a settled value; else do what ``store`` does."""
        if not self.in_threadspace:
            store()
            return
        with self.into([]) as shared:
            place = nodes.item_target(nodes.support("shared"), nodes.constant(name))
            self.add(ast.Assign([place], value))
        with self.branch() as own:
            store()
        self.add(ast.If(self._is_shared(name), shared, own))

    def _store_where_found(self, name: str, value: ast.expr) -> None:
        owner = self.frame.owner_of(name)
        if owner is None or (owner.dictionary is None and self.frame.is_set(name, owner)):
            self.deliver(value, self.destination_of(name))
            return
        with self.into([]) as local:
            self.deliver(value, self.destination_of(name))
        with self.into([]) as outside:
            self._store_outside(name, value)
        self.add(ast.If(self.has_local(name, owner), local, outside))

    def _store_outside(self, name: str, value: ast.expr) -> None:
        """Give a field or a global variable a settled value."""
        slot, instance = nodes.constant(names.variable(name)), self.frame.instance
        in_global: list[ast.stmt] = [ast.Expr(self.call("set_global", slot, value))]
        if instance is None:
            self.block.extend(in_global)
            return
        key, fields = nodes.constant(name), nodes.name(instance.dictionary or "")
        in_field: list[ast.stmt] = [ast.Assign([nodes.item_target(fields, key)], value)]
        self.add(ast.If(ast.Compare(key, [ast.In()], [fields]), in_field, in_global))

    def has_local(self, name: str, owner: Frame) -> ast.expr:
        """Whether a variable of a frame has a value."""
        slot = owner.slot(name)
        if owner.dictionary:
            held = nodes.name(owner.dictionary)
            return ast.Compare(nodes.constant(slot), [ast.In()], [held])
        owner.to_unset.add(name)
        return nodes.different(nodes.name(slot), nodes.support("unset"))
