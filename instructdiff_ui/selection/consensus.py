"""What the calibration seeds of a run keep, each for itself, and how far they agree.

Counts decisions; how they are made is for `rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..config import SelectionSpec
from .outcome import NLL_HIGH, NLL_LOW, SELECTED
from .overlap import overlap_of
from .stability import stability_of_counts

CONSENSUS = "consensus"


@dataclass(frozen=True, eq=False)
class Votes:
    """The decisions of S seeds on N rows under one rule."""

    seeds: tuple[int, ...]
    kept: np.ndarray  # (S, N) bool
    times: np.ndarray  # (N,) int8: how many seeds keep the row
    low: np.ndarray  # (N,) bool: dropped by the ΔNLL filter under every seed, more often at the lower end
    high: np.ndarray  # (N,) bool: the same, more often at the upper end

    def of(self, seed: int) -> np.ndarray:
        """(N,) bool: what one seed keeps."""
        return self.kept[self.seeds.index(seed)]

    def filter(self, decided: np.ndarray) -> None:
        """Mark in `decided`, (N,), the rows that the filter drops under every seed."""
        decided[self.low] = NLL_LOW
        decided[self.high] = NLL_HIGH

    def most_first(self, rows: np.ndarray) -> np.ndarray:
        """These positions, those that most seeds keep first; ties stay in their order."""
        return rows[np.argsort(-self.times[rows], kind="stable")]


@dataclass(frozen=True)
class Agreement:
    """How far the seeds keep the same rows."""

    seeds: int
    stability: float  # Nogueira's Φ over all of them: 1 for the same rows, about 0 for random ones
    jaccard: float  # mean over the pairs of seeds


def alone(spec: SelectionSpec) -> SelectionSpec:
    """The rule that every seed is asked for itself: plain InstructDiff where the seeds are to vote."""
    return spec.model_copy(update={"strategy": "instructdiff"}) if spec.strategy == CONSENSUS else spec


def votes(decided: Mapping[int, np.ndarray]) -> Votes:
    """Count what the seeds decided: by seed, (N,) codes of `outcome.DECISIONS`."""
    kept = np.stack([codes == SELECTED for codes in decided.values()])
    low, high = (sum((codes == end).view(np.int8) for codes in decided.values()) for end in (NLL_LOW, NLL_HIGH))
    dropped = low + high == len(decided)
    return Votes(
        seeds=tuple(decided),
        kept=kept,
        times=kept.sum(axis=0, dtype=np.int8),
        low=dropped & (low >= high),
        high=dropped & (low < high),
    )


def agreement(found: Votes, scored: np.ndarray) -> Agreement:
    """Stability and mean pairwise Jaccard of what the seeds keep; `scored`, (N,) bool, could be kept."""
    pairs = [overlap_of(a, b).jaccard for a, b in combinations(found.kept, 2)]
    phi = stability_of_counts(found.times[scored], sets=len(found.seeds))
    return Agreement(len(found.seeds), phi, float(np.mean(pairs)))
