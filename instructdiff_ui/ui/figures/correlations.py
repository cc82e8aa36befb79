"""How scores and lengths go together: a table of correlations as a heat map."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from ...selection.association import Correlations
from ..palette import TEXT, diverging
from ..pieces import axis, described, layout_of, number, text
from .names import Figure, column_name

METHODS = {"pearson": "Pearson's r", "spearman": "Spearman's ρ"}


def correlation_map(
    found: Correlations, method: Literal["pearson", "spearman"] = "pearson", labels: Mapping[str, str] | None = None
) -> Figure:
    """Every pair of columns; a click gives the pair (customdata: the names of the columns).

    The diagonal, which says nothing, is left empty. `labels` names columns that have no name here.
    """
    table = found.pearson if method == "pearson" else found.spearman
    k = len(found.names)
    shown = [text((labels or {}).get(name, column_name(name))) for name in found.names]
    cells = [
        [None if i == j or not math.isfinite(table[i, j]) else round(float(table[i, j]), 3) for j in range(k)]
        for i in range(k)
    ]
    trace = {
        "type": "heatmap",
        "x": list(range(k)),
        "y": list(range(k)),
        "z": cells,
        "zmin": -1,
        "zmax": 1,
        "colorscale": diverging(),
        "text": [["" if value is None else number(value) for value in row] for row in cells],
        "texttemplate": "%{text}",
        "textfont": {"color": TEXT},
        "customdata": [[[x, y] for x in found.names] for y in found.names],
        "hovertext": [[f"{a} and {b}" for b in shown] for a in shown],
        "hovertemplate": f"<b>%{{hovertext}}</b><br>{METHODS[method]} %{{text}}<extra></extra>",
        "hoverongaps": False,
        "xgap": 2,
        "ygap": 2,
        "showscale": False,  # the numbers stand in the cells
    }
    ticks = {"tickvals": list(range(k)), "ticktext": shown, "showgrid": False, "ticks": "", "range": [-0.5, k - 0.5]}
    out = layout_of(height=round(110 + 30 * max(3, k)), left=90) | {
        "xaxis": axis("") | ticks | {"tickangle": -40, "fixedrange": True},
        "yaxis": axis("") | ticks | {"range": [k - 0.5, -0.5], "fixedrange": True},
        "uirevision": f"correlations {method}",
        "meta": described(
            summary=_said(found, table, method, labels or {}),
            title=f"Correlations ({METHODS[method]})",
            name=f"correlations-{method}",
            table={
                "columns": ["", *(str(name) for name in found.names)],
                "rows": [[name, *row] for name, row in zip(found.names, cells, strict=True)],
            },
        ),
    }
    out["margin"] |= {"t": 10, "b": 90}
    return {"data": [trace] if k > 1 else [], "layout": out}


def _said(found: Correlations, table, method: str, labels: Mapping[str, str]) -> str:
    """The strongest pairs in words."""
    pairs = [
        (abs(float(table[i, j])), a, b, float(table[i, j]))
        for i, a in enumerate(found.names)
        for j, b in enumerate(found.names[:i])
        if math.isfinite(table[i, j])
    ]
    strongest = sorted(pairs, reverse=True)[:3]
    name = {column: labels.get(column, column_name(column)) for column in found.names}
    said = "; ".join(f"{name[a]} and {name[b]} {number(value)}" for _, a, b, value in strongest)
    return f"{METHODS[method]} over {found.n:,} rows. Strongest: {said or 'none'}."
