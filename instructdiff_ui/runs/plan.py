"""Which stages a run has, what each depends on, and so which are done, missing or stale.

A stage's fingerprint covers its settings and everything upstream. Cache, resume and staleness are one rule: a stage is
done when the artifact with its fingerprint has a manifest. Knows the order, not the work.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..config import ModelConfig, RunConfig, SelectionSpec, TrainingConfig, digest
from .store import RunStore

SCHEMA = 1  # raised when artifacts of an older version can no longer be read

TARGETS = {"data": "tokens", "selection": "select", "model": "evaluate"}  # what a person asks for → its last stage


@dataclass(frozen=True)
class Stage:
    """One step of the flow; `work` names the function in `stages.WORK` that does it."""

    name: str
    work: str
    label: str
    settings: dict[str, Any]
    upstream: tuple[Stage, ...] = ()
    accelerator: bool = False
    round: int = field(default=1, compare=False)
    leaves: tuple[str, ...] = field(default=(), compare=False)  # files that its artifact must hold, beside the manifest

    @cached_property
    def fingerprint(self) -> str:
        parts = [SCHEMA, self.work, self.settings, [stage.fingerprint for stage in self.upstream]]
        return digest(parts)[:12]

    def done(self, store: RunStore) -> bool:
        if store.manifest(self.name, self.fingerprint) is None:
            return False
        return all((self.folder(store) / name).is_file() for name in self.leaves)

    def folder(self, store: RunStore):
        return store.artifact(self.name, self.fingerprint)

    def __getitem__(self, work: str) -> Stage:
        """The nearest stage upstream, itself included, that does this work."""
        if self.work == work:
            return self
        for stage in reversed(self.upstream):
            try:
                return stage[work]
            except KeyError:
                continue
        raise KeyError(work)


def plan(config: RunConfig, spec: SelectionSpec) -> list[Stage]:
    """All stages of a run, each after those it needs. `spec` is the selection rule of the last round."""
    if config.scores:
        return _plan_from_scores(config, spec)
    pool, tokens, base = _first(config)
    stages, select = [pool, tokens], None
    for number in range(1, config.calibration.rounds + 1):
        last = number == config.calibration.rounds
        rule = spec if last else config.selection
        stages += _round(config, number, tokens, base, select, rule)
        select = stages[-1]
    assert select is not None
    stages = _once(stages)
    calibrate = of_first_seed(scored_stage(stages))["calibrate"]
    return [*stages, *_training(config, tokens, select, calibrate=calibrate)]


def _first(config: RunConfig) -> tuple[Stage, Stage, Stage]:
    """What holds the rows, their tokens, and their scores under the base model."""
    if config.scores:
        rows = Stage("scores", "import_scores", "Import scores", {"scores": config.scores, "data": _data(config)})
    else:
        rows = Stage("pool", "pool", "Load", _data(config, *_TOKEN_SETTINGS, "pool_rows"))
    tokens = _tokens(config, rows)
    return rows, tokens, Stage("score-base", "score_base", "Score base", _scoring(config), (tokens,), accelerator=True)


def _round(config, number, tokens, base, previous, rule) -> list[Stage]:
    """Calibrate, score and subtract, once per calibration seed; combine the seeds where there are several; select."""
    calibration = config.calibration
    suffix = f"-{number}" if number > 1 else ""
    of = f" {number}" if calibration.rounds > 1 else ""
    by_seed = [_calibrated(config, number, step, tokens, base, previous) for step in range(calibration.seeds)]
    tables = tuple(deltas for *_, deltas in by_seed)
    stages = [stage for chain in by_seed for stage in chain]
    if number == 1:
        stages.insert(1, base)  # after the first calibration, which needs no scores
    if len(tables) > 1:
        seeds = {"seeds": list(calibration.every_seed)}
        stages.append(Stage(f"combine{suffix}", "combine", f"Combine seeds{of}", seeds, tables, round=number))
    extras = extra_stages(config, rule)
    return [*stages, *extras, _select(f"select{suffix}", f"Select{of}", rule, (stages[-1], *extras[-1:]), number)]


def _calibrated(config, number, step, tokens, base, previous) -> tuple[Stage, Stage, Stage]:
    """One calibration and the ΔH it gives. That of the seed set is `step` 0; each further one moves both seeds by 1."""
    calibration = config.calibration
    seed = calibration.seed + step
    suffix = (f"-{number}" if number > 1 else "") + (f"-seed{seed}" if step else "")
    of = (f" {number}" if calibration.rounds > 1 else "") + (f", seed {seed}" if calibration.seeds > 1 else "")
    training = calibration.training.model_copy(update={"seed": calibration.training.seed + step})
    settings = _dump(calibration, "rounds", "seeds") | {"seed": seed, "training": _training_settings(training)}
    if config.model is not None and config.model.quantization != "none":
        settings["quantization"] = config.model.quantization
    before = (tokens, previous) if previous else (tokens,)
    calibrate = Stage(f"calibrate{suffix}", "calibrate", f"Calibrate{of}", settings, before, True, number)
    name, label = f"score-calibrated{suffix}", f"Score calibrated{of}"
    score = Stage(name, "score_calibrated", label, _scoring(config), (tokens, calibrate), True, number)
    deltas = Stage(f"deltas{suffix}", "deltas", f"ΔH{of}", {}, (tokens, base, score), round=number)
    return calibrate, score, deltas


def scored_by(config: RunConfig, spec: SelectionSpec, scorer: ModelConfig) -> list[Stage]:
    """As `plan`, but the rows are chosen by the scores of another model, and the run's own is trained on them."""
    stages = plan(config.model_copy(update={"model": scorer}), spec)
    place = next(i for i, stage in enumerate(reversed(stages)) if stage.work == "select")
    chosen = stages[: len(stages) - place]
    tokens = _tokens(config, chosen[0])
    return [*chosen, tokens, *_training(config, tokens, chosen[-1], calibrate=None)]


