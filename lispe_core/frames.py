"""Where names live while code is emitted: call frames, lambdas inside them, the global frame."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from lispe_core import names, nodes
from lispe_core.forms import Value
from lispe_core.kinds import Kind

FrameKind = Literal["root", "function", "lambda", "inline", "outline", "instance"]


class AnyName(set[str]):
    """The variables of a frame whose code reads and assigns names at run time: all names."""

    def __contains__(self, name: object) -> bool:
        return True


class Loop(NamedTuple):
    """A loop around the code being emitted; ``result`` is where its value goes."""

    result: str | None


class Frame:
    """One Python function under construction.

    Args:
        kind: The program's top level, a function, a lambda inside another frame, a lambda whose
            body stands in the Python function around it, a part of a frame that was moved
            into a Python function of its own, or the fields of the current instance.
        outer: The frame that a lambda or an outline stands in.
        variables: The variables that live here: the parameters, and for a function all names it
            assigns, also through its lambdas.
        set_here: Those that surely have a value where emission has arrived.
        slots: The Python names of variables that are not named after themselves.
        shared: Calls may change the variables: lambdas that outlive them see them.
        dictionary: The Python name of the dictionary that holds the variables, for frames whose
            code reads names at run time.
        own_name: What ``self`` calls.
        own_lisp_name: The Lisp name that calls this function.

    Attributes:
        parameters: The slots a call of the function itself assigns, ``None`` if it can't be
            turned into a loop.
        kinds: What is known of the values of variables.
        only_read: The variables with lists of which nothing but elements is read.
        depth: How many blocks are open.
        returns: Whether an outline contains a ``return`` of the function around it.
        breaks: Whether an outline contains a ``break`` of a loop around it.
        tail: Where the value of the function goes, if it is not returned at once.
        restart: Emits a call of the function itself in tail position, if that takes more than the
            assignment of the parameters.
        cut: The Python name of the mark that ``cut_`` sets.
    """

    def __init__(
        self,
        kind: FrameKind,
        outer: Frame | None = None,
        *,
        variables: set[str] | None = None,
        set_here: set[str] | None = None,
        slots: dict[str, str] | None = None,
        shared: bool = False,
        dictionary: str | None = None,
        own_name: str | None = None,
        own_lisp_name: str | None = None,
    ) -> None:
        self.kind = kind
        self.outer = outer
        self.variables: set[str] = set() if variables is None else variables
        self.set_here: set[str] = set() if set_here is None else set_here
        self.slots: dict[str, str] = {} if slots is None else slots
        self.shared = shared
        self.dictionary = dictionary
        self.own_name = own_name
        self.own_lisp_name = own_lisp_name
        self.parameters: list[str] | None = None
        self.loops_on_itself = False
        self.to_unset: set[str] = set()
        self.lets: set[str] = set()
        self.written_outside: dict[str, str] = {}
        self.loops: list[Loop] = []
        self.kinds: dict[str, Kind] = {}
        self.only_read: set[str] = set()
        self.depth = 0
        self.returns = False
        self.breaks = False
        self.tail: object = None
        self.restart: Callable[[list[Value]], None] | None = None
        self.cut: str | None = None

    def owner_of(self, name: str) -> Frame | None:
        """The frame in which ``name`` lives; ``None`` for the globals."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.variables:
                return frame
            frame = frame.outer
        return None

    def chain(self) -> Iterator[Frame]:
        """This frame and those around it."""
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.outer

    def name_in(self, slot: str) -> str:
        """The Lisp name of the variable that ``slot`` is here or around."""
        for frame in self.chain():
            for name, own in frame.slots.items():
                if own == slot:
                    return name
        return names.lisp_name(slot)

    def slot(self, name: str) -> str:
        """The Python name of one of the variables."""
        return self.slots.get(name) or names.variable(name)

    @property
    def function(self) -> Frame:
        """The frame whose Python function this frame's code stands in."""
        frame = self
        while frame.kind == "inline" and frame.outer is not None:
            frame = frame.outer
        return frame

    @property
    def home(self) -> Frame:
        """The call frame, or the top level, that this frame belongs to."""
        return [frame for frame in self.chain() if frame.kind != "instance"][-1]

    @property
    def instance(self) -> InstanceFrame | None:
        """The fields of the current instance, where there is one."""
        frame: Frame | None = self
        while frame is not None and not isinstance(frame, InstanceFrame):
            frame = frame.outer
        return frame

    def is_set(self, name: str, owner: Frame) -> bool:
        """Whether ``name`` of ``owner`` surely has a value here."""
        if name not in owner.set_here:
            return False
        function = self.function
        return owner in (self, function) or function.kind == "outline" or name not in owner.lets

    def target(self, name: str) -> Callable[[], ast.expr]:
        """Makes targets for an assignment to ``name``."""
        owner = self.owner_of(name)
        slot = owner.slot(name) if owner is not None else names.variable(name)
        function = self.function
        if owner is not None and owner.dictionary:
            holder = owner.dictionary
            return lambda: nodes.item_target(nodes.name(holder), nodes.constant(slot))
        if owner is None:
            function.written_outside[slot] = "global"
        elif owner.function is not function:
            function.written_outside[slot] = "nonlocal"
            owner.to_unset.add(name)  # Python wants a binding in the function itself
        return lambda: nodes.target(slot)

    def declarations(self) -> list[ast.stmt]:
        """The ``global`` and ``nonlocal`` statements that the function begins with."""
        statements: list[ast.stmt] = []
        if not self.written_outside:
            return statements
        for scope, maker in (("global", ast.Global), ("nonlocal", ast.Nonlocal)):
            slots = [slot for slot, where in self.written_outside.items() if where == scope]
            if slots:
                statements.append(maker(slots))
        return statements

    def unset_statements(self) -> list[ast.stmt]:
        """Marks the variables that may be read before they have a value."""
        return [
            nodes.assign(self.slot(name), nodes.support("unset")) for name in sorted(self.to_unset)
        ]


