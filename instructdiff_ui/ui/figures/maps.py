"""Two numbers of every row against each other, as cells of a grid: never a dot per row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...selection.grids import AGREEMENT, GridCounts, Quartiles
from ...selection.outcome import Cutoff
from ..palette import AGREEMENT_COLOURS, FILTER, KEPT, MUTED, PANEL, PART_COLOURS, TEXT, shade
from ..pieces import axis, described, horizontal, layout_of, legend_box, marked, place, rounded, text, vertical
from .cutoffs import FIELDS, line_label
from .names import PART_NAMES, TITLES, Figure, Sign, column_name, column_title, flipped

# How opaque a cell with one row is, and the fullest one: what is kept stands out from what is not.
_MANY = 300  # rows in the fullest cell
_OPACITY = {"selected": (0.55, 1.0), "both": (0.55, 1.0), "rank": (0.2, 0.85), "neither": (0.2, 0.85)}
_OTHERS = (0.4, 0.95)


def density_map(
    counts: GridCounts,
    cutoffs: Mapping[str, Cutoff],
    *,
    sign: Sign = "calibrated-base",
    region: Mapping[str, Any] | None = None,
    group: str | None = None,
    draggable: bool = True,
) -> Figure:
    """ΔNLL × ΔH: where rows lie, and what became of them.

    The cut-offs are drawn where one group's apply: that of `group` (a domain, where only its rows are counted), or the
    only one there is.
    """
    flip = flipped("delta_nll", sign)
    group = group if group is not None else (next(iter(cutoffs)) if len(cutoffs) == 1 else None)
    shapes = _cuts(cutoffs[group], group, flip) if group in cutoffs and group is not None else []
    figure = _map(counts, PART_NAMES, PART_COLOURS, x_name="ΔNLL", y_name="ΔH", flip=flip)
    figure["layout"] |= {"shapes": shapes, "uirevision": f"map {sign}"}
    figure["layout"]["xaxis"] |= axis(TITLES["delta_nll", sign])
    figure["layout"]["yaxis"] |= axis("ΔH (nats per token)")
    figure["layout"]["meta"] = described(
        summary=_said("ΔNLL against ΔH", counts, PART_NAMES),
        title="ΔNLL × ΔH",
        name="delta-map",
        handles={s["name"]: line_label(*s["name"].split(":", 1)) for s in shapes} if draggable else {},
        region=dict(region or {}),
    )
    return figure


def length_map(
    counts: GridCounts,
    everyone: Quartiles | None = None,
    kept: Quartiles | None = None,
    *,
    column: str = "delta_entropy",
    length: str = "n_tokens",
) -> Figure:
    """A score against length (log scale), with its median and quartiles by length, and the median of the kept rows."""
    figure = _map(counts, PART_NAMES, PART_COLOURS, x_name=column_name(length), y_name=column_name(column))
    figure["data"] += _trend(everyone, kept)
    figure["layout"]["xaxis"] |= axis(column_title(length)) | _log_ticks(counts.x_edges)
    figure["layout"]["xaxis"]["range"] = [math.log10(edge) for edge in counts.x_edges[[0, -1]]]
    figure["layout"]["yaxis"] |= axis(column_title(column))
    figure["layout"]["uirevision"] = f"length {column} {length}"
    figure["layout"]["meta"] = described(
        summary=_said(f"{column_name(column)} against {column_name(length)}", counts, PART_NAMES),
        title=f"{column_name(column)} × {column_name(length)}",
        name=f"{column.replace('_', '-')}-by-length",
        region={},
    )
    return figure


def rank_scatter(counts: GridCounts, *, names: Sequence[str], cuts: Sequence[float | None] = (None, None)) -> Figure:
    """Rank in one run against rank in another, both in % from the lowest ΔH; `counts` are by `grids.AGREEMENT`.

    `cuts` are β of both, as shares, drawn where they are given.
    """
    first, second = (text(name) for name in names)
    told = dict(zip(AGREEMENT, ("kept by both", f"only {first}", f"only {second}", "neither"), strict=True))
    figure = _map(counts, told, AGREEMENT_COLOURS, x_name="rank", y_name="rank", unit="%")
    out = figure["layout"]
    out["xaxis"] |= axis(f"Rank by ΔH in {first} (%)")
    out["yaxis"] |= axis(f"Rank by ΔH in {second} (%)")
    out["shapes"] = [
        {"type": "line", "x0": 0, "x1": 100, "y0": 0, "y1": 100, "line": {"color": MUTED, "width": 1, "dash": "dot"}}
    ]
    if cuts[0] is not None:
        line = {"x": 100 * cuts[0], "name": "cut:first"}
        out["shapes"].append(vertical(line, AGREEMENT_COLOURS["first"], yref="paper", dash="solid"))
    if cuts[1] is not None:
        out["shapes"].append(horizontal(100 * cuts[1], "cut:second", AGREEMENT_COLOURS["second"]))
    out["uirevision"] = "ranks"
    spoken = dict(zip(AGREEMENT, ("kept by both", f"only {names[0]}", f"only {names[1]}", "neither"), strict=True))
    out["meta"] = described(
        summary=_said(f"Rank in {names[0]} against rank in {names[1]}", counts, spoken), title="Ranks", name="ranks"
    )
    return figure


def _log_ticks(edges: np.ndarray) -> dict[str, Any]:
    """A log axis with ticks at 1, 2, 5, 10, …; few enough to read over many decades."""
    decades = range(math.floor(math.log10(edges[0])), math.ceil(math.log10(edges[-1])) + 1)
    steps = (1, 2, 5) if len(decades) <= 4 else (1,)
    ticks = [m * 10.0**d for d in decades for m in steps if edges[0] <= m * 10.0**d <= edges[-1]]
    return {"type": "log", "tickvals": ticks, "ticktext": [f"{tick:,.4g}" for tick in ticks]}


def _map(
    counts: GridCounts,
    names: Mapping[str, str],
    colours: Mapping[str, str],
    *,
    x_name: str,
    y_name: str,
    unit: str = "",
    flip: bool = False,
) -> Figure:
    """A layer of cells per part, and unseen marks in the middle of the cells that are hovered and picked."""
    x_edges = -counts.x_edges[::-1] if flip else counts.x_edges
    cells = {part: own[:, ::-1] if flip else own for part, own in counts.cells.items() if own.any()}
    order = sorted(cells, key=lambda part: part in ("selected", "both"))  # what is kept on top
    top = max((int(own.max()) for own in cells.values()), default=1)
    traces = [_layer(cells[part], x_edges, counts.y_edges, part=part, colour=colours[part], top=top) for part in order]
    traces += [legend_box(names[part], colours[part]) for part in cells]
    middle = f"{x_name} %{{x:.3~g}}{unit}, {y_name} %{{y:.3~g}}{unit}"
    told = [f"%{{customdata[{k}]:,}} {names[part]}" for k, part in enumerate(cells)]
    traces.append(_marks(cells, x_edges, counts) | {"hovertemplate": "<br>".join([middle, *told]) + "<extra></extra>"})
    out = layout_of(height=380, left=56) | {"showlegend": True, "hovermode": "closest"}
    out["legend"] |= {"x": 0, "xanchor": "left"}
    out["xaxis"] = axis("") | {"range": place(x_edges[[0, -1]])}
    out["yaxis"] = axis("") | {"range": place(counts.y_edges[[0, -1]])}
    return {"data": traces if cells else [], "layout": out}


def _layer(
    cells: np.ndarray, x_edges: np.ndarray, y_edges: np.ndarray, *, part: str, colour: str, top: int
) -> dict[str, Any]:
    """One part's cells, cut to where it has rows."""
    rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
    down, across = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    few, many = _OPACITY.get(part, _OTHERS)
    gap = 1 if top < _MANY else 0  # few rows lie apart, many make a surface
    return {
        "type": "heatmap",
        "x": place(x_edges[across.start : across.stop + 1]),
        "y": place(y_edges[down.start : down.stop + 1]),
        "z": _levels(cells[down, across], top),
        "zmin": 0,
        "zmax": 100,
        "colorscale": [[0, shade(colour, 0)], [0.005, shade(colour, few)], [1, shade(colour, many)]],
        "showscale": False,
        "hoverinfo": "skip",
        "xgap": gap,
        "ygap": gap,
        "meta": {"part": part},
    }


