"""Numbers as short text of a steady width, and small pictures of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
EIGHTHS = " ▏▎▍▌▋▊▉"
UNITS = ("B", "K", "M", "G", "T", "P")
COUNT_UNITS = ("", "K", "M", "B", "T")


def byte_size(size: float, unit: str = "") -> str:
    """``size`` in the largest fitting power of 1024, such as ``1.5G``; or in the given unit."""
    power = UNITS.index(unit) if unit else 0
    scaled = size / 1024**power
    while not unit and abs(scaled) >= 999.5 and power < len(UNITS) - 1:
        scaled /= 1024
        power += 1
    digits = 0 if power == 0 or abs(scaled) >= 99.95 else 1
    return f"{scaled:.{digits}f}{UNITS[power]}"


def count_text(count: int) -> str:
    """``count`` in at most five characters, by powers of 1000: ``999``, ``1.18M``."""
    if count < 1000:
        return str(count)
    scaled, power = float(count), 0
    while scaled >= 999.5 and power < len(COUNT_UNITS) - 1:
        scaled /= 1000
        power += 1
    digits = 2 if scaled < 9.995 else 1 if scaled < 99.95 else 0
    return f"{scaled:.{digits}f}{COUNT_UNITS[power]}"


def size_pair(used: int, total: int) -> str:
    """How much of how much, in one unit: ``1.5/16.0G``."""
    whole = byte_size(total)
    return f"{byte_size(used, whole[-1])[:-1]}/{whole}"


def short_number(value: float, digits: int = 4) -> str:
    """``value`` with ``digits`` significant digits, whole numbers below a million exactly."""
    if isinstance(value, int) or (math.isfinite(value) and value == int(value)):
        if abs(value) < 10**6:
            return str(int(value))
        try:
            value = float(value)
        except OverflowError:
            return f"{'-' * (value < 0)}1e{len(str(abs(int(value)))) - 1}"
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "-∞"
    if 10**digits <= abs(value) < 10**6:
        return str(round(value))
    return f"{value:.{digits}g}".replace("e-0", "e-").replace("e+0", "e+").replace("e+", "e")


def counted(number: int, thing: str) -> str:
    """How many things: ``1 gap``, ``2 gaps``."""
    return f"{number} {thing}{'s' * (number != 1)}"


def duration(seconds: float) -> str:
    """A time span in two figures: ``12ms``, ``3.4s``, ``2m05s``, ``1h02m``."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f}ms"
    if seconds < 59.95:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m" if hours else f"{minutes}m{rest:02}s"


def bar(fraction: float, width: int) -> str:
    """A bar that fills ``fraction`` of ``width`` cells, to an eighth of a cell."""
    eighths = round(min(max(fraction, 0.0), 1.0) * width * 8)
    full, part = divmod(eighths, 8)
    return ("█" * full + (EIGHTHS[part] if part else "")).ljust(width)


def spark(values: Sequence[float], top: float) -> str:
    """One block per value, its height measured against ``top``; a dot where it is unknown."""
    highest = len(BLOCKS) - 1
    return "".join(
        BLOCKS[min(highest, max(0, round(value / top * highest)))]
        if math.isfinite(value) and top > 0
        else "·"
        for value in values
    )
