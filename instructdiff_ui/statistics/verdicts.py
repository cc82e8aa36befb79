"""What may be said of every arm of an experiment, in one metric and one domain: better, worse, or not known.

Knows nothing of what the arms are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .differences import Difference, compare
from .wording import BETTER, NONE, UNDECIDED, WORSE, Metric, sentence


@dataclass(frozen=True)
class Verdict:
    """A word for one arm, with its grounds."""

    word: str  # "better", "worse", "no detectable difference" or "undecided"
    difference: Difference
    p: float  # after Holm's correction over all pairs of the table; nan where undecided
    sentence: str


def verdicts(
    pairs: Mapping[str, tuple[np.ndarray, np.ndarray]], *, metric: Metric, level: float = 0.05, seed: int = 0
) -> dict[str, Verdict]:
    """Every arm against its reference; the chance that any of them is called better or worse wrongly is about `level`.

    A pair is an arm's results and those of random rows at the same budget, (seeds, examples) each as in `compare`: loss
    in nats, or 1 and 0 for right and wrong answers. All pairs count in the correction, those that stay undecided too.
    The detectable difference is for level ÷ pairs, Holm's strictest step.
    """
    found = {name: compare(*pair, level=level, tests=len(pairs), seed=seed) for name, pair in pairs.items()}
    return judged(found, metric=metric, level=level)


def judged(found: Mapping[str, Difference], *, metric: Metric, level: float = 0.05) -> dict[str, Verdict]:
    """As `verdicts`, of differences that were computed with `tests` the number of them all."""
    adjusted = holm([one.p for one in found.values()])
    told = {}
    for (name, one), p in zip(found.items(), map(float, adjusted), strict=True):
        word = _word(one, p, level=level, higher_is_better=metric.higher_is_better)
        text = sentence(word, one, metric=metric, p=p, level=level, tests=len(found))
        told[name] = Verdict(word, one, p, text)
    return told


def holm(p: Sequence[float] | np.ndarray) -> np.ndarray:
    """Holm's adjusted p-values, (m,): with p sorted, max over j ≤ k of min(1, (m − j + 1) · p_j), j = 1..m.

    nan is a test that gave no p-value: it stays nan, and counts among the m.
    """
    raw = np.asarray(p, np.float64)
    order = np.argsort(np.where(np.isnan(raw), 1, raw), kind="stable")
    steps = np.arange(len(raw), 0, -1)
    adjusted = np.empty(len(raw))
    adjusted[order] = np.minimum(np.maximum.accumulate(np.nan_to_num(raw, nan=1.0)[order] * steps), 1)
    return np.where(np.isnan(raw), np.nan, adjusted)


def _word(found: Difference, p: float, *, level: float, higher_is_better: bool) -> str:
    if found.unknown:
        return UNDECIDED
    if p > level:
        return NONE
    return BETTER if (found.mean > 0) == higher_is_better else WORSE
