"""The selection rule: ΔNLL filter, ΔH ranking, budget (METHOD.md §1 and §3).

`SelectionTable` sorts a delta table once, so that any change of a threshold is answered from sorted positions, in
milliseconds for a million rows. It never looks at text, and the same spec on the same rows selects the same rows in
whatever order the table has them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

import numpy as np
import pandas as pd

from ..config import SelectionSpec
from ..errors import ConfigError
from .order import Ids, codes_of
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
MAX_SORTED = 24  # orders that are kept, each 4 bytes a row: two for every strategy


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
        self.ids = Ids(table["example_id"])
        self.codes, self.domains = codes_of(table["domain"])  # (N,) and the names, sorted
        self.in_calibration = table["in_calibration"].to_numpy(bool)
        self._nll = table["delta_nll"].to_numpy(np.float64)
        self.entropy = table["delta_entropy"].to_numpy(np.float64)
        self.tokens = table["n_tokens"].to_numpy(np.int64)
        self.scored = np.isfinite(self._nll) & np.isfinite(self.entropy)
        self._undecided = np.where(self.scored, np.int8(_UNDECIDED), np.int8(QUARANTINED))
        self._rows_of = np.bincount(self.codes, minlength=len(self.domains))
        self._tokens_of = np.bincount(self.codes, self.tokens, len(self.domains)).astype(np.int64)
        self._order = lru_cache(maxsize=MAX_SORTED)(self._order_uncached)
        self._groups = lru_cache(maxsize=2)(self._groups_uncached)
        self._positions = lru_cache(maxsize=8)(self.ids.positions)

    def __len__(self) -> int:
        return len(self.ids)

    def select(self, spec: SelectionSpec) -> Selection:
        """Decide every row; raises `ConfigError` for ids or domains that the table does not have."""
        self._check_domains(spec)
        pinned, excluded = self._positions(spec.pinned), self._positions(spec.excluded)
        if not self.scored[pinned].all():
            row = self.ids.at(pinned[~self.scored[pinned]])[0]
            raise ConfigError(f"Row {row!r} has no scores (quarantined), so it cannot be pinned.")
        by_hand = np.zeros(len(self), bool)
        by_hand[pinned] = True
        groups = self._groups(spec.scope)
        # 1. The filter, over all scored rows, so that pinning or excluding by hand does not move it.
        decided = self._undecided.copy()
        bounds = [group.filter(spec, decided) for group in groups]
        # 2. What may not be ranked, whatever its scores.
        barred = self.in_calibration & ~by_hand if spec.exclude_calibration else np.zeros(len(self), bool)
        barred[excluded] = True
        decided[barred & self.scored] = EXCLUDED
        # 3. The survivors, group after group in the strategy's order, and what the budget pays for.
        order = self._order(spec.strategy, spec.seed if spec.strategy == "random" else 0, spec.scope)
        alive = decided[order] == _UNDECIDED
        decided[decided == _UNDECIDED] = RANK
        rank = np.zeros(len(self), np.int32)
        cutoffs = {}
        for group, (low, high) in zip(groups, bounds, strict=True):
            survivors = order[group.place][alive[group.place]]
            mine = pinned[self._group_of(pinned, spec) == group.number]
            kept = group.keep(spec, survivors, pinned=mine, by_hand=by_hand, decided=decided, rank=rank)
            lowest = spec.strategy == "instructdiff" and len(kept) > 0
            cut = float(self.entropy[kept[-1]]) if lowest else None
            cutoffs[group.name] = Cutoff(low, high, cut, group.budget(spec))
        decided[pinned] = SELECTED
        counts = self._counts(decided)
        return Selection(
            spec=spec,
            table_ids=self.ids,
            decision=pd.Categorical.from_codes(decided, pd.Index(DECISIONS), validate=False),
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
        found = self._group(spec, group)
        decided = self._undecided.copy()
        found.filter(spec, decided)
        rows = self._order("instructdiff", 0, spec.scope)[found.place]
        below = rows[(decided[rows] == _UNDECIDED) & (self.entropy[rows] <= delta_entropy)]
        if spec.budget == "rows":
            part, whole = len(below), found.n
        else:
            part, whole = int(self.tokens[below].sum()), found.all_tokens
        steps = -(-part * 10_000 // max(1, whole))  # rounded up, so that ⌊β·N⌋ still grants these rows
        return min(10_000, max(1, steps)) / 10_000

    def gamma_at(self, spec: SelectionSpec, group: str, delta_nll: float, *, end: str) -> float:
        """The γ that cuts `group` at a ΔNLL, at the `low` or the `high` end: within [0, 0.5)."""
        found = self._group(spec, group)
        below = int(np.searchsorted(found.sorted_nll, delta_nll, side="left"))
        outside = below if end == "low" else found.n - below
        return min(0.49, round(outside / max(1, found.n), 4))

    def group_codes(self, spec: SelectionSpec) -> np.ndarray:
        """(N,) int: the number, in `Selection.cutoffs`, of the group that each row is ranked in."""
        return np.zeros(len(self), np.int8) if spec.scope == "global" else self.codes

    def _group_of(self, rows: np.ndarray, spec: SelectionSpec) -> np.ndarray:
        return np.zeros(len(rows), np.int8) if spec.scope == "global" else self.codes[rows]

    def _group(self, spec: SelectionSpec, name: str) -> _Group:
        groups = {group.name: group for group in self._groups(spec.scope)}
        if name not in groups:
            raise ConfigError(f"There is no group {name!r}; the groups are {', '.join(groups)}.")
        return groups[name]

    def _groups_uncached(self, scope: str) -> list[_Group]:
        """The groups that are ranked apart: one per domain, or the pool as one."""
        rows = self._in_groups(self.ids.ordered(self._nll), scope)
        if scope == "global":
            return [_Group(self, POOL, 0, rows, 0)]
        sizes = np.bincount(self.codes[self.scored], minlength=len(self.domains))
        ends = np.cumsum(sizes)
        parts = zip(self.domains, ends - sizes, ends, strict=True)
        return [_Group(self, name, d, rows[start:end], int(start)) for d, (name, start, end) in enumerate(parts)]

    def _order_uncached(self, strategy: str, seed: int, scope: str) -> np.ndarray:
        """Positions of the scored rows, group after group, each in the order of the strategy; ties by example id."""
        return self._in_groups(self.ids.ordered(sort_key(self._table, strategy, seed=seed, ids=self.ids)), scope)

    def _in_groups(self, order: np.ndarray, scope: str) -> np.ndarray:
        if not self.scored.all():
            order = order[self.scored[order]]
        if scope == "global":
            return order
        return order[np.argsort(self.codes[order], kind="stable")]  # keeps the order within each domain

    def _check_domains(self, spec: SelectionSpec) -> None:
        for name in spec.domains:
            if name not in self.domains:
                raise ConfigError(f"There is no domain {name!r}; the domains are {', '.join(self.domains)}.")

    def _counts(self, decided: np.ndarray) -> dict[str, Counts]:
        width = len(DECISIONS)
        rows = np.bincount(self.codes.astype(np.int32) * width + decided, minlength=width * len(self.domains))
        rows = rows.reshape(-1, width)
        kept = decided == SELECTED
        tokens = np.bincount(self.codes[kept], self.tokens[kept], len(self.domains))
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
    """The scored rows of a domain, or of the pool, that are filtered and ranked together."""

    def __init__(self, table: SelectionTable, name: str, number: int, by_nll: np.ndarray, start: int):
        self.name = name
        self.number = number
        self.n = len(by_nll)
        self.place = slice(start, start + self.n)  # of the group in an order of the table
        self.by_nll = by_nll  # (n,) positions in the table by (ΔNLL, id)
        self.sorted_nll = table._nll[by_nll]
        self.tokens = table.tokens  # (N,)
        self.all_tokens = int(table.tokens[by_nll].sum())

    def filter(self, spec: SelectionSpec, decided: np.ndarray) -> tuple[float | None, float | None]:
        """Mark the rows beyond the inclusive bounds of ΔNLL in `decided`, (N,), and give the bounds."""
        if self.n == 0 or not RANKINGS[spec.strategy].filtered:
            return None, None
        below, above = spec.gammas_of(None if spec.scope == "global" else self.name)
        if spec.filter == "rank":
            first, end = share_of(below, self.n), self.n - share_of(above, self.n)
            low, high = self.sorted_nll[first], self.sorted_nll[end - 1]
        else:
            low, high = sorted_quantile(self.sorted_nll, below), sorted_quantile(self.sorted_nll, 1 - above)
            first = int(np.searchsorted(self.sorted_nll, low, side="left"))
            end = int(np.searchsorted(self.sorted_nll, high, side="right"))
        decided[self.by_nll[:first]] = NLL_LOW
        decided[self.by_nll[end:]] = NLL_HIGH
        return float(low), float(high)

    def keep(
        self,
        spec: SelectionSpec,
        survivors: np.ndarray,
        *,
        pinned: np.ndarray,
        by_hand: np.ndarray,
        decided: np.ndarray,
        rank: np.ndarray,
    ) -> np.ndarray:
        """Rank the survivors and keep what the budget pays for; pinned rows take theirs first, the rest goes by rank.

        `survivors` and `pinned` are positions, the others (N,); returns the positions kept by rank, the best first.
        """
        if RANKINGS[spec.strategy].end == "mid":
            survivors = _from_the_middle(survivors)
        rank[survivors] = np.arange(1, len(survivors) + 1, dtype=np.int32)
        candidates = survivors[~by_hand[survivors]] if len(pinned) else survivors
        kept = candidates[: self._affordable(spec, candidates, pinned)]
        decided[kept] = SELECTED
        return kept

    def budget(self, spec: SelectionSpec) -> int:
        """⌊β·N⌋ rows, or the response tokens that the kept rows must reach: the least integer ≥ β × all of them."""
        ratio = spec.ratio if spec.scope == "global" else spec.ratio_of(self.name)
        return share_of(ratio, self.n) if spec.budget == "rows" else math.ceil(_exact(ratio) * self.all_tokens)

    def _affordable(self, spec: SelectionSpec, candidates: np.ndarray, pinned: np.ndarray) -> int:
        """How many of the ranked candidates the budget pays for, after the pinned rows."""
        if spec.budget == "rows":
            return max(0, self.budget(spec) - len(pinned))
        tokens = self.tokens[candidates]
        before = int(self.tokens[pinned].sum()) + tokens.cumsum() - tokens
        return int(np.searchsorted(before, self.budget(spec), side="left"))  # the row that crosses it is kept


def _from_the_middle(rows: np.ndarray) -> np.ndarray:
    """`rows` by their distance from the middle of their order, the lower first: a tenth are the ranks 45 to 55 %."""
    n = len(rows)
    step = np.arange(n)
    away = (step + 1) // 2
    return rows[(n - 1) // 2 + np.where((step + n) % 2 == 0, -away, away)]


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
