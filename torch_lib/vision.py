"""Images as sequences (Dosovitskiy et al. 2020, arXiv:2010.11929).

N images, C channels, H height, W width, E embedding size, P patches.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from torch_lib.devices import current_device
from torch_lib.display import shape_text
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.kinds import kind
from torch_lib.options import check_positive
from torch_lib.placement import floating_input

__all__ = ["mean_pool", "patch_embedding"]


@kind("patch_embedding")
class PatchEmbedding(nn.Module):
    """Square patches as vectors, with a learned position each: ``(N C H W)`` to ``(N P E)``.

    Args:
        image_size: H and W.
        patch_size: The side of a patch, which divides that of the image.
        channels: C.
        embed_dim: E.
    """

    def __init__(self, image_size: int, patch_size: int, channels: int, embed_dim: int) -> None:
        super().__init__()
        self.options = {
            "image_size": image_size,
            "patch_size": patch_size,
            "channels": channels,
            "embed_dim": embed_dim,
        }
        check_positive(**self.options)
        if image_size % patch_size:
            sizes = f"image_size ({image_size}) must be divisible by patch_size ({patch_size})"
            raise ArgumentError(sizes)
        device = current_device()
        self.projection = nn.Conv2d(channels, embed_dim, patch_size, patch_size, device=device)
        patches = (image_size // patch_size) ** 2
        self.positions = nn.Parameter(torch.randn(patches, embed_dim, device=device) * 0.02)

    def forward(self, input: Tensor) -> Tensor:
        """Cut ``input`` into patches, row by row."""
        size, channels = self.options["image_size"], self.options["channels"]
        if input.dim() != 4 or input.shape[1:] != (channels, size, size):
            expected = f"(batch {channels} {size} {size})"
            raise ShapeError(f"expected images {expected}, got {shape_text(input.shape)}")
        patches: Tensor = self.projection(floating_input(self, input))
        return patches.flatten(2).transpose(1, 2) + self.positions

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return dict(self.options)

    def summary(self) -> str:
        """The printed line."""
        image, patch, channels, size = self.options.values()
        images = f"{channels} x {image} x {image}"
        return f"PyTorch Patch Embedding ({images} -> {size}, patch_size={patch})"


@kind("mean_pool")
class MeanPool(nn.Module):
    """The mean over the positions of a sequence: ``(B T E)`` to ``(B E)``."""

    def forward(self, input: Tensor) -> Tensor:
        """Average ``input``."""
        if input.dim() < 2 or input.size(-2) == 0:
            raise ShapeError(f"expected (batch length size), got {shape_text(input.shape)}")
        return input.mean(-2)

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {}

    def summary(self) -> str:
        """The printed line."""
        return "PyTorch Mean Pooling ()"


def patch_embedding(
    image_size: int, patch_size: int, channels: int, embed_dim: int
) -> PatchEmbedding:
    """What a vision transformer starts with: images become sequences of patches.

    Args:
        image_size: The height and width of images.
        patch_size: The side of a patch, which divides that of the image.
        channels: The channels of images.
        embed_dim: The size of the vectors.

    Raises:
        ArgumentError: A size is not positive, or the patches do not cover the image.

    Example:
        (torch_shape (torch_forward (torch_patch_embedding 8 2 1 32) (torch_ones '(5 1 8 8))))
        ; => (5 16 32)
    """
    return PatchEmbedding(image_size, patch_size, channels, embed_dim)


def mean_pool() -> MeanPool:
    """A layer that averages the vectors of a sequence, as a classifier takes them.

    Example:
        (torch_forward (torch_mean_pool) '(((1.0 2.0) (3.0 4.0))))
        ; => ((2.0 3.0))
    """
    return MeanPool()
