"""What each stage does: read upstream artifacts, work, leave one artifact, return the facts for its manifest.

A stage reads nothing but its settings and the artifacts before it. Knows nothing of queues, processes or pages.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..config import RunConfig, SelectionSpec, TrainingConfig, updated, validated
from ..data.examples import TokenizedExample
from ..errors import DataError, ModelError, RunError
from ..files import read_json, replacing, write_json, write_text
from .plan import Stage
from .store import RunStore

if TYPE_CHECKING:
    from ..engine.models import Models


PREVIEWS = 8  # rows that the page shows as the models will see them


@dataclass
class Context:
    """What a stage may use."""

    store: RunStore
    config: RunConfig
    stage: Stage
    meter: Callable[..., None]  # (step, total, unit, **metrics)
    should_stop: Callable[[], bool]
    models: Callable[[], Models]  # the weights, loaded at the first call and kept for later stages

    @property
    def folder(self) -> Path:
        return self.stage.folder(self.store)

    def upstream(self, work: str) -> Path:
        return self.stage[work].folder(self.store)

    def facts(self, work: str) -> dict[str, Any]:
        stage = self.stage[work]
        manifest = self.store.manifest(stage.name, stage.fingerprint)
        assert manifest is not None, f"{stage.name} runs before {self.stage.name}"
        return manifest["facts"]


# data --------------------------------------------------------------------------------------------------------------


def pool(ctx: Context) -> dict[str, Any]:
    """Read the sources into one pool and put the held-out rows aside, before anything is trained."""
    from ..data.pool import load_pool, write_examples, write_quarantined

    loaded = load_pool(ctx.config.data)
    write_examples(ctx.folder / "examples.parquet", loaded.examples)
    write_examples(ctx.folder / "heldout.parquet", loaded.heldout)
    write_quarantined(ctx.folder / "quarantined.parquet", loaded.quarantined)
    return {
        "rows": len(loaded.examples),
        "heldout": len(loaded.heldout),
        "quarantined": len(loaded.quarantined),
        "sources": [asdict(source) for source in loaded.sources],
    }


def tokens(ctx: Context) -> dict[str, Any]:
    """Render and tokenise the pool once, for scoring and training alike, and describe what came out."""
    from ..data import pool as pools
    from ..data.templates import Renderer
    from ..data.tokens import tokenise, write_tokens
    from ..engine.describe import describe, load_tokenizer

    # 1. what the model is, and the rows
    data, model = ctx.config.data, _model(ctx.config)
    info = describe(model)
    rows = _pool(ctx)
    # 2. one renderer and one tokenizer, the base model's, for everything
    tokenizer = load_tokenizer(model.model_copy(update={"revision": _pin(model, info)}))
    renderer = Renderer(data.template, data.custom_template, data.separator, data.use_input, tokenizer)
    limits: Any = {"max_length": _max_length(data.max_length, info.context_length), "overlong": data.overlong}
    made = tokenise(rows.examples, renderer, tokenizer, on_progress=ctx.meter, **limits)
    heldout = tokenise(rows.heldout, renderer, tokenizer, **limits)
    if not made.examples:
        raise DataError(
            f"No row of the pool can be used; the first was put aside for this: {made.quarantined[0].reason}."
        )
    # 3. the artifact
    write_tokens(ctx.folder / "tokens.parquet", made.examples)
    write_tokens(ctx.folder / "heldout.parquet", heldout.examples)
    pools.write_quarantined(
        ctx.folder / "quarantined.parquet", [*rows.quarantined, *made.quarantined, *heldout.quarantined]
    )
    write_json(ctx.folder / "report.json", _report(rows, made, renderer, tokenizer))
    return {
        "rows": len(made.examples),
        "heldout": len(heldout.examples),
        "quarantined": len(rows.quarantined) + len(made.quarantined) + len(heldout.quarantined),
        "truncated": made.n_truncated,
        "response_tokens": _response_tokens(made.examples),
        "max_length": limits["max_length"],
        "template": renderer.resolved,
        "model": asdict(info),
        "eos_id": _end_id(tokenizer, model.path),
        "pad_id": tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id,
    }


def _pool(ctx: Context):
    from ..data import pool as pools

    folder = examples_folder(ctx.stage, ctx.store)
    return pools.Pool(
        pools.read_examples(folder / "examples.parquet"),
        pools.read_examples(folder / "heldout.parquet"),
        pools.read_quarantined(folder / "quarantined.parquet"),
    )


def _report(rows, made, renderer, tokenizer) -> dict[str, Any]:
    from ..data.report import pool_report
    from ..data.tokens import marked_prompt

    by_id = {example.example_id: example for example in rows.examples}
    first = [marked_prompt(by_id[row.example_id], renderer, tokenizer, row) for row in made.examples[:PREVIEWS]]
    return pool_report(rows, made, previews=first)


def _end_id(tokenizer, path: str) -> int:
    if tokenizer.eos_token_id is None:
        raise ModelError(
            f"The tokenizer of {path} has no end-of-sequence token, so no response could be taught to end."
        )
    return tokenizer.eos_token_id


def examples_folder(stage: Stage, store: RunStore) -> Path:
    """Where the rows of the pool are: the folder of the stage that loaded or imported them."""
    for work in ("pool", "import_scores"):
        try:
            return stage[work].folder(store)
        except KeyError:
            continue
    raise AssertionError(f"no stage before {stage.name} holds the rows")


def _max_length(asked: int | None, context: int | None) -> int:
    """Tokens of prompt and response; one position of the context stays free for the end-of-sequence token."""
    if asked is not None and context is not None and asked > context:
        raise DataError(f"data.max_length is {asked}, but the model reads at most {context} tokens: use that or less.")
    longest = asked or 2048
    return longest if context is None else min(longest, context - 1)


def _pin(model, info) -> str | None:
    """The commit to load from the Hub; a folder has no revisions."""
    return None if Path(model.path).expanduser().exists() else info.revision


def _model(config: RunConfig):
    if config.model is None:
        raise RunError("This run has no model: name one to tokenise, train or score.")
    return config.model


def pinned_config(config: RunConfig, facts: dict[str, Any]) -> RunConfig:
    """The settings with the model's revision as it was when the rows were tokenised; `RunError` if a folder changed."""
    from ..engine.describe import describe

    model = _model(config)
    known = facts["model"]["revision"]
    if not Path(model.path).expanduser().exists():
        return updated(config, {"model": {"revision": known}})
    if describe(model).revision != known:
        raise RunError(f"The model in {model.path} has changed since this run was prepared: make a new run for it.")
    return config


