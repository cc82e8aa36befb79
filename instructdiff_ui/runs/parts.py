"""What each process does of a job that is done in slices (see `inline`): one is lent the GPU, the other has none.

Plain values go in and come out, so that they can be handed to a process that was forked for the call.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from .. import hosting
from ..errors import Stopped, UserError
from . import visitors, zerogpu
from .fetching import fetch_weights
from .store import RunStore
from .worker import Ending, Job, Part, attempt

ANSWERS = {"instructdiff_ui.runs.generation": "generate", "instructdiff_ui.runs.tokenview": "score_row"}


def margin(seconds: float) -> float:
    """Seconds before the end of a slice at which it stops: for the unit at work, and for writing down what is done."""
    return max(2.0, min(10.0, 0.15 * seconds))


@zerogpu.lent(seconds=lambda what, run_dir, seconds, hub, request: seconds)
def on_gpu(what: str, run_dir: str, seconds: int, hub: dict[str, str], request: dict[str, Any]) -> dict[str, Any]:
    """The one function that is lent the GPU: a slice of a job, or an answer of the models; plain values in and out.

    It runs in a process that may have served another visitor before, and was forked while one was being served: as with
    any worker, what it is to do tells the run, and the Hub knows it by `hub`, which is taken back at the end.
    """
    deadline = time.monotonic() + seconds - margin(seconds)
    with visitors.acting_as(None), _signed_in(hub):
        if what == "answer":
            return _answer(RunStore(run_dir), **request)
        return _slice_here(RunStore(run_dir), deadline, **request)


@contextmanager
def _signed_in(hub: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in hub}
    os.environ.update(hub)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _slice_here(store: RunStore, deadline: float, until: str, given_up: dict[str, str]) -> dict[str, Any]:
    part = Part(accelerator=True, queues=not hosting.on_zero_gpu(), given_up=dict(given_up))
    job = Job(store, lambda: store.stop_requested() or time.monotonic() > deadline, part=part)
    with store.log.open("a", encoding="utf-8") as log, redirect_stdout(log), redirect_stderr(log):
        ending = attempt(job, until)
    if ending.status == "stopped" and not store.stop_requested():
        ending = Ending(None)  # it was the clock
    return {"ending": asdict(ending), "given_up": part.given_up}


def _answer(store: RunStore, module: str, request: dict[str, Any]) -> dict[str, Any]:
    work = getattr(import_module(module), ANSWERS[module])
    try:
        return work(store, request)
    except UserError as error:
        return {"error": error.message}


# in a process of its own -------------------------------------------------------------------------------------------


def main() -> None:
    """The stages that need no accelerator, for the request on standard input; the last line says what came of it."""
    store, request = RunStore(Path(sys.argv[1])), json.loads(sys.stdin.read())
    out = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints goes into the log
    server = os.getppid()
    part = Part(accelerator=False, given_up=request["given_up"])
    job = Job(store, lambda: store.stop_requested() or os.getppid() != server, part=part)
    ending = attempt(job, request["until"])
    if ending.status is None:
        ending = _fetched(store, request["until"])
    with os.fdopen(out, "w", encoding="utf-8") as stream:
        stream.write(json.dumps({"ending": asdict(ending), "given_up": part.given_up}))


def _fetched(store: RunStore, until: str) -> Ending:
    """Have the weights on this disk before GPU time is spent."""
    try:
        fetch_weights(store, until)
    except UserError as error:
        return Ending("failed", error.message)
    except Stopped:
        return Ending("stopped", "Stopped; what is done is kept.")
    return Ending(None)


if __name__ == "__main__":
    main()
