"""The pipeline: forms → Python ``ast`` → code objects that carry Lisp's names and places."""

from __future__ import annotations

import ast
from types import CodeType

from lispe_core import names, nodes
from lispe_core.blocks import RETURN, VALUE
from lispe_core.depth import UNWATCHED_CALLS
from lispe_core.emitter import Emitter
from lispe_core.errors import LispError
from lispe_core.expander import Expander
from lispe_core.forms import LispList, Span, Symbol, Value
from lispe_core.frames import AnyName, Frame, InstanceFrame, OtherNames, SetVariables
from lispe_core.functions import FunctionInfo, FunctionKind, described
from lispe_core.kinds import variable_kinds
from lispe_core.macros import Macros
from lispe_core.namespace import ROOT, Namespace
from lispe_core.parameters import Parameters, parameters_of
from lispe_core.printer import display
from lispe_core.quotation import QUOTE

DICTIONARY = names.FRAME
_Description = tuple[FunctionInfo, str]


class Compiler:
    """Compiles the forms of one program."""

    def __init__(self, namespace: Namespace, macros: Macros) -> None:
        self._namespace = namespace
        self._macros = macros

    def form(
        self,
        form: Value,
        span: Span,
        *,
        in_frame: bool = False,
        fields: InstanceFrame | None = None,
    ) -> CodeType:
        """The code of a function ``ROOT`` whose call gives the value of ``form``.

        With ``in_frame`` the function takes the dictionary of a call frame. With ``fields`` it
        takes the current instance before that.
        """
        frame = Frame("root", fields)
        if in_frame:
            frame = Frame("function", fields, dictionary=DICTIONARY, variables=AnyName())
        emitter = self.emitter(frame, span)
        if fields is not None and not in_frame:
            fields.variables = OtherNames(emitter.analysis.assigned([form]))
        emitter.emit(form, RETURN, span)
        body = [*frame.declarations(), *emitter.block]
        parameters = [DICTIONARY] if in_frame else []
        definition = nodes.function(ROOT, parameters, None, [], body)
        if fields is not None:
            take_instance(definition, fields, len(frame.declarations()))
        return self.code(definition, span, emitter)

    def function(
        self,
        form: list[Value],
        span: Span,
        full_name: str,
        fields: InstanceFrame | None = None,
        kind: FunctionKind = "function_",
    ) -> CodeType:
        """The code that defines the function of ``(defun name (parameter…) e…)``.

        With ``fields`` it is a method, which gets the instance first.
        """
        name, written = form[1].name, form[2]
        parameters = parameters_of(written)
        identifier = names.function(full_name)
        frame = Frame("function", fields, own_name=identifier, own_lisp_name=name)
        emitter = self.emitter(frame, span)
        definition = self.definition(emitter, identifier, frame, parameters, form, 3)
        if fields is not None:
            take_instance(definition, fields, len(frame.declarations()))
        info = FunctionInfo(name, kind, _plain(written), _plain(form))
        emitter.functions[identifier] = info, _signature(name, written)
        return self.code(definition, span, emitter)

    def lambda_(self, e: Emitter, form: list[Value]) -> tuple[str, ast.FunctionDef]:
        """The definition of a lambda inside the code being emitted, and the name it binds."""
        written = form[1]
        parameters = parameters_of(written, plain=True)
        identifier = f"lambda_{e.temporary()[2:]}"
        frame = Frame("lambda", e.frame, own_name=identifier, shared=e.frame.shared)
        outer, e.frame = e.frame, frame
        set_before = SetVariables.of(outer)
        definition = self.definition(e, identifier, frame, parameters, form, 2)
        set_before.restore()
        e.frame = outer
        info = FunctionInfo("λ", "lambda_", _plain(written), _lambda_source(form))
        e.functions[identifier] = info, _signature("lambda", written)
        return identifier, definition

    def definition(
        self,
        e: Emitter,
        identifier: str,
        frame: Frame,
        parameters: Parameters,
        form: list[Value],
        start: int,
    ) -> ast.FunctionDef:
        """A Python function with the forms from ``start`` on as its body."""
        bound = set(parameters.names())
        body_forms = form[start:]
        frame.variables = set(bound)
        frame.set_here = set(bound)
        if frame.kind == "function":
            frame.variables |= e.analysis.assigned(body_forms)
            frame.shared = e.analysis.assigned_in_lambdas(body_forms)
            own = {*frame.variables} - bound
            frame.kinds = variable_kinds(body_forms, e.analysis.lists, own)
            frame.only_read = e.analysis.only_read(body_forms) & own
            if e.analysis.reads_frame(body_forms):
                frame.dictionary = DICTIONARY
                frame.variables = AnyName()
        elif e.analysis.reads_frame(body_forms):
            frame.dictionary = f"{DICTIONARY}_{identifier}"
        if not (
            parameters.optional
            or parameters.rest
            or frame.dictionary
            or e.analysis.has_lasting_lambda(body_forms)
        ):
            frame.parameters = [names.variable(name) for name in parameters.required]
        with e.into([]) as body:
            self._prologue(e, frame, parameters, form[start - 1])
            e.sequence(form, start, RETURN)
        frame.to_unset -= bound
        statements = [*frame.unset_statements(), *body]
        if frame.loops_on_itself:
            statements = [ast.While(nodes.constant(True), statements, [])]
        defaults = [_default(parameter.default) for parameter in parameters.optional]
        slots = [names.variable(name) for name in parameters.names()]
        rest = slots.pop() if parameters.rest else None
        body = [*frame.declarations(), *statements]
        return e.place(nodes.function(identifier, slots, rest, defaults, body))

    def _default_value(
        self, e: Emitter, default: Value, place: Value, hidden: set[str]
    ) -> ast.expr:
        """The value of a default, in a function of its own that sees no ``hidden`` variables."""
        if isinstance(default, list) and (not default or default[0] is QUOTE):
            return e.emit(default, VALUE, e.span_of(place, 1))
        identifier, definition = self.lambda_(e, [Symbol("lambda"), LispList(), default])
        written = {
            slot for part in definition.body if isinstance(part, ast.Global) for slot in part.names
        }
        slots = {names.variable(name) for name in hidden} - written
        if slots:
            definition.body.insert(0, ast.Global(sorted(slots)))
        e.add(definition)
        return e.call(nodes.name(identifier))

    def _prologue(
        self, e: Emitter, frame: Frame, parameters: Parameters, written: list[Value]
    ) -> None:
        if UNWATCHED_CALLS and (parameters.optional or parameters.rest):
            e.add(ast.Expr(e.call("watch_depth")))
        for parameter in parameters.optional:
            if _is_literal(parameter.default):
                continue
            slot = names.variable(parameter.name)
            visible, frame.variables = frame.variables, set()
            dictionary, frame.dictionary = frame.dictionary, None
            hidden = {*parameters.names(), *visible}
            with e.into([]) as default:
                place = written[parameter.place]
                e.add(nodes.assign(slot, self._default_value(e, parameter.default, place, hidden)))
            frame.variables, frame.dictionary = visible, dictionary
            missing = nodes.same(nodes.name(slot), nodes.support("unset"))
            e.add(ast.If(missing, default, []))
        if parameters.rest:
            slot = names.variable(parameters.rest)
            e.add(nodes.assign(slot, nodes.call("LispList", nodes.name(slot))))
        if frame.dictionary:
            slots = [names.variable(name) for name in parameters.names()]
            keys: list[ast.expr | None] = [nodes.constant(slot) for slot in slots]
            held = ast.Dict(keys, [nodes.name(slot) for slot in slots])
            e.add(nodes.assign(frame.dictionary, held))

    def emitter(self, frame: Frame, span: Span) -> Emitter:
        """What emits the code of a function that begins with ``frame``."""
        return Emitter(self._namespace, Expander(self._macros), frame, span, self)

    def code(self, definition: ast.FunctionDef, span: Span, emitter: Emitter) -> CodeType:
        """The code object that binds the function ``definition``."""
        module = ast.Module([definition], [])
        nodes.fill_places(module, span)
        try:
            code = compile(module, span.origin, "exec", dont_inherit=True, optimize=1)
        except RecursionError:
            raise LispError("the program is nested too deeply", span) from None
        return _described(code, emitter.functions) if emitter.functions else code


def take_instance(definition: ast.FunctionDef, fields: InstanceFrame, start: int) -> None:
    """Make a function take the current instance first; ``start`` is where its code begins."""
    definition.args.posonlyargs.insert(0, ast.arg(fields.this))
    held = nodes.attribute(nodes.name(fields.this), "fields")
    definition.body.insert(start, nodes.assign(fields.dictionary or "", held))


def _described(code: CodeType, functions: dict[str, _Description]) -> CodeType:
    if any(isinstance(value, CodeType) for value in code.co_consts):
        constants = [
            _described(value, functions) if isinstance(value, CodeType) else value
            for value in code.co_consts
        ]
        code = code.replace(co_consts=tuple(constants))
    if code.co_name in functions:
        return described(code, *functions[code.co_name])
    return code


def _plain(form: Value) -> LispList:
    return LispList(form)


def _lambda_source(form: list[Value]) -> LispList:
    return LispList([Symbol("λ"), *form[1:]])


def _signature(name: str, written: list[Value]) -> str:
    return f"({name} {display(written)}...)"


def _is_literal(default: Value) -> bool:
    return default is None or type(default) in (int, float, str)


def _default(default: Value) -> ast.expr:
    return nodes.constant(default) if _is_literal(default) else nodes.support("unset")
