"""Runs over the same pool against each other: other models, other presets, other calibration seeds.

Rows are joined by example id, and the same rule is applied to both sides of a pair over the rows that both have. A
weak-to-strong reading is the same table: score the pool with a small model and with a large one, each in a run of its
own, and see here how much of what the large one keeps the small one finds. Reads what runs hold; starts nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from ..config import SelectionSpec
from ..errors import DataError
from ..selection.consensus import alone
from ..selection.curves import Curve, Curves
from ..selection.grids import AGREEMENT, Grid, GridCounts, agreement, cells_for
from ..selection.order import Ids
from ..selection.overlap import Overlap, joined, overlap
from ..selection.rules import SelectionTable
from ..selection.seeds import seed_columns
from ..selection.summary import robust_limits, statistics
from . import home
from .counterparts import SEED, Side, artifact_table, differences, published, seed_manifests, side_of
from .exploration import explore
from .specs import Difference
from .store import RunStore

DELTAS = ("delta_entropy", "delta_nll")
_NEEDED = ("example_id", "domain", "n_tokens", "base_nll", "base_entropy", *DELTAS, "in_calibration")


@dataclass(frozen=True)
class Correlation:
    """How a delta of one run goes with that of the other; nan for fewer than 3 rows, or where one never changes."""

    domain: str | None  # None: the pool as one
    column: str  # of `DELTAS`
    rows: int
    pearson: float
    spearman: float


@dataclass(frozen=True, eq=False)
class Pair:
    """This run and one other, over the rows that both have."""

    there: Side
    overlap: Overlap  # of what the rule keeps on either side; tokens as this run counts them
    correlations: tuple[Correlation, ...]  # the pool first, then by domain; ΔH before ΔNLL
    statistics: dict[str, pd.DataFrame]  # of ΔH, as `summary.statistics` gives them: `here` and `there`
    rank_map: GridCounts  # rank by ΔH within its domain, here × there, in % from the lowest; by `grids.AGREEMENT`
    curves: tuple[Curve, Curve]  # ΔH here and there, over one range
    differences: list[Difference]  # settings that scores hang on

    @property
    def spearman(self) -> float:
        """Of ΔH, over the pool."""
        return self.correlations[0].spearman


@dataclass(frozen=True, eq=False)
class Crossing:
    here: Side
    spec: SelectionSpec
    pairs: tuple[Pair, ...]


def seed_masks(store: RunStore, spec: SelectionSpec) -> dict[int, np.ndarray]:
    """By other calibration seed: (N,) bool, the rows that `spec` keeps there, in the order of this run's table.

    Where the run ranks the mean of several seeds, these are the others; a consensus is what they keep by InstructDiff.
    """
    if explore(store).seeds:
        votes = explore(store).selections.votes(spec)
        return {seed: votes.of(seed) for seed in votes.seeds}
    found = {}
    for manifest in seed_manifests(store):
        both = _both(store, artifact_table(store, manifest))
        kept = np.zeros(len(explore(store).table), bool)
        kept[both.at] = both.there.select(_fitting(spec, both)).selected
        found[manifest["facts"]["seed"]] = kept
    return found


def cross(store: RunStore, others: Sequence[str], spec: SelectionSpec) -> Crossing:
    """This run against others, given by the keys of `comparable`, under one rule.

    The rule is applied to either side over the common rows, with the domains of this run; rows by hand and rules of
    domains that are not among the common rows are left out; a side of one calibration seed is asked for what it keeps
    by plain InstructDiff where the rule is a consensus. `DataError` where no row is in both.
    """
    rows = len(explore(store).table)
    pairs = tuple(_pair(store, key, spec) for key in others)
    return Crossing(side_of(store, "", published(store), rows), spec, pairs)


def _pair(store: RunStore, key: str, spec: SelectionSpec) -> Pair:
    if key.startswith(SEED):
        manifest = next((m for m in seed_manifests(store) if f"{SEED}{m['fingerprint']}" == key), None)
        if manifest is None:
            raise DataError(f"Run {store.run_id} holds no other calibration {key.removeprefix(SEED)[:40]!r}.")
        other, path, fingerprint = store, artifact_table(store, manifest), manifest["fingerprint"]
    else:
        other = home.open_store(key)
        path, fingerprint = other.path / "deltas.parquet", published(other)
    both = _both(store, path)
    rule = _fitting(spec, both)
    mine, theirs = (side.select(rule if side.seeds else alone(rule)) for side in (both.here, both.there))
    return Pair(
        there=side_of(other, key, fingerprint, pq.read_metadata(path).num_rows),
        overlap=overlap(mine, theirs, tokens=both.tokens),
        correlations=both.correlations,
        statistics=both.statistics,
        rank_map=both.ranks.tally(agreement(mine.selected, theirs.selected), AGREEMENT),
        curves=(both.curves[0].count(mine), both.curves[1].count(theirs)),
        differences=differences(store, other, fingerprint),
    )


class _Both:
    """The common rows of two tables, in the order and with the domains of the first."""

    def __init__(self, mine: pd.DataFrame, theirs: pd.DataFrame, *, sorted_mine: SelectionTable):
        self.at, at_theirs = joined(sorted_mine.ids, Ids(theirs["example_id"]))
        whole = len(self.at) == len(mine)
        self.table = mine if whole else mine.iloc[self.at].reset_index(drop=True)
        self.here = sorted_mine if whole else SelectionTable(self.table)
        shared = {name: self.table[name] for name in ("example_id", "domain")}  # not a second copy of these
        self.other = theirs.iloc[at_theirs].reset_index(drop=True).assign(**shared)
        self.there = SelectionTable(self.other)

    @property
    def tokens(self) -> np.ndarray:
        """(n,) response tokens of the common rows, here."""
        return self.table["n_tokens"].to_numpy()

    @cached_property
    def statistics(self) -> dict[str, pd.DataFrame]:
        tables = {"here": self.table, "there": self.other}
        return {side: statistics(table, "delta_entropy") for side, table in tables.items()}

    @cached_property
    def correlations(self) -> tuple[Correlation, ...]:
        found = []
        for column in DELTAS:
            values = pd.DataFrame({"here": self.table[column], "there": self.other[column]})
            values = values.loc[np.isfinite(values.to_numpy()).all(axis=1)]
            found.append(_correlation(None, column, values))
            by_domain = values.groupby(self.table["domain"], sort=True, observed=True)
            found += [_correlation(str(name), column, rows) for name, rows in by_domain]
        return tuple(sorted(found, key=lambda one: (one.domain is not None, one.domain or "")))  # ΔH before ΔNLL

    @cached_property
    def ranks(self) -> Grid:
        here, there = (100 * ranks_in_domain(table) for table in (self.table, self.other))
        cells, _ = cells_for(len(here))
        return Grid(here, there, nx=cells, ny=cells, x_limits=(0, 100), y_limits=(0, 100))

    @cached_property
    def curves(self) -> tuple[Curves, Curves]:
        tables = (self.table, self.other)
        values = np.concatenate([table["delta_entropy"].to_numpy(np.float64) for table in tables])
        domain = np.concatenate([self.here.codes, self.here.codes])
        scored = np.isfinite(values)
        limits = robust_limits(values[scored], domain[scored])
        here, there = (Curves(table, "delta_entropy", limits=limits) for table in tables)
        return here, there


def _correlation(domain: str | None, column: str, rows: pd.DataFrame) -> Correlation:
    """Pearson of two columns, and Spearman as the Pearson of their average ranks."""
    if len(rows) < 3 or (rows.min() == rows.max()).any():
        return Correlation(domain, column, len(rows), math.nan, math.nan)
    pearson, spearman = (float(np.corrcoef(values.to_numpy().T)[0, 1]) for values in (rows, rows.rank()))
    return Correlation(domain, column, len(rows), pearson, spearman)


def ranks_in_domain(table: pd.DataFrame) -> np.ndarray:
    """(n,) rank by ΔH within the domain, ties shared, 0 to 1; nan where it has no score, ½ for a domain of one row."""
    values = table["delta_entropy"].where(np.isfinite(table["delta_entropy"]))
    groups = values.groupby(table["domain"], observed=True)
    last = groups.transform("count") - 1
    return ((groups.rank() - 1) / last.where(last > 0)).where((last > 0) | values.isna(), 0.5).to_numpy(np.float32)


def _both(store: RunStore, theirs: Path) -> _Both:
    explore(store)  # raises where there are no scores
    mine = store.path / "deltas.parquet"
    if not theirs.is_file():
        raise DataError(f"{theirs.parent.name} has no scores yet: calibrate and score it first.")
    return _opened(store.path, mine.stat().st_mtime_ns, theirs, theirs.stat().st_mtime_ns)


@lru_cache(maxsize=2)  # a million rows take some 250 MB
def _opened(path: Path, _changed: int, theirs: Path, _also: int) -> _Both:
    exploration = explore(RunStore(path))
    names = pq.read_schema(theirs).names
    columns = [*(name for name in _NEEDED if name in names), *seed_columns(names)]
    both = _Both(exploration.table, pd.read_parquet(theirs, columns=columns), sorted_mine=exploration.selections)
    if not len(both.at):
        raise DataError(
            f"{path.name} and {theirs.parent.name} have no row in common: only runs over the same pool can be compared."
        )
    return both


def _fitting(spec: SelectionSpec, both: _Both) -> SelectionSpec:
    """The rule without the rows by hand and the domains that are not among the common rows."""
    rules = {name: rule for name, rule in spec.domains.items() if name in both.here.domains}
    changes: dict[str, Any] = {"domains": rules}
    if spec.pinned or spec.excluded:
        by_hand = {part: getattr(spec, part) for part in ("pinned", "excluded")}
        changes |= {part: tuple(i for i in ids if both.here.ids.find(i) is not None) for part, ids in by_hand.items()}
    return spec.model_copy(update=changes)
