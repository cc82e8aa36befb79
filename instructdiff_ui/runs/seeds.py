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
from ..files import read_json
from ..selection.deltas import COLUMNS
from ..selection.overlap import Overlap, overlap
from ..selection.rules import SelectionTable
from .exploration import explore
from .plan import Stage
from .store import RunStore

# what a rule looks at; the other columns would only fill memory
_RANKED = [name for name in COLUMNS if name not in ("calibrated_nll", "calibrated_entropy", "delta_entropy_se")]


def seed_facts(deltas: Stage) -> dict[str, Any]:
    """For the manifest of a ΔH stage: its calibration seed, and what all runs have in common that differ in seeds."""
    calibrate = deltas["calibrate"]
    settings = [seedless(calibrate.settings), deltas["score_base"].fingerprint, deltas["score_calibrated"].settings]
    return {"seed": calibrate.settings["seed"], "alike": digest([deltas.round, *settings])}


def seedless(value: Any) -> Any:
    """Settings without the seeds in them."""
    if isinstance(value, dict):
        return {key: seedless(item) for key, item in value.items() if key != "seed"}
    return [seedless(item) for item in value] if isinstance(value, list) else value


def other_seeds(store: RunStore, spec: SelectionSpec) -> dict[int, Overlap]:
    """By calibration seed: how far `spec` keeps the rows that it keeps here."""
    fingerprint = read_json(store.path / "published.json", {}).get("deltas")
    manifests: list[dict[str, Any]] = [
        read_json(path) for path in sorted(store.path.glob("artifacts/deltas-*/manifest.json"))
    ]
    mine: dict[str, Any] = next((m["facts"] for m in manifests if m["fingerprint"] == fingerprint), {})
    alike = [m for m in manifests if "alike" in mine and m["facts"].get("alike") == mine["alike"]]
    here = explore(store).select(spec)
    found = {}
    for m in alike:
        if m["fingerprint"] != fingerprint:
            with suppress(ConfigError):  # a rule that names rows which that seed has not scored
                there = _table(store.artifact(m["stage"], m["fingerprint"])).select(spec)
                found[m["facts"]["seed"]] = overlap(here, there)
    return dict(sorted(found.items()))


@lru_cache(maxsize=4)
def _table(folder: Path) -> SelectionTable:
    """Artifacts are named by their content, so this one never changes."""
    return SelectionTable(pd.read_parquet(folder / "deltas.parquet", columns=_RANKED))
