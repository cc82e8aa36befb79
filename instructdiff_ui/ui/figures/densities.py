"""ΔH or ΔNLL as smooth curves: density, cumulative share, and ridgelines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...selection.curves import Curve
from ...selection.outcome import Cutoff
from ...selection.summary import PARTS
from ..palette import DROPPED_OPACITY, FILTERED, LINE, MUTED, domain_colours, domain_dashes, shade
from ..pieces import (
    described,
    heights,
    hover,
    legend_box,
    legend_line,
    marked,
    panels,
    place,
    shortened,
    text,
    y,
    zero_line,
)
from .cutoffs import cut_lines, handles_of
from .histograms import counted, overlaid, panel_lines, part_legend
from .names import STEMS, TITLES, WHAT, Figure, Layout, Sign, flipped
from .ridges import Ridge, ridges

_TABLE_DOMAINS = 8
_DENSITY = "Density (share of rows per nat)"
_HOVER = hover("%{x:.3f} nats: density %{y:.3g}, %{customdata} % of it kept")


def density_figure(
    curve: Curve, cutoffs: Mapping[str, Cutoff], *, layout: Layout, sign: Sign, draggable: bool = True
) -> Figure:
    """Smoothed density per domain, of area 1, stacked into kept, dropped by rank and outside the filter."""
    flip, colours = flipped(curve.column, sign), domain_colours(curve.domains)
    lines = cut_lines(curve.column, curve.domains, cutoffs, flip=flip)
    if layout == "overlaid":
        dashes = domain_dashes(curve.domains)
        traces = [trace for d in curve.domains for trace in _overlaid_density(curve, d, colours[d], dashes[d], flip)]
        out = overlaid(lines, colours, dashes, title=_DENSITY)
        return _finished(
            curve, [*traces, legend_box("kept", MUTED, opacity=0.6)], out, lines, sign, "density", layout, draggable
        )
    traces, out = [], panels(curve.domains, colours)
    for k, domain in enumerate(curve.domains):
        traces += [trace | {"yaxis": y(k)} for trace in _stacked(curve, domain, colours[domain], flip)]
        out[y(k).replace("y", "yaxis")]["range"] = [0, 1.06 * max(1e-9, float(curve.density[domain].sum(axis=0).max()))]
    traces += [part_legend(part) for part in _used(curve)]
    out["shapes"] = [zero_line(), *panel_lines(curve.domains, lines, colours)]
    out["hovermode"] = "closest"
    return _finished(curve, traces, out, lines, sign, "density", layout, draggable)


def cumulative_figure(
    curve: Curve, cutoffs: Mapping[str, Cutoff], *, layout: Layout, sign: Sign, draggable: bool = True
) -> Figure:
    """The share of all scored rows up to each value, and, dashed, that of the kept rows."""
    flip, colours = flipped(curve.column, sign), domain_colours(curve.domains)
    lines = cut_lines(curve.column, curve.domains, cutoffs, flip=flip)
    together = layout == "overlaid"
    traces = []
    for k, domain in enumerate(curve.domains):
        own = [trace | ({} if together else {"yaxis": y(k)}) for trace in _shares(curve, domain, colours[domain], flip)]
        own[0]["showlegend"] = together
        traces += own
    traces += [] if together else [legend_line("all rows", dash="solid")]
    traces.append(legend_line("kept rows", dash="dash"))
    if together:
        out = overlaid(lines, colours, domain_dashes(curve.domains), title="Share of rows (%)")
        out["yaxis"] |= _PERCENT
    else:
        out = panels(curve.domains, colours)
        out["shapes"] = [zero_line(), *panel_lines(curve.domains, lines, colours)]
        for k, _ in enumerate(curve.domains):
            out[y(k).replace("y", "yaxis")] |= _PERCENT | {"side": "right", "showgrid": True, "showticklabels": True}
        out["margin"]["r"] = 40
    out["hovermode"] = "closest"
    return _finished(curve, traces, out, lines, sign, "cumulative", layout, draggable)


def ridgeline_figure(curve: Curve, cutoffs: Mapping[str, Cutoff], *, sign: Sign, draggable: bool = True) -> Figure:
    """One panel with a ridge per domain, each as high as its own peak; the kept part in full colour."""
    flip, colours = flipped(curve.column, sign), domain_colours(curve.domains)
    lines = cut_lines(curve.column, curve.domains, cutoffs, flip=flip)
    shown = [
        Ridge(
            name=domain,
            colour=colours[domain],
            grid=_grid(curve.x, flip),
            kept=_turned(curve.density[domain][0], flip),
            total=_turned(curve.density[domain].sum(axis=0), flip),
            lines=[line for line in lines if line["domain"] == domain],
        )
        for domain in curve.domains
    ]
    figure = ridges(shown)
    return _finished(curve, figure["data"], figure["layout"], lines, sign, "ridgeline", "", draggable)


_PERCENT = {
    "range": [-12, 112],
    "tickvals": [0, 50, 100],
    "ticktext": ["0", "50", "100 %"],
    "automargin": True,
    "tickfont": {"size": 9},
    "gridcolor": LINE,
}


def _finished(
    curve: Curve, traces: list[dict], out: dict, lines: list[dict], sign: Sign, kind: str, layout: str, draggable: bool
) -> Figure:
    ends = place([-curve.edges[-1], -curve.edges[0]] if flipped(curve.column, sign) else curve.edges[[0, -1]])
    out["xaxis"] |= {
        "title": {"text": TITLES[curve.column, sign], "standoff": 8, "font": {"size": 12}},
        "range": ends,
    }
    out["uirevision"] = f"{curve.column} {sign} {kind} {layout}".rstrip()
    out["meta"] = described(
        summary=counted(WHAT[curve.column], curve.rows),
        title=f"{WHAT[curve.column]} by domain",
        name=f"{STEMS[curve.column]}-{kind}",
        handles=handles_of(lines, draggable),
        table=_table(curve, flip=flipped(curve.column, sign)),
    )
    return {"data": traces if curve.domains else [], "layout": out}


def _used(curve: Curve) -> list[str]:
    return [part for part in PARTS if any(rows[part] for rows in curve.rows.values())]


def _stacked(curve: Curve, domain: str, colour: str, flip: bool) -> list[dict[str, Any]]:
    """The parts of one domain on top of each other, and the outline of the whole."""
    levels = np.cumsum(curve.density[domain], axis=0)
    used = [(part, level) for part, level in zip(PARTS, levels, strict=True) if curve.rows[domain][part]]
    layers = [
        _curve(curve, level, flip)
        | {"name": text(domain), "line": {"width": 0, "color": colour}, "hoverinfo": "skip", "showlegend": False}
        | {"fill": "tonexty" if k else "tozeroy", "meta": {"domain": domain, "part": part, "column": curve.column}}
        | _area(part, colour)
        for k, (part, level) in enumerate(used)
    ]
    return [*layers, _outline(curve, domain, colour, flip) | {"showlegend": False}]


def _outline(curve: Curve, domain: str, colour: str, flip: bool, dash: str = "solid") -> dict[str, Any]:
    total = curve.density[domain].sum(axis=0)
    kept = np.divide(100 * curve.density[domain][0], total, out=np.zeros(len(total)), where=total > 0)
    line = {"color": colour, "width": 1.5, "dash": dash}
    told = np.round(_turned(kept, flip)).astype(int).tolist()
    trace = _curve(curve, total, flip) | {"name": text(domain), "line": line, "customdata": told}
    return trace | {"hovertemplate": _HOVER}


def _overlaid_density(curve: Curve, domain: str, colour: str, dash: str, flip: bool) -> list[dict[str, Any]]:
    kept = _curve(curve, curve.density[domain][0], flip) | {"name": text(domain), "line": {"width": 0, "color": colour}}
    fill = {"fill": "tozeroy", "fillcolor": shade(colour, 0.6), "hoverinfo": "skip", "showlegend": False}
    outline = _outline(curve, domain, colour, flip, dash)
    return [marked(kept | fill), outline | {"name": text(shortened(domain, 20))}]


def _shares(curve: Curve, domain: str, colour: str, flip: bool) -> list[dict[str, Any]]:
    lines = {"all rows": curve.cumulative[domain], "kept rows": curve.kept[domain]}
    return [
        {"type": "scatter", "mode": "lines", "name": text(shortened(domain, 20)), "y": _percent(shares, flip)}
        | _grid(curve.edges, flip)
        | {"line": {"color": colour, "width": 2 if what == "all rows" else 1.5} | _DASHED[what]}
        | {"hovertemplate": hover(f"%{{y:.3g}} % of {what} are at most %{{x:.3f}} nats"), "showlegend": False}
        for what, shares in lines.items()
        if what == "all rows" or curve.rows[domain]["selected"]
    ]


_DASHED = {"all rows": {"dash": "solid"}, "kept rows": {"dash": "dash"}}


def _area(part: str, colour: str) -> dict[str, Any]:
    if part in ("selected", "rank"):
        return {"fillcolor": shade(colour, 1 if part == "selected" else DROPPED_OPACITY)}
    hatch = FILTERED | ({"shape": "x"} if part == "excluded" else {})
    return {"fillcolor": colour, "fillpattern": hatch}


def _curve(curve: Curve, values: np.ndarray, flip: bool) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", "y": heights(_turned(values, flip))} | _grid(curve.x, flip)


def _grid(x: np.ndarray, flip: bool) -> dict[str, float]:
    """Equally spaced x as plotly's start and step, which is shorter to send."""
    start = -x[-1] if flip else x[0]
    return {"x0": float(f"{start:.8g}"), "dx": float(f"{x[1] - x[0]:.8g}")}


def _turned(values: np.ndarray, flip: bool) -> np.ndarray:
    return values[::-1] if flip else values


def _percent(shares: np.ndarray, flip: bool) -> list[float]:
    return np.round(100 * (1 - shares[::-1] if flip else shares), 2).tolist()


def _table(curve: Curve, *, flip: bool) -> dict[str, Any] | None:
    """Every fourth point, for whoever wants the numbers; of many domains the traces alone tell, to send less."""
    if len(curve.domains) > _TABLE_DOMAINS:
        return None
    x = place(-curve.x[::-4] if flip else curve.x[::4])
    rows = []
    for domain in curve.domains:
        total, kept = (
            heights(_turned(v, flip))[::4] for v in (curve.density[domain].sum(axis=0), curve.density[domain][0])
        )
        rows += [[domain, *cells] for cells in zip(x, total, kept, strict=True)]
    return {"columns": ["domain", "nats per token", "density", "of it kept"], "rows": rows}
