"""How stable a selection is over repetitions, such as calibration seeds: what several kept sets have in common.

Nogueira, Sechidis and Brown, "On the Stability of Feature Selection Algorithms", JMLR 18(174), 2018, with rows in the
place of features. Knows nothing of how the sets were made.
"""

from __future__ import annotations

import math

import numpy as np


def times_kept(kept: np.ndarray) -> np.ndarray:
    """How many of M sets hold each row, (N,) int; `kept` is (M, N) bool."""
    return np.asarray(kept, bool).sum(axis=0, dtype=np.int64)


def stability(kept: np.ndarray) -> float:
    """Nogueira's Φ of M ≥ 2 sets over the same N rows, (M, N) bool; see `stability_of_counts`."""
    return stability_of_counts(times_kept(kept), sets=len(kept))


def stability_of_counts(times: np.ndarray, *, sets: int) -> float:
    """Nogueira's Φ from how often each row was kept, (N,) int of 0..M, M = `sets`.

    Φ = 1 − (1/N · Σ_i s_i²) / (k̄/N · (1 − k̄/N)), where p_i = times_i / M, s_i² = M/(M−1) · p_i · (1 − p_i) is the
    unbiased variance of "row i is kept" and k̄ = Σ_i p_i the mean size of a set. 1 where all sets are equal (all empty
    and all full sets included), 0 in expectation where they are random, at least −1/(M−1). nan for fewer than 2 sets.
    """
    if sets < 2:
        return math.nan
    share = np.asarray(times, np.float64) / sets  # p_i
    spread = float((share * (1 - share)).sum()) * sets / (sets - 1)
    if spread == 0:
        return 1.0
    mean = float(share.mean())
    return 1 - spread / len(share) / (mean * (1 - mean))
