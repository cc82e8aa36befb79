"""What happened in a run, and how far its stage is.

`events.jsonl` takes one line for each change of a stage's state, appended by the worker alone. `progress.json` holds
the latest progress of the running stage and is replaced in place, so that hours of work do not make a long file.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from ..files import read_json, read_jsonl, write_json
from .store import RunStore

Status = Literal["queued", "started", "done", "stopped", "failed"]


@dataclass(frozen=True)
class StageEvent:
    run_id: str
    stage: str
    status: Status
    message: str = ""
    metrics: dict[str, Any] = field(default_factory=dict)
    time: float = 0.0


@dataclass(frozen=True)
class Progress:
    """How far the running stage is: `step` of `total` in `unit`, at `rate` units a second, `eta` seconds to go."""

    stage: str
    step: int
    total: int
    unit: str
    rate: float
    eta: float | None
    metrics: dict[str, Any] = field(default_factory=dict)
    time: float = 0.0


def record(store: RunStore, stage: str, status: Status, message: str = "", **metrics: Any) -> None:
    event = StageEvent(store.run_id, stage, status, message, metrics, time.time())
    with (store.path / "events.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(asdict(event), ensure_ascii=False) + "\n")


def events(store: RunStore) -> list[StageEvent]:
    return [StageEvent(**line) for line in read_jsonl(store.path / "events.jsonl")]


def progress(store: RunStore) -> Progress | None:
    values = read_json(store.path / "progress.json")
    return Progress(**values) if values else None


class Meter:
    """Turns a stage's steps into `progress.json`, at most a few times a second."""

    INTERVAL = 0.25  # seconds

    def __init__(self, store: RunStore, stage: str, clock: Callable[[], float] = time.monotonic):
        self._store, self._stage, self._clock = store, stage, clock
        self._start = self._written = -1.0
        self._first = 0

    def begin(self) -> None:
        """Show the stage as begun, before there is anything to count: models and libraries are being loaded."""
        write_json(self._store.path / "progress.json", asdict(Progress(self._stage, 0, 0, "", 0.0, None)))

    def __call__(self, step: int, total: int, unit: str = "rows", **metrics: Any) -> None:
        """Note that `step` of `total` units are done; the first call marks where this job took up the stage."""
        now = self._clock()
        if self._start < 0:
            self._start, self._first = now, step
        if step < total and 0 <= now - self._written < self.INTERVAL and self._written >= 0:
            return
        self._written = now
        elapsed = now - self._start
        rate = (step - self._first) / elapsed if elapsed > 0 else 0.0
        eta = (total - step) / rate if rate > 0 else None
        values = Progress(self._stage, step, total, unit, rate, eta, metrics, time.time())
        write_json(self._store.path / "progress.json", asdict(values))
