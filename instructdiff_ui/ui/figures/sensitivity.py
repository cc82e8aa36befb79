"""How much the kept set depends on the rule: its overlap with the sets that other thresholds would keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..palette import KEPT, MUTED
from ..pieces import axis, described, hover, layout_of, rounded, vertical, y
from .names import Figure

_TITLES = {"γ": "γ, at each end (%)", "β": "β, share kept (%)"}
_MEASURES = {"jaccard": ("Jaccard", "solid", "circle"), "chance_corrected": ("chance-corrected", "dash", "circle-open")}
_GAP = 0.08  # of the width, between the panels


def sensitivity_figure(points: Sequence[Mapping[str, Any]]) -> Figure:
    """Overlap of the kept set with those of other γ and β, a panel each, with a line at the present value.

    `points` are rows of `what` (γ or β), `value` (a share), `jaccard`, `chance_corrected` and `current` (whether it is
    the present value).
    """
    kinds = [what for what in _TITLES if any(p["what"] == what for p in points)]
    n = max(1, len(kinds))
    out = layout_of(height=240, left=50) | {"showlegend": True, "hovermode": "closest", "shapes": []}
    out["xaxis"] = axis("")
    traces: list[dict[str, Any]] = []
    for k, what in enumerate(kinds):
        own = sorted((p for p in points if p["what"] == what), key=lambda p: p["value"])
        x = "x" if k == 0 else f"x{k + 1}"
        traces += [_line(own, measure, first=k == 0) | {"xaxis": x, "yaxis": y(k)} for measure in _MEASURES]
        left = k * (1 + _GAP) / n
        out[x.replace("x", "xaxis")] = axis(_TITLES[what]) | {
            "anchor": y(k),
            "domain": [left, left + (1 - _GAP * (n - 1)) / n],
        }
        title = axis("Overlap with the kept set" if k == 0 else "")
        out[y(k).replace("y", "yaxis")] = title | {"anchor": x, "range": [-0.03, 1.05], "nticks": 5, "fixedrange": True}
        out["shapes"] += [_now(p, x, y(k)) for p in own if p["current"]]
    if n > 1:
        out["yaxis2"] |= {"matches": "y", "showticklabels": False}
    out["uirevision"] = "sensitivity"
    out["meta"] = described(
        summary=_said(points), title="Sensitivity of the kept set", name="sensitivity", table=_table(points)
    )
    return {"data": traces, "layout": out}


def _line(points: Sequence[Mapping[str, Any]], measure: str, *, first: bool) -> dict[str, Any]:
    name, dash, symbol = _MEASURES[measure]
    what = points[0]["what"]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "showlegend": first,
        "x": rounded(100 * p["value"] for p in points),
        "y": rounded(p[measure] for p in points),
        "line": {"color": KEPT if measure == "jaccard" else MUTED, "width": 2, "dash": dash},
        "marker": {"size": 6, "symbol": symbol},
        "hovertemplate": hover(f"{what} = %{{x:.3~g}} %: overlap %{{y:.2f}}"),
    }


def _now(point: Mapping[str, Any], xref: str, yref: str) -> dict[str, Any]:
    line = vertical(
        {"x": 100 * point["value"], "name": f"now:{point['what']}"}, MUTED, yref=f"{yref} domain", dash="dot"
    )
    return line | {"xref": xref, "line": {"color": MUTED, "width": 1.5, "dash": "dot"}}


def _said(points: Sequence[Mapping[str, Any]]) -> str:
    others = [p for p in points if not p["current"]]
    if not others:
        return "Sensitivity of the kept set: nothing was tried."
    least = min(others, key=lambda p: p["jaccard"])
    return (
        f"Overlap of the kept set with {len(others)} others: the least is {least['jaccard']:.2f}, "
        f"at {least['what']} = {100 * least['value']:.3g} %."
    )


def _table(points: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    columns = ["what", "value", *_MEASURES]
    return {"columns": columns, "rows": [[p["what"], *rounded(p[c] for c in columns[1:])] for p in points]}
