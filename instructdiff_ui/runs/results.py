"""The published results of a run: the selection's record, the selected rows, and the scored table with its texts.

Reads and writes; decides nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ..config import SelectionSpec
from ..data.examples import Example
from ..data.export import Again, write_format
from ..files import read_json, replacing, write_json
from ..selection.deltas import COLUMNS
from ..selection.outcome import Selection
from ..selection.rules import SelectionTable
from ..selection.seeds import INTERVAL, KEPT_BY_SEEDS
from ..selection.strategies import EXTRA_COLUMNS
from .plan import Stage, plan, scored_stage
from .stages.context import examples_folder
from .store import RunStore

SCORES = COLUMNS[COLUMNS.index("n_tokens") : COLUMNS.index("delta_entropy") + 1]  # those that are exported
EXPORTED = ("example_id", "domain", *SCORES)  # beside a dataset's own columns
OVER_SEEDS = (*INTERVAL, KEPT_BY_SEEDS)  # exported too, where the table is of several seeds
BATCH = 10_000  # rows asked for at a time
ExamplesOf = Callable[[Sequence[str]], list[Example]]

PUBLISHED = {
    "deltas": ("deltas.parquet",),
    "import_scores": ("deltas.parquet",),
    "select": ("selection.json", "selected.jsonl"),
    "evaluate": ("evaluation.json",),
}


def publish(store: RunStore, stages: Iterable[Stage]) -> None:
    """Put the results of the last round at the top of the run, those of earlier jobs included.

    What a stage leaves is published by whoever reaches it, not by the stage: going back to settings that were done
    before runs no stage. An evaluation of another selection than the one that holds is taken away.
    """
    before = read_json(store.path / "published.json", {})
    there = dict(before)
    for work, stage in _published(list(stages)).items():
        if stage.done(store):
            if there.get(work) != stage.fingerprint:
                _copy(store, work, stage, there)
        elif work == "evaluate":
            there.pop(work, None)
            (store.path / "evaluation.json").unlink(missing_ok=True)
    if there != before:
        write_json(store.path / "published.json", there)


def _published(stages: Sequence[Stage]) -> dict[str, Stage]:
    """By what is published, the stage that leaves it: of each work the last round's.

    The table is the one that is selected from, whether it is of one seed or of several: `deltas` stands for either.
    """
    last = {stage.work: stage for stage in stages if stage.work in ("select", "evaluate")}
    table = scored_stage(stages)
    return {"import_scores" if table.work == "import_scores" else "deltas": table} | last


def _copy(store: RunStore, work: str, stage: Stage, there: dict[str, str]) -> None:
    for name in PUBLISHED[work]:
        with replacing(store.path / name) as temporary:
            shutil.copyfile(stage.folder(store) / name, temporary)
    there[work] = stage.fingerprint
    if work in ("deltas", "import_scores"):
        there["examples"] = examples_folder(stage, store).name  # the rows these scores are of


def selection_record(chosen: Selection) -> dict[str, Any]:
    """What `selection.json` holds: spec, cut-offs, counts, hashes, and the ids of the selected rows."""
    return chosen.to_dict() | {"ids": chosen.ids}


def export_selected(
    path: Path,
    examples: Mapping[str, Example],
    table: pd.DataFrame,
    chosen: Selection,
) -> None:
    """Write the selected rows as JSON lines, as the dataset had them, with id, domain and scores."""
    beside = selected_rows(lambda ids: [examples[i] for i in ids], table, chosen, columns=exported(table))
    write_format(path, beside, "jsonl")


def with_votes(table: pd.DataFrame, sorted_table: SelectionTable, spec: SelectionSpec) -> pd.DataFrame:
    """The table with `KEPT_BY_SEEDS` under `spec`; as it is where it is of a single calibration seed."""
    if not sorted_table.seeds:
        return table
    return table.assign(**{KEPT_BY_SEEDS: sorted_table.votes(spec).times.astype("int64")})


def exported(table: pd.DataFrame) -> tuple[str, ...]:
    """The columns of a table that are written beside a dataset's own."""
    return (*EXPORTED, *(name for name in (*OVER_SEEDS, *EXTRA_COLUMNS) if name in table))


def selected_rows(
    examples_of: ExamplesOf, table: pd.DataFrame, chosen: Selection, *, columns: Sequence[str]
) -> Again[tuple[Example, dict[str, Any]]]:
    """The selected rows in the order of the table, each with its values of `columns`; a number that is none is None.

    They are asked for by batches of ids, so that no more than a batch need be held.
    """
    ids = chosen.ids
    values = table.loc[chosen.selected, list(columns)]

    def pairs() -> Iterator[tuple[Example, dict[str, Any]]]:
        for start in range(0, len(ids), BATCH):
            part: list[Any] = values.iloc[start : start + BATCH].to_dict("records")
            beside = [{name: None if value != value else value for name, value in row.items()} for row in part]
            texts = examples_of(ids[start : start + BATCH])
            yield from zip(texts, beside or [{} for _ in texts], strict=True)

    return Again(pairs)


def artifact_of(store: RunStore, work: str) -> Path | None:
    """The artifact of the (last) stage that does this work, once it is done."""
    stages = [stage for stage in plan(store.config(), store.spec()) if stage.work == work]
    return stages[-1].folder(store) if stages and stages[-1].done(store) else None
