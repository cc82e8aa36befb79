"""The charts as plain plotly figures: dicts that are ready for JSON.

Pure functions from results to figures. Nothing here knows gradio, and plotly is not imported: `chart` draws the dicts in
the browser. Colours that follow the theme are tokens of `palette`. Beside the plotly layout, `layout.meta` holds what
the page needs: `summary` (a sentence for screen readers) and `handles` (name of a shape that can be dragged → its label).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from ..selection.outcome import Cutoff
from ..selection.summary import PARTS, Histogram
from .palette import (
    DROPPED_OPACITY,
    FILTERED,
    LINE,
    MUTED,
    OKABE_ITO,
    PANEL,
    TEXT,
    domain_colours,
    domain_dashes,
    readable,
)

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
MODEL_COLOURS = {"base": "#8A93A1", "calibrated": OKABE_ITO[4], "fine-tuned": OKABE_ITO[0]}

_TOP, _BOTTOM, _LEFT = 30, 44, 10


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
    traces = []
    for name, points in series.items():
        steps = [p["step"] for p in points]
        line = {"color": colours[name], "width": 2}
        few = "lines+markers" if len(points) < 40 else "lines"
        shown = {"name": text(name), "legendgroup": name, "x": steps, "type": "scatter", "line": line}
        traces.append(
            shown
            | {"y": [p.get("loss") for p in points], "mode": few, "marker": {"size": 5}}
            | {"hovertemplate": "step %{x}: loss %{y:.4f}<extra>%{fullData.name}</extra>"}
        )
        traces.append(
            shown
            | {"y": [p.get("learning_rate") for p in points], "mode": "lines", "showlegend": False, "yaxis": "y2"}
            | {"line": line | {"width": 1.5}}
            | {"hovertemplate": "step %{x}: learning rate %{y:.2e}<extra>%{fullData.name}</extra>"}
        )
    out = _layout(height=320, left=64)
    out |= {
        "showlegend": len(series) > 1,
        "xaxis": _axis("Optimiser step") | {"anchor": "y2"},
        "yaxis": _axis("Loss (nats per token)") | {"domain": [0.34, 1.0], "nticks": 5},
        "yaxis2": _axis("Learning rate") | {"domain": [0.0, 0.22], "nticks": 3, "tickformat": ".0e"},
        "uirevision": "loss",
        "meta": {"summary": _loss_summary(series), "handles": {}},
    }
    return {"data": traces if any(series.values()) else [], "layout": out}


def length_histogram(lengths: Mapping[str, Mapping[str, Sequence[int]]], *, bins: int = 40) -> Figure:
    """Token lengths per domain on a logarithmic axis: `{domain: {"prompt": [...], "response": [...]}}`."""
    domains = sorted(lengths)
    longest = max((max(v, default=1) for parts in lengths.values() for v in parts.values()), default=1)
    edges = np.unique(np.round(np.geomspace(1, max(2, longest + 1), bins + 1)))
    colours = domain_colours(domains)
    traces = []
    for k, domain in enumerate(domains):
        for part, opacity in (("prompt", DROPPED_OPACITY), ("response", 1.0)):
            counts = np.histogram(np.asarray(lengths[domain].get(part, []), float), edges)[0].tolist()
            label = f"%{{customdata}} tokens: %{{y:,}} {part}s<extra>{text(domain)}</extra>"
            traces.append(
                _steps(edges.tolist(), counts, name=part, colour=colours[domain])
                | {"yaxis": _y(k), "opacity": max(opacity, 0.55), "showlegend": False}
                | {"line": {"color": colours[domain], "width": 1.5, "shape": "hv", "dash": _PART_DASH[part]}}
                | {"fill": "tozeroy" if part == "response" else "none", "hovertemplate": label}
                | {"customdata": [_span(a, b - 1) for a, b in zip(edges[:-1], edges[1:], strict=True)] + [""]}
            )
    for part in ("prompt", "response"):
        traces.append(_legend_line(part, dash=_PART_DASH[part]))
    out = _panels(domains, colours)
    ticks = [t for t in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000) if t <= longest * 1.2]
    out["xaxis"] |= {"type": "log", "tickvals": ticks, "ticktext": [f"{t:,}" for t in ticks]}
    out["xaxis"] |= {"title": {"text": "Tokens", "standoff": 8, "font": {"size": 12}}}
    out |= {"uirevision": "lengths", "meta": {"summary": _length_summary(lengths), "handles": {}}}
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
                "hovertemplate": "%{y:.4f} ± %{customdata[0]:.4f} nats per token"
                "<br>%{customdata[1]:,} rows<extra>%{fullData.name}</extra>",
            }
        )
    best = "; ".join(
        f"{r['model']} on {r['domain']} {r['value']:.3f}" for r in results if math.isfinite(r["value"])
    )
    out = _layout(height=320, left=64) | {
        "barmode": "group",
        "bargap": 0.3,
        "bargroupgap": 0.08,
        "showlegend": True,
        "xaxis": _axis("") | {"type": "category", "showgrid": False},
        "yaxis": _axis("Held-out loss (nats per token)") | {"rangemode": "tozero"},
        "uirevision": "heldout",
        "meta": {"summary": f"Held-out loss in nats per token: {best}.", "handles": {}},
    }
    return {"data": traces, "layout": out}


def text(value: object) -> str:
    """Text from a dataset for a plotly label, which would read `<b>` as markup and `%{x}` as a field."""
    escaped = str(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("%{", "%&#123;")


def number(value: float, step: float = 0.01) -> str:
    """A number for people: as many decimals as the step needs, and a real minus sign."""
    digits = max(0, -math.floor(math.log10(step) + 1e-9)) if step < 1 else 0
    digits += step < 1 and abs(round(step, digits) - step) > 1e-9  # 0.025 needs one more than 0.02
    shown = f"{value:,.{digits}f}"
    return "0" if float(shown.replace(",", "")) == 0 else shown.replace("-", "−")


# The two layouts of `delta_histogram`.


def _small_multiples(hist: Histogram, edges: list[float], lines: list[dict], *, flip: bool) -> Figure:
    """One panel per domain over a shared x: kept in full colour, dropped light, filtered hatched."""
    domains, colours = hist.domains, domain_colours(hist.domains)
    step = edges[1] - edges[0]
    middles = [round((a + b) / 2, 10) for a, b in zip(edges[:-1], edges[1:], strict=True)]
    traces = []
    for k, domain in enumerate(domains):
        counts = {part: _turn(hist.counts[domain][part], flip) for part in PARTS}
        for part in PARTS:
            traces.append(_bars(part, middles, counts[part], colour=colours[domain], step=step) | {"yaxis": _y(k)})
        traces.append(_hover_marks(hist, domain, edges, middles, counts, flip=flip) | {"yaxis": _y(k)})
    used = [part for part in PARTS if any(any(hist.counts[d][part]) for d in domains)]
    traces += [_legend_box(part) for part in used]
    out = _panels(domains, colours)
    for k, _ in enumerate(domains):
        out[_y(k).replace("y", "yaxis")]["range"] = [0, 1.04 * max(1, *hist.totals(domains[k]))]
    out["shapes"] = [_zero_line()] + [
        _vertical(line, colours[domain], yref=f"{_y(k)} domain", dash="solid" if line["kind"] == "beta" else "dash")
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
    spans = [_span(a, b, step) for a, b in zip(edges[:-1], edges[1:], strict=True)]
    traces = []
    for domain in hist.domains:
        totals = _turn(hist.totals(domain), flip)
        rows = max(1, sum(totals))
        density = [n / rows / step for n in totals]
        traces.append(
            _steps(edges, density, name=text(domain), colour=colours[domain])
            | {"line": {"color": colours[domain], "width": 2, "shape": "hv", "dash": dashes[domain]}}
            | {"customdata": [[s, n, n / rows] for s, n in zip(spans, totals, strict=True)] + [["", 0, 0]]}
            | {"hovertemplate": "%{customdata[0]} nats: %{customdata[1]:,} rows, %{customdata[2]:.1%}"
               "<extra>%{fullData.name}</extra>"}
        )
    out = _layout(height=380, left=56) | {
        "showlegend": True,
        "hovermode": "closest",
        "xaxis": _axis("") | {"zeroline": False},
        "yaxis": _axis("Density (share of rows per nat)") | {"rangemode": "tozero", "fixedrange": True},
        "shapes": [_zero_line()]
        + [_vertical(line, colours[line["domain"]], yref="paper", dash=dashes[line["domain"]]) for line in lines],
    }
    return {"data": traces if hist.domains else [], "layout": out}


def _cut_lines(hist: Histogram, cutoffs: Mapping[str, Cutoff], *, flip: bool) -> list[dict]:
    """The lines of every domain: β on ΔH, both γ on ΔNLL. A pool ranked as one has the same lines in each domain."""
    kinds = {"beta": "delta_entropy"} if hist.column == "delta_entropy" else {
        "gamma_low": "nll_low",
        "gamma_high": "nll_high",
    }
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


_KIND_NAMES = {"beta": "ΔH cut-off", "gamma_low": "lower ΔNLL bound", "gamma_high": "upper ΔNLL bound"}
_PART_DASH = {"prompt": "dot", "response": "solid"}


# Pieces of figures.


def _layout(*, height: int, left: int = _LEFT) -> dict[str, Any]:
    return {
        "height": height,
        "margin": {"l": left, "r": 12, "t": _TOP, "b": _BOTTOM, "autoexpand": True},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": 11, "color": MUTED},
        "hoverlabel": {"bgcolor": PANEL, "bordercolor": LINE, "font": {"color": TEXT, "size": 12}, "align": "left"},
        "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1, "yanchor": "bottom", "font": {"size": 11}},
        "showlegend": False,
    }


def _axis(title: str) -> dict[str, Any]:
    return {
        "title": {"text": title, "standoff": 8, "font": {"size": 12}},
        "gridcolor": LINE,
        "linecolor": LINE,
        "zeroline": False,
        "automargin": True,
    }


def _panels(domains: Sequence[str], colours: Mapping[str, str]) -> dict[str, Any]:
    """The layout of one panel per domain, top to bottom, with its name at the left; many domains get lower panels."""
    n = max(1, len(domains))
    panel = min(76.0, max(40.0, 420 / n))
    longest = max((len(d) for d in domains), default=0)
    left = min(120, 22 + 7 * longest)
    out = _layout(height=round(_TOP + _BOTTOM + n * panel), left=left) | {"showlegend": True}
    out["xaxis"] = _axis("") | {"anchor": _y(n - 1)}
    gap = 5 / (n * panel)  # 5 px between panels
    for k in range(n):
        out[_y(k).replace("y", "yaxis")] = {
            "domain": [max(0.0, 1 - (k + 1) / n), 1 - k / n - gap],
            "showticklabels": False,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        }
    out["annotations"] = [
        {
            "xref": "paper", "x": 0, "xanchor": "right", "xshift": -8,
            "yref": f"{_y(k)} domain", "y": 0.5, "showarrow": False,
            "text": text(_shortened(domain)), "font": {"size": 12, "color": readable(colours[domain])},
            "hovertext": text(domain),
        }
        for k, domain in enumerate(domains)
    ]  # fmt: skip
    return out


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
    return {"color": "rgba(0,0,0,0)", "pattern": hatch, "line": {"width": 0}}


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
        lines = [f"{number(edges[i], step)} to {number(edges[i + 1], step)} nats"]
        if i == 0 and below:
            lines.append(f"with {below:,} rows further left")
        if i == len(x) - 1 and above:
            lines.append(f"with {above:,} rows further right")
        texts.append("<br>".join(lines + [f"{n:,} {PART_NAMES[part]}" for part, n in rows.items() if n]))
    shown = [i for i, top in enumerate(tops) if top]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [x[i] for i in shown],
        "y": [tops[i] for i in shown],
        "hovertext": [texts[i] for i in shown],
        "marker": {"size": 1, "opacity": 0, "color": domain_colours(hist.domains)[domain]},
        "name": text(domain),
        "hovertemplate": "%{hovertext}<extra>%{fullData.name}</extra>",
        "showlegend": False,
    }


def _legend_box(part: str) -> dict[str, Any]:
    """A legend entry without a colour of any domain."""
    box = _fill(part, MUTED)
    return {"type": "bar", "x": [None], "y": [None], "name": PART_NAMES[part], "marker": box, "hoverinfo": "skip"}


def _legend_line(name: str, *, dash: str) -> dict[str, Any]:
    line = {"color": MUTED, "width": 1.5, "dash": dash}
    return {"type": "scatter", "mode": "lines", "x": [None], "y": [None], "name": name, "line": line}


def _steps(edges: Sequence[float], values: Sequence[float], *, name: str, colour: str) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", "x": list(edges), "y": [*values, 0], "name": name, "fillcolor": colour}


def _zero_line() -> dict[str, Any]:
    line = {"color": MUTED, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": line, "layer": "above"}


def _vertical(line: Mapping[str, Any], colour: str, *, yref: str, dash: str) -> dict[str, Any]:
    place = {"x0": line["x"], "x1": line["x"], "y0": 0, "y1": 1, "yref": yref}
    return place | {
        "type": "line",
        "name": line["name"],
        "line": {"color": readable(colour), "width": 2.5, "dash": dash},
    }


def _y(k: int) -> str:
    return "y" if k == 0 else f"y{k + 1}"


def _turn(values: list[int], flip: bool) -> list[int]:
    return values[::-1] if flip else values


def _span(low: float, high: float, step: float = 1) -> str:
    return number(low, step) if low == high else f"{number(low, step)} to {number(high, step)}"


def _shortened(name: str, limit: int = 14) -> str:
    return name if len(name) <= limit else name[: limit - 1] + "…"


# What a screen reader says.


def _histogram_summary(hist: Histogram) -> str:
    what = "Differential entropy" if hist.column == "delta_entropy" else "Change of NLL"
    parts = [
        f"{d}: {sum(hist.counts[d]['selected']):,} of {sum(hist.totals(d)):,} rows kept" for d in hist.domains
    ]
    return f"{what} by domain. " + "; ".join(parts) + "."


def _loss_summary(series: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    parts = [
        f"{name} from {points[0]['loss']:.3f} to {points[-1]['loss']:.3f} in {points[-1]['step']} steps"
        for name, points in series.items()
        if points
    ]
    return "Training loss: " + ("; ".join(parts) or "no steps yet") + "."


def _length_summary(lengths: Mapping[str, Mapping[str, Sequence[int]]]) -> str:
    parts = [
        f"{domain}: median response {np.median(parts['response']):.0f} tokens"
        for domain, parts in sorted(lengths.items())
        if len(parts.get("response", []))
    ]
    return "Token lengths by domain. " + "; ".join(parts) + "."
