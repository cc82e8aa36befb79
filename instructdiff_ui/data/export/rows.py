"""Rows as their dataset wrote them, with further columns beside them.

Rows flow: nothing here holds more than the names of the columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..examples import Example

T = TypeVar("T")
Pairs = Iterable[tuple[Example, Mapping[str, Any]]]  # each example with what to write beside its columns
_PREFIX = "instructdiff_"  # before a further column whose name the dataset uses itself


@dataclass(frozen=True)
class Again(Generic[T]):
    """An iterable that starts anew whenever it is asked, because writing takes one look ahead at all rows."""

    start: Callable[[], Iterator[T]]

    def __iter__(self) -> Iterator[T]:
        return self.start()


def original_row(example: Example) -> dict[str, Any]:
    """The row as its dataset wrote it: its columns, their names, their order; a column that it lacked is null."""
    parts = example.columns or {"instruction": "instruction", "input": "input", "response": "response"}
    row = {}
    for name, part in parts.items():
        if name in example.extra:
            row[name] = example.extra[name]
        elif part != "extra":
            row[name] = getattr(example, part)
    return row | example.extra


def merged_rows(pairs: Pairs) -> Again[dict[str, Any]]:
    """Original rows with the columns that come beside them; `pairs` must be iterable more than once.

    A further column whose name is a column of any of the rows is written as `instructdiff_<name>`, in all of them.
    """
    names = _names_beside(pairs)

    def rows() -> Iterator[dict[str, Any]]:
        for example, beside in pairs:
            yield original_row(example) | {names[name]: value for name, value in beside.items()}

    return Again(rows)


def _names_beside(pairs: Pairs) -> dict[str, str]:
    """Every further column → the name under which it is written."""
    taken: set[str] = set()
    beside: dict[str, None] = {}
    for example, further in pairs:
        taken.update(original_row(example))
        beside.update(dict.fromkeys(further))
    names = {}
    for name in beside:
        free = name
        while free in taken:
            free = _PREFIX + free
        taken.add(free)
        names[name] = free
    return names


def column_names(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Every column, in the order in which the rows first show it."""
    seen: dict[str, None] = {}
    for row in rows:
        if not row.keys() <= seen.keys():
            seen.update(dict.fromkeys(row))
    return list(seen)
