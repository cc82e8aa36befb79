"""By what a strategy ranks the rows: one number per row, the best first (METHOD.md §1 and §5).

Knows nothing of budgets, filters or domains. Every strategy ranks from columns of the delta table alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from ..config import Strategy
from ..errors import ConfigError
from .order import Ids


@dataclass(frozen=True)
class Ranking:
    """`column` ascending (`min`), descending (`max`), or from its middle outwards (`mid`); no column: at random."""

    column: str | None
    end: Literal["min", "mid", "max"]
    filtered: bool = False  # whether the ΔNLL filter goes before it; such a ranking rests on the calibrated scores


# PPL = exp(NLL) ranks as the NLL does
RANKINGS: dict[str, Ranking] = {
    "instructdiff": Ranking("delta_entropy", "min", filtered=True),
    "instructdiff_mid": Ranking("delta_entropy", "mid", filtered=True),
    "instructdiff_max": Ranking("delta_entropy", "max", filtered=True),
    "consensus": Ranking("delta_entropy", "min", filtered=True),  # among rows that equally many seeds keep
    "random": Ranking(None, "min"),
    "ppl_min": Ranking("base_nll", "min"),
    "ppl_mid": Ranking("base_nll", "mid"),
    "ppl_max": Ranking("base_nll", "max"),
    "entropy_min": Ranking("base_entropy", "min"),
    "entropy_mid": Ranking("base_entropy", "mid"),
    "entropy_max": Ranking("base_entropy", "max"),
    "response_length_max": Ranking("n_tokens", "max"),
}
assert set(RANKINGS) == set(get_args(Strategy))


def sort_key(table: pd.DataFrame, strategy: str, *, seed: int, ids: Ids) -> np.ndarray:
    """(N,) numbers to sort ascending; `mid` sorts like `min`, and whoever cuts takes the middle.

    `ids` are those of the table. A random key depends on the row's id, the seed and which rows there are, not on their
    order.
    """
    ranking = RANKINGS[strategy]
    if ranking.column is None:
        return np.random.default_rng(seed).permutation(len(table))[ids.rank]
    if ranking.column not in table:
        raise ConfigError(f"The strategy {strategy} ranks by {ranking.column}, which this run does not have.")
    values = table[ranking.column].to_numpy()
    return -values if ranking.end == "max" else values
