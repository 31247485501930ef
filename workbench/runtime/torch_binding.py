"""The ``lispe_torch`` library: torch_lib's public functions as Lisp knows them.

One rule names them: ``torch_lib.layers.linear`` is ``torch_linear``. Arguments are converted by
annotation, failures become Lisp errors that begin with the function's name.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from itertools import chain, repeat
from operator import call as apply
from types import FrameType
from typing import Any, get_type_hints

from lispe_core.errors import LispError
from lispe_core.forms import Value
from lispe_core.library import Library
from torch_lib import NEIGHBOURS, TOPICS
from torch_lib.errors import TorchLibError
from workbench.runtime.conversions import Mismatch, conversion
from workbench.runtime.tensor_value import TensorValue, first_line
from workbench.runtime.torch_object import to_lisp

__all__ = [
    "ALIASES",
    "LIBRARY_NAME",
    "PREFIX",
    "Parameters",
    "converting",
    "neighbour_library",
    "public_functions",
    "torch_library",
    "warning_sentence",
]


LIBRARY_NAME = "lispe_torch"
PREFIX = "torch_"

ALIASES = {
    "tensor_create": "torch_tensor",
    "torch_size": "torch_shape",
    "tensor_size": "torch_shape",
    "torch_view": "torch_reshape",
    "torch_slice": "torch_tensor_slice",
    "tensor_add_scalar": "torch_add",
    "tensor_mul_scalar": "torch_mul",
    "tensor_div_scalar": "torch_div",
    "tensor_linear": "torch_linear_apply",
    "tensor_mean_dim": "torch_mean",
    "tensor_in_memory": "torch_tensor_count",
    "torch_cuda_available": "torch_cuda_is_available",
    "torch_mps_available": "torch_mps_is_available",
    "torch_tokenizer_encode": "torch_encode",
    "torch_tokenizer_decode": "torch_decode",
    "torch_tokenizer_get_vocab_size": "torch_vocab_size",
    "torch_tensor_to_fp16": "torch_quantize_fp16",
    "torch_pad_sequence": "torch_pad_sequences",
    "torch_attention_mask": "torch_create_attention_mask",
    "torch_cross_entropy": "torch_crossentropy_loss",
    "torch_multi_head_attention": "torch_multihead_attention",
    "torch_attention_forward": "torch_multihead_attention_forward",
    "torch_multi_head_attention_forward": "torch_multihead_attention_forward",
    "torch_transformer_block_forward": "torch_transformer_forward",
    "torch_positional_forward": "torch_positional_encoding_forward",
    "torch_generator_config": "torch_generator_configure",
    "torch_hf_lora_parameters": "torch_hf_lora_get_parameters",
}
"""Second spellings, and the names they stand for."""

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")

# What torch raises over its arguments; any other exception is a defect of this program.
TORCH_FAILURES = (RuntimeError, ValueError, TypeError, IndexError, OverflowError)

Function = Callable[..., Any]


def torch_library() -> Library:
    """torch_lib's public functions under their Lisp names, with the block forms and aliases."""
    library = Library(LIBRARY_NAME, kind="function")
    functions: dict[str, Function] = {}
    for topic, modules in TOPICS.items():
        for public, member in public_functions(modules):
            name = PREFIX + public
            if inspect.isgeneratorfunction(inspect.unwrap(member)):
                library.block(name, converting(name, member, result=as_it_is))
                continue
            functions[name] = LISP_RESULTS.get(name, member)
            if topic == "tensors":
                functions.setdefault(tensor_spelling(name), functions[name])
    functions |= {alias: functions[name] for alias, name in ALIASES.items()}
    for name, function in functions.items():
        library.add(name, converting(name, function))
    return library


def neighbour_library(name: str) -> Library:
    """A library beside the torch library, whose functions are called in Lisp as in Python."""
    library = Library(name, kind="function")
    for public, member in public_functions([NEIGHBOURS[name]]):
        library.add(public, converting(public, member))
    return library


def public_functions(modules: Iterable[str]) -> Iterator[tuple[str, Function]]:
    """The functions that modules of torch_lib declare public, by name."""
    for module_name in modules:
        module = import_module(f"torch_lib.{module_name}")
        for name in module.__all__:
            member = getattr(module, name)
            if inspect.isfunction(member):
                yield name, member


def tensor_spelling(name: str) -> str:
    """``tensor_add`` for ``torch_add``, ``tensor_slice`` for ``torch_tensor_slice``."""
    return f"tensor_{name.removeprefix(PREFIX).removeprefix('tensor_')}"


def to_list(tensor: TensorValue) -> Value:
    """The elements as nested lists, the innermost typed; a number for zero dimensions.

    Example:
        (torch_to_list (torch_add '((1 2) (3 4)) 10))
        ; => ((11 12) (13 14))
        (torch_to_list (torch_sum '(1 2 3)))
        ; => 6
    """
    return tensor.to_list()


LISP_RESULTS = {"torch_to_list": to_list}
"""Functions whose results are Lisp's own: they replace those of torch_lib."""


