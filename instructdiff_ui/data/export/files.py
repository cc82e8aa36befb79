"""Tables of rows as files: JSON lines, JSON, CSV and Parquet.

Rows are written as they come; only Parquet, which stores columns, holds them all, as columns.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ...errors import DataError
from ...files import replacing
from .columnar import arrow_table
from .rows import column_names

Rows = Iterable[Mapping[str, Any]]  # iterable more than once


def export_rows(path: Path | str, rows: Rows, kind: str) -> None:
    """Write `rows` as jsonl, json, csv or parquet, whole or not at all; raises `DataError` where a folder is."""
    writers = {"jsonl": _jsonl, "json": _json, "csv": _csv, "parquet": _parquet}
    if Path(path).is_dir():
        raise DataError(f"{path} is a folder; {kind} is one file: name a file.")
    with replacing(path) as temporary:
        writers[kind](temporary, rows)


def json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    """A numpy number as Python's, anything else as text."""
    return value.item() if hasattr(value, "item") else str(value)


def _jsonl(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json_text(row) + "\n" for row in rows)


def _json(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("[\n")
        file.writelines((",\n" if n else "") + json_text(row) for n, row in enumerate(rows))
        file.write("\n]\n")


def _csv(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        # Lines end as RFC 4180 has it: only then does the writer quote a cell that holds a lone carriage return.
        writer = csv.DictWriter(file, column_names(rows), restval="")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)


def _cell(value: Any) -> Any:
    """A cell of a CSV file: nested values as JSON, null as nothing."""
    return json_text(value) if isinstance(value, (Mapping, list, tuple)) else value


def _parquet(path: Path, rows: Rows) -> None:
    import pyarrow.parquet as pq

    pq.write_table(arrow_table(rows, as_text=json_text), path, compression="zstd")
