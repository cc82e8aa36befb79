"""A scored run held in memory to be explored: its table, sorted once, and its texts.

Answers thresholds, histograms, pages and rows from cached columns; no model is ever touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from ..config import SelectionSpec
from ..data.examples import Example
from ..errors import ConfigError, DataError, RunError
from ..files import read_json
from ..selection.borderline import borderline
from ..selection.consensus import Agreement, Votes, agreement
from ..selection.outcome import DECISIONS, Selection
from ..selection.rows import COUNTED, Kinds, Page, RowQuery, RowTable
from ..selection.rules import SelectionTable
from ..selection.seeds import KEPT_BY_SEEDS
from ..selection.strategies import with_columns
from ..selection.summary import Bins, Histogram, statistics
from . import measures
from .columns import MAX_KINDS, all_metrics, kinds_of
from .cutoffs import moved
from .held import hold
from .rowviews import RowView, by_hand, row_view
from .store import RunStore
from .texts import Texts
from .views import Views

_CLIP = 300  # characters of a text in the table of rows
MAX_MATCHING = 2000  # rows that can be kept or dropped by hand at once


@dataclass(frozen=True, eq=False)
class Preview:
    """What a spec does to a run."""

    selection: Selection
    histograms: dict[str, Histogram]  # by column: delta_entropy, delta_nll
    statistics: dict[str, pd.DataFrame]  # by column: one row per domain
    agreement: Agreement | None = None  # of the calibration seeds; None for a table of a single one


class Exploration:
    """The delta table of a run and the texts of its rows."""

    def __init__(self, table: pd.DataFrame, examples_path: Path):
        self.table = table
        self.selections = SelectionTable(table)
        self._examples_path = examples_path
        self._select = lru_cache(maxsize=16)(self._select_uncached)
        self._borderline = lru_cache(maxsize=8)(self._borderline_uncached)
        self._agreement = lru_cache(maxsize=8)(self._agreement_uncached)
        self._bins = lru_cache(maxsize=8)(lambda column, bins: Bins(table, column, bins=bins))

    def __len__(self) -> int:
        return len(self.table)

    @property
    def domains(self) -> list[str]:
        return self.selections.domains

    @property
    def seeds(self) -> tuple[int, ...]:
        """The calibration seeds whose mean is ranked; none where there is a single one."""
        return self.selections.seeds

    # selection -----------------------------------------------------------------------------------------------------

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
            self.agreement(spec),
        )

    @cached_property
    def _statistics(self) -> dict[str, pd.DataFrame]:
        return {column: statistics(self.table, column) for column in ("delta_entropy", "delta_nll")}

    def move_cutoff(
        self, spec: SelectionSpec, *, line: str, group: str, value: float, linked: bool, ends: bool = True
    ) -> SelectionSpec:
        """`spec` with the γ or β that puts a cut-off line of `group` at `value`; see `cutoffs.moved`."""
        if line == "beta":
            share = self.selections.ratio_at(spec, group, value)
        else:
            share = self.selections.gamma_at(spec, group, value, end=line.removeprefix("gamma_"))
        return moved(spec, line=line, group=group, share=share, linked=linked, ends=ends)

    def votes(self, spec: SelectionSpec) -> Votes | None:
        """What each calibration seed alone keeps under `spec`; None for a table of a single seed."""
        return self.selections.votes(spec) if self.seeds else None

    def agreement(self, spec: SelectionSpec) -> Agreement | None:
        """How far the calibration seeds keep the same rows under `spec`; None for a table of a single seed."""
        return self._agreement(spec.model_dump_json()) if self.seeds else None

    def _agreement_uncached(self, spec: str) -> Agreement:
        return agreement(self.selections.votes(SelectionSpec.model_validate_json(spec)), self.selections.scored)

    def borderline(self, spec: SelectionSpec) -> np.ndarray:
        """(N,) bool: rows whose decision hangs on little; see `selection.borderline`."""
        return self._borderline(spec.model_dump_json())

    def _borderline_uncached(self, spec: str) -> np.ndarray:
        error = self.table["delta_entropy_se"].to_numpy(np.float64) if "delta_entropy_se" in self.table else None
        return borderline(self.selections, self._select(spec), error)

    # columns -------------------------------------------------------------------------------------------------------

    @cached_property
    def views(self) -> Views:
        """What the charts show."""
        return Views(self)

    @cached_property
    def texts(self) -> Texts:
        return Texts(self._examples_path, self.selections.ids.arrow)

    @cached_property
    def metrics(self) -> dict[str, np.ndarray]:
        """Numbers per row by name, each (N,): scores, lengths, and the dataset's own columns of numbers."""
        return all_metrics(self.table, self.texts)

    @cached_property
    def kinds(self) -> dict[str, Kinds]:
        """The dataset's own columns that sort its rows into kinds: 2 to 20 values each."""
        return kinds_of(self.texts.labels, Kinds(self.selections.codes, self.domains))

    @property
    def categories(self) -> dict[str, np.ndarray]:
        """`kinds` as (N,) objects of text."""
        return {name: kinds.values for name, kinds in self.kinds.items()}

    def kept_by(self, spec: SelectionSpec, column: str) -> pd.DataFrame:
        """How many rows of each kind in `column` there are and how many `spec` keeps: `rows, kept`, by kind."""
        if column not in self.kinds:
            known = ", ".join(self.kinds) or "none"
            raise DataError(f"There is no column {column!r} with 2 to {MAX_KINDS} kinds of rows; there is {known}.")
        kinds = self.kinds[column]
        counts = {
            "rows": np.bincount(kinds.codes, minlength=len(kinds.names)),
            "kept": np.bincount(kinds.codes[self.select(spec).selected], minlength=len(kinds.names)),
        }
        table = pd.DataFrame(counts, index=pd.Index(kinds.names, dtype=object))
        return table.sort_values("rows", ascending=False, kind="stable")

    # rows ----------------------------------------------------------------------------------------------------------

    @cached_property
    def _rows(self) -> RowTable:
        ranks = {"instruction": lambda: self.texts.instruction_rank}
        return RowTable(self.selections, self.metrics, self.kinds, ranks)

    def rows(self, spec: SelectionSpec, query: RowQuery) -> Page:
        """One page of the rows that match, with scores, the beginnings of their texts, and what `spec` decided."""
        selection, uncertain = self.select(spec), self.borderline(spec)
        found = self._found(query)
        parts = {show: found & self._rows.shown(show, selection, uncertain) for show in {*COUNTED, query.show}}
        votes = self.votes(spec)
        times = None if votes is None else votes.times
        positions, total, page, pages = self._rows.page(query, selection, parts[query.show], times)
        counts: dict[str, int] = {show: int(np.count_nonzero(parts[show])) for show in COUNTED}
        shown = self._shown(positions, selection, uncertain)
        if times is not None:
            shown[KEPT_BY_SEEDS] = times[positions]
        return Page(shown, total, page, pages, counts, len(self.seeds))

    def matching(self, spec: SelectionSpec, query: RowQuery, limit: int = MAX_MATCHING) -> tuple[str, ...]:
        """Ids of all rows that match, in table order; more than `limit` is a `ConfigError`."""
        selection = self.select(spec)
        keep = self._found(query) & self._rows.shown(query.show, selection, self.borderline(spec))
        if (n := int(np.count_nonzero(keep))) > limit:
            raise ConfigError(f"{n:,} rows match, but at most {limit:,} can be chosen by hand at once: filter further.")
        return tuple(self.selections.ids.where(keep))

    def _found(self, query: RowQuery) -> np.ndarray:
        """(N,) bool: rows that pass every filter that does not depend on the rule."""
        keep = self._rows.matches(query)
        text = query.search if query.regex else query.search.strip()
        return keep & self.texts.search(text, regex=query.regex) if text else keep

    def _shown(self, positions: np.ndarray, selection: Selection, uncertain: np.ndarray) -> pd.DataFrame:
        ids = self.selections.ids.at(positions)
        clipped = self.texts.take(positions, _CLIP)
        columns = {
            "example_id": ids,
            "domain": [self.domains[code] for code in self.selections.codes[positions]],
            "decision": [DECISIONS[code] for code in np.asarray(selection.decision.codes)[positions]],
            "rank": selection.rank[positions],
            "in_calibration": self.selections.in_calibration[positions],
            "by_hand": by_hand(selection, ids),
            "borderline": uncertain[positions],
        }
        columns |= {name: values[positions] for name, values in self.metrics.items()}
        for name, kinds in self.kinds.items():
            columns.setdefault(name, [kinds.names[code] for code in kinds.codes[positions]])
        return pd.DataFrame(columns | {"instruction": clipped.instruction, "response": clipped.response})

    def row(self, spec: SelectionSpec, example_id: str) -> RowView:
        """Everything about one row; `DataError` for an id the run does not have."""
        return row_view(
            self._position(example_id),
            frame=self.table,
            table=self.selections,
            rows=self._rows,
            texts=self.texts,
            selection=self.select(spec),
            borderline=self.borderline(spec),
            votes=self.votes(spec),
        )

    def _position(self, example_id: str) -> int:
        position = self.selections.ids.find(example_id)
        if position is None:
            raise DataError(f"There is no row {example_id!r} in this run.")
        return position

    @cached_property
    def examples(self) -> Mapping[str, Example]:
        """The rows by id, each read when it is asked for."""
        return _Examples(self)

    def examples_of(self, ids: Iterable[str]) -> list[Example]:
        """The rows with these ids, as their datasets wrote them."""
        return [self.examples[example_id] for example_id in ids]


class _Examples(Mapping[str, Example]):
    """The rows of an exploration by id, in table order."""

    def __init__(self, exploration: Exploration):
        self._run = exploration

    def __getitem__(self, example_id: str) -> Example:
        position = self._run.selections.ids.find(example_id)
        if position is None:
            raise KeyError(example_id)
        return self._run.texts.example(position)

    def __iter__(self) -> Iterator[str]:
        return iter(self._run.selections.ids.arrow.to_pylist())

    def __len__(self) -> int:
        return len(self._run.selections)


def explore(store: RunStore) -> Exploration:
    """The exploration of a scored run, kept in memory while its table, and what else ranks its rows, do not change."""
    path = store.path / "deltas.parquet"
    if not path.exists():
        raise RunError(f"Run {store.run_id} has no scores yet: calibrate and score it first.")
    return _open(str(store.path), path.stat().st_mtime_ns, measures.there(store))


@hold
def _open(path: str, _modified: int, extras: tuple[str, ...]) -> Exploration:
    store = RunStore(path)
    folder = store.path / "artifacts" / read_json(store.path / "published.json")["examples"]
    table = with_columns(pd.read_parquet(store.path / "deltas.parquet"), measures.read(store, extras))
    return Exploration(table, folder / "examples.parquet")
