"""The rows of a run: what was loaded, what was set aside, and files that hold scores already."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..config import parse_config
from ..data.examples import Quarantined
from ..errors import DataError
from ..files import expanded, read_json
from ..runs import home, quotas
from ..runs.results import artifact_of
from .jobs import run_here, status
from .runs import create_run


def data_report(run: str) -> dict[str, Any] | None:
    """Rows, domains, token lengths and rendered previews of the pool; None before it is tokenised."""
    folder = artifact_of(home.open_store(run), "tokens")
    return read_json(folder / "report.json") if folder else None


def keep_upload(path: str | Path) -> str:
    """Copy an uploaded file into the app's home, under a name that tells its content; returns the copy's path."""
    quotas.check_upload(Path(path))
    return str(home.keep(Path(path)))


def quarantined(run: str) -> list[Quarantined]:
    """Every row that was put aside, and why."""
    from ..data.pool import read_quarantined

    store = home.open_store(run)
    folder = artifact_of(store, "tokens") or artifact_of(store, "pool") or artifact_of(store, "import_scores")
    path = folder / "quarantined.parquet" if folder else None
    return read_quarantined(path) if path and path.exists() else []


def import_scores(
    file: str | Path, *, run_dir: str | Path | None = None, settings: Mapping[str, Any] | None = None
) -> str:
    """Make a run from a scored file (the released code's JSONL, or one with this app's columns); returns its id."""
    values = {"scores": str(expanded(file).resolve()), **(settings or {})}
    values.setdefault("name", Path(file).stem)
    run = create_run(parse_config(values), run_dir=run_dir)
    ended = run_here(run, "selection")
    message = status(run).message if ended != "done" else quotas.too_many_rows(status(run).facts("import_scores"))
    if message:
        home.forget(home.open_store(run))
        shutil.rmtree(home.open_store(run).path)
        raise DataError(message)
    return run
