"""Means of one value per seed: Student's interval for one mean, Welch's for the difference of two.

Knows nothing of the examples that the values are means of; see `differences` for both at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Measured:
    """A mean over seeds and the half-width of its 95 % interval (Student's t); nan for a single seed."""

    mean: float
    half: float
    values: tuple[float, ...]  # one per seed


def measured(values: Sequence[float]) -> Measured:
    """Mean and 95 % interval of one value per seed."""
    n = len(values)
    error = float(np.std(values, ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    return Measured(float(np.mean(values)), _half_width(error, n - 1), tuple(values))


def difference(one: Measured, other: Measured) -> tuple[float, float]:
    """mean(one) − mean(other) and the half-width of its 95 % interval, by Welch's t; nan where either has one seed."""
    gap = one.mean - other.mean
    if min(len(one.values), len(other.values)) < 2:
        return gap, math.nan
    parts = [(float(np.var(m.values, ddof=1)) / len(m.values), len(m.values) - 1) for m in (one, other)]
    whole = sum(part for part, _ in parts)
    if whole == 0:
        return gap, 0.0
    freedom = whole**2 / sum(part**2 / n for part, n in parts)  # Welch–Satterthwaite
    return gap, _half_width(math.sqrt(whole), freedom)


def _half_width(error: float, freedom: float) -> float:
    """Half the width of a 95 % interval of Student's t around a mean with this standard error."""
    from scipy.special import stdtrit  # here, because the page starts without it; scipy.stats would take far longer

    return error * float(stdtrit(freedom, 0.975)) if freedom > 0 else math.nan
