"""How far two sets of kept rows agree, and how far that is beyond chance. Knows nothing of how they were made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow.compute as pc

from .order import Ids
from .outcome import QUARANTINED, SELECTED, Selection


@dataclass(frozen=True)
class Overlap:
    """Rows that both selections keep, and rows that each keeps, out of `rows`; the same in response tokens."""

    shared: int
    here: int
    there: int
    rows: int | None = None  # N: how many could be kept; None where nobody said
    shared_tokens: int = 0
    here_tokens: int = 0
    there_tokens: int = 0

    @property
    def jaccard(self) -> float:
        """Shared rows ÷ rows in either; 1 for two empty selections."""
        either = self.here + self.there - self.shared
        return self.shared / either if either else 1.0

    @property
    def recall_here(self) -> float:
        """Shared rows ÷ rows kept here; nan where none is."""
        return self.shared / self.here if self.here else math.nan

    @property
    def recall_there(self) -> float:
        """Shared rows ÷ rows kept there; nan where none is."""
        return self.shared / self.there if self.there else math.nan

    @property
    def expected_jaccard(self) -> float:
        """The Jaccard of two random sets of these sizes, their expected intersection |A|·|B|/N in its place."""
        if self.rows is None:
            return math.nan
        common = self.here * self.there / self.rows if self.rows else 0.0
        either = self.here + self.there - common
        return common / either if either else 1.0

    @property
    def chance_corrected(self) -> float:
        """Nogueira's stability of the two sets: 1 where they are equal, 0 in expectation where they are random.

        Φ = 1 − (½·|A△B|/N) / (k̄/N · (1 − k̄/N)), k̄ the mean size (Nogueira, Sechidis and Brown, JMLR 2018, for
        M = 2 sets). Two empty or two full sets are equal: 1. nan where N is not known and the sets differ.
        """
        apart = self.here + self.there - 2 * self.shared
        if apart == 0:
            return 1.0
        if not self.rows:
            return math.nan
        share = (self.here + self.there) / 2 / self.rows
        return 1 - (apart / 2 / self.rows) / (share * (1 - share))


def overlap(here: Selection, there: Selection, *, tokens: np.ndarray | None = None) -> Overlap:
    """The overlap of two selections over the rows that both tables have, joined by example id.

    `tokens` (N,) are the response tokens of the rows of `here`, in its order. Rows that were scored in neither table
    could not be kept, and do not count in N.
    """
    mine, theirs = _codes(here), _codes(there)
    if not same_order(here.table_ids, there.table_ids):
        at_mine, at_theirs = joined(here.table_ids, there.table_ids)
        mine, theirs = mine[at_mine], theirs[at_theirs]
        tokens = None if tokens is None else tokens[at_mine]
    unscored = int(np.count_nonzero((mine == QUARANTINED) & (theirs == QUARANTINED)))
    return overlap_of(mine == SELECTED, theirs == SELECTED, tokens=tokens, rows=len(mine) - unscored)


def overlap_of(
    here: np.ndarray, there: np.ndarray, *, tokens: np.ndarray | None = None, rows: int | None = None
) -> Overlap:
    """The overlap of two (N,) bool masks over the same rows in the same order; `rows` where fewer could be kept."""
    shared, mine, theirs = (_Size.of(mask, tokens) for mask in (here & there, here, there))
    return Overlap(
        shared=shared.rows,
        here=mine.rows,
        there=theirs.rows,
        rows=len(here) if rows is None else rows,
        shared_tokens=shared.tokens,
        here_tokens=mine.tokens,
        there_tokens=theirs.tokens,
    )


class _Size(NamedTuple):
    rows: int
    tokens: int

    @classmethod
    def of(cls, mask: np.ndarray, tokens: np.ndarray | None) -> _Size:
        return cls(int(np.count_nonzero(mask)), 0 if tokens is None else int(tokens[mask].sum()))


def joined(here: Ids, there: Ids) -> tuple[np.ndarray, np.ndarray]:
    """Positions, in either table, of the ids that both have, in the order of `here`."""
    place = pc.index_in(here.arrow, value_set=there.arrow)
    return np.flatnonzero(np.asarray(place.is_valid())), np.asarray(place.drop_null())


def same_order(here: Ids, there: Ids) -> bool:
    """Whether two tables have the same ids in the same order."""
    return here is there or here.arrow.equals(there.arrow)


def _codes(selection: Selection) -> np.ndarray:
    return np.asarray(selection.decision.codes)
