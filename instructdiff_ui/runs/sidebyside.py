"""Scoring in several processes side by side, each on a device of its own.

Units are formed before they are shared out, unit i to process i modulo n, so the batches, and with them the scores, are
those of one process. Knows how to talk to `scoreworker`; what a unit is, is the work's business.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from ..config import ModelConfig
from ..errors import RunError, Stopped, UserError
from .executor import environment
from .hardware import hardware
from .scoringwork import ScoringWork, Task

WORKER = ["-m", "instructdiff_ui.runs.scoreworker"]
GRACE = 5.0  # seconds to end by oneself: whoever stops a run gives it 8
_KNOWN = "known.npz"


def score_side_by_side(
    work: ScoringWork,
    task: Task,
    model: ModelConfig,
    *,
    tuned: Path | None,
    batch_tokens: int | None,
    processes: int,
    devices: int,
    log: Path,
    on_tokens: Callable[[int], None],
    should_stop: Callable[[], bool],
) -> None:
    """Score what is missing of `work` in so many processes, on the first `devices` CUDA devices or on the CPU.

    `model` names a device type and a dtype, not "auto". What the processes have finished when this ends is written,
    however it ends. Raises what one of them raised, and `RunError` for one that died; its last words are in `log`.
    """
    from ..engine.processor import tune

    saved = Path(task.artifact) / _KNOWN
    products = tune() if model.device == "cpu" else None  # all multiply with the same library
    request: dict[str, Any] = {
        "task": asdict(task),
        "model": model.model_dump(mode="json"),
        "batch_tokens": batch_tokens,
        "products": products,
    }
    request |= {"tuned": None if tuned is None else str(tuned), "known": None}
    if work.known.rows.any():
        work.known.save(saved)
        request["known"] = str(saved)
    environments = [_environment(number, processes, devices) for number in range(processes)]
    try:
        with _started(task.artifact, environments, log) as team:
            _share(team, request, work, on_tokens, should_stop)
    finally:
        saved.unlink(missing_ok=True)


def _share(team: _Team, request: dict[str, Any], work: ScoringWork, on_tokens, should_stop) -> None:
    for child in team.children:
        child.tell(request)
    # 1. all agree on the size of a batch: the smallest that any of them has room for
    ready: dict[int, int] = {}
    messages = team.messages(should_stop)
    while len(ready) < len(team.children):
        number, message = next(messages)
        ready[number] = message["ready"]
    batch_tokens = min(ready.values())
    # 2. the units, dealt out in turn
    units = work.units(batch_tokens=batch_tokens)
    for number, child in enumerate(team.children):
        child.tell({"units": units[number :: len(team.children)], "batch_tokens": batch_tokens})
    for _, message in messages:
        on_tokens(message.get("tokens", 0))


def _environment(number: int, processes: int, devices: int) -> dict[str, str]:
    """What ties a process to its device: the only one it sees; and to its share of the processor."""
    threads = max(1, int(os.environ.get("OMP_NUM_THREADS") or hardware().cores) // processes)
    own = environment() | {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    if devices:
        visible = os.environ.get("CUDA_VISIBLE_DEVICES") or ",".join(map(str, range(devices)))
        own["CUDA_VISIBLE_DEVICES"] = visible.split(",")[number % devices].strip()
    return own


class _Child:
    """One process, and the line to it."""

    def __init__(self, number: int, artifact: str, env: dict[str, str], log, inbox: SimpleQueue):
        self.done = False
        self.process = subprocess.Popen(
            [sys.executable, *WORKER, artifact],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            encoding="utf-8",
            env=env,
        )
        threading.Thread(target=self._listen, args=(number, inbox), daemon=True).start()

    def _listen(self, number: int, inbox: SimpleQueue) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                with suppress(ValueError):  # a line that was cut when its writer was killed
                    inbox.put((number, json.loads(line)))
        inbox.put((number, None))

    def tell(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        with suppress(OSError):  # one that has died is noticed by its silence
            self.process.stdin.write(json.dumps(message) + "\n")
            self.process.stdin.flush()

    def end(self, deadline: float) -> None:
        """Have it ended by the deadline, if need be by force."""
        for force in (self.process.terminate, self.process.kill):
            try:
                self.process.wait(max(0.0, deadline - time.monotonic()))
                break
            except subprocess.TimeoutExpired:
                force()
                deadline = time.monotonic() + 1
        self.process.wait()
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()


class _Team:
    """The processes at work."""

    def __init__(self) -> None:
        self.children: list[_Child] = []
        self.inbox: SimpleQueue[tuple[int, dict[str, Any] | None]] = SimpleQueue()

    def messages(self, should_stop: Callable[[], bool]) -> Iterator[tuple[int, dict[str, Any]]]:
        """What the processes say until all are done; raises `Stopped`, and what ended one of them."""
        while not all(child.done for child in self.children):
            if should_stop():
                raise Stopped
            try:
                number, message = self.inbox.get(timeout=0.2)
            except Empty:
                continue
            child = self.children[number]
            if message is None:
                if not child.done:
                    raise self._died(number)
            elif "error" in message:
                raise UserError(message["error"])
            elif "done" in message:
                child.done = True
            else:
                yield number, message

    def _died(self, number: int) -> RunError:
        code = self.children[number].process.wait()
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        of = f"Scoring process {number + 1} of {len(self.children)}"
        return RunError(f"{of} {how}; its output is in the log. What was scored is kept: resume to go on.")

    def end(self) -> None:
        for child in self.children:
            child.tell({"stop": True})
        deadline = time.monotonic() + GRACE
        for child in self.children:
            child.end(deadline)


@contextmanager
def _started(artifact: str, environments: list[dict[str, str]], log: Path) -> Iterator[_Team]:
    """A process for each environment; all have ended when the block ends."""
    team = _Team()
    try:
        with log.open("ab") as errors:
            for number, env in enumerate(environments):
                team.children.append(_Child(number, artifact, env, errors, team.inbox))
        yield team
    finally:
        team.end()
