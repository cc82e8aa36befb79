"""What a run can be held against: other scored runs of the same pool, and its own other calibrations.

Tells which there are, how each was scored and in which settings two differ. Knows nothing of what a rule keeps.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..config import RunConfig
from ..errors import UserError
from ..files import read_json
from . import home
from .plan import without_counts
from .specs import Difference
from .store import RunStore

LEAST = 0.1  # of the smaller pool must be in both, for two runs to be over the same pool
TABLES = ("deltas", "combine")  # the stages that leave a table of ΔH
SEED = "seed:"  # what the key of another calibration of the same run begins with; the fingerprint of its ΔH follows


@dataclass(frozen=True)
class Candidate:
    """Another set of scores, and whether it can be held against this run's."""

    key: str  # a run's id or path, or `seed:<fingerprint>`
    title: str
    shared_rows: int
    rows: int
    why_not: str = ""  # a sentence; empty where the two can be compared


@dataclass(frozen=True)
class Side:
    """What was scored, and how it was calibrated."""

    key: str
    title: str
    model: str
    preset: str
    seed: int | None  # of the calibration's draw; None for imported scores, and for the mean of several seeds
    steps: int | None  # of the calibration; None where the run does not hold it
    rows: int
    seeds: tuple[int, ...] = ()  # those whose mean was ranked, where they are several


def comparable(store: RunStore) -> list[Candidate]:
    """The other seeds of this run, and the other scored runs of the app's home, those that share most rows first."""
    mine = _table_path(store)
    if mine is None:
        return []
    rows = pq.read_metadata(mine).num_rows
    seeds = [
        Candidate(f"{SEED}{m['fingerprint']}", f"calibration seed {m['facts']['seed']}", rows, rows)
        for m in seed_manifests(store)
    ]
    others = [_candidate(mine, other) for other in home.stores() if other.path != store.path]
    found = [one for one in others if one is not None]
    return [*seeds, *sorted(found, key=lambda one: (bool(one.why_not), -one.shared_rows))]


def _candidate(mine: Path, other: RunStore) -> Candidate | None:
    """Another run, or None where it has no scores or cannot be read."""
    try:
        theirs, title = _table_path(other), other.config().title
    except UserError:  # made by another version
        return None
    if theirs is None:
        return None
    rows, least = pq.read_metadata(theirs).num_rows, min(pq.read_metadata(p).num_rows for p in (mine, theirs))
    shared = _shared(mine, mine.stat().st_mtime_ns, theirs, theirs.stat().st_mtime_ns)
    enough = shared and shared >= LEAST * least
    why_not = "" if enough else f"It shares {shared:,} of {least:,} rows; a tenth of the smaller pool is needed."
    return Candidate(_key(other), title, shared, rows, why_not)


@lru_cache(maxsize=128)
def _shared(mine: Path, _changed: int, theirs: Path, _also: int) -> int:
    """How many example ids two tables have in common."""
    here, there = (pq.read_table(path, columns=["example_id"])["example_id"] for path in (mine, theirs))
    return int(pc.sum(pc.is_in(here.cast(pa.large_string()), value_set=there.cast(pa.large_string()))).as_py() or 0)


def seed_manifests(store: RunStore) -> list[dict[str, Any]]:
    """Manifests of this run's ΔH under other calibration seeds, all other settings alike, by seed.

    Where the run shows the mean of several seeds, they are those that it is the mean of.
    """
    manifests = [read_json(path) for path in sorted(store.path.glob("artifacts/deltas-*/manifest.json"))]
    mine = published(store)
    shown = _of_table(store, mine)
    if "seeds" in shown.get("facts", {}):
        own = set(shown["upstream"].values())
        found = [m for m in manifests if m["fingerprint"] in own]
    else:
        alike = shown.get("facts", {}).get("alike")
        found = [m for m in manifests if alike and m["facts"].get("alike") == alike and m["fingerprint"] != mine]
    return sorted(found, key=lambda m: m["facts"]["seed"])


