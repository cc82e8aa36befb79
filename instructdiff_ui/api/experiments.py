"""Experiments: does a selection beat random rows, on this model and this data?

An experiment trains every arm (a way of choosing rows) at every budget under several seeds from the same base model,
and measures all of them on the same held-out rows. It is a job of its run: it queues, stops and goes on like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..config import validated
from ..errors import RunError
from ..files import read_json
from ..runs import executor, home, quotas
from ..runs.experiments import cost, records
from ..runs.experiments import results as _results
from ..runs.experiments.cost import Cost
from ..runs.experiments.planning import experiment_tasks
from ..runs.experiments.records import ExperimentRecord
from ..runs.experiments.results import METRIC_NAMES, ArmResult, ExperimentResult
from ..runs.experiments.settings import ExperimentSettings
from ..runs.experiments.studies import Study, settings_of
from ..runs.experiments.studies import studies as _studies
from ..runs.jobs import EXPERIMENTS
from ..runs.results import artifact_of
from ..runs.store import RunStore
from .permission import check_job, check_repositories

__all__ = ["METRIC_NAMES", "ArmResult", "Cost", "ExperimentResult", "ExperimentSettings", "Study"]


@dataclass(frozen=True)
class ExperimentState:
    """An experiment and how far it is."""

    record: ExperimentRecord
    done: int  # stages
    total: int

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def name(self) -> str:
        return self.record.settings.get("name") or self.record.id

    @property
    def queued(self) -> bool:
        return self.record.queued is not None

    @property
    def finished(self) -> bool:
        return self.done == self.total


def studies(run: str, *, models: Sequence[str] = ()) -> list[Study]:
    """Ready-made experiments for this run; `models` are others whose scores may choose (folders or Hub ids)."""
    store = home.open_store(run)
    return _studies(store.config(), rows=_pool_rows(store), models=models)


def study_settings(
    run: str, study: str, *, models: Sequence[str] = (), changes: Mapping[str, Any] | None = None
) -> ExperimentSettings:
    """The settings of a ready-made experiment under the run's rule, with `changes` on top."""
    known = {one.key: one for one in studies(run, models=models)}
    if study not in known:
        raise RunError(f"There is no study {study!r}; the studies are {', '.join(known)}.")
    return settings_of(known[study], home.open_store(run).spec(), dict(changes or {}))


def experiment_settings(values: Mapping[str, Any]) -> ExperimentSettings:
    """Settings from nested values; `ConfigError` with one sentence for what is unknown or out of range."""
    return validated(ExperimentSettings, values)


def experiment_cost(run: str, settings: ExperimentSettings) -> Cost:
    """What it would take from here: trials, stages, seconds and operations; what is done already costs nothing."""
    return cost.estimate(home.open_store(run), settings)


def create_experiment(run: str, settings: ExperimentSettings) -> str:
    """Write an experiment down and return its id. `ConfigError` for an arm that the run cannot have."""
    store = home.own_store(run)
    for task in experiment_tasks(store, settings):  # a slip is told before anything is written
        quotas.check_settings(task.config)
    check_repositories(store.config(), settings)
    return records.create(store, settings).id


def start_experiment(run: str, experiment: str) -> None:
    """Queue it behind those that wait already, and let a worker do them; also goes on with one that was stopped."""
    store = home.own_store(run)
    check_job(store, experiment_tasks(store, records.get(store, experiment).parsed))
    if store.is_busy() and (executor.job(store) or {}).get("until") != EXPERIMENTS:
        raise RunError(f"Run {store.run_id} is at work: wait, or stop it first.")
    records.queue(store, experiment)
    if not executor.at_work(store):
        executor.start(store, until=EXPERIMENTS)


def run_experiment_here(run: str, experiment: str) -> str:
    """As `start_experiment`, but in this process; returns `done`, `stopped` or `failed`."""
    from ..runs.worker import perform

    store = home.own_store(run)
    store.clear_stop()
    records.queue(store, experiment)
    return perform(store, until=EXPERIMENTS)


def withdraw_experiment(run: str, experiment: str) -> None:
    """Take it out of the queue; what is done is kept. One that is at work is stopped with the run's job."""
    records.unqueue(home.own_store(run), experiment)


def delete_experiment(run: str, experiment: str) -> None:
    """Forget an experiment; the models that it trained stay in the run."""
    store = home.own_store(run)
    if records.get(store, experiment).queued is not None and store.is_busy():
        raise RunError("This experiment is being done: stop the job first.")
    records.delete(store, experiment)


def experiments(run: str) -> list[ExperimentState]:
    """The experiments of a run, newest first, and how far they are."""
    store = home.open_store(run)
    return [_state(store, record) for record in records.records(store)]


def experiment(run: str, experiment: str) -> ExperimentResult:
    """What there is of an experiment: every arm with its intervals and verdicts, finished or not."""
    store = home.open_store(run)
    return _results.result(store, records.get(store, experiment))


def _state(store: RunStore, record: ExperimentRecord) -> ExperimentState:
    stages = [task.stage for task in experiment_tasks(store, record.parsed)]
    return ExperimentState(record, sum(stage.done(store) for stage in stages), len(stages))


def _pool_rows(store: RunStore) -> int:
    folder = artifact_of(store, "tokens")
    if folder is None:
        raise RunError("An experiment needs to know the pool: load and check the data of this run first.")
    return int(read_json(folder / "report.json")["rows"])
