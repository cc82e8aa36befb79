"""Rows in order: by a key, ties by example id, what is missing last.

Knows nothing of what the keys mean. Ids stay in Arrow, where a million of them are one block of bytes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import ConfigError, DataError

LAST = 2**31 - 1  # the whole number that stands for a missing one
_LOW = np.int64(0xFFFFFFFF)  # the id's rank, in a number that holds the rank of the key above it


class Ids:
    """The ids of a table's rows, in table order, and their place in code-point order (what `sorted` gives)."""

    def __init__(self, values: pd.Series):
        self.arrow = _text(values)
        self.order = np.asarray(pc.array_sort_indices(self.arrow)).astype(np.int32)  # (N,) positions by id
        self.rank = np.empty(len(self), np.int32)  # (N,) 0-based place of each row in `order`
        self.rank[self.order] = np.arange(len(self), dtype=np.int32)
        self._sorted = self.arrow.take(pa.array(self.order))
        doubled = np.asarray(pc.equal(self._sorted[1:], self._sorted[:-1])) if len(self) > 1 else np.zeros(0, bool)
        if doubled.any():
            first = int(self.order[:-1][doubled].min())
            raise DataError(f"Example id {self.arrow[first].as_py()!r} stands more than once in the table.")

    def __len__(self) -> int:
        return len(self.arrow)

    @cached_property
    def objects(self) -> np.ndarray:
        """(N,) Python strings, made when they are asked for."""
        return self.arrow.to_numpy(zero_copy_only=False)

    def at(self, positions: np.ndarray) -> list[str]:
        """The ids of the rows at these positions."""
        return self.arrow.take(pa.array(positions)).to_pylist()

    def where(self, kept: np.ndarray) -> list[str]:
        """The ids of the rows that `kept`, (N,) bool, marks, in table order."""
        return self.arrow.filter(pa.array(kept)).to_pylist()

    def find(self, example_id: str) -> int | None:
        """The position of one id, or None."""
        place = bisect_left(range(len(self)), example_id, key=lambda k: self._sorted[k].as_py())
        there = place < len(self) and self._sorted[place].as_py() == example_id
        return int(self.order[place]) if there else None

    def positions(self, ids: Sequence[str]) -> np.ndarray:
        """Positions of the rows with these ids, upwards; `ConfigError` for an id that the table does not have."""
        try:
            asked = pa.array(ids, pa.large_string())
        except UnicodeEncodeError:  # half of a surrogate pair: no id of a table holds one
            asked = pa.array([], pa.large_string())
        found = np.flatnonzero(pc.is_in(self.arrow, value_set=asked)) if len(ids) else np.empty(0, np.intp)
        if len(found) < len(set(ids)):
            missing = next(example_id for example_id in ids if self.find(example_id) is None)
            raise ConfigError(f"There is no row {missing!r} in the table.")
        return found

    def ordered(self, key: np.ndarray) -> np.ndarray:
        """(N,) int32 positions by (key, id); NaN comes last, as does `LAST` among whole numbers.

        The fast sort does not keep ties in order, so runs of equal keys are sorted again by the rank of their ids.
        Whole numbers of 32 bits share a number of 64 with that rank, so that one sort does for both.
        """
        if key.dtype.kind in "iu" and len(key) and key.min() >= -LAST and key.max() <= LAST:
            return self._at_ranks((key.astype(np.int64) << 32) | self.rank)
        order = np.argsort(key).astype(np.int32)
        keys = key[order]
        same = keys[1:] == keys[:-1]
        if key.dtype.kind == "f" and len(keys) and np.isnan(keys[-1]):
            same[np.searchsorted(keys, np.nan) :] = True  # NaN equals nothing, but ties with NaN
        if not same.any():
            return order
        tied = np.flatnonzero(np.r_[same, False] | np.r_[False, same])
        run = np.r_[0, np.cumsum(~same)][tied]
        order[tied] = self._at_ranks((run << 32) | self.rank[order[tied]])
        return order

    def _at_ranks(self, keys: np.ndarray) -> np.ndarray:
        """Positions in the order of `keys`, whose lower halves are ranks of ids."""
        keys.sort()
        return self.order[keys & _LOW]

    def grouped(self, codes: np.ndarray) -> np.ndarray:
        """(N,) int32 positions by (code, id), for small integers."""
        return self.order[np.argsort(codes[self.order], kind="stable")]


def codes_of(values: pd.Series) -> tuple[np.ndarray, list[str]]:
    """A code per row, (N,) of the smallest signed integers, and the sorted names that the codes stand for."""
    codes, uniques = pd.factorize(values)
    names = [str(name) for name in uniques]
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.empty(len(names), np.min_scalar_type(-len(names) - 1))  # the fewer bits, the faster a sort
    place[order] = np.arange(len(names))
    return place[codes], [names[k] for k in order]


def _text(values: pd.Series) -> pa.Array:
    array = pa.array(values, pa.large_string(), from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
