"""Numbers and times as a report writes them: a real minus sign, no more digits than are meant, a dash for none.

Knows nothing of what they are numbers of.
"""

from __future__ import annotations

import math
import time

from ...statistics import METRICS, Difference, Measured

NONE = "–"
PERCENT = "\N{NO-BREAK SPACE}%"


def count(value: float | None) -> str:
    return NONE if value is None or not math.isfinite(value) else f"{value:,.0f}"


def fixed(value: float | None, digits: int = 3, *, signed: bool = False) -> str:
    """Decimals, of which zero has no sign."""
    if value is None or not math.isfinite(value):
        return NONE
    text = f"{value:.{digits}f}"
    if not float(text):
        return text.lstrip("-")
    return f"+{text}" if signed and value > 0 else text.replace("-", "−")


def percent(share: float | None) -> str:
    """Three digits, never rounded to 100 % from below."""
    if share is None or not math.isfinite(share):
        return NONE
    text = f"{100 * share:.3g}"
    return f"{99.9 if text == '100' and share < 1 else text}{PERCENT}"


def exact(share: float) -> str:
    """A share that somebody set, as they set it."""
    return f"{100 * share:.12g}{PERCENT}"


def agreement(share: float) -> str:
    """A Jaccard or correlation with two digits; one that only rounds to 1 does not say 1."""
    return "> 0.99" if 0.995 <= share < 1 else fixed(share, 2)


def duration(seconds: float | None) -> str:
    """0.15 s, 41 s, 12:05 min, 1:02:33 h."""
    if seconds is None or not math.isfinite(seconds):
        return NONE
    if seconds < 59.5:
        return f"{seconds:.2g} s" if seconds < 9.95 else f"{seconds:.0f} s"
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d} h" if hours else f"{minutes}:{left:02d} min"


def power(value: float | None) -> str:
    """1.23e+15 → 1.23 · 10¹⁵; a dash for what is not known."""
    if not value or not math.isfinite(value):
        return NONE
    digits, exponent = f"{value:.2e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits} · 10{raised}"


def parameters(value: float) -> str:
    for size, unit in ((1e9, "billion"), (1e6, "million")):
        if value >= size:
            return f"{value / size:.3g} {unit} ({count(value)})"
    return count(value)


def moment(seconds: float) -> str:
    """UTC, to the minute."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))


# results -----------------------------------------------------------------------------------------------------------


def scale(metric: str) -> float:
    return METRICS[metric].scale if metric in METRICS else 1.0


def unit(metric: str) -> str:
    return METRICS[metric].unit if metric in METRICS else ""


def digits(metric: str) -> int:
    return 1 if scale(metric) == 100 else 3


def result(value: Measured | None, metric: str) -> str:
    """A mean over seeds with its 95 % interval; a single seed has none. Shares as percentages."""
    if value is None:
        return NONE
    k, places = scale(metric), digits(metric)
    half = "" if math.isnan(value.half) else f" ± {fixed(k * value.half, places)}"
    return f"{fixed(k * value.mean, places)}{half}{PERCENT if k == 100 else ''}"


def gap(found: Difference, metric: str) -> str:
    return fixed(scale(metric) * found.mean, digits(metric), signed=True)


def interval(low: float, high: float, metric: str) -> str:
    if not (math.isfinite(low) and math.isfinite(high)):
        return NONE
    k, places = scale(metric), digits(metric)
    return f"{fixed(k * low, places, signed=True)} to {fixed(k * high, places, signed=True)}"


def chance(p: float, level: float = 0.05) -> str:
    """A p-value with two digits, or as many as it takes to stay on its side of the level."""
    if not math.isfinite(p):
        return NONE
    if p < 0.001:
        return "< 0.001"
    texts = (f"{p:.{places}g}" for places in range(2, 17))
    return next((text for text in texts if (float(text) > level) == (p > level)), str(p))
