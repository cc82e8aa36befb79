"""Two columns against each other: rows per cell of a grid, split by a selection.

Sends cells, never rows. `Grid` assigns rows to cells once; a changed selection is only counted again. Knows nothing of
how a map is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from .outcome import Selection
from .summary import PARTS, parts_of

TAIL = 0.005  # of the rows, at each end of each axis, may fall outside the map
AGREEMENT = ("both", "first", "second", "neither")  # how two selections of the same rows agree
_LEAST = 5  # rows that a median is drawn for

Limits = tuple[float, float]


@dataclass(frozen=True, eq=False)
class GridCounts:
    """Rows per cell, by part."""

    x_edges: np.ndarray  # (nx + 1,)
    y_edges: np.ndarray  # (ny + 1,)
    cells: dict[str, np.ndarray]  # part → (ny, nx) rows
    log_x: bool  # whether the columns are equally wide in log x
    outside: int  # rows with both values that lie outside the map
    missing: int  # rows without both values

    @property
    def total(self) -> np.ndarray:
        """(ny, nx) rows per cell, over all parts."""
        return np.sum(list(self.cells.values()), axis=0)


@dataclass(frozen=True, eq=False)
class Quartiles:
    """How y goes with x: median and quartiles of y in bands of x; nan where a band has too few rows."""

    x: np.ndarray  # (B,) middles of the bands
    low: np.ndarray
    median: np.ndarray
    high: np.ndarray


class Grid:
    """The cells of two columns, each (N,).

    Without `nx` and `ny` the cells fit the number of rows: few rows get larger cells. Limits are by default the
    0.5–99.5 percentiles; rows outside are in no cell. With `log_x` the columns of the grid are equally wide in log x
    (over whole numbers at least one wide, so that no column is empty for want of numbers), and rows with x ≤ 0 are
    missing.
    """

    def __init__(
        self,
        x: np.ndarray,
        y: np.ndarray,
        *,
        nx: int | None = None,
        ny: int | None = None,
        x_limits: Limits | None = None,
        y_limits: Limits | None = None,
        log_x: bool = False,
    ):
        x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
        known = np.isfinite(x) & np.isfinite(y) & ((x > 0) | (not log_x))
        self._log_x = log_x
        self._size, self._rows = len(x), np.flatnonzero(known)
        self._y = y[self._rows]
        x = x[self._rows]
        usual_x, usual_y = cells_for(len(x))
        make = _log_edges if log_x else _even_edges
        self.x_edges = make(x, nx or usual_x, x_limits)
        self.y_edges = _even_edges(self._y, ny or usual_y, y_limits)
        column, row = _place(x, self.x_edges), _place(self._y, self.y_edges)
        self._column = column.astype(np.int16)
        columns = len(self.x_edges) - 1
        self._outside = columns * (len(self.y_edges) - 1)  # the number of one more cell, for all rows outside
        inside = (column >= 0) & (row >= 0)
        self._cell = np.where(inside, row * columns + column, self._outside).astype(np.int32)

    def count(self, selection: Selection | None = None, *, mask: np.ndarray | None = None) -> GridCounts:
        """Rows per cell by the parts of `summary.PARTS`; `mask` (N,) bool leaves rows out."""
        return self.tally(parts_of(selection, self._size), PARTS, mask=mask)

    def tally(self, part: np.ndarray, names: tuple[str, ...], *, mask: np.ndarray | None = None) -> GridCounts:
        """Rows per cell by parts of the caller's: `part` (N,) holds places in `names`."""
        cell, part = self._cell, np.asarray(part)[self._rows]
        if mask is not None:
            chosen = np.asarray(mask, bool)[self._rows]
            cell, part = cell[chosen], part[chosen]
        width = self._outside + 1
        counts = np.bincount(cell + part * np.int32(width), minlength=len(names) * width).reshape(len(names), width)
        shape = (len(self.y_edges) - 1, len(self.x_edges) - 1)
        return GridCounts(
            x_edges=self.x_edges,
            y_edges=self.y_edges,
            cells={name: counts[k, :-1].reshape(shape) for k, name in enumerate(names)},
            log_x=self._log_x,
            outside=int(counts[:, -1].sum()),
            missing=self._size - len(self._rows),
        )

    def quartiles(self, mask: np.ndarray | None = None, *, bands: int = 16) -> Quartiles:
        """Median and quartiles of y in `bands` of x over the rows of `mask` (N,), also those above or below the map."""
        nx = len(self.x_edges) - 1
        bands = min(bands, nx)
        starts = np.searchsorted(np.arange(nx) * bands // nx, np.arange(bands + 1))
        order = self._by_column
        if mask is not None:
            order = order[np.asarray(mask, bool)[self._rows[order]]]
        ends = np.searchsorted(self._column[order], starts)
        parts = [self._y[order[a:b]] for a, b in pairwise(ends)]
        found = [np.quantile(p, [0.25, 0.5, 0.75]) if len(p) >= _LEAST else np.full(3, np.nan) for p in parts]
        low, median, high = np.array(found).T
        edges = self.x_edges[starts]
        middle = np.sqrt(edges[:-1] * edges[1:]) if self._log_x else (edges[:-1] + edges[1:]) / 2
        return Quartiles(x=middle, low=low, median=median, high=high)

    @cached_property
    def _by_column(self) -> np.ndarray:
        return np.argsort(self._column, kind="stable").astype(np.int32)


def agreement(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(N,) int8: the place in `AGREEMENT` of rows that two selections keep or drop; both are (N,) bool."""
    return (2 * ~np.asarray(first, bool) + ~np.asarray(second, bool)).astype(np.int8)


def cells_for(rows: int) -> tuple[int, int]:
    """Columns and rows of a grid: 24 × 18 for a handful, 60 × 45 for some thousand and more."""
    nx = min(60, max(24, round(12 * rows**0.2)))
    return nx, round(0.75 * nx)


def outer_limits(values: np.ndarray) -> Limits:
    """The 0.5–99.5 percentiles and a little room, so that no row that counts lies on the frame."""
    if len(values) == 0:
        return 0.0, 1.0
    low, high = (float(v) for v in np.quantile(values, [TAIL, 1 - TAIL]))
    pad = 0.02 * (high - low) or 0.05 * max(1.0, abs(low))
    return low - pad, high + pad


def _even_edges(values: np.ndarray, cells: int, limits: Limits | None) -> np.ndarray:
    low, high = limits or outer_limits(values)
    return np.linspace(low, high, cells + 1)


def _log_edges(values: np.ndarray, cells: int, limits: Limits | None) -> np.ndarray:
    low, high = np.log10(limits) if limits else outer_limits(np.log10(values))
    edges = 10 ** np.linspace(low, high, cells + 1)
    if len(values) == 0 or not np.array_equal(values, np.floor(values)):
        return edges
    numbers = np.unique(np.maximum(1, np.round(edges)))  # the first of each column
    return np.append(numbers, numbers[-1] + 1) - 0.5


def _place(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The cell of each value along one axis, −1 outside; the last cell holds its right edge."""
    place = np.searchsorted(edges, values, side="right") - 1
    place[values == edges[-1]] = len(edges) - 2
    return np.where(place < len(edges) - 1, place, -1)
