"""What a run is doing, told from its directory alone."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from ..config import digest
from ..errors import UserError
from . import executor
from .events import Progress, StageEvent, events, progress
from .jobs import is_special, tasks
from .plan import Stage, plan
from .store import RunStore

State = Literal["new", "starting", "queued", "running", "stopping", "done", "stopped", "failed", "interrupted"]

ACTIVE = ("starting", "queued", "running", "stopping")


@dataclass(frozen=True)
class StageState:
    name: str
    work: str
    label: str
    status: Literal["done", "running", "queued", "failed", "waiting"]
    seconds: float | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RunStatus:
    """A run at a moment: its state, its stages, how far the running one is, and what went wrong."""

    run_id: str
    name: str
    path: str
    state: State
    until: str | None
    message: str
    stages: tuple[StageState, ...]  # of the run
    job: tuple[StageState, ...] = ()  # of the job that was asked for last: those of the run, or an experiment's
    progress: Progress | None = None

    @property
    def active(self) -> bool:
        return self.state in ACTIVE

    def done(self, work: str) -> bool:
        """Whether the (last) stage that does this work is done."""
        found = [stage for stage in self.stages if stage.work == work]
        return bool(found) and found[-1].status == "done"

    def facts(self, work: str) -> dict[str, Any]:
        return next((stage.facts for stage in reversed(self.stages) if stage.work == work), {})


SMALL = ("config.yaml", "spec.json", "job.json", "events.jsonl", "progress.json", "experiments")


def stamp(store: RunStore) -> str:
    """Changes when anything of the run is written that its status is told from; costs next to nothing."""
    found = []
    for name in SMALL:
        with suppress(OSError):
            info = (store.path / name).stat()
            found.append(f"{name} {info.st_mtime_ns} {info.st_size}")
    return digest(found)


def status(store: RunStore) -> RunStatus:
    config = store.config()
    # In this order: a start is over once the worker has the lock, and whoever is seen to have ended has written
    # its last word into the events.
    starting, busy = executor.is_starting(store), store.is_busy()
    history = events(store)
    state = _state(store, history, busy=busy, starting=starting)
    current = history[-1] if history else None
    until = (executor.job(store) or {}).get("until")
    stages = tuple(
        _stage_state(store, stage, history, state, key=stage.name, label=stage.label)
        for stage in plan(config, store.spec())
    )
    latest = progress(store) if state in ("running", "stopping") else None
    if latest and current and latest.stage != current.stage:
        latest = None
    return RunStatus(
        run_id=store.run_id,
        name=config.title,
        path=str(store.path),
        state=state,
        until=until,
        message=_message(store, state, current),
        stages=stages,
        job=_job(store, until, history, state) if until and is_special(until) else stages,
        progress=latest,
    )


def _state(store: RunStore, history: list[StageEvent], *, busy: bool, starting: bool) -> State:
    last = history[-1] if history else None
    if busy:
        if store.stop_requested():
            return "stopping"
        return "queued" if last and last.status == "queued" else "running"
    if starting:
        return "starting"
    asked = (executor.job(store) or {}).get("requested", 0.0)
    if last is not None and last.time >= asked and last.stage == "job" and last.status in ("done", "stopped", "failed"):
        return last.status  # type: ignore[return-value]
    if last is None and not asked:
        return "new"
    return "stopped" if store.stop_requested() else "interrupted"


def _message(store: RunStore, state: State, last: StageEvent | None) -> str:
    if state == "interrupted":
        if shutil.disk_usage(store.path).free < 1 << 20:  # then the worker could not even write down what went wrong
            return f"The disk is full: the worker could not write {store.path}. Free some space and resume."
        return "The worker ended without a word (killed, or out of memory). Resume goes on where it stopped."
    return last.message if last and state in ("queued", "failed", "stopped") else ""


def _job(store: RunStore, until: str, history: list[StageEvent], state: State) -> tuple[StageState, ...]:
    """The stages of a job that goes beyond the plan of the run."""
    with suppress(UserError):  # the run was changed since
        return tuple(
            _stage_state(store, task.stage, history, state, key=task.key, label=task.label)
            for task in tasks(store, until)
        )
    return ()


def _stage_state(
    store: RunStore, stage: Stage, history: list[StageEvent], state: State, *, key: str, label: str
) -> StageState:
    manifest = store.manifest(stage.name, stage.fingerprint) if stage.done(store) else None
    if manifest is not None:
        return StageState(key, stage.work, label, "done", manifest["seconds"], manifest["facts"])
    current = history[-1] if history else None
    now: Any = "waiting"
    if current and current.stage == key and state in ("running", "stopping", "queued"):
        now = "queued" if state == "queued" else "running"
    elif state == "failed" and _failed_stage(history) == key:
        now = "failed"
    seconds = time.time() - current.time if now == "running" and current else None
    return StageState(key, stage.work, label, now, seconds)


def _failed_stage(history: list[StageEvent]) -> str | None:
    return next((event.stage for event in reversed(history) if event.status == "failed" and event.stage != "job"), None)