def _levels(cells: np.ndarray, top: int) -> list[list[int]]:
    """0 for an empty cell, else 1–100 by the log of its rows; a map of single rows is not all dark."""
    scale = math.log(max(8, top))
    return np.where(cells > 0, 1 + np.round(99 * np.log(np.maximum(cells, 1)) / scale), 0).astype(int).tolist()


def _marks(cells: Mapping[str, np.ndarray], x_edges: np.ndarray, counts: GridCounts) -> dict[str, Any]:
    """The middles of the cells that have rows, with the rows of each part; a box or lasso picks them."""
    rows, columns = np.nonzero(np.sum(list(cells.values()), axis=0) if cells else np.zeros((1, 1)))
    x = np.sqrt(x_edges[:-1] * x_edges[1:]) if counts.log_x else (x_edges[:-1] + x_edges[1:]) / 2
    y = (counts.y_edges[:-1] + counts.y_edges[1:]) / 2
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": rounded(x[columns]),
        "y": rounded(y[rows]),
        "customdata": np.array([own[rows, columns] for own in cells.values()]).T.tolist(),
        "marker": {"size": 5, "opacity": 0, "color": MUTED},
        "showlegend": False,
        "meta": {"pick": True},
    }
    return marked(trace)


def _cuts(cutoff: Cutoff, group: str, flip: bool) -> list[dict[str, Any]]:
    """γ as dashed lines that stand, β as a line that lies."""
    shapes = []
    for kind in ("gamma_low", "gamma_high"):
        value = getattr(cutoff, FIELDS[kind])
        if value is not None:
            line = {"x": -value if flip else value, "name": f"{kind}:{group}"}
            shapes.append(vertical(line, FILTER, yref="paper", dash="dash"))
    if cutoff.delta_entropy is not None:
        shapes.append(horizontal(cutoff.delta_entropy, f"beta:{group}", KEPT))
    return shapes


