"""The process that does a run's work: `python -m instructdiff_ui.runs.worker RUN_DIR --until STAGE`.

It holds the run's lock while it lives, does the stages that are not done yet, waits for the accelerator where a stage
needs it, and writes what happens into the run directory. It talks to nobody: others read. On a public server it waits
for a place first; what takes memory is imported after that.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import Timeout

from .. import __version__
from ..config import RunConfig
from ..errors import RunError, Stopped, UserError, disk_full, hidden
from ..files import write_json
from . import quotas
from .admission import Admission
from .events import Meter, Status, record
from .experiments import records
from .jobs import EXPERIMENTS, Task, tasks
from .plan import Stage, plan
from .store import RunStore

if TYPE_CHECKING:
    from .stages.context import Context

FAILURE = "failure.json"  # in the folder of a stage that was tried in vain: why


def perform(store: RunStore, *, until: str, should_stop: Callable[[], bool] | None = None) -> str:
    """Do the stages up to `until` that are not done; returns `done`, `stopped` or `failed`, as recorded.

    Raises `RunError` when another worker is on this run.
    """
    lock = store.lock()
    try:
        lock.acquire(timeout=10)  # somebody who merely looks holds it for an instant
    except Timeout:
        raise RunError(f"Another worker is on run {store.run_id}: stop it first, or wait.") from None
    try:
        return _recorded(store, until, should_stop or store.stop_requested)
    finally:
        lock.release()


def _recorded(store: RunStore, until: str, should_stop: Callable[[], bool]) -> str:
    """Run the stages; whatever ends them is recorded with its cause."""
    begin(store, until)
    return end(store, attempt(Job(store, should_stop), until))


def begin(store: RunStore, until: str) -> None:
    """Record that a job begins, whichever processes are going to do it."""
    (store.path / "progress.json").unlink(missing_ok=True)
    record(store, "job", "started", until=until)


@dataclass(frozen=True)
class Ending:
    """What ended a job, or a part of one, and in which stage; `None` for the status: the rest is not this part's."""

    status: Status | None
    message: str = ""
    stage: str = ""


def attempt(job: Job, until: str) -> Ending:
    """Run the stages; whatever ends them is told with its cause."""
    status: Status | None = "failed"
    try:
        job.run(until)
    except NotOurs:
        status, message = None, ""
    except Stopped:
        status, message = "stopped", job.admission.out_of_time() or "Stopped; what is done is kept."
    except UserError as error:
        message = error.message
    except OSError as error:
        message = hidden(str(disk_full(error, "the run directory") or error))
        _print_traceback()
    except Exception as error:
        message = hidden(f"Unexpected {type(error).__name__}: {error}")
        _print_traceback()
    else:
        status, message = "done", ""
    return Ending(status, message, job.stage)


def _print_traceback() -> None:
    """Into the log, where whoever may see the run reads it."""
    print(hidden(traceback.format_exc()), file=sys.stderr)


def end(store: RunStore, ending: Ending) -> Status:
    """Record how a job ended."""
    status, message = ending.status, ending.message
    assert status is not None
    if status != "done":
        print(f"{status}: {message}", flush=True)  # into the log; whoever asked for the job tells the person
        record(store, ending.stage or "job", status, message)
    record(store, "job", status, message)
    return status


class NotOurs(Exception):
    """The next stage is for another process to do."""


@dataclass
class Part:
    """The share of a process in a job that several processes do in turn: the stages on the accelerator, or the others.

    Such a process starts no processes of its own.
    """

    accelerator: bool
    queues: bool = True  # whether this machine's accelerator is handed from job to job here
    given_up: dict[str, str] = field(default_factory=dict)  # why optional stages failed, in all parts, by fingerprint

    def may_do(self, stage: Stage) -> bool:
        return stage.accelerator == self.accelerator

    def settings(self, config: RunConfig) -> RunConfig:
        """The settings for this process, which change no number: it starts no others, and may see no accelerator."""
        alone = {"scoring": config.scoring.model_copy(update={"processes": 1})}
        if self.accelerator or config.model is None:
            return config.model_copy(update=alone)
        return config.model_copy(update=alone | {"model": config.model.model_copy(update={"device": "cpu"})})


