"""The same run under other calibration seeds: which rows would be kept had other rows been drawn to calibrate on.

Finds what the run holds already; starts nothing.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from ..config import SelectionSpec, digest
from ..errors import ConfigError
from ..selection.deltas import COLUMNS
from ..selection.overlap import Overlap, overlap, overlap_of
from ..selection.rules import SelectionTable
from .counterparts import artifact_table, seed_manifests
from .exploration import explore
from .plan import Stage
from .store import RunStore

# what a rule looks at; the other columns would only fill memory
_RANKED = [name for name in COLUMNS if name not in ("calibrated_nll", "calibrated_entropy", "delta_entropy_se")]


def seed_facts(deltas: Stage) -> dict[str, Any]:
    """For the manifest of a ΔH stage: its calibration seed, and what all runs have in common that differ in seeds."""
    calibrate = deltas["calibrate"]
    settings = [seedless(calibrate.settings), deltas["score_base"].fingerprint, deltas["score_calibrated"].settings]
    before = [s for s in calibrate.upstream if s.work == "select" and s.upstream[0].work == "combine"]
    together = [select.fingerprint for select in before]  # all seeds calibrate on what they chose in common
    return {"seed": calibrate.settings["seed"], "alike": digest([deltas.round, *settings, *together])}


def combined_facts(combine: Stage) -> dict[str, Any]:
    """For the manifest of combined seeds: which, and what they have in common."""
    first, *_ = combine.upstream
    return {"seeds": combine.settings["seeds"], "alike": seed_facts(first)["alike"]}


def seedless(value: Any) -> Any:
    """Settings without the seeds in them."""
    if isinstance(value, dict):
        return {key: seedless(item) for key, item in value.items() if key != "seed"}
    return [seedless(item) for item in value] if isinstance(value, list) else value


def other_seeds(store: RunStore, spec: SelectionSpec) -> dict[int, Overlap]:
    """By calibration seed: how far `spec` keeps the rows that it keeps here.

    Where the mean of several seeds is ranked, these are the others: what each keeps alone.
    """
    exploration = explore(store)
    here = exploration.select(spec)
    if exploration.seeds:
        votes, rows = exploration.selections.votes(spec), int(exploration.selections.scored.sum())
        return {seed: overlap_of(here.selected, votes.of(seed), rows=rows) for seed in votes.seeds}
    found = {}
    for manifest in seed_manifests(store):
        with suppress(ConfigError):  # a rule that names rows which that seed has not scored
            there = _table(artifact_table(store, manifest).parent).select(spec)
            found[manifest["facts"]["seed"]] = overlap(here, there)
    return found


@lru_cache(maxsize=4)
def _table(folder: Path) -> SelectionTable:
    """Artifacts are named by their content, so this one never changes."""
    return SelectionTable(pd.read_parquet(folder / "deltas.parquet", columns=_RANKED))
