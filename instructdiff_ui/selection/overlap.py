"""How far two selections over the same pool agree. Knows nothing of how they were made."""

from __future__ import annotations

from dataclasses import dataclass

from .outcome import Selection


@dataclass(frozen=True)
class Overlap:
    """Rows that both selections keep, and rows that each keeps."""

    shared: int
    here: int
    there: int

    @property
    def jaccard(self) -> float:
        """Shared rows ÷ rows in either; 1 for two empty selections."""
        either = self.here + self.there - self.shared
        return self.shared / either if either else 1.0


def overlap(here: Selection, there: Selection) -> Overlap:
    mine, theirs = set(here.ids), set(there.ids)
    return Overlap(len(mine & theirs), len(mine), len(theirs))
