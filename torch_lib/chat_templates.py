"""Chat templates: programs in Jinja that come with models, so they run in its sandbox.

They see plain data alone, and reach neither Python nor more memory or time than a conversation
takes. What they may use beside Jinja's own is what the ``transformers`` library gives them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from time import monotonic
from typing import Any

from torch_lib.errors import ArgumentError, MissingPackage
from torch_lib.memory import limited_memory

__all__ = ["rendered"]

LONGEST_RUN = 10.0
"""Seconds in which a template has to be done; those that come with models take milliseconds."""

_LONGEST = 2**24
"""Characters of any text in a template, elements of any list, and the largest number."""

_WIDEST = 2**14
"""Bits of any number that a template computes."""

_end: ContextVar[float] = ContextVar("end")
"""When the template that runs has to be done, on the monotonic clock."""


def rendered(template: str, values: Mapping[str, Any]) -> str:
    """What a template writes for ``values``, which are plain data.

    Raises:
        ArgumentError: It refuses them, or cannot be run.
    """
    _check_package()
    _end.set(monotonic() + LONGEST_RUN)
    try:
        with limited_memory():
            written: str = _environment().from_string(template).render(_plain(values))
    except RecursionError as error:
        raise ArgumentError("the chat template is nested too deeply") from error
    except MemoryError as error:
        raise ArgumentError("the chat template needs too much memory") from error
    except TimeoutError as error:
        raise ArgumentError(
            f"the chat template takes longer than {LONGEST_RUN:g} seconds"
        ) from error
    except Exception as error:  # templates fail as any program does
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ArgumentError(f"the chat template refuses the messages: {reason}") from error
    return written


def _plain(value: Any) -> Any:
    """Data without what belongs to a program: its values have no methods but those of Python."""
    if isinstance(value, Mapping):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Sequence):
        return [_plain(held) for held in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    raise TypeError(f"{type(value).__name__} is no plain value")


def _check_time() -> None:
    if monotonic() > _end.get():
        raise TimeoutError


def _steps(values: Iterable[Any]) -> Iterator[Any]:
    """``values`` as a loop takes them one by one, while there is time."""
    for value in values:
        _check_time()
        yield value


def _check_package() -> None:
    try:
        import jinja2  # noqa: F401
    except ImportError as error:
        raise MissingPackage(
            "chat templates need the jinja2 package (pip install jinja2)"
        ) from error


@cache
def _environment() -> Any:
    from jinja2 import nodes
    from jinja2.compiler import CodeGenerator, Frame
    from jinja2.exceptions import SecurityError, TemplateError
    from jinja2.ext import Extension, loopcontrols
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from jinja2.utils import Namespace

    class Generation(Extension):
        """``{% generation %}``, which marks what the assistant says, and writes it as it is."""

        tags = {"generation"}  # noqa: RUF012 - Jinja declares it so

        def parse(self, parser: Any) -> Any:
            line = next(parser.stream).lineno
            body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
            return nodes.Scope(body).set_lineno(line)

    class PlainNamespace(Namespace):
        """``namespace``, whose attributes are names of the template's own."""

        def __init__(*arguments: Any, **attributes: Any) -> None:
            self, *given = arguments
            Namespace.__init__(self)
            for name, value in dict(*given, **attributes).items():
                self[name] = value

        def __setitem__(self, name: str, value: Any) -> None:
            if str(name).startswith("_"):
                raise SecurityError(f"the name {name} is not for templates")
            Namespace.__setitem__(self, name, value)

    class Generator(CodeGenerator):
        """Writes loops whose steps look at the clock."""

        def visit_For(self, node: nodes.For, frame: Frame) -> None:
            steps = nodes.EnvironmentAttribute("steps", lineno=node.lineno)
            node.iter = nodes.Call(steps, [node.iter], [], None, None, lineno=node.lineno)
            super().visit_For(node, frame)

    class Environment(ImmutableSandboxedEnvironment):
        """The sandbox, with bounds on what grows and on what runs on."""

        code_generator_class = Generator
        steps = staticmethod(_steps)
        intercepted_binops = frozenset({"*", "**", "%"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if _is_too_large(operator, left, right):
                raise SecurityError(f"the result of {operator} is too large")
            return super().call_binop(context, operator, left, right)

        def call(self, context: Any, called: Any, /, *values: Any, **named: Any) -> Any:
            _check_time()
            formatting = getattr(called, "__wrapped__", None)  # as the sandbox wraps str.format
            check(getattr(formatting, "__self__", None), *values, *named.values())
            return super().call(context, called, *values, **named)

    def check(pattern: Any, *values: Any) -> None:
        for value in values:
            if isinstance(value, int) and abs(value) > _LONGEST:
                raise SecurityError("a number is too large for templates")
        if isinstance(pattern, str) and _pads(pattern):
            raise SecurityError("a width is too large for templates")

    def bounded(name: str, filter: Callable[..., Any]) -> Callable[..., Any]:
        """A filter that takes no absurd width."""

        def checked(*arguments: Any, **named: Any) -> Any:
            _check_time()
            pattern = arguments[0] if name == "format" else None
            check(pattern, *arguments, *named.values())
            return filter(*arguments, **named)

        checked.__dict__.update(
            getattr(filter, "__dict__", {})
        )  # whether Jinja passes it the context
        return checked

    def tojson(
        value: Any,
        ensure_ascii: bool = False,
        indent: int | None = None,
        separators: tuple[str, str] | None = None,
        sort_keys: bool = False,
    ) -> str:
        return json.dumps(
            value,
            ensure_ascii=ensure_ascii,
            indent=indent,
            separators=separators,
            sort_keys=sort_keys,
        )

    def refuse(message: str) -> None:
        raise TemplateError(message)

    environment = Environment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols]
    )
    environment.filters = {
        name: bounded(name, filter)
        for name, filter in (environment.filters | {"tojson": tojson}).items()
    }
    del environment.globals["lipsum"]
    environment.globals |= {
        "dict": lambda *pairs, **named: dict(*pairs, **named),
        "namespace": PlainNamespace,
        "raise_exception": refuse,
        "strftime_now": lambda layout: datetime.now().strftime(layout),
    }
    return environment


_WIDTH = re.compile(r"[%{][^%{}]*\d{6}|%[^a-zA-Z]*\*")


def _pads(pattern: str) -> bool:
    """Whether a pattern of ``%`` or ``format`` asks for a width of a million or one given apart."""
    return _WIDTH.search(pattern) is not None


def _is_too_large(operator: str, left: Any, right: Any) -> bool:
    """Whether the result has, at the least, too many characters, elements or bits."""
    if operator == "%":
        return isinstance(left, str) and _pads(left)
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length()
        return (bits * max(right, 0) if operator == "**" else bits + right.bit_length()) > _WIDEST
    return operator == "*" and any(
        isinstance(held, str | list | tuple)
        and isinstance(count, int)
        and len(held) * count > _LONGEST
        for held, count in ((left, right), (right, left))
    )
