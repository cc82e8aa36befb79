"""What a column of the delta table looks like: statistics and histograms per domain.

Sends bins, never rows: a histogram of a million rows is a few hundred integers. `Bins` assigns rows to bins once, so
that a changed selection is only counted again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .outcome import DECISIONS, Selection

PARTS = ("selected", "rank", "filter", "excluded")  # how a histogram splits its rows
_PART_OF_DECISION = {
    "selected": "selected",
    "nll_low": "filter",
    "nll_high": "filter",
    "rank": "rank",
    "excluded": "excluded",
    "quarantined": "excluded",
}
_PART_OF = np.array([PARTS.index(_PART_OF_DECISION[name]) for name in DECISIONS], np.int8)

_TAIL = 0.01  # of a domain's rows, at each end, may fall outside the drawn range
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


def parts_of(selection: Selection | None, n: int) -> np.ndarray:
    """(n,) int8: the place in `PARTS` of every row; without a selection every row counts as dropped by rank."""
    if selection is None:
        return np.full(n, PARTS.index("rank"), np.int8)
    return _PART_OF[np.asarray(selection.decision.codes)]


def statistics(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """One row per domain (sorted) with `n, mean, median, sd, min, max, share_below_zero, share_above_zero`; ddof=1."""
    values = table[column].where(np.isfinite(table[column]))
    by_domain = values.groupby(table["domain"], sort=True)
    below, above = ((side).groupby(table["domain"], sort=True).sum() for side in (values < 0, values > 0))
    return pd.DataFrame(
        {
            "n": by_domain.count(),
            "mean": by_domain.mean(),
            "median": by_domain.median(),
            "sd": by_domain.std(),
            "min": by_domain.min(),
            "max": by_domain.max(),
            "share_below_zero": below / by_domain.count(),
            "share_above_zero": above / by_domain.count(),
        }
    )


@dataclass(frozen=True)
class Histogram:
    """Rows per bin, by domain and by part; every scored row is in exactly one bin."""

    column: str
    edges: list[float]  # B + 1, common to all domains; 0 is an edge if it lies within
    counts: dict[str, dict[str, list[int]]]  # domain → part → B counts
    below: dict[str, int]  # domain → rows left of edges[0]; they are counted in the first bin
    above: dict[str, int]  # domain → rows right of edges[-1]; they are counted in the last bin
    unscored: int  # rows without a finite value; they are in no bin

    @property
    def domains(self) -> list[str]:
        return list(self.counts)

    def totals(self, domain: str) -> list[int]:
        """Rows per bin of a domain, over all parts."""
        return [sum(cells) for cells in zip(*self.counts[domain].values(), strict=True)]


class Bins:
    """The bins of one column; `count` splits them by a selection."""

    def __init__(self, table: pd.DataFrame, column: str, *, bins: int = 60, limits: tuple[float, float] | None = None):
        values = table[column].to_numpy(np.float64)
        self.column = column
        domain, names = pd.factorize(table["domain"].to_numpy(dtype=object), sort=True)
        self.domains = [str(name) for name in names]
        self._size = len(values)
        finite = np.isfinite(values)
        self._rows = np.flatnonzero(finite)
        self.unscored = len(values) - len(self._rows)
        values, domain = values[finite], domain[finite]
        low, high = limits or robust_limits(values, domain)
        self.edges = round_edges(low, high, bins=bins)
        self.below = np.bincount(domain[values < self.edges[0]], minlength=len(names))
        self.above = np.bincount(domain[values > self.edges[-1]], minlength=len(names))
        inside = np.searchsorted(self.edges, values, side="right") - 1  # a value on an edge goes right
        inside = np.clip(inside, 0, len(self.edges) - 2)
        self._cell = (domain * (len(self.edges) - 1) + inside).astype(np.int32)

    def count(self, selection: Selection | None = None) -> Histogram:
        """The histogram under a selection of the same table; without one every row counts as dropped by rank."""
        part = parts_of(selection, self._size)
        shape = (len(PARTS), len(self.domains), len(self.edges) - 1)
        cell = self._cell + part[self._rows] * np.int32(shape[1] * shape[2])
        cells = np.bincount(cell, minlength=math.prod(shape)).reshape(shape).swapaxes(0, 1)
        return Histogram(
            column=self.column,
            edges=self.edges.tolist(),
            counts={
                name: {p: cells[d, k].tolist() for k, p in enumerate(PARTS)} for d, name in enumerate(self.domains)
            },
            below=dict(zip(self.domains, self.below.tolist(), strict=True)),
            above=dict(zip(self.domains, self.above.tolist(), strict=True)),
            unscored=self.unscored,
        )


def histogram(
    table: pd.DataFrame,
    column: str,
    selection: Selection | None = None,
    *,
    bins: int = 60,
    limits: tuple[float, float] | None = None,
) -> Histogram:
    """About `bins` bins with round edges over `limits`, by default the 1–99 percentiles of every domain."""
    return Bins(table, column, bins=bins, limits=limits).count(selection)


def robust_limits(values: np.ndarray, domain: np.ndarray) -> tuple[float, float]:
    """The least range that holds the 1–99 percentiles of every domain, so that a small one is not cut off."""
    if len(values) == 0:
        return 0.0, 1.0
    order = np.argsort(domain, kind="stable")
    parts = np.split(values[order], np.flatnonzero(np.diff(domain[order])) + 1)
    ends = np.array([np.quantile(part, [_TAIL, 1 - _TAIL]) for part in parts])
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())
    if low == high:  # a constant column still wants an axis that a reader can make sense of
        pad = 0.05 * max(1.0, abs(low))
        return low - pad, high + pad
    return low, high


def round_edges(low: float, high: float, *, bins: int) -> np.ndarray:
    """Multiples of a round step that cover low…high in about `bins` bins, at most half as many again."""
    span = max(high - low, abs(high) * 1e-9, 1e-9)
    magnitude = 10.0 ** math.floor(math.log10(span / bins))
    step = min((n * magnitude for n in _NICE), key=lambda s: abs(math.log(s * bins / span)))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    digits = max(0, 2 - math.floor(math.log10(step)))  # multiples of 0.02 read 0.06, not 0.06000000000000001
    return np.round(np.arange(first, max(last, first + 1) + 1) * step, digits)
