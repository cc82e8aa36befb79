"""The experiments of a run, as files: `experiments/<id>.json`, each with its settings and whether it waits to be done.

Results are no part of it: they are read from the artifacts that the trainings left.
"""

from __future__ import annotations

import re
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ...config import validated
from ...errors import ConfigError, RunError
from ...files import read_json, write_json
from ..store import RunStore
from .settings import ExperimentSettings

MAX_EXPERIMENTS = 200


@dataclass(frozen=True)
class ExperimentRecord:
    id: str
    created: float  # seconds since the epoch
    settings: dict[str, Any]
    queued: float | None = None  # since when it waits for the worker, or is at work; None: it has ended

    @property
    def parsed(self) -> ExperimentSettings:
        return validated(ExperimentSettings, self.settings)


def create(store: RunStore, settings: ExperimentSettings) -> ExperimentRecord:
    """Write an experiment down; its id sorts by time and tells its name."""
    if len(records(store)) >= MAX_EXPERIMENTS:
        raise RunError(f"This run has {MAX_EXPERIMENTS} experiments already: delete one first.")
    slug = re.sub(r"[^a-z0-9]+", "-", settings.name.lower()).strip("-")[:40] or "experiment"
    first = made = f"{time.strftime('%Y%m%d-%H%M%S')}-{slug}"
    number = 2
    while _path(store, made).exists():
        made, number = f"{first}-{number}", number + 1
    record = ExperimentRecord(made, time.time(), settings.model_dump(mode="json"))
    return _write(store, record)


def records(store: RunStore) -> list[ExperimentRecord]:
    """All experiments of the run, newest first."""
    paths = sorted((store.path / "experiments").glob("*.json"))
    found = [ExperimentRecord(**values) for path in paths if (values := read_json(path)) is not None]
    return sorted(found, key=lambda record: (record.created, record.id), reverse=True)


def get(store: RunStore, key: str) -> ExperimentRecord:
    """The experiment with this id, or the newest of this name; `ConfigError` that lists the ids where there is none."""
    known = records(store)
    for record in known:
        if key in (record.id, record.settings.get("name")):
            return record
    ids = ", ".join(record.id for record in known) or "none"
    raise ConfigError(f"There is no experiment {key[:80]!r} in this run; there is {ids}.")


def waiting(store: RunStore) -> list[ExperimentRecord]:
    """Those that the worker is to do, in the order in which they were asked for."""
    return sorted((r for r in records(store) if r.queued is not None), key=lambda r: (r.queued or 0, r.id))


def queue(store: RunStore, key: str) -> ExperimentRecord:
    return _write(store, replace(get(store, key), queued=time.time()))


def unqueue(store: RunStore, key: str) -> ExperimentRecord:
    return _write(store, replace(get(store, key), queued=None))


def delete(store: RunStore, key: str) -> None:
    """Forget the experiment; what its trainings left stays, and serves whoever asks for the same."""
    _path(store, get(store, key).id).unlink(missing_ok=True)


def _write(store: RunStore, record: ExperimentRecord) -> ExperimentRecord:
    write_json(_path(store, record.id), asdict(record))
    return record


def _path(store: RunStore, key: str) -> Path:
    return store.path / "experiments" / f"{key}.json"
