"""The pieces that every chart is made of: layout, axes, panels, lines, and how text and numbers are written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .palette import LINE, MUTED, PANEL, TEXT, readable

_TOP, _BOTTOM, _LEFT = 30, 44, 10


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


def span(low: float, high: float, step: float = 1) -> str:
    return number(low, step) if low == high else f"{number(low, step)} to {number(high, step)}"


def layout_of(*, height: int, left: int = _LEFT) -> dict[str, Any]:
    return {
        "height": height,
        "margin": {"l": left, "r": 12, "t": _TOP, "b": _BOTTOM, "autoexpand": True},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": 11, "color": MUTED},
        "hoverlabel": {"bgcolor": PANEL, "bordercolor": LINE, "font": {"color": TEXT, "size": 12}, "align": "left"},
        "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1, "yanchor": "bottom", "font": {"size": 11}}
        | {"traceorder": "normal", "itemclick": False, "itemdoubleclick": False},
        "showlegend": False,
    }


def axis(title: str) -> dict[str, Any]:
    return {
        "title": {"text": title, "standoff": 8, "font": {"size": 12}},
        "gridcolor": LINE,
        "linecolor": LINE,
        "zeroline": False,
        "ticks": "",
        "automargin": True,
    }


def panels(domains: Sequence[str], colours: Mapping[str, str]) -> dict[str, Any]:
    """The layout of one panel per domain, top to bottom, with its name at the left; many domains get lower panels."""
    n = max(1, len(domains))
    panel = min(76.0, max(40.0, 420 / n))
    longest = max((len(d) for d in domains), default=0)
    left = min(120, 22 + 7 * longest)
    out = layout_of(height=round(_TOP + _BOTTOM + n * panel), left=left) | {"showlegend": True}
    out["xaxis"] = axis("") | {"anchor": y(n - 1)}
    gap = 5 / (n * panel)  # 5 px between panels
    for k in range(n):
        out[y(k).replace("y", "yaxis")] = {
            "domain": [max(0.0, 1 - (k + 1) / n), 1 - k / n - gap],
            "showticklabels": False,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        }
    out["annotations"] = [
        {
            "xref": "paper", "x": 0, "xanchor": "right", "xshift": -8,
            "yref": f"{y(k)} domain", "y": 0.5, "showarrow": False,
            "text": text(shortened(domain)), "font": {"size": 12, "color": readable(colours[domain])},
            "hovertext": text(domain), "name": "panel",
        }
        for k, domain in enumerate(domains)
    ]  # fmt: skip
    return out


def hover(template: str) -> str:
    """Hover text under the trace's name; plotly's own box for the name ignores the theme."""
    return "<b>%{fullData.name}</b><br>" + template + "<extra></extra>"


def described(
    *,
    summary: str,
    title: str,
    name: str,
    handles: Mapping[str, str] | None = None,
    table: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """`layout.meta`: what the page needs beside the drawing (see the docstring of `figures`)."""
    told = {"summary": summary, "title": title, "name": name, "handles": dict(handles or {})}
    return told | ({"table": table} if table else {}) | more


def rounded(values: Iterable[float], digits: int = 4) -> list[float | None]:
    """Numbers short enough to send: that many significant digits; what is not finite becomes a gap."""
    return [float(f"{v:.{digits}g}") if math.isfinite(v) else None for v in map(float, values)]


def place(values: Iterable[float], digits: int = 6) -> list[float | None]:
    """Positions on an axis, which want more digits than heights."""
    return rounded(values, digits)


def heights(values: np.ndarray, digits: int | None = None) -> list[float]:
    """A curve as numbers short enough to send: by default to a thousandth of its highest point."""
    if digits is None:
        top = float(np.max(np.abs(values), initial=0.0))
        digits = 3 - math.floor(math.log10(top)) if top > 0 else 0
    return (np.round(np.asarray(values, np.float64), digits) + 0.0).tolist()  # + 0.0: no −0


def marked(trace: Mapping[str, Any]) -> dict[str, Any]:
    """A trace that only helps (hover, legend, a base to fill from) and that exports and counts leave out."""
    return {**trace, "meta": {**trace.get("meta", {}), "aside": True}}


def legend_box(name: str, colour: str, *, opacity: float = 1.0) -> dict[str, Any]:
    """A square in the legend."""
    square = {"symbol": "square", "size": 10, "color": colour}
    trace = {"type": "scatter", "mode": "markers", "x": [None], "y": [None], "name": name, "hoverinfo": "skip"}
    return marked(trace | {"marker": square, "opacity": opacity})


def horizontal(at: float, name: str, colour: str, *, dash: str = "solid") -> dict[str, Any]:
    line = {"color": readable(colour), "width": 2.5, "dash": dash}
    return {"type": "line", "name": name, "x0": 0, "x1": 1, "xref": "paper", "y0": at, "y1": at, "line": line}


def y(k: int) -> str:
    return "y" if k == 0 else f"y{k + 1}"


def steps(edges: Sequence[float | None], values: Sequence[float | None]) -> dict[str, Any]:
    """The outline of a histogram; needs `line.shape` = hv."""
    return {"type": "scatter", "mode": "lines", "x": list(edges), "y": [*values, 0]}


def legend_line(name: str, *, dash: str) -> dict[str, Any]:
    line = {"color": MUTED, "width": 1.5, "dash": dash}
    return marked({"type": "scatter", "mode": "lines", "x": [None], "y": [None], "name": name, "line": line})


def zero_line() -> dict[str, Any]:
    line = {"color": MUTED, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": line, "layer": "above"}


def vertical(line: Mapping[str, Any], colour: str, *, yref: str, dash: str, width: float = 2.5) -> dict[str, Any]:
    place = {"x0": line["x"], "x1": line["x"], "y0": 0, "y1": 1, "yref": yref}
    return place | {
        "type": "line",
        "name": line["name"],
        "line": {"color": readable(colour), "width": width, "dash": dash},
    }


def shortened(name: str, limit: int = 14) -> str:
    return name if len(name) <= limit else name[: limit - 1] + "…"
