from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracle import naive_tokens
from safetensors.torch import load_file
from tiny_models import EOS_ID, PAD_ID, random_examples, save_tiny_model, tiny_model

from instructdiff_ui.config import ModelConfig, TrainingConfig
from instructdiff_ui.engine.models import Models
from instructdiff_ui.engine.scoring import score
from instructdiff_ui.engine.training import row_order, train
from instructdiff_ui.errors import ModelError, Stopped

ROWS = random_examples(20, longest=20)
IDS = torch.tensor([[5, 6, 7, 8]])
ENDS = {"eos_id": EOS_ID, "pad_id": PAD_ID}


def settings(**changes) -> TrainingConfig:
    """Five steps an epoch, in micro-batches of two."""
    defaults = {"batch_size": 4, "per_device_train_batch_size": 2, "learning_rate": 1e-2, "lora_r": 4}
    return TrainingConfig(**(defaults | changes))


def logged(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "losses.jsonl").read_text().splitlines()]


def tensors(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(next(folder.glob("*.safetensors")))


@torch.inference_mode()
def logits(model):
    return model(IDS).logits


@pytest.mark.parametrize("method", ["lora", "full"])
@pytest.mark.parametrize("arch", ["llama", "gpt2"])
def test_the_loss_of_a_step_is_the_mean_over_all_its_response_tokens(tmp_path, arch, method):
    folder = save_tiny_model(tmp_path / "model", arch=arch)
    models = Models(ModelConfig(path=str(folder), device="cpu", dtype="float32"))
    config = settings(method=method)
    train(models, ROWS, config=config, output_dir=tmp_path, **ENDS)
    first = row_order([row.length + (not row.truncated) for row in ROWS], config=config)[:4]
    nll = np.concatenate([naive_tokens(tiny_model(arch), ROWS[i], eos_id=EOS_ID)[0] for i in first])
    assert len({ROWS[i].length for i in first}) > 1  # rows of different lengths: a mean of means would differ
    assert logged(tmp_path)[0]["loss"] == pytest.approx(nll.mean(), rel=1e-5)
    assert logged(tmp_path)[0]["tokens"] == len(nll)


def test_lora_learns_and_leaves_the_base_as_it_was(models, tmp_path):
    with models.base() as model:
        before = logits(model)
        state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        config = model.config.to_dict()
        base_nll = np.mean([s.nll for s in score(model, ROWS, batch_tokens=500, logits_mb=1)])
    result = train(models, ROWS, config=settings(num_train_epochs=4), output_dir=tmp_path, **ENDS)
    with models.base() as model:
        assert torch.equal(logits(model), before)
        assert all(torch.equal(tensor, state[name]) for name, tensor in model.state_dict().items())
        assert model.config.to_dict() == config
        assert "forward" not in vars(model)
    with models.tuned(result.path) as model:
        assert np.mean([s.nll for s in score(model, ROWS, batch_tokens=500, logits_mb=1)]) < base_nll - 0.1
    assert {tensor.dtype for tensor in tensors(result.path).values()} == {torch.float32}
    assert not any("lm_head" in name for name in tensors(result.path))
    assert (result.path, result.method, result.steps, result.rows) == (tmp_path / "adapter", "lora", 20, 20)
    assert result.tokens == 4 * sum(len(row.response_ids) + (not row.truncated) for row in ROWS)


def test_a_full_training_leaves_a_complete_model_beside_the_base(models, tmp_path):
    with models.base() as model:
        before = logits(model)
    result = train(models, ROWS, config=settings(method="full", learning_rate=1e-3), output_dir=tmp_path, **ENDS)
    assert result.path == tmp_path / "model"
    assert {tensor.dtype for tensor in tensors(result.path).values()} == {torch.float32}
    with models.base() as model:
        assert torch.equal(logits(model), before)
    with models.tuned(result.path) as model:
        assert not torch.equal(logits(model), before)


def test_only_the_result_and_the_losses_are_left_and_nothing_is_printed(models, tmp_path, capfd):
    train(models, ROWS, config=settings(save_steps=2), output_dir=tmp_path, **ENDS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["adapter", "losses.jsonl"]
    files = sorted(path.name for path in (tmp_path / "adapter").iterdir())
    assert files == ["adapter_config.json", "adapter_model.safetensors"]
    assert capfd.readouterr() == ("", "")


def test_every_step_is_reported(models, tmp_path):
    seen = []
    result = train(models, ROWS, config=settings(warmup_ratio=0.4), output_dir=tmp_path, on_step=seen.append, **ENDS)
    assert [metrics.step for metrics in seen] == [1, 2, 3, 4, 5]
    assert {metrics.total_steps for metrics in seen} == {5}
    rates = [metrics.learning_rate for metrics in seen]
    assert rates[:3] == pytest.approx([0, 5e-3, 1e-2])  # two steps of warmup, then the cosine falls
    assert rates[2] > rates[3] > rates[4] > 0
    assert result.peak_learning_rate == pytest.approx(1e-2)
    assert result.final_loss == seen[-1].loss == logged(tmp_path)[-1]["loss"]
    assert all(metrics.grad_norm > 0 and metrics.seconds > 0 for metrics in seen)


@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_training_that_is_stopped_and_resumed_equals_one_that_was_not(models, tmp_path, method):
    config = settings(method=method, num_train_epochs=2, lora_dropout=0.2, learning_rate=1e-3)
    whole = train(models, ROWS, config=config, output_dir=tmp_path / "whole", **ENDS)
    part = tmp_path / "part"
    steps = []
    with pytest.raises(Stopped):
        train(
            models,
            ROWS,
            config=config,
            output_dir=part,
            on_step=steps.append,
            should_stop=lambda: len(steps) >= 2,
            **ENDS,
        )
    assert 2 <= len(logged(part)) < whole.steps
    resumed = train(models, ROWS, config=config, output_dir=part, **ENDS)
    assert [line["step"] for line in logged(part)] == list(range(1, 11))
    assert [line["loss"] for line in logged(part)] == [line["loss"] for line in logged(tmp_path / "whole")]
    assert resumed.steps == whole.steps
    expected = tensors(whole.path)
    assert all(torch.equal(tensor, expected[name]) for name, tensor in tensors(resumed.path).items())


class Killed(Exception):
    """Stands for a kill at an arbitrary moment."""


def test_a_killed_training_goes_on_from_its_last_complete_checkpoint(models, tmp_path):
    config = settings(num_train_epochs=2, save_steps=3)
    whole = train(models, ROWS, config=config, output_dir=tmp_path / "whole", **ENDS)
    part = tmp_path / "part"

    def kill(metrics):
        if metrics.step == 8:
            raise Killed

    with pytest.raises(Killed):
        train(models, ROWS, config=config, output_dir=part, on_step=kill, **ENDS)
    assert [path.name for path in (part / "checkpoints").iterdir()] == ["checkpoint-6"]
    half = part / "checkpoints" / "checkpoint-7"
    half.mkdir()
    (half / "adapter_model.safetensors").write_bytes(b"cut sh")
    with (part / "losses.jsonl").open("a") as file:
        file.write('{"step": 9, "tot')

    steps = []
    resumed = train(models, ROWS, config=config, output_dir=part, on_step=steps.append, **ENDS)
    assert [metrics.step for metrics in steps] == [7, 8, 9, 10]
    assert [line["step"] for line in logged(part)] == list(range(1, 11))
    expected = tensors(whole.path)
    assert all(torch.equal(tensor, expected[name]) for name, tensor in tensors(resumed.path).items())


def test_the_seed_decides_everything(models, tmp_path):
    def trained(name, seed):
        return tensors(train(models, ROWS, config=settings(seed=seed), output_dir=tmp_path / name, **ENDS).path)

    first, again, other = trained("first", 1), trained("again", 1), trained("other", 2)
    assert all(torch.equal(tensor, again[name]) for name, tensor in first.items())
    assert not all(torch.equal(tensor, other[name]) for name, tensor in first.items())


@pytest.mark.parametrize("changes", [{"gradient_checkpointing": True}, {"per_device_train_batch_size": 3}])
def test_what_only_trades_memory_for_time_changes_nothing(models, tmp_path, changes):
    plain = train(models, ROWS, config=settings(), output_dir=tmp_path / "plain", **ENDS)
    traded = train(models, ROWS, config=settings(**changes), output_dir=tmp_path / "traded", **ENDS)
    expected = tensors(plain.path)
    for name, tensor in tensors(traded.path).items():
        torch.testing.assert_close(tensor, expected[name], atol=1e-5, rtol=1e-3)


def test_bfloat16_weights_train_a_float32_adapter(base_folder, tmp_path):
    models = Models(ModelConfig(path=str(base_folder), device="cpu", dtype="bfloat16"))
    result = train(models, ROWS, config=settings(num_train_epochs=4), output_dir=tmp_path, **ENDS)
    assert {tensor.dtype for tensor in tensors(result.path).values()} == {torch.float32}
    assert result.final_loss < logged(tmp_path)[0]["loss"]


def test_a_loss_that_is_not_finite_is_told(models, tmp_path):
    with models.base() as model, torch.no_grad():
        model.model.embed_tokens.weight[:] = torch.nan
    with pytest.raises(ModelError, match="not finite at step 1; lower learning_rate"):
        train(models, ROWS, config=settings(), output_dir=tmp_path, **ENDS)


@pytest.mark.parametrize(
    ("checkpointing", "sentence"),
    [
        (None, "even with one row per forward pass and gradient checkpointing; lower data.max_length"),
        (True, "even with one row per forward pass and gradient checkpointing; lower data.max_length"),
        (False, "even with one row per forward pass; turn gradient_checkpointing on"),
    ],
)
def test_running_out_of_memory_for_good_names_what_to_change(models, tmp_path, checkpointing, sentence):
    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    with models.base() as model:
        model.model.register_forward_pre_hook(full)
    with pytest.raises(ModelError, match=sentence):
        train(models, ROWS, config=settings(gradient_checkpointing=checkpointing), output_dir=tmp_path, **ENDS)


def test_training_on_nothing_is_refused(models, tmp_path):
    with pytest.raises(ModelError, match="no examples to train on"):
        train(models, [], config=settings(), output_dir=tmp_path, **ENDS)


@given(
    lengths=st.lists(st.integers(1, 100), min_size=1, max_size=80),
    batch_size=st.integers(1, 8),
    epochs=st.sampled_from([0.5, 1, 2.25]),
    seed=st.integers(0, 5),
)
def test_every_epoch_holds_every_row_once(lengths, batch_size, epochs, seed):
    config = settings(batch_size=batch_size, num_train_epochs=epochs, seed=seed)
    order = row_order(lengths, config=config)
    assert len(order) == max(1, round(epochs * len(lengths)))
    counts = np.bincount(order, minlength=len(lengths))
    assert counts.max() - counts.min() <= 1
    assert list(row_order(lengths, config=config)) == list(order)


def test_rows_of_one_step_have_similar_lengths():
    lengths = np.random.default_rng(0).integers(1, 1000, size=800)
    steps = lengths[row_order(lengths, config=settings(batch_size=8))].reshape(-1, 8)
    assert np.mean(np.ptp(steps, axis=1)) < 30
    assert np.ptp(steps[:10].mean(axis=1)) > 100  # but steps come in any order


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device, and this machine has none")
@pytest.mark.parametrize("method", ["lora", "full"])
def test_training_runs_on_cuda(base_folder, tmp_path, method):
    models = Models(ModelConfig(path=str(base_folder), device="cuda"))
    result = train(models, ROWS, config=settings(method=method), output_dir=tmp_path, **ENDS)
    with models.tuned(result.path) as model:
        assert len(score(model, ROWS, batch_tokens=500, logits_mb=1)) == len(ROWS)
