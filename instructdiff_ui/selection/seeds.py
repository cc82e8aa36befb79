"""A delta table over several calibration seeds: the mean of their tables, and how far the seeds lie apart, row by row.

Every seed scored the same rows against the same base scores. Knows nothing of rules, files or models.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from ..errors import DataError
from .deltas import COLUMNS
from .order import Ids
from .overlap import joined, same_order

INTERVAL = ("delta_entropy_low", "delta_entropy_high")  # of the mean ΔH over seeds, 95 %
SPREAD = ("delta_entropy_seed_sd", *INTERVAL)
OF_SEED = ("delta_nll", "delta_entropy", "in_calibration")  # what is kept of each seed, as `<name>_seed<n>`

KEPT_BY_SEEDS = "kept_by_seeds"  # a column that hangs on the rule: how many seeds keep the row

_MEANS = ("calibrated_nll", "calibrated_entropy", "delta_nll", "delta_entropy")
_EQUAL = ("domain", "n_tokens", "base_nll", "base_entropy")
_SEED = re.compile(r"delta_entropy_seed(\d+)")
_OF_SEED = re.compile(rf"(?:{'|'.join(OF_SEED)})_seed\d+")


def seeds_of(table: pd.DataFrame) -> tuple[int, ...]:
    """The calibration seeds that a table is the mean of, upwards; none for a table of a single seed."""
    return tuple(sorted(int(found[1]) for name in table.columns if (found := _SEED.fullmatch(str(name)))))


def seed_columns(names: Iterable[str]) -> list[str]:
    """Those columns that hold what single seeds say."""
    return [name for name in names if _OF_SEED.fullmatch(name)]


def of_seed(name: str, seed: int) -> str:
    """The column that holds `name`, one of `OF_SEED`, under one seed."""
    return f"{name}_seed{seed}"


def combine(tables: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """The delta tables of S ≥ 2 calibration seeds as one with `COLUMNS`, `SPREAD` and `OF_SEED` of each seed.

    The rows are those of the first seed, in its order; the others are joined to them by example id. Scores of the
    calibrated model and both deltas are means over seeds. The interval is mean ± t · sd ÷ √S, t being Student's 97.5 %
    point of S − 1 degrees of freedom. `delta_entropy_se` is the root mean square of the seeds' own standard errors: all
    seeds score the same tokens, so averaging over seeds does not make the sample of tokens any larger, and the standard
    error of the mean is at most that (Minkowski). `in_calibration` says that any seed's draw holds the row.

    Raises `DataError` that names a row which a seed lacks, or has with other base scores, tokens or domain.
    """
    if len(tables) < 2:
        raise DataError(f"Seeds are combined from 2 or more of them, not from {len(tables)}.")
    (first, whole), *others = sorted(tables.items())
    ids = Ids(whole["example_id"])
    aligned = {first: whole} | {seed: _aligned(table, whole, ids, seeds=(first, seed)) for seed, table in others}
    entropy = _stacked(aligned, "delta_entropy")  # (S, N)
    means = {name: _stacked(aligned, name).mean(axis=0) for name in _MEANS}
    sd = entropy.std(axis=0, ddof=1)
    half = sd * _t(len(tables) - 1) / np.sqrt(len(tables))
    drawn = np.stack([table["in_calibration"].to_numpy(bool) for table in aligned.values()])
    columns = {name: whole[name].to_numpy() for name in ("example_id", *_EQUAL)} | means
    columns["delta_entropy_se"] = np.sqrt((_stacked(aligned, "delta_entropy_se") ** 2).mean(axis=0))
    columns["in_calibration"] = drawn.any(axis=0)
    columns = {name: columns[name] for name in COLUMNS}
    spread = (sd, means["delta_entropy"] - half, means["delta_entropy"] + half)
    columns |= dict(zip(SPREAD, spread, strict=True))
    columns |= {of_seed(name, seed): table[name].to_numpy() for seed, table in aligned.items() for name in OF_SEED}
    return pd.DataFrame(columns)


def _aligned(table: pd.DataFrame, whole: pd.DataFrame, ids: Ids, *, seeds: tuple[int, int]) -> pd.DataFrame:
    """The table of the second seed in the order of `whole`, which is that of the first and has these ids."""
    theirs = Ids(table["example_id"])
    if not same_order(ids, theirs):
        here, there = joined(ids, theirs)
        if not len(here) == len(ids) == len(theirs):
            _lacking(whole["example_id"], here, seeds)
            _lacking(table["example_id"], there, seeds[::-1])
        table = table.iloc[there]
    for name in _EQUAL:
        differs = table[name].to_numpy() != whole[name].to_numpy()
        if differs.any():
            row = int(np.flatnonzero(differs)[0])
            here, there = (frame[name].iloc[row] for frame in (whole, table))
            raise DataError(
                f"Row {ids.at(np.array([row]))[0]!r} has the {name} {here} under calibration seed {seeds[0]} and "
                f"{there} under seed {seeds[1]}: all seeds must be scored against the same base."
            )
    return table


def _lacking(ids: pd.Series, found: np.ndarray, seeds: tuple[int, int]) -> None:
    """Name the first row of the first seed that the second has not; `found` are the places of those it has."""
    missing = np.ones(len(ids), bool)
    missing[found] = False
    if missing.any():
        raise DataError(
            f"Row {ids[missing].iloc[0]!r} has scores under calibration seed {seeds[0]}, but none under seed "
            f"{seeds[1]}: score the pool again."
        )


def _stacked(aligned: Mapping[int, pd.DataFrame], name: str) -> np.ndarray:
    """(S, N) float64."""
    return np.stack([table[name].to_numpy(np.float64) for table in aligned.values()])


def _t(freedom: int) -> float:
    """The 97.5 % point of Student's t."""
    from scipy.special import stdtrit  # scipy.stats takes most of a second to load

    return float(stdtrit(freedom, 0.975))
