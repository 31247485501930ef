"""Random numbers, choices and distributions."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lispe_core.containers import alike, elements, require_list
from lispe_core.context import current
from lispe_core.errors import LispError
from lispe_core.forms import Value
from lispe_core.library import Library
from lispe_core.linked_lists import LinkedList
from lispe_core.memory import NUMBER, require_room
from lispe_core.printer import abridged, display
from lispe_core.scalars import to_number, whole
from lispe_core.typed_lists import Integers, Numbers

if TYPE_CHECKING:
    import numpy

randomness = Library("random numbers", "function")


@randomness.builtin("random")
def random_integer(limit: float) -> int:
    """A whole number from 0 up to, but excluding, ``limit``.

    Example:
        (random 1)    ; => 0
    """
    from random import randrange

    return randrange(math.ceil(limit)) if limit > 0 else 0


@randomness.builtin("shuffle")
def shuffle(values: Value) -> Value:
    """Put the elements of a list in random order, in place.

    Example:
        (sort '< (shuffle '(3 1 2)))    ; => (1 2 3)
    """
    from random import sample

    held = elements(values)
    shuffled = sample(held, len(held))
    if isinstance(values, LinkedList):
        values.first = LinkedList(shuffled).first
    elif isinstance(values, (list, array)):
        values[:] = alike(values, shuffled)
    else:
        return alike(values, shuffled)
    return values


@randomness.builtin("random_choice")
def random_choice(count: int, values: Value, seed: int) -> Value:
    """``count`` elements drawn from ``values``, or the element itself when ``count`` is 1.

    Each seed has its own sequence of draws, which is the same in every run of a program.

    Example:
        (random_choice 2 '(a) 7)    ; => (a a)
        (random_choice 1 '(a) 7)    ; => a
    """
    held = elements(values)
    if not held:
        raise LispError("there is nothing to choose from")
    count = _draws(count)
    drawn = current().generator(seed).choices(held, k=count)
    return drawn[0] if count == 1 else alike(values, drawn)


Draw = Callable[..., Any]


def _draws(count: Value) -> int:
    """``count``, which must be possible as a number of draws."""
    count = whole(count)
    if not isinstance(count, int) or count < 0:
        raise LispError(f"the number of draws is a whole number from 0 on, not '{abridged(count)}'")
    require_room(count, NUMBER, "draws")
    return count


def _extreme_value(generator: numpy.random.Generator, a: float, b: float, count: int) -> Any:
    return generator.gumbel(a, b, count)


def _cauchy(generator: numpy.random.Generator, a: float, b: float, count: int) -> Any:
    return a + b * generator.standard_cauchy(count)


def _weibull(generator: numpy.random.Generator, a: float, b: float, count: int) -> Any:
    return b * generator.weibull(a, count)


def _exponential(generator: numpy.random.Generator, rate: float, count: int) -> Any:
    return generator.exponential(1 / rate, count)


def _geometric(generator: numpy.random.Generator, chance: float, count: int) -> Any:
    return generator.geometric(chance, count) - 1


def _bernoulli(generator: numpy.random.Generator, chance: float, count: int) -> Any:
    return generator.binomial(1, chance, count)


def _method(name: str) -> Draw:
    return lambda generator, *operands: getattr(generator, name)(*operands)


_DISTRIBUTIONS: dict[str, tuple[Draw, tuple[float, ...], str]] = {
    "uniform": (_method("uniform"), (0, 1), "between ``a`` and ``b``"),
    "normal": (_method("normal"), (0, 1), "with mean ``a`` and deviation ``b``"),
    "lognormal": (_method("lognormal"), (0, 1), "whose logarithms are normal"),
    "cauchy": (_cauchy, (0, 1), "at location ``a`` with scale ``b``"),
    "gamma": (_method("gamma"), (1, 1), "of shape ``a`` and scale ``b``"),
    "weibull": (_weibull, (1, 1), "of shape ``a`` and scale ``b``"),
    "extreme_value": (_extreme_value, (0, 1), "at location ``a`` with scale ``b``"),
    "fisher": (_method("f"), (1, 1), "with ``a`` and ``b`` degrees of freedom"),
    "exponential": (_exponential, (1,), "with rate ``a``"),
    "chi_squared": (_method("chisquare"), (1,), "with ``a`` degrees of freedom"),
    "student": (_method("standard_t"), (1,), "with ``a`` degrees of freedom"),
    "binomial": (_method("binomial"), (1, 0.5), "of ``a`` trials with chance ``b``"),
    "negative_binomial": (_method("negative_binomial"), (1, 0.5), "before ``a`` of chance ``b``"),
    "bernoulli": (_bernoulli, (0.5,), "1 with chance ``a``, else 0"),
    "geometric": (_geometric, (0.5,), "of failures before a success of chance ``a``"),
    "poisson": (_method("poisson"), (1,), "with mean ``a``"),
}


def _declare(kind: str) -> None:
    draw, defaults, description = _DISTRIBUTIONS[kind]

    def drawn(count: int, operands: tuple[float, ...]) -> Value:
        import numpy

        count = _draws(count)
        if not all(isinstance(operand, (int, float)) for operand in operands):
            raise LispError(f"'{kind}_distribution' needs numbers")
        try:
            values = draw(numpy.random.default_rng(), *operands, count)
        except (ValueError, ZeroDivisionError, OverflowError):
            given = " ".join(map(display, operands))
            raise LispError(f"there is no {kind} distribution with {given}") from None
        return (Numbers if values.dtype.kind == "f" else Integers)(values.tolist())

    def of_one(count: int, a: float = defaults[0]) -> Value:
        return drawn(count, (a,))

    def of_two(count: int, a: float = defaults[0], b: float = defaults[-1]) -> Value:
        return drawn(count, (a, b))

    function = of_one if len(defaults) == 1 else of_two
    function.__name__ = f"{kind}_distribution"
    function.__doc__ = f"""A list of ``count`` random values {description}.

    Example:
        (size ({kind}_distribution 3))    ; => 3
    """
    randomness.add(function.__name__, function)


for _kind in _DISTRIBUTIONS:
    _declare(_kind)


@randomness.builtin("discrete_distribution")
def discrete(count: int, weights: Value) -> Integers:
    """A list of ``count`` random indexes, as likely as their weights.

    Example:
        (discrete_distribution 2 '(0 1))    ; => (1 1)
    """
    from random import choices

    require_list("discrete_distribution", weights)
    count = _draws(count)
    chances = list(map(to_number, weights))
    if min(chances, default=-1) < 0 or not 0 < sum(chances) < math.inf:
        raise LispError("weights are numbers that are not negative, and not all of them zero")
    return Integers(choices(range(len(chances)), chances, k=count))


def _piecewise(count: int, bounds: Value, weights: Value, *, linear: bool) -> Numbers:
    import numpy

    count = _draws(count)
    edges = numpy.array(list(map(to_number, elements(bounds))))
    heights = numpy.array(list(map(to_number, elements(weights))))
    expected = len(edges) - (0 if linear else 1)
    finite = numpy.isfinite(edges).all() and numpy.isfinite(heights).all()
    fits = finite and len(edges) > 1 and len(heights) == expected and (heights >= 0).all()
    if not fits or (numpy.diff(edges) < 0).any():
        raise LispError("the weights of a piecewise distribution do not fit its bounds")
    left, right = (heights[:-1], heights[1:]) if linear else (heights, heights)
    with numpy.errstate(over="ignore"):
        widths = numpy.diff(edges)
        areas = (left + right) / 2 * widths
        total = areas.sum()
    if not 0 < total < math.inf:
        raise LispError("the pieces of a piecewise distribution have no area to draw from")
    generator = numpy.random.default_rng()
    piece = generator.choice(len(areas), size=count, p=areas / total)
    share = generator.random(count)
    low, high = left[piece], right[piece]
    with numpy.errstate(divide="ignore", invalid="ignore"):
        sloped = (numpy.sqrt(low**2 + share * (high**2 - low**2)) - low) / (high - low)
    place = numpy.where(numpy.isclose(low, high), share, sloped)
    return Numbers((edges[piece] + place * widths[piece]).tolist())


@randomness.builtin("piecewise_constant_distribution")
def piecewise_constant(count: int, bounds: Value, weights: Value) -> Value:
    """A list of ``count`` random values, equally likely within each pair of bounds.

    Example:
        (size (piecewise_constant_distribution 3 '(0 1 2) '(1 2)))    ; => 3
    """
    return _piecewise(count, bounds, weights, linear=False)


@randomness.builtin("piecewise_linear_distribution")
def piecewise_linear(count: int, bounds: Value, weights: Value) -> Value:
    """A list of ``count`` random values whose density joins the weights at the bounds.

    Example:
        (size (piecewise_linear_distribution 3 '(0 1 2) '(1 2 1)))    ; => 3
    """
    return _piecewise(count, bounds, weights, linear=True)
