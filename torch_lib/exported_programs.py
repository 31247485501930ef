"""Models as programs that need no Python class: ``torch.export``'s graphs and their files."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from torch_lib.atomic_files import replacing
from torch_lib.devices import current_device
from torch_lib.display import shape_text
from torch_lib.errors import ArgumentError, FileMissing, ShapeError
from torch_lib.exported_files import checked_archive
from torch_lib.modules import evaluating
from torch_lib.placement import follow
from torch_lib.quiet import quietly
from torch_lib.reading import making_sense_of

__all__ = ["ExportedModel", "export", "load_exported"]


class ExportedModel(nn.Module):
    """A program that maps one tensor to another."""

    def __init__(self, program: torch.export.ExportedProgram) -> None:
        super().__init__()
        self.program = program.module()
        self.operators = len(program.graph.nodes)
        (name,) = program.graph_signature.user_inputs
        example = next(node.meta["val"] for node in program.graph.nodes if node.name == name)
        self.takes_ids = not example.is_floating_point()

    def forward(self, input: Tensor) -> Tensor:
        """Run the program.

        Raises:
            ShapeError: The program was made for inputs of other sizes.
        """
        try:
            output: Tensor = self.program(input)
        except (AssertionError, RuntimeError) as error:
            first = str(error).strip().partition("\n")[0]
            message = f"the program takes no input of shape {shape_text(input.shape)}: {first}"
            raise ShapeError(message) from error
        return output

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Exported Program (operators={self.operators})"


def export(model: nn.Module, example: Tensor, path: str) -> str:
    """Write a model as a program that runs without the classes it was made of.

    Args:
        model: Any module. It is exported as it works in evaluation.
        example: An input. Sizes that the model does not fix may differ later, but for those of 1
            behind the first.
        path: The file, usually ``.pt2``.

    Raises:
        ArgumentError: Something in the model cannot be expressed as a graph.

    Example:
        (torch_export (torch_model 4 8 2) (torch_ones '(3 4)) "model.pt2")
        ; => Model exported successfully
    """
    if not example.dim() or not example.numel():
        raise ShapeError(f"the example needs elements, got shape {shape_text(example.shape)}")
    input = follow(model, example)
    if input.size(0) == 1:  # a size of 1 would be taken for a constant
        input = input.repeat(2, *[1] * (input.dim() - 1))
    sizes = {dim: torch.export.Dim.AUTO for dim in range(input.dim())}
    try:
        with evaluating(model), quietly():
            program = torch.export.export(model, (input,), dynamic_shapes=(sizes,))
    except Exception as error:  # the exporter raises many kinds of its own
        reason = str(error.__cause__ or error).strip().partition("\n")[0]
        raise ArgumentError(f"the model cannot be exported: {reason}") from error
    with replacing(Path(path)) as temporary, temporary.open("wb") as file:
        torch.export.save(program, file)
    return "Model exported successfully"


def load_exported(path: str) -> ExportedModel:
    """The program in a file that ``export`` or ``torch.export.save`` has written.

    Nothing in the file is run before ``forward``, and then only tensor operators.

    Raises:
        CheckpointError: The file is no such program, or holds what could run code.

    Example:
        (torch_export (torch_model 4 8 2) (torch_ones '(3 4)) "model.pt2")
        (setq program (torch_load_exported "model.pt2"))
        (torch_shape (torch_forward program (torch_ones '(5 4))))
        ; => (5 2)
    """
    file = Path(path)
    if not file.exists():
        raise FileMissing(f"file not found: {path}")
    with making_sense_of(path), quietly():
        model = ExportedModel(torch.export.load(checked_archive(path, file.read_bytes())))
    return model.to(current_device())
