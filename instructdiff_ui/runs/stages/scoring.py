"""Scoring of the pool under the base and the calibrated model, in shards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import Stopped
from .. import reuse
from ..scoringwork import ScoringWork, Task, opened
from ..shards import read_scores, reused_rows
from ..sidebyside import score_side_by_side
from . import noise
from .context import Context, trained_path

if TYPE_CHECKING:
    from ...engine.models import Models

__all__ = [
    "adder",
    "counter",
    "dtype_of",
    "read_scores",
    "score",
    "score_base",
    "score_by_base",
    "score_calibrated",
]


def score_base(ctx: Context) -> dict[str, Any]:
    """Score the pool under the base model."""
    return score_by_base(ctx, ctx.upstream("tokens") / "tokens.parquet") | noise.measure(ctx, None)


def score_by_base(ctx: Context, tokens: Path) -> dict[str, Any]:
    """Score the rows of a token file under the base model; those that another run here has scored are taken from it."""
    task = _task(ctx, tokens)
    reuse.note(ctx.folder, task.who)
    work = opened(task)
    if ctx.config.scoring.reuse and len(work.shards.missing()):
        work = work.knowing(reuse.find(ctx.folder, task.who, work.table, work.contents))
        work.copy(should_stop=ctx.should_stop)
    facts = score(ctx, ctx.models(), task, work)
    given: Counter[str] = Counter()
    for number in range(len(work.shards)):
        given.update(reused_rows(work.shards.path(number)))
    return facts | {"scorer": task.who, "reused_rows": given.total(), "reused_from": sorted(given)}


def score_calibrated(ctx: Context) -> dict[str, Any]:
    """Score the pool under the calibrated model."""
    task, tuned = _task(ctx, ctx.upstream("tokens") / "tokens.parquet"), trained_path(ctx.upstream("calibrate"))
    return score(ctx, ctx.models(), task, opened(task), tuned=tuned) | noise.measure(ctx, tuned)


def _task(ctx: Context, path: Path) -> Task:
    scoring, models, tokens = ctx.config.scoring, ctx.models(), ctx.facts("tokens")
    who = reuse.scorer(
        models.config,
        revision=tokens["model"]["revision"],
        dtype=dtype_of(models),
        device=models.device.type,
        score_eos=scoring.score_eos,
    )
    return Task(
        tokens=str(path),
        artifact=str(ctx.folder),
        shard_rows=scoring.shard_rows,
        logits_mb=scoring.logits_mb,
        eos_id=tokens["eos_id"] if scoring.score_eos else None,
        who=who,
    )


def score(
    ctx: Context,
    models: Models,
    task: Task,
    work: ScoringWork,
    *,
    tuned: Path | None = None,
    on_tokens: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Score what is missing under the base of `models`, or the model in the folder `tuned`; what is there stays.

    `on_tokens` is told of the tokens of each batch; without it they are shown as the progress of the stage.
    """
    missing = len(work.shards.missing())
    processes = min(_processes(ctx, models), missing)
    total = int(work.targets.sum())
    on_tokens = on_tokens or adder(ctx, work.done(), total)
    if processes > 1:
        _score_in_processes(ctx, models, task, work, processes, tuned, on_tokens)
    elif missing:
        _score_here(ctx, models, work, tuned, on_tokens)
    if ctx.should_stop():  # asked for when the last batch was done
        raise Stopped
    device = f"{processes} × {models.device.type}" if processes > 1 else str(models.device)
    counts = {"rows": len(work.table), "tokens": total, "shards": len(work.shards)}
    return counts | {"device": device, "dtype": dtype_of(models)}


def _score_here(
    ctx: Context, models: Models, work: ScoringWork, tuned: Path | None, on_tokens: Callable[[int], None]
) -> None:
    from ...engine.batching import batch_tokens_for

    with models.base() if tuned is None else models.tuned(tuned) as model:
        batch_tokens = batch_tokens_for(model, ctx.config.scoring.batch_tokens)
        units = work.units(batch_tokens=batch_tokens)
        work.score(model, units, batch_tokens=batch_tokens, on_tokens=on_tokens, should_stop=ctx.should_stop)


def _score_in_processes(
    ctx: Context,
    models: Models,
    task: Task,
    work: ScoringWork,
    processes: int,
    tuned: Path | None,
    on_tokens: Callable[[int], None],
) -> None:
    from ...engine.devices import cuda_devices

    models.close()  # the processes want the memory
    resolved = {"device": models.device.type, "dtype": dtype_of(models)}
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


def _processes(ctx: Context, models: Models) -> int:
    from ...engine.devices import cuda_devices

    asked = ctx.config.scoring.processes
    if asked is not None:
        return asked
    return max(1, cuda_devices()) if models.device.type == "cuda" else 1


def dtype_of(models: Models) -> str:
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
