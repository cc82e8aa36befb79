"""The delta table: what calibration changed, one row per example.

Knows nothing of models: it joins the scores of the base and of the calibrated model by example id, and subtracts. ΔNLL
is always calibrated − base here (the paper's sign); showing the other sign is the page's business.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import DataError

COLUMNS = (
    "example_id",
    "domain",
    "n_tokens",
    "base_nll",
    "base_entropy",
    "calibrated_nll",
    "calibrated_entropy",
    "delta_nll",
    "delta_entropy",
    "delta_entropy_se",
    "in_calibration",
)


def make_deltas(base: pd.DataFrame, calibrated: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The table of METHOD.md §1 with `COLUMNS`, in the order of `rows`.

    `base` and `calibrated` hold `example_id, nll, entropy, n_tokens`, means in nats, and may hold `token_entropy`, a
    list per row; `rows` holds `example_id, domain, in_calibration`. Scores of examples that are not in `rows` are
    ignored. Raises `DataError` that names an id which is missing, doubled, not finite, or tokenised in two ways.
    """
    _require_unique(rows["example_id"], "the rows")
    before = _aligned(base, rows["example_id"], "base")
    after = _aligned(calibrated, rows["example_id"], "calibrated")
    _require_same_tokens(before["n_tokens"], after["n_tokens"])
    return pd.DataFrame(
        {
            "example_id": rows["example_id"].to_numpy(),
            "domain": rows["domain"].to_numpy(),
            "n_tokens": before["n_tokens"].to_numpy(np.int64),
            "base_nll": before["nll"].to_numpy(),
            "base_entropy": before["entropy"].to_numpy(),
            "calibrated_nll": after["nll"].to_numpy(),
            "calibrated_entropy": after["entropy"].to_numpy(),
            "delta_nll": (after["nll"] - before["nll"]).to_numpy(),
            "delta_entropy": (before["entropy"] - after["entropy"]).to_numpy(),
            "delta_entropy_se": _standard_error(before, after),
            "in_calibration": rows["in_calibration"].to_numpy(bool),
        }
    )


def _aligned(scores: pd.DataFrame, ids: pd.Series, model: str) -> pd.DataFrame:
    """The scores of one model in the order of `ids`, as float64."""
    _require_unique(scores["example_id"], f"the {model} scores")
    by_id = scores.set_index("example_id")
    missing = ~ids.isin(by_id.index).to_numpy()
    if missing.any():
        raise DataError(f"Row {ids[missing].iloc[0]!r} has no {model} score; score the pool again.")
    out = by_id.loc[ids.to_numpy()].astype({"nll": np.float64, "entropy": np.float64})
    for column in ("nll", "entropy"):
        bad = ~np.isfinite(out[column].to_numpy())
        if bad.any():
            raise DataError(f"The {model} {column} of row {out.index[bad][0]!r} is {out[column][bad].iloc[0]}.")
    return out


def _require_unique(ids: pd.Series, where: str) -> None:
    doubled = ids.duplicated().to_numpy()
    if doubled.any():
        raise DataError(f"Example id {ids[doubled].iloc[0]!r} stands more than once in {where}.")


def _require_same_tokens(before: pd.Series, after: pd.Series) -> None:
    differs = before.to_numpy() != after.to_numpy()
    if differs.any():
        row = before.index[differs][0]
        raise DataError(
            f"Row {row!r} was scored over {before[row]} tokens by the base and {after[row]} by the calibrated model; "
            "both must score the same tokens."
        )


def _standard_error(before: pd.DataFrame, after: pd.DataFrame) -> np.ndarray:
    """sd over tokens of (h_base − h_calibrated), ddof=1, / √n; NaN where n < 2 or no tokens were given. Shape (N,)."""
    if "token_entropy" not in before or "token_entropy" not in after:
        return np.full(len(before), np.nan)
    n, h_before = _flat(before["token_entropy"])
    n_after, h_after = _flat(after["token_entropy"])
    if (n != n_after).any():
        row = before.index[n != n_after][0]
        raise DataError(f"Row {row!r} has token entropies of different length under the two models.")
    row_of_token = np.repeat(np.arange(len(n)), n)
    change = h_before - h_after
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(row_of_token, change, len(n)) / n
        squares = np.bincount(row_of_token, (change - mean[row_of_token]) ** 2, len(n))
        error = np.sqrt(squares / (n - 1) / n)
    return np.where(n >= 2, error, np.nan)


def _flat(lists: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Lengths (N,) and the concatenated values of a column of lists; a row without a list has length 0."""
    arrays = [np.asarray(v, np.float64) if np.ndim(v) == 1 else np.empty(0) for v in lists]
    return np.array([len(a) for a in arrays], np.int64), np.concatenate([*arrays, np.empty(0)])
