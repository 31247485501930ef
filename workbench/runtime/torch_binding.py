"""The ``lispe_torch`` library: torch_lib's public functions as Lisp knows them.

One rule names them: ``torch_lib.layers.linear`` is ``torch_linear``. Arguments are converted by
annotation, failures become Lisp errors that begin with the function's name.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from importlib import import_module
from itertools import chain, repeat
from operator import call as apply
from types import FrameType
from typing import Any, get_type_hints

from lispe_core.errors import LispError
from lispe_core.forms import Value
from lispe_core.library import Library
from torch_lib.errors import TorchLibError
from workbench.runtime.conversions import Mismatch, conversion
from workbench.runtime.tensor_value import TensorValue, first_line
from workbench.runtime.torch_object import to_lisp

__all__ = ["ALIASES", "LIBRARY_NAME", "converting", "torch_library", "warning_sentence"]


LIBRARY_NAME = "lispe_torch"
PREFIX = "torch_"

TENSOR_MODULES = ("tensors", "shapes", "elementwise", "mathematics", "reductions")
"""What works on tensors alone: each such function is also called ``tensor_…``."""

MODULES = (
    *TENSOR_MODULES,
    "devices",
    "layers",
    "networks",
    "modules",
    "masks",
    "attention",
    "positions",
    "transformer",
    "tokenizers",
    "simple_tokenizer",
    "sentencepiece_tokenizer",
    "pipeline_tokenizer",
    "stream_decoder",
    "generation_config",
    "generation",
    "losses",
    "optimizers",
    "schedulers",
    "training",
    "recomputation",
    "sequences",
    "state_dicts",
    "checkpoints",
    "pretrained",
    "chat",
    "rotary",
    "llama_layers",
    "llama",
    "gguf",
)
"""The modules of torch_lib that Lisp can use, in the order of the reference."""

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
    "torch_pad_sequence": "torch_pad_sequences",
    "torch_attention_mask": "torch_create_attention_mask",
    "torch_cross_entropy": "torch_crossentropy_loss",
    "torch_multi_head_attention": "torch_multihead_attention",
    "torch_attention_forward": "torch_multihead_attention_forward",
    "torch_multi_head_attention_forward": "torch_multihead_attention_forward",
    "torch_transformer_block_forward": "torch_transformer_forward",
    "torch_positional_forward": "torch_positional_encoding_forward",
    "torch_generator_config": "torch_generator_configure",
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
    for module_name in MODULES:
        module = import_module(f"torch_lib.{module_name}")
        for public in module.__all__:
            name = PREFIX + public
            member = LISP_RESULTS.get(name) or getattr(module, public)
            if not inspect.isfunction(member):
                continue
            if inspect.isgeneratorfunction(inspect.unwrap(member)):
                library.block(name, member, f"({name} body…)")
                continue
            functions[name] = member
            if module_name in TENSOR_MODULES:
                functions.setdefault(tensor_spelling(name), member)
    functions |= {alias: functions[name] for alias, name in ALIASES.items()}
    for name, function in functions.items():
        library.add(name, converting(name, function))
    return library


def tensor_spelling(name: str) -> str:
    """``tensor_add`` for ``torch_add``, ``tensor_slice`` for ``torch_tensor_slice``."""
    return f"tensor_{name.removeprefix(PREFIX).removeprefix('tensor_')}"


def to_list(tensor: TensorValue) -> Value:
    """The elements as nested lists, the innermost typed; a number for zero dimensions."""
    return tensor.to_list()


LISP_RESULTS = {"torch_to_list": to_list}
"""Functions whose results are Lisp's own: they replace those of torch_lib."""


def converting(name: str, function: Function) -> Function:
    """``function`` for Lisp callers, who know it as ``name``.

    Raises:
        TypeError: A parameter is annotated with a type that has no conversion.
    """
    parameters = list(inspect.signature(function).parameters.values())
    hints = get_type_hints(function)
    takes = [(p, _converter(p, hints[p.name])) for p in parameters if p.kind is not p.KEYWORD_ONLY]
    converters = tuple(convert for p, convert in takes if p.kind is not p.VAR_POSITIONAL)
    rest = next((convert for p, convert in takes if p.kind is p.VAR_POSITIONAL), None)
    names = [parameter.name for parameter, _ in takes]
    fewest = sum(p.default is p.empty and p.kind is not p.VAR_POSITIONAL for p, _ in takes)
    most = sys.maxsize if rest else len(converters)

    @wraps(function)
    def call(*arguments: Value) -> Value:
        if not fewest <= len(arguments) <= most:
            raise LispError(f"{name}: {_expected_count(fewest, most)}, got {len(arguments)}")
        wanted = converters if rest is None else chain(converters, repeat(rest))
        try:
            result = function(*map(apply, wanted, arguments))
        except LispError:
            raise
        except Mismatch as problem:
            place = _refused(chain(converters, repeat(rest)), arguments)
            raise LispError(f"{name}: {_mismatch(names, place, problem)}") from None
        except OSError as problem:
            raise LispError(f"{name}: {_file_problem(problem)}") from problem
        except (TorchLibError, *TORCH_FAILURES) as problem:
            raise LispError(f"{name}: {first_line(problem)}") from problem
        if arguments and type(given := arguments[0]) is TensorValue and given.tensor is result:
            return given  # a tensor that is given back is the same value
        return to_lisp(result)

    return call


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


def _expected_count(fewest: int, most: int) -> str:
    if fewest == most:
        return f"expected {fewest} {'argument' if fewest == 1 else 'arguments'}"
    if most == sys.maxsize:
        return f"expected {fewest} arguments or more"
    return f"expected {fewest} to {most} arguments"


def _refused(converters: Iterable[Any], arguments: tuple[Value, ...]) -> int:
    """The place of the first argument that its converter refuses."""
    for place, (convert, argument) in enumerate(zip(converters, arguments, strict=False)):
        try:
            convert(argument)
        except Mismatch:
            return place
    raise AssertionError("no argument is refused")


def _mismatch(names: list[str], place: int, problem: Mismatch) -> str:
    if problem.entry:
        what = f"entry {problem.entry} of the {_ordinal(place)} argument"
    elif problem.quoted:
        what = names[min(place, len(names) - 1)]
    else:
        what = f"{_ordinal(place)} argument"
    return f"{what} must be {problem.expected}, got {problem.given}"


def _ordinal(place: int) -> str:
    return ORDINALS[place] if place < len(ORDINALS) else f"{place + 1}th"


def _file_problem(problem: OSError) -> str:
    if isinstance(problem, TorchLibError) or problem.strerror is None:
        return str(problem)
    reason = problem.strerror[0].lower() + problem.strerror[1:]
    return f"{reason}: {problem.filename}" if problem.filename else reason
