"""The run directory: where a run's settings, artifacts, events and results lie.

It is the single source of truth. Only the worker writes artifacts; everyone else reads. A stage's artifact lies in
`artifacts/<stage>-<fingerprint>` and is finished when its `manifest.json` exists, which is written last. Knows nothing
of what stages do.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ..config import RunConfig, SelectionSpec, from_yaml, validated
from ..errors import RunError
from ..files import read_json, write_json, write_text

_SEED = re.compile(r"-seed\d+$")  # ends the name of a stage under a further calibration seed


class RunStore:
    """Paths and small files of one run directory."""

    def __init__(self, path: Path | str):
        self.path = Path(path).expanduser().resolve()

    @property
    def run_id(self) -> str:
        return self.path.name

    # settings ------------------------------------------------------------------------------------------------------

    def create(self, config: RunConfig) -> None:
        """Make the directory and write its settings; a run in which any stage is done is never overwritten."""
        if self.exists() and (self.is_busy() or any(self.path.glob("artifacts/*/manifest.json"))):
            raise RunError(f"{self.path} already holds a run: resume it, or name another directory.")
        if not self.exists() and self.path.is_dir() and any(self.path.iterdir()):
            raise RunError(f"{self.path} is not empty and holds no run: name a new directory.")
        self.path.mkdir(parents=True, exist_ok=True)
        self.write_config(config)

    def exists(self) -> bool:
        return (self.path / "config.yaml").is_file()

    def config(self) -> RunConfig:
        try:
            return from_yaml((self.path / "config.yaml").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise RunError(f"There is no run in {self.path}: config.yaml is missing.") from None

    def write_config(self, config: RunConfig) -> None:
        write_text(self.path / "config.yaml", config.to_yaml())

    def spec(self) -> SelectionSpec:
        """The selection rule in force: the one chosen last, else the one of the settings."""
        chosen = read_json(self.path / "spec.json")
        return self.config().selection if chosen is None else validated(SelectionSpec, chosen)

    def write_spec(self, spec: SelectionSpec) -> None:
        write_json(self.path / "spec.json", spec.model_dump(mode="json"))

    # artifacts -----------------------------------------------------------------------------------------------------

    def artifact(self, name: str, fingerprint: str) -> Path:
        """The folder of a stage's artifact; the fingerprint tells the seeds apart, whichever of them comes first."""
        return self.path / "artifacts" / f"{_SEED.sub('', name)}-{fingerprint}"

    def manifest(self, name: str, fingerprint: str) -> dict[str, Any] | None:
        """What a finished stage noted down, or None while it is not finished."""
        return read_json(self.artifact(name, fingerprint) / "manifest.json")

    def finish(self, name: str, fingerprint: str, facts: dict[str, Any]) -> None:
        write_json(self.artifact(name, fingerprint) / "manifest.json", facts)

    # the worker's presence -----------------------------------------------------------------------------------------

    def lock(self) -> FileLock:
        """Held by the worker while it lives; the system frees it when the worker is killed."""
        return FileLock(self.path / "worker.lock", thread_local=False)

    def is_busy(self) -> bool:
        """Whether a worker is alive on this run."""
        if not (self.path / "worker.lock").exists():
            return False
        lock = self.lock()
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return True
        lock.release()
        return False

    @property
    def log(self) -> Path:
        return self.path / "worker.log"

    def request_stop(self) -> None:
        (self.path / "stop").touch()

    def clear_stop(self) -> None:
        (self.path / "stop").unlink(missing_ok=True)

    def stop_requested(self) -> bool:
        return (self.path / "stop").exists()


def new_run_id(name: str) -> str:
    """A directory name that sorts by time and tells the run: `20261122-142501-alpaca-math`."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "run"
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{slug}"
