"""Fine-tuning and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import DataError
from ..files import read_json, read_jsonl
from ..runs import home, quotas
from ..runs.comparison import Arm, compare
from ..runs.plan import plan
from ..runs.results import artifact_of
from ..runs.stages.context import trained_path
from .permission import check_repositories


def losses(run: str) -> dict[str, list[dict[str, Any]]]:
    """Training steps so far of every calibration and of the fine-tuning, by stage label."""
    store = home.open_store(run)
    trained = [s for s in plan(store.config(), store.spec()) if s.work in ("calibrate", "finetune")]
    found = {stage.label: read_jsonl(stage.folder(store) / "losses.jsonl") for stage in trained}
    return {label: steps for label, steps in found.items() if steps}


def evaluation(run: str) -> list[dict[str, Any]] | None:
    """Held-out loss per model and domain, once the fine-tuned model was evaluated."""
    folder = artifact_of(home.open_store(run), "evaluate")
    return read_json(folder / "evaluation.json") if folder else None


def comparison(run: str) -> list[Arm]:
    """Base, calibrated and every fine-tuned model that was evaluated in this run, arm by arm, over their seeds."""
    return compare(home.open_store(run))


def finetuned_path(run: str) -> Path | None:
    """The fine-tuned adapter or model, once there is one."""
    folder = artifact_of(home.open_store(run), "finetune")
    return trained_path(folder) if folder else None


def generate(
    run: str, instruction: str, *, input: str = "", max_new_tokens: int = 200, temperature: float = 0.0, seed: int = 0
) -> dict[str, str]:
    """Answers to one instruction from the base and from the fine-tuned model, by model name."""
    from ..runs.generation import side_by_side

    if not instruction.strip():
        raise DataError("Write an instruction to generate from.")
    quotas.check_known()
    request = {
        "instruction": instruction,
        "input": input,
        "max_new_tokens": max_new_tokens,
        "temperature": temperature,
        "seed": seed,
    }
    store = home.open_store(run)
    check_repositories(store.config().model)
    return side_by_side(store, request)
