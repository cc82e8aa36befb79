"""The models that were trained and evaluated in one run, arm by arm: which way of choosing rows did what.

An arm is a selection rule and how it was trained on, whatever the seeds; a trial is one model of it. Reads what the
stages left in the run, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..config import SelectionSpec, digest, validated
from ..files import read_json
from ..statistics import Gap, Measured, difference, holm, measured
from .plan import Stage, plan, without_counts
from .seeds import seedless
from .store import RunStore

RECORDED = "trials.json"  # trials whose artifacts are not in the run: those that a run was shipped without


@dataclass(frozen=True)
class Trial:
    """One evaluated model, with all that it can be traced to."""

    evaluate: str  # fingerprint of the evaluation, and so of everything before it
    tokens: str  # fingerprint of the tokens: what was held out, and how it was rendered
    settings: dict[str, Any]  # of the evaluation
    arm: str  # identifies everything that was set, the seeds aside
    spec: dict[str, Any]
    training: dict[str, Any]  # rows, trained tokens and steps
    calibration: dict[str, Any] | None  # the same of the calibration, and what tells it; None for imported scores
    results: list[dict[str, Any]]  # as in evaluation.json
    finished: float  # seconds since the epoch
    calibrations: int = 1  # seeds whose mean was ranked to select

    def of(self, model: str) -> list[dict[str, Any]]:
        return [row for row in self.results if row["model"] == model]


@dataclass(frozen=True)
class Arm:
    """What one way of choosing rows came to."""

    name: str
    spec: SelectionSpec | None  # None for the base and the calibrated model
    rows: int
    tokens: float  # trained tokens over all steps, mean over seeds
    steps: float
    seeds: int
    measured: dict[tuple[str, str], Measured]  # by (metric, domain), as in evaluation.json


def compare(store: RunStore) -> list[Arm]:
    """The base model, the calibrated one, and every arm that was evaluated on the rows that the run now holds out."""
    found = trials(store)
    if not found:
        return []
    arms = [Arm("base", None, 0, 0, 0, 1, _over_seeds([found[0].of("base")]))]
    if calibrated := _calibrated(found, _current(store)):
        facts = [trial.calibration or {} for trial in calibrated]
        arms.append(_arm("calibrated", None, facts, [trial.of("calibrated") for trial in calibrated]))
    by_arm: dict[str, list[Trial]] = {}
    for trial in found:
        by_arm.setdefault(trial.arm, []).append(trial)
    specs = [validated(SelectionSpec, same[0].spec) for same in by_arm.values()]
    for spec, same in zip(specs, by_arm.values(), strict=True):
        results = [trial.of("fine-tuned") for trial in same]
        name = _name(spec, specs) + (f", {n} calibration seeds" if (n := same[0].calibrations) > 1 else "")
        arms.append(_arm(name, spec, [trial.training for trial in same], results))
    return arms


def against_random(arms: Sequence[Arm], metric: str) -> list[Gap | None]:
    """Each arm's gap to the first arm of random rows, its p corrected for their number (Holm).

    None for that arm itself, for models that were not fine-tuned, and where the metric or random rows are missing.
    """
    found = [arm.measured.get((metric, "all")) if arm.spec is not None else None for arm in arms]
    of_random = (one for arm, one in zip(arms, found, strict=True) if one and arm.name.startswith("random"))
    random = next(of_random, None)
    gaps = [None if one is None or random is None or one is random else difference(one, random) for one in found]
    corrected = iter(holm([gap.p for gap in gaps if gap]))
    return [gap and replace(gap, p=float(next(corrected))) for gap in gaps]


def trials(store: RunStore) -> list[Trial]:
    """All evaluated models that can be held against each other, oldest first."""
    current = _current(store)
    if current is None:
        return []
    known = {trial["evaluate"]: Trial(**trial) for trial in read_json(store.path / RECORDED, [])}
    known |= {trial.evaluate: trial for trial in _in_artifacts(store)}
    alike = [trial for trial in known.values() if _comparable(trial, current)]
    return sorted(alike, key=lambda trial: trial.finished)


def recorded(found: Iterable[Trial]) -> list[dict[str, Any]]:
    """What `trials.json` holds."""
    return [asdict(trial) for trial in found]


def _current(store: RunStore) -> Stage | None:
    return next((stage for stage in plan(store.config(), store.spec()) if stage.work == "evaluate"), None)


def _calibrated(found: Iterable[Trial], current: Stage | None) -> list[Trial]:
    """One trial per seed of the calibration that is set now: one by other settings is no seed of the same model."""
    try:
        wanted = digest(seedless(current["calibrate"].settings)) if current else None
    except KeyError:  # made from scores
        return []
    calibrations = [(trial.calibration, trial) for trial in found if trial.calibration]
    return list({facts["fingerprint"]: trial for facts, trial in calibrations if facts["alike"] == wanted}.values())


def _comparable(trial: Trial, current: Stage) -> bool:
    return trial.settings == current.settings and trial.tokens == current["tokens"].fingerprint


def _in_artifacts(store: RunStore) -> Iterable[Trial]:
    for path in store.path.glob("artifacts/evaluate-*/manifest.json"):
        manifest = read_json(path)
        if manifest["stage"] == "evaluate":
            yield _traced(store, manifest, path.parent)


def _traced(store: RunStore, manifest: dict[str, Any], folder: Path) -> Trial:
    select, finetune = _before(store, manifest, "select"), _before(store, manifest, "finetune")
    table, seeds = select, 1
    try:
        if any(without_counts(stage) == "combine" for stage in select["upstream"]):
            table = _before(store, select, "combine")
            seeds = len(table["upstream"])
        score = _before(store, _before(store, table, "deltas"), "score-calibrated")
        calibrate = _before(store, score, "calibrate")
    except KeyError:  # made from scores
        calibrate = None
    settings = [select["settings"], finetune["settings"], calibrate["settings"] if calibrate else {}]
    settings += [{"calibrations": seeds}] if seeds > 1 else []
    return Trial(
        evaluate=manifest["fingerprint"],
        tokens=manifest["upstream"]["tokens"],
        settings=manifest["settings"],
        arm=digest(seedless(settings)),
        spec=select["settings"],
        training=_size(finetune),
        calibration=_size(calibrate) | {"alike": digest(seedless(calibrate["settings"]))} if calibrate else None,
        results=read_json(folder / "evaluation.json"),
        finished=manifest["finished"],
        calibrations=seeds,
    )


def _before(store: RunStore, manifest: dict[str, Any], name: str) -> dict[str, Any]:
    """The manifest of the stage `name` that `manifest` rests on, in whatever round; of several seeds, the first one's.

    `KeyError` if there is none.
    """
    upstream = manifest["upstream"]
    full = next((stage for stage in upstream if without_counts(stage) == name), None)
    found = store.manifest(full, upstream[full]) if full else None
    if found is None:
        raise KeyError(name)
    return found


def _size(manifest: dict[str, Any]) -> dict[str, Any]:
    return {
        "fingerprint": manifest["fingerprint"],
        **{key: manifest["facts"][key] for key in ("rows", "tokens", "steps")},
    }


def _arm(name: str, spec: SelectionSpec | None, sizes: Sequence[dict], results: Sequence[list[dict]]) -> Arm:
    tokens, steps = (float(np.mean([size[key] for size in sizes])) for key in ("tokens", "steps"))
    return Arm(name, spec, sizes[0]["rows"], tokens, steps, len(results), _over_seeds(results))


def _over_seeds(results: Sequence[list[dict[str, Any]]]) -> dict[tuple[str, str], Measured]:
    values: dict[tuple[str, str], list[float]] = {}
    for one in results:
        for row in one:
            values.setdefault((row["metric"], row["domain"]), []).append(row["value"])
    return {key: measured(same) for key, same in values.items()}


def _name(spec: SelectionSpec, every: Iterable[SelectionSpec]) -> str:
    """The strategy, and whatever else sets it apart from arms of the same strategy."""
    if spec.ratio == 1 and spec.strategy == "random" and not spec.domains:
        return "full data"
    others = [other for other in every if other.strategy == spec.strategy and other.ratio < 1]
    settings = spec.model_dump(mode="json", exclude={"strategy", "seed", "pinned", "excluded", "domains"})
    apart = [f"{key} {value}" for key, value in settings.items() if any(getattr(o, key) != value for o in others)]
    return ", ".join([spec.strategy, *apart])
