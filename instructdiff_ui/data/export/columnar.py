"""Rows turned into Arrow columns, a batch at a time.

A column has one type. Where its values are of several kinds, or of a kind that Parquet has not, they are JSON text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from .rows import column_names

_BATCH = 10_000  # rows held as Python values at a time


def arrow_table(rows: Iterable[Mapping[str, Any]], *, as_text: Callable[[Any], str]):
    """A `pyarrow.Table` of `rows`, which must be iterable more than once; a column that a row lacks is null."""
    import pyarrow as pa

    columns: dict[str, list[Any]] = {name: [] for name in column_names(rows)}
    for batch in _batches(rows):
        for name, chunks in columns.items():
            array = _array([row.get(name) for row in batch], as_text)
            chunks += array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    return pa.table({name: _column(chunks, as_text) for name, chunks in columns.items()})


def _batches(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    rest = iter(rows)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _array(values: list[Any], as_text: Callable[[Any], str]):
    import pyarrow as pa

    try:
        array = pa.array(values)
        if not _has_empty_struct(array.type):
            return array
    except (pa.ArrowException, TypeError, OverflowError):
        pass
    return pa.array(_texts(values, as_text), pa.string())


def _texts(values: Iterable[Any], as_text: Callable[[Any], str]) -> list[str | None]:
    return [value if value is None or isinstance(value, str) else as_text(value) for value in values]


def _column(chunks: list[Any], as_text: Callable[[Any], str]):
    """The chunks under one type: that of all of them, one that holds them all, or text."""
    import pyarrow as pa

    kinds = {chunk.type for chunk in chunks}
    if len(kinds) == 1:
        return pa.chunked_array(chunks)
    try:
        fields = [pa.schema([("c", kind)]) for kind in kinds]
        common = pa.unify_schemas(fields, promote_options="permissive").field("c").type
        return pa.chunked_array([chunk.cast(common) for chunk in chunks])
    except pa.ArrowException:
        return pa.chunked_array([pa.array(_texts(chunk.to_pylist(), as_text), pa.string()) for chunk in chunks])


def _has_empty_struct(kind) -> bool:
    import pyarrow as pa

    if pa.types.is_struct(kind) and kind.num_fields == 0:
        return True
    return any(_has_empty_struct(kind.field(i).type) for i in range(kind.num_fields))
