"""Evaluation on held-out rows: loss, and exact answers where the rows have short ones, of one model at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...data.answers import final_answer, same_answer
from ...data.examples import Example, TokenizedExample
from ...files import read_json, write_json, write_text
from .context import Context, examples_folder, response_tokens, trained_path
from .scoring import counter
from .training import write_card


def evaluate_base(ctx: Context) -> dict[str, Any]:
    with ctx.models().base() as model:
        return _evaluate(ctx, model, "base")


def evaluate_calibrated(ctx: Context) -> dict[str, Any]:
    with ctx.models().tuned(trained_path(ctx.upstream("calibrate"))) as model:
        return _evaluate(ctx, model, "calibrated")


def evaluate(ctx: Context) -> dict[str, Any]:
    """The fine-tuned model, and what the others gave, in one table and in the model card."""
    with ctx.models().tuned(trained_path(ctx.upstream("finetune"))) as model:
        facts = _evaluate(ctx, model, "fine-tuned")
    before = [stage for stage in ctx.stage.upstream if stage.work.startswith("evaluate_")]
    results = [row for stage in before for row in read_json(stage.folder(ctx.store) / "evaluation.json")]
    results += read_json(ctx.folder / "evaluation.json")
    write_json(ctx.folder / "evaluation.json", results)
    write_card(ctx, ctx.upstream("finetune"), ctx.facts("finetune"), results=results)
    return facts


def _evaluate(ctx: Context, model, name: str) -> dict[str, Any]:
    from ...data.pool import read_examples
    from ...data.tokens import read_tokens

    rows = read_tokens(ctx.upstream("tokens") / "heldout.parquet")
    held = read_examples(examples_folder(ctx.stage, ctx.store) / "heldout.parquet")
    examples = {example.example_id: example for example in held}
    results = _loss(ctx, model, rows, examples) + _answers(ctx, model, rows, examples)
    write_json(ctx.folder / "evaluation.json", [{"model": name, **result} for result in results])
    return {"rows": len(rows), "model": name}


def _loss(ctx: Context, model, rows: list[TokenizedExample], examples: dict[str, Example]) -> list[dict[str, Any]]:
    from ...engine.evaluation import heldout_loss
    from ...engine.scoring import score

    scoring = ctx.config.scoring
    scores = score(
        model,
        rows,
        batch_tokens=scoring.batch_tokens,
        logits_mb=scoring.logits_mb,
        eos_id=ctx.facts("tokens")["eos_id"] if scoring.score_eos else None,
        on_batch=counter(ctx, 0, response_tokens(rows)),
        should_stop=ctx.should_stop,
    )
    return [asdict(result) for result in heldout_loss(scores, [examples[row.example_id].domain for row in rows])]


def _answers(ctx: Context, model, rows: list[TokenizedExample], examples: dict[str, Example]) -> list[dict[str, Any]]:
    """Let the model answer every row that has a short reference answer; the texts are kept for reading."""
    from ...engine.evaluation import exact_match
    from ...engine.generation import generate_many

    settings = ctx.config.evaluation
    if settings.answer_column is None:
        return []
    given = {key: row.extra.get(settings.answer_column) for key, row in examples.items()}
    reference = {key: "" if value is None else str(value).strip() for key, value in given.items()}
    asked = [row for row in rows if reference[row.example_id]]
    texts = generate_many(
        model,
        ctx.models().tokenizer(),
        [row.prompt_ids for row in asked],
        max_new_tokens=settings.max_new_tokens,
        on_batch=_steps(ctx, len(asked)),
        should_stop=ctx.should_stop,
    )
    ids = [row.example_id for row in asked]
    right = [same_answer(final_answer(text), reference[key]) for key, text in zip(ids, texts, strict=True)]
    _write_answers(ctx.folder / "answers.jsonl", ids, texts, right)
    return [asdict(result) for result in exact_match(right, [examples[key].domain for key in ids])]


def _steps(ctx: Context, total: int) -> Callable[[int], None]:
    ctx.meter(0, total, "answers")
    return lambda done: ctx.meter(done, total, "answers")


def _write_answers(path: Path, ids: list[str], texts: list[str], right: list[bool]) -> None:
    rows = [{"example_id": i, "text": t, "right": r} for i, t, r in zip(ids, texts, right, strict=True)]
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
