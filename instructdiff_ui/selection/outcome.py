"""The outcome of a selection: a decision per row, the cut-offs that made it, and what it adds up to.

Holds results only; the rules that produce them are in `rules`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..config import SelectionSpec, digest
from .order import Ids

DECISIONS = ("selected", "nll_low", "nll_high", "rank", "excluded", "quarantined")
SELECTED, NLL_LOW, NLL_HIGH, RANK, EXCLUDED, QUARANTINED = range(len(DECISIONS))

POOL = "all"  # the name of the one group when the pool is ranked as a whole


@dataclass(frozen=True)
class Cutoff:
    """Where one group was cut: bounds are inclusive, in nats; None where nothing was cut or kept."""

    nll_low: float | None
    nll_high: float | None
    delta_entropy: float | None  # ΔH of the last row kept by rank, where the lowest ΔH is kept
    budget: int  # rows, or response tokens, that β grants the group


@dataclass(frozen=True)
class Counts:
    rows: int
    tokens: int
    selected: int
    selected_tokens: int
    decisions: dict[str, int]  # every name of DECISIONS → rows


@dataclass(frozen=True, eq=False)
class Selection:
    """What `rules.apply` decided, aligned with the rows of the table."""

    spec: SelectionSpec
    table_ids: Ids  # of all N rows
    decision: pd.Categorical[str]  # (N,) of DECISIONS
    rank: np.ndarray  # (N,) 1-based rank by the strategy among the rows of the group that passed the filter; 0: no rank
    cutoffs: dict[str, Cutoff]  # by domain, or {"all": …} when the pool is ranked as one
    counts: dict[str, Counts]  # by domain
    total: Counts

    @property
    def selected(self) -> np.ndarray:
        """(N,) bool: whether the row was kept."""
        return np.asarray(self.decision.codes) == SELECTED

    @property
    def example_ids(self) -> np.ndarray:
        """(N,) objects: the id of every row."""
        return self.table_ids.objects

    @property
    def ids(self) -> list[str]:
        """Ids of the kept rows, in table order."""
        return self.table_ids.where(self.selected)

    @cached_property
    def ids_hash(self) -> str:
        """Identifies the kept set, whatever the order of the table."""
        return digest(sorted(self.ids))

    def cutoff_of(self, domain: str) -> Cutoff:
        return self.cutoffs[POOL if self.spec.scope == "global" else domain]

    def to_dict(self) -> dict[str, Any]:
        """What `selection.json` holds: enough to apply the rule again and to check that it gives the same rows."""
        return {
            "spec": self.spec.model_dump(mode="json"),
            "spec_hash": self.spec.hash,
            "cutoffs": {name: asdict(cutoff) for name, cutoff in self.cutoffs.items()},
            "counts": {name: asdict(counts) for name, counts in self.counts.items()},
            "total": asdict(self.total),
            "ids_hash": self.ids_hash,
        }