# calibration and scoring -------------------------------------------------------------------------------------------


def calibrate(ctx: Context) -> dict[str, Any]:
    """Fine-tune the base model on ⌊αN⌋ random rows, or on the selection of the round before (METHOD.md §1)."""
    from ..data.tokens import read_tokens

    rows = read_tokens(ctx.upstream("tokens") / "tokens.parquet")
    calibration = ctx.config.calibration
    if ctx.stage.round == 1:
        chosen = draw([row.example_id for row in rows], ratio=calibration.ratio, seed=calibration.seed)
    else:
        chosen = set(read_json(ctx.upstream("select") / "selection.json")["ids"])
    write_json(ctx.folder / "ids.json", sorted(chosen))
    return _train(ctx, [row for row in rows if row.example_id in chosen], calibration.training)


def draw(ids: list[str], *, ratio: float, seed: int) -> set[str]:
    """⌊αN⌋ ids at random; which ones depends on the ids and the seed, not on their order."""
    count = int(np.floor(round(ratio * len(ids), 9)))
    if count < 1:
        raise DataError(f"calibration.ratio {ratio} of {len(ids)} rows is no row at all: raise it or load more rows.")
    return set(np.random.default_rng(seed).permutation(np.sort(np.array(ids)))[:count].tolist())


def finetune(ctx: Context) -> dict[str, Any]:
    """Fine-tune the base model on the selected rows, and say in a model card how they were chosen."""
    from ..data.tokens import read_tokens

    chosen = set(read_json(ctx.upstream("select") / "selection.json")["ids"])
    rows = [row for row in read_tokens(ctx.upstream("tokens") / "tokens.parquet") if row.example_id in chosen]
    if not rows:
        raise DataError("The selection holds no row to fine-tune on: raise β (selection.ratio) or lower γ.")
    facts = _train(ctx, rows, ctx.config.finetune)
    _write_card(ctx, ctx.folder, facts, results=[])
    return facts


