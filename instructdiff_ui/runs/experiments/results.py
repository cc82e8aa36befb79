"""What the trials of an experiment came to, arm by arm, each held against random at its budget.

Reads the artifacts that the trainings left. Every number can be traced: a trial names the stages it comes from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...config import SelectionSpec
from ...files import read_json
from ...selection.overlap import Overlap
from ...statistics import METRICS, Difference, Measured, Verdict, compare, judged, measured
from ..exampleresults import read_example_results
from ..plan import Stage
from ..store import RunStore
from .cost import training_flops
from .planning import Trial, leakage_stages, trials
from .records import ExperimentRecord
from .settings import REFERENCE, ExperimentSettings

ALL = "all"  # every held-out row together, beside the domains
FAILURE = "failure.json"
METRIC_NAMES = {
    "nll": "Held-out loss (nats per response token)",
    "exact_match": "Exact answers",
    "choice": "Multiple choice",
    "code_tests": "Code that passes its tests",
    "benchmark": "Benchmarks",
}

Measure = tuple[str, str]  # metric and domain


@dataclass(frozen=True)
class TrialResult:
    """One model, as far as it has got."""

    seed: int
    state: str  # done | waiting | failed
    reason: str = ""  # of a failure
    rows: int = 0  # chosen
    tokens: int = 0  # response tokens among them
    trained_tokens: int = 0
    steps: int = 0
    seconds: float = 0.0  # of the training
    flops: float = 0.0
    evaluate: str = ""  # the artifact that holds its measurements
    finetune: str = ""
    select: str = ""


@dataclass(frozen=True, eq=False)
class ArmResult:
    """One arm at one budget, over its seeds."""

    name: str
    ratio: float | None  # the budget; None for one that keeps what its own rule says
    spec: SelectionSpec | None  # under the first seed; None for models that were not trained on a selection
    trials: tuple[TrialResult, ...] = ()
    measured: dict[Measure, Measured] = field(default_factory=dict)
    verdicts: dict[Measure, Verdict] = field(default_factory=dict)  # against random; none for random itself

    @property
    def done(self) -> tuple[TrialResult, ...]:
        return tuple(trial for trial in self.trials if trial.state == "done")

    @property
    def is_reference(self) -> bool:
        return self.name == REFERENCE

    def mean(self, what: str) -> float:
        """The mean of a number over the trials that are done; nan while there is none."""
        values = [getattr(trial, what) for trial in self.done]
        return float(np.mean(values)) if values else float("nan")


@dataclass(frozen=True)
class Leakage:
    """Held-out rows that are in the pool too."""

    rows: int  # that were held out
    kinds: dict[str, int]  # how many of each kind
    left_out: int  # not measured on


@dataclass(frozen=True, eq=False)
class ExperimentResult:
    record: ExperimentRecord
    settings: ExperimentSettings
    models: tuple[ArmResult, ...]  # not trained on a selection: base and calibrated
    arms: tuple[ArmResult, ...]  # random first at every budget
    measures: tuple[Measure, ...]
    overlaps: dict[tuple[str, str], Overlap]  # of what two arms chose at the first budget under the first seed
    leakage: Leakage | None
    examples: int  # held-out rows that every number is over
    done: int
    total: int

    @property
    def metrics(self) -> list[str]:
        return list(dict.fromkeys(metric for metric, _ in self.measures))

    def arms_at(self, ratio: float) -> list[ArmResult]:
        """The arms of a budget, and those that have their own."""
        return [arm for arm in self.arms if arm.ratio in (ratio, None)]


def result(store: RunStore, record: ExperimentRecord) -> ExperimentResult:
    """What there is of an experiment, finished or not."""
    settings = record.parsed
    every = trials(store, settings)
    found = [(trial, _trial_result(store, trial)) for trial in every]
    leaked = _leakage(store, every[0], settings)
    left_out = leaked[1] if leaked else frozenset()
    evaluated = [one.evaluate for _, one in found if one.evaluate]
    values = {name: _values(store.path / "artifacts" / name, left_out) for name in evaluated}
    arms = _arms(store, found, values)
    judged = _judged(store, arms, settings, left_out)
    return ExperimentResult(
        record=record,
        settings=settings,
        models=tuple(_models(store, every, left_out)),
        arms=tuple(judged),
        measures=tuple(_measures(judged)),
        overlaps=_overlaps(store, every, settings),
        leakage=leaked[0] if leaked else None,
        examples=len({i for frame in values.values() for i in frame[frame["metric"] == "nll"]["example_id"]}),
        done=sum(one.state == "done" for _, one in found),
        total=len(found),
    )


# trials ------------------------------------------------------------------------------------------------------------


def _trial_result(store: RunStore, trial: Trial) -> TrialResult:
    evaluate, finetune, select = trial.stage("evaluate"), trial.stage("finetune"), trial.select
    if not evaluate.done(store):
        reason = _failure(store, trial)
        return TrialResult(trial.seed, "failed" if reason else "waiting", reason)
    trained = store.manifest(finetune.name, finetune.fingerprint)
    chosen = _selection(select.folder(store) / "selection.json")
    assert trained is not None
    return TrialResult(
        seed=trial.seed,
        state="done",
        rows=chosen["total"]["selected"],
        tokens=chosen["total"]["selected_tokens"],
        trained_tokens=trained["facts"]["tokens"],
        steps=trained["facts"]["steps"],
        seconds=trained["facts"]["seconds"],
        flops=training_flops(store, trained),
        evaluate=evaluate.folder(store).name,
        finetune=finetune.folder(store).name,
        select=select.folder(store).name,
    )


def _failure(store: RunStore, trial: Trial) -> str:
    """Why one of its stages failed; empty where none did."""
    for stage in trial.stages:
        if (said := read_json(stage.folder(store) / FAILURE)) and not stage.done(store):
            return f"{stage.label}: {said['message']}"
    return ""


@lru_cache(maxsize=512)  # artifacts are named by their content
def _selection(path: Path) -> dict[str, Any]:
    return read_json(path)


@lru_cache(maxsize=1024)
def _evaluation(folder: Path) -> list[dict[str, Any]]:
    return read_json(folder / "evaluation.json")


@lru_cache(maxsize=1024)
def _read(folder: Path) -> pd.DataFrame:
    return read_example_results(folder)


def _values(folder: Path, left_out: frozenset[str]) -> pd.DataFrame:
    """Long form `example_id, domain, metric, value`, without the rows that are left out."""
    frame = _read(folder)
    return frame[~frame["example_id"].isin(left_out)] if left_out else frame


# arms --------------------------------------------------------------------------------------------------------------


def _arms(
    store: RunStore, found: Sequence[tuple[Trial, TrialResult]], values: dict[str, pd.DataFrame]
) -> list[ArmResult]:
    groups: dict[tuple[str, float | None], list[tuple[Trial, TrialResult]]] = {}
    for trial, one in found:
        groups.setdefault((trial.arm.name, None if trial.arm.own_budget else trial.ratio), []).append((trial, one))
    return [
        ArmResult(
            name=name,
            ratio=ratio,
            spec=same[0][0].spec,
            trials=tuple(one for _, one in same),
            measured=_measured([values[one.evaluate] for one in done]) | _benchmarks(store, done),
        )
        for (name, ratio), same in groups.items()
        for done in [[one for _, one in same if one.state == "done"]]
    ]


def _benchmarks(store: RunStore, done: Sequence[TrialResult]) -> dict[Measure, Measured]:
    """The means of standard benchmarks by task, over seeds; they keep no results of single questions."""
    found: dict[Measure, list[float]] = {}
    for one in done:
        for row in _evaluation(store.path / "artifacts" / one.evaluate):
            if row["model"] == "fine-tuned" and row["metric"] == "benchmark":
                found.setdefault(("benchmark", row["domain"]), []).append(row["value"])
    return {measure: measured(values) for measure, values in found.items()}


def _models(store: RunStore, every: Sequence[Trial], left_out: frozenset[str]) -> Iterable[ArmResult]:
    """The base model, and the calibrated ones over their seeds."""
    for name, work in (("base", "evaluate_base"), ("calibrated", "evaluate_calibrated")):
        stages: dict[str, Stage] = {}
        for trial in every:
            if trial.arm.calibration or trial.arm.scorer or trial.arm.pool_rows:
                continue  # the run's own calibration is meant
            stages |= {stage.fingerprint: stage for stage in trial.stages if stage.work == work and stage.done(store)}
        frames = [_values(stage.folder(store), left_out) for stage in stages.values()]
        if frames:
            yield ArmResult(name=name, ratio=None, spec=None, measured=_measured(frames))


def _measured(frames: Sequence[pd.DataFrame]) -> dict[Measure, Measured]:
    """The mean over seeds of the mean over rows, per metric and domain."""
    if not frames:
        return {}
    means = [_means(frame) for frame in frames]
    return {key: measured([one[key] for one in means if key in one]) for key in means[0]}


def _means(frame: pd.DataFrame) -> dict[Measure, float]:
    by_domain = frame.groupby(["metric", "domain"], sort=True)["value"].mean()
    whole = frame.groupby("metric")["value"].mean()
    out: dict[Measure, float] = {}
    for metric in dict.fromkeys(frame["metric"]):
        out |= {(metric, str(domain)): float(value) for domain, value in by_domain[metric].items()}
        out[metric, ALL] = float(whole[metric])
    return out


def _measures(arms: Sequence[ArmResult]) -> list[Measure]:
    return list(dict.fromkeys(key for arm in arms for key in arm.measured))


# verdicts ----------------------------------------------------------------------------------------------------------


def _judged(
    store: RunStore, arms: Sequence[ArmResult], settings: ExperimentSettings, left_out: frozenset[str]
) -> list[ArmResult]:
    """The arms with their verdicts: each measure is a table of its own, corrected over all arms and budgets in it."""
    first = settings.ratios[0]  # whose random rows stand beside arms with a budget of their own
    evaluated = [tuple(one.evaluate for one in arm.done) for arm in arms]
    budgets = [first if arm.ratio is None else arm.ratio for arm in arms]
    references = {ratio: names for arm, ratio, names in zip(arms, budgets, evaluated, strict=True) if arm.is_reference}
    told: list[dict[Measure, Verdict]] = [{} for _ in arms]
    for measure in _measures(arms):
        if measure[0] not in METRICS:  # benchmarks have means alone
            continue
        pairs = {
            i: (names, references[ratio])
            for i, (ratio, names) in enumerate(zip(budgets, evaluated, strict=True))
            if not arms[i].is_reference and names and references[ratio]
        }
        found = {
            str(i): _difference(store.path / "artifacts", *pair, measure, left_out, tests=len(pairs))
            for i, pair in pairs.items()
        }
        for i, verdict in judged(found, metric=METRICS[measure[0]]).items():
            told[int(i)][measure] = verdict
    return [replace(arm, verdicts=verdicts) for arm, verdicts in zip(arms, told, strict=True)]


@lru_cache(maxsize=4096)  # the bootstrap takes up to some tenths of a second, and the page looks again and again
def _difference(
    artifacts: Path,
    arm: tuple[str, ...],
    reference: tuple[str, ...],
    measure: Measure,
    left_out: frozenset[str],
    *,
    tests: int,
) -> Difference:
    """One arm against random rows, each given by its evaluations."""
    grids = (_grid([_values(artifacts / name, left_out) for name in names], measure) for names in (arm, reference))
    return compare(*_aligned(*grids), tests=tests)


def _grid(frames: Sequence[pd.DataFrame], measure: Measure) -> pd.DataFrame:
    """Held-out rows × seeds of one measure."""
    metric, domain = measure
    columns = []
    for frame in frames:
        rows = frame[(frame["metric"] == metric) & ((frame["domain"] == domain) | (domain == ALL))]
        columns.append(rows.set_index("example_id")["value"])
    return pd.concat(columns, axis=1) if columns else pd.DataFrame()


def _aligned(arm: pd.DataFrame, reference: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """(S, n) of either, over the rows that every model of both was measured on."""
    common = arm.dropna().index.intersection(reference.dropna().index)
    return arm.loc[common].to_numpy().T, reference.loc[common].to_numpy().T


# selections --------------------------------------------------------------------------------------------------------


def _overlaps(store: RunStore, every: Sequence[Trial], settings: ExperimentSettings) -> dict[tuple[str, str], Overlap]:
    """How far two arms chose the same rows, at the first budget under the first seed."""
    chosen: dict[str, frozenset[str]] = {}
    rows = 0
    for trial in every:
        if trial.seed == 0 and trial.ratio == settings.ratios[0] and trial.select.done(store):
            record = _selection(trial.select.folder(store) / "selection.json")
            chosen[trial.arm.name] = frozenset(record["ids"])
            rows = max(rows, record["total"]["rows"])
    names = list(chosen)
    sizes = {name: len(ids) for name, ids in chosen.items()}
    return {
        (a, b): Overlap(len(chosen[a] & chosen[b]), sizes[a], sizes[b], rows)
        for i, a in enumerate(names)
        for b in names[i + 1 :]
    }


def _leakage(store: RunStore, trial: Trial, settings: ExperimentSettings) -> tuple[Leakage, frozenset[str]] | None:
    stage = leakage_stages(trial)[-1]
    if not stage.done(store):
        return None
    found = read_json(stage.folder(store) / "leakage.json")
    ids = frozenset(pair["heldout_id"] for pair in found["pairs"])
    left_out = ids if settings.leaked == "leave_out" else frozenset()
    kinds: dict[str, int] = {}
    for pair in found["pairs"]:
        kinds[pair["kind"]] = kinds.get(pair["kind"], 0) + 1
    return Leakage(found["heldout"], kinds, len(left_out)), left_out
