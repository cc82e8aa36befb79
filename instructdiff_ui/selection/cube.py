"""A coarse picture of all rows, small enough for a browser: what a dragged cut-off line would keep, without asking.

Per domain, the rows are counted by rank of ΔH × rank of ΔNLL (the joint distribution, free of scale, so that domains
whose ΔH differ twentyfold are resolved alike), and both columns have a distribution function (the share of rows below
each histogram edge, and quantiles between them) that leads from values to ranks and back. A γ filter, a β budget and
the parts of any histogram bin are sums over these cells (`assets/live.js`). Knows nothing of rules, pages or charts.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

CELLS = 20_000  # in all: with two numbers of two bytes each the payload stays below 150 KB
RANK_BINS = (8, 40)  # at least and at most, along each side
QUANTILES = 33
MAX_DOMAINS = 100  # beyond, a payload would be larger than what it saves


@dataclass(frozen=True, eq=False)
class Distribution:
    """Where the rows of each domain lie along one column."""

    edges: np.ndarray  # (B + 1,) those of the histogram
    shares: np.ndarray  # (D, B + 1) of a domain's rows left of each edge
    quantiles: np.ndarray  # (D, Q) values at evenly spaced ranks, the first and the last row among them


@dataclass(frozen=True, eq=False)
class Cube:
    """Counts by domain, rank bin of ΔH and rank bin of ΔNLL; only rows with finite scores are in it."""

    domains: list[str]
    counts: np.ndarray  # (D, R, R) rows
    tokens: np.ndarray  # (D, R, R) response tokens of these rows
    columns: dict[str, Distribution]  # delta_entropy, delta_nll
    all_rows: int  # of the table, unscored ones too
    all_tokens: int

    @property
    def rank_bins(self) -> int:
        return self.counts.shape[1]

    def payload(self) -> dict[str, Any] | None:
        """Ready for JSON; None for more domains than can be sent, which then wait for the server's answer."""
        if len(self.domains) > MAX_DOMAINS:
            return None
        means = self.tokens / np.maximum(1, self.counts)
        return {
            "domains": [
                {"name": name, "rows": int(cells.sum()), "tokens": int(tokens.sum())}
                for name, cells, tokens in zip(self.domains, self.counts, self.tokens, strict=True)
            ],
            "all_rows": self.all_rows,
            "all_tokens": self.all_tokens,
            "rank_bins": self.rank_bins,
            "counts": _packed(self.counts),
            "mean_tokens": _packed(means, exact=False),
            "columns": {name: _column(column) for name, column in self.columns.items()},
        }


def cube(
    domain: np.ndarray,
    delta_entropy: np.ndarray,
    delta_nll: np.ndarray,
    n_tokens: np.ndarray,
    *,
    names: Sequence[str],
    entropy_edges: np.ndarray,
    nll_edges: np.ndarray,
) -> Cube:
    """Count once, per run and bin setting; 1M rows take some 0.3 s.

    `domain` (N,) holds positions in `names`; ΔH, ΔNLL in nats per token, NaN or infinite where a row has no scores;
    the edges are those of the histograms (`Bins.edges`).
    """
    scored = np.flatnonzero(np.isfinite(delta_entropy) & np.isfinite(delta_nll))
    code = np.asarray(domain)[scored].astype(np.int16 if len(names) < 2**15 else np.int32)
    rows = np.bincount(code, minlength=len(names))
    fewest, most = RANK_BINS
    bins = min(most, max(fewest, math.isqrt(CELLS // max(1, len(names)))))
    values = {"delta_entropy": np.asarray(delta_entropy)[scored], "delta_nll": np.asarray(delta_nll)[scored]}
    edges = {"delta_entropy": np.asarray(entropy_edges, float), "delta_nll": np.asarray(nll_edges, float)}
    cell, columns = code.astype(np.int64), {}
    for column, found in values.items():
        order = _in_order(found, code)
        columns[column] = _distribution(found[order], rows, edges[column])
        cell = cell * bins + _rank_bins(order, rows, bins)
    shape = (len(names), bins, bins)
    tokens = np.asarray(n_tokens)[scored]
    return Cube(
        domains=[str(name) for name in names],
        counts=np.bincount(cell, minlength=math.prod(shape)).reshape(shape),
        tokens=np.bincount(cell, tokens, math.prod(shape)).astype(np.int64).reshape(shape),
        columns=columns,
        all_rows=len(domain),
        all_tokens=int(np.sum(n_tokens)),
    )


def _in_order(values: np.ndarray, code: np.ndarray) -> np.ndarray:
    """Positions by (domain, value): one quick sort of the values, then a stable one of small integers."""
    order = np.argsort(values)
    return order[np.argsort(code[order], kind="stable")]


def _rank_bins(order: np.ndarray, rows: np.ndarray, bins: int) -> np.ndarray:
    """(n,) each row's rank within its domain as one of `bins` bins of (nearly) equal size."""
    starts = np.cumsum(rows) - rows
    place = np.arange(len(order)) - np.repeat(starts, rows)
    out = np.empty(len(order), np.int64)
    out[order] = place * bins // np.repeat(rows, rows)
    return out


def _distribution(in_order: np.ndarray, rows: np.ndarray, edges: np.ndarray) -> Distribution:
    shares = np.zeros((len(rows), len(edges)))
    quantiles = np.zeros((len(rows), QUANTILES))
    for d, part in enumerate(np.split(in_order, np.cumsum(rows)[:-1])):
        if len(part):
            shares[d] = np.searchsorted(part, edges, side="left") / len(part)  # a value on an edge goes right
            quantiles[d] = part[np.linspace(0, len(part) - 1, QUANTILES).round().astype(int)]
    return Distribution(edges, shares, quantiles)


def _column(column: Distribution) -> Mapping[str, Any]:
    return {
        "edges": column.edges.tolist(),
        "shares": _packed(column.shares, exact=False),
        "quantiles": {"type": "float32", "scale": 1, "data": _base64(column.quantiles.astype("<f4"))},
    }


def _packed(values: np.ndarray, *, exact: bool = True) -> dict[str, Any]:
    """Non-negative numbers as base64 of uint8 or uint16 × scale; exact where asked for and two bytes suffice."""
    top = float(values.max(initial=0))
    scale = 1.0 if exact and top < 2**16 else (top or 1.0) / (2**16 - 1)
    small = np.round(values / scale)
    kind = np.uint8 if exact and top < 2**8 else np.dtype("<u2")
    return {"type": np.dtype(kind).name, "scale": scale, "data": _base64(small.astype(kind))}


def _base64(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")
