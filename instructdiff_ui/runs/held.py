"""How much of the runs that were looked at stays in memory: by rows, so that many small runs stay, or two large ones.

Knows nothing of what is held.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Protocol, TypeVar

from cachetools import LRUCache, cached

ROWS = 2_000_000  # in all: a row takes up to 1 KB
LEAST = 10_000  # rows that the smallest run counts for, because its columns and sorted orders are objects too


class Rows(Protocol):
    def __len__(self) -> int: ...


Held = TypeVar("Held", bound=Rows)


def hold(make: Callable[..., Held]) -> Callable[..., Held]:
    """Keep what `make` returned last, up to `ROWS` rows in all, and two of any size."""
    kept: LRUCache = LRUCache(ROWS, getsizeof=lambda one: min(max(len(one), LEAST), ROWS // 2))
    return cached(kept, lock=Lock())(make)