def converting(name: str, function: Function, result: Callable[[Any], Value] = to_lisp) -> Function:
    """``function`` for Lisp callers, who know it as ``name``; ``result`` makes the Lisp value."""
    takes: Parameters | None = None

    @wraps(function)
    def call(*arguments: Value) -> Value:
        nonlocal takes
        if takes is None:  # only now: reading the annotations of all functions takes 20 ms
            takes = Parameters.of(function)
        if not takes.fewest <= len(arguments) <= takes.most:
            raise LispError(f"{name}: {takes.expected_count}, got {len(arguments)}")
        wanted = takes.converters if takes.rest is None else takes.endless()
        try:
            given = function(*map(apply, wanted, arguments))
        except LispError:
            raise
        except Mismatch as problem:
            raise LispError(f"{name}: {takes.mismatch(arguments, problem)}") from None
        except OSError as problem:
            raise LispError(f"{name}: {_file_problem(problem)}") from problem
        except TorchLibError as problem:
            raise LispError(f"{name}: {first_line(problem)}") from problem
        except TORCH_FAILURES as problem:
            from torch_lib.distributed import loss_of_a_process

            reason = first_line(loss_of_a_process(problem) or problem)
            raise LispError(f"{name}: {reason}") from problem
        if arguments and type(first := arguments[0]) is TensorValue and first.tensor is given:
            return first  # a tensor that is given back is the same value
        return result(given)

    call.__name__ = name
    return call


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a function takes, and what turns Lisp values into it.

    Args:
        names: Of the parameters, in order.
        converters: What turns each argument into its parameter's value.
        rest: The same for any further arguments, if it takes them.
        fewest: How many arguments are needed.
        most: How many are allowed.
    """

    names: tuple[str, ...]
    converters: tuple[Callable[[Value], Any], ...]
    rest: Callable[[Value], Any] | None
    fewest: int
    most: int

    @classmethod
    def of(cls, function: Function) -> Parameters:
        """The parameters of ``function``.

        Raises:
            TypeError: A parameter is annotated with a type that has no conversion.
        """
        hints = get_type_hints(function)
        parameters = [
            parameter
            for parameter in inspect.signature(function).parameters.values()
            if parameter.kind is not parameter.KEYWORD_ONLY
        ]
        several = [parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters]
        takes = [_converter(parameter, hints[parameter.name]) for parameter in parameters]
        single = sum(not is_rest for is_rest in several)
        return cls(
            names=tuple(parameter.name for parameter in parameters),
            converters=tuple(takes[:single]),
            rest=takes[single] if single < len(takes) else None,
            fewest=sum(parameter.default is parameter.empty for parameter in parameters[:single]),
            most=sys.maxsize if single < len(takes) else single,
        )

    @property
    def expected_count(self) -> str:
        """The number of arguments in words."""
        if self.fewest == self.most:
            return f"expected {self.fewest} {'argument' if self.fewest == 1 else 'arguments'}"
        if self.rest:
            return f"expected {self.fewest} arguments or more"
        return f"expected {self.fewest} to {self.most} arguments"

    def endless(self) -> Iterator[Callable[[Value], Any]]:
        """A converter for each argument, however many there are."""
        return chain(self.converters, repeat(self.rest or as_it_is))

    def mismatch(self, arguments: tuple[Value, ...], problem: Mismatch) -> str:
        """Which argument was refused, what was expected and what was given."""
        place = self._refused(arguments)
        if problem.entry:
            what = f"entry {problem.entry} of the {_ordinal(place)} argument"
        elif problem.quoted:
            what = self.names[min(place, len(self.names) - 1)]
        else:
            what = f"{_ordinal(place)} argument"
        return f"{what} must be {problem.expected}, got {problem.given}"

    def _refused(self, arguments: tuple[Value, ...]) -> int:
        for place, (convert, argument) in enumerate(zip(self.endless(), arguments, strict=False)):
            try:
                convert(argument)
            except Mismatch:
                return place
        raise AssertionError("no argument is refused")


def as_it_is(value: Any) -> Any:
    """``value``, for what needs no conversion."""
    return value


def forward(module: Value, *arguments: Value) -> Value:
    """A module applied to its input: what calling it means."""
    from torch_lib import layers

    return converting("torch_forward", layers.forward)(module, *arguments)


def warning_sentence(message: Warning | str) -> str:
    """``torch_set_device: CUDA is not available``: a warning with the function that gives it."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code.co_qualname == "converting.<locals>.call":
            return f"{frame.f_locals['name']}: {message}"
        frame = frame.f_back
    return str(message)


def _converter(parameter: inspect.Parameter, annotation: Any) -> Callable[[Value], Any]:
    """What turns an argument into the value of ``parameter``; ``nil`` means its default."""
    convert = conversion(annotation).convert
    default = parameter.default
    if default is parameter.empty or isinstance(default, bool) or annotation is bool:
        return convert
    return lambda value: default if value is None else convert(value)


def _ordinal(place: int) -> str:
    return ORDINALS[place] if place < len(ORDINALS) else f"{place + 1}th"


def _file_problem(problem: OSError) -> str:
    if isinstance(problem, TorchLibError) or problem.strerror is None:
        return str(problem)
    reason = problem.strerror[0].lower() + problem.strerror[1:]
    return f"{reason}: {problem.filename}" if problem.filename else reason
