"""A home of its own for every test, a tiny real model, and small pools of instruction rows."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"  # no test reaches out; those of the Hub talk to a stub in a process of their own
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from tiny_models import save_tiny_model
from tiny_pack import build_pack
from tiny_rows import instruction_rows


@pytest.fixture(scope="session", autouse=True)
def home_of_wider_fixtures(tmp_path_factory):
    """What a module's or a session's fixtures make lands here, and never in the home of whoever runs the tests."""
    os.environ["INSTRUCTDIFF_HOME"] = str(tmp_path_factory.mktemp("home"))


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("INSTRUCTDIFF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("INSTRUCTDIFF_DEMO", str(tmp_path / "no-pack"))  # else an empty home opens the shipped demo
    return tmp_path / "home"


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="session")
def tiny_pack(tmp_path_factory) -> Path:
    """A whole demo pack, its finished run included; `work` beside it holds what the build goes on with."""
    folder = tmp_path_factory.mktemp("demo")
    build_pack(folder / "pack", work=folder / "work")
    return folder / "pack"


@pytest.fixture
def pool_file(tmp_path) -> Path:
    path = tmp_path / "pool.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in instruction_rows(60)), encoding="utf-8")
    return path


@pytest.fixture
def settings(model_folder, pool_file) -> dict:
    """Settings of a run that takes a few seconds, all stages included."""
    quick = {"num_train_epochs": 1, "batch_size": 4, "per_device_train_batch_size": 4, "lora_r": 2, "save_steps": 1}
    return {
        "name": "tiny",
        "model": {"path": str(model_folder), "dtype": "float32", "device": "cpu"},
        "data": {"sources": [{"path": str(pool_file)}], "domain_column": "domain", "heldout_ratio": 0.1},
        "calibration": {"ratio": 0.2, "training": quick | {"learning_rate": 1e-2}},
        "scoring": {"shard_rows": 8, "batch_tokens": 512},
        "selection": {"ratio": 0.25},
        "finetune": quick | {"learning_rate": 1e-2},
    }
