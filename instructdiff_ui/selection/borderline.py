"""Rows whose decision hangs on little: another calibration, or a slightly other budget, could turn it.

Looks at scores and ranks alone.
"""

from __future__ import annotations

import numpy as np

from .outcome import SELECTED, Selection
from .rules import SelectionTable

NEAR = 0.05  # of the rows kept in a group: how far from the last rank kept a row counts as near


def borderline(table: SelectionTable, selection: Selection, error: np.ndarray | None) -> np.ndarray:
    """(N,) bool: ranked rows whose ΔH is within one standard error of the ΔH at which their group is cut.

    `error` is (N,) `delta_entropy_se`, NaN where a row has none. Where no row has one, and for strategies that do not
    cut at a ΔH, rows whose rank lies within ±5 % of the number of rows kept in their group.
    """
    group = table.group_codes(selection.spec)
    ranked = selection.rank > 0
    if selection.spec.strategy == "instructdiff" and error is not None and np.isfinite(error).any():
        cuts = [cutoff.delta_entropy for cutoff in selection.cutoffs.values()]
        at = np.array([np.nan if cut is None else cut for cut in cuts])[group]
        return ranked & (np.abs(table.entropy - at) <= error)
    kept = np.bincount(group[np.asarray(selection.decision.codes) == SELECTED], minlength=len(selection.cutoffs))[group]
    return ranked & (np.abs(selection.rank - kept) <= NEAR * kept)
