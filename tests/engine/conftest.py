"""A tiny base model for the engine's tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from instructdiff_ui.config import ModelConfig
from instructdiff_ui.engine.models import Models

sys.path.insert(0, str(Path(__file__).parents[1]))  # for tiny_models

from tiny_models import save_tiny_model


@pytest.fixture(scope="session")
def base_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("models") / "base")


@pytest.fixture
def models(base_folder: Path) -> Models:
    return Models(ModelConfig(path=str(base_folder), device="cpu", dtype="float32"))
