"""ΔH or ΔNLL as histograms: one panel per domain, or all in one."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from ...selection.outcome import Cutoff
from ...selection.summary import PARTS, Histogram
from ..palette import DROPPED_OPACITY, FILTERED, MUTED, domain_colours, domain_dashes, shade
from ..pieces import (
    axis,
    described,
    hover,
    layout_of,
    legend_box,
    marked,
    panels,
    place,
    rounded,
    shortened,
    span,
    steps,
    text,
    vertical,
    y,
    zero_line,
)
from .cutoffs import cut_lines, handles_of
from .names import PART_NAMES, STEMS, TITLES, WHAT, Figure, Layout, Sign, flipped

_TABLE_ROWS = 1000


def delta_histogram(
    hist: Histogram,
    cutoffs: Mapping[str, Cutoff],
    *,
    layout: Layout = "side by side",
    sign: Sign = "calibrated-base",
    draggable: bool = True,
) -> Figure:
    """ΔH or ΔNLL per domain, split into kept, dropped by rank and outside the filter, with the cut-offs as lines.

    `cutoffs` is `Selection.cutoffs`: by domain, or `{"all": …}`. A line that was dragged reports its name and place, to
    be read with `released`.
    """
    flip = flipped(hist.column, sign)
    edges = [-e for e in reversed(hist.edges)] if flip else hist.edges
    lines = cut_lines(hist.column, hist.domains, cutoffs, flip=flip)
    draw = _small_multiples if layout == "side by side" else _overlay
    figure = draw(hist, edges, lines, flip=flip)
    out = figure["layout"]
    out["xaxis"] |= {
        "title": {"text": TITLES[hist.column, sign], "standoff": 8, "font": {"size": 12}},
        "range": [edges[0], edges[-1]],
    }
    out["uirevision"] = f"{hist.column} {sign} histogram {layout}"
    out["meta"] = described(
        summary=counted(WHAT[hist.column], {d: hist.counts[d] for d in hist.domains}),
        title=f"{WHAT[hist.column]} by domain",
        name=f"{STEMS[hist.column]}-histogram",
        handles=handles_of(lines, draggable),
        table=_table(hist, edges, flip=flip),
    )
    return figure


def counted(what: str, counts: Mapping[str, Mapping[str, Any]]) -> str:
    """What a screen reader says: rows kept per domain; `counts` has rows, or lists of rows, by domain and part."""
    rows = {d: {part: _total(n) for part, n in parts.items()} for d, parts in counts.items()}
    said = [f"{d}: {parts['selected']:,} of {sum(parts.values()):,} rows kept" for d, parts in rows.items()]
    return f"{what} by domain. " + "; ".join(said) + "."


def _total(rows: int | list[int]) -> int:
    return sum(rows) if isinstance(rows, list) else rows


def part_fill(part: str, colour: str) -> dict[str, Any]:
    """How a part is filled: kept in full colour, dropped by rank light, the rest hatched."""
    plain = {"color": colour, "line": {"width": 0}}
    if part == "selected":
        return plain
    if part == "rank":
        return plain | {"opacity": DROPPED_OPACITY}
    hatch = FILTERED | ({"shape": "x"} if part == "excluded" else {})
    return {"color": colour, "pattern": hatch, "line": {"width": 0}}


def part_legend(part: str) -> dict[str, Any]:
    """A legend entry without a colour of any domain."""
    opacity = DROPPED_OPACITY if part == "rank" else 1  # a legend shows the opacity of traces, not that of markers
    box = {"marker": part_fill(part, MUTED), "opacity": opacity}
    return marked({"type": "bar", "x": [None], "y": [None], "name": PART_NAMES[part], "hoverinfo": "skip"} | box)


def _small_multiples(hist: Histogram, edges: list[float], lines: list[dict], *, flip: bool) -> Figure:
    """One panel per domain over a shared x: kept in full colour, dropped light, filtered hatched."""
    domains, colours = hist.domains, domain_colours(hist.domains)
    step = edges[1] - edges[0]
    middles = [round((a + b) / 2, 10) for a, b in pairwise(edges)]
    used = [part for part in PARTS if part != "excluded" or any(any(hist.counts[d][part]) for d in domains)]
    traces = []
    for k, domain in enumerate(domains):
        counts = {part: _turn(hist.counts[domain][part], flip) for part in used}
        for part in used:
            bars = _bars(part, middles[0], counts[part], colour=colours[domain], step=step)
            meta = {"domain": domain, "part": part, "column": hist.column} | ({"flip": True} if flip else {})
            traces.append(bars | {"meta": meta, "yaxis": y(k)})
        traces += [own | {"yaxis": y(k)} for own in _hover_marks(hist, domain, edges, middles, counts, flip=flip)]
    traces += [part_legend(part) for part in used if any(any(hist.counts[d][part]) for d in domains)]
    out = panels(domains, colours)
    for k, domain in enumerate(domains):
        out[y(k).replace("y", "yaxis")]["range"] = [0, 1.04 * max(1, *hist.totals(domain))]
    out["shapes"] = [zero_line(), *panel_lines(domains, lines, colours)]
    out |= {"barmode": "stack", "bargap": 0, "hovermode": "x"}
    return {"data": traces if domains else [], "layout": out}


def panel_lines(domains: list[str], lines: list[dict], colours: Mapping[str, str]) -> list[dict]:
    """The cut-off lines of every domain in its own panel: β solid, γ dashed."""
    return [
        vertical(line, colours[domain], yref=f"{y(k)} domain", dash=_dash(line, "solid"))
        for k, domain in enumerate(domains)
        for line in lines
        if line["domain"] == domain
    ]


def _dash(line: Mapping[str, Any], beta: str) -> str:
    return beta if line["kind"] == "beta" else "dash"


def _overlay(hist: Histogram, edges: list[float], lines: list[dict], *, flip: bool) -> Figure:
    """One panel: per domain an outline of area 1, so that domains of any size compare, its kept part filled."""
    colours, dashes = domain_colours(hist.domains), domain_dashes(hist.domains)
    step = edges[1] - edges[0]
    spans = [span(a, b, step) for a, b in pairwise(edges)]
    traces = []
    for domain in hist.domains:
        totals, kept = _turn(hist.totals(domain), flip), _turn(hist.counts[domain]["selected"], flip)
        rows = max(1, sum(totals))
        fill = {"fill": "tozeroy", "fillcolor": shade(colours[domain], 0.6), "hoverinfo": "skip", "showlegend": False}
        told = [[s, n, k] for s, n, k in zip(spans, totals, kept, strict=True)] + [["", 0, 0]]
        traces += [
            marked(steps(edges, rounded(n / rows / step for n in kept)) | fill)
            | {"line": {"width": 0, "shape": "hv", "color": colours[domain]}, "name": text(domain)},
            steps(edges, rounded(n / rows / step for n in totals))
            | {"name": text(shortened(domain, 20)), "customdata": told}
            | {"line": {"color": colours[domain], "width": 2, "shape": "hv", "dash": dashes[domain]}}
            | {"hovertemplate": hover("%{customdata[0]} nats: %{customdata[1]:,} rows, %{customdata[2]:,} kept")},
        ]
    traces.append(legend_box("kept", MUTED, opacity=0.6))
    out = overlaid(lines, colours, dashes, title="Density (share of rows per nat)")
    return {"data": traces if hist.domains else [], "layout": out}


def overlaid(lines: list[dict], colours: Mapping[str, str], dashes: Mapping[str, str], *, title: str) -> dict[str, Any]:
    """The layout of all domains in one panel."""
    cuts = [
        vertical(line, colours[line["domain"]], yref="paper", dash=_dash(line, dashes[line["domain"]]), width=1.8)
        for line in lines
    ]
    out = layout_of(height=380 + 15 * max(0, len(colours) - 6), left=56) | {  # many names fill a tall legend
        "showlegend": True,
        "hovermode": "closest",
        "xaxis": axis("") | {"zeroline": False},
        "yaxis": axis(title) | {"rangemode": "tozero", "fixedrange": True},
        "shapes": [zero_line(), *cuts],
    }
    out["legend"] |= {"x": 0, "xanchor": "left"}
    return out


def _bars(part: str, first: float, y: list[int], *, colour: str, step: float) -> dict[str, Any]:
    """Bars that are equally wide; the middle of the first says where they are, so that less is sent."""
    return {
        "type": "bar",
        "x0": first,
        "dx": round(step, 10),
        "y": y,
        "width": step * 0.94,
        "marker": part_fill(part, colour),
        "name": PART_NAMES[part],
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _hover_marks(
    hist: Histogram, domain: str, edges: list[float], x: list[float], counts: Mapping[str, list[int]], *, flip: bool
) -> list[dict[str, Any]]:
    """Invisible points on the tops of the bars that carry the hover text, so that a low bar is as easy to hit.

    The first and the last bin, which hold what lies further out, say so.
    """
    step = edges[1] - edges[0]
    ends = (hist.above[domain], hist.below[domain]) if flip else (hist.below[domain], hist.above[domain])
    notes = [f"<br>{n:,} of them further {way}" if n else "" for n, way in zip(ends, ("left", "right"), strict=True)]
    rows = list(zip(*counts.values(), strict=True))
    shown = [i for i, own in enumerate(rows) if any(own)]
    note_of = {0: notes[0], len(rows) - 1: notes[1]}
    bins: dict[str, list[int]] = {}
    for i in shown:
        bins.setdefault(note_of.get(i, ""), []).append(i)
    lines = [f"%{{customdata[{k}]:,}} {PART_NAMES[part]}" for k, part in enumerate(counts)]
    template = "<br>".join([f"%{{x:.4~f}} ± {step / 2:.4g} nats", *lines])
    marks = {
        "type": "scatter",
        "mode": "markers",
        "marker": {"size": 1, "opacity": 0, "color": domain_colours(hist.domains)[domain]},
        "name": text(domain),
        "showlegend": False,
    }
    return [
        marked(
            marks
            | {"x": [x[i] for i in own], "y": [sum(rows[i]) for i in own], "customdata": [list(rows[i]) for i in own]}
            | {"hovertemplate": hover(template + note)}
        )
        for note, own in bins.items()
        if own
    ]


def _turn(values: list[int], flip: bool) -> list[int]:
    return values[::-1] if flip else values


def _table(hist: Histogram, edges: list[float], *, flip: bool) -> dict[str, Any] | None:
    """The bins that have rows, for whoever wants the numbers; of many domains the bars alone tell, to send less."""
    if len(hist.domains) * (len(edges) - 1) > _TABLE_ROWS:
        return None
    bounds = list(pairwise(place(edges)))
    rows = [
        [domain, *bound, *cells]
        for domain in hist.domains
        for bound, *cells in zip(bounds, *(_turn(hist.counts[domain][part], flip) for part in PARTS), strict=True)
        if any(cells)
    ]
    return {"columns": ["domain", "from", "to", *(PART_NAMES[part] for part in PARTS)], "rows": rows}
