"""Token lengths of a pool's prompts and responses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ..palette import domain_colours
from ..pieces import described, hover, legend_line, panels, span, steps, text, y
from .names import Figure

_PART_DASH = {"prompt": "dot", "response": "solid"}


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
    out |= {
        "uirevision": "lengths",
        "meta": described(summary=_length_summary(parts), title="Token lengths by domain", name="lengths"),
    }
    return {"data": traces if domains else [], "layout": out}


def _length_steps(part: str, edges: Sequence[int], counts: Sequence[int], *, colour: str) -> dict[str, Any]:
    """Rows per token of length, so that prompts and responses compare though their bins are not equally wide."""
    widths = np.diff(edges)
    spans = [span(a, b - 1) for a, b in pairwise(edges)]
    return (
        steps(edges, (np.asarray(counts) / widths).tolist())
        | {"line": {"color": colour, "width": 1.5, "shape": "hv", "dash": _PART_DASH[part]}}
        | {"fill": "tozeroy" if part == "response" else "none", "fillcolor": colour + "55", "showlegend": False}
        | {"customdata": [[s, n] for s, n in zip(spans, counts, strict=True)] + [["", 0]]}
        | {"hovertemplate": hover(f"%{{customdata[0]}} tokens: %{{customdata[1]:,}} {part}s")}
    )


def _length_summary(parts: Mapping[str, Any]) -> str:
    medians = [
        f"{domain}: median {part} {summary['median']:.0f} tokens"
        for part, found in parts.items()
        for domain, summary in found["domains"].items()
    ]
    return "Token lengths by domain. " + "; ".join(medians) + "."
