"""Experiments: how far every arm is from random, and how far arms choose the same rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from ...selection.overlap import Overlap
from ...statistics import Difference, Metric, Verdict
from ..format import agreement
from ..palette import KEPT, MUTED, OKABE_ITO, TEXT, shade
from ..pieces import axis, described, layout_of, legend_box, marked, number, rounded, text, zero_line
from .names import Figure

WORDS = {  # colour and sign of every verdict; never colour alone
    "better": (OKABE_ITO[0], "circle"),
    "worse": (OKABE_ITO[5], "square"),
    "no detectable difference": (MUTED, "circle-open"),
    "undecided": (MUTED, "diamond-open"),
}
BAND = shade("#808080", 0.16)
_BELOW = 0.24  # how far under an arm's own line that of the examples lies


def forest_figure(verdicts: Mapping[str, Verdict], *, metric: Metric, domain: str) -> Figure:
    """A line per arm: its difference to random with the joint interval, the best arm on top.

    A thin line beneath is the interval over examples only; the band is what could have been detected.
    """
    known = [(name, found) for name, found in verdicts.items() if math.isfinite(found.difference.mean)]
    better_first = -1 if metric.higher_is_better else 1
    arms = sorted(known, key=lambda arm: better_first * arm[1].difference.mean)
    scale = metric.scale
    traces: list[dict[str, Any]] = [
        *(_points(word, arms, scale, metric.unit) for word in WORDS if any(v.word == word for _, v in arms)),
        _examples_only(arms, scale),
        legend_box("too small to be found here", "#808080", opacity=0.35),
    ]
    ends = _ends(arms, scale)
    out = layout_of(height=150 + 36 * max(1, len(arms)), left=120) | {
        "showlegend": True,
        "hovermode": "closest",
        "xaxis": axis(f"Difference to random in {metric.name} ({metric.unit})") | {"range": ends, "nticks": 7},
        "yaxis": axis("")
        | {"tickvals": list(range(len(arms))), "ticktext": [_wrapped(name) for name, _ in arms]}
        | {"range": [len(arms) - 0.4, -1.05], "fixedrange": True, "showgrid": False},
        "shapes": [*_bands(arms, scale), zero_line()],
        "annotations": _directions(metric),
        "uirevision": f"forest {metric.name} {domain}",
        "meta": described(
            summary=_forest_said(arms, metric, domain),
            title=f"Difference to random in {metric.name}, {domain}",
            name="difference-to-random",
            table=_forest_table(arms, scale),
        ),
    }
    out["legend"] |= {"x": 0, "xanchor": "left"}
    return {"data": traces if arms else [], "layout": out}


def _points(word: str, arms: Sequence[tuple[str, Verdict]], scale: float, unit: str) -> dict[str, Any]:
    """The arms of one verdict with their joint intervals."""
    colour, symbol = WORDS[word]
    own = [(k, name, found) for k, (name, found) in enumerate(arms) if found.word == word]
    found = [one.difference for *_, one in own]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": word,
        "x": rounded(scale * one.mean for one in found),
        "y": [k for k, *_ in own],
        "customdata": [[text(name), _interval(one.difference, scale, unit), _p(one)] for _, name, one in own],
        "marker": {"size": 10, "color": colour, "symbol": symbol, "line": {"width": 2, "color": colour}},
        "error_x": _bars(found, scale) | {"color": colour, "thickness": 2.4, "width": 5},
        "hovertemplate": f"<b>%{{customdata[0]}}</b>: {word}<br>%{{customdata[1]}}%{{customdata[2]}}<extra></extra>",
    }


def _bars(found: Sequence[Difference], scale: float) -> dict[str, Any]:
    up = [scale * (one.high - one.mean) if math.isfinite(one.high) else 0.0 for one in found]
    down = [scale * (one.mean - one.low) if math.isfinite(one.low) else 0.0 for one in found]
    return {"type": "data", "symmetric": False, "array": rounded(up), "arrayminus": rounded(down)}


def _examples_only(arms: Sequence[tuple[str, Verdict]], scale: float) -> dict[str, Any]:
    """The bootstrap over examples of the models as they were trained, a thin line under each arm's own."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for k, (_, found) in enumerate(arms):
        low, high = found.difference.examples_low, found.difference.examples_high
        if math.isfinite(low):
            xs += [*rounded([scale * low, scale * high]), None]
            ys += [k + _BELOW, k + _BELOW, None]
    line = {"color": MUTED, "width": 1}
    trace = {"type": "scatter", "mode": "lines", "x": xs, "y": ys, "line": line, "hoverinfo": "skip"}
    return marked(trace | {"name": "over held-out rows only"})


def _bands(arms: Sequence[tuple[str, Verdict]], scale: float) -> list[dict[str, Any]]:
    """± the difference that would have been found with a chance of 80 %."""
    sizes = [(k, scale * found.difference.detectable) for k, (_, found) in enumerate(arms)]
    return [
        {"type": "rect", "x0": -size, "x1": size, "y0": k - 0.4, "y1": k + 0.4}
        | {"fillcolor": BAND, "line": {"width": 0}, "layer": "below"}
        for k, size in sizes
        if math.isfinite(size)
    ]


