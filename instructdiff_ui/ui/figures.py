"""The charts as plain plotly figures: dicts that are ready for JSON.

Pure functions from results to figures. Nothing here knows gradio, and plotly is not imported: `chart` draws the dicts
in the browser. Colours that follow the theme are tokens of `palette`. Beside plotly's own, `layout.meta` holds what
the page needs: `summary` (a sentence for screen readers) and `handles` (the shapes that can be dragged: name → label).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from ..selection.outcome import Cutoff
from ..selection.summary import PARTS, Histogram
from .palette import DROPPED_OPACITY, FILTERED, MUTED, OKABE_ITO, TEXT, domain_colours, domain_dashes
from .pieces import axis, layout_of, legend_line, panels, span, steps, text, vertical, y, zero_line

Figure = dict[str, Any]
Sign = Literal["calibrated-base", "base-calibrated"]

TITLES = {
    ("delta_entropy", "calibrated-base"): "ΔH = H base − H calibrated (nats per token)",
    ("delta_entropy", "base-calibrated"): "ΔH = H base − H calibrated (nats per token)",
    ("delta_nll", "calibrated-base"): "ΔNLL = NLL calibrated − NLL base (nats per token)",
    ("delta_nll", "base-calibrated"): "ΔNLL = NLL base − NLL calibrated (nats per token)",
}
PART_NAMES = {
    "selected": "kept",
    "rank": "dropped by rank",
    "filter": "outside the γ filter",
    "excluded": "excluded",
}
_KIND_NAMES = {"beta": "ΔH cut-off", "gamma_low": "lower ΔNLL bound", "gamma_high": "upper ΔNLL bound"}
_PART_DASH = {"prompt": "dot", "response": "solid"}
MODEL_COLOURS = {"base": "#8A93A1", "calibrated": OKABE_ITO[4], "fine-tuned": OKABE_ITO[0]}


def delta_histogram(
    hist: Histogram,
    cutoffs: Mapping[str, Cutoff],
    *,
    layout: Literal["side by side", "overlaid"] = "side by side",
    sign: Sign = "calibrated-base",
    draggable: bool = True,
) -> Figure:
    """ΔH or ΔNLL per domain, split into kept, dropped by rank and outside the filter, with the cut-offs as lines.

    `cutoffs` is `Selection.cutoffs`: by domain, or `{"all": …}`. A line that was dragged reports its name and place, to
    be read with `released`.
    """
    flip = hist.column == "delta_nll" and sign == "base-calibrated"
    edges = [-e for e in reversed(hist.edges)] if flip else hist.edges
    lines = _cut_lines(hist, cutoffs, flip=flip)
    draw = _small_multiples if layout == "side by side" else _overlay
    figure = draw(hist, edges, lines, flip=flip)
    figure["layout"]["xaxis"] |= {
        "title": {"text": TITLES[hist.column, sign], "standoff": 8, "font": {"size": 12}},
        "range": [edges[0], edges[-1]],
    }
    figure["layout"]["uirevision"] = f"{hist.column} {sign} {layout}"
    figure["layout"]["meta"] = {
        "summary": _histogram_summary(hist),
        "handles": {line["name"]: line["label"] for line in lines} if draggable else {},
    }
    return figure


def released(data: Mapping[str, Any], *, sign: Sign = "calibrated-base") -> tuple[str, str, float]:
    """What a `release` event says: the kind of line (`beta`, `gamma_low`, `gamma_high`), its group, and ΔH or ΔNLL.

    The value is in the sign of the table (calibrated − base), whichever sign was shown.
    """
    kind, _, group = str(data["name"]).partition(":")
    value = float(data["value"])
    return kind, group, -value if kind != "beta" and sign == "base-calibrated" else value


def loss_curve(series: Mapping[str, Sequence[Mapping[str, float]]]) -> Figure:
    """Training loss by optimiser step, and the learning rate below it; one line per name."""
    colours = domain_colours(series)
    traces: list[dict[str, Any]] = []
    for name, points in series.items():
        line = {"color": colours[name], "width": 2}
        shown = {"type": "scatter", "name": text(name), "x": [p["step"] for p in points], "line": line}
        traces += [
            shown
            | {"y": [p.get("loss") for p in points], "mode": "lines+markers" if len(points) < 40 else "lines"}
            | {"hovertemplate": _hover("step %{x}: loss %{y:.4f}")},
            shown
            | {"y": [p.get("learning_rate") for p in points], "mode": "lines", "yaxis": "y2", "showlegend": False}
            | {"hovertemplate": _hover("step %{x}: learning rate %{y:.2e}")},
        ]
    out = layout_of(height=320, left=64)
    out |= {
        "showlegend": len(series) > 1,
        "xaxis": axis("Optimiser step") | {"anchor": "y2"},
        "yaxis": axis("Loss (nats per token)") | {"domain": [0.34, 1.0], "nticks": 5},
        "yaxis2": axis("Learning rate")
        | {"domain": [0.0, 0.22], "nticks": 3, "tickformat": ".0e", "rangemode": "tozero"},
        "uirevision": "loss",
        "meta": {"summary": _loss_summary(series), "handles": {}},
    }
    return {"data": traces if any(series.values()) else [], "layout": out}


def length_histogram(lengths: Mapping[str, Any] | None) -> Figure:
    """Token lengths of prompts and responses per domain, from the `lengths` of a pool report."""
    parts = {part: found for part, found in (lengths or {}).items() if found}
    domains = sorted({domain for found in parts.values() for domain in found["domains"]})
    colours = domain_colours(domains)
    traces = [
        _length_steps(part, found["edges"], found["domains"][domain]["counts"], colour=colours[domain])
        | {"yaxis": y(k), "name": text(domain)}
        for k, domain in enumerate(domains)
        for part, found in parts.items()
        if domain in found["domains"]
    ]
    traces += [legend_line(f"{part}s", dash=_PART_DASH[part]) for part in parts]
    out = panels(domains, colours)
    longest = max((s["max"] for found in parts.values() for s in found["domains"].values()), default=0)
    usual = max((s["p95"] for found in parts.values() for s in found["domains"].values()), default=0)
    out["xaxis"] |= {
        "title": {"text": f"Length (tokens; the longest has {longest:,})", "standoff": 8, "font": {"size": 12}},
        "range": [0, max(1, min(longest + 1, 1.5 * usual))],  # a few very long rows would squeeze all others
    }
    out |= {"uirevision": "lengths", "meta": {"summary": _length_summary(parts), "handles": {}}}
    return {"data": traces if domains else [], "layout": out}


def heldout_bars(results: Sequence[Mapping[str, Any]]) -> Figure:
    """Held-out loss per domain, a bar per model with ± 1 standard error.

    `results` are rows of `model, domain, value, stderr, n`; models are drawn in the order they first appear.
    """
    models = list(dict.fromkeys(r["model"] for r in results))
    domains = sorted({r["domain"] for r in results}, key=lambda d: (d == "all", d))
    spare = [c for c in OKABE_ITO if c not in MODEL_COLOURS.values()]
    traces = []
    for k, model in enumerate(models):
        by_domain = {r["domain"]: r for r in results if r["model"] == model}
        rows = [by_domain[d] for d in domains if d in by_domain]
        errors = [r["stderr"] if math.isfinite(r["stderr"]) else 0.0 for r in rows]
        traces.append(
            {
                "type": "bar",
                "name": text(model),
                "x": [text(r["domain"]) for r in rows],
                "y": [r["value"] for r in rows],
                "customdata": [[e, r["n"]] for e, r in zip(errors, rows, strict=True)],
                "marker": {"color": MODEL_COLOURS.get(model, spare[k % len(spare)])},
                "error_y": {"type": "data", "array": errors, "color": TEXT, "thickness": 1.2, "width": 3},
                "hovertemplate": _hover("%{y:.4f} ± %{customdata[0]:.4f} nats per token<br>%{customdata[1]:,} rows"),
            }
        )
    best = "; ".join(f"{r['model']} on {r['domain']} {r['value']:.3f}" for r in results if math.isfinite(r["value"]))
    out = layout_of(height=320, left=64) | {
        "barmode": "group",
        "bargap": 0.3,
        "bargroupgap": 0.08,
        "showlegend": True,
        "xaxis": axis("") | {"type": "category", "showgrid": False},
        "yaxis": axis("Held-out loss (nats per token)") | {"rangemode": "tozero"},
        "uirevision": "heldout",
        "meta": {"summary": f"Held-out loss in nats per token: {best}.", "handles": {}},
    }
    return {"data": traces, "layout": out}


def arm_dots(arms: Sequence[Mapping[str, Any]], *, metric: str) -> Figure:
    """One dot per model with its 95 % interval, the first on top; `arms` are rows of `name, mean, half, tuned`.

    A half-width of nan, a single seed, draws no interval.
    """
    title = "Held-out loss (nats per token)" if metric == "nll" else "Exact answers (%)"
    groups = {"not fine-tuned on a selection": False, "fine-tuned": True}
    traces = [
        _dots(name, [arm for arm in arms if arm["tuned"] == tuned], metric=metric, tuned=tuned)
        for name, tuned in groups.items()
    ]
    scale = 1 if metric == "nll" else 100
    said = "; ".join(f"{arm['name']} {scale * arm['mean']:.3f}" for arm in arms)
    out = layout_of(height=110 + 26 * max(1, len(arms)), left=170) | {
        "showlegend": True,
        "xaxis": axis(title),
        "yaxis": axis("")
        | {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": [text(arm["name"]) for arm in arms],
            "range": [len(arms) - 0.4, -0.6],
            "fixedrange": True,
        },
        "uirevision": f"arms {metric}",
        "meta": {"summary": f"{title}, by model: {said}.", "handles": {}},
    }
    return {"data": traces, "layout": out}


def _dots(name: str, arms: Sequence[Mapping[str, Any]], *, metric: str, tuned: bool) -> dict[str, Any]:
    scale, unit, digits = (1, "nats per token", ".4f") if metric == "nll" else (100, "%", ".1f")
    halves = [scale * arm["half"] if math.isfinite(arm["half"]) else 0.0 for arm in arms]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [scale * arm["mean"] for arm in arms],
        "y": [text(arm["name"]) for arm in arms],
        "customdata": [f" ± {scale * arm['half']:{digits}}" if math.isfinite(arm["half"]) else "" for arm in arms],
        "marker": {"size": 10, "color": OKABE_ITO[0] if tuned else MUTED, "symbol": "circle" if tuned else "diamond"},
        "error_x": {"type": "data", "array": halves, "color": TEXT, "thickness": 1.2, "width": 4},
        "hovertemplate": f"<b>%{{y}}</b><br>%{{x:{digits}}}%{{customdata}} {unit}<extra></extra>",
    }


# The two layouts of `delta_histogram`.


def _small_multiples(hist: Histogram, edges: list[float], lines: list[dict], *, flip: bool) -> Figure:
    """One panel per domain over a shared x: kept in full colour, dropped light, filtered hatched."""
    domains, colours = hist.domains, domain_colours(hist.domains)
    step = edges[1] - edges[0]
    middles = [round((a + b) / 2, 10) for a, b in pairwise(edges)]
    traces = []
    for k, domain in enumerate(domains):
        counts = {part: _turn(hist.counts[domain][part], flip) for part in PARTS}
        for part in PARTS:
            traces.append(_bars(part, middles, counts[part], colour=colours[domain], step=step) | {"yaxis": y(k)})
        traces.append(_hover_marks(hist, domain, edges, middles, counts, flip=flip) | {"yaxis": y(k)})
    used = [part for part in PARTS if any(any(hist.counts[d][part]) for d in domains)]
    traces += [_legend_box(part) for part in used]
    out = panels(domains, colours)
    for k, _ in enumerate(domains):
        out[y(k).replace("y", "yaxis")]["range"] = [0, 1.04 * max(1, *hist.totals(domains[k]))]
    out["shapes"] = [zero_line()] + [
        vertical(line, colours[domain], yref=f"{y(k)} domain", dash="solid" if line["kind"] == "beta" else "dash")
        for k, domain in enumerate(domains)
        for line in lines
        if line["domain"] == domain
    ]
    out |= {"barmode": "stack", "bargap": 0, "hovermode": "x"}
    return {"data": traces if domains else [], "layout": out}


def _overlay(hist: Histogram, edges: list[float], lines: list[dict], *, flip: bool) -> Figure:
    """One panel: a step outline per domain, each with area 1 so that domains of any size compare."""
    colours, dashes = domain_colours(hist.domains), domain_dashes(hist.domains)
    step = edges[1] - edges[0]
    spans = [span(a, b, step) for a, b in pairwise(edges)]
    traces = []
    for domain in hist.domains:
        totals = _turn(hist.totals(domain), flip)
        rows = max(1, sum(totals))
        density = [n / rows / step for n in totals]
        traces.append(
            steps(edges, density)
            | {"name": text(domain)}
            | {"line": {"color": colours[domain], "width": 2, "shape": "hv", "dash": dashes[domain]}}
            | {"customdata": [[s, n, n / rows] for s, n in zip(spans, totals, strict=True)] + [["", 0, 0]]}
            | {"hovertemplate": _hover("%{customdata[0]} nats: %{customdata[1]:,} rows, %{customdata[2]:.1%}")}
        )
    out = layout_of(height=380, left=56) | {
        "showlegend": True,
        "hovermode": "closest",
        "xaxis": axis("") | {"zeroline": False},
        "yaxis": axis("Density (share of rows per nat)") | {"rangemode": "tozero", "fixedrange": True},
        "shapes": [zero_line()]
        + [vertical(line, colours[line["domain"]], yref="paper", dash=dashes[line["domain"]]) for line in lines],
    }
    return {"data": traces if hist.domains else [], "layout": out}


def _length_steps(part: str, edges: Sequence[int], counts: Sequence[int], *, colour: str) -> dict[str, Any]:
    """Rows per token of length, so that prompts and responses compare though their bins are not equally wide."""
    widths = np.diff(edges)
    spans = [span(a, b - 1) for a, b in pairwise(edges)]
    return (
        steps(edges, (np.asarray(counts) / widths).tolist())
        | {"line": {"color": colour, "width": 1.5, "shape": "hv", "dash": _PART_DASH[part]}}
        | {"fill": "tozeroy" if part == "response" else "none", "fillcolor": colour + "55", "showlegend": False}
        | {"customdata": [[s, n] for s, n in zip(spans, counts, strict=True)] + [["", 0]]}
        | {"hovertemplate": _hover(f"%{{customdata[0]}} tokens: %{{customdata[1]:,}} {part}s")}
    )


def _cut_lines(hist: Histogram, cutoffs: Mapping[str, Cutoff], *, flip: bool) -> list[dict]:
    """The lines of every domain: β on ΔH, both γ on ΔNLL. A pool ranked as one has the same lines in each domain."""
    kinds = (
        {"beta": "delta_entropy"}
        if hist.column == "delta_entropy"
        else {
            "gamma_low": "nll_low",
            "gamma_high": "nll_high",
        }
    )
    lines = []
    for domain in hist.domains:
        group = domain if domain in cutoffs else "all"
        for kind, field in kinds.items():
            value = getattr(cutoffs[group], field) if group in cutoffs else None
            if value is not None:
                label = f"{_KIND_NAMES[kind]} of {'the pool' if group == 'all' else group}"
                place = {"name": f"{kind}:{group}", "kind": kind, "domain": domain}
                lines.append(place | {"x": -value if flip else value, "label": label})
    return lines


def _bars(part: str, x: list[float], y: list[int], *, colour: str, step: float) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": x,
        "y": y,
        "width": step * 0.94,
        "marker": _fill(part, colour),
        "name": PART_NAMES[part],
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _fill(part: str, colour: str) -> dict[str, Any]:
    plain = {"color": colour, "line": {"width": 0}}
    if part == "selected":
        return plain
    if part == "rank":
        return plain | {"opacity": DROPPED_OPACITY}
    hatch = FILTERED | ({"shape": "x"} if part == "excluded" else {})
    return {"color": colour, "pattern": hatch, "line": {"width": 0}}


def _hover_marks(
    hist: Histogram, domain: str, edges: list[float], x: list[float], counts: Mapping[str, list[int]], *, flip: bool
) -> dict[str, Any]:
    """Invisible points on the tops of the bars that carry the hover text, so that a low bar is as easy to hit."""
    step = edges[1] - edges[0]
    below, above = hist.below[domain], hist.above[domain]
    if flip:
        below, above = above, below
    texts, tops = [], []
    for i in range(len(x)):
        rows = {part: counts[part][i] for part in PARTS}
        tops.append(sum(rows.values()))
        lines = [f"{span(edges[i], edges[i + 1], step)} nats"]
        lines += [f"{n:,} {PART_NAMES[part]}" for part, n in rows.items() if n]
        if i == 0 and below:
            lines.append(f"{below:,} of them further left")
        if i == len(x) - 1 and above:
            lines.append(f"{above:,} of them further right")
        texts.append("<br>".join(lines))
    shown = [i for i, top in enumerate(tops) if top]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [x[i] for i in shown],
        "y": [tops[i] for i in shown],
        "hovertext": [texts[i] for i in shown],
        "marker": {"size": 1, "opacity": 0, "color": domain_colours(hist.domains)[domain]},
        "name": text(domain),
        "hovertemplate": _hover("%{hovertext}"),
        "showlegend": False,
    }


def _legend_box(part: str) -> dict[str, Any]:
    """A legend entry without a colour of any domain."""
    opacity = DROPPED_OPACITY if part == "rank" else 1  # a legend shows the opacity of traces, not that of markers
    box = {"marker": _fill(part, MUTED), "opacity": opacity}
    return {"type": "bar", "x": [None], "y": [None], "name": PART_NAMES[part], "hoverinfo": "skip"} | box


def _turn(values: list[int], flip: bool) -> list[int]:
    return values[::-1] if flip else values


def _hover(template: str) -> str:
    """Hover text under the trace's name; plotly's own box for the name ignores the theme."""
    return "<b>%{fullData.name}</b><br>" + template + "<extra></extra>"


# What a screen reader says.


def _histogram_summary(hist: Histogram) -> str:
    what = "Differential entropy" if hist.column == "delta_entropy" else "Change of NLL"
    parts = [f"{d}: {sum(hist.counts[d]['selected']):,} of {sum(hist.totals(d)):,} rows kept" for d in hist.domains]
    return f"{what} by domain. " + "; ".join(parts) + "."


def _loss_summary(series: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    parts = [
        f"{name} from {points[0]['loss']:.3f} to {points[-1]['loss']:.3f} in {points[-1]['step']} steps"
        for name, points in series.items()
        if points
    ]
    return "Training loss: " + ("; ".join(parts) or "no steps yet") + "."


def _length_summary(parts: Mapping[str, Any]) -> str:
    medians = [
        f"{domain}: median {part} {summary['median']:.0f} tokens"
        for part, found in parts.items()
        for domain, summary in found["domains"].items()
    ]
    return "Token lengths by domain. " + "; ".join(medians) + "."