def scored_stage(stages: Sequence[Stage]) -> Stage:
    """The stage that leaves the table which the last selection is made from."""
    return next(stage for stage in reversed(stages) if stage.work == "select").upstream[0]


def of_first_seed(scored: Stage) -> Stage:
    """The ΔH of the first calibration seed; of a single one, and of imported scores, the stage itself."""
    return scored.upstream[0] if scored.work == "combine" else scored


def without_counts(name: str) -> str:
    """What a stage is called in the first round under the first seed: `deltas` for `deltas-2-seed1`."""
    return re.sub(r"(-\d+)?(-seed\d+)?$", "", name)


def _plan_from_scores(config: RunConfig, spec: SelectionSpec) -> list[Stage]:
    scores, tokens, _ = _first(config)
    extras = extra_stages(config, spec)
    select = _select("select", "Select", spec, (scores, *extras[-1:]), 1)
    stages = _once([scores, *extras, select])
    if config.model is None:
        return stages
    return _once([*stages, tokens, *_training(config, tokens, select, calibrate=None)])


def _select(name: str, label: str, spec: SelectionSpec, upstream: tuple[Stage, ...], number: int) -> Stage:
    return Stage(name, "select", label, spec.model_dump(mode="json"), upstream, round=number)


def _once(stages: Iterable[Stage]) -> list[Stage]:
    """Each stage where it stands first."""
    return list({stage.fingerprint: stage for stage in stages}.values())


# what other strategies rank by -------------------------------------------------------------------------------------

LENGTHS = ("instruction_length_max", "inst_resp_ratio_min", "inst_resp_ratio_max")
COLUMNS_FILE = "columns.parquet"  # example_id and the columns that a strategy ranks by, besides the scores
_ZIP_STEP, _ZIP_LEAST = 10, 20  # percent