def _write_card(ctx: Context, folder: Path, training: dict[str, Any], *, results: list[dict[str, Any]]) -> None:
    from .card import model_card

    selection = read_json(ctx.upstream("select") / "selection.json")
    model = ctx.facts("tokens")["model"]
    card = model_card(ctx.config, model=model, selection=selection, training=training, results=results)
    write_text(trained_path(folder) / "README.md", card)


def _train(ctx: Context, rows: list[TokenizedExample], training: TrainingConfig) -> dict[str, Any]:
    from ..engine.training import train

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


def trained_path(folder: Path) -> Path:
    """The adapter or the full model that a training stage left in its folder."""
    return next(folder / name for name in ("adapter", "model") if (folder / name).is_dir())


def score_base(ctx: Context) -> dict[str, Any]:
    with ctx.models().base() as model:
        return _score(ctx, model)


def score_calibrated(ctx: Context) -> dict[str, Any]:
    with ctx.models().tuned(trained_path(ctx.upstream("calibrate"))) as model:
        return _score(ctx, model)


def _score(ctx: Context, model) -> dict[str, Any]:
    """Score the pool in shards; a shard that is there already is not scored again."""
    from ..data.tokens import read_tokens
    from ..engine.scoring import score

    rows = read_tokens(ctx.upstream("tokens") / "tokens.parquet")
    rows.sort(key=lambda row: (-row.length, row.example_id))  # longest first: memory runs out at once or never
    scoring, eos_id = ctx.config.scoring, ctx.facts("tokens")["eos_id"]
    shards = [rows[start : start + scoring.shard_rows] for start in range(0, len(rows), scoring.shard_rows)]
    end = int(scoring.score_eos)  # a row that was cut has no end to score
    total = _response_tokens(rows) + end * sum(not row.truncated for row in rows)
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
                on_batch=_counter(ctx, done, total),
                should_stop=ctx.should_stop,
            )
            _write_scores(path, scores)
        done += _response_tokens(shard) + end * sum(not row.truncated for row in shard)
    return {"rows": len(rows), "tokens": total, "shards": len(shards), **_hardware(model)}


def _response_tokens(rows: list[TokenizedExample]) -> int:
    return sum(len(row.response_ids) for row in rows)


def _counter(ctx: Context, done: int, total: int) -> Callable[[int, int], None]:
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


def _read_scores(folder: Path) -> pd.DataFrame:
    shards = sorted((folder / "shards").glob("*.parquet"))
    return pd.concat([pd.read_parquet(shard) for shard in shards], ignore_index=True)


# selection ---------------------------------------------------------------------------------------------------------


def deltas(ctx: Context) -> dict[str, Any]:
    """Join base and calibrated scores by example id into the table that everything else looks at."""
    from ..data.pool import read_examples
    from ..data.tokens import read_tokens
    from ..selection.deltas import make_deltas

    scored = {row.example_id for row in read_tokens(ctx.upstream("tokens") / "tokens.parquet")}
    calibration = set(read_json(ctx.upstream("calibrate") / "ids.json"))
    rows = pd.DataFrame(
        [
            (example.example_id, example.domain, example.example_id in calibration)
            for example in read_examples(ctx.upstream("pool") / "examples.parquet")
            if example.example_id in scored
        ],
        columns=["example_id", "domain", "in_calibration"],
    )
    base, calibrated = _read_scores(ctx.upstream("score_base")), _read_scores(ctx.upstream("score_calibrated"))
    table = make_deltas(base, calibrated, rows)
    _write_deltas(ctx, table)
    return {"rows": len(table)}


