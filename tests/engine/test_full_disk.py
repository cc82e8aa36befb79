"""A disk that is full while a training writes its checkpoints or its result."""

from __future__ import annotations

import pytest
from safetensors import SafetensorError
from tiny_models import EOS_ID, PAD_ID, random_examples

from instructdiff_ui.config import TrainingConfig
from instructdiff_ui.engine import training
from instructdiff_ui.engine.checkpoints import is_out_of_space
from instructdiff_ui.errors import RunError


@pytest.mark.parametrize(
    "said",
    [
        "[enforce fail at inline_container.cc:672] . unexpected pos 89024 vs 88912",
        "[enforce fail at inline_container.cc:858] . PytorchStreamWriter failed writing file data/3: file write failed",
        "Error while serializing: I/O error: No space left on device (os error 28)",
    ],
)
def test_what_the_libraries_say_of_a_full_disk_is_understood(said):
    assert is_out_of_space(RuntimeError(said))


def test_other_failures_are_none_of_the_disk():
    assert not is_out_of_space(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))


def test_a_full_disk_is_one_sentence_that_names_the_folder(models, tmp_path, monkeypatch):
    def full(*_):
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(training, "_save", full)
    with pytest.raises(RunError, match="The disk is full: could not write") as raised:
        config = TrainingConfig(batch_size=4)
        training.train(models, random_examples(4), config=config, output_dir=tmp_path, eos_id=EOS_ID, pad_id=PAD_ID)
    assert str(tmp_path) in str(raised.value)
