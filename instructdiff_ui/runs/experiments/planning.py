"""The trials of an experiment, and the stages that each of them takes.

A trial is one arm at one budget under one seed: a plan of its own, most of which it shares with the others. Artifacts
are named by content, so whatever another trial, experiment or the run itself has done already is not done again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ...config import RunConfig, SelectionSpec, from_yaml, updated
from ...errors import RunError
from ...files import read_json
from ...selection.groups import share_of
from .. import exampleresults
from ..jobs import Task
from ..plan import Stage, plan, scored_by
from ..store import RunStore
from .records import waiting
from .settings import CONTROL_SEED, ArmSettings, ExperimentSettings


@dataclass(frozen=True)
class Trial:
    """One model to train and to measure."""

    arm: ArmSettings
    ratio: float
    seed: int  # 0, 1, …: on top of the seeds that are set
    config: RunConfig
    spec: SelectionSpec
    stages: tuple[Stage, ...]

    def stage(self, work: str) -> Stage:
        return next(stage for stage in reversed(self.stages) if stage.work == work)

    def config_of(self, stage: Stage) -> RunConfig:
        """The settings that a stage is done under: where another model scores, its stages see that model."""
        if self.arm.scorer is None:
            return self.config
        own = self.stage("finetune")["tokens"].fingerprint
        try:
            foreign = stage["tokens"].fingerprint != own
        except KeyError:  # no model has a part in it
            foreign = False
        return self.config.model_copy(update={"model": self.arm.scorer}) if foreign else self.config

    @property
    def select(self) -> Stage:
        """The selection that is trained on."""
        return self.stage("finetune")["select"]


def trials(store: RunStore, settings: ExperimentSettings) -> tuple[Trial, ...]:
    """Every trial, the reference's included: first all arms under the first seed, so that a picture forms early.

    Raises `RunError` for a run whose rows are not known yet, `ConfigError` for an arm that the run cannot have.
    """
    config = store.config()
    return _trials(config.to_yaml(), settings.model_dump_json(), _pool_rows(store, config))


@lru_cache(maxsize=32)  # planning validates the settings of every trial, and whoever looks at a job asks again
def _trials(config: str, settings: str, rows: tuple[tuple[str, int], ...]) -> tuple[Trial, ...]:
    run, asked = from_yaml(config), ExperimentSettings.model_validate_json(settings)
    return tuple(
        _trial(run, asked, arm, ratio, seed, dict(rows))
        for seed in range(asked.seeds)
        for ratio in asked.ratios
        for arm in (asked.reference, *asked.arms)
        if not arm.own_budget or ratio == asked.ratios[0]
    )


def _pool_rows(store: RunStore, config: RunConfig) -> tuple[tuple[str, int], ...]:
    """How many rows each domain of the pool has, as they were tokenised."""
    tokens = next((stage for stage in plan(config, store.spec()) if stage.work == "tokens"), None)
    if tokens is None:
        raise RunError("This run was made from a scored file and has no model: name one to train.")
    report = read_json(tokens.folder(store) / "report.json")
    if report is None or not tokens.done(store):
        raise RunError("An experiment needs to know the pool: load and check the data of this run first.")
    return tuple(sorted(report["domains"].items()))


def _trial(
    run: RunConfig, asked: ExperimentSettings, arm: ArmSettings, ratio: float, seed: int, rows: dict[str, int]
) -> Trial:
    size = sum(rows.values())
    reduced = min(arm.pool_rows or size, size)
    # from a smaller pool as many rows are chosen as from the whole
    share = min(1.0, round(ratio * size / reduced, 6))
    spec = asked.spec_of(arm, share, seed)
    matched = (arm.steps or asked.steps) == "matched"
    steps = matched_steps(run, asked.spec_of(asked.reference, ratio, seed), rows) if matched else None
    config = updated(run, _changes(run, asked, arm, seed, steps))
    stages = plan(config, spec) if arm.scorer is None else scored_by(config, spec, arm.scorer)
    return Trial(arm, ratio, seed, config, spec, tuple(map(_measuring, stages)))


def _changes(
    run: RunConfig, asked: ExperimentSettings, arm: ArmSettings, seed: int, steps: int | None
) -> dict[str, Any]:
    """What a trial changes of the run's settings."""
    changes: dict[str, Any] = {"finetune": {"seed": run.finetune.seed + seed}}
    if steps is not None:
        changes["finetune"]["max_steps"] = steps
    if arm.calibration:
        changes["calibration"] = arm.calibration
    if arm.pool_rows is not None:
        changes["data"] = {"pool_rows": arm.pool_rows}
    if asked.calibrate_anew and seed:
        calibration = updated(run, changes).calibration
        moved = {"seed": calibration.seed + seed * calibration.seeds}
        training = {"seed": calibration.training.seed + seed * calibration.seeds}
        changes["calibration"] = {**arm.calibration, **moved}
        changes["calibration"]["training"] = {**(arm.calibration.get("training") or {}), **training}
    return changes


