"""What a change of the rule, or of the calibration seed, does to the rows that are kept.

Answers from the sorted table of an exploration; what the rows say it does not know.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..config import SelectionSpec
from ..selection.outcome import QUARANTINED, Selection
from ..selection.overlap import Overlap, overlap_of
from ..selection.stability import stability
from ..selection.strategies import RANKINGS
from .exploration import Exploration
from .specs import Difference, difference

GAMMA_STEPS = (0.025, 0.05, 0.1, 0.15, 0.2)  # added to γ and taken from it
GAMMA_TOP = 0.45
RATIO_FACTORS = (0.5, 0.8, 0.9, 1.1, 1.25, 2.0)


@dataclass(frozen=True, eq=False)
class SpecComparison:
    """Two rules on one run, `a` here and `b` there."""

    overlap: Overlap
    differences: list[Difference]
    per_domain: pd.DataFrame  # rows, a, b, shared; by domain
    only_a: int  # rows that a alone keeps
    only_b: int


def compare(exploration: Exploration, a: SelectionSpec, b: SelectionSpec) -> SpecComparison:
    """What two rules keep in common, in all and by domain."""
    here, there = (exploration.select(spec).selected for spec in (a, b))
    scored = int(_scored(exploration.select(a)).sum())
    found = overlap_of(here, there, tokens=_tokens(exploration), rows=scored)
    counts = exploration.table[["domain"]].assign(rows=1, a=here, b=there, shared=here & there)
    per_domain = counts.groupby("domain", sort=True, observed=True).sum().astype(int)
    return SpecComparison(found, difference(a, b), per_domain, found.here - found.shared, found.there - found.shared)


@dataclass(frozen=True)
class Change:
    """One thing that was changed, all others equal, and how far the kept rows stayed."""

    what: str  # gamma | ratio | seed
    value: float  # the γ of the lower end, the β, or the calibration seed
    overlap: Overlap  # here: the rule as it is; there: as it would be
    current: bool = False  # nothing was changed: the rule as it is


@dataclass(frozen=True)
class Sensitivity:
    changes: tuple[Change, ...]  # γ ascending, β ascending, then seeds
    stability: float  # Nogueira's Φ over all seeds; nan where there is one
    seeds: int  # calibration seeds, this one included

    @property
    def points(self) -> list[dict[str, Any]]:
        """For a figure: what, value, jaccard, chance_corrected, expected_jaccard, shared, kept, current."""
        return [
            {
                "what": change.what,
                "value": change.value,
                "jaccard": change.overlap.jaccard,
                "chance_corrected": change.overlap.chance_corrected,
                "expected_jaccard": change.overlap.expected_jaccard,
                "shared": change.overlap.shared,
                "kept": change.overlap.there,
                "current": change.current,
            }
            for change in self.changes
        ]


def sensitivity(
    exploration: Exploration, spec: SelectionSpec, *, seeds: Mapping[int, np.ndarray] | None = None
) -> Sensitivity:
    """How the kept rows change with γ and β, one at a time, and with the calibration seed.

    γ moves by up to ±0.2 within [0, 0.45], its upper end and every domain's own γ by as much, each held within these
    bounds; strategies without a ΔNLL filter have no γ. β is multiplied by 0.5 to 2 and held within (0, 1], every
    domain's own β by the same factor. `seeds` holds, by other calibration seed, the (N,) bool mask of the rows that
    `spec` keeps there, in the order of the exploration's table. Where the mean of several seeds is ranked, they are
    those seeds, and the stability is over them alone.
    """
    now = exploration.select(spec)
    here, tokens, scored = now.selected, _tokens(exploration), _scored(now)

    def changed(what: str, value: float, there: np.ndarray, current: bool = False) -> Change:
        return Change(what, value, overlap_of(here, there, tokens=tokens, rows=int(scored.sum())), current)

    found = [
        changed(what, value, exploration.selections.select(other).selected, other == spec)
        for what, value, other in [*_gammas(spec), *_ratios(spec)]
    ]
    others = dict(sorted((seeds or {}).items()))
    found += [changed("seed", seed, kept) for seed, kept in others.items()]
    sets = [*others.values()] if exploration.seeds else [here, *others.values()]
    phi = stability(np.stack([kept[scored] for kept in sets])) if len(sets) > 1 else math.nan
    return Sensitivity(tuple(found), phi, len(sets))


def _gammas(spec: SelectionSpec) -> Iterator[tuple[str, float, SelectionSpec]]:
    """The rule with γ moved, as it is in its place among them."""
    if not RANKINGS[spec.strategy].filtered:
        return
    top = max(GAMMA_TOP, spec.gamma)
    wanted = {_rounded(min(top, max(0.0, spec.gamma + sign * step))) for step in GAMMA_STEPS for sign in (-1, 1)}
    for gamma in sorted({*wanted, spec.gamma}):
        yield "gamma", gamma, spec if gamma == spec.gamma else _shifted(spec, gamma - spec.gamma, top)


def _shifted(spec: SelectionSpec, step: float, top: float) -> SelectionSpec:
    def moved(gamma: float | None) -> float | None:
        return None if gamma is None else _rounded(min(max(top, gamma), max(0.0, gamma + step)))

    rules = {
        name: rule.model_copy(update={"gamma": moved(rule.gamma), "gamma_high": moved(rule.gamma_high)})
        for name, rule in spec.domains.items()
    }
    own = {"gamma": moved(spec.gamma), "gamma_high": moved(spec.gamma_high)}
    return spec.model_copy(update=own | {"domains": rules})


def _ratios(spec: SelectionSpec) -> Iterator[tuple[str, float, SelectionSpec]]:
    """The rule with β multiplied, as it is in its place among them."""
    wanted = {min(1.0, _rounded(spec.ratio * factor)) for factor in RATIO_FACTORS}
    for ratio in sorted({*wanted, spec.ratio}):
        yield "ratio", ratio, spec if ratio == spec.ratio else _scaled(spec, ratio, ratio / spec.ratio)


def _scaled(spec: SelectionSpec, ratio: float, factor: float) -> SelectionSpec:
    rules = {
        name: rule if rule.ratio is None else rule.model_copy(update={"ratio": min(1.0, _rounded(rule.ratio * factor))})
        for name, rule in spec.domains.items()
    }
    return spec.model_copy(update={"ratio": ratio, "domains": rules})


def _rounded(value: float) -> float:
    """Six significant digits: 0.1 + 0.05 is 0.15, as a person would write it."""
    return float(f"{value:.6g}")


def _tokens(exploration: Exploration) -> np.ndarray:
    return exploration.table["n_tokens"].to_numpy()


def _scored(selection: Selection) -> np.ndarray:
    """(N,) bool: the rows that could be kept."""
    return np.asarray(selection.decision.codes) != QUARANTINED
