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


@dataclass(frozen=True)
class Gap:
    """The difference of two means over seeds."""

    mean: float
    half: float  # of its 95 % interval; nan where either has one seed
    p: float  # two-sided, of no difference; nan where there is no spread to judge by


def difference(one: Measured, other: Measured) -> Gap:
    """mean(one) − mean(other), by Welch's t."""
    gap = one.mean - other.mean
    if min(len(one.values), len(other.values)) < 2:
        return Gap(gap, math.nan, math.nan)
    parts = [(float(np.var(m.values, ddof=1)) / len(m.values), len(m.values) - 1) for m in (one, other)]
    whole = sum(part for part, _ in parts)
    if whole == 0:
        return Gap(gap, 0.0, math.nan if gap else 1.0)
    freedom = whole**2 / sum(part**2 / n for part, n in parts)  # Welch–Satterthwaite
    error = math.sqrt(whole)
    return Gap(gap, _half_width(error, freedom), 2 * _tail(abs(gap) / error, freedom))


def _half_width(error: float, freedom: float) -> float:
    """Half the width of a 95 % interval of Student's t around a mean with this standard error."""
    from scipy.special import stdtrit  # here, because the page starts without it; scipy.stats would take far longer

    return error * float(stdtrit(freedom, 0.975)) if freedom > 0 else math.nan


def _tail(t: float, freedom: float) -> float:
    """The chance that Student's t exceeds `t`."""
    from scipy.special import stdtr

    return float(stdtr(freedom, -t))
