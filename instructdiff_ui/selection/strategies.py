"""By what a strategy ranks the rows: one number per row, the best first (METHOD.md §1 and §5).

Knows nothing of budgets, filters or domains. A strategy ranks by a column of the delta table, or by one that something
else has left and `with_columns` has put beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    pool_column: str | None = None  # instead of `column` where the pool is ranked as one
    most: float | None = None  # rows above it are dropped, not ranked
    partial: bool = False  # whether the ranking may end before the rows do

    def column_of(self, scope: str) -> str | None:
        """The column that ranks within each domain, or over the pool."""
        return self.pool_column if self.pool_column is not None and scope == "global" else self.column


BELOW_ONE = float(np.nextafter(1.0, 0.0))

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
    "instruction_length_max": Ranking("instruction_tokens", "max"),
    "inst_resp_ratio_min": Ranking("inst_resp_ratio", "min"),
    "inst_resp_ratio_max": Ranking("inst_resp_ratio", "max"),
    "ifd": Ranking("ifd", "max", most=1.0),
    "superfiltering": Ranking("superfilter_ifd", "max", most=BELOW_ONE),
    "selectit": Ranking("selectit", "max"),
    "zip": Ranking("zip_rank", "min", pool_column="zip_rank_pool", partial=True),
}
# Columns that are no scores of the delta table, and the strategy that each is made for first.
EXTRA_COLUMNS = {
    "instruction_tokens": "instruction_length_max",
    "inst_resp_ratio": "inst_resp_ratio_max",
    "bare_nll": "ifd",
    "ifd": "ifd",
    "superfilter_ifd": "superfiltering",
    "selectit": "selectit",
    "zip_rank": "zip",
    "zip_rank_pool": "zip",
}
assert set(RANKINGS) == set(get_args(Strategy))


def with_columns(table: pd.DataFrame, extras: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The delta table with the columns of `extras`, joined by `example_id`; NaN for rows that they do not have."""
    joined = {}
    for extra in extras:
        place = pd.Index(extra["example_id"]).get_indexer(pd.Index(table["example_id"]))
        for name in extra.columns.drop("example_id"):
            values = extra[name].to_numpy(np.float64)
            joined[name] = np.where(place >= 0, values[place], np.nan) if len(values) else np.full(len(table), np.nan)
    return table.assign(**joined)


def can_rank(table: pd.DataFrame, strategy: str) -> bool:
    """Whether the table has a column that the strategy ranks by, in either scope."""
    ranking = RANKINGS[strategy]
    return ranking.column not in EXTRA_COLUMNS or ranking.column in table or ranking.pool_column in table


def rankable(table: pd.DataFrame, strategy: str, scope: str) -> np.ndarray | None:
    """(N,) bool: the rows that the strategy ranks; None where that is every one of them.

    A row without a value is not ranked, nor one above what the strategy keeps at most.
    """
    ranking = RANKINGS[strategy]
    if ranking.column not in EXTRA_COLUMNS:
        return None
    values = _column(table, strategy, scope)
    return np.isfinite(values) if ranking.most is None else values <= ranking.most  # NaN is not


def sort_key(table: pd.DataFrame, strategy: str, *, seed: int, ids: Ids, scope: str = "domain") -> np.ndarray:
    """(N,) numbers to sort ascending; `mid` sorts like `min`, and whoever cuts takes the middle.

    `ids` are those of the table. A random key depends on the row's id, the seed and which rows there are, not on their
    order.
    """
    ranking = RANKINGS[strategy]
    if ranking.column is None:
        return np.random.default_rng(seed).permutation(len(table))[ids.rank]
    values = _column(table, strategy, scope)
    return -values if ranking.end == "max" else values


def _column(table: pd.DataFrame, strategy: str, scope: str) -> np.ndarray:
    name = RANKINGS[strategy].column_of(scope)
    if name not in table:
        how = " yet: compute the strategy first" if name in EXTRA_COLUMNS else ""
        raise ConfigError(f"The strategy {strategy} ranks by {name}, which this run does not have{how}.")
    return table[name].to_numpy()
