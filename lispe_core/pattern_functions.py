"""Functions defined by patterns: all definitions of a name become one Python function.

``defpat`` runs the first definition that matches; ``defpred`` the first whose body forms are all
true; ``defprol`` all of them. A predicate that calls itself last keeps the definitions it has not
tried in a list, so that a search may go as deep as the memory allows.
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Literal

from lispe_core import names, nodes
from lispe_core.blocks import RETURN, TEST, Temporary
from lispe_core.compiler import DICTIONARY, Compiler
from lispe_core.emitter import Emitter
from lispe_core.forms import LispList, Span, Symbol, Value, same_form
from lispe_core.frames import AnyName, Frame
from lispe_core.functions import FunctionInfo, FunctionKind, described
from lispe_core.kinds import variable_kinds
from lispe_core.pattern_matching import ARGUMENT, Known, Matcher
from lispe_core.patterns import Pattern, carries_type
from lispe_core.spaces import plain_name

PatternKind = Literal["defpat", "defpred", "defprol"]
_FIRST_FORM = 3


@dataclass(frozen=True, slots=True)
class PatternDefinition:
    """One ``(defpat name (P…) e…)``: its text and what its patterns mean."""

    form: list[Value]
    parameters: tuple[Pattern, ...]
    span: Span


@dataclass(slots=True)
class PatternFunction:
    """All definitions of a name."""

    name: str
    kind: PatternKind
    definitions: list[PatternDefinition] = field(default_factory=list)

    def add(self, definition: PatternDefinition) -> None:
        """Add a definition, in the place of an older one of the same patterns.

        Predicates may have several such definitions: of these one is replaced that has the same
        text, or that stood in the same place of the same file.
        """
        for index, known in enumerate(self.definitions):
            if same_form(known.form[2], definition.form[2]) and self._is_replaced(
                known, definition
            ):
                self.definitions[index] = definition
                return
        self.definitions.append(definition)

    def _is_replaced(self, old: PatternDefinition, new: PatternDefinition) -> bool:
        if not same_form(old.form[2], new.form[2]):
            return False
        if self.kind == "defpat" or same_form(old.form, new.form):
            return True
        is_file = not new.span.origin.startswith("<")
        before = (old.span.origin, old.span.line, old.span.column)
        return is_file and before == (new.span.origin, new.span.line, new.span.column)

    def without(self, origin: str) -> PatternFunction:
        """The definitions that do not come from the text ``origin``."""
        kept = [each for each in self.definitions if each.span.origin != origin]
        return PatternFunction(self.name, self.kind, kept)

    def info(self) -> FunctionInfo:
        """What Lisp shows of the function."""
        kind: FunctionKind = "pattern_" if self.kind == "defpat" else "predicate_"
        sources = [LispList(definition.form) for definition in self.definitions]
        source = sources[0] if len(sources) == 1 else LispList(sources)
        parameters = LispList(self.definitions[0].form[2])
        return FunctionInfo(plain_name(self.name), kind, parameters, source)


def compiled_later(
    pattern: PatternFunction, compile_now: Callable[[PatternFunction], FunctionType]
) -> FunctionType:
    """A function that is compiled when it is called first: more definitions may be to come."""
    guard = threading.Lock()
    compiled: list[FunctionType] = []

    def pending(*arguments: Value) -> Value:
        if not compiled:
            with guard:
                if not compiled:
                    compiled.append(compile_now(pattern))
        return compiled[0](*arguments)

    pending.__code__ = described(pending.__code__, pattern.info(), _signature(pattern))
    return pending  # type: ignore[return-value]  # a function is a FunctionType


def pattern_code(compiler: Compiler, pattern: PatternFunction) -> CodeType:
    """The code that defines a pattern function."""
    return _PatternCompiler(compiler, pattern).code()


def _signature(pattern: PatternFunction) -> str:
    return f"[{plain_name(pattern.name)}]"


class _PatternCompiler:
    """Emits one pattern function."""

    def __init__(self, compiler: Compiler, pattern: PatternFunction) -> None:
        self._compiler = compiler
        self._pattern = pattern
        self._definitions = sorted(
            pattern.definitions,
            key=lambda each: not (each.parameters and carries_type(each.parameters[0])),
        )
        counts = [len(each.parameters) for each in self._definitions]
        self._fewest, self._most = min(counts), max(counts)
        self._slots = [f"{ARGUMENT}{index}" for index in range(self._most)]
        self._identifier = names.function(pattern.name)
        self._span = pattern.definitions[-1].span
        self._e: Emitter = compiler.emitter(Frame("function"), self._span)
        self._frames: list[Frame] = []
        self._known = Known()
        self._value, self._found = self._e.temporary(), self._e.temporary()
        self._next, self._waiting = self._e.temporary(), self._e.temporary()
        self._cut = self._e.temporary()

    def code(self) -> CodeType:
        e = self._e
        blocks = [self._block(index) for index in range(len(self._definitions))]
        loops = any(frame.loops_on_itself for frame in self._frames)
        with e.into([]) as body:
            if self._pattern.kind == "defpat":
                for block in blocks:
                    e.block.extend(block)
                self._give_up(e)
                body = [ast.While(nodes.constant(True), body, [])] if loops else body
            elif self._pattern.kind == "defpred":
                body = self._predicate(blocks, loops=loops)
            else:
                body = self._collection(blocks)
        declarations = [each for frame in self._frames for each in frame.declarations()]
        defaults = [nodes.support("unset")] * (self._most - self._fewest)
        definition = nodes.function(
            self._identifier, self._slots, None, defaults, [*declarations, *body]
        )
        e.functions[self._identifier] = self._pattern.info(), _signature(self._pattern)
        return self._compiler.code(e.place(definition), self._span, e)

    def _give_up(self, e: Emitter) -> None:
        name = nodes.constant(plain_name(self._pattern.name))
        if self._pattern.kind == "defpat":
            e.add(ast.Return(e.call("no_match", name, *map(nodes.name, self._slots))))
        else:
            e.add(ast.Raise(e.call("unmatched", name), None))

    # One definition

    def _block(self, index: int) -> list[ast.stmt]:
        e, definition = self._e, self._definitions[index]
        frame = self._frame(index, definition)
        self._frames.append(frame)
        e.frame, outer = frame, e.span
        if definition.span.origin == outer.origin:
            e.span = definition.span
        is_plain = self._pattern.kind == "defpat"
        with e.into([]) as block:
            matcher = Matcher(
                e,
                self._known if is_plain else Known(),
                copied=not is_plain and self._may_change(definition.form[_FIRST_FORM:]),
            )
            self._require_count(matcher, len(definition.parameters))
            for slot, parameter in zip(self._slots, definition.parameters, strict=False):
                matcher.match(parameter, nodes.name(slot))
            self._prepare(frame, definition.form, matcher)
            with e.into([]) as body:
                if is_plain:
                    e.sequence(definition.form, _FIRST_FORM, RETURN)
                else:
                    self._tests(frame, definition.form)
            frame.to_unset -= {*matcher.bound}
            e.block.extend([*frame.unset_statements(), *body])
        e.span = outer
        return block

    def _frame(self, index: int, definition: PatternDefinition) -> Frame:
        frame = Frame(
            "function", own_name=self._identifier, own_lisp_name=plain_name(self._pattern.name)
        )
        if len(self._definitions) > 1:
            frame.slots = _Numbered(index)
        analysis, body = self._e.analysis, definition.form[_FIRST_FORM:]
        if self._fewest == self._most and not analysis.has_lasting_lambda(body):
            frame.parameters = self._slots
        if self._pattern.kind != "defpat":
            frame.cut = self._cut
            if self._pattern.kind == "defprol":
                frame.parameters = None
            frame.tail = Temporary(self._value)
            frame.restart = lambda form: self._search_deeper(index, form)
        return frame

    def _require_count(self, matcher: Matcher, count: int) -> None:
        if count < self._most:
            missing = nodes.same(nodes.name(self._slots[count]), nodes.support("unset"))
            matcher.require(missing)
        if count > self._fewest:
            given = nodes.different(nodes.name(self._slots[count - 1]), nodes.support("unset"))
            matcher.require(given)

    def _prepare(self, frame: Frame, form: list[Value], matcher: Matcher) -> None:
        """Make the frame ready for the body of the definition."""
        e, body = self._e, form[_FIRST_FORM:]
        own = e.analysis.assigned(body) - {*matcher.bound}
        frame.variables |= own
        frame.shared = e.analysis.assigned_in_lambdas(body)
        frame.kinds = variable_kinds(body, e.analysis.lists, own)
        if not e.analysis.reads_frame(body):
            return
        keys: list[ast.expr | None] = [nodes.constant(names.variable(n)) for n in matcher.bound]
        values: list[ast.expr] = [nodes.name(frame.slot(name)) for name in matcher.bound]
        frame.dictionary, frame.variables, frame.slots = DICTIONARY, AnyName(), {}
        frame.parameters = None
        e.add(nodes.assign(DICTIONARY, ast.Dict(keys, values)))

    # Predicates

    def _may_change(self, body: Sequence[Value]) -> bool:
        """Whether the body may change a container that it gets."""
        for form in self._e.analysis.lists(body):
            head = form[0]
            if not isinstance(head, Symbol):
                return True
            definition = self._e.namespace.definition(head.name)
            if definition is None:
                if head.name != plain_name(self._pattern.name):
                    return True
            elif definition.in_place or head.name in _CHANGES or _updates_element(form):
                return True
        return False

    def _tests(self, frame: Frame, form: list[Value]) -> None:
        """The body of a predicate: every form must be true, and none may fail."""
        e = self._e
        with e.into([]) as body:
            for index in range(_FIRST_FORM, len(form) - 1):
                test = e.operand(form, index, TEST)
                block: list[ast.stmt] = []
                e.add(ast.If(test, block, []))
                e.block = block
            assert isinstance(frame.tail, Temporary)
            e.operand(form, len(form) - 1, frame.tail)
            e.add(ast.If(nodes.name(self._value), [self._success()], []))
        error = e.temporary()
        failed = ast.Expr(e.call("failed", nodes.name(error)))
        e.add(nodes.attempt(body, nodes.support("Exception"), [failed], error))

    def _success(self) -> ast.stmt:
        value = nodes.name(self._value)
        if self._pattern.kind == "defpred":
            return ast.Return(value)
        append = nodes.attribute(nodes.name(self._found), "append")
        return ast.Expr(nodes.call(append, value))

    def _predicate(self, blocks: list[list[ast.stmt]], *, loops: bool) -> list[ast.stmt]:
        e = self._e
        cuts = [_assigns(block, self._cut) for block in blocks]
        if not loops and not any(cuts):
            with e.into([]) as body:
                for block in blocks:
                    e.block.extend(block)
                self._give_up(e)
            return body
        last = nodes.constant(len(blocks))
        with e.into([]) as turn:
            for index, (block, has_cut) in enumerate(zip(blocks, cuts, strict=True)):
                if has_cut:
                    block = [
                        nodes.assign(self._cut, nodes.constant(False)),
                        *block,
                        ast.If(nodes.name(self._cut), [nodes.assign(self._next, last)], []),
                    ]
                turn_now = ast.Compare(nodes.name(self._next), [ast.LtE()], [nodes.constant(index)])
                e.add(ast.If(turn_now, block, []))
            with e.into([]) as nothing_left:
                self._give_up(e)
            e.add(ast.If(nodes.negated(nodes.name(self._waiting)), nothing_left, []))
            state = [nodes.target(slot) for slot in (*self._slots, self._next)]
            pop = e.call(nodes.attribute(nodes.name(self._waiting), "pop"))
            e.add(ast.Assign([nodes.tuple_target(state)], pop))
        return [
            nodes.assign(self._next, nodes.constant(0)),
            nodes.assign(self._waiting, ast.List([], ast.Load())),
            ast.While(nodes.constant(True), turn, []),
        ]

    def _search_deeper(self, index: int, form: list[Value]) -> None:
        """A predicate calls itself last: remember what is left to try here, and start again."""
        e = self._e
        values = [e.keep(value) for value in e.operands(form)]
        if index < len(self._definitions) - 1:
            state = [nodes.name(slot) for slot in self._slots]
            push = e.call(
                nodes.attribute(nodes.name(self._waiting), "append"),
                nodes.tuple_of([*state, nodes.constant(index + 1)]),
            )
            if any(Symbol("cut_") in each for each in e.analysis.lists([form, self._whole(index)])):
                e.add(ast.If(nodes.negated(nodes.name(self._cut)), [ast.Expr(push)], []))
            else:
                e.add(ast.Expr(push))
        for slot, value in zip(self._slots, values, strict=True):
            e.add(nodes.assign(slot, value))
        e.add(nodes.assign(self._next, nodes.constant(0)))
        e.add(ast.Continue())

    def _whole(self, index: int) -> LispList:
        return LispList([Symbol("block"), *self._definitions[index].form[_FIRST_FORM:]])

    def _collection(self, blocks: list[list[ast.stmt]]) -> list[ast.stmt]:
        e = self._e
        found = nodes.name(self._found)
        with e.into([]) as body:
            e.add(nodes.assign(self._found, e.call("LispList")))
            for block in blocks:
                if not _assigns(block, self._cut):
                    e.block.extend(block)
                    continue
                e.add(nodes.assign(self._cut, nodes.constant(False)))
                e.block.extend(block)
                e.add(ast.If(nodes.name(self._cut), [ast.Return(found)], []))
            e.add(ast.Return(found))
        return body


_CHANGES = frozenset({"set@", "push", "pop", "replaceall", "eval", "loadcode", "apply"})


def _updates_element(form: list[Value]) -> bool:
    return str(form[0]).endswith("=") and len(form) > 1 and isinstance(form[1], list)


def _assigns(block: list[ast.stmt], slot: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == slot and isinstance(node.ctx, ast.Store)
        for statement in block
        for node in ast.walk(statement)
    )


class _Numbered(dict[str, str]):
    """The Python names of a definition's variables, which no other definition uses."""

    def __init__(self, index: int) -> None:
        super().__init__()
        self._index = index

    def get(self, name: str, default: object = None) -> str:
        """The Python name of a variable, made when it is asked for first."""
        if name not in self:
            self[name] = names.variable(f"{name}'{self._index}")
        return self[name]
