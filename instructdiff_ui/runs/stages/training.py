"""Calibration and fine-tuning of the base model."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ...config import TrainingConfig
from ...data.examples import TokenizedExample
from ...errors import DataError
from ...files import read_json, write_json, write_text
from .context import Context, trained_path


def calibrate(ctx: Context) -> dict[str, Any]:
    """Fine-tune the base model on ⌊αN⌋ random rows, or on the selection of the round before (METHOD.md §1).

    Both seeds are those of the stage: of several calibrations each has its own.
    """
    from ...data.tokens import read_tokens

    rows = read_tokens(ctx.upstream("tokens") / "tokens.parquet")
    calibration, settings = ctx.config.calibration, ctx.stage.settings
    training = calibration.training.model_copy(update={"seed": settings["training"]["seed"]})
    if ctx.stage.round == 1:
        chosen = draw([row.example_id for row in rows], ratio=calibration.ratio, seed=settings["seed"])
    else:
        chosen = set(read_json(ctx.upstream("select") / "selection.json")["ids"])
    write_json(ctx.folder / "ids.json", sorted(chosen))
    return _train(ctx, [row for row in rows if row.example_id in chosen], training)


def draw(ids: list[str], *, ratio: float, seed: int) -> set[str]:
    """⌊αN⌋ ids at random; which ones depends on the ids and the seed, not on their order."""
    count = int(np.floor(round(ratio * len(ids), 9)))
    if count < 1:
        raise DataError(f"calibration.ratio {ratio} of {len(ids)} rows is no row at all: raise it or load more rows.")
    return set(np.random.default_rng(seed).permutation(np.sort(np.array(ids)))[:count].tolist())


def finetune(ctx: Context) -> dict[str, Any]:
    """Fine-tune the base model on the selected rows, and say in a model card how they were chosen."""
    from ...data.tokens import read_tokens

    chosen = set(read_json(ctx.upstream("select") / "selection.json")["ids"])
    rows = [row for row in read_tokens(ctx.upstream("tokens") / "tokens.parquet") if row.example_id in chosen]
    if not rows:
        raise DataError("The selection holds no row to fine-tune on: raise β (selection.ratio) or lower γ.")
    facts = _train(ctx, rows, ctx.config.finetune)
    write_card(ctx, ctx.folder, facts, results=[])
    return facts


def write_card(ctx: Context, folder: Path, training: dict[str, Any], *, results: list[dict[str, Any]]) -> None:
    from ..card import model_card

    # that which the fine-tuning rests on: a calibration of a later round rests on the selection of the round before
    selection = read_json(ctx.stage["finetune"]["select"].folder(ctx.store) / "selection.json")
    model = ctx.facts("tokens")["model"]
    card = model_card(ctx.config, model=model, selection=selection, training=training, results=results)
    write_text(trained_path(folder) / "README.md", card)


def _train(ctx: Context, rows: list[TokenizedExample], training: TrainingConfig) -> dict[str, Any]:
    from ...engine.training import train

    known = ctx.facts("tokens")
    result = train(
        ctx.models(),
        rows,
        config=training,
        output_dir=ctx.folder,
        eos_id=known["eos_id"],
        pad_id=known["pad_id"],
        on_step=lambda step: ctx.meter(step.step, step.total_steps, "steps", loss=step.loss),
        should_stop=ctx.should_stop,
    )
    facts = asdict(result)
    return {key: value for key, value in facts.items() if key != "path"}
