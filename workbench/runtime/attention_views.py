"""How a model that is looked at attends, to whatever the reader gives it."""

from __future__ import annotations

from torch import Tensor, nn

from lispe_core.errors import LispError
from lispe_core.forms import Value
from lispe_core.typed_lists import Integers
from torch_lib.attention_scores import AttentionMaps, attention_maps
from torch_lib.errors import ArgumentError
from torch_lib.pretrained import model_tokenizer
from workbench.runtime.parts import follow, module_of
from workbench.runtime.protocol import Trail
from workbench.runtime.torch_binding import converting

__all__ = ["attended"]


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
