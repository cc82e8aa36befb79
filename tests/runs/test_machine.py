"""The dtype `auto` is settled once on a machine, so that no two processes of a run take different ones."""

from __future__ import annotations

import json

import pytest
import torch
from tiny_models import save_tiny_model

from instructdiff_ui.config import ModelConfig
from instructdiff_ui.engine import models
from instructdiff_ui.runs.machine import settled


@pytest.fixture
def auto(tmp_path) -> ModelConfig:
    return ModelConfig(path=str(save_tiny_model(tmp_path / "model")), device="cpu")


def test_what_was_measured_first_holds(home, auto, monkeypatch):
    monkeypatch.setattr(models, "bfloat16_gain", lambda hidden_size: 1.8)
    assert settled(auto).dtype == "bfloat16"
    monkeypatch.setattr(models, "bfloat16_gain", lambda hidden_size: 1.2)  # a busier moment
    assert settled(auto).dtype == "bfloat16"


def test_another_machine_or_another_width_is_measured_anew(home, auto, monkeypatch):
    monkeypatch.setattr(models, "bfloat16_gain", lambda hidden_size: 1.8)
    settled(auto)
    (known,) = json.loads((home / "machine.json").read_text()).items()
    assert str(torch.get_num_threads()) in known[0] and known[0].endswith("width 32")
    monkeypatch.setattr("instructdiff_ui.engine.processor.name", lambda: "another processor")
    monkeypatch.setattr(models, "bfloat16_gain", lambda hidden_size: 1.2)
    assert settled(auto).dtype == "float32"
    assert len(json.loads((home / "machine.json").read_text())) == 2


def test_a_dtype_that_was_asked_for_is_not_measured(home, auto):
    asked = auto.model_copy(update={"dtype": "bfloat16"})
    assert settled(asked) is asked
    assert not (home / "machine.json").exists()
