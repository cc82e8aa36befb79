"""Whether held-out rows stand in the pool as well, word for word or nearly so: then a test measures memory.

Knows nothing of models or tokens. Memory is bounded by the held-out rows; the pool is read once.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .examples import Example

Kind = Literal["exact", "same_prompt", "near_duplicate"]
KINDS: tuple[Kind, ...] = ("exact", "same_prompt", "near_duplicate")  # the closest first
SHINGLE = 5  # words
THRESHOLD = 0.8  # least Jaccard similarity of near duplicates
LONGEST = 5_000  # words of a row that are compared; the rest of it is not

# Chinese characters and kana are words of their own: between them there are no spaces
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")
_MIX = np.array([pow(0x9E3779B97F4A7C15, i, 1 << 64) | 1 for i in range(1, SHINGLE + 1)], dtype=np.uint64)


@dataclass(frozen=True)
class Leak:
    """A held-out row and the row of the pool that is closest to it."""

    heldout_id: str
    pool_id: str
    kind: Kind
    similarity: float  # Jaccard, of the five-word sequences of both rows


def find_leaks(heldout: Sequence[Example], pool: Iterable[Example]) -> list[Leak]:
    """The closest row of the pool for each held-out row that has one, in the order of `heldout`.

    Closest is `exact`: the same prompt (instruction and input) and response, letter case and spacing aside; then
    `same_prompt`; then `near_duplicate`: |A∩B| ÷ |A∪B| ≥ 0.8, A and B being the sets of sequences of five words in
    instruction, input and response. Rows of fewer words are compared as a whole. Of several rows of one kind the most
    similar counts, then the first.
    """
    index = _Index(heldout)
    best: dict[int, tuple[int, float, str]] = {}  # place → rank of the kind, −similarity, id in the pool
    for row in pool:
        for place, kind, similarity in index.matches(row):
            found = (KINDS.index(kind), -similarity, row.example_id)
            if place not in best or found[:2] < best[place][:2]:
                best[place] = found
    return [
        Leak(heldout[place].example_id, pool_id, KINDS[rank], -negative)
        for place, (rank, negative, pool_id) in sorted(best.items())
    ]


def leak_counts(leaks: Sequence[Leak], heldout: Sequence[Example]) -> dict[str, dict[str, int]]:
    """How many held-out rows have a leak of each kind, by domain and over "all"."""
    domain = {row.example_id: row.domain for row in heldout}
    counts = {kind: Counter(domain[leak.heldout_id] for leak in leaks if leak.kind == kind) for kind in KINDS}
    return {kind: dict(sorted(found.items())) | {"all": found.total()} for kind, found in counts.items()}


class _Index:
    """The held-out rows by what is compared: prompt, response, and sequences of words."""

    def __init__(self, heldout: Sequence[Example]):
        self.responses: list[str] = []
        self.sizes: list[int] = []
        self.by_prompt: dict[str, list[int]] = defaultdict(list)
        self.places: dict[int, list[int]] = defaultdict(list)  # shingle → held-out rows
        for place, row in enumerate(heldout):
            shingles = _shingles(row)
            self.responses.append(_plain(row.response))
            self.sizes.append(len(shingles))
            self.by_prompt[_prompt(row)].append(place)
            for shingle in shingles.tolist():
                self.places[shingle].append(place)

    def matches(self, row: Example) -> list[tuple[int, Kind, float]]:
        """The held-out rows that this row of the pool is too close to."""
        shingles = _shingles(row)
        same = self.by_prompt.get(_prompt(row), ())
        shared = self._shared(shingles, needed=0 if same else THRESHOLD * len(shingles))
        similar = {place: n / (len(shingles) + self.sizes[place] - n) for place, n in shared.items()}
        found: list[tuple[int, Kind, float]] = []
        if same:
            response = _plain(row.response)
            kinds: tuple[Kind, Kind] = ("same_prompt", "exact")
            found = [(i, kinds[self.responses[i] == response], similar.get(i, 0.0)) for i in same]
        return found + [(i, "near_duplicate", s) for i, s in similar.items() if s >= THRESHOLD and i not in same]

    def _shared(self, shingles: np.ndarray, *, needed: float) -> Counter[int]:
        """How many of the shingles each held-out row has; of a row with too few that any has, nothing.

        What stands in every row, such as a common introduction, is so rarely looked at more closely.
        """
        known = [places for places in map(self.places.get, shingles.tolist()) if places]
        shared: Counter[int] = Counter()
        if len(known) >= needed:
            for places in known:
                shared.update(places)
        return shared


def _shingles(row: Example) -> np.ndarray:
    """(n,) uint64: a hash of each distinct sequence of five words; one of the whole text where there are fewer."""
    text = f"{row.instruction}\n{row.input}\n{row.response}".casefold()
    words = _WORD.findall(text)[:LONGEST]
    if len(words) < SHINGLE:
        return np.array([hash(("short", " ".join(text.split())))], dtype=np.int64).view(np.uint64)
    hashes = np.fromiter(map(hash, words), dtype=np.int64, count=len(words)).view(np.uint64)
    windows: Any = np.lib.stride_tricks.sliding_window_view(hashes, SHINGLE)
    return np.unique((windows * _MIX).sum(axis=1, dtype=np.uint64))


def _prompt(row: Example) -> str:
    return _plain(f"{row.instruction}\n{row.input}")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
