"""Writing the kept rows for wherever people train."""

from __future__ import annotations

from pathlib import Path

from ..config import SelectionSpec
from ..runs import home
from ..runs.exploration import explore
from ..runs.results import export_selected


def export(
    run: str, path: str | Path, *, fmt: str = "jsonl", spec: SelectionSpec | None = None, scores: bool = True
) -> int:
    """Write the selected rows to `path` with their original columns, and their scores if wanted; returns how many."""
    store = home.open_store(run)
    exploration = explore(store)
    chosen = exploration.select(spec or store.spec())
    return export_selected(Path(path), exploration.examples, exploration.table, chosen, fmt=fmt, scores=scores)
