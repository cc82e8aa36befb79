"""What a job gets of the machine: a place among those at work, the accelerator, and the time that it has.

A visitor's job gets a place once fewer than so many are at work, and some minutes at a time, so that the next one gets
its turn. The owner's jobs wait for the accelerator alone. Knows nothing of what jobs do.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any

from ..hosting import limits
from . import queue, quotas
from .events import record
from .store import RunStore


class Admission:
    """Of one job, from its start to `close`."""

    def __init__(self, store: RunStore, should_stop: Callable[[], bool], *, alone: bool):
        self.store, self._asked_to_stop = store, should_stop
        self.limited = alone and quotas.belongs_to_visitor(store)
        self.has_turn = False
        self._seconds = 60 * limits().minutes
        self._begun = time.monotonic()  # once it has a place, and again once it has its turn: waiting is not counted
        self._held = ExitStack()

    def take_place(self, until: str) -> None:
        """Wait until the server has room for one more job, before the libraries are loaded."""
        if self.limited:
            waiting = self._waiting("a place on this server", "job")
            self._hold(queue.place(self.store.run_id, places=limits().workers, **waiting))
            record(self.store, "job", "started", until=until)

    def take_turn(self, key: str) -> None:
        """Wait for the accelerator, once: the job keeps it until it ends."""
        if not self.has_turn:
            self._hold(queue.turn(self.store.run_id, **self._waiting("the accelerator", key)))
            self.has_turn = True

    def should_stop(self) -> bool:
        return self._asked_to_stop() or bool(self.out_of_time())

    def out_of_time(self) -> str:
        """What is to be said of a visitor's job that has had its time; empty for all others."""
        if not self.limited or self._asked_to_stop() or time.monotonic() - self._begun < self._seconds:
            return ""
        minutes = "1 minute" if self._seconds == 60 else f"{self._seconds // 60} minutes"
        return f"This server gives a job {minutes} at a time; press Resume to go on."

    def close(self) -> None:
        self._held.close()

    def _hold(self, admitted: AbstractContextManager[None]) -> None:
        self._held.enter_context(admitted)
        self._begun = time.monotonic()

    def _waiting(self, what: str, key: str) -> dict[str, Any]:
        def on_wait(ahead: int) -> None:
            record(self.store, key, "queued", queue.sentence(what, ahead), ahead=ahead)

        return {"on_wait": on_wait, "should_stop": self._asked_to_stop}
