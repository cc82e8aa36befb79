"""The main chart of a selection: ΔH or ΔNLL per domain, drawn in one of four ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ...selection.curves import Curve
from ...selection.outcome import Cutoff
from ...selection.summary import Histogram
from .densities import cumulative_figure, density_figure, ridgeline_figure
from .histograms import delta_histogram
from .names import Figure, Layout, Sign

MANY = 8  # domains
Kind = Literal["histogram", "density", "cumulative", "ridgeline"]


def deltas_figure(
    source: Histogram | Curve,
    cutoffs: Mapping[str, Cutoff],
    *,
    kind: Kind = "histogram",
    layout: Layout = "side by side",
    sign: Sign = "calibrated-base",
    draggable: bool = True,
) -> Figure:
    """ΔH or ΔNLL per domain with the cut-offs as lines.

    `source` is a `Histogram` (`selection.summary.Bins.count`), or for all other kinds a `Curve`
    (`selection.curves.Curves.count`). A ridgeline has one layout.
    """
    if isinstance(source, Histogram):
        return delta_histogram(source, cutoffs, layout=layout, sign=sign, draggable=draggable)
    if len(source.domains) > MANY:  # their panels are low, and all of them together are to be sent
        source = source.thinned(2)
    if kind == "ridgeline":
        return ridgeline_figure(source, cutoffs, sign=sign, draggable=draggable)
    draw = density_figure if kind == "density" else cumulative_figure
    return draw(source, cutoffs, layout=layout, sign=sign, draggable=draggable)
