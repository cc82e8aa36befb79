"""The drawings of a report, as SVG that takes its colours from the page's stylesheet.

Takes numbers and names; knows nothing of runs. Kept rows have their domain's full colour, dropped ones a light one, and
rows outside the filter are hatched, as on the page.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

TONES = 8  # domain colours in the stylesheet; more domains start over
PART_CLASSES = {"selected": "kept", "rank": "dropped", "filter": "filtered", "excluded": "excluded"}

_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


def _tag(name: str, text: str = "", /, **attributes: object) -> Markup:
    """One element; text and values are escaped."""
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _short(value)) for key, value in attributes.items()
    )
    return Markup("<{}{}>{}</{}>").format(Markup(name), written, text, Markup(name))


def _short(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def _drawing(width: int, height: int, alt: str, parts: Sequence[Markup], **attributes: object) -> Markup:
    inside = Markup("").join([_tag("title", alt), *parts])
    return _tag("svg", inside, viewBox=f"0 0 {width} {height}", role="img", **attributes)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Multiples of a round step within low…high, at most about `most` of them."""
    span = max(high - low, 1e-12)
    magnitude = 10.0 ** math.floor(math.log10(span / most))
    step = next(n * magnitude for n in (*_NICE, 20.0) if span / (n * magnitude) <= most)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def tick_text(value: float) -> str:
    text = f"{value:.6g}"
    return text.replace("-", "−") if abs(value) > 1e-9 else "0"


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)


# histograms --------------------------------------------------------------------------------------------------------

WIDTH, HEIGHT = 280, 132
_TOP, _BOTTOM, _SIDE = 2, 112, 8


def histogram(
    edges: Sequence[float],
    counts: Mapping[str, Sequence[int]],
    cuts: Sequence[tuple[str, float]],
    *,
    tone: int,
    alt: str,
) -> Markup:
    """One domain: bars stacked by part (`PART_CLASSES`), and cut-off lines as (`beta` or `gamma`, place)."""
    x = _Scale(edges[0], edges[-1], _SIDE, WIDTH - _SIDE)
    totals = [sum(cells) for cells in zip(*counts.values(), strict=True)]
    top = max([1, *totals])
    parts: list[Markup] = []
    base = [0] * len(totals)
    for part, cells in counts.items():
        if any(cells):
            parts.append(_tag("path", d=_bars(x, edges, base, cells, top), class_=f"bar {PART_CLASSES[part]}"))
        base = [under + cell for under, cell in zip(base, cells, strict=True)]
    if edges[0] < 0 < edges[-1]:
        parts.append(_line(x(0), _TOP, x(0), _BOTTOM, "zero"))
    parts += [_line(x(place), _TOP, x(place), _BOTTOM, kind) for kind, place in cuts]
    parts.append(_tag("text", f"{top:,}", x=0, y=_TOP + 9, class_="top"))
    return _drawing(WIDTH, HEIGHT, alt, [*parts, *_axis(x, _BOTTOM, 6)], class_=f"histogram tone{tone % TONES}")


def _bars(x: _Scale, edges: Sequence[float], base: Sequence[int], cells: Sequence[int], top: int) -> str:
    """One path of rectangles; empty bins take no room."""
    height = (_BOTTOM - _TOP) / top
    drawn = []
    for (left, right), under, cell in zip(pairwise(edges), base, cells, strict=True):
        if cell:
            low, high = _BOTTOM - under * height, _BOTTOM - (under + cell) * height
            drawn.append(f"M{x(left):.1f} {low:.1f}V{high:.1f}H{x(right):.1f}V{low:.1f}Z")
    return "".join(drawn)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return _tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def _axis(x: _Scale, y: float, most: int) -> list[Markup]:
    parts = [_line(x.left, y, x.right, y, "axis")]
    for value in ticks(x.low, x.high, most):
        parts += [_line(x(value), y, x(value), y + 3, "axis")]
        parts += [_tag("text", tick_text(value), x=x(value), y=y + 15, class_="tick")]
    return parts