def _ends(arms: Sequence[tuple[str, Verdict]], scale: float) -> list[float]:
    """An axis that shows zero and all intervals, with some room; bands that are far wider run out of it."""
    found = [found.difference for _, found in arms]
    every = [v for one in found for v in (one.mean, one.low, one.high, one.examples_low, one.examples_high)]
    seen = [0.0, *(scale * value for value in every if math.isfinite(value))]
    reach = max(map(abs, seen)) or 1.0
    band = max((min(scale * one.detectable, reach) for one in found if math.isfinite(one.detectable)), default=0.0)
    low, high = min(*seen, -band), max(*seen, band)
    return [low - 0.06 * (high - low or reach), high + 0.06 * (high - low or reach)]


def _directions(metric: Metric) -> list[dict[str, Any]]:
    left, right = ("worse", "better") if metric.higher_is_better else ("better", "worse")
    common = {"xref": "paper", "yref": "y", "y": -0.8, "showarrow": False, "font": {"size": 12, "color": TEXT}}
    return [
        common | {"x": 0, "xanchor": "left", "text": f"← {left}"},
        common | {"x": 1, "xanchor": "right", "text": f"{right} →"},
    ]


def _wrapped(name: str, width: int = 19) -> str:
    """A name on up to two lines: the plot needs the room, on a narrow screen above all."""
    parts = wrap(name, width, break_long_words=True) or [""]
    shown = parts if len(parts) <= 2 else [parts[0], f"{parts[1][: width - 1]}…"]
    return "<br>".join(map(text, shown))


def _interval(found: Difference, scale: float, unit: str) -> str:
    digits = 0.0001 if scale == 1 else 0.01
    mean, low, high = (
        number(scale * v, digits) if math.isfinite(v) else "–" for v in (found.mean, found.low, found.high)
    )
    return f"{mean} {unit} (95 % interval {low} to {high})" if low != "–" else f"{mean} {unit}"


def _p(found: Verdict) -> str:
    return (
        f"<br>corrected p {'&lt; 0.001' if found.p < 0.001 else f'= {found.p:.2g}'}" if math.isfinite(found.p) else ""
    )


def _forest_said(arms: Sequence[tuple[str, Verdict]], metric: Metric, domain: str) -> str:
    said = " ".join(f"{name}: {found.word}. {found.sentence}" for name, found in arms)
    return f"Differences to random in {metric.name}, {domain}. {said or 'No arm is measured yet.'}"


def _forest_table(arms: Sequence[tuple[str, Verdict]], scale: float) -> dict[str, Any]:
    columns = ["arm", "verdict", "difference", "low", "high", "examples low", "examples high", "detectable", "p"]
    rows = []
    for name, found in arms:
        one = found.difference
        values = [one.mean, one.low, one.high, one.examples_low, one.examples_high, one.detectable]
        rows.append([name, found.word, *rounded(scale * value for value in values), *rounded([found.p])])
    return {"columns": columns, "rows": rows}


# overlap -----------------------------------------------------------------------------------------------------------


def overlap_figure(overlaps: Mapping[tuple[str, str], Overlap]) -> Figure:
    """How far any two arms chose the same rows (Jaccard), as numbers on a shaded table; the diagonal is left empty."""
    names = list(dict.fromkeys(name for pair in overlaps for name in pair))
    both = {**overlaps, **{(b, a): found for (a, b), found in overlaps.items()}}
    cells = [[round(both[a, b].jaccard, 3) if (a, b) in both else None for b in names] for a in names]
    told = [[_shared(both.get((a, b)), a, b) for b in names] for a in names]
    k, places = len(names), list(range(len(names)))
    trace = {
        "type": "heatmap",
        "x": places,
        "y": places,
        "z": cells,
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, shade(KEPT, 0.03)], [1, shade(KEPT, 0.6)]],
        "text": [["" if value is None else agreement(value) for value in row] for row in cells],
        "texttemplate": "%{text}",
        "textfont": {"color": TEXT},
        "hovertext": told,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "hoverongaps": False,
        "xgap": 2,
        "ygap": 2,
        "showscale": False,  # the numbers stand in the cells
    }
    ticks = {"tickvals": places, "ticktext": [_wrapped(name) for name in names], "showgrid": False, "fixedrange": True}
    out = layout_of(height=round(100 + 34 * max(3, k)), left=110) | {
        "xaxis": axis("") | ticks | {"range": [-0.5, k - 0.5], "tickangle": -40},
        "yaxis": axis("") | ticks | {"range": [k - 0.5, -0.5]},
        "uirevision": "overlap",
        "meta": described(
            summary=_overlap_said(overlaps),
            title="Overlap of the selections (Jaccard)",
            name="overlap",
            table={"columns": ["", *names], "rows": [[a, *row] for a, row in zip(names, cells, strict=True)]},
        ),
    }
    out["margin"] |= {"t": 10, "b": 60}
    return {"data": [trace] if k > 1 else [], "layout": out}


def _shared(found: Overlap | None, a: str, b: str) -> str:
    if found is None:
        return ""
    either = found.here + found.there - found.shared
    chance = agreement(found.expected_jaccard)
    return (
        f"<b>{text(a)}</b> and <b>{text(b)}</b><br>{found.shared:,} rows in both of {either:,} in either<br>"
        f"Jaccard {agreement(found.jaccard)}; two random sets of these sizes: {chance}"
    )


def _overlap_said(overlaps: Mapping[tuple[str, str], Overlap]) -> str:
    closest = sorted(overlaps.items(), key=lambda pair: -pair[1].jaccard)[:3]
    said = "; ".join(f"{a} and {b} {agreement(found.jaccard)}" for (a, b), found in closest)
    return f"Overlap of the selections (Jaccard), the closest pairs: {said or 'none'}."
