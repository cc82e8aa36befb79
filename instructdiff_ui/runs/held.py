"""What stays in memory of the runs that were looked at: those in use, within a number of rows, or two of any size.

Knows nothing of what is held.
"""

from __future__ import annotations

import gc
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import Any, Protocol, TypeVar

ROWS = 2_000_000  # in all: a row takes up to 1 KB
IDLE = 120  # seconds after which others than the last two are let go: they are soon opened again
ALWAYS = 2  # runs that stay whatever their size, so that two can be compared


class Rows(Protocol):
    def __len__(self) -> int: ...


Held = TypeVar("Held", bound=Rows)


def hold(make: Callable[..., Held], *, clock: Callable[[], float] = time.monotonic) -> Callable[..., Held]:
    """Keep what `make` returned for the same arguments, as long as it is in use and there is room."""
    kept: OrderedDict[Hashable, tuple[Held, float]] = OrderedDict()  # with the time of its last use, oldest first
    lock = Lock()

    def used(key: Hashable, value: Held | None = None) -> Held | None:
        """The value that is kept, now the last one used; given a `value`, that one if there is none."""
        with lock:
            found = kept.pop(key, None)
            if (value := found[0] if found else value) is not None:
                kept[key] = value, clock()
            let_go = _too_many(kept, clock())
            dropped = [kept.popitem(last=False) for _ in range(let_go)]
        if dropped:
            dropped.clear()
            gc.collect()  # they hold themselves in cycles, and the collector counts objects, not bytes in arrays
        return value

    @wraps(make)
    def held(*key: Any) -> Held:
        found = used(key)
        return found if found is not None else used(key, make(*key))  # type: ignore[return-value]

    return held


def _too_many(kept: OrderedDict[Hashable, tuple[Held, float]], now: float) -> int:
    """How many of the oldest are to be let go."""
    rows, values = sum(len(value) for value, _ in kept.values()), list(kept.values())
    for number, (value, last) in enumerate(values[:-ALWAYS]):
        if rows <= ROWS and now - last < IDLE:
            return number
        rows -= len(value)
    return max(0, len(values) - ALWAYS)