class OtherNames(set[str]):
    """All names but a few."""

    def __contains__(self, name: object) -> bool:
        return not set.__contains__(self, name)


class InstanceFrame(Frame):
    """The fields of the current instance, around a method's frame.

    Attributes:
        this: The Python name of the instance.
        methods: The methods that it surely has.
        is_certain: Whether ``this`` surely is an instance, and ``methods`` are all of them.
        is_used: Whether a field was asked for.
    """

    def __init__(self, outer: Frame | None, variables: set[str]) -> None:
        super().__init__("instance", outer, variables=variables)
        self.this = ""
        self.methods: frozenset[str] = frozenset()
        self.is_certain = True
        self.is_used = False

    def slot(self, name: str) -> str:
        """The key of a field."""
        return name

    @classmethod
    def of(cls, fields: Iterable[str], methods: frozenset[str]) -> InstanceFrame:
        """The fields of the instance that a Python function takes as its first parameter."""
        made = cls.around(Frame("function"))
        made.this, made.dictionary = "t_this", "t_fields"
        made.set_here, made.methods = set(fields), methods
        return made

    @classmethod
    def around(cls, frame: Frame, excluded: Iterable[str] = ()) -> InstanceFrame:
        """Fields that are seen where ``frame`` has no variable of that name."""
        home = frame.home
        return cls(home.outer, OtherNames(excluded))


class SetVariables(NamedTuple):
    """What surely has a value at a point of the code, frame by frame."""

    frames: list[tuple[Frame, set[str]]]

    @classmethod
    def of(cls, frame: Frame) -> SetVariables:
        """The state at the present point."""
        return cls([(each, set(each.set_here)) for each in frame.chain()])

    def restore(self) -> None:
        """Return to this state."""
        for frame, variables in self.frames:
            frame.set_here = set(variables)

    @staticmethod
    def join(states: Iterable[SetVariables]) -> None:
        """What holds after branches that ended in ``states``."""
        first, *others = states
        for index, (frame, variables) in enumerate(first.frames):
            frame.set_here = variables.intersection(*(other.frames[index][1] for other in others))