def extra_stages(config: RunConfig, spec: SelectionSpec) -> list[Stage]:
    """What `spec.strategy` needs besides the scores, in order: the last leaves the columns, the others it rests on.

    Empty for a strategy that ranks by the scores alone.
    """
    last = _extra(config, spec)
    return [] if last is None else _with_upstream(last)


def _with_upstream(stage: Stage) -> list[Stage]:
    return _once([before for direct in stage.upstream for before in _with_upstream(direct)] + [stage])


def _extra(config: RunConfig, spec: SelectionSpec) -> Stage | None:
    rows, tokens, base = _first(config)

    def made(
        name: str, label: str, settings: dict[str, Any], *upstream: Stage, work: str = "", gpu: bool = True
    ) -> Stage:
        work = work or name.replace("-", "_")
        return Stage(name, work, label, settings, upstream, accelerator=gpu, leaves=(COLUMNS_FILE,))

    if spec.strategy == "ifd":
        return made("score-bare", "Score without instructions", _scoring(config), tokens, base)
    if spec.strategy == "superfiltering":
        settings = {"model": _whole(config.baselines.small_model), "shard_rows": config.scoring.shard_rows}
        return made("score-small", "Score by the small model", settings, tokens)
    if spec.strategy == "selectit":
        return made("selectit", "SelectIT", {}, *_ratings(config, tokens), gpu=False)
    if spec.strategy == "zip":
        return zip_stage(rows if config.model is None else tokens, spec.scope, spec.budget, _zip_percent(spec))
    if spec.strategy in LENGTHS:
        return made("lengths", "Instruction lengths", {}, tokens, gpu=False)
    return None


def _ratings(config: RunConfig, tokens: Stage) -> list[Stage]:
    """A rating of the rows by the base model, and one by each further model."""
    shards = {"shard_rows": config.scoring.shard_rows}
    stages = [Stage("rate", "rate", "Rate", shards | {"dtype": _dtype(config)}, (tokens,), accelerator=True)]
    for number, model in enumerate(config.baselines.selectit_models, 2):
        settings = shards | {"model": _whole(model)}
        stages.append(Stage(f"rate-{number}", "rate", f"Rate, model {number}", settings, (tokens,), accelerator=True))
    return stages


def zip_stage(upstream: Stage, scope: str, budget: str, percent: int) -> Stage:
    """The ZIP order of the rows, in every domain or in the pool, until `percent` of the rows or tokens are reached."""
    where = "of each domain" if scope == "domain" else "of the pool"
    settings = {"scope": scope, "budget": budget, "percent": percent}
    return Stage(
        f"zip-{scope}-{budget}-{percent}",
        "order_zip",
        f"ZIP order, {percent} % of the {budget} {where}",
        settings,
        (upstream,),
        leaves=(COLUMNS_FILE,),
    )


def farther_zips(stage: Stage) -> list[Stage]:
    """The ZIP orders that go on where this one ends, the longest first; this one last."""
    scope, budget, least = (stage.settings[name] for name in ("scope", "budget", "percent"))
    return [zip_stage(stage.upstream[0], scope, budget, percent) for percent in range(100, least - 1, -_ZIP_STEP)]


def _zip_percent(spec: SelectionSpec) -> int:
    """How far the order goes for a rule: to its largest β, and somewhat on, so that β can be moved."""
    largest = max([spec.ratio, *(spec.ratio_of(name) for name in spec.domains)])
    return max(_ZIP_LEAST, _ZIP_STEP * math.ceil(Fraction(str(largest)) * 100 / _ZIP_STEP))


def lacking(config: RunConfig, strategy: str) -> str:
    """What the settings lack for the stages of a strategy, in a sentence; empty where it is nothing."""
    if strategy == "superfiltering" and config.baselines.small_model is None:
        return "It scores with a small second model: name one in baselines.small_model."
    if config.model is None and strategy in ("ifd", "superfiltering", "selectit", *LENGTHS):
        return "It needs the base model, and this run was made from a scored file without one: name it in model.path."
    return ""


