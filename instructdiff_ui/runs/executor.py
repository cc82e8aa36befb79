"""Starting and stopping the worker of a run, and telling what it is doing.

The worker is a process of its own, in a session of its own: it outlives the server and the browser tab that asked for
it. Everything known about it is read from the run directory, so any process can ask.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from .. import hosting
from ..errors import RunError
from ..files import read_json, write_json
from . import visitors
from .store import RunStore

WORKER = ["-m", "instructdiff_ui.runs.worker"]

_children: list[subprocess.Popen] = []  # started by this process: asked now and then, so that none stays a zombie


def start(store: RunStore, *, until: str) -> None:
    """Launch a worker for the stages up to `until`; `RunError` if one is at work already."""
    if at_work(store):
        raise RunError(f"Run {store.run_id} is at work already: wait, or stop it first.")
    store.clear_stop()
    requested = time.time()
    if hosting.on_zero_gpu():  # a worker would have no GPU: the page's event does the job, see `inline`
        asked = {"until": until, "pid": os.getpid(), "requested": requested, "inline": True}
        write_json(store.path / "job.json", asked)
        return
    with store.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *WORKER, str(store.path), "--until", until],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment() | credentials(),
        )
    _children.append(process)
    write_json(store.path / "job.json", {"until": until, "pid": process.pid, "requested": requested})


def at_work(store: RunStore) -> bool:
    """Whether a worker is on the run, or about to be.

    The start is asked about first: it is over once the worker has the lock. One that merely looks holds the lock for an
    instant too, so look again.
    """
    if is_starting(store):
        return True
    for _ in range(3):
        if not store.is_busy():
            return False
        time.sleep(0.02)
    return True


def environment() -> dict[str, str]:
    """What a worker needs beside this process's environment: the package on its path, output that is not held back."""
    package_root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join([package_root, *filter(None, [os.environ.get("PYTHONPATH")])])
    return os.environ | {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1", "TOKENIZERS_PARALLELISM": "true"}


def credentials() -> dict[str, str]:
    """A visitor's worker uses the Hub as the visitor, and never as the owner of the machine."""
    visitor = visitors.current()
    if visitor is None:
        return {}
    return {"HF_TOKEN": visitor.token or "", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "" if visitor.token else "1"}


def job(store: RunStore) -> dict | None:
    """The last job asked for: `until`, `pid`, `requested` (seconds since the epoch)."""
    return read_json(store.path / "job.json")


def is_starting(store: RunStore) -> bool:
    """Whether a worker was launched that has not got as far as taking the run's lock."""
    _reap()
    last = job(store)
    if last is None or time.time() - last["requested"] > 60:
        return False
    events = store.path / "events.jsonl"
    if events.exists() and events.stat().st_mtime >= last["requested"]:
        return False
    return _is_alive(last["pid"])


def _reap() -> None:
    """Take note of workers of this process that have ended: a zombie would pass for alive."""
    _children[:] = [child for child in _children if child.poll() is None]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def stop(store: RunStore, *, grace: float = 8.0) -> None:
    """Ask the worker to stop at its next step; one that does not answer is terminated, then killed."""
    if not at_work(store):
        return
    store.request_stop()
    threading.Thread(target=_insist, args=(store, grace), daemon=True).start()


def _insist(store: RunStore, grace: float) -> None:
    last = job(store)
    if last is None or last.get("inline"):  # then it is the server's process
        return
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if ended_within(store, grace):
            return
        with suppress(OSError):
            os.killpg(last["pid"], sign)
        grace = 3.0


def ended_within(store: RunStore, seconds: float) -> bool:
    """Wait until no worker is on the run, at most so long; returns whether that came about."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not at_work(store):
            return True
        time.sleep(0.2)
    return False
