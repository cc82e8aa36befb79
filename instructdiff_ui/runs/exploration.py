"""A scored run held in memory to be explored: its table, sorted once, and its texts.

Answers thresholds, histograms, pages and rows from cached columns; no model is ever touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..config import SelectionSpec, validated
from ..data.examples import Example
from ..errors import DataError, RunError
from ..files import read_json
from ..selection import rows as table_rows
from ..selection.outcome import Selection
from ..selection.rules import SelectionTable
from ..selection.summary import Bins, Histogram, statistics
from .store import RunStore

MAX_KINDS = 20  # values of a column that is a kind of row, rather than a text or an id


@dataclass(frozen=True, eq=False)
class Preview:
    """What a spec does to a run."""

    selection: Selection
    histograms: dict[str, Histogram]  # by column: delta_entropy, delta_nll
    statistics: dict[str, pd.DataFrame]  # by column: one row per domain


@dataclass(frozen=True)
class RowView:
    """One row with everything known about it."""

    example: Example
    decision: str
    scores: dict[str, float]
    rank: int  # by the strategy among those of its group that passed the filter; 0: none
    ranked: int  # how many have a rank there
    cutoff: dict[str, float | None]  # of its group
    strategy: str  # what ranked it


class Exploration:
    """The delta table of a run and the texts of its rows."""

    def __init__(self, table: pd.DataFrame, examples_path: Path):
        self.table = table
        self._examples_path = examples_path
        self.selections = SelectionTable(table)
        self._select = lru_cache(maxsize=16)(self._select_uncached)
        self._bins = lru_cache(maxsize=8)(lambda column, bins: Bins(table, column, bins=bins))

    @property
    def domains(self) -> list[str]:
        return self.selections.domains

    def select(self, spec: SelectionSpec) -> Selection:
        return self._select(spec.model_dump_json())

    def _select_uncached(self, spec: str) -> Selection:
        return self.selections.select(SelectionSpec.model_validate_json(spec))

    def preview(self, spec: SelectionSpec, *, bins: int = 60) -> Preview:
        """Counts, cut-offs, histograms and statistics under `spec`."""
        selection = self.select(spec)
        return Preview(
            selection,
            {column: self._bins(column, bins).count(selection) for column in ("delta_entropy", "delta_nll")},
            self._statistics,
        )

    @cached_property
    def _statistics(self) -> dict[str, pd.DataFrame]:
        return {column: statistics(self.table, column) for column in ("delta_entropy", "delta_nll")}

    def move_cutoff(self, spec: SelectionSpec, *, line: str, group: str, value: float, linked: bool) -> SelectionSpec:
        """`spec` with the γ or β that puts a cut-off line of `group` at `value`, for all domains or for that one."""
        if line == "beta":
            part, share = "ratio", self.selections.ratio_at(spec, group, value)
        else:
            end = line.removeprefix("gamma_")
            part, share = "gamma", self.selections.gamma_at(spec, group, value, end=end)
        values = spec.model_dump(mode="json")
        rules = {name: dict(rule) for name, rule in values["domains"].items()}
        if linked or spec.scope == "global":
            values[part] = share
            rules = {name: rule | {part: None} for name, rule in rules.items()}
        else:
            rules[group] = rules.get(group, {}) | {part: share}
        values["domains"] = {name: rule for name, rule in rules.items() if any(v is not None for v in rule.values())}
        return validated(SelectionSpec, values)

    @cached_property
    def examples(self) -> dict[str, Example]:
        from ..data.pool import read_examples

        return {example.example_id: example for example in read_examples(self._examples_path)}

    def examples_of(self, ids: Iterable[str]) -> list[Example]:
        """The rows with these ids, as their datasets wrote them."""
        return [self.examples[example_id] for example_id in ids]

    @cached_property
    def _frame(self) -> pd.DataFrame:
        texts = [self.examples[example_id] for example_id in self.table["example_id"]]
        return self.table.assign(
            instruction=[f"{t.instruction}\n{t.input}".strip() for t in texts], response=[t.response for t in texts]
        )

    @cached_property
    def categories(self) -> dict[str, np.ndarray]:
        """The dataset's own columns that sort its rows into kinds: 2 to 20 values each, as (N,) objects of text."""
        rows = [self.examples[example_id].extra for example_id in self.table["example_id"]]
        scores = set(self.table.columns[2:])  # a scored file has them as columns of its own
        names = dict.fromkeys(name for row in rows[:100] for name in row if name not in scores)
        found = {}
        for name in names:
            values = [row.get(name) for row in rows]
            if not all(value is None or isinstance(value, (str, bool, int)) for value in values):
                continue
            kinds = {str(value) for value in values if value is not None}
            if 2 <= len(kinds) <= MAX_KINDS and len(kinds) < len(rows):
                found[name] = np.array(["" if value is None else str(value) for value in values], dtype=object)
        domains = self.table["domain"].to_numpy(dtype=object)
        return {name: values for name, values in found.items() if not np.array_equal(values, domains)}

    def kept_by(self, spec: SelectionSpec, column: str) -> pd.DataFrame:
        """How many rows of each kind in `column` there are and how many `spec` keeps: `rows, kept`, by kind."""
        if column not in self.categories:
            known = ", ".join(self.categories) or "none"
            raise DataError(f"There is no column {column!r} with 2 to {MAX_KINDS} kinds of rows; there is {known}.")
        kinds = pd.Series(self.categories[column])
        counts = pd.DataFrame({"rows": kinds.value_counts(), "kept": kinds[self.select(spec).selected].value_counts()})
        return counts.fillna(0).astype(int).sort_values("rows", ascending=False, kind="stable")

    def rows(self, spec: SelectionSpec, **query: Any) -> table_rows.Page:
        """One page of rows with scores, text and the decision under `spec`; `query` as for `selection.rows.query`."""
        selection = self.select(spec)
        frame = self._frame.assign(decision=np.asarray(selection.decision), rank=selection.rank)
        return table_rows.query(frame, **query)

    def row(self, spec: SelectionSpec, example_id: str) -> RowView:
        """Everything about one row; `DataError` for an id the run does not have."""
        if example_id not in self.examples:
            raise DataError(f"There is no row {example_id!r} in this run.")
        selection = self.select(spec)
        place = int(np.flatnonzero(selection.example_ids == example_id)[0])
        record = self.table.iloc[place]
        same = (self.table["domain"] == record["domain"]).to_numpy() | (spec.scope == "global")
        return RowView(
            example=self.examples[example_id],
            decision=str(selection.decision[place]),
            scores={key: float(record[key]) for key in self.table.columns[2:]},
            rank=int(selection.rank[place]),
            ranked=int((selection.rank[same] > 0).sum()),
            cutoff=asdict(selection.cutoff_of(record["domain"])),
            strategy=spec.strategy,
        )


def explore(store: RunStore) -> Exploration:
    """The exploration of a scored run, kept in memory while its table does not change."""
    path = store.path / "deltas.parquet"
    if not path.exists():
        raise RunError(f"Run {store.run_id} has no scores yet: calibrate and score it first.")
    return _open(str(store.path), path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _open(path: str, _modified: int) -> Exploration:
    store = RunStore(path)
    folder = store.path / "artifacts" / read_json(store.path / "published.json")["examples"]
    return Exploration(pd.read_parquet(store.path / "deltas.parquet"), folder / "examples.parquet")
