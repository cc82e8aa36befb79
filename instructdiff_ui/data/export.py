"""Writing rows out again: the dataset's own columns, with scores beside them.

Knows nothing of what the scores mean, nor of the files that the rows came from.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import DataError
from ..files import replacing
from .examples import Example

FORMATS = ("jsonl", "parquet", "csv", "json")
_PREFIX = "instructdiff_"  # before a score whose name the dataset uses itself


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


def merged_rows(examples: Sequence[Example], scores: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Original rows with the score columns that `scores` holds for each example id.

    A score whose name is a column of any of the rows is written as `instructdiff_<name>`, in all of them.
    """
    rows = [original_row(example) for example in examples]
    taken = {name for row in rows for name in row}
    names: dict[str, str] = {}
    for row, example in zip(rows, examples, strict=True):
        for name, value in scores.get(example.example_id, {}).items():
            if name not in names:
                names[name] = _free(name, taken)
            row[names[name]] = value
    return rows


def export_rows(path: Path | str, rows: Sequence[Mapping[str, Any]], fmt: str) -> None:
    """Write `rows` as jsonl, json, csv or parquet, whole or not at all; raises `DataError` for another format."""
    writers = {"jsonl": _jsonl, "json": _json, "csv": _csv, "parquet": _parquet}
    if fmt not in writers:
        raise DataError(f"There is no export format {fmt!r}; the formats are {', '.join(FORMATS)}.")
    with replacing(path) as temporary:
        writers[fmt](temporary, rows)


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name = _PREFIX + name
    return name


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    """A numpy number as Python's, anything else as text."""
    return value.item() if hasattr(value, "item") else str(value)


def _jsonl(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(_text(row) + "\n" for row in rows)


def _json(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("[\n")
        file.writelines((",\n" if n else "") + _text(row) for n, row in enumerate(rows))
        file.write("\n]\n")


def _csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _names(rows), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)


def _cell(value: Any) -> Any:
    """A cell of a CSV file: nested values as JSON, null as nothing."""
    return _text(value) if isinstance(value, (Mapping, list, tuple)) else value


def _parquet(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: _arrow([row.get(name) for row in rows]) for name in _names(rows)}
    pq.write_table(pa.table(columns), path, compression="zstd")


def _arrow(values: list[Any]):
    """A column; where the values are of several kinds, or a kind that Parquet has not, the odd ones are JSON text."""
    import pyarrow as pa

    try:
        array = pa.array(values)
        if not _has_empty_struct(array.type):
            return array
    except (pa.ArrowException, TypeError, OverflowError):
        pass
    return pa.array([value if value is None or isinstance(value, str) else _text(value) for value in values])


def _has_empty_struct(kind) -> bool:
    import pyarrow as pa

    if pa.types.is_struct(kind) and kind.num_fields == 0:
        return True
    return any(_has_empty_struct(kind.field(i).type) for i in range(kind.num_fields))


def _names(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Every column, in the order in which the rows first show it."""
    return list(dict.fromkeys(name for row in rows for name in row))