def import_scores(ctx: Context) -> dict[str, Any]:
    """Make the deltas from a file that holds scores already."""
    from ..data.pool import write_examples, write_quarantined
    from ..data.scored import read_scored
    from ..selection.deltas import make_deltas

    assert ctx.config.scores is not None
    scored = read_scored(Path(ctx.config.scores), ctx.config.data)
    table = make_deltas(scored.base, scored.calibrated, scored.rows)
    _write_deltas(ctx, table)
    write_examples(ctx.folder / "examples.parquet", scored.examples)
    write_examples(ctx.folder / "heldout.parquet", scored.heldout)
    write_quarantined(ctx.folder / "quarantined.parquet", scored.quarantined)
    return {
        "rows": len(table),
        "quarantined": len(scored.quarantined),
        "sources": [{"name": scored.name, "revision": scored.revision}],
    }


def _write_deltas(ctx: Context, table: pd.DataFrame) -> None:
    with replacing(ctx.folder / "deltas.parquet") as temporary:
        table.to_parquet(temporary, index=False)


def select(ctx: Context) -> dict[str, Any]:
    """Apply the round's rule to its deltas."""
    from ..data.pool import read_examples
    from ..selection.rules import apply
    from .results import export_selected, selection_record

    spec = validated(SelectionSpec, ctx.stage.settings)
    table = pd.read_parquet(ctx.stage.upstream[0].folder(ctx.store) / "deltas.parquet")
    chosen = apply(table, spec)
    record = selection_record(chosen)
    write_json(ctx.folder / "selection.json", record)
    examples = read_examples(examples_folder(ctx.stage, ctx.store) / "examples.parquet")
    by_id = {example.example_id: example for example in examples}
    export_selected(ctx.folder / "selected.jsonl", by_id, table, chosen)
    return {"rows": len(chosen.ids), "spec": spec.hash}


# evaluation --------------------------------------------------------------------------------------------------------


def evaluate(ctx: Context) -> dict[str, Any]:
    """Held-out loss per domain of the base, the calibrated and the fine-tuned model."""
    from ..data.pool import read_examples
    from ..data.tokens import read_tokens

    rows = read_tokens(ctx.upstream("tokens") / "heldout.parquet")
    examples = read_examples(examples_folder(ctx.stage, ctx.store) / "heldout.parquet")
    domain = {example.example_id: example.domain for example in examples}
    size = _response_tokens(rows)
    models = _evaluated(ctx)
    results = []
    for number, (name, path) in enumerate(models.items() if rows else ()):
        weights = ctx.models()
        with weights.base() if path is None else weights.tuned(path) as model:
            step = _counter(ctx, number * size, len(models) * size)
            results += _heldout_loss(ctx, model, rows, domain, name, step)
    write_json(ctx.folder / "evaluation.json", results)
    _write_card(ctx, ctx.upstream("finetune"), ctx.facts("finetune"), results=results)
    return {"rows": len(rows), "models": list(models)}


def _evaluated(ctx: Context) -> dict[str, Path | None]:
    models: dict[str, Path | None] = {"base": None}
    with suppress(KeyError):  # a run made from scores has no calibrated model
        models["calibrated"] = trained_path(ctx.upstream("calibrate"))
    return models | {"fine-tuned": trained_path(ctx.upstream("finetune"))}


def _heldout_loss(ctx: Context, model, rows, domain: dict[str, str], name: str, on_batch) -> list[dict[str, Any]]:
    from ..engine.evaluation import heldout_loss
    from ..engine.scoring import score

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


WORK: dict[str, Callable[[Context], dict[str, Any]]] = {
    work.__name__: work
    for work in (
        pool,
        tokens,
        calibrate,
        finetune,
        score_base,
        score_calibrated,
        deltas,
        import_scores,
        select,
        evaluate,
    )
}
