"""The selected rows of a run as something to hand on: in a trainer's format, with where they came from.

Knows runs; what a format looks like is in `data.export`.
"""

from __future__ import annotations

import re
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .. import __version__
from ..config import SelectionSpec
from ..data.export import (
    FORMATS,
    Prompts,
    export_rows,
    files_in,
    filling,
    format_of,
    load_lines,
    merged_rows,
    write_format,
)
from ..files import read_json, write_json, write_text
from ..selection.deltas import COLUMNS
from ..selection.outcome import Selection
from ..selection.seeds import SPREAD
from ..selection.strategies import EXTRA_COLUMNS
from .exploration import explore
from .report.markdown import inline
from .results import OVER_SEEDS, artifact_of, exported, selected_rows, with_votes
from .store import RunStore

_SCORES = (*COLUMNS[COLUMNS.index("n_tokens") :], SPREAD[0], *OVER_SEEDS, *EXTRA_COLUMNS)
_EVERYTHING = ("example_id", "domain", "decision", *_SCORES)


@dataclass(frozen=True)
class ExportResult:
    path: Path  # the folder or the .zip
    rows: int
    files: tuple[str, ...]  # by their paths in it


def export_format(store: RunStore, path: Path, *, fmt: str, spec: SelectionSpec, scores: bool) -> int:
    """Write what `spec` selects in one format; returns how many rows.

    `path` is a file, or for a format of several files a folder or a .zip of it.
    """
    format_of(fmt)  # a typing error need not wait for the scores
    exploration = explore(store)
    chosen = exploration.select(spec)
    table = with_votes(exploration.table, exploration.selections, spec) if scores else exploration.table
    columns = exported(table) if scores else ()
    pairs = selected_rows(exploration.examples_of, table, chosen, columns=columns)
    write_format(path, pairs, fmt, prompts=prompts_of(store), name=dataset_name(store))
    return chosen.total.selected


def export_package(store: RunStore, path: Path, *, fmt: str, spec: SelectionSpec) -> ExportResult:
    """Write what `spec` selects to a new folder or a .zip: data in `fmt`, every score, the rule, and how to load it."""
    data = f"data{format_of(fmt).suffix}"
    exploration = explore(store)
    chosen = exploration.select(spec)
    table = with_votes(exploration.table, exploration.selections, spec)
    table = table.assign(decision=chosen.decision.astype(str))
    with filling(path) as folder:
        pairs = selected_rows(exploration.examples_of, table, chosen, columns=exported(table))
        write_format(folder / data, pairs, fmt, prompts=prompts_of(store), name=dataset_name(store))
        columns = [name for name in _EVERYTHING if name in table.columns]
        everything = selected_rows(exploration.examples_of, table, chosen, columns=columns)
        export_rows(folder / "rows.parquet", merged_rows(everything), "parquet")
        record = package_record(store, chosen, fmt)
        write_json(folder / "selection.json", record)
        write_text(folder / "README.md", _readme(store, record, data))
        files = files_in(folder)
    return ExportResult(path, chosen.total.selected, tuple(files))


def prompts_of(store: RunStore) -> Prompts:
    """How the run wrote its prompts; the template stays auto where no tokenizer has decided it yet."""
    data = store.config().data
    template = _facts(store, "tokens").get("template", data.template)
    return Prompts(template, data.custom_template, data.separator, data.use_input)


def dataset_name(store: RunStore) -> str:
    """What the run's rows are called in a trainer's config: letters, digits and underscores."""
    return re.sub(r"[^A-Za-z0-9]+", "_", f"instructdiff_{store.run_id}").strip("_")


def package_record(store: RunStore, chosen: Selection, fmt: str) -> dict[str, Any]:
    """Rule, cut-offs, counts and hashes, and the run, model, datasets and seeds that they belong to."""
    config = store.config()
    model = _facts(store, "tokens").get("model") or {}
    sources = _facts(store, "pool").get("sources") or _facts(store, "import_scores").get("sources") or []
    calibration = list(explore(store).seeds) or config.calibration.seed  # several where their mean is ranked
    return chosen.to_dict() | {
        "format": fmt,
        "run": {"id": store.run_id, "name": config.title},
        "model": {
            "path": model.get("path", config.model and config.model.path),
            "revision": model.get("revision", config.model and config.model.revision),
        },
        "sources": sources,
        "prompts": asdict(prompts_of(store)),
        "seeds": {"data": config.data.seed, "calibration": calibration, "selection": chosen.spec.seed},
        "app_version": __version__,
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _facts(store: RunStore, work: str) -> dict[str, Any]:
    """What the stage that does this work noted down; nothing before it is done."""
    folder = artifact_of(store, work)
    return read_json(folder / "manifest.json")["facts"] if folder else {}


def _readme(store: RunStore, record: dict[str, Any], data: str) -> str:
    total, form = record["total"], FORMATS[record["format"]]
    model = record["model"]["path"] or "your model"
    lines = load_lines(record["format"], data=data, name=dataset_name(store), model=model)
    return f"""# {inline(record["run"]["name"])}

{total["selected"]:,} of {total["rows"]:,} rows, selected by the rule `{record["spec_hash"]}` of InstructDiff UI
{record["app_version"]}; together they are `{record["ids_hash"]}`.

- `{data}`: the selected rows, in the order of the pool. Format: {form.label}.
- `rows.parquet`: the same rows with the dataset's own columns, id, domain, decision and every score; a score whose name
  the dataset uses itself is called `instructdiff_<name>`.
- `selection.json`: the rule, its cut-offs and counts, the run, the model and the seeds.

## Load it

{lines}
"""
