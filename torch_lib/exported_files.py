"""Archives of exported programs, checked before PyTorch reads them.

``torch.export.load`` is not made for files of others: it unpickles what a file marks for that, it
evaluates the expressions in it, and it looks up operators among all names of PyTorch. What passes
here is a graph of tensor operators, its weights, and arithmetic on sizes.
"""

from __future__ import annotations

import ast
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import torch

from torch_lib.archives import archive_content
from torch_lib.errors import CheckpointError
from torch_lib.text_files import json_value

__all__ = ["checked_archive"]

_PLAIN_ENTRY = re.compile(
    r"(archive_format|archive_version|byteorder|version|\.data/(version|serialization_id)"
    r"|\.format_version|\.storage_alignment|models/\w+\.json"
    r"|data/weights/weight_\d+|data/constants/tensor_\d+"
    r"|data/(weights/\w+_weights|constants/\w+_constants)_config\.json"
    r"|data/sample_inputs/\w+\.pt)"
)
_OPERATOR = re.compile(
    r"torch\.ops\.(aten|prims)\.(?!from_file)\w+\.\w+"
    r"|torch\.ops\.higher_order\.(cond|while_loop|scan|map_impl|wrap_with_set_grad_enabled"
    r"|wrap_with_autocast)"
    r"|_operator\.(add|sub|mul|floordiv|truediv|mod|pow|neg|eq|ne|lt|le|gt|ge|and_|or_|not_|getitem)"
    r"|torch\.sym_(int|float|max|min|not|sqrt|ite|sum)|math\.(ceil|floor|trunc)"
)
_NAME = re.compile(r"[A-Za-z_]\w*")
_ARITHMETIC = (
    ast.Expression,
    ast.BoolOp,
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
    ast.Name,
    ast.Load,
    ast.keyword,
    ast.boolop,
    ast.operator,
    ast.unaryop,
    ast.cmpop,
)
_FUNCTIONS = frozenset(
    (
        *(
            "Symbol",
            "Integer",
            "Float",
            "Rational",
            "Add",
            "Mul",
            "Pow",
            "Mod",
            "Max",
            "Min",
            "Abs",
        ),
        *("Eq", "Ne", "Lt", "Le", "Gt", "Ge", "And", "Or", "Not", "Where", "Identity"),
        *("PythonMod", "CleanDiv", "FloorDiv", "CeilDiv", "IntTrueDiv", "FloatTrueDiv"),
        *("ModularIndexing", "TruncToInt", "FloorToInt", "CeilToInt", "ToFloat", "PowByNatural"),
        *("FloatPow", "floor", "ceiling", "sqrt", "max", "min", "int", "abs", "Abs"),
    )
)
_SIZES = frozenset(("size", "dim", "storage_offset", "stride", "ndim", "shape"))


def checked_archive(path: str, content: bytes) -> io.BytesIO:
    """The archive in ``content`` written anew, with nothing in it that could run code.

    Raises:
        CheckpointError: It is no such archive, or holds more.
    """
    try:
        written = archive_content(content)
    except ValueError as error:
        raise CheckpointError(f"{path} is no exported program") from error
    entries = dict(written)
    if len(entries) != len(written):
        raise _refused(path, "two entries of one name")
    if not any("/models/" in name for name in entries):
        raise CheckpointError(f"{path} is no exported program")
    for name in entries:
        if not _PLAIN_ENTRY.fullmatch(name.partition("/")[2]):
            raise _refused(path, name)
    clean = io.BytesIO()
    with zipfile.ZipFile(clean, "w") as archive:
        for name, data in entries.items():
            _check_content(path, name, data)
            archive.writestr(name, data)
    clean.seek(0)
    return clean


def _check_content(path: str, name: str, data: bytes) -> None:
    if "/sample_inputs/" in name:
        try:
            torch.load(io.BytesIO(data), weights_only=True)
        except Exception as error:  # bytes that are no pickle make the unpickler raise anything
            raise _refused(path, name) from error
    if name.endswith(".json"):
        try:
            described = json_value(data)
        except ValueError as error:
            raise CheckpointError(f"{path} is damaged: {name} is {error}") from error
        for fault in _faults(described):
            raise _refused(path, fault)


def _faults(described: Any) -> Iterator[str]:
    """What in a description is more than operators, names and arithmetic on sizes."""
    if isinstance(described, list):
        for entry in described:
            yield from _faults(entry)
    if not isinstance(described, dict):
        return
    if described.get("use_pickle"):
        yield "pickled tensors"
    target = described.get("target")
    if "inputs" in described and isinstance(target, str) and not _OPERATOR.fullmatch(target):
        yield f'the operator "{target}"'
    expression = described.get("expr_str")
    if isinstance(expression, str) and not _is_arithmetic(expression):
        yield f'the expression "{expression}"'
    for guard in described.get("guards_code") or ():
        if not _is_arithmetic(guard):
            yield f'the expression "{guard}"'
    for symbol in described.get("range_constraints") or ():
        if not _NAME.fullmatch(symbol):
            yield f'the symbol "{symbol}"'
    for entry in described.values():
        yield from _faults(entry)


def _is_arithmetic(expression: Any) -> bool:
    try:
        tree = ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return False
    return all(map(_is_harmless, ast.walk(tree)))


def _is_harmless(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in _FUNCTIONS
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Attribute(attr=name):
            return name in _SIZES
        case ast.Subscript(value=ast.Name(id=name)):
            return name == "L"
        case ast.Subscript():
            return True
        case ast.Constant(value=str(text)):
            return bool(_NAME.fullmatch(text))
        case ast.Constant(value=value):
            return isinstance(value, bool | int | float)
    return isinstance(node, _ARITHMETIC)


def _refused(path: str, what: str) -> CheckpointError:
    return CheckpointError(f"{path} holds {what}: it could run code, so it is not read")
