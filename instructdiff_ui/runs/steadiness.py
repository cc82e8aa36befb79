"""How stable the kept rows are under one γ after another: over calibration seeds, or over draws of ΔH in its error.

Agreement by chance is that of choosing among the rows that the filter leaves. Were it among all rows, dropping more of
them would look stable by itself. Knows nothing of suggestions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..config import SelectionSpec
from ..selection.outcome import RANK, SELECTED
from ..selection.rules import SelectionTable
from .crossing import seed_masks
from .exploration import Exploration
from .store import RunStore

CLOSE = 0.02  # of Φ: less is no reason to drop other rows
DRAWS, FEWEST, ROWS_DRAWN = 20, 4, 2_000_000  # of ΔH within its error; of many rows fewer draws tell as much


@dataclass(frozen=True, eq=False)
class Steadiness:
    gamma: float
    spread: np.ndarray  # (N,) what each row takes from Φ

    @property
    def phi(self) -> float:
        return 1 - float(self.spread.mean())

    def behind(self, best: Steadiness) -> bool:
        """Whether its Φ is lower than the best by more than `CLOSE`, and by more than chance over the rows explains."""
        gap = self.spread.astype(np.float64) - best.spread
        return gap.mean() > max(CLOSE, 2 * gap.std() / len(gap) ** 0.5)


def room(exploration: Exploration, rule: SelectionSpec) -> float:
    """Rows that pass the filter, per row that is kept."""
    counts = exploration.select(rule).total.decisions
    kept = counts["selected"]
    return (kept + counts["rank"]) / kept if kept else 0.0


def over_seeds(
    store: RunStore, exploration: Exploration, rules: dict[float, SelectionSpec]
) -> tuple[list[Steadiness], str] | None:
    """What calibrating anew changes, filter included; None where the run holds one seed."""
    trials, scored, seeds = [], exploration.selections.scored, 0
    for gamma, rule in rules.items():
        sets = list(seed_masks(store, rule).values())
        sets += [] if exploration.seeds else [exploration.select(rule).selected]
        seeds = len(sets)
        if seeds < 2:
            return None
        times = np.stack(sets).sum(axis=0, dtype=np.int16)
        among = _passed(exploration, rule) | (times > 0)
        trials.append(Steadiness(gamma, spread(times[scored], sets=seeds, among=among[scored])))
    return trials, f"{seeds} calibration seeds"


def over_draws(exploration: Exploration, rules: dict[float, SelectionSpec]) -> tuple[list[Steadiness], str] | None:
    """What drawing ΔH anew within its standard error changes; None where there is none."""
    table, scored = exploration.table, exploration.selections.scored
    error = _errors(exploration)
    if error is None:
        return None
    rng, entropy = np.random.default_rng(0), exploration.selections.entropy
    times = {gamma: np.zeros(len(scored), np.int16) for gamma in rules}
    draws = max(FEWEST, min(DRAWS, ROWS_DRAWN // len(scored)))
    for _ in range(draws):
        moved = table.assign(delta_entropy=entropy + error * rng.standard_normal(len(error)))
        drawn = SelectionTable(moved, like=exploration.selections)
        for gamma, rule in rules.items():
            times[gamma] += drawn.select(rule).selected
    trials = [
        Steadiness(gamma, spread(times[gamma][scored], sets=draws, among=_passed(exploration, rule)[scored]))
        for gamma, rule in rules.items()
    ]
    return trials, f"{draws} draws of ΔH within its standard error"


def _errors(exploration: Exploration) -> np.ndarray | None:
    """(N,) standard errors of ΔH; a row without one, of a single token, has that of a usual token of the run."""
    error, tokens = exploration.table.get("delta_entropy_se"), exploration.selections.tokens
    if error is None or not np.isfinite(error).any():
        return None
    known = error.to_numpy(np.float64)
    finite = np.isfinite(known)
    usual = np.median(known[finite] * np.sqrt(tokens[finite]))
    return np.where(finite, known, usual / np.sqrt(np.maximum(tokens, 1)))


def _passed(exploration: Exploration, rule: SelectionSpec) -> np.ndarray:
    """(N,) bool: the rows that the filter leaves to be ranked."""
    return np.isin(np.asarray(exploration.select(rule).decision.codes), (SELECTED, RANK))


def spread(times: np.ndarray, *, sets: int, among: np.ndarray | None = None) -> np.ndarray:
    """(N,) what each row takes from Nogueira's Φ of `sets` sets over the rows `among`; Φ = 1 − its mean over all N.

    `times` is how many of the sets keep each row. See `selection.stability`.
    """
    among = np.ones(len(times), bool) if among is None else among
    share = np.where(among, times / sets, 0)
    n = max(1, int(among.sum()))
    mean = share.sum() / n
    if not 0 < mean < 1:
        return np.zeros(len(times), np.float32)
    varies = share * (1 - share) * sets / (sets - 1)
    return (varies * len(times) / (n * mean * (1 - mean))).astype(np.float32)
