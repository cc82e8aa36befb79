"""Evaluation on held-out rows, of one model at a time: loss, and how often it is right where that is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...data.examples import Example, TokenizedExample
from ...files import read_json, write_json, write_text
from ..exampleresults import write_example_results
from .context import Context, examples_folder, response_tokens, trained_path
from .scoring import counter
from .training import write_card

if TYPE_CHECKING:
    from ...data.options import Options
    from ...engine.evaluation import EvalResult, ExampleResult


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
    from ...engine.evaluation import means

    held = _heldout(ctx)
    # what the rows are asked for is looked up first: a column that does not fit need not wait for a model
    options, answers, tests = _options(ctx, held), _references(ctx, held), _tests(ctx, held)
    results = _loss(ctx, model, held) + _choices(ctx, model, held, options)
    texts = _texts(ctx, model, [row for row in held.rows if row.example_id in answers or row.example_id in tests])
    results += _exact_answers(ctx, held, texts, answers)
    passed, sealed = _passed_tests(ctx, held, texts, tests)
    results += passed
    write_example_results(ctx.folder, results)
    found = means(results) + _benchmarks(ctx, model)
    write_json(ctx.folder / "evaluation.json", [{"model": name, **asdict(result)} for result in found])
    return {"rows": len(held.rows), "model": name} | sealed


@dataclass(frozen=True)
class _Heldout:
    rows: list[TokenizedExample]
    examples: dict[str, Example]  # of these rows, by id

    def results(self, metric: str, values: Mapping[str, float]) -> list[ExampleResult]:
        from ...engine.evaluation import ExampleResult

        return [ExampleResult(key, self.examples[key].domain, metric, float(value)) for key, value in values.items()]

    def values(self, column: str | None, setting: str) -> dict[str, Any]:
        """What the rows have in a column, by id, of those that have anything."""
        from ...data.heldout import column_values

        if column is None:
            return {}
        found = column_values(list(self.examples.values()), column, setting=f"evaluation.{setting}")
        return {key: value for key, value in found.items() if value is not None and str(value).strip()}


def _heldout(ctx: Context) -> _Heldout:
    from ...data.pool import read_examples
    from ...data.tokens import read_tokens

    rows = read_tokens(ctx.upstream("tokens") / "heldout.parquet")
    examples = read_examples(examples_folder(ctx.stage, ctx.store) / "heldout.parquet")
    by_id = {example.example_id: example for example in examples}
    return _Heldout(rows, {row.example_id: by_id[row.example_id] for row in rows})


def _loss(ctx: Context, model, held: _Heldout) -> list[ExampleResult]:
    from ...engine.scoring import score

    scoring = ctx.config.scoring
    scores = score(
        model,
        held.rows,
        batch_tokens=scoring.batch_tokens,
        logits_mb=scoring.logits_mb,
        eos_id=ctx.facts("tokens")["eos_id"] if scoring.score_eos else None,
        on_batch=counter(ctx, 0, response_tokens(held.rows)),
        should_stop=ctx.should_stop,
    )
    return held.results("nll", {found.example_id: found.nll for found in scores})


def _options(ctx: Context, held: _Heldout) -> dict[str, Options]:
    from ...data.options import options_of

    settings = ctx.config.evaluation
    if settings.choices_column is None or settings.choice_answer_column is None:
        return {}
    rows = list(held.examples.values())
    return options_of(rows, choices_column=settings.choices_column, answer_column=settings.choice_answer_column)


def _choices(ctx: Context, model, held: _Heldout, options: Mapping[str, Options]) -> list[ExampleResult]:
    """Let the model choose among the options of every row that has some, by likelihood."""
    from ...engine.choices import Question, likeliest_options

    if not options:
        return []
    scoring = ctx.config.scoring
    asked = [row for row in held.rows if row.example_id in options]
    questions = [Question(row.example_id, row.prompt_ids, options[row.example_id].texts) for row in asked]
    steps = _steps(ctx, sum(len(question.options) for question in questions), "options")
    chosen = likeliest_options(
        model,
        ctx.models().tokenizer(),
        questions,
        max_length=ctx.facts("tokens")["max_length"],
        batch_tokens=scoring.batch_tokens,
        logits_mb=scoring.logits_mb,
        on_batch=_adding(steps),
        should_stop=ctx.should_stop,
    )
    ids = [row.example_id for row in asked]
    return held.results("choice", {key: place == options[key].right for key, place in zip(ids, chosen, strict=True)})


def _references(ctx: Context, held: _Heldout) -> dict[str, str]:
    found = held.values(ctx.config.evaluation.answer_column, "answer_column")
    return {key: str(value).strip() for key, value in found.items()}


def _tests(ctx: Context, held: _Heldout) -> dict[str, str]:
    """The code of the tests; a list of texts is taken line by line."""
    found = held.values(ctx.config.evaluation.tests_column, "tests_column")
    return {key: "\n".join(map(str, value)) if isinstance(value, list) else str(value) for key, value in found.items()}


def _texts(ctx: Context, model, asked: Sequence[TokenizedExample]) -> dict[str, str]:
    """What the model writes after the prompts of these rows, by id."""
    from ...engine.generation import generate_many

    if not asked:
        return {}
    texts = generate_many(
        model,
        ctx.models().tokenizer(),
        [row.prompt_ids for row in asked],
        max_new_tokens=ctx.config.evaluation.max_new_tokens,
        on_batch=_steps(ctx, len(asked), "answers"),
        should_stop=ctx.should_stop,
    )
    return {row.example_id: text for row, text in zip(asked, texts, strict=True)}


def _exact_answers(
    ctx: Context, held: _Heldout, texts: Mapping[str, str], references: Mapping[str, str]
) -> list[ExampleResult]:
    """Whether the texts state the right answers; they are kept for reading, beside the answers."""
    from ...data.mathanswers import right_answers

    if not references:
        return []
    ids = [key for key in texts if key in references]
    right = right_answers([texts[key] for key in ids], [references[key] for key in ids], should_stop=ctx.should_stop)
    lines = [
        {"example_id": key, "text": texts[key], "reference": references[key], "right": r}
        for key, r in zip(ids, right, strict=True)
    ]
    _write_lines(ctx.folder / "answers.jsonl", lines)
    return held.results("exact_match", dict(zip(ids, right, strict=True)))


def _passed_tests(
    ctx: Context, held: _Heldout, texts: Mapping[str, str], tests: Mapping[str, str]
) -> tuple[list[ExampleResult], dict[str, Any]]:
    """Whether the code in the texts passes its tests, and what the code could not reach on this machine."""
    from ...data.codetests import code_of, run_all

    if not tests:
        return [], {}
    ids = [key for key in texts if key in tests]
    done = run_all(
        [(code_of(texts[key]), tests[key]) for key in ids],
        on_done=_steps(ctx, len(ids), "programs"),
        should_stop=ctx.should_stop,
    )
    lines = [{"example_id": key, "text": texts[key], **asdict(ran)} for key, ran in zip(ids, done, strict=True)]
    _write_lines(ctx.folder / "programs.jsonl", lines)
    sealed = set.intersection(*(set(ran.sealed) for ran in done)) if done else set()
    return (
        held.results("code_tests", {key: ran.passed for key, ran in zip(ids, done, strict=True)}),
        {"code_could_not_reach": sorted(sealed)},
    )


def _benchmarks(ctx: Context, model) -> list[EvalResult]:
    from ...engine.benchmarks import run_lm_eval

    settings = ctx.config.evaluation
    if not settings.lm_eval_tasks:
        return []
    return run_lm_eval(
        model,
        ctx.models().tokenizer(),
        settings.lm_eval_tasks,
        limit=settings.lm_eval_limit,
        on_task=_steps(ctx, len(settings.lm_eval_tasks), "benchmarks"),
        should_stop=ctx.should_stop,
    )


def _steps(ctx: Context, total: int, unit: str) -> Callable[[int], None]:
    ctx.meter(0, total, unit)
    return lambda done: ctx.meter(done, total, unit)


def _adding(steps: Callable[[int], None]) -> Callable[[int, int], None]:
    """A callback for the engine's batches that counts their rows."""
    done = 0

    def add(rows: int, _tokens: int) -> None:
        nonlocal done
        done += rows
        steps(done)

    return add


def _write_lines(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
