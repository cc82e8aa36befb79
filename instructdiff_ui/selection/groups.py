"""The rows that are filtered, ranked and paid for together: those of one domain, or the pool as one.

Knows where its rows stand in the orders of a table; which orders there are, and what else may bar a row, it does not.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from ..config import SelectionSpec
from ..errors import ConfigError
from .consensus import CONSENSUS
from .outcome import NLL_HIGH, NLL_LOW, SELECTED
from .strategies import RANKINGS


class Group:
    """The scored rows of a domain, or of the pool, that are filtered and ranked together."""

    def __init__(self, name: str, number: int, *, by_nll: np.ndarray, start: int, nll: np.ndarray, tokens: np.ndarray):
        """`by_nll`: (n,) positions of its rows by (ΔNLL, id); `nll` and `tokens` are those of all (N,) rows."""
        self.name = name
        self.number = number
        self.n = len(by_nll)
        self.place = slice(start, start + self.n)  # of the group in an order of the table
        self.by_nll = by_nll
        self.sorted_nll = nll[by_nll]
        self.tokens = tokens
        self.all_tokens = int(tokens[by_nll].sum())

    def filter(self, spec: SelectionSpec, decided: np.ndarray) -> tuple[float | None, float | None]:
        """Mark the rows beyond the inclusive bounds of ΔNLL in `decided`, (N,), and give the bounds.

        A consensus has none of its own: the filter goes before the vote, under each seed.
        """
        if self.n == 0 or not RANKINGS[spec.strategy].filtered or spec.strategy == CONSENSUS:
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
        rank: np.ndarray | None,
    ) -> np.ndarray:
        """Rank the survivors and keep what the budget pays for; pinned rows take theirs first, the rest goes by rank.

        `survivors` and `pinned` are positions, the others (N,); `rank` is None where nobody asks for ranks. Returns the
        positions kept by rank, the best first.
        """
        if RANKINGS[spec.strategy].end == "mid":
            survivors = _from_the_middle(survivors)
        if rank is not None:
            rank[survivors] = np.arange(1, len(survivors) + 1, dtype=np.int32)
        candidates = survivors[~by_hand[survivors]] if len(pinned) else survivors
        kept = candidates[: self._affordable(spec, candidates, pinned)]
        decided[kept] = SELECTED
        return kept

    def check_reach(self, spec: SelectionSpec, ranked: np.ndarray, *, kept: np.ndarray, pinned: np.ndarray) -> None:
        """Raise `ConfigError` where the budget pays for more than an order that ends early has `ranked`."""
        rows = np.concatenate([kept, pinned])
        spent = len(rows) if spec.budget == "rows" else int(self.tokens[rows].sum())
        if spent < self.budget(spec):
            raise ConfigError(
                f"The strategy {spec.strategy} has ranked {len(ranked):,} of the {self.n:,} rows of {self.name}, and β "
                "asks for more: compute it again for this rule, or lower β."
            )

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
