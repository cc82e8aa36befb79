"""Runs over the same pool, held against each other."""

from __future__ import annotations

from collections.abc import Sequence

from ..config import SelectionSpec
from ..runs import counterparts, crossing, home
from ..runs.counterparts import Candidate, Side
from ..runs.crossing import Crossing, Pair

__all__ = ["Candidate", "Crossing", "Pair", "Side", "comparable_runs", "cross_runs"]


def comparable_runs(run: str) -> list[Candidate]:
    """The other calibration seeds of this run and all other scored runs, with why one cannot be compared."""
    return counterparts.comparable(home.open_store(run))


def cross_runs(run: str, others: Sequence[str], spec: SelectionSpec) -> Crossing:
    """This run against others, by the keys of `comparable_runs`, under one rule over the common rows."""
    return crossing.cross(home.open_store(run), others, spec)
