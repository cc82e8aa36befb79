"""What an experiment will cost and has cost: time, tokens and floating-point operations.

Work is counted as the fewest operations it takes: 2 per parameter and token to read, 6 to learn. Its speed is that of
the run's own trainings where there are any, else what this machine keeps up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ...config import RunConfig
from ...files import read_json
from ..estimate import machine_rate
from ..hardware import hardware
from ..jobs import Task
from ..plan import Stage
from ..store import RunStore
from .planning import experiment_tasks, trials
from .settings import ExperimentSettings

STARTING = 20.0  # seconds until the worker has loaded its libraries
PER_STAGE = 2.0  # seconds beside the arithmetic: opening files, building the trainer, writing the artifact
GENERATION = 10.0  # how much longer a token takes to write than to read: one at a time, whatever the batch


@dataclass(frozen=True)
class Cost:
    """What is still to be done of an experiment, and what is there already."""

    trials: int
    stages: int  # to be done
    done: int
    seconds: float
    flops: float

    @property
    def nothing(self) -> bool:
        return self.stages == 0


def estimate(store: RunStore, settings: ExperimentSettings) -> Cost:
    """What `settings` would take from here; what any job of this run has done already costs nothing."""
    every = experiment_tasks(store, settings)
    todo = [task for task in every if not task.stage.done(store)]
    flops = sum(_flops(store, task) for task in todo)
    rate = _rate(store) or machine_rate(hardware())
    seconds = STARTING + PER_STAGE * len(todo) + flops / rate if todo else 0.0
    return Cost(len(trials(store, settings)), len(todo), len(every) - len(todo), seconds, flops)


def _flops(store: RunStore, task: Task) -> float:
    pool = _Pool.of(store, task.stage)
    return pool.flops(task.stage.work, task.config, task.stage.settings) if pool else 0.0


@dataclass(frozen=True)
class _Pool:
    """The sizes that work depends on."""

    rows: int
    heldout: int
    tokens_per_row: float  # prompt and response
    parameters: float

    @classmethod
    def of(cls, store: RunStore, stage: Stage) -> _Pool | None:
        """None where no model has a part, or where the rows were not tokenised yet."""
        try:
            tokens = stage["tokens"]
        except KeyError:
            return None
        manifest = store.manifest(tokens.name, tokens.fingerprint)
        report = read_json(tokens.folder(store) / "report.json")
        if stage.work == "tokens" or manifest is None or not (report or {}).get("lengths"):
            return None
        lengths, facts = report["lengths"], manifest["facts"]
        tokens_per_row = lengths["prompt"]["all"]["mean"] + lengths["response"]["all"]["mean"]
        return cls(facts["rows"], facts["heldout"], tokens_per_row, float(facts["model"]["n_parameters"] or 0))

    def flops(self, work: str, config: RunConfig, settings: dict[str, Any]) -> float:
        read = 2 * self.parameters * self.tokens_per_row
        if work == "calibrate":
            training = config.calibration.training
            return 3 * read * config.calibration.ratio * self.rows * training.num_train_epochs
        if work == "finetune":
            steps = config.finetune.max_steps
            rows = steps * config.finetune.batch_size if steps else self.rows * config.finetune.num_train_epochs
            return 3 * read * rows
        if work.startswith("score_"):
            return read * self.rows
        if work == "rate":
            return 5 * read * self.rows
        if work.startswith("evaluate"):
            written = config.evaluation.max_new_tokens if config.evaluation.answer_column else 0
            return (read + 2 * self.parameters * written * GENERATION) * self.heldout
        return 0.0


def _rate(store: RunStore) -> float | None:
    """FLOP/s that the run's trainings kept up; None while there are none."""
    flops = seconds = 0.0
    for manifest in _trainings(store):
        facts = manifest["facts"]
        flops += training_flops(store, manifest)
        seconds += facts["seconds"]
    return flops / seconds if flops and seconds else None


def _trainings(store: RunStore) -> Iterable[dict[str, Any]]:
    for name in ("calibrate", "finetune"):
        for path in sorted(store.path.glob(f"artifacts/{name}*/manifest.json"))[:20]:
            manifest = read_json(path)
            if manifest and "steps" in manifest["facts"]:
                yield manifest


def training_flops(store: RunStore, manifest: dict[str, Any]) -> float:
    """The operations of a training that has ended: 6 per parameter and token that it read."""
    fingerprint = manifest["upstream"].get("tokens")
    folder = store.artifact("tokens", fingerprint) if fingerprint else None
    report = read_json(folder / "report.json") if folder else None
    tokens = store.manifest("tokens", fingerprint) if fingerprint else None
    if not report or not tokens or not report.get("lengths"):
        return 0.0
    lengths, facts = report["lengths"], manifest["facts"]
    per_response = (lengths["prompt"]["all"]["mean"] + lengths["response"]["all"]["mean"]) / max(
        1.0, lengths["response"]["all"]["mean"]
    )
    return 6.0 * float(tokens["facts"]["model"]["n_parameters"] or 0) * facts["tokens"] * per_response
