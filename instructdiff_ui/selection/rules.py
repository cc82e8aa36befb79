"""The selection rule: ΔNLL filter, ΔH ranking, budget (METHOD.md §1 and §3).

`SelectionTable` sorts a delta table once, so that any change of a threshold is answered from sorted arrays, in
milliseconds for a million rows. It never looks at text, and the same spec on the same rows selects the same rows in
whatever order the table has them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property

import numpy as np
import pandas as pd

from ..config import SelectionSpec
from ..errors import ConfigError, DataError
from .outcome import (
    DECISIONS,
    EXCLUDED,
    NLL_HIGH,
    NLL_LOW,
    POOL,
    QUARANTINED,
    RANK,
    SELECTED,
    Counts,
    Cutoff,
    Selection,
)
from .strategies import RANKINGS, sort_key

_UNDECIDED = len(DECISIONS)  # passed the filter, not yet ranked
MAX_SORTED = 4  # strategies that are kept sorted; each takes some 60 bytes a row


def apply(table: pd.DataFrame, spec: SelectionSpec) -> Selection:
    """Decide every row of a delta table; see `SelectionTable` for asking the same table again."""
    return SelectionTable(table).select(spec)


class SelectionTable:
    """A delta table, sorted for selection.

    `table` has `example_id, domain, n_tokens, delta_nll, delta_entropy, in_calibration`. Rows whose deltas are not
    finite were never scored: they are `quarantined` and count neither in N nor in quantiles or budgets.
    """

    def __init__(self, table: pd.DataFrame):
        self._table = table
        self.ids = table["example_id"].to_numpy(dtype=object)
        doubled = table["example_id"].duplicated().to_numpy()
        if doubled.any():
            raise DataError(f"Example id {self.ids[doubled][0]!r} stands more than once in the table.")
        self._domain, names = pd.factorize(table["domain"].to_numpy(dtype=object), sort=True)
        self.domains: list[str] = [str(name) for name in names]
        self._nll = table["delta_nll"].to_numpy(np.float64)
        self._entropy = table["delta_entropy"].to_numpy(np.float64)
        self._tokens = table["n_tokens"].to_numpy(np.int64)
        self._in_calibration = table["in_calibration"].to_numpy(bool)
        self._scored = np.isfinite(self._nll) & np.isfinite(self._entropy)
        self._sorted: dict[tuple[str, int], dict[str, list[_Group]]] = {}
        self._rows_of = np.bincount(self._domain, minlength=len(names))
        self._tokens_of = np.bincount(self._domain, self._tokens, len(names)).astype(np.int64)

    def __len__(self) -> int:
        return len(self.ids)

    def select(self, spec: SelectionSpec) -> Selection:
        """Decide every row; raises `ConfigError` for ids or domains that the table does not have."""
        self._check_domains(spec)
        pinned, excluded = self._positions(spec.pinned), self._positions(spec.excluded)
        if not self._scored[pinned].all():
            row = self.ids[pinned[~self._scored[pinned]][0]]
            raise ConfigError(f"Row {row!r} has no scores (quarantined), so it cannot be pinned.")
        by_hand = np.zeros(len(self), bool)
        by_hand[pinned] = True
        barred = self._in_calibration & ~by_hand if spec.exclude_calibration else np.zeros(len(self), bool)
        barred[excluded] = True
        codes = np.full(len(self), QUARANTINED, np.int8)
        rank = np.zeros(len(self), np.int32)
        cutoffs = {}
        for group in self._groups(spec):
            cutoffs[group.name] = group.decide(spec, barred=barred, by_hand=by_hand, codes=codes, rank=rank)
        counts = self._counts(codes)
        return Selection(
            spec=spec,
            example_ids=self.ids,
            decision=pd.Categorical.from_codes(codes, pd.Index(DECISIONS), validate=False),
            rank=rank,
            cutoffs=cutoffs,
            counts=counts,
            total=_sum(counts.values()),
        )

    def ratio_at(self, spec: SelectionSpec, group: str, delta_entropy: float) -> float:
        """The β that cuts `group` at a ΔH, for a cut-off line that was dragged there: within (0, 1].

        Of the lowest ΔH, the ranking that such a line cuts.
        """
        spec = spec.model_copy(update={"strategy": "instructdiff"})
        return self._group(spec, group).ratio_at(spec, delta_entropy)

    def gamma_at(self, spec: SelectionSpec, group: str, delta_nll: float, *, end: str) -> float:
        """The γ that cuts `group` at a ΔNLL, at the `low` or the `high` end: within [0, 0.5)."""
        return self._group(spec, group).gamma_at(delta_nll, end=end)

    def _group(self, spec: SelectionSpec, name: str) -> _Group:
        groups = {group.name: group for group in self._groups(spec)}
        if name not in groups:
            raise ConfigError(f"There is no group {name!r}; the groups are {', '.join(groups)}.")
        return groups[name]

    def _groups(self, spec: SelectionSpec) -> list[_Group]:
        """The groups that `spec` ranks, sorted once per strategy."""
        key = (spec.strategy, spec.seed if spec.strategy == "random" else 0)
        if key not in self._sorted:
            if len(self._sorted) >= MAX_SORTED:
                self._sorted.pop(next(iter(self._sorted)))
            self._sorted[key] = self._sort(*key)
        return self._sorted[key][spec.scope]

    def _sort(self, strategy: str, seed: int) -> dict[str, list[_Group]]:
        """The sorted groups of both scopes: one per domain, and the pool as one."""
        by_rank = self._in_order(sort_key(self._table, strategy, seed=seed))
        by_nll = self._by_nll
        # A stable sort by domain keeps the order within each, so two sorts serve both scopes.
        in_domain = by_rank[np.argsort(self._domain[by_rank], kind="stable")]
        nll_in_domain = by_nll[np.argsort(self._domain[by_nll], kind="stable")]
        ends = np.bincount(self._domain[self._scored], minlength=len(self.domains)).cumsum()[:-1]
        parts = zip(self.domains, np.split(in_domain, ends), np.split(nll_in_domain, ends), strict=True)
        return {
            "global": [_Group(POOL, self, by_rank, by_nll)],
            "domain": [_Group(name, self, rows, nll_rows) for name, rows, nll_rows in parts],
        }

    def _in_order(self, key: np.ndarray) -> np.ndarray:
        """Positions of the scored rows by (key, id)."""
        order = self._id_order[np.argsort(key[self._id_order], kind="stable")]
        return order[self._scored[order]]

    @cached_property
    def _id_order(self) -> np.ndarray:
        return pd.Index(self.ids).argsort()  # code-point order, what `sorted` gives

    @cached_property
    def _by_nll(self) -> np.ndarray:
        return self._in_order(self._nll)

    def _check_domains(self, spec: SelectionSpec) -> None:
        for name in spec.domains:
            if name not in self.domains:
                raise ConfigError(f"There is no domain {name!r}; the domains are {', '.join(self.domains)}.")

    def _positions(self, ids: tuple[str, ...]) -> np.ndarray:
        for example_id in ids:
            if example_id not in self._position_of:
                raise ConfigError(f"There is no row {example_id!r} in the table.")
        return np.array([self._position_of[example_id] for example_id in ids], np.intp)

    @cached_property
    def _position_of(self) -> dict[str, int]:
        return dict(zip(self.ids.tolist(), range(len(self)), strict=True))

    def _counts(self, codes: np.ndarray) -> dict[str, Counts]:
        width = len(DECISIONS)
        cell = self._domain * width + codes
        rows = np.bincount(cell, minlength=width * len(self.domains)).reshape(-1, width)
        kept = codes == SELECTED
        tokens = np.bincount(self._domain[kept], self._tokens[kept], len(self.domains))
        return {
            name: Counts(
                rows=int(self._rows_of[d]),
                tokens=int(self._tokens_of[d]),
                selected=int(rows[d, SELECTED]),
                selected_tokens=int(tokens[d]),
                decisions=dict(zip(DECISIONS, rows[d].tolist(), strict=True)),
            )
            for d, name in enumerate(self.domains)
        }


class _Group:
    """The scored rows of a domain, or of the pool, in the order of a strategy; ties by example id."""

    def __init__(self, name: str, table: SelectionTable, rows: np.ndarray, nll_rows: np.ndarray):
        self.name = name
        self.rows = rows  # (n,) positions in the table, the first rank first
        self.entropy = table._entropy[rows]
        self.nll = table._nll[rows]
        self.tokens = table._tokens[rows]
        self.all_tokens = int(self.tokens.sum())
        self.sorted_nll = table._nll[nll_rows]
        place = np.empty(len(table), np.int32)
        place[nll_rows] = np.arange(len(nll_rows), dtype=np.int32)
        self.nll_rank = place[rows]  # 0-based rank by (ΔNLL, id)

    def decide(
        self, spec: SelectionSpec, *, barred: np.ndarray, by_hand: np.ndarray, codes: np.ndarray, rank: np.ndarray
    ) -> Cutoff:
        """Write the decision and rank of the group's rows into `codes` and `rank`; all arrays are (N,), table order."""
        # 1. The filter, over all scored rows, so that pinning or excluding by hand does not move it.
        low, high, own = self._filter(spec)
        # 2. The survivors, in the strategy's order, and their ranks.
        own[barred[self.rows]] = EXCLUDED
        survivors = np.flatnonzero(own == _UNDECIDED)
        if RANKINGS[spec.strategy].end == "mid":
            survivors = _from_the_middle(survivors)
        own_rank = np.zeros(len(self.rows), np.int32)
        own_rank[survivors] = np.arange(1, len(survivors) + 1, dtype=np.int32)
        # 3. The budget: pinned rows take theirs first, the rest goes by rank.
        pinned = by_hand[self.rows]
        candidates = survivors[~pinned[survivors]]
        budget = self._budget(spec)
        kept = candidates[: self._affordable(candidates, pinned, spec=spec, budget=budget)]
        own[survivors] = RANK
        own[kept] = SELECTED
        own[pinned] = SELECTED
        codes[self.rows] = own
        rank[self.rows] = own_rank
        by_entropy = spec.strategy == "instructdiff" and len(kept)
        return Cutoff(low, high, float(self.entropy[kept[-1]]) if by_entropy else None, budget)

    def _filter(self, spec: SelectionSpec) -> tuple[float | None, float | None, np.ndarray]:
        """The inclusive bounds of ΔNLL, and a code per row: too low, too high or undecided."""
        n = len(self.rows)
        own = np.full(n, _UNDECIDED, np.int8)
        if n == 0 or not RANKINGS[spec.strategy].filtered:
            return None, None, own
        gamma = spec.gamma if spec.scope == "global" else spec.gamma_of(self.name)
        if spec.filter == "rank":
            cut = share_of(gamma, n)
            low, high = self.sorted_nll[cut], self.sorted_nll[n - 1 - cut]
            own[self.nll_rank < cut] = NLL_LOW
            own[self.nll_rank >= n - cut] = NLL_HIGH
        else:
            low, high = sorted_quantile(self.sorted_nll, gamma), sorted_quantile(self.sorted_nll, 1 - gamma)
            own[self.nll < low] = NLL_LOW
            own[self.nll > high] = NLL_HIGH
        return float(low), float(high), own

    def _budget(self, spec: SelectionSpec) -> int:
        """⌊β·N⌋ rows, or the response tokens that the kept rows must reach: the least integer ≥ β × all of them."""
        ratio = spec.ratio if spec.scope == "global" else spec.ratio_of(self.name)
        if spec.budget == "rows":
            return share_of(ratio, len(self.rows))
        return math.ceil(_exact(ratio) * self.all_tokens)

    def _affordable(self, candidates: np.ndarray, pinned: np.ndarray, *, spec: SelectionSpec, budget: int) -> int:
        """How many of the ranked candidates the budget pays for, after the pinned rows."""
        if spec.budget == "rows":
            return max(0, budget - int(pinned.sum()))
        tokens = self.tokens[candidates]
        before = int(self.tokens[pinned].sum()) + tokens.cumsum() - tokens
        return int(np.searchsorted(before, budget, side="left"))  # the row that crosses the budget is kept

    def ratio_at(self, spec: SelectionSpec, delta_entropy: float) -> float:
        below = self._filter(spec)[2][: np.searchsorted(self.entropy, delta_entropy, side="right")] == _UNDECIDED
        if spec.budget == "rows":
            part, whole = int(below.sum()), len(self.rows)
        else:
            part, whole = int(self.tokens[: len(below)][below].sum()), self.all_tokens
        steps = -(-part * 10_000 // max(1, whole))  # rounded up, so that ⌊β·N⌋ still grants these rows
        return min(10_000, max(1, steps)) / 10_000

    def gamma_at(self, delta_nll: float, *, end: str) -> float:
        below = int(np.searchsorted(self.sorted_nll, delta_nll, side="left"))
        outside = below if end == "low" else len(self.rows) - below
        return min(0.49, round(outside / max(1, len(self.rows)), 4))


def _from_the_middle(rows: np.ndarray) -> np.ndarray:
    """`rows` by their distance from the middle of their order: a tenth of them are the ranks from 45 to 55 %."""
    distance = np.abs(np.arange(len(rows)) - (len(rows) - 1) / 2)
    return rows[np.argsort(distance, kind="stable")]


def share_of(ratio: float, n: int) -> int:
    """⌊ratio·n⌋ of the decimal number that was written: 0.29 of 100 is 29, which floats make 28."""
    return math.floor(_exact(ratio) * n)


def sorted_quantile(values: np.ndarray, q: float) -> float:
    """`np.quantile(values, q)` (linear) of an ascending array, to the last bit, without sorting again."""
    place = (len(values) - 1) * q
    below = math.floor(place)
    a, b = float(values[below]), float(values[min(below + 1, len(values) - 1)])
    t = place - below
    return a + (b - a) * t if t < 0.5 else b - (b - a) * (1 - t)


def _exact(ratio: float) -> Fraction:
    return Fraction(str(ratio))


def _sum(counts: Iterable[Counts]) -> Counts:
    parts = list(counts)
    return Counts(
        rows=sum(c.rows for c in parts),
        tokens=sum(c.tokens for c in parts),
        selected=sum(c.selected for c in parts),
        selected_tokens=sum(c.selected_tokens for c in parts),
        decisions={name: sum(c.decisions[name] for c in parts) for name in DECISIONS},
    )
