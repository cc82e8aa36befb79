"""Kept against the rest: how a column of numbers, or of kinds, differs between them. Knows no rule and no text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import DataError
from .grids import outer_limits
from .groups import sorted_quantile
from .summary import round_edges


@dataclass(frozen=True)
class Side:
    """The values of one side; all but n are nan where it has none."""

    n: int
    mean: float
    sd: float  # ddof = 1; nan for a single value
    low: float  # lower quartile
    median: float
    high: float  # upper quartile


@dataclass(frozen=True, eq=False)
class Contrast:
    """A column of numbers in the kept rows and in the rest."""

    name: str
    edges: np.ndarray  # (B + 1,)
    kept_share: np.ndarray  # (B,) share of the kept rows per bin; what lies outside is in the first and last bin
    rest_share: np.ndarray  # (B,)
    kept: Side
    rest: Side
    smd: float  # standardised mean difference: (mean of kept − mean of rest) ÷ pooled sd
    ks: float  # Kolmogorov–Smirnov: the largest gap between the two cumulative shares


@dataclass(frozen=True)
class KindContrast:
    """One kind of row."""

    name: str
    rows: int
    kept: int
    pool_share: float  # of the pool's rows
    kept_share: float  # of the kept rows
    lift: float  # kept_share ÷ pool_share: 1 where it is kept as often as the pool


def contrast(
    values: np.ndarray, kept: np.ndarray, *, name: str, mask: np.ndarray | None = None, bins: int = 40
) -> Contrast:
    """How `values` (N,) differ between the rows where `kept` (N,) and the others, among finite ones (and `mask`)."""
    values, kept = np.asarray(values, np.float64), np.asarray(kept, bool)
    if values.shape != kept.shape:
        raise DataError(f"Column {name!r} has {len(values)} values, but {len(kept)} rows were decided.")
    used = np.isfinite(values) if mask is None else np.isfinite(values) & np.asarray(mask, bool)
    ours, others = np.sort(values[used & kept]), np.sort(values[used & ~kept])
    edges = round_edges(*outer_limits(values[used]), bins=bins)
    here, there = _side(ours), _side(others)
    return Contrast(
        name=name,
        edges=edges,
        kept_share=_shares(ours, edges),
        rest_share=_shares(others, edges),
        kept=here,
        rest=there,
        smd=_standardised(here, there),
        ks=_largest_gap(ours, others),
    )


def contrast_kinds(
    codes: np.ndarray, names: Sequence[str], kept: np.ndarray, *, mask: np.ndarray | None = None
) -> list[KindContrast]:
    """Every kind that has rows, the most over-represented first; `codes` (N,) are places in `names`, −1 for none."""
    codes, kept = np.asarray(codes), np.asarray(kept, bool)
    used = codes >= 0 if mask is None else (codes >= 0) & np.asarray(mask, bool)
    rows = np.bincount(codes[used], minlength=len(names))
    ours = np.bincount(codes[used & kept], minlength=len(names))
    found = [
        _kind(str(name), int(r), int(k), all_rows=int(rows.sum()), all_kept=int(ours.sum()))
        for name, r, k in zip(names, rows, ours, strict=True)
        if r
    ]
    return sorted(found, key=lambda kind: (-kind.lift, kind.name))


def _kind(name: str, rows: int, kept: int, *, all_rows: int, all_kept: int) -> KindContrast:
    pool_share, kept_share = rows / all_rows, kept / max(1, all_kept)
    return KindContrast(name, rows, kept, pool_share, kept_share, kept_share / pool_share)


def _side(ordered: np.ndarray) -> Side:
    n = len(ordered)
    if n == 0:
        return Side(0, *[math.nan] * 5)
    sd = float(ordered.std(ddof=1)) if n > 1 else math.nan
    low, median, high = (sorted_quantile(ordered, q) for q in (0.25, 0.5, 0.75))
    return Side(n, float(ordered.mean()), sd, low, median, high)


def _shares(ordered: np.ndarray, edges: np.ndarray) -> np.ndarray:
    places = np.searchsorted(ordered, edges[1:-1], side="left")
    return np.diff(np.r_[0, places, len(ordered)]) / max(1, len(ordered))


def _standardised(here: Side, there: Side) -> float:
    if here.n < 2 or there.n < 2:
        return math.nan
    pooled = ((here.n - 1) * here.sd**2 + (there.n - 1) * there.sd**2) / (here.n + there.n - 2)
    if pooled == 0:
        return 0.0 if here.mean == there.mean else math.nan
    return (here.mean - there.mean) / math.sqrt(pooled)


def _largest_gap(a: np.ndarray, b: np.ndarray) -> float:
    """sup |F_a − F_b| of two sorted samples; it is reached just before or at a value of either one of them."""
    if len(a) == 0 or len(b) == 0:
        return math.nan
    a, b = sorted((a, b), key=len)
    gaps = [
        np.abs(np.searchsorted(a, a, side=side) / len(a) - np.searchsorted(b, a, side=side) / len(b)).max()
        for side in ("left", "right")
    ]
    return float(max(gaps))
