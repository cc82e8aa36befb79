"""A job done in slices from the page's own event, for Spaces that lend a GPU call by call (ZeroGPU).

There a worker in the background has no GPU, since only what a visitor's own request asks for is counted as theirs. So
the event iterates over `slices`: stages that need no accelerator are done by a short-lived process of the server, under
the visitor's credentials; those that need one are done in lent calls (`parts.on_gpu`), each asked for as long as the
rate seen so far makes likely. The server only holds the run's lock and records how the job ends.

The lent call writes shards and checkpoints itself, whole or not at all, into the run directory, which is on the same
disk. Handing them to the server to write would lose all that a slice has done when the platform ends it, and send the
state of a training through a pipe; so at most the unit at work is lost, as with a worker that is killed.

The platform decides whose call runs when, so the app's own accelerator queue is left out there.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from filelock import Timeout

from .. import hosting
from ..errors import RunError, UserError, hidden
from . import parts, zerogpu
from .events import events, progress
from .executor import credentials, environment, job
from .jobs import Task, tasks
from .parts import margin
from .store import RunStore
from .worker import Ending, begin, end
from .zerogpu import LEAST, Refusal, SliceLimits

PAUSED = "the run is paused and goes on when you press Resume."
STARTING = 12  # seconds until the first step of a slice: libraries and weights
SPARE = 1.25  # what is asked for over what is expected


@dataclass(frozen=True)
class SliceResult:
    """What came of one slice; an `ending` without a status means that there is more to do."""

    ending: Ending
    given_up: dict[str, str] = field(default_factory=dict)  # as in `Part`
    seconds: int = 0  # that the GPU was asked for


Gpu = Callable[[str, str, int, dict[str, str], dict[str, Any]], Any]


def asked_for(store: RunStore) -> str | None:
    """The job that waits for an event to do it (see `executor.start`); None where none does."""
    last, history = job(store) or {}, events(store)
    if not last.get("inline") or (history and history[-1].time >= last["requested"]):
        return None
    return last["until"]


def slices(store: RunStore, *, until: str, gpu: Gpu | None = None) -> Iterator[SliceResult]:
    """Bring a run up to `until`, slice by slice; how it ended is recorded, also when nobody iterates on.

    Raises `RunError` when somebody else is on this run.
    """
    with _lock(store):
        begin(store, until)
        ending = Ending("stopped", f"The page was closed: {PAUSED}")
        try:
            for part in _Slices(store, until, gpu or parts.on_gpu).all():
                if part.ending.status is not None:
                    ending = part.ending
                yield part
        except UserError as error:
            ending = Ending("failed", error.message)
        except Exception as error:
            ending = Ending("failed", hidden(f"Unexpected {type(error).__name__}: {error}"))
            raise
        finally:
            end(store, ending)


@contextmanager
def _lock(store: RunStore) -> Iterator[None]:
    lock = store.lock()
    try:
        lock.acquire(timeout=10)  # somebody who merely looks holds it for an instant
    except Timeout:
        raise RunError(f"Run {store.run_id} is at work already: wait, or stop it first.") from None
    try:
        yield
    finally:
        lock.release()


class _Slices:
    """One job: whose turn it is, and what the slices so far have shown."""

    def __init__(self, store: RunStore, until: str, gpu: Gpu):
        self.store, self.until, self.gpu = store, until, gpu
        self.hub = credentials()  # of the visitor who asks, for the whole job
        self.limits = zerogpu.slice_limits()
        self.given_up: dict[str, str] = {}
        self.seconds = 0  # of the last slice
        self.in_vain = 0  # slices in a row that have finished nothing

    def all(self) -> Iterator[SliceResult]:
        on_gpu = False  # the first part also fetches the weights, which takes no GPU time then
        while True:
            if self.store.stop_requested():
                yield SliceResult(Ending("stopped", "Stopped; what is done is kept."))
                return
            part = self._slice() if on_gpu else self._without_gpu()
            self.given_up = part.given_up
            yield part
            if part.ending.status is not None:
                return
            waiting = self._waiting()
            on_gpu = not on_gpu or bool(waiting and waiting[0].stage.accelerator)

    def _waiting(self) -> list[Task]:
        """The stages still to be done, without those that rest on one that failed."""
        missing, found = set(self.given_up), []
        for task in tasks(self.store, self.until):
            stage = task.stage
            if stage.done(self.store):
                continue
            if stage.fingerprint in missing or missing & {before.fingerprint for before in stage.upstream}:
                missing.add(stage.fingerprint)
            else:
                found.append(task)
        return found

    def _without_gpu(self) -> SliceResult:
        """Do what needs no accelerator in a process of its own, with the visitor's credentials and no one else's."""
        request = {"until": self.until, "given_up": self.given_up}
        with self.store.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "instructdiff_ui.runs.parts", str(self.store.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                encoding="utf-8",
                env=_without_spaces(environment() | self.hub),
            )
            said, _ = process.communicate(json.dumps(request))
        with suppress(ValueError, IndexError):
            return _read(json.loads(said.splitlines()[-1]))
        return SliceResult(Ending("failed", f"The worker ended with exit code {process.returncode}; see the log."))

    def _slice(self) -> SliceResult:
        """One lent call, and what it means for the job that it came to nothing."""
        waiting = self._waiting()
        task = next((one for one in waiting if one.stage.accelerator), None)
        self.seconds = next_seconds(
            self.seconds,
            left=_seconds_left(self.store, task),
            more=sum(one.stage.accelerator for one in waiting) > 1,
            in_vain=self.in_vain > 0,
            limits=self.limits,
        )
        if hosting.on_zero_gpu():
            _import_libraries()
        before = _finished(self.store)
        (self.store.path / "progress.json").unlink(missing_ok=True)
        try:
            part = self._call(self.seconds)
        except Exception as error:
            part = self._refused(zerogpu.refusal(error))
        if part.ending.status is not None:
            return part
        moved = bool(_finished(self.store) - before) or part.given_up != self.given_up
        self.in_vain = 0 if moved else self.in_vain + 1
        return part if self.in_vain < 2 else SliceResult(_in_vain(task, self.seconds), part.given_up, self.seconds)

    def _call(self, seconds: int) -> SliceResult:
        request = {"until": self.until, "given_up": self.given_up}
        return _read(self.gpu("slice", str(self.store.path), seconds, self.hub, request), seconds)

    def _refused(self, refused: Refusal) -> SliceResult:
        if refused.kind == "quota" and refused.left is not None:
            rest = math.floor(refused.left * self.seconds)
            if LEAST <= rest < self.seconds:  # what is left is used up before the run is paused
                return self._shorter(rest)
        if refused.kind == "long" and self.seconds > LEAST:
            return self._shorter(max(LEAST, self.seconds // 2))
        if refused.kind == "lost":
            return SliceResult(Ending(None), self.given_up, self.seconds)
        if refused.kind in ("long", "broken"):
            return SliceResult(Ending("failed", f"{refused.why}. What is done is kept."), self.given_up)
        return SliceResult(Ending("stopped", f"{refused.why}: {PAUSED}"), self.given_up)

    def _shorter(self, seconds: int) -> SliceResult:
        """The same slice once more, asked for less time."""
        self.limits = SliceLimits(probe=min(self.limits.probe, seconds), most=seconds)
        self.seconds = seconds
        try:
            return self._call(seconds)
        except Exception as error:
            return self._refused(zerogpu.refusal(error))


def next_seconds(last: int, *, left: float | None, more: bool, in_vain: bool, limits: SliceLimits) -> int:
    """How long to ask for the GPU: first a probe, then what the stage still needs at the rate seen, within limits.

    `left` is that need in seconds, None where it is unknown; with `more` stages to come, or after a slice `in_vain`,
    the whole limit is asked for, since only what is used counts.
    """
    if last == 0:
        return limits.probe
    if in_vain or more or left is None:
        return limits.most
    return max(
        min(LEAST, limits.most), min(limits.most, math.ceil(SPARE * left) + STARTING + math.ceil(margin(limits.most)))
    )


def _import_libraries() -> None:
    """Have them in the server, which lent processes are forked from: importing them there takes time of the GPU."""
    for name in ("engine.scoring", "engine.training", "engine.sft"):
        import_module(f"instructdiff_ui.{name}")


def _in_vain(task: Task | None, seconds: int) -> Ending:
    what = f"“{task.label}”" if task else "the job"
    return Ending(
        "failed",
        f"Two slices in a row, the last of {seconds} s, finished nothing of {what} on the GPU: take a smaller model or "
        f"shorter rows, or let the Space's owner raise {zerogpu.MOST}.",
        task.key if task else "",
    )


def _seconds_left(store: RunStore, task: Task | None) -> float | None:
    """What the stage still needs at the rate of the slice before, if it was at work then."""
    seen = progress(store)
    return seen.eta if seen is not None and task is not None and seen.stage == task.key else None


def _without_spaces(env: dict[str, str]) -> dict[str, str]:
    """A process of the server has no lent GPU, and must not take one for granted."""
    return {name: value for name, value in env.items() if name != "SPACES_ZERO_GPU"}


def _finished(store: RunStore) -> set[str]:
    """What is finished for good: shards, complete checkpoints, artifacts."""
    found: set[str] = set()
    for folder, _, names in os.walk(store.path / "artifacts"):
        whole = (name for name in names if name in ("manifest.json", "complete") or name.endswith(".parquet"))
        found.update(f"{folder}/{name}" for name in whole)
    return found


def _read(said: dict[str, Any], seconds: int = 0) -> SliceResult:
    return SliceResult(Ending(**said["ending"]), said["given_up"], seconds)


def ask(module: str, store: RunStore, request: dict[str, Any], *, what: str, gpu: Gpu | None = None) -> dict[str, Any]:
    """As `aside.ask`, in a lent call; `RunError` where the work cannot be done or the GPU is not to be had."""
    arguments = {"module": module, "request": request}
    try:
        reply = (gpu or parts.on_gpu)("answer", str(store.path), zerogpu.slice_limits().most, credentials(), arguments)
    except Exception as error:
        raise RunError(f"{what} was not done. {zerogpu.refusal(error).why}.") from None
    if "error" in reply:
        raise RunError(reply["error"])
    return reply
