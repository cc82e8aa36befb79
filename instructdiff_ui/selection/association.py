"""How far columns of numbers go together: Pearson and Spearman correlations. Knows nothing of what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Correlations:
    names: list[str]
    pearson: np.ndarray  # (k, k); nan where a column is constant
    spearman: np.ndarray  # (k, k)
    n: int  # rows that were used


def correlations(columns: Mapping[str, np.ndarray], *, mask: np.ndarray | None = None) -> Correlations:
    """Pearson and Spearman correlations of every pair of columns, each (N,).

    Over the rows where all columns are finite (and `mask` holds), so that all cells speak of the same rows. Ties get
    their average rank.
    """
    names = list(columns)
    values = np.array([np.asarray(columns[name], np.float64) for name in names]).reshape(len(names), -1)
    used = np.isfinite(values).all(axis=0)
    if mask is not None:
        used &= np.asarray(mask, bool)
    values = values[:, used]
    ranked = np.array([ranks(row) for row in values]).reshape(values.shape)
    return Correlations(names=names, pearson=_pearson(values), spearman=_pearson(ranked), n=int(used.sum()))


def ranks(values: np.ndarray) -> np.ndarray:
    """1-based ranks; equal values share the average of theirs."""
    order = np.argsort(values)
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(values) else np.empty(0, np.intp)
    counts = np.diff(np.r_[starts, len(values)])
    out = np.empty(len(values))
    out[order] = np.repeat(starts + (counts + 1) / 2, counts)
    return out


def _pearson(values: np.ndarray) -> np.ndarray:
    """(k, k) of rows (k, n); nan for a constant row, exactly 1 on the diagonal of the others."""
    k, n = values.shape
    if n < 2:
        return np.full((k, k), np.nan)
    centred = values - values.mean(axis=1, keepdims=True)
    sums = centred @ centred.T
    spread = np.sqrt(np.diag(sums))
    constant = np.ptp(values, axis=1) == 0
    spread[constant] = np.nan
    out = np.clip(sums / np.outer(spread, spread), -1, 1)
    out[np.diag_indices(k)] = np.where(constant, np.nan, 1.0)
    return out
