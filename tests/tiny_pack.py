"""A demo pack of a few rows, a very small model and three arms over two seeds, built as the shipped one is.

`build_pack(into, work=…)` takes seconds. Everything but the sizes is what `demo.build` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from instructdiff_ui.config import updated
from instructdiff_ui.demo import build as building
from instructdiff_ui.demo import model, pool, run
from instructdiff_ui.demo.corpus import DOMAINS
from instructdiff_ui.engine.pretraining import Recipe
from instructdiff_ui.files import ASSETS

SEEDS = (0, 1)
ARMS = ("instructdiff", "random", "full")
ROWS, HELDOUT, HANDWRITTEN, HANDWRITTEN_HELDOUT = 40, 6, 8, 2  # of each domain
RECIPE = Recipe(
    vocab_size=400,
    hidden_size=32,
    intermediate_size=64,
    num_hidden_layers=1,
    num_attention_heads=1,
    context=512,
    sequence=64,
    batch=4,
    steps=12,
    warmup_steps=2,
    learning_rate=1e-2,
    threads=1,  # threads that wait for each other are slow where other work goes on beside the tests
)
_QUICK = {"learning_rate": 1e-2, "num_train_epochs": 1, "batch_size": 4}  # one step alone is all warm-up
SMALLER = {
    "data": {"max_length": 192},
    "calibration": {"ratio": 0.2, "training": _QUICK},
    "finetune": _QUICK,
    "evaluation": {"max_new_tokens": 4},
}


def build_pack(into: Path, *, work: Path, say: Callable[[str], None] = lambda line: None, **options: Any) -> dict:
    """Build the pack into `into`; `options` as for `demo.build.build`. Returns its record."""
    with _small(work):
        return building.build(into, work=work, recipe=RECIPE, say=say, **options)


@contextmanager
def _small(work: Path) -> Iterator[None]:
    """Few rows, documents, arms and steps, on the processor; the number of threads is put back."""
    whole, threads = run.demo_config, torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTDIFF_HOME", str(work / "home"))
        patch.setattr(torch.cuda, "is_available", lambda: False)
        patch.setattr(building, "HANDWRITTEN", _handwritten(work / "handwritten"))
        patch.setattr(pool, "POOL_ROWS", ROWS)
        patch.setattr(pool, "HELDOUT_ROWS", HELDOUT)
        patch.setattr(pool, "HANDWRITTEN_HELDOUT", HANDWRITTEN_HELDOUT)
        patch.setattr(model, "TOKENIZER_DOCUMENTS", 200)
        patch.setattr(model, "UNSEEN_DOCUMENTS", 8)
        patch.setattr(run, "SEEDS", SEEDS)
        patch.setattr(run, "ARMS", {name: run.ARMS[name] for name in ARMS})
        patch.setattr(run, "demo_config", lambda: updated(whole(), SMALLER))
        try:
            torch.set_num_threads(RECIPE.threads)
            yield
        finally:
            torch.set_num_threads(threads)


def _handwritten(folder: Path) -> Path:
    """The first hand-written rows of each domain."""
    folder.mkdir(parents=True, exist_ok=True)
    for domain in DOMAINS:
        lines = (ASSETS / "demo" / "handwritten" / f"{domain}.jsonl").read_text("utf-8").splitlines(keepends=True)
        (folder / f"{domain}.jsonl").write_text("".join(lines[:HANDWRITTEN]), "utf-8")
    return folder
