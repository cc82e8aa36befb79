"""Which stages a job does, each with the settings it is done under.

A job is named by what a person asked for: a stage of the run's plan (`tokens`, `select`, `evaluate`), the scores that a
strategy needs (`strategy:ifd`), or the experiments that wait (`experiments`). Knows no work and no processes.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..config import RunConfig
from ..errors import RunError
from .plan import Stage, plan
from .store import RunStore

STRATEGY, EXPERIMENTS = "strategy:", "experiments"


@dataclass(frozen=True)
class Task:
    """A stage to do, and the settings of the run as that stage is to see them."""

    stage: Stage
    config: RunConfig
    key: str  # what events and progress call it
    label: str  # what people call it
    optional: bool = False  # whether a failure leaves the rest of the job to be done


def is_special(until: str) -> bool:
    """Whether a job is more than a stage of the run's plan."""
    return until == EXPERIMENTS or until.startswith(STRATEGY)


def tasks(store: RunStore, until: str) -> list[Task]:
    """The stages that a job up to `until` rests on, in order, done or not."""
    if until == EXPERIMENTS:
        from .experiments.planning import waiting_tasks

        return waiting_tasks(store)
    config = store.config()
    if until.startswith(STRATEGY):
        from .plan import extra_stages

        spec = store.spec().model_copy(update={"strategy": until.removeprefix(STRATEGY)})
        stages = extra_stages(config, spec)
    else:
        stages = needed(plan(config, store.spec()), until)
    return [Task(stage, config, key=stage.name, label=stage.label) for stage in stages]


def needed(stages: list[Stage], until: str) -> list[Stage]:
    """The stages that `until` rests on, itself included, in order; `RunError` where the run has no such stage."""
    target = next((stage for stage in reversed(stages) if stage.work == until), None)
    if target is None:
        raise RunError("This run was made from a scored file and has no model: name one to train.")
    wanted: set[str] = set()
    waiting = [target]
    while waiting:
        stage = waiting.pop()
        wanted.add(stage.name)
        waiting += stage.upstream
    return [stage for stage in stages if stage.name in wanted]
