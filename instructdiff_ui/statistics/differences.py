"""One arm against the reference: the difference, and how sure it is over seeds and held-out examples together.

Knows nothing of which way is better, and of other comparisons only how many there are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ..errors import DataError
from .bootstrap import over_examples
from .spread import spread

ONE_SEED = "one seed tells nothing about the spread between trainings; use at least two, better three"
NO_EXAMPLE = "there is no example that both were measured on"
ONE_EXAMPLE = "both were measured on one example only, which tells nothing about others"
NO_SPREAD = "the difference is the same on every example and under every seed, which leaves no spread to judge by"


@dataclass(frozen=True)
class Difference:
    """mean(arm) − mean(reference), in the units of the results; nan for what cannot be known."""

    mean: float
    examples_low: float  # bootstrap interval over examples only, for the models as they were trained
    examples_high: float
    seeds: tuple[int, int]  # of arm and reference
    examples: int  # measured under every seed of both
    low: float = math.nan  # interval over seeds and examples, without correction for other comparisons
    high: float = math.nan
    p: float = math.nan  # two-sided, of no difference; without correction
    detectable: float = math.nan  # the difference found with a chance of about 80 % at level ÷ tests
    unknown: str = ""  # why there is no interval over seeds and examples, if there is none


def compare(
    arm: np.ndarray,
    reference: np.ndarray,
    *,
    level: float = 0.05,
    tests: int = 1,
    seed: int = 0,
    resamples: int = 10_000,
) -> Difference:
    """The difference of two arms that were measured on the same examples, each with its own seeds.

    Both are (seeds, examples), column i being the same example; nan is "not measured", and an example counts that
    every seed of both has. The interval over seeds and examples is that of `spread.Spread.half_width`, the one over
    examples only that of `over_examples`, whose draws `seed` gives. `level` is what an interval leaves out; `tests` is
    the number of comparisons that are made, and moves `detectable` alone. `DataError` for other shapes and infinite
    results.
    """
    arm, reference = _common(np.asarray(arm, np.float64), np.asarray(reference, np.float64))
    paired = arm.mean(axis=0) - reference.mean(axis=0)
    low, high = over_examples(paired, level=level, resamples=resamples, seed=seed)
    mean = float(paired.mean()) if len(paired) else math.nan
    found = Difference(mean, low, high, (len(arm), len(reference)), len(paired))
    if len(paired) < 2:
        return replace(found, unknown=ONE_EXAMPLE if len(paired) else NO_EXAMPLE)
    if min(found.seeds) < 2:
        return replace(found, unknown=ONE_SEED)
    both = spread(arm, reference)
    if not both.variance > 0:
        return replace(found, unknown=NO_SPREAD) if paired.any() else replace(found, low=0.0, high=0.0, p=1.0)
    half = float(both.half_width(level))
    return replace(
        found,
        low=mean - half,
        high=mean + half,
        p=float(both.p_value(mean)),
        detectable=float(both.detectable(level / tests)),
    )


def _common(arm: np.ndarray, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both without the examples that a seed of either was not measured on."""
    for values in (arm, reference):
        if values.ndim != 2 or not len(values):
            raise DataError(f"Results of shape {values.shape} cannot be compared: one row per seed is needed.")
        if np.isinf(values).any():
            raise DataError("Infinite results cannot be compared: every result must be a finite number.")
    if arm.shape[1] != reference.shape[1]:
        raise DataError(
            f"Results on {arm.shape[1]} and {reference.shape[1]} examples cannot be compared: they must be the same."
        )
    there = ~(np.isnan(arm).any(axis=0) | np.isnan(reference).any(axis=0))
    return arm[:, there], reference[:, there]
