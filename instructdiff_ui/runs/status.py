"""What a run is doing, told from its directory alone."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Literal

from . import executor
from .events import Progress, StageEvent, events, progress
from .plan import plan
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
    stages: tuple[StageState, ...]
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


def status(store: RunStore) -> RunStatus:
    config = store.config()
    history = events(store)
    state = _state(store, history)
    current = history[-1] if history else None
    stages = tuple(_stage_state(store, stage, current, state) for stage in plan(config, store.spec()))
    latest = progress(store) if state in ("running", "stopping") else None
    if latest and current and latest.stage != current.stage:
        latest = None
    return RunStatus(
        run_id=store.run_id,
        name=config.name or store.run_id,
        path=str(store.path),
        state=state,
        until=(executor.job(store) or {}).get("until"),
        message=_message(state, current),
        stages=stages,
        progress=latest,
    )


def _state(store: RunStore, history: list[StageEvent]) -> State:
    last = history[-1] if history else None
    if store.is_busy():
        if store.stop_requested():
            return "stopping"
        return "queued" if last and last.status == "queued" else "running"
    if executor.is_starting(store):
        return "starting"
    if last is None:
        return "interrupted" if executor.job(store) else "new"
    if last.stage == "job" and last.status in ("done", "stopped", "failed"):
        asked_later = (executor.job(store) or {}).get("requested", 0) > last.time + 60
        return "interrupted" if asked_later else last.status  # type: ignore[return-value]
    return "stopped" if store.stop_requested() else "interrupted"


def _message(state: State, last: StageEvent | None) -> str:
    if state == "interrupted":
        return "The worker ended without a word (killed, or out of memory). Resume goes on where it stopped."
    return last.message if last and state in ("queued", "failed", "stopped") else ""


def _stage_state(store: RunStore, stage, current: StageEvent | None, state: State) -> StageState:
    manifest = store.manifest(stage.name, stage.fingerprint)
    if manifest is not None:
        return StageState(stage.name, stage.work, stage.label, "done", manifest["seconds"], manifest["facts"])
    here = current is not None and current.stage == stage.name
    now: Any = "waiting"
    if here and state in ("running", "stopping"):
        now = "running"
    elif here and state == "queued":
        now = "queued"
    elif state == "failed" and _failed_stage(store) == stage.name:
        now = "failed"
    seconds = time.time() - current.time if now == "running" and current else None
    return StageState(stage.name, stage.work, stage.label, now, seconds)


def _failed_stage(store: RunStore) -> str | None:
    failed = [event.stage for event in events(store) if event.status == "failed" and event.stage != "job"]
    return failed[-1] if failed else None
