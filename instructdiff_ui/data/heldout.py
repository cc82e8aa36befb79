"""Columns of the held-out rows that an evaluation asks for: answers, options, tests. Knows no model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import DataError
from .examples import Example

_PARTS = ("instruction", "input", "response")


def column_values(heldout: Sequence[Example], column: str, *, setting: str) -> dict[str, Any]:
    """What each row has in the column, by example id; None where a row has none.

    A column that plays a part, such as the response, can be asked for too. Raises `DataError`, naming the `setting`
    and the columns there are, when no row has the column.
    """
    if heldout and not any(_has(row, column) for row in heldout):
        there = dict.fromkeys(name for row in heldout for name in (*row.columns, *row.extra))
        raise DataError(
            f"{setting} is {column!r}, but no held-out row has that column; their columns are "
            f"{', '.join(map(repr, there)) or 'none'}."
        )
    return {row.example_id: _value(row, column) for row in heldout}


def _has(row: Example, column: str) -> bool:
    return column in row.extra or row.columns.get(column) in _PARTS


def _value(row: Example, column: str) -> Any:
    part = row.columns.get(column)
    return row.extra[column] if column in row.extra else getattr(row, part) if part in _PARTS else None
