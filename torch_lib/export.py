"""Models for other programs, as ONNX files."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from torch_lib.atomic_files import replacing
from torch_lib.display import shape_text
from torch_lib.errors import ArgumentError, MissingPackage, ShapeError
from torch_lib.modules import evaluating
from torch_lib.placement import follow
from torch_lib.quiet import quietly

__all__ = ["export_onnx"]


def export_onnx(model: nn.Module, example: Tensor, path: str) -> str:
    """Write a model as ONNX, which other programs run.

    Args:
        model: Any module. It is exported as it works in evaluation.
        example: An input. Its first dimension may differ later, the others are fixed.
        path: The file.

    Raises:
        MissingPackage: The onnx and onnxscript packages are not installed.
        ArgumentError: Something in the model cannot be expressed in ONNX.

    Example:
        (torch_export_onnx (torch_model 4 8 2) (torch_ones '(3 4)) "model.onnx")
        ; => Model exported successfully
    """
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        needed = 'ONNX needs two more packages (pip install "lispe-workbench[export]")'
        raise MissingPackage(needed) from error
    if not example.dim() or not example.size(0):
        raise ShapeError(f"the example needs a batch, got shape {shape_text(example.shape)}")
    input = follow(model, example)
    if input.size(0) == 1:  # a size of 1 would be taken for a constant
        input = input.repeat(2, *[1] * (input.dim() - 1))
    try:
        with evaluating(model), quietly():
            program = torch.onnx.export(
                model,
                (input,),
                dynamo=True,
                dynamic_shapes=({0: torch.export.Dim("batch")},),
                verbose=False,
            )
    except Exception as error:  # the exporter raises many kinds of its own
        reason = str(error.__cause__ or error).strip().partition("\n")[0]
        raise ArgumentError(f"the model cannot be exported: {reason}") from error
    with replacing(Path(path)) as temporary:
        program.save(str(temporary))  # type: ignore[union-attr]
    return "Model exported successfully"
