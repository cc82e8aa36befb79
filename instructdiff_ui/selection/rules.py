"""The selection rule: ΔNLL filter, ΔH ranking, budget (METHOD.md §1 and §3).

`SelectionTable` sorts a delta table once, so that any change of a threshold is answered from sorted positions, in
milliseconds for a million rows. It never looks at text, and the same spec on the same rows selects the same rows in
whatever order the table has them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from ..config import SelectionSpec
from ..errors import ConfigError
from .consensus import CONSENSUS, Votes, alone, votes
from .groups import Group
from .order import Ids, codes_of
from .outcome import DECISIONS, EXCLUDED, POOL, QUARANTINED, RANK, SELECTED, Counts, Cutoff, Selection
from .seeds import OF_SEED, of_seed, seeds_of
from .strategies import RANKINGS, rankable, sort_key

_UNDECIDED = len(DECISIONS)  # passed the filter, not yet ranked
MAX_SORTED = 24  # orders that are kept, each 4 bytes a row: more than there are strategies


def apply(table: pd.DataFrame, spec: SelectionSpec) -> Selection:
    """Decide every row of a delta table; see `SelectionTable` for asking the same table again."""
    return SelectionTable(table).select(spec)


class SelectionTable:
    """A delta table, sorted for selection.

    `table` has `example_id, domain, n_tokens, delta_nll, delta_entropy, in_calibration`. Rows whose deltas are not
    finite were never scored: they are `quarantined` and count neither in N nor in quantiles or budgets.
    """

    def __init__(self, table: pd.DataFrame, *, like: SelectionTable | None = None):
        """`like` has the same rows over all calibration seeds; ids, domains and orders by base scores are shared."""
        self._table = table
        self._like = like
        self.seeds = seeds_of(table)  # none for a table of a single seed
        self.ids: Ids = Ids(table["example_id"]) if like is None else like.ids
        self.codes: np.ndarray  # (N,)
        self.domains: list[str]  # the names that the codes stand for, sorted
        self.codes, self.domains = codes_of(table["domain"]) if like is None else (like.codes, like.domains)
        self.in_calibration = table["in_calibration"].to_numpy(bool)
        self._nll = table["delta_nll"].to_numpy(np.float64)
        self.entropy = table["delta_entropy"].to_numpy(np.float64)
        self.tokens = table["n_tokens"].to_numpy(np.int64)
        self.scored = np.isfinite(self._nll) & np.isfinite(self.entropy)
        self._undecided = np.where(self.scored, np.int8(_UNDECIDED), np.int8(QUARANTINED))
        self._rows_of = np.bincount(self.codes, minlength=len(self.domains))
        self._tokens_of = np.bincount(self.codes, self.tokens, len(self.domains)).astype(np.int64)
        self._order = lru_cache(maxsize=MAX_SORTED)(self._order_uncached)
        self._rankable = lru_cache(maxsize=4)(self._rankable_uncached)
        self._groups = lru_cache(maxsize=2)(self._groups_uncached)
        self._positions = lru_cache(maxsize=8)(self.ids.positions)
        self._votes = lru_cache(maxsize=4)(self._votes_uncached)

    def __len__(self) -> int:
        return len(self.ids)

    def select(self, spec: SelectionSpec) -> Selection:
        """Decide every row; raises `ConfigError` for ids, domains or calibration seeds that the table does not have."""
        rank = np.zeros(len(self), np.int32)
        decided, cutoffs = self._decide(spec, rank)
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

    def _decide(self, spec: SelectionSpec, rank: np.ndarray | None) -> tuple[np.ndarray, dict[str, Cutoff]]:
        """(N,) codes of `DECISIONS` and the cut-offs by group; the ranks go into `rank`, (N,), if one is given."""
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
        vote = self.votes(spec) if spec.strategy == CONSENSUS else None
        if vote is not None:
            vote.filter(decided)
        # 2. What may not be ranked, whatever its scores.
        barred = self.in_calibration & ~by_hand if spec.exclude_calibration else np.zeros(len(self), bool)
        barred[excluded] = True
        decided[barred & self.scored] = EXCLUDED
        # 3. The survivors, group after group in the strategy's order, and what the budget pays for.
        order = self._order(spec.strategy, spec.seed if spec.strategy == "random" else 0, spec.scope)
        alive = decided[order] == _UNDECIDED
        decided[decided == _UNDECIDED] = RANK
        ranked = self._rankable(spec.strategy, spec.scope)
        left = alive  # those that the budget could go on with, were they ranked
        if ranked is not None:
            alive = alive & ranked[order]
        cutoffs = {}
        for group, (low, high) in zip(groups, bounds, strict=True):
            survivors = order[group.place][alive[group.place]]
            if vote is not None:
                survivors = vote.most_first(survivors)
            mine = pinned[self._group_of(pinned, spec) == group.number]
            kept = group.keep(spec, survivors, pinned=mine, by_hand=by_hand, decided=decided, rank=rank)
            if RANKINGS[spec.strategy].partial and left[group.place].sum() > len(survivors):
                group.check_reach(spec, survivors, kept=kept, pinned=mine)
            lowest = spec.strategy == "instructdiff" and len(kept) > 0
            cut = float(self.entropy[kept[-1]]) if lowest else None
            cutoffs[group.name] = Cutoff(low, high, cut, group.budget(spec))
        decided[pinned] = SELECTED
        return decided, cutoffs

    # several calibration seeds -------------------------------------------------------------------------------------

    @cached_property
    def by_seed(self) -> dict[int, SelectionTable]:
        """The same rows with the scores of each calibration seed alone; empty for a table of a single seed."""
        return {seed: SelectionTable(self._alone(seed), like=self) for seed in self.seeds}

    def _alone(self, seed: int) -> pd.DataFrame:
        own = {name: self._table[of_seed(name, seed)] for name in OF_SEED}
        return pd.DataFrame({"n_tokens": self._table["n_tokens"], **own}, copy=False)

    def votes(self, spec: SelectionSpec) -> Votes:
        """What each calibration seed alone keeps under `spec`; of a consensus, what it keeps by plain InstructDiff.

        A seed leaves out its own calibration rows where the rule says so. `ConfigError` for a table of a single seed.
        """
        if not self.seeds:
            raise ConfigError(
                "The strategy consensus needs the scores of several calibration seeds, and this run has those of one: "
                "set calibration.seeds to 2 or more and score again."
            )
        return self._votes(alone(spec).model_dump_json())

    def _votes_uncached(self, spec: str) -> Votes:
        rule = SelectionSpec.model_validate_json(spec)
        return votes({seed: table._decide(rule, None)[0] for seed, table in self.by_seed.items()})

    # cut-off lines that are dragged --------------------------------------------------------------------------------

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

    def _group(self, spec: SelectionSpec, name: str) -> Group:
        groups = {group.name: group for group in self._groups(spec.scope)}
        if name not in groups:
            raise ConfigError(f"There is no group {name!r}; the groups are {', '.join(groups)}.")
        return groups[name]

    def _groups_uncached(self, scope: str) -> list[Group]:
        """The groups that are ranked apart: one per domain, or the pool as one."""
        rows = self._in_groups(self.ids.ordered(self._nll), scope)
        if scope == "global":
            return [Group(POOL, 0, by_nll=rows, start=0, nll=self._nll, tokens=self.tokens)]
        sizes = np.bincount(self.codes[self.scored], minlength=len(self.domains))
        ends = np.cumsum(sizes)
        parts = zip(self.domains, ends - sizes, ends, strict=True)
        return [
            Group(name, d, by_nll=rows[start:end], start=int(start), nll=self._nll, tokens=self.tokens)
            for d, (name, start, end) in enumerate(parts)
        ]

    def _order_uncached(self, strategy: str, seed: int, scope: str) -> np.ndarray:
        """Positions of the scored rows, group after group, each in the order of the strategy; ties by example id."""
        if self._like is not None and not RANKINGS[strategy].filtered:  # it ranks by base scores
            return self._like._order(strategy, seed, scope)
        if strategy == CONSENSUS:
            return self._order("instructdiff", seed, scope)
        key = sort_key(self._table, strategy, seed=seed, ids=self.ids, scope=scope)
        return self._in_groups(self.ids.ordered(key), scope)

    def _rankable_uncached(self, strategy: str, scope: str) -> np.ndarray | None:
        """(N,) bool: the rows that the strategy ranks; None where it ranks all."""
        if self._like is not None:  # a strategy that does not rank all ranks by no score of a seed
            return self._like._rankable(strategy, scope)
        return rankable(self._table, strategy, scope)

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


def _sum(counts: Iterable[Counts]) -> Counts:
    parts = list(counts)
    return Counts(
        rows=sum(c.rows for c in parts),
        tokens=sum(c.tokens for c in parts),
        selected=sum(c.selected for c in parts),
        selected_tokens=sum(c.selected_tokens for c in parts),
        decisions={name: sum(c.decisions[name] for c in parts) for name in DECISIONS},
    )