# mixes -------------------------------------------------------------------------------------------------------------


def mix(bars: Sequence[tuple[str, Sequence[float]]], *, alt: str) -> Markup:
    """Horizontal bars of 100 %, each a name and the shares of the domains in order."""
    parts: list[Markup] = []
    for k, (name, shares) in enumerate(bars):
        y, left = 4.0 + 34 * k, 0.0
        parts.append(_tag("text", name, x=0, y=y + 10, class_="label"))
        for tone, share in enumerate(shares):
            shade = f"bar kept tone{tone % TONES}"
            parts.append(_tag("rect", x=640 * left, y=y + 14, width=640 * share, height=12, class_=shade))
            left += share
    return _drawing(640, 34 * len(bars) + 4, alt, parts, class_="mix")


# forest ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mark:
    """One line of a forest plot, in the unit of its axis; nan for what cannot be known."""

    name: str
    mean: float
    low: float
    high: float
    examples_low: float
    examples_high: float
    detectable: float
    word: str  # the verdict
    said: str  # beside the line


_NAMES, _PLOT, _FOREST = 230, 560, 760  # where names end, where the plot ends, the whole width
_ROW = 26


def forest(marks: Sequence[Mark], *, better: str, alt: str) -> Markup:
    """Differences to random: a dot, the joint interval as a thick line, the one over examples alone as a thin one with
    end marks, and, shaded, what could not have been seen. `better` is the side of the better ones: `left` or `right`.
    """
    low, high = _range(marks)
    x = _Scale(low, high, _NAMES + 10, _PLOT)
    bottom = 24 + _ROW * len(marks)
    parts: list[Markup] = []
    for k, mark in enumerate(marks):
        parts += _forest_row(x, 24 + _ROW * (k + 0.5), mark)
    parts += [_line(x(0), 20, x(0), bottom, "reference"), *_axis(x, bottom, 6)]
    words = {"left": ("← better", "worse →"), "right": ("← worse", "better →")}[better]
    parts += [_tag("text", words[0], x=x(0) - 8, y=13, class_="side end")]
    parts += [_tag("text", words[1], x=x(0) + 8, y=13, class_="side")]
    return _drawing(_FOREST, bottom + 20, alt, parts, class_="forest")


def _range(marks: Sequence[Mark]) -> tuple[float, float]:
    """An axis that holds every interval and 0, with some room."""
    ends = [0.0]
    for mark in marks:
        ends += [mark.mean, mark.low, mark.high, mark.examples_low, mark.examples_high]
        ends += [mark.detectable, -mark.detectable]
    known = [end for end in ends if math.isfinite(end)]
    low, high = min(known), max(known)
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def _forest_row(x: _Scale, y: float, mark: Mark) -> list[Markup]:
    parts = []
    if math.isfinite(mark.detectable):
        left, right = x(-mark.detectable), x(mark.detectable)
        parts.append(_tag("rect", x=left, y=y - 9, width=right - left, height=18, class_="band"))
    parts.append(_tag("text", _clipped(mark.name, 38), x=_NAMES, y=y + 4, class_="label end"))
    kind = {"better": "better", "worse": "worse"}.get(mark.word, "open")
    if math.isfinite(mark.examples_low) and math.isfinite(mark.examples_high):
        parts.append(_line(x(mark.examples_low), y, x(mark.examples_high), y, f"whisker {kind}"))
        parts += [
            _line(x(end), y - 4, x(end), y + 4, f"whisker {kind}") for end in (mark.examples_low, mark.examples_high)
        ]
    if math.isfinite(mark.low) and math.isfinite(mark.high):
        parts.append(_line(x(mark.low), y, x(mark.high), y, f"interval {kind}"))
    if math.isfinite(mark.mean):
        parts.append(_tag("circle", cx=x(mark.mean), cy=y, r=4.5, class_=f"dot {kind}"))
    return [*parts, _tag("text", mark.said, x=_PLOT + 12, y=y + 4, class_="label")]


def _clipped(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
