"""Runs beside each other: the distribution of ΔH in each, domain by domain."""

from __future__ import annotations

from collections.abc import Mapping

from ...selection.curves import Curve
from ..palette import domain_colours
from ..pieces import described, place
from .names import STEMS, TITLES, WHAT, Figure, Sign, flipped
from .ridges import Ridge, ridges


def runs_ridges(curves: Mapping[str, Curve], *, sign: Sign = "calibrated-base") -> Figure:
    """A ridge per domain and run, the runs of a domain next to each other; all curves are of one column.

    A run without a domain leaves no gap.
    """
    column = next(iter(curves.values())).column if curves else "delta_entropy"
    flip = flipped(column, sign)
    domains = sorted({domain for curve in curves.values() for domain in curve.domains})
    colours = domain_colours(domains)
    shown = [
        _ridge(curve, domain, name=f"{domain} · {run}" if len(domains) > 1 else run, colour=colours[domain], flip=flip)
        for domain in domains
        for run, curve in curves.items()
        if domain in curve.domains
    ]
    figure = ridges(shown)
    ends = [float(end) for curve in curves.values() for end in curve.edges[[0, -1]]] or [0.0, 1.0]
    low, high = min(ends), max(ends)
    figure["layout"]["xaxis"] |= {
        "title": {"text": TITLES[column, sign], "standoff": 8, "font": {"size": 12}},
        "range": place([-high, -low] if flip else [low, high]),
    }
    figure["layout"]["uirevision"] = f"runs {column} {sign}"
    figure["layout"]["meta"] = described(
        summary=_said(column, curves), title=f"{WHAT[column]} by run", name=f"{STEMS[column]}-by-run"
    )
    return figure


def _ridge(curve: Curve, domain: str, *, name: str, colour: str, flip: bool) -> Ridge:
    density = curve.density[domain][:, ::-1] if flip else curve.density[domain]
    start = float(-curve.x[-1] if flip else curve.x[0])
    grid = {"x0": start, "dx": float(curve.x[1] - curve.x[0])}
    return Ridge(name=name, colour=colour, grid=grid, kept=density[0], total=density.sum(axis=0))


def _said(column: str, curves: Mapping[str, Curve]) -> str:
    rows = {run: sum(sum(parts.values()) for parts in curve.rows.values()) for run, curve in curves.items()}
    return f"{WHAT[column]} by run and domain. " + "; ".join(f"{run}: {n:,} rows" for run, n in rows.items()) + "."
