"""How a model that is looked at attends, to whatever the reader gives it."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor, nn

from lispe_core.errors import LispError
from lispe_core.forms import Value
from lispe_core.typed_lists import Integers
from torch_lib.attention_scores import AttentionMaps, attention_maps
from torch_lib.errors import ArgumentError
from torch_lib.pretrained import model_tokenizer
from workbench.runtime.parts import follow, module_of
from workbench.runtime.protocol import TensorView, Trail
from workbench.runtime.torch_binding import converting

__all__ = ["attended", "with_tokens"]

LONGEST_TOKEN = 40


def attended(value: Value, trail: Trail, given: Value) -> Value:
    """The attention maps of the module at ``trail``, for an input of the model it belongs to.

    Args:
        value: What the trail begins at.
        trail: Leads to a module, perhaps through lists and models.
        given: What the outermost model on the way takes; a text is split into its tokens.

    Raises:
        LispError: There is no module, it does not attend, or the input does not fit.
    """
    part = module_of(follow(value, trail))
    if part is None:
        raise LispError("only a model, or a part of one, attends")
    ways = (trail[:length] for length in range(len(trail) + 1))
    model = next(found for way in ways if (found := module_of(follow(value, way))) is not None)

    def maps(input: Tensor) -> AttentionMaps:
        return attention_maps(model, input, part=part)

    return converting("attention", maps)(_tokens(model, given) if type(given) is str else given)


def _tokens(model: nn.Module, text: str) -> Value:
    try:
        return Integers(model_tokenizer(model).encode(text))
    except ArgumentError:
        raise LispError("the model has no tokenizer: give it numbers, not a text") from None


def with_tokens(view: TensorView, holder: Value) -> TensorView:
    """``view``, with the tokens beside its rows and columns if ``holder`` knows them.

    Args:
        view: The attention of a layer, ``(B H Q K)``.
        holder: The maps that the layer is one of.
    """
    maps = getattr(holder, "value", None)
    if not isinstance(maps, AttentionMaps) or len(view.shape) != 4 or not view.window.leading:
        return view
    batch, window = view.window.leading[0], view.window
    if batch >= len(maps.tokens):
        return view
    tokens = tuple(text[:LONGEST_TOKEN] for text in maps.tokens[batch])
    rows, columns = tokens[window.row :][: window.rows], tokens[window.column :][: window.columns]
    return replace(
        view,
        row_labels=rows if view.shape[2] == len(tokens) else (),
        column_labels=columns if view.shape[3] == len(tokens) else (),
    )
