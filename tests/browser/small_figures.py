"""Tables and figures for the tests of the chart component: only what its contract asks for."""

from __future__ import annotations

import numpy as np
import pandas as pd

from instructdiff_ui.config import SelectionSpec
from instructdiff_ui.selection.cube import cube
from instructdiff_ui.selection.outcome import Selection
from instructdiff_ui.selection.rules import SelectionTable
from instructdiff_ui.selection.summary import Bins, Histogram

HOSTILE = "<img src=x onerror=alert(1)>"
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
OPACITY = {"selected": 1, "rank": 0.35, "filter": 0.15, "excluded": 0.1}
LINES = {
    "delta_entropy": {"beta": "delta_entropy"},
    "delta_nll": {"gamma_low": "nll_low", "gamma_high": "nll_high"},
}
LABELS = {"beta": "ΔH cut-off", "gamma_low": "lower ΔNLL bound", "gamma_high": "upper ΔNLL bound"}


def scores(n: int, domains: list[str], *, seed: int = 0) -> pd.DataFrame:
    """Rows whose ΔH differs between domains in scale, goes with ΔNLL, and is lower in long answers."""
    rng = np.random.default_rng(seed)
    domain = rng.integers(0, len(domains), n)
    scale = np.geomspace(0.05, 0.6, len(domains))[domain]
    z = rng.normal(0.7, 1, n) + 0.4 * rng.gamma(2, 1, n)
    return pd.DataFrame(
        {
            "example_id": [f"r{i}" for i in range(n)],
            "domain": np.array(domains, dtype=object)[domain],
            "n_tokens": np.maximum(1, rng.lognormal(4, 0.8, n) * (1 + np.exp(-z))).astype(int),
            "delta_nll": scale * (rng.normal(-0.4, 0.8, n) - 0.5 * z),
            "delta_entropy": scale * z,
            "in_calibration": False,
        }
    )


class Board:
    """A table with its bins, its cube and its figures under a rule."""

    def __init__(self, table: pd.DataFrame, *, bins: int = 60):
        self.table, self.selections = table, SelectionTable(table)
        self.bins = {column: Bins(table, column, bins=bins) for column in LINES}
        self.domains = self.selections.domains

    def payload(self) -> dict:
        code, names = pd.factorize(self.table["domain"], sort=True)
        columns = [self.table[name].to_numpy() for name in ("delta_entropy", "delta_nll", "n_tokens")]
        edges = {"entropy_edges": self.bins["delta_entropy"].edges, "nll_edges": self.bins["delta_nll"].edges}
        return cube(code, *columns, names=list(names), **edges).payload()

    def histogram(self, column: str, spec: SelectionSpec, **rule) -> dict:
        selection = self.selections.select(spec)
        return bars(self.bins[column].count(selection), selection, rule_of(spec, self.domains, **rule))

    def moved(self, spec: SelectionSpec, event: dict, *, linked: bool) -> SelectionSpec:
        kind, _, group = event["name"].partition(":")
        if kind == "beta":
            part, share = "ratio", self.selections.ratio_at(spec, group, event["value"])
        else:
            part = "gamma"
            share = self.selections.gamma_at(spec, group, event["value"], end=kind.removeprefix("gamma_"))
        changes = {part: share} if linked or spec.scope == "global" else {"domains": {group: {part: share}}}
        return SelectionSpec.model_validate(spec.model_dump() | changes)


def rule_of(spec: SelectionSpec, domains: list[str], *, linked: bool = True, ends: bool = True, **more) -> dict:
    """What `layout.meta.rule` holds."""
    shared = {name: getattr(spec, name) for name in ("strategy", "scope", "budget")}
    low, high = ({name: spec.gammas_of(name)[end] for name in domains} for end in (0, 1))
    ratio = {name: spec.ratio_of(name) for name in domains}
    return shared | {"linked": linked, "ends": ends, "low": low, "high": high, "ratio": ratio} | more


