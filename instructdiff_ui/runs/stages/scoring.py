"""Scoring of the pool under the base and the calibrated model, in shards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from ...errors import Stopped
from .. import reuse
from ..scoringwork import ScoringWork, Task, opened
from ..shards import read_scores, reused_rows
from ..sidebyside import score_side_by_side
from . import noise
from .context import Context, trained_path

__all__ = ["counter", "read_scores", "score_base", "score_calibrated"]


def score_base(ctx: Context) -> dict[str, Any]:
    """Score the pool under the base model; rows that another run here has scored are taken from it."""
    task = _task(ctx)
    reuse.note(ctx.folder, task.who)
    work = opened(task)
    if ctx.config.scoring.reuse and len(work.shards.missing()):
        work = work.knowing(reuse.find(ctx.folder, task.who, work.table, work.contents))
        work.copy(should_stop=ctx.should_stop)
    facts = _score(ctx, task, work, tuned=None)
    given: Counter[str] = Counter()
    for number in range(len(work.shards)):
        given.update(reused_rows(work.shards.path(number)))
    return facts | {"scorer": task.who, "reused_rows": given.total(), "reused_from": sorted(given)}


def score_calibrated(ctx: Context) -> dict[str, Any]:
    task = _task(ctx)
    return _score(ctx, task, opened(task), tuned=trained_path(ctx.upstream("calibrate")))


def _task(ctx: Context) -> Task:
    scoring, models, tokens = ctx.config.scoring, ctx.models(), ctx.facts("tokens")
    who = reuse.scorer(
        models.config,
        revision=tokens["model"]["revision"],
        dtype=_dtype(models),
        device=models.device.type,
        score_eos=scoring.score_eos,
    )
    return Task(
        tokens=str(ctx.upstream("tokens") / "tokens.parquet"),
        artifact=str(ctx.folder),
        shard_rows=scoring.shard_rows,
        logits_mb=scoring.logits_mb,
        eos_id=tokens["eos_id"] if scoring.score_eos else None,
        who=who,
    )


def _score(ctx: Context, task: Task, work: ScoringWork, *, tuned: Path | None) -> dict[str, Any]:
    """Score what is missing; a shard that is there already is not scored again."""
    missing = len(work.shards.missing())
    processes = min(_processes(ctx), missing)
    total = int(work.targets.sum())
    on_tokens = adder(ctx, work.done(), total)
    if processes > 1:
        _score_in_processes(ctx, task, work, processes, tuned, on_tokens)
    elif missing:
        _score_here(ctx, work, tuned, on_tokens)
    if ctx.should_stop():  # asked for when the last batch was done
        raise Stopped
    models = ctx.models()
    device = f"{processes} × {models.device.type}" if processes > 1 else str(models.device)
    counts = {"rows": len(work.table), "tokens": total, "shards": len(work.shards)}
    return counts | {"device": device, "dtype": _dtype(models)} | noise.measure(ctx, tuned)


def _score_here(ctx: Context, work: ScoringWork, tuned: Path | None, on_tokens: Callable[[int], None]) -> None:
    from ...engine.batching import batch_tokens_for

    with _model(ctx, tuned) as model:
        batch_tokens = batch_tokens_for(model, ctx.config.scoring.batch_tokens)
        units = work.units(batch_tokens=batch_tokens)
        work.score(model, units, batch_tokens=batch_tokens, on_tokens=on_tokens, should_stop=ctx.should_stop)


def _score_in_processes(
    ctx: Context, task: Task, work: ScoringWork, processes: int, tuned: Path | None, on_tokens: Callable[[int], None]
) -> None:
    from ...engine.devices import cuda_devices

    models = ctx.models()
    models.close()  # the processes want the memory
    resolved = {"device": models.device.type, "dtype": _dtype(models)}
    score_side_by_side(
        work,
        task,
        models.config.model_copy(update=resolved),
        tuned=tuned,
        batch_tokens=ctx.config.scoring.batch_tokens,
        processes=processes,
        devices=cuda_devices() if models.device.type == "cuda" else 0,
        log=ctx.store.log,
        on_tokens=on_tokens,
        should_stop=ctx.should_stop,
    )


def _processes(ctx: Context) -> int:
    from ...engine.devices import cuda_devices

    asked = ctx.config.scoring.processes
    if asked is not None:
        return asked
    return max(1, cuda_devices()) if ctx.models().device.type == "cuda" else 1


def _model(ctx: Context, tuned: Path | None) -> AbstractContextManager[Any]:
    return ctx.models().base() if tuned is None else ctx.models().tuned(tuned)


def _dtype(models) -> str:
    return str(models.dtype).removeprefix("torch.")


def counter(ctx: Context, done: int, total: int) -> Callable[[int, int], None]:
    """A callback for the engine's batches: their response tokens on top of those `done` before."""
    add = adder(ctx, done, total)
    return lambda _rows, tokens: add(tokens)


def adder(ctx: Context, done: int, total: int) -> Callable[[int], None]:
    """A callback that shows the sum of the tokens it is told of, on top of those `done` before."""
    ctx.meter(done, total, "tokens")

    def add(tokens: int) -> None:
        nonlocal done
        done = min(done + tokens, total)  # a known row that is gone meanwhile is scored after all
        ctx.meter(done, total, "tokens")

    return add
