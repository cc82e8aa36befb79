"""The order in which the ZIP strategy takes rows: greedily those that compress worst together (METHOD.md §5).

Knows nothing of text: a row is bytes. The ratio of rows, one after the other, is their bytes ÷ what zlib makes of them
at level 9; it is low where little repeats.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import numpy as np

from ..errors import ConfigError, Stopped

_LEVEL = 9
_TICK = 256  # compressions between two looks at the stop sign: well below a second


def zip_order(
    rows: Sequence[bytes],
    *,
    count: int,
    k1: int = 10_000,
    k2: int = 200,
    k3: int = 100,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[int]:
    """The positions of `count` rows (of all, where there are fewer), in the order in which they are chosen.

    Each row starts with its own ratio. Then, in rounds: (1) the `k1` rows of the lowest known ratio get the ratio that
    all rows chosen so far have with that row behind them; (2) the `k2` lowest of these are the shortlist; (3) `k3` of
    the shortlist are chosen one by one, each the one that gives the lowest ratio behind the rows chosen in this round.
    Ties go to the lower position; k1, k2 and k3 are held to what is left. What was shortlisted but not chosen stays in
    the pool. A larger `count` continues a smaller one.

    Costs up to N + count / k3 · (k1 + k2 · k3) compressions of one row each, however many rows are chosen before it.
    `on_progress` gets how many of them are done and how many there are; `should_stop()` raises `Stopped`. Raises
    `ConfigError` for a k below 1.
    """
    if min(k1, k2, k3) < 1:
        raise ConfigError(f"ZIP's k1, k2 and k3 must be at least 1; they are {k1}, {k2} and {k3}.")
    count = min(count, len(rows))
    meter = _Meter(rows, _compressions(len(rows), count, k1=k1, k2=k2, k3=k3), should_stop, on_progress)
    chosen, order = _Compressed(), list[int]()
    known = meter.ratios(chosen, np.arange(len(rows)))  # (N,); of rows that are taken: ∞
    while len(order) < count:
        lowest = _lowest(known, np.arange(len(rows)), min(k1, len(rows) - len(order)))
        if order:  # else the ratios are up to date
            known[lowest] = meter.ratios(chosen, lowest)
        shortlist = _lowest(known, lowest, k2)
        taken = _greedy(meter, shortlist, min(k3, len(shortlist), count - len(order)))
        for i in taken:
            chosen.add(rows[i])
        known[taken] = np.inf
        order += taken
    return order


class _Compressed:
    """Rows one after the other, compressed so far that another one costs no more than itself."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj(_LEVEL)
        self._read = self._written = 0  # bytes

    def add(self, row: bytes) -> None:
        self._written += len(self._stream.compress(row))
        self._read += len(row)

    def ratio_with(self, row: bytes) -> float:
        """Bytes ÷ compressed bytes of the rows with this one behind them, as if compressed in one piece."""
        stream = self._stream.copy()
        written = self._written + len(stream.compress(row)) + len(stream.flush())
        return (self._read + len(row)) / written


class _Meter:
    """Measures rows, says how far it is, and stops when told to."""

    def __init__(
        self,
        rows: Sequence[bytes],
        total: int,
        should_stop: Callable[[], bool],
        on_progress: Callable[[int, int], None],
    ):
        self.rows, self.total = rows, total
        self.should_stop, self.on_progress = should_stop, on_progress
        self.done = 0

    def ratios(self, before: _Compressed, positions: np.ndarray) -> np.ndarray:
        """The ratio of the rows `before` with each of the rows at `positions` behind them, (len(positions),)."""
        out = np.empty(len(positions))
        for start in range(0, len(positions), _TICK):
            if self.should_stop():
                raise Stopped
            part = positions[start : start + _TICK]
            out[start : start + len(part)] = [before.ratio_with(self.rows[i]) for i in part]
            self.done += len(part)
            self.on_progress(self.done, self.total)
        return out


def _greedy(meter: _Meter, shortlist: np.ndarray, count: int) -> list[int]:
    """`count` positions of the ascending `shortlist`, each the lowest in ratio behind those before it."""
    together, taken = _Compressed(), list[int]()
    for _ in range(count):
        best = int(meter.ratios(together, shortlist).argmin())  # the first of equal ones
        taken.append(int(shortlist[best]))
        together.add(meter.rows[taken[-1]])
        shortlist = np.delete(shortlist, best)
    return taken


def _lowest(values: np.ndarray, positions: np.ndarray, k: int) -> np.ndarray:
    """The `k` of the ascending `positions` with the lowest values, ascending; of equal values the first."""
    if k >= len(positions):
        return positions
    there = values[positions]
    bound = np.partition(there, k - 1)[k - 1]
    below, level = there < bound, np.flatnonzero(there == bound)
    below[level[: k - int(below.sum())]] = True
    return positions[below]


def _compressions(n: int, count: int, *, k1: int, k2: int, k3: int) -> int:
    """How many compressions `zip_order` makes."""
    total, taken = n, 0
    while taken < count:
        refreshed = min(k1, n - taken)
        shortlist = min(k2, refreshed)
        take = min(k3, shortlist, count - taken)
        total += (refreshed if taken else 0) + sum(range(shortlist - take + 1, shortlist + 1))
        taken += take
    return total