def bars(hist: Histogram, selection: Selection, rule: dict) -> dict:
    """Stacked bars, one panel per domain, and its cut-off lines."""
    middles = [(a + b) / 2 for a, b in zip(hist.edges, hist.edges[1:], strict=False)]
    flip = hist.column == "delta_nll" and rule.get("sign") == "base-calibrated"
    n, data, shapes, handles = len(hist.domains), [], [], {}
    layout = {
        "height": 60 + n * (70 if n < 10 else 40), "barmode": "stack", "bargap": 0.05, "showlegend": False,
        "margin": {"l": 60, "r": 10, "t": 10, "b": 40},
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "font": {"color": "var(--body-text-color)"},
        "xaxis": {"title": {"text": hist.column}, "anchor": "y" if n == 1 else f"y{n}"}, "uirevision": "same",
    }  # fmt: skip
    for k, domain in enumerate(hist.domains):
        axis = "y" if k == 0 else f"y{k + 1}"
        top = {"domain": [1 - (k + 1) / n, 1 - (k + 0.05) / n], "range": [0, 1.05 * max(hist.totals(domain))]}
        layout[axis.replace("y", "yaxis")] = top | {"showticklabels": False, "fixedrange": True}
        for part, counts in hist.counts[domain].items():
            marker = {"color": COLOURS[k % len(COLOURS)], "opacity": OPACITY[part]}
            data.append(
                {"type": "bar", "x": [-x for x in reversed(middles)] if flip else middles, "name": part}
                | {"y": counts[::-1] if flip else counts, "yaxis": axis, "marker": marker}
                | {"meta": {"domain": domain, "part": part, "column": hist.column}}
            )
        group = domain if domain in selection.cutoffs else "all"
        for kind, field in LINES[hist.column].items():
            value = getattr(selection.cutoffs[group], field)
            place = {"type": "line", "x0": -value if flip else value, "x1": -value if flip else value}
            line = {"color": "var(--body-text-color)", "width": 2}
            shapes.append(place | {"y0": 0, "y1": 1, "yref": f"{axis} domain", "name": f"{kind}:{group}", "line": line})
            handles[f"{kind}:{group}"] = f"{LABELS[kind]} of {group}"
    meta = {"summary": "bars", "handles": handles, "rule": rule, "title": "ΔH <b>& ΔNLL</b>", "name": "ΔH / by: domain"}
    return {"data": data, "layout": layout | {"shapes": shapes, "meta": meta}}


def density(board: Board, spec: SelectionSpec, *, region: dict | None = None, bins: int = 40) -> dict:
    """A 2-D map of ΔNLL × ΔH with γ lines that stand and a β line that lies, where a region can be marked."""
    x, y = (board.table[name].to_numpy() for name in ("delta_nll", "delta_entropy"))
    counts, xs, ys = np.histogram2d(x, y, bins=bins)
    cx, cy = (xs[1:] + xs[:-1]) / 2, (ys[1:] + ys[:-1]) / 2
    selection = board.selections.select(spec)
    cutoff = selection.cutoffs["all"]
    line = {"type": "line", "line": {"color": "#D55E00", "width": 2}}
    shapes = [
        line | {"x0": v, "x1": v, "y0": 0, "y1": 1, "yref": "paper", "name": f"{kind}:all"}
        for kind, v in (("gamma_low", cutoff.nll_low), ("gamma_high", cutoff.nll_high))
    ]
    lying = {"y0": cutoff.delta_entropy, "y1": cutoff.delta_entropy, "x0": 0, "x1": 1, "xref": "x domain"}
    shapes.append(line | lying | {"name": "beta:all"})
    gx, gy = np.meshgrid(cx, cy)
    used = counts.T.ravel() > 0
    return {
        "data": [
            {"type": "heatmap", "x": cx.tolist(), "y": cy.tolist(), "z": counts.T.tolist(), "name": "rows"}
            | {"colorscale": [[0, "rgba(0,114,178,0)"], [1, "#0072B2"]], "showscale": False},
            {"type": "scatter", "mode": "markers", "x": gx.ravel()[used].tolist(), "y": gy.ravel()[used].tolist()}
            | {"marker": {"opacity": 0, "size": 4}, "hoverinfo": "skip", "showlegend": False, "meta": {"pick": True}},
        ],
        "layout": {
            "height": 360, "margin": {"l": 50, "r": 10, "t": 10, "b": 40}, "uirevision": "map",
            "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": "var(--body-text-color)"},
            "xaxis": {"title": {"text": "ΔNLL"}}, "yaxis": {"title": {"text": "ΔH"}}, "shapes": shapes,
            "meta": {
                "summary": "map", "region": region or {}, "rule": rule_of(spec, board.domains), "name": "map",
                "handles": {f"{kind}:all": LABELS[kind] for kind in LABELS},
            },
        },
    }  # fmt: skip
