"""Which stages a run has, what each depends on, and so which are done, missing or stale.

A stage's fingerprint covers its settings and everything upstream. Cache, resume and staleness are one rule: a stage is
done when the artifact with its fingerprint has a manifest. Knows the order, not the work.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..config import RunConfig, SelectionSpec, TrainingConfig, digest
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

    @cached_property
    def fingerprint(self) -> str:
        parts = [SCHEMA, self.work, self.settings, [stage.fingerprint for stage in self.upstream]]
        return digest(parts)[:12]

    def done(self, store: RunStore) -> bool:
        return store.manifest(self.name, self.fingerprint) is not None

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
    pool = Stage("pool", "pool", "Load", _data(config, *_TOKEN_SETTINGS))
    tokens = _tokens(config, pool)
    scoring = {"score_eos": config.scoring.score_eos, "shard_rows": config.scoring.shard_rows, "dtype": _dtype(config)}
    base = Stage("score-base", "score_base", "Score base", scoring, (tokens,), accelerator=True)
    stages, select = [pool, tokens], None
    for number in range(1, config.calibration.rounds + 1):
        last = number == config.calibration.rounds
        rule = spec if last else config.selection
        stages += _round(config, number, tokens, base, select, scoring, rule)
        select = stages[-1]
    assert select is not None
    calibrate = of_first_seed(scored_stage(stages))["calibrate"]
    return [*stages, *_training(config, tokens, select, calibrate=calibrate)]


def _round(config, number, tokens, base, previous, scoring, rule) -> list[Stage]:
    """Calibrate, score and subtract, once per calibration seed; combine the seeds where there are several; select."""
    calibration = config.calibration
    suffix = f"-{number}" if number > 1 else ""
    of = f" {number}" if calibration.rounds > 1 else ""
    by_seed = [_calibrated(config, number, step, tokens, base, previous, scoring) for step in range(calibration.seeds)]
    tables = tuple(deltas for *_, deltas in by_seed)
    stages = [stage for chain in by_seed for stage in chain]
    if number == 1:
        stages.insert(1, base)  # after the first calibration, which needs no scores
    if len(tables) > 1:
        seeds = {"seeds": list(calibration.every_seed)}
        stages.append(Stage(f"combine{suffix}", "combine", f"Combine seeds{of}", seeds, tables, round=number))
    return [*stages, _select(f"select{suffix}", f"Select{of}", rule, stages[-1], number)]


def _calibrated(config, number, step, tokens, base, previous, scoring) -> tuple[Stage, Stage, Stage]:
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
    score = Stage(name, "score_calibrated", label, scoring, (tokens, calibrate), True, number)
    deltas = Stage(f"deltas{suffix}", "deltas", f"ΔH{of}", {}, (tokens, base, score), round=number)
    return calibrate, score, deltas


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
    scores = Stage("scores", "import_scores", "Import scores", {"scores": config.scores, "data": _data(config)})
    select = _select("select", "Select", spec, scores, 1)
    if config.model is None:
        return [scores, select]
    tokens = _tokens(config, scores)
    return [scores, select, tokens, *_training(config, tokens, select, calibrate=None)]


def _select(name: str, label: str, spec: SelectionSpec, deltas: Stage, number: int) -> Stage:
    return Stage(name, "select", label, spec.model_dump(mode="json"), (deltas,), round=number)


def _training(config: RunConfig, tokens: Stage, select: Stage, *, calibrate: Stage | None) -> list[Stage]:
    """Fine-tuning and the evaluation of every model; a run made from scores has no calibrated one.

    Of several calibrations one is evaluated: `calibrate`, that of the first seed.
    """
    settings = {"training": _training_settings(config.finetune), "dtype": _dtype(config)}
    finetune = Stage("finetune", "finetune", "Fine-tune", settings, (tokens, select), accelerator=True)
    measured = {"score_eos": config.scoring.score_eos, "dtype": _dtype(config), **_dump(config.evaluation)}

    def evaluation(name: str, work: str, label: str, *upstream: Stage) -> Stage:
        return Stage(name, work, f"Evaluate {label}", measured, (tokens, *upstream), accelerator=True)

    before = [evaluation("evaluate-base", "evaluate_base", "base")]
    if calibrate is not None:
        seed = f", seed {config.calibration.seed}" if config.calibration.seeds > 1 else ""
        before.append(evaluation("evaluate-calibrated", "evaluate_calibrated", f"calibrated{seed}", calibrate))
    return [finetune, *before, evaluation("evaluate", "evaluate", "fine-tuned", select, finetune, *before)]


def _tokens(config: RunConfig, pool: Stage) -> Stage:
    model = config.model
    settings = config.data.model_dump(mode="json", include=set(_TOKEN_SETTINGS))
    settings |= {"model": model.path, "revision": model.revision} if model else {}
    return Stage("tokens", "tokens", "Tokenise", settings, (pool,))


_TOKEN_SETTINGS = ("template", "custom_template", "separator", "use_input", "max_length", "overlong")


def _data(config: RunConfig, *leave_out: str) -> dict[str, Any]:
    """The data settings; a source without a limit reads as it did before sources had one, so its artifacts hold."""
    settings = _dump(config.data, *leave_out)
    for source in (*settings["sources"], *settings["heldout_sources"]):
        if source["limit"] is None:
            del source["limit"]
    return settings


def _training_settings(training: TrainingConfig) -> dict[str, Any]:
    # neither changes what is learnt: how often checkpoints are written, and whether activations are computed twice
    return _dump(training, "save_steps", "gradient_checkpointing")


def _dtype(config: RunConfig) -> list[str] | None:
    """Also how the weights are held; that is left out while it is as it always was, so that artifacts hold."""
    if config.model is None:
        return None
    quantized = config.model.quantization != "none"
    return [config.model.dtype, config.model.device, *([config.model.quantization] if quantized else [])]


def _dump(settings, *leave_out: str) -> dict[str, Any]:
    return settings.model_dump(mode="json", exclude=set(leave_out))
