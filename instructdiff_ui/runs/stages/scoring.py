"""Scoring of the pool under the base and the calibrated model, in shards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from ...files import replacing
from .context import Context, response_tokens, trained_path


def score_base(ctx: Context) -> dict[str, Any]:
    with ctx.models().base() as model:
        return _score(ctx, model)


def score_calibrated(ctx: Context) -> dict[str, Any]:
    with ctx.models().tuned(trained_path(ctx.upstream("calibrate"))) as model:
        return _score(ctx, model)


def _score(ctx: Context, model) -> dict[str, Any]:
    """Score the pool in shards; a shard that is there already is not scored again."""
    from ...data.tokens import read_tokens
    from ...engine.scoring import score

    rows = read_tokens(ctx.upstream("tokens") / "tokens.parquet")
    rows.sort(key=lambda row: (-row.length, row.example_id))  # longest first: memory runs out at once or never
    scoring, eos_id = ctx.config.scoring, ctx.facts("tokens")["eos_id"]
    shards = [rows[start : start + scoring.shard_rows] for start in range(0, len(rows), scoring.shard_rows)]
    end = int(scoring.score_eos)  # a row that was cut has no end to score
    total = response_tokens(rows) + end * sum(not row.truncated for row in rows)
    done = 0
    for number, shard in enumerate(shards):
        path = ctx.folder / "shards" / f"{number:05d}.parquet"
        if not path.exists():
            scores = score(
                model,
                shard,
                batch_tokens=scoring.batch_tokens,
                logits_mb=scoring.logits_mb,
                eos_id=eos_id if scoring.score_eos else None,
                on_batch=counter(ctx, done, total),
                should_stop=ctx.should_stop,
            )
            _write_scores(path, scores)
        done += response_tokens(shard) + end * sum(not row.truncated for row in shard)
    return {"rows": len(rows), "tokens": total, "shards": len(shards), **_hardware(model)}


def counter(ctx: Context, done: int, total: int) -> Callable[[int, int], None]:
    """A callback that adds up the response tokens of the batches scored, on top of those `done` before."""
    ctx.meter(done, total, "tokens")

    def on_batch(_rows: int, tokens: int) -> None:
        nonlocal done
        done += tokens
        ctx.meter(done, total, "tokens")

    return on_batch


def _hardware(model) -> dict[str, str]:
    weight = next(model.parameters())
    return {"device": str(weight.device), "dtype": str(weight.dtype).removeprefix("torch.")}


def _write_scores(path: Path, scores) -> None:
    frame = pd.DataFrame([asdict(score) for score in scores])
    with replacing(path) as temporary:
        frame.to_parquet(temporary, index=False, compression="zstd")


def read_scores(folder: Path) -> pd.DataFrame:
    shards = sorted((folder / "shards").glob("*.parquet"))
    return pd.concat([pd.read_parquet(shard) for shard in shards], ignore_index=True)
