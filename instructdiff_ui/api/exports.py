"""Writing the kept rows for wherever people train."""

from __future__ import annotations

from pathlib import Path

from ..config import SelectionSpec
from ..runs import home, package
from ..runs.package import ExportResult


def export(
    run: str, path: str | Path, *, fmt: str = "jsonl", spec: SelectionSpec | None = None, scores: bool = True
) -> int:
    """Write the selected rows to `path` in one of `EXPORT_FORMATS`, with id, domain and scores if wanted.

    `path` is a file; for a format of several files (one without a suffix) it is a new folder or a .zip. Returns how
    many rows. Whole or not at all: raises `DataError` for a path that is taken or a row that the format cannot hold.
    """
    store = home.open_store(run)
    return package.export_format(store, Path(path), fmt=fmt, spec=spec or store.spec(), scores=scores)


def export_package(
    run: str, path: str | Path, *, fmt: str = "jsonl", spec: SelectionSpec | None = None
) -> ExportResult:
    """Write the selected rows to a new folder or a .zip that explains itself.

    In it are `data` in the format, `rows.parquet` with the original columns and all scores, `selection.json` with the
    rule and where everything came from, and a README with the lines that load it.
    """
    store = home.open_store(run)
    return package.export_package(store, Path(path), fmt=fmt, spec=spec or store.spec())