def _trend(everyone: Quartiles | None, kept: Quartiles | None) -> list[dict[str, Any]]:
    traces = []
    if everyone is not None:
        traces += [
            _line(everyone.x, everyone.low, "quartiles", TEXT, width=1.2, dash="dot") | {"showlegend": False},
            _line(everyone.x, everyone.high, "quartiles", TEXT, width=1.2, dash="dot") | {"showlegend": False},
            *_haloed(everyone.x, everyone.median, "median, quartiles", TEXT),
        ]
    if kept is not None and np.isfinite(kept.median).any():
        traces += _haloed(kept.x, kept.median, "median of kept", KEPT)
    return traces


def _haloed(x: np.ndarray, y: np.ndarray, name: str, colour: str) -> list[dict[str, Any]]:
    """A line that stands out from the cells below it."""
    halo = _line(x, y, name, PANEL, width=5) | {"showlegend": False, "hoverinfo": "skip"}
    return [marked(halo), _line(x, y, name, colour, width=2.2)]


def _line(x: np.ndarray, y: np.ndarray, name: str, colour: str, *, width: float, dash: str = "solid") -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": rounded(x),
        "y": rounded(y),
        "line": {"color": colour, "width": width, "dash": dash},
        "hovertemplate": f"{name} %{{y:.3~f}}<extra></extra>",
    }


def _said(what: str, counts: GridCounts, names: Mapping[str, str]) -> str:
    parts = "; ".join(f"{int(own.sum()):,} {names[part]}" for part, own in counts.cells.items() if own.any())
    beyond = f" {counts.outside:,} rows lie outside the map." if counts.outside else ""
    return f"{what}, rows: {parts or 'none'}.{beyond}"
