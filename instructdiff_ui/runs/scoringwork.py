"""The work of scoring one pool under one model: what is missing, in which units it is done, and doing it.

A unit is what one call of the engine scores; its shards are written while the next unit is scored. Memory is bounded by
the unit, not by the pool. Knows nothing of run directories, of settings, or of how a model is loaded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..data.examples import TokenizedExample
from ..data.tokentable import TokenTable
from ..errors import Stopped
from .reuse import Contents, Known, KnownScore, nothing_known
from .shards import Scored, Shards, write_shard

UNIT_BATCHES = 8  # full batches in a unit: enough to sort rows into, and the most that a kill loses
COPY = 16  # a row that is known costs this much less than one that is scored


@dataclass(frozen=True)
class Task:
    """What is scored, and where to: plain values, so that other processes can be given it."""

    tokens: str  # a tokens.parquet
    artifact: str  # the folder whose `shards` are written
    shard_rows: int
    logits_mb: int
    eos_id: int | None  # None: the end of a response is not scored
    who: dict[str, Any]  # see `reuse.scorer`


def opened(task: Task) -> ScoringWork:
    """The work of a task, before anything is known of its rows."""
    table = TokenTable(Path(task.tokens))
    return ScoringWork(
        table=table,
        shards=Shards(Path(task.artifact) / "shards", table.longest_first(), task.shard_rows),
        contents=Contents(task.who, eos_id=task.eos_id),
        known=nothing_known(len(table)),
        eos_id=task.eos_id,
        logits_mb=task.logits_mb,
    )


@dataclass(frozen=True, eq=False)
class ScoringWork:
    """The scoring of the rows of `table` into `shards`; `known` tells which rows need only be copied."""

    table: TokenTable
    shards: Shards
    contents: Contents
    known: Known
    eos_id: int | None
    logits_mb: int

    @property
    def targets(self) -> np.ndarray:
        """(N,) int64: tokens of each row that are scored; a row that was cut has no end to score."""
        ends = np.zeros(len(self.table), bool) if self.eos_id is None else ~self.table.truncated
        return self.table.response_tokens.astype(np.int64) + ends

    def knowing(self, known: Known) -> ScoringWork:
        return replace(self, known=known)

    def done(self) -> int:
        """Tokens that need not be scored: their shards are there, or their rows are known."""
        missing = np.zeros(len(self.table), bool)
        for number in self.shards.missing():
            missing[self.shards.rows(number)] = True
        return int(self.targets[~missing | self.known.rows].sum())

    def units(self, *, batch_tokens: int) -> list[list[int]]:
        """The missing shards in order, cut into units of at most `UNIT_BATCHES` batches, or of one shard."""
        costs = self.shards.sums(np.where(self.known.rows, self.table.lengths // COPY, self.table.lengths))
        out: list[list[int]] = []
        room = 0
        for number in self.shards.missing().tolist():
            if not out or costs[number] > room:
                out.append([])
                room = UNIT_BATCHES * batch_tokens
            out[-1].append(number)
            room -= int(costs[number])
        return out

    def copy(self, *, should_stop: Callable[[], bool]) -> None:
        """Write every missing shard whose rows are all known; one whose rows are gone meanwhile stays missing."""
        for number in self.shards.missing().tolist():
            if should_stop():
                raise Stopped
            if self.known.rows[self.shards.rows(number)].all():
                rows, contents, known = self._read([number])
                if len(known) == len(rows):
                    self._write([number], [known[at] for at in range(len(rows))], contents)

    def score(
        self,
        model: Any,
        units: Sequence[Sequence[int]],
        *,
        batch_tokens: int,
        on_tokens: Callable[[int], None],
        should_stop: Callable[[], bool],
    ) -> None:
        """Score these units under `model`; `on_tokens` is told of the tokens of each batch.

        Every unit that was scored is written when this ends, however it ends; a failure to write is raised.
        """
        from ..engine.scoring import score

        with _Behind() as behind:
            for unit in units:
                rows, contents, known = self._read(unit)
                made = score(
                    model,
                    [row for at, row in enumerate(rows) if at not in known],
                    batch_tokens=batch_tokens,
                    logits_mb=self.logits_mb,
                    eos_id=self.eos_id,
                    on_batch=lambda _rows, tokens: on_tokens(tokens),
                    should_stop=should_stop,
                )
                fresh = iter(made)
                scores: list[Scored] = [known[at] if at in known else next(fresh) for at in range(len(rows))]
                behind.do(self._write, unit, scores, contents)

    def _read(self, unit: Sequence[int]) -> tuple[list[TokenizedExample], list[bytes], dict[int, KnownScore]]:
        """The rows of a unit, what their numbers depend on, and the scores of those that are known."""
        places = np.concatenate([self.shards.rows(number) for number in unit])
        rows = self.table.take(places)
        contents = [self.contents.of(row.prompt_ids, row.response_ids, row.truncated) for row in rows]
        return rows, contents, self.known.take(places, [row.example_id for row in rows], contents)

    def _write(self, unit: Sequence[int], scores: Sequence[Scored], contents: Sequence[bytes]) -> None:
        start = 0
        for number in unit:
            end = start + len(self.shards.rows(number))
            given = Counter(score.run_id for score in scores[start:end] if isinstance(score, KnownScore))
            write_shard(self.shards.path(number), scores[start:end], contents[start:end], reused=dict(given))
            start = end


class _Behind:
    """A thread that does one thing at a time while its owner goes on; what fails there is raised at the next thing."""

    def __enter__(self) -> _Behind:
        self._pool = ThreadPoolExecutor(1)
        self._last: Future | None = None
        return self

    def do(self, work: Callable[..., None], *arguments: Any) -> None:
        """Have `work` done as soon as what was asked for before is done."""
        if self._last is not None:
            self._last.result()
        self._last = self._pool.submit(work, *arguments)

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True)
        if self._last is not None:
            self._last.result()
