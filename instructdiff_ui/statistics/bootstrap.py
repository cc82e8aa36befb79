"""The plain paired bootstrap: how far a mean difference hangs on the examples that happened to be held out.

It knows nothing of seeds: an interval over examples only, for the models that happened to be trained.
"""

from __future__ import annotations

import math

import numpy as np

DRAWS_AT_ONCE = 1 << 20  # examples drawn per chunk: about 16 MB, whatever their number


def over_examples(
    differences: np.ndarray, *, level: float = 0.05, resamples: int = 10_000, seed: int = 0
) -> tuple[float, float]:
    """Percentile interval of the mean of `differences`, (n,), resampled with replacement; nan for n < 2.

    `level` is what the interval leaves out, half of it at each end. Equal arguments give equal intervals.
    """
    n = len(differences)
    if n < 2:
        return math.nan, math.nan
    rng = np.random.default_rng(seed)
    chunk = max(1, DRAWS_AT_ONCE // n)
    sizes = [min(chunk, resamples - start) for start in range(0, resamples, chunk)]
    means = np.concatenate([differences[rng.integers(0, n, (size, n))].mean(axis=1) for size in sizes])
    low, high = np.quantile(means, [level / 2, 1 - level / 2])
    return float(low), float(high)