class Job:
    """One pass over the stages that were asked for, or over those of a `part` as long as it is their turn."""

    def __init__(self, store: RunStore, should_stop: Callable[[], bool], *, part: Part | None = None):
        self.store, self.part = store, part
        self.stage = ""
        self.admission = Admission(store, should_stop, alone=part is None)
        self._models: Any = None  # engine.models.Models, once a stage asks for weights

    def run(self, until: str) -> None:
        try:
            self.admission.take_place(until)
            if until == EXPERIMENTS:
                self._experiments()
            else:
                self._all(tasks(self.store, until))
        finally:
            if self._models is not None:
                self._models.close()
            self.admission.close()

    def _experiments(self) -> None:
        """One experiment after the other, those included that are asked for meanwhile."""
        failed = dict(self.part.given_up) if self.part else {}
        while waiting := records.waiting(self.store):
            failed |= self._all(tasks(self.store, EXPERIMENTS))
            records.unqueue(self.store, waiting[0].id)
        if failed:
            stages = "1 stage" if len(failed) == 1 else f"{len(failed)} stages"
            raise RunError(f"{stages} failed, all else is done. The first: {next(iter(failed.values()))}")

    def _all(self, wanted: list[Task]) -> dict[str, str]:
        """Do what is not done; returns why optional stages failed, by their fingerprint."""
        from .results import publish

        main = plan(self.store.config(), self.store.spec())
        given_up = self.part.given_up if self.part else {}
        failed: dict[str, str] = {}
        missing = set(given_up)  # fingerprints of what cannot be had
        for task in wanted:
            publish(self.store, main)
            stage = task.stage
            if stage.done(self.store):
                continue
            if stage.fingerprint in missing or missing & {before.fingerprint for before in stage.upstream}:
                missing.add(stage.fingerprint)
                continue
            if self.part is not None and not self.part.may_do(stage):
                raise NotOurs
            try:
                self._do(task)
            except UserError as error:
                if not task.optional:
                    raise
                self._note_failure(task, error.message)
                failed[stage.fingerprint] = given_up[stage.fingerprint] = error.message
                missing.add(stage.fingerprint)
        publish(self.store, main)
        return failed

    def _note_failure(self, task: Task, message: str) -> None:
        print(f"failed: {message}", flush=True)
        write_json(task.stage.folder(self.store) / FAILURE, {"message": message})
        record(self.store, task.key, "failed", message)

    def _do(self, task: Task) -> None:
        from .stages import WORK
        from .stages.context import Context

        stage = task.stage
        self.stage = task.key
        if self.admission.should_stop():
            raise Stopped
        if stage.accelerator:
            quotas.check_pool(self.store)
            if self.part is None or self.part.queues:
                self.admission.take_turn(task.key)
        meter = Meter(self.store, task.key)
        record(self.store, task.key, "started")
        meter.begin()
        print(f"{time.strftime('%H:%M:%S')} {task.label if task.optional else stage.name}", flush=True)
        begun = time.monotonic()
        config = self._settings(task.config)
        context = Context(self.store, config, stage, meter, self.admission.should_stop, lambda: self._weights(context))
        context.folder.mkdir(parents=True, exist_ok=True)
        (context.folder / FAILURE).unlink(missing_ok=True)
        facts = WORK[stage.work](context)
        seconds = time.monotonic() - begun
        self.store.finish(stage.name, stage.fingerprint, _manifest(stage, facts, seconds))
        record(self.store, task.key, "done", **_small(facts))

    def _settings(self, config: RunConfig) -> RunConfig:
        """The settings for this process; how many others score beside it is not for visitors to say."""
        if self.admission.limited:
            return config.model_copy(update={"scoring": config.scoring.model_copy(update={"processes": None})})
        return config if self.part is None else self.part.settings(config)

    def _weights(self, context: Context):
        """The weights of the model that the stage is about; those of another one are given back first."""
        from ..engine.models import Models
        from .stages.context import pinned_config

        config = pinned_config(context.config, context.facts("tokens")).model
        assert config is not None
        if self._models is not None and self._models.config != config:
            self._models.close()
            self._models = None
        if self._models is None:
            self._models = Models(config)
        return self._models


def _manifest(stage: Stage, facts: dict, seconds: float) -> dict:
    """What a number of this artifact can be traced to."""
    return {
        "stage": stage.name,
        "fingerprint": stage.fingerprint,
        "settings": stage.settings,
        "upstream": {before.name: before.fingerprint for before in stage.upstream},
        "facts": facts,
        "seconds": round(seconds, 3),
        "finished": time.time(),
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """The versions of what computes: this package, Python and the libraries."""
    found = {"instructdiff_ui": __version__, "python": platform.python_version()}
    for name in ("torch", "transformers", "peft", "trl", "datasets", "numpy", "pandas"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _small(facts: dict) -> dict:
    return {key: value for key, value in facts.items() if isinstance(value, (int, float, str))}


def main() -> int:
    parser = argparse.ArgumentParser(description="Do the work of a run.")
    parser.add_argument("run_dir", type=Path)
    parser.add_argument("--until", required=True)
    arguments = parser.parse_args()
    try:
        status = perform(RunStore(arguments.run_dir), until=arguments.until)
    except UserError as error:
        print(error.message, file=sys.stderr)
        return 2
    return {"done": 0, "stopped": 3}.get(status, 2)


if __name__ == "__main__":
    sys.exit(main())
