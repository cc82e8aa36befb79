"""Training where memory runs out: it goes on with less, and what is learnt is the same."""

from __future__ import annotations

import json
import logging

import pytest
import torch
from safetensors.torch import load_file
from tiny_models import EOS_ID, PAD_ID, random_examples
from transformers import LlamaModel

from instructdiff_ui.config import TrainingConfig
from instructdiff_ui.engine.training import train

ROWS = random_examples(20, longest=20)
ENDS = {"eos_id": EOS_ID, "pad_id": PAD_ID}


def settings(**changes) -> TrainingConfig:
    """Ten steps of four rows, all four in one forward pass where they fit, and a checkpoint at steps 3, 6 and 9."""
    defaults = {"batch_size": 4, "per_device_train_batch_size": 4, "learning_rate": 1e-2, "lora_r": 4}
    return TrainingConfig(**(defaults | {"num_train_epochs": 2, "save_steps": 3} | changes))


def logged(folder) -> list[dict]:
    return [json.loads(line) for line in (folder / "losses.jsonl").read_text().splitlines()]


@pytest.fixture
def small_memory(monkeypatch):
    """A device that from some step on holds only so many rows in training, more with gradient checkpointing."""
    forward = LlamaModel.forward
    limit = {"rows": 99, "checkpointed": 99, "step": 0, "now": 0}

    def limited(self, *args, input_ids=None, **kwargs):
        most = limit["checkpointed" if self.layers[0].gradient_checkpointing else "rows"]
        if self.training and limit["now"] >= limit["step"] and len(input_ids) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(self, *args, input_ids=input_ids, **kwargs)

    monkeypatch.setattr(LlamaModel, "forward", limited)
    return limit


@pytest.mark.parametrize(
    ("memory", "rows", "checkpointed"),
    [
        ({"rows": 2}, 2, False),
        ({"rows": 1}, 1, False),
        ({"rows": 0, "checkpointed": 1}, 1, True),
    ],
)
@pytest.mark.parametrize("method", ["lora", "full"])
def test_memory_that_runs_out_changes_nothing_that_is_learnt(
    models, tmp_path, small_memory, caplog, method, memory, rows, checkpointed
):
    config = settings(method=method, learning_rate=1e-3)
    whole = train(models, ROWS, config=config, output_dir=tmp_path / "whole", **ENDS)
    assert (whole.rows_per_pass, whole.gradient_checkpointing) == (4, False)

    small_memory.update(memory, step=5)  # two steps past the checkpoint
    seen = []

    def on_step(metrics):
        seen.append(metrics.step)
        small_memory["now"] = metrics.step

    with caplog.at_level(logging.WARNING):
        part = train(models, ROWS, config=config, output_dir=tmp_path / "part", on_step=on_step, **ENDS)
    assert (part.rows_per_pass, part.gradient_checkpointing) == (rows, checkpointed)
    assert "Memory ran out with 4 rows per forward pass; going on with 2 of them." in caplog.text
    assert ("going on with gradient checkpointing" in caplog.text) == checkpointed
    assert seen[:6] == [1, 2, 3, 4, 5, 4]  # from the last checkpoint
    expected = logged(tmp_path / "whole")
    assert [line["step"] for line in logged(tmp_path / "part")] == list(range(1, 11))
    assert [line["loss"] for line in logged(tmp_path / "part")] == pytest.approx(
        [e["loss"] for e in expected], abs=1e-5
    )
    weights = load_file(next(part.path.glob("*.safetensors")))
    for name, tensor in load_file(next(whole.path.glob("*.safetensors"))).items():
        torch.testing.assert_close(weights[name], tensor, atol=1e-5, rtol=1e-3)


def test_before_the_first_checkpoint_it_begins_again(models, tmp_path, small_memory):
    small_memory.update(rows=1)
    seen = []
    result = train(models, ROWS, config=settings(), output_dir=tmp_path, on_step=lambda m: seen.append(m.step), **ENDS)
    assert seen == list(range(1, 11))
    assert result.rows_per_pass == 1