def _whole(model: ModelConfig | None) -> dict[str, Any] | None:
    return None if model is None else _dump(model)


def _training(config: RunConfig, tokens: Stage, select: Stage, *, calibrate: Stage | None) -> list[Stage]:
    """Fine-tuning and the evaluation of every model; a run made from scores has no calibrated one.

    Of several calibrations one is evaluated: `calibrate`, that of the first seed.
    """
    settings = {"training": _training_settings(config.finetune), "dtype": _dtype(config)}
    foreign = select.upstream[0].work != "import_scores" and select["tokens"].fingerprint != tokens.fingerprint
    before = (select, tokens) if foreign else (tokens, select)  # the nearest tokens must be those of the trained model
    finetune = Stage("finetune", "finetune", "Fine-tune", settings, before, accelerator=True)
    measured = {"score_eos": config.scoring.score_eos, "dtype": _dtype(config), **_measured(config)}

    def evaluation(name: str, work: str, label: str, *upstream: Stage) -> Stage:
        return Stage(name, work, f"Evaluate {label}", measured, (tokens, *upstream), accelerator=True)

    others = [evaluation("evaluate-base", "evaluate_base", "base")]
    if calibrate is not None:
        seed = f", seed {config.calibration.seed}" if config.calibration.seeds > 1 else ""
        others.append(evaluation("evaluate-calibrated", "evaluate_calibrated", f"calibrated{seed}", calibrate))
    return [finetune, *others, evaluation("evaluate", "evaluate", "fine-tuned", select, finetune, *others)]


def _tokens(config: RunConfig, pool: Stage) -> Stage:
    model = config.model
    settings = config.data.model_dump(mode="json", include=set(_TOKEN_SETTINGS))
    settings |= {"model": model.path, "revision": model.revision} if model else {}
    settings |= {"pool_rows": config.data.pool_rows} if config.data.pool_rows is not None else {}
    return Stage("tokens", "tokens", "Tokenise", settings, (pool,))


_TOKEN_SETTINGS = ("template", "custom_template", "separator", "use_input", "max_length", "overlong")


def _data(config: RunConfig, *leave_out: str) -> dict[str, Any]:
    """The data settings; a source without a limit reads as it did before sources had one, so its artifacts hold."""
    settings = _dump(config.data, *leave_out)
    for source in (*settings["sources"], *settings["heldout_sources"]):
        if source["limit"] is None:
            del source["limit"]
    if settings.get("pool_rows", 0) is None:
        del settings["pool_rows"]
    return settings


def _measured(config: RunConfig) -> dict[str, Any]:
    """What evaluations measure; what is not asked for is left out, so that those from before it was there hold."""
    always = config.evaluation.model_dump(mode="json", include={"answer_column", "max_new_tokens"})
    return always | config.evaluation.model_dump(mode="json", exclude_defaults=True)


def _training_settings(training: TrainingConfig) -> dict[str, Any]:
    # neither changes what is learnt: how often checkpoints are written, and whether activations are computed twice
    settings = _dump(training, "save_steps", "gradient_checkpointing")
    if training.max_steps is None:  # as before there was such a setting, so that artifacts hold
        del settings["max_steps"]
    return settings


def _scoring(config: RunConfig) -> dict[str, Any]:
    scoring = config.scoring
    return {"score_eos": scoring.score_eos, "shard_rows": scoring.shard_rows, "dtype": _dtype(config)}


def _dtype(config: RunConfig) -> list[str] | None:
    """Also how the weights are held; that is left out while it is as it always was, so that artifacts hold."""
    if config.model is None:
        return None
    quantized = config.model.quantization != "none"
    return [config.model.dtype, config.model.device, *([config.model.quantization] if quantized else [])]


def _dump(settings, *leave_out: str) -> dict[str, Any]:
    return settings.model_dump(mode="json", exclude=set(leave_out))
