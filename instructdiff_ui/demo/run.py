"""The demo's finished run: three calibration seeds, every strategy fine-tuned and evaluated, packed to be shipped."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..config import RunConfig, SelectionSpec, parse_config, updated
from ..errors import RunError
from ..files import read_json, write_json, write_text
from ..runs.comparison import RECORDED, recorded, trials
from ..runs.plan import plan
from ..runs.store import RunStore
from ..runs.worker import perform

SEEDS = (0, 1, 2)
ARMS: dict[str, dict[str, Any]] = {
    "instructdiff": {},
    "random": {"strategy": "random"},
    "full": {"strategy": "random", "ratio": 1.0},
    **{
        strategy: {"strategy": strategy}
        for strategy in (
            "instructdiff_mid",
            "instructdiff_max",
            "ppl_min",
            "ppl_mid",
            "ppl_max",
            "entropy_min",
            "entropy_max",
            "response_length_max",
        )
    },
}

MODEL = "demo:model"
_TRAINING = {
    "method": "lora",
    "learning_rate": 2e-3,
    "num_train_epochs": 2,
    "batch_size": 16,
    "per_device_train_batch_size": 16,
}


def demo_config() -> RunConfig:
    """The settings of the demo run; a live rerun has the same."""
    return parse_config(
        {
            "name": "Demo",
            "model": {"path": MODEL, "dtype": "float32", "device": "cpu"},
            "data": {
                "sources": [{"path": "demo:pool.jsonl"}],
                "heldout_sources": [{"path": "demo:heldout.jsonl"}],
                "domain_column": "domain",
                "template": "custom",
                "custom_template": "### Instruction:\n{instruction}\n{input}\n### Response:\n",
                "max_length": 384,
            },
            "calibration": {"training": _TRAINING},
            "finetune": _TRAINING,
            "evaluation": {"answer_column": "answer", "max_new_tokens": 96},
        },
        preset="quick",
    )


def build_run(
    folder: Path, *, work: Path, say: Callable[[str], None], should_stop: Callable[[], bool]
) -> dict[str, Any]:
    """Calibrate, score, select, fine-tune and evaluate every arm in `work`, and pack what is shipped into `folder`."""
    store = RunStore(work)
    if not store.exists():
        store.create(demo_config())
    trials = [(seed, name) for seed in SEEDS for name in ARMS]
    for number, (seed, name) in enumerate([*trials, (SEEDS[0], "instructdiff")], 1):
        say(f"model {min(number, len(trials))} of {len(trials)}: {name}, seed {seed}")
        _settle(store, seed, name)
        if (ended := perform(store, until="evaluate", should_stop=should_stop)) != "done":
            raise RunError(f"The demo's run {ended} at {name}, seed {seed}: see {store.path / 'events.jsonl'}.")
    pack(store, folder)
    return {"seeds": list(SEEDS), "arms": list(ARMS), "seconds": _seconds(store)}


def _settle(store: RunStore, seed: int, arm: str) -> None:
    """Set the run to one arm and seed: of the calibration, the random draw and the training alike."""
    config = _seeded(seed)
    spec = config.selection.model_dump() | ARMS[arm] | {"seed": _draw_seed(arm, seed)}
    store.write_config(config)
    store.write_spec(SelectionSpec.model_validate(spec))


def _seeded(seed: int) -> RunConfig:
    seeds = {"calibration": {"seed": seed, "training": {"seed": seed}}, "finetune": {"seed": seed}}
    return updated(demo_config(), seeds)


def _draw_seed(arm: str, seed: int) -> int:
    """The random draw must not be the calibration's own, which an equal seed might make it."""
    return 1000 + seed if arm == "random" else 0


def _seconds(store: RunStore) -> float:
    """The time that all stages took, those of lost attempts aside."""
    return round(sum(read_json(path)["seconds"] for path in store.path.glob("artifacts/*/manifest.json")))


# packing -----------------------------------------------------------------------------------------------------------

TOP = (
    "config.yaml",
    "spec.json",
    "deltas.parquet",
    "selection.json",
    "selected.jsonl",
    "evaluation.json",
    "published.json",
    "events.jsonl",
)


def pack(store: RunStore, folder: Path) -> None:
    """Copy the run as it is opened, the differences of every calibration seed, and what all other models came to."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in TOP:
        _copy(store.path / name, folder / name)
    _only_the_end(folder / "events.jsonl")
    config = store.config()
    kept = {stage.folder(store) for stage in plan(config, store.spec())}
    for seed in SEEDS:
        kept |= {s.folder(store) for s in plan(_seeded(seed), store.spec()) if s.work == "deltas"}
    for artifact in kept:
        for path in artifact.rglob("*"):
            if path.is_file():
                _copy(path, folder / path.relative_to(store.path))
    for path in folder.rglob("adapter_config.json"):  # PEFT writes down where the model lay on this machine
        write_json(path, read_json(path) | {"base_model_name_or_path": MODEL})
    write_json(folder / RECORDED, recorded(trials(store)))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _only_the_end(events: Path) -> None:
    """The last word of the worker: how all other arms were made is not the story of this one."""
    write_text(events, events.read_text("utf-8").splitlines()[-1] + "\n")
