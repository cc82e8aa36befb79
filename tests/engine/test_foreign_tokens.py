"""A tokenizer and a model that do not belong together."""

from __future__ import annotations

import pytest
from tiny_models import EOS_ID, PAD_ID, VOCAB_SIZE, random_examples

from instructdiff_ui.config import TrainingConfig
from instructdiff_ui.data.examples import TokenizedExample
from instructdiff_ui.engine.scoring import score
from instructdiff_ui.engine.training import train
from instructdiff_ui.errors import ModelError

FOREIGN = TokenizedExample("foreign", (5, 6), (7, VOCAB_SIZE))
SENTENCE = f"token id {VOCAB_SIZE}, but the model knows only {VOCAB_SIZE} tokens"


def test_a_token_that_the_model_does_not_know_is_told(models, tmp_path):
    with models.base() as model, pytest.raises(ModelError, match=SENTENCE):
        score(model, [FOREIGN], batch_tokens=100, logits_mb=1)
    with pytest.raises(ModelError, match=SENTENCE):
        train(models, [FOREIGN], config=TrainingConfig(), output_dir=tmp_path, eos_id=EOS_ID, pad_id=PAD_ID)


def test_a_pad_token_that_only_the_tokenizer_knows_changes_nothing(models, tmp_path):
    losses = []
    for pad_id in (PAD_ID, VOCAB_SIZE):
        config, folder = TrainingConfig(batch_size=4), tmp_path / str(pad_id)
        losses.append(train(models, random_examples(8), config=config, output_dir=folder, eos_id=EOS_ID, pad_id=pad_id))
    assert losses[0].final_loss == losses[1].final_loss
