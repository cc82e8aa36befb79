"""Short work with models in a process of its own: one request in, one JSON line out.

The server never loads weights, and what they take is given back when the process ends. Knows nothing of the work: a
module that does some calls `answer` when it is run, and `ask` to have itself run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from .. import hosting
from ..errors import RunError, UserError
from . import queue
from .executor import credentials, environment
from .store import RunStore

TIMEOUT = 600  # seconds


def ask(module: str, store: RunStore, request: dict[str, Any], *, what: str) -> dict[str, Any]:
    """What `module`, run for this store, answers to `request`; `what` names the work where it fails.

    Raises `RunError` while the accelerator is busy, when the work cannot be done, and when it takes too long.
    """
    if hosting.on_zero_gpu():
        from . import inline

        return inline.ask(module, store, request, what=what)
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, str(store.path)],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            env=environment() | credentials() | {"PYTHONIOENCODING": "utf-8"},
        )
    except subprocess.TimeoutExpired:
        raise RunError(f"{what} was ended: it took longer than {TIMEOUT // 60} minutes.") from None
    try:
        reply = json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        with store.log.open("a", encoding="utf-8") as log:
            log.write(done.stderr)
        raise RunError(f"{what} ended with exit code {done.returncode}; its output is in the log.") from None
    if "error" in reply:
        raise RunError(reply["error"])
    return reply


def answer(work: Callable[[RunStore, dict[str, Any]], dict[str, Any]], *, name: str) -> None:
    """Do `work` for the run and the request that `ask` hands over, once the accelerator is free."""
    store, request = RunStore(sys.argv[1]), json.loads(sys.stdin.read())
    out = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints must not mix with the answer
    try:
        with queue.turn_now(f"{store.run_id}-{name}"):
            reply = work(store, request)
    except UserError as error:
        reply = {"error": error.message}
    with os.fdopen(out, "w", encoding="utf-8") as stream:  # a bare os.write may leave the end of a long line behind
        stream.write(json.dumps(reply, ensure_ascii=False))
