"""Kept rows against the rest: any column of numbers, or of kinds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ...selection.contrast import Contrast, KindContrast, Side
from ..palette import KEPT, MUTED, REST, shade
from ..pieces import axis, described, layout_of, number, place, rounded, shortened, span, steps, text, vertical
from .names import Figure, column_name, column_title


def contrast_figure(found: Contrast, *, label: str | None = None, title: str | None = None) -> Figure:
    """Two distributions, each adding up to 100 %: kept in blue over the rest in grey, with their medians.

    `label` and `title` (the axis, with its unit) name a column that has no name here.
    """
    name = label or column_name(found.name)
    edges, step = found.edges.tolist(), float(found.edges[1] - found.edges[0])
    spans = [span(a, b, step) for a, b in pairwise(edges)]
    sides = [("rest", found.rest, found.rest_share, REST), ("kept", found.kept, found.kept_share, KEPT)]
    traces = [
        steps(place(edges), rounded(100 * share))
        | {"name": _legend(word, side, step), "customdata": [[s, word] for s in spans] + [["", ""]]}
        | {"line": {"color": colour, "width": 1.6, "shape": "hv"}, "fill": "tozeroy"}
        | {"fillcolor": shade(colour, 0.5 if word == "kept" else 0.28)}
        | {"hovertemplate": "%{customdata[0]}<br>%{y:.2f} % of the %{customdata[1]} rows<extra></extra>"}
        for word, side, share, colour in sides
        if side.n
    ]
    out = layout_of(height=260, left=50) | {
        "showlegend": True,
        "hovermode": "closest",
        "xaxis": axis(text(title or column_title(found.name))) | {"range": place([edges[0], edges[-1]])},
        "yaxis": axis("Share of rows (%)") | {"rangemode": "tozero", "fixedrange": True, "nticks": 5},
        "shapes": [
            vertical({"x": side.median, "name": f"median:{word}"}, colour, yref="paper", dash="dot", width=1.6)
            for word, side, _, colour in sides
            if side.n
        ],
        "uirevision": f"contrast {found.name}",
        "meta": described(
            summary=_contrast_said(name, found, step),
            title=f"{name}: kept against the rest",
            name="kept-against-rest",
            table=_contrast_table(found),
        ),
    }
    out["legend"] |= {"x": 0, "xanchor": "left", "traceorder": "reversed"}
    return {"data": traces, "layout": out}


def kinds_figure(kinds: Sequence[KindContrast], *, label: str = "kinds", most: int = 20) -> Figure:
    """A line per kind from its share of the pool to its share of the kept rows, the most over-represented on top.

    Beyond `most` kinds, those with the most rows are shown.
    """
    largest = sorted(kinds, key=lambda kind: -kind.rows)[:most]
    shown = [kind for kind in kinds if kind in largest]
    places = list(range(len(shown)))
    pool, kept = ([100 * getattr(kind, part) for kind in shown] for part in ("pool_share", "kept_share"))
    told = [[text(k.name), f"{k.kept:,} of {k.rows:,} rows kept", _lift(k.lift)] for k in shown]
    dots = {"type": "scatter", "y": places, "customdata": told}
    dots |= {
        "hovertemplate": "<b>%{customdata[0]}</b><br>%{x:.3g} %<br>%{customdata[1]}<br>%{customdata[2]}<extra></extra>"
    }
    traces = [
        dots
        | {"mode": "markers", "name": "share of the pool", "x": rounded(pool), "marker": {"size": 9, "color": REST}},
        dots
        | {"mode": "markers", "name": "share of the kept rows", "x": rounded(kept)}
        | {"marker": {"size": 9, "color": KEPT}},
        {"type": "scatter", "mode": "text", "x": rounded(map(max, pool, kept)), "y": places, "hoverinfo": "skip"}
        | {"text": [f"  {_lift(kind.lift)}" for kind in shown], "textposition": "middle right", "showlegend": False}
        | {"textfont": {"size": 11, "color": MUTED}, "cliponaxis": False, "meta": {"aside": True}},
    ]
    widest = max([*pool, *kept], default=1.0)
    out = layout_of(height=round(92 + 24 * max(2, len(shown))), left=90) | {
        "showlegend": True,
        "hovermode": "closest",
        "xaxis": axis("Share of rows (%)") | {"range": [-0.02 * widest, 1.18 * widest]},
        "yaxis": axis("")
        | {"tickvals": places, "ticktext": [text(shortened(kind.name, 22)) for kind in shown], "showgrid": False}
        | {"range": [len(shown) - 0.4, -0.6], "fixedrange": True, "ticks": ""},
        "shapes": [_link(a, b, k) for k, (a, b) in enumerate(zip(pool, kept, strict=True))],
        "uirevision": f"kinds {label}",
        "meta": described(
            summary=_kinds_said(label, kinds, shown),
            title=f"{label}: kept against the pool",
            name="kept-by-kind",
            table=_kinds_table(label, kinds),
        ),
    }
    out["legend"] |= {"x": 0, "xanchor": "left"}
    return {"data": traces if shown else [], "layout": out}


def _legend(word: str, side: Side, step: float) -> str:
    return f"{word} ({side.n:,} rows, median {number(side.median, step)})"


def _lift(lift: float) -> str:
    return f"× {lift:.2f}"


def _link(pool: float, kept: float, at: int) -> dict[str, Any]:
    line = {"color": shade(KEPT, 0.45) if kept >= pool else shade(REST, 0.6), "width": 3}
    return {"type": "line", "x0": pool, "x1": kept, "y0": at, "y1": at, "line": line, "layer": "below"}


def _contrast_said(name: str, found: Contrast, step: float) -> str:
    kept, rest = (number(side.median, step) if side.n else "none" for side in (found.kept, found.rest))
    apart = f" Standardised mean difference {number(found.smd)}." if math.isfinite(found.smd) else ""
    gap = f" Kolmogorov–Smirnov {number(found.ks)}." if math.isfinite(found.ks) else ""
    return f"{name}: median {kept} in {found.kept.n:,} kept rows, {rest} in the other {found.rest.n:,}.{apart}{gap}"


def _contrast_table(found: Contrast) -> dict[str, Any]:
    edges = place(found.edges)
    rows = zip(edges[:-1], edges[1:], rounded(found.kept_share), rounded(found.rest_share), strict=True)
    return {"columns": ["from", "to", "share of kept", "share of the rest"], "rows": [list(row) for row in rows]}


def _kinds_said(label: str, kinds: Sequence[KindContrast], shown: Sequence[KindContrast]) -> str:
    ends = [shown[0], shown[-1]] if len(shown) > 1 else list(shown)
    said = "; ".join(f"{k.name} {k.kept:,} of {k.rows:,} rows kept, {_lift(k.lift)}" for k in ends)
    rest = f" The {len(shown)} largest of {len(kinds)} kinds are shown." if len(shown) < len(kinds) else ""
    return f"{label}, kept against the pool: {said or 'no rows'}.{rest}"


def _kinds_table(label: str, kinds: Sequence[KindContrast]) -> dict[str, Any]:
    return {
        "columns": [label, "rows", "kept", "share of pool", "share of kept", "lift"],
        "rows": [[k.name, k.rows, k.kept, *rounded([k.pool_share, k.kept_share, k.lift])] for k in kinds],
    }
