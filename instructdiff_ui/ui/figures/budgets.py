"""How an experiment's arms do as the budget β grows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ...statistics import Measured, Metric
from ..palette import DASHES, MUTED, OKABE_ITO
from ..pieces import axis, described, hover, layout_of, rounded, text
from .names import Figure

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "hexagon", "triangle-down")


def budget_figure(
    curves: Mapping[str, Sequence[tuple[float, Measured]]],
    *,
    fixed: Mapping[str, Measured],
    metric: Metric,
    title: str,
    domain: str,
) -> Figure:
    """Every arm over the budgets β, mean and 95 % interval over seeds; `curves` are (share, value) by arm.

    `fixed` are arms with a budget of their own, drawn as lines that lie.
    """
    scale, arms = metric.scale, list(curves)
    shares = sorted({share for points in curves.values() for share, _ in points})
    step = 0.012 * ((shares[-1] - shares[0]) if len(shares) > 1 else 1.0)
    traces = [
        _curve(name, curves[name], place=k, shift=step * (k - (len(arms) - 1) / 2) / max(1, len(arms) / 4), scale=scale)
        for k, name in enumerate(arms)
    ]
    traces += [
        {"type": "scatter", "mode": "lines", "name": text(name), "x": [100 * shares[0], 100 * shares[-1]]}
        | {"y": rounded([scale * value.mean] * 2), "line": {"color": MUTED, "width": 1.5, "dash": "dot"}}
        | {"hovertemplate": hover("%{y:.4g}")}
        for name, value in fixed.items()
        if shares
    ]
    out = layout_of(height=340, left=64) | {
        "showlegend": True,
        "hovermode": "closest",
        "xaxis": axis("Budget β (% of the pool)") | {"tickvals": rounded(100 * share for share in shares)},
        "yaxis": axis(title),
        "uirevision": f"budgets {metric.name} {domain}",
        "meta": described(
            summary=_budgets_said(curves, scale, title),
            title=f"{title} by budget, {domain}",
            name="by-budget",
            table=_budget_table(curves, scale),
        ),
    }
    out["legend"] |= {"x": 0, "xanchor": "left"}
    return {"data": traces if shares else [], "layout": out}


def _curve(
    name: str, points: Sequence[tuple[float, Measured]], *, place: int, shift: float, scale: float
) -> dict[str, Any]:
    """One arm; moved a little sideways, so that intervals do not hide each other."""
    own = sorted(points)
    colour = MUTED if name == "random" else OKABE_ITO[place % len(OKABE_ITO)]
    halves = [scale * value.half if math.isfinite(value.half) else 0.0 for _, value in own]
    told = [f" ± {half:.3g}" if half else "" for half in halves]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": text(name),
        "x": rounded((100 * (share + shift) for share, _ in own), 6),
        "y": rounded(scale * value.mean for _, value in own),
        "customdata": [[f"{100 * share:.6g}", more] for (share, _), more in zip(own, told, strict=True)],
        "line": {"color": colour, "width": 1.8, "dash": DASHES[place // len(OKABE_ITO) % len(DASHES)]},
        "marker": {"size": 8, "symbol": SYMBOLS[place % len(SYMBOLS)], "color": colour},
        "error_y": {"type": "data", "array": rounded(halves), "color": colour, "thickness": 1.4, "width": 4},
        "hovertemplate": hover("β = %{customdata[0]} %: %{y:.4g}%{customdata[1]}"),
    }


def _budgets_said(curves: Mapping[str, Sequence[tuple[float, Measured]]], scale: float, title: str) -> str:
    said = "; ".join(
        f"{name} " + ", ".join(f"{scale * value.mean:.3g} at {100 * share:.6g} %" for share, value in sorted(points))
        for name, points in curves.items()
    )
    return f"{title} by budget: {said or 'nothing is measured yet'}."


def _budget_table(curves: Mapping[str, Sequence[tuple[float, Measured]]], scale: float) -> dict[str, Any]:
    rows = [
        [name, *rounded([share, scale * value.mean, scale * value.half])]
        for name, points in curves.items()
        for share, value in sorted(points)
    ]
    return {"columns": ["arm", "budget", "mean", "half-width"], "rows": rows}
