"""Smooth curves of one column: density and cumulative share per domain, split by a selection.

Like `summary.Bins`, rows are binned once, into narrow bins, and a changed selection is only counted again. Knows
nothing of how the curves are drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from .outcome import Selection
from .summary import PARTS, parts_of, robust_limits, round_edges

POINTS = 160  # of a density; few enough to send
_FINE = 4  # narrow bins per point


@dataclass(frozen=True, eq=False)
class Curve:
    """Density by part and cumulative share, per domain, over one grid of x."""

    column: str
    x: np.ndarray  # (P,) middles, equally spaced: where `density` is given
    edges: np.ndarray  # (P + 1,): where the cumulative shares are given
    density: dict[str, np.ndarray]  # domain → (parts, P) per unit of x; all parts of a domain add up to area 1
    cumulative: dict[str, np.ndarray]  # domain → (P + 1,) share of its scored rows ≤ x
    kept: dict[str, np.ndarray]  # domain → (P + 1,) share of its kept rows ≤ x; zeros where none is kept
    rows: dict[str, dict[str, int]]  # domain → part → rows, also those outside the range
    bandwidth: dict[str, float]  # domain → sd of the Gaussian it was smoothed with
    unscored: int  # rows without a finite value; they are in no curve

    def thinned(self, every: int) -> Curve:
        """Every so-manieth point of it, for panels that are low."""
        return replace(
            self,
            x=self.x[::every],
            edges=self.edges[::every],
            density={name: values[:, ::every] for name, values in self.density.items()},
            cumulative={name: values[::every] for name, values in self.cumulative.items()},
            kept={name: values[::every] for name, values in self.kept.items()},
        )

    @property
    def domains(self) -> list[str]:
        return list(self.density)


class Curves:
    """The narrow bins of one column; `count` splits them by a selection.

    The bandwidth is Silverman's rule of thumb per domain, 0.9 · min(sd, IQR ÷ 1.34) · n^(−1/5), over all its scored
    rows, so that the curves of the parts add up to that of the whole. Rows outside the range (by default the round
    range that holds the 1–99 percentiles of every domain) are left out of the density and counted in the cumulative
    shares. What would be smoothed over an end of the range is reflected, so that no area is lost.
    """

    def __init__(self, table: pd.DataFrame, column: str, *, limits: tuple[float, float] | None = None):
        values = table[column].to_numpy(np.float64)
        domain, names = pd.factorize(table["domain"].to_numpy(dtype=object), sort=True)
        self.column = column
        self.domains = [str(name) for name in names]
        self._size = len(values)
        self._rows = np.flatnonzero(np.isfinite(values))
        values, domain = values[self._rows], domain[self._rows]
        low, high = limits or round_edges(*robust_limits(values, domain), bins=60)[[0, -1]]  # that of the histogram
        self._fine = np.linspace(low, high, POINTS * _FINE + 1)
        self._fine[0] = np.nextafter(low, -np.inf)  # so that a value on the first edge is within
        # Narrow bins hold (left, right]; the first and the last place of a domain are for rows outside the range.
        place = np.searchsorted(self._fine, values, side="left")
        self._width = len(self._fine) + 1
        self._cell = (domain * self._width + place).astype(np.int32)
        self._bandwidth = _bandwidths(values, domain, len(names))
        step = self._fine[2] - self._fine[1]
        self._smoother = [_smoother(h / step, len(self._fine) - 1) for h in self._bandwidth]

    def count(self, selection: Selection | None = None) -> Curve:
        """The curves under a selection of the same table; without one every row counts as dropped by rank."""
        part = parts_of(selection, self._size)[self._rows]
        shape = (len(PARTS), len(self.domains), self._width)
        cell = self._cell + part * np.int32(shape[1] * shape[2])
        counts = np.bincount(cell, minlength=math.prod(shape)).reshape(shape).swapaxes(0, 1)
        edges = self._fine[::_FINE]
        by_domain = dict(zip(self.domains, counts, strict=True))
        return Curve(
            column=self.column,
            x=(edges[:-1] + edges[1:]) / 2,
            edges=edges,
            density={
                name: _density(own, smoother, edges[1] - edges[0])
                for (name, own), smoother in zip(by_domain.items(), self._smoother, strict=True)
            },
            cumulative={name: _shares(own.sum(axis=0)) for name, own in by_domain.items()},
            kept={name: _shares(own[0]) for name, own in by_domain.items()},
            rows={name: dict(zip(PARTS, own.sum(axis=1).tolist(), strict=True)) for name, own in by_domain.items()},
            bandwidth=dict(zip(self.domains, self._bandwidth, strict=True)),
            unscored=self._size - len(self._rows),
        )


def silverman(values: np.ndarray) -> float:
    """0.9 · min(sd, IQR ÷ 1.34) · n^(−1/5); the sd alone where half the values are equal; 0 for a constant."""
    if len(values) < 2 or np.ptp(values) == 0:
        return 0.0
    low, high = np.quantile(values, [0.25, 0.75])
    spread = [s for s in (float(values.std(ddof=1)), float(high - low) / 1.34) if s > 0]
    return 0.9 * min(spread, default=0.0) * len(values) ** -0.2


def _bandwidths(values: np.ndarray, domain: np.ndarray, domains: int) -> list[float]:
    order = np.argsort(domain, kind="stable")
    ends = np.bincount(domain, minlength=domains).cumsum()[:-1]
    return [silverman(part) for part in np.split(values[order], ends)]


def _smoother(bandwidth: float, bins: int) -> np.ndarray:
    """(bins, POINTS): what a row in each narrow bin adds to each point, columns of a Gaussian; rows add up to 1."""
    centre = np.arange(bins, dtype=np.float32)
    h = max(bandwidth, 0.25)  # in bins; less spreads nothing
    images = (centre, -1 - centre, 2 * bins - 1 - centre)  # the bin itself and its reflections at both ends
    kernel = sum(np.exp(-0.5 * ((centre[None, :] - image[:, None]) / h) ** 2) for image in images)
    kernel /= kernel.sum(axis=1, keepdims=True)
    return kernel.reshape(bins, POINTS, _FINE).sum(axis=2)


def _density(counts: np.ndarray, smoother: np.ndarray, step: float) -> np.ndarray:
    inside = counts[:, 1:-1].astype(np.float32)
    return inside @ smoother / (max(1.0, float(inside.sum())) * step)


def _shares(counts: np.ndarray) -> np.ndarray:
    running = counts.cumsum()
    return running[:-1:_FINE] / max(1, running[-1])
