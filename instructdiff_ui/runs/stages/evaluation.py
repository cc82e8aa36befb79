"""Held-out loss of the base, the calibrated and the fine-tuned model."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...files import write_json
from .context import Context, examples_folder, response_tokens, trained_path
from .scoring import counter
from .training import write_card


def evaluate(ctx: Context) -> dict[str, Any]:
    """Held-out loss per domain of the base, the calibrated and the fine-tuned model."""
    from ...data.pool import read_examples
    from ...data.tokens import read_tokens

    rows = read_tokens(ctx.upstream("tokens") / "heldout.parquet")
    examples = read_examples(examples_folder(ctx.stage, ctx.store) / "heldout.parquet")
    domain = {example.example_id: example.domain for example in examples}
    size = response_tokens(rows)
    models = _evaluated(ctx)
    results = []
    for number, (name, path) in enumerate(models.items() if rows else ()):
        weights = ctx.models()
        with weights.base() if path is None else weights.tuned(path) as model:
            step = counter(ctx, number * size, len(models) * size)
            results += _heldout_loss(ctx, model, rows, domain, name, step)
    write_json(ctx.folder / "evaluation.json", results)
    write_card(ctx, ctx.upstream("finetune"), ctx.facts("finetune"), results=results)
    return {"rows": len(rows), "models": list(models)}


def _evaluated(ctx: Context) -> dict[str, Path | None]:
    models: dict[str, Path | None] = {"base": None}
    with suppress(KeyError):  # a run made from scores has no calibrated model
        models["calibrated"] = trained_path(ctx.upstream("calibrate"))
    return models | {"fine-tuned": trained_path(ctx.upstream("finetune"))}


def _heldout_loss(ctx: Context, model, rows, domain: dict[str, str], name: str, on_batch) -> list[dict[str, Any]]:
    from ...engine.evaluation import heldout_loss
    from ...engine.scoring import score

    scoring = ctx.config.scoring
    scores = score(
        model,
        rows,
        batch_tokens=scoring.batch_tokens,
        logits_mb=scoring.logits_mb,
        eos_id=ctx.facts("tokens")["eos_id"] if scoring.score_eos else None,
        on_batch=on_batch,
        should_stop=ctx.should_stop,
    )
    results = heldout_loss(scores, [domain[row.example_id] for row in rows])
    return [{"model": name, **asdict(result)} for result in results]
