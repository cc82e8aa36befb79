"""Which points lie in a box or a lasso that was drawn over two columns.

Knows nothing of rows. The answer of the lasso is exact, by the even-odd rule; a grid only spares the exact test where
no edge is near.
"""

from __future__ import annotations

import math

import numpy as np
from pydantic import field_validator, model_validator

from ..config import Settings

Point = tuple[float, float]

MAX_POINTS = 200
_LARGEST = 1e100  # coordinate; the products of two must be finite
_CELLS = 512  # of the grid, along each side


class Region(Settings):
    """A box or a lasso over the columns `x` and `y`, in their units; its border belongs to a box."""

    x: str
    y: str
    box: tuple[float, float, float, float] | None = None  # x0, x1, y0, y1, in any order
    lasso: tuple[Point, ...] | None = None

    @field_validator("box", "lasso")
    @classmethod
    def _finite(cls, value):
        if value is not None and not (np.abs(np.array(value, np.float64)) < _LARGEST).all():
            raise ValueError("a region is drawn with finite numbers")
        return value

    @model_validator(mode="after")
    def _one_shape(self) -> Region:
        if (self.box is None) == (self.lasso is None):
            raise ValueError("a region is either a box or a lasso")
        if self.lasso is not None and not 3 <= len(self.lasso) <= MAX_POINTS:
            raise ValueError(f"a lasso has 3 to {MAX_POINTS} points, not {len(self.lasso)}")
        return self

    def holds(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """(N,) bool: which points lie within; a missing value lies nowhere."""
        return in_box(x, y, self.box) if self.box is not None else in_lasso(x, y, self.lasso or ())


def in_box(x: np.ndarray, y: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    """(N,) bool: within x0…x1 and y0…y1, borders included."""
    x0, x1, y0, y1 = box
    inside = (x >= min(x0, x1)) & (x <= max(x0, x1))
    inside &= y >= min(y0, y1)
    inside &= y <= max(y0, y1)
    return inside


def in_lasso(x: np.ndarray, y: np.ndarray, lasso: tuple[Point, ...]) -> np.ndarray:
    """(N,) bool: within the closed polygon by the even-odd rule: a ray to the right crosses an odd number of edges."""
    corners = np.array(lasso, np.float64)
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    inside = in_box(x, y, (x0, x1, y0, y1))
    if x0 == x1 or y0 == y1:
        return np.zeros(len(x), bool)  # no point is right of an edge and left of another
    near = np.flatnonzero(inside)
    px, py = x[near], y[near]
    grid = _Grid(corners, x0, x1, y0, y1)
    state = grid.state()[grid.cell(px, py)]
    unsure = np.flatnonzero(state == _EDGE)
    found = state == _IN
    found[unsure] = _exactly(px[unsure], py[unsure], corners)
    inside[near] = found
    return inside


_OUT, _IN, _EDGE = range(3)


class _Grid:
    """The bounding box of a polygon in cells, each of them outside, inside, or near an edge."""

    def __init__(self, corners: np.ndarray, x0: float, x1: float, y0: float, y1: float):
        self._origin = np.array([x0, y0])
        self._scale = _CELLS / np.array([x1 - x0, y1 - y0])
        self._corners = (corners - self._origin) * self._scale  # in cells

    def cell(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """(n,) int: the cell of each point, row by row."""
        column = ((x - self._origin[0]) * self._scale[0]).astype(np.int32)
        row = ((y - self._origin[1]) * self._scale[1]).astype(np.int32)
        return np.minimum(row, _CELLS - 1) * _CELLS + np.minimum(column, _CELLS - 1)

    def state(self) -> np.ndarray:
        """(cells,) int8 of _OUT, _IN, _EDGE."""
        centres = np.arange(_CELLS) + 0.5
        flips = np.zeros((_CELLS, _CELLS + 1), np.int16)  # crossings whose nearest centre to the left is cell - 1
        edges = np.zeros((_CELLS, _CELLS + 1), np.int16)  # where an edge's columns begin (+) and end (−)
        for (xa, ya), (xb, yb) in zip(self._corners, np.roll(self._corners, -1, axis=0), strict=True):
            rows = np.flatnonzero((ya > centres) != (yb > centres))
            if len(rows):
                across = (xb - xa) * (centres[rows] - ya) / (yb - ya) + xa
                flips[rows, np.clip(np.ceil(across - 0.5), 0, _CELLS).astype(int)] += 1
            # One cell more on every side: rounding must not hide an edge in the next one.
            first, last = max(0, math.floor(min(ya, yb)) - 1), min(_CELLS - 1, math.floor(max(ya, yb)) + 1)
            rows = np.arange(first, last + 1)
            steep = (xb - xa) / (yb - ya) if ya != yb else math.inf
            ends = np.array([xa, xb])
            if math.isfinite(steep):
                low, high = np.clip([rows - 1, rows + 2], min(ya, yb), max(ya, yb))
                ends = np.stack([xa + (low - ya) * steep, xa + (high - ya) * steep])
            left = np.clip(np.floor(ends.min(axis=0)) - 1, 0, _CELLS - 1).astype(int)
            right = np.clip(np.floor(ends.max(axis=0)) + 1, 0, _CELLS - 1).astype(int)
            edges[rows, left] += 1
            edges[rows, right + 1] -= 1
        # A centre is inside when an odd number of crossings lies to its right.
        odd = np.cumsum(flips[:, ::-1], axis=1)[:, ::-1][:, 1:] % 2
        near = np.cumsum(edges, axis=1)[:, :_CELLS] > 0
        return np.where(near, np.int8(_EDGE), odd.astype(np.int8)).ravel()


def _exactly(x: np.ndarray, y: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """The even-odd rule, edge by edge, for the points whose height the edge spans."""
    order = np.argsort(y)
    x, y = x[order], y[order]
    odd = np.zeros(len(x), bool)
    for (xa, ya), (xb, yb) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        first, last = np.searchsorted(y, [min(ya, yb), max(ya, yb)], side="left")
        if first < last:
            span = slice(first, last)
            odd[span] ^= x[span] < (xb - xa) * (y[span] - ya) / (yb - ya) + xa
    inside = np.empty(len(x), bool)
    inside[order] = odd
    return inside