def _of_table(store: RunStore, fingerprint: str | None) -> dict[str, Any]:
    """The manifest of the stage, ΔH of one seed or of several, that left a table; empty for imported scores."""
    found = [read_json(p) for work in TABLES for p in store.path.glob(f"artifacts/{work}*-{fingerprint}/manifest.json")]
    return found[0] if found else {}


def side_of(store: RunStore, key: str, fingerprint: str | None, rows: int) -> Side:
    """What is known of the ΔH with this fingerprint in `store`; no key: the run's own."""
    config, calibration = store.config(), _calibration(store, fingerprint)
    seeds = tuple(_of_table(store, fingerprint).get("facts", {}).get("seeds", ()))
    seed = calibration.get("settings", {}).get("seed")
    return Side(
        key=key or _key(store),
        title=f"{config.title}, calibration seed {seed}" if key.startswith(SEED) else config.title,
        model=PurePath(config.model.path).name if config.model else "",
        preset=config.preset or "",
        seed=None if seeds else seed,
        steps=calibration.get("facts", {}).get("steps"),
        rows=rows,
        seeds=seeds,
    )


def _calibration(store: RunStore, deltas: str | None) -> dict[str, Any]:
    """The manifest of the calibration that ΔH came from; at least its seed where a run was shipped without it.

    Of several seeds it is that of the first.
    """
    table = _of_table(store, deltas)
    facts, manifest = table.get("facts", {}), table
    for work in (*(["deltas"] if "seeds" in facts else []), "score-calibrated", "calibrate"):
        before = [(name, f) for name, f in manifest.get("upstream", {}).items() if without_counts(name) == work]
        manifest = (store.manifest(*before[0]) if before else None) or {}
    return manifest or {"settings": {"seed": facts.get("seed", next(iter(facts.get("seeds", ())), None))}}


def differences(here: RunStore, there: RunStore, fingerprint: str | None) -> list[Difference]:
    """Settings that scores hang on and that are not the same; calibrations of one run differ in their seeds."""
    sides = [_settings(here.config()), _settings(there.config())]
    for side, store, deltas in zip(sides, (here, there), (published(here), fingerprint), strict=True):
        side |= _flat(_calibration(store, deltas).get("settings", {}), "calibration.")
        seeds = _of_table(store, deltas).get("facts", {}).get("seeds", ())
        for name in ("calibration.seed", "calibration.training.seed") if seeds else ():
            side[name] = ", ".join(str(side[name] + step) for step in range(len(seeds)))
    names = dict.fromkeys([*sides[0], *sides[1]])
    pairs = [(name, *(str(side.get(name, "–")) for side in sides)) for name in names]
    return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]


def _settings(config: RunConfig) -> dict[str, Any]:
    parts = {"preset", "model", "data", "calibration", "scores"}
    leave_out = {"data": {"heldout_sources"}, "calibration": {"training": {"save_steps", "gradient_checkpointing"}}}
    values = config.model_dump(mode="json", include=parts, exclude=leave_out)  # type: ignore[arg-type]
    return _flat(values | {"scoring": {"score_eos": config.scoring.score_eos}})


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings as `a.b.c` → value; those that are not set are left out."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        inner = dict(enumerate(value)) if isinstance(value, list) else value
        if isinstance(inner, dict):
            found |= _flat(inner, f"{prefix}{key}.")
        elif inner is not None and inner != "":
            found[f"{prefix}{key}"] = inner
    return found


def published(store: RunStore) -> str | None:
    """The fingerprint of the ΔH that the run shows; None for imported scores."""
    return read_json(store.path / "published.json", {}).get("deltas")


def _table_path(store: RunStore) -> Path | None:
    """The published table of a run that is scored."""
    path = store.path / "deltas.parquet"
    return path if path.is_file() else None


def artifact_table(store: RunStore, manifest: dict[str, Any]) -> Path:
    return store.artifact(manifest["stage"], manifest["fingerprint"]) / "deltas.parquet"


def _key(store: RunStore) -> str:
    return store.run_id if home.owns(store) else str(store.path)
