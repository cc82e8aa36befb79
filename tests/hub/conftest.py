"""A Hub on loopback that this process talks to, and a finished run that is pushed there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_stub import OTHER, TOKEN, HubStub, hub_stub, talking_to
from tiny_rows import instruction_rows

from instructdiff_ui import api
from instructdiff_ui.runs.store import RunStore


@pytest.fixture
def hub(tmp_path) -> Iterator[HubStub]:
    with hub_stub({}) as stub, talking_to(stub.url, tmp_path / "cache"):
        stub.users |= {TOKEN: "me", OTHER: "somebody"}
        yield stub


@pytest.fixture(scope="session")
def finished(tmp_path_factory, model_folder) -> Path:
    """A run with everything done, made once; tests read it."""
    folder = tmp_path_factory.mktemp("hub")
    pool = folder / "pool.jsonl"
    pool.write_text("".join(json.dumps(row) + "\n" for row in instruction_rows(60)), "utf-8")
    quick = {"num_train_epochs": 1, "batch_size": 4, "per_device_train_batch_size": 4, "lora_r": 2, "save_steps": 1}
    settings = {
        "name": "tiny",
        "model": {"path": str(model_folder), "dtype": "float32", "device": "cpu"},
        "data": {"sources": [{"path": str(pool)}], "domain_column": "domain", "heldout_ratio": 0.1},
        "calibration": {"ratio": 0.2, "training": quick | {"learning_rate": 1e-2}},
        "scoring": {"shard_rows": 8, "batch_tokens": 512},
        "selection": {"ratio": 0.25},
        "finetune": quick | {"learning_rate": 1e-2},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTDIFF_HOME", str(folder / "home"))
        run = api.create_run(api.parse_config(settings), run_dir=folder / "tiny-run")
        api.run_here(run, "model")
    return folder / "tiny-run"


@pytest.fixture
def store(finished) -> RunStore:
    return RunStore(finished)
