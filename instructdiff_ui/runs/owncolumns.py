"""What a dataset's own columns hold beside the texts: numbers, and kinds of rows.

Reads the JSON of the columns that play no part; knows nothing of scores.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from ..selection.deltas import COLUMNS

_LOOK_AT = 100  # rows that tell which columns there are
_MAX_LABELS = 1000  # different values of a column that is still kept as labels


@dataclass(frozen=True)
class OwnColumns:
    numbers: dict[str, np.ndarray]  # (N,) float64; NaN where a row has none
    labels: dict[str, tuple[np.ndarray, list[str]]]  # (N,) int16 codes, −1 for none, and the texts they stand for


def own_columns(batches: Iterable[pa.RecordBatch]) -> OwnColumns:
    """The typed columns among the dataset's own, from batches with a column `extra` of JSON objects."""
    columns: dict[str, _Column] | None = None
    for batch in batches:
        rows = [json.loads(text) for text in batch.column("extra").to_pylist()]
        if columns is None:
            names = dict.fromkeys(name for row in rows[:_LOOK_AT] for name in row if name not in COLUMNS)
            columns = {name: _Column() for name in names}
        for name, column in columns.items():
            if column.numbers is not None or column.codes is not None:
                column.add([row.get(name) for row in rows])
    found = columns or {}
    return OwnColumns(
        {name: column.all_numbers() for name, column in found.items() if column.is_number},
        {name: (column.all_codes(), list(column.labels)) for name, column in found.items() if column.is_kind},
    )


@dataclass
class _Column:
    """A column as its values come in; it stops being numbers, or labels, at the first value that is none."""

    numbers: list[np.ndarray] | None = field(default_factory=list)
    codes: list[np.ndarray] | None = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)

    def add(self, values: list[Any]) -> None:
        if self.numbers is not None:
            numbers = _numbers(values)
            self.numbers = None if numbers is None else [*self.numbers, numbers]
        if self.codes is not None:
            codes = self._codes(values)
            self.codes = None if codes is None else [*self.codes, codes]

    def _codes(self, values: list[Any]) -> np.ndarray | None:
        codes = np.empty(len(values), np.int16)
        for k, value in enumerate(values):
            if value is None:
                codes[k] = -1
            elif isinstance(value, (str, bool, int)):
                codes[k] = self.labels.setdefault(str(value), len(self.labels))
                if len(self.labels) > _MAX_LABELS:
                    return None
            else:
                return None
        return codes

    @property
    def is_number(self) -> bool:
        return self.numbers is not None and bool(np.isfinite(self.all_numbers()).any())

    @property
    def is_kind(self) -> bool:
        return self.codes is not None and bool(self.labels)

    def all_numbers(self) -> np.ndarray:
        return np.concatenate([*(self.numbers or []), np.empty(0)])

    def all_codes(self) -> np.ndarray:
        return np.concatenate([*(self.codes or []), np.empty(0, np.int16)])


def _numbers(values: list[Any]) -> np.ndarray | None:
    """(n,) float64, or None where a value is no number."""
    if not all(value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)) for value in values):
        return None
    try:
        return np.array([np.nan if value is None else float(value) for value in values], np.float64)
    except OverflowError:
        return None