def matched_steps(run: RunConfig, reference: SelectionSpec, rows: dict[str, int]) -> int:
    """The optimiser steps of the reference at its budget: ⌈epochs · rows ÷ batch⌉."""
    if reference.scope == "global":
        kept = share_of(reference.ratio, sum(rows.values()))
    else:
        kept = sum(share_of(reference.ratio_of(domain), n) for domain, n in rows.items())
    return max(1, math.ceil(round(run.finetune.num_train_epochs * kept) / run.finetune.batch_size))


def _measuring(stage: Stage) -> Stage:
    """The same stage; a measurement counts as done only with a value for every held-out row."""
    return replace(stage, leaves=(exampleresults.FILE,)) if stage.work.startswith("evaluate") else stage


# what is to be done ------------------------------------------------------------------------------------------------


def experiment_tasks(store: RunStore, settings: ExperimentSettings) -> list[Task]:
    """Every stage of every trial, once, in order; the check for leaked rows first."""
    every = trials(store, settings)
    found: dict[str, Task] = {}
    for stage in leakage_stages(every[0]):
        found[_key(stage)] = Task(stage, every[0].config, _key(stage), stage.label)
    for trial in every:
        for stage in _needed(trial):
            key = _key(stage)
            found.setdefault(key, Task(stage, trial.config_of(stage), key, _label(trial, stage), optional=True))
    return list(found.values())


def waiting_tasks(store: RunStore) -> list[Task]:
    """The stages of the experiment whose turn it is; none where none waits."""
    first = next(iter(waiting(store)), None)
    return [] if first is None else experiment_tasks(store, first.parsed)


def leakage_stages(trial: Trial) -> list[Stage]:
    """The check for held-out rows that are in the pool too, after the stage that it rests on."""
    pool = next(stage for stage in trial.stages if stage.work in ("pool", "import_scores"))
    return [pool, Stage("leakage", "leakage", "Check leakage", {}, (pool,))]


def _needed(trial: Trial) -> Iterator[Stage]:
    """The stages that the trial's measurement rests on, in order."""
    wanted, waiting_for = set(), [trial.stage("evaluate")]
    while waiting_for:
        stage = waiting_for.pop()
        wanted.add(_key(stage))
        waiting_for += stage.upstream
    return (stage for stage in trial.stages if _key(stage) in wanted)


def _key(stage: Stage) -> str:
    return f"{stage.name}-{stage.fingerprint}"


_OF_A_TRIAL = ("select", "finetune", "evaluate")


def _label(trial: Trial, stage: Stage) -> str:
    if stage.work not in _OF_A_TRIAL:
        return stage.label
    budget = "" if trial.arm.own_budget else f", {100 * trial.ratio:.12g} %"
    return f"{stage.label} · {trial.arm.name}{budget}, seed {trial.seed}"


def control() -> ArmSettings:
    """Random rows once more, drawn otherwise: whatever is found between the two is chance."""
    return ArmSettings(name="random again (control)", selection={"strategy": "random", "seed": CONTROL_SEED})
