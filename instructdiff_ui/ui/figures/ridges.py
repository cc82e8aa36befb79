"""Ridgelines: distributions above one another, overlapping a little, each as high as its own peak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..palette import DROPPED_OPACITY, MUTED, PANEL, readable, shade
from ..pieces import axis, heights, hover, layout_of, legend_box, marked, shortened, text, zero_line
from .names import Figure

_OVERLAP = 1.55  # height of a ridge in rows


@dataclass(frozen=True, eq=False)
class Ridge:
    """One distribution; `kept` and `total` are densities on `grid` (plotly's x0 and dx)."""

    name: str
    colour: str
    grid: dict[str, float]
    kept: np.ndarray
    total: np.ndarray
    lines: list[dict[str, Any]] = field(default_factory=list)  # of `cut_lines`


def ridges(shown: Sequence[Ridge], *, row: float | None = None) -> Figure:
    """One panel with the first ridge on top and names at the left; `row` is the height of a row in pixels."""
    n = max(1, len(shown))
    row = row or min(64.0, max(24.0, 420 / n))
    bases = {k: n - 1 - k for k in range(len(shown))}
    traces = [trace for k, ridge in enumerate(shown) for trace in _traces(ridge, bases[k], 3 if n <= 12 else 2)]
    traces += [
        legend_box("kept", MUTED),
        legend_box("not kept", MUTED, opacity=DROPPED_OPACITY),
    ]
    out = layout_of(height=round(84 + row * (n - 1 + _OVERLAP)), left=20) | {
        "showlegend": True,
        "hovermode": "closest",
        "xaxis": axis("") | {"zeroline": False},
        "yaxis": axis("")
        | {
            "range": [-0.12, n - 1 + _OVERLAP + 0.08],
            "tickvals": list(bases.values()),
            "ticktext": [text(shortened(ridge.name, 24)) for ridge in shown],
            "tickfont": {"size": 12 if row >= 30 else 11},
            "fixedrange": True,
            "ticks": "",
            "layer": "below traces",
        },
        "shapes": [zero_line()]
        + [_line(line, ridge, bases[k]) for k, ridge in enumerate(shown) for line in ridge.lines],
    }
    return {"data": traces if shown else [], "layout": out}


def _traces(ridge: Ridge, base: int, digits: int) -> list[dict[str, Any]]:
    """Bottom up: a plain silhouette that hides the ridge behind, the whole in light, the kept part."""
    scale = _OVERLAP / max(1e-12, float(ridge.total.max()))
    total, kept = (heights(base + scale * part, digits) for part in (ridge.total, ridge.kept))
    span = [ridge.grid["x0"], ridge.grid["x0"] + ridge.grid["dx"] * (len(total) - 1)]
    share = np.divide(100 * ridge.kept, ridge.total, out=np.zeros(len(total)), where=ridge.total > 0)
    plain = {"type": "scatter", "mode": "lines", "name": text(ridge.name), "showlegend": False, "hoverinfo": "skip"}
    floor = marked(plain | {"x": span, "y": [base, base], "line": {"width": 0, "color": ridge.colour}})
    filled = plain | ridge.grid | {"fill": "tonexty", "line": {"width": 0, "color": ridge.colour}}
    whole = filled | {
        "y": total,
        "line": {"width": 1.3, "color": ridge.colour},
        "fillcolor": shade(ridge.colour, DROPPED_OPACITY),
        "customdata": np.round(share).astype(int).tolist(),
        "hovertemplate": hover("%{x:.3f} nats; %{customdata} % kept"),
    }
    del whole["hoverinfo"]
    return [
        floor,
        marked(filled | {"y": total, "fillcolor": PANEL}),
        floor,
        whole,
        floor,
        marked(filled | {"y": kept, "fillcolor": ridge.colour}),
    ]


def _line(line: dict[str, Any], ridge: Ridge, base: int) -> dict[str, Any]:
    return {
        "type": "line",
        "name": line["name"],
        "x0": line["x"],
        "x1": line["x"],
        "yref": "y",
        "y0": base,
        "y1": base + 0.92,
        "line": {
            "color": readable(ridge.colour),
            "width": 2.5,
            "dash": "solid" if line["kind"] == "beta" else "dash",
        },
    }
