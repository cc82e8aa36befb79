"""What one optimiser step learns, against the formula written down in float64."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from tiny_models import EOS_ID, PAD_ID, random_examples, save_tiny_model, tiny_model

from instructdiff_ui.config import ModelConfig, TrainingConfig
from instructdiff_ui.engine import loss as module
from instructdiff_ui.engine.loss import sum_nll
from instructdiff_ui.engine.models import Models
from instructdiff_ui.engine.sft import run_sft
from instructdiff_ui.engine.training import IGNORED, _row, _Watch, row_order

ROWS = [_row(example, EOS_ID) for example in random_examples(8, longest=30)]


def naive_nll(model, row) -> torch.Tensor:
    """NLL of every response token of one row alone, by full logits."""
    ids = torch.tensor([row["input_ids"]])
    log_p = torch.log_softmax(model(ids).logits[0], dim=-1)
    places = [t for t in range(1, ids.shape[1]) if row["labels"][t] != IGNORED]
    return torch.stack([-log_p[t - 1, ids[0, t]] for t in places])


def oracle(model, rows) -> tuple[float, dict[str, torch.Tensor]]:
    """Loss and gradient of the mean over all response tokens of `rows`, in float64."""
    exact = copy.deepcopy(model).double().requires_grad_(True)
    nll = torch.cat([naive_nll(exact, row) for row in rows]).mean()
    nll.backward()
    return nll.item(), {name: p.grad for name, p in exact.named_parameters() if p.grad is not None}


class Seen(_Watch):
    """Notes the gradient of the first step, as it is before clipping."""

    def on_pre_optimizer_step(self, args, state, control, model=None, **_):
        self.gradient = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}

    def on_log(self, args, state, control, logs=None, **_):
        if logs and "loss" in logs:
            self.loss = logs["loss"]

    def on_save(self, *_, **__):
        pass


def first_step(model, rows, folder, *, rows_per_pass, pad_id=PAD_ID, **changes):
    """(loss, gradient) of one optimiser step on `rows`, in micro-batches of `rows_per_pass`."""
    config = TrainingConfig(
        batch_size=len(rows), per_device_train_batch_size=rows_per_pass, method="full", max_grad_norm=1e9, **changes
    )
    watch = Seen(rows, config=config, checkpoints=None, log=None, on_step=None, should_stop=None)
    tokenizer = Models(ModelConfig(path=str(save_tiny_model(folder / "t")), device="cpu")).tokenizer()
    run_sft(
        model.requires_grad_(True),
        rows,
        config=config,
        folder=folder / "checkpoints",
        tokenizer=tokenizer,
        pad_id=pad_id,
        autocast=None,
        callback=watch,
        resume_from=None,
    )
    return watch.loss, watch.gradient


@pytest.mark.parametrize("rows_per_pass", [1, 2, 4, 8])
@pytest.mark.parametrize("arch", ["llama", "qwen2", "gpt2"])
def test_the_gradient_of_a_step_is_that_of_the_mean_over_its_response_tokens(tmp_path, arch, rows_per_pass):
    counts = [sum(label != IGNORED for label in row["labels"]) for row in ROWS]
    assert len(set(counts)) > 4  # so micro-batches hold different numbers of tokens
    value, expected = oracle(tiny_model(arch), ROWS)
    loss, gradient = first_step(tiny_model(arch), ROWS, tmp_path, rows_per_pass=rows_per_pass)
    assert loss == pytest.approx(value, rel=1e-5)
    assert gradient.keys() == expected.keys()
    for name, tensor in gradient.items():
        size = expected[name].abs().max()
        assert (tensor.double() - expected[name]).abs().max() <= 2e-5 * max(size, 1e-3), name


def test_what_the_pads_are_does_not_matter(tmp_path):
    rows = sorted(ROWS, key=lambda row: len(row["input_ids"]))
    short, long = rows[0], rows[-1]
    one = first_step(tiny_model(), [short, long], tmp_path / "a", rows_per_pass=2, pad_id=PAD_ID)
    other = first_step(tiny_model(), [short, long], tmp_path / "b", rows_per_pass=2, pad_id=77)
    assert one[0] == other[0]
    assert all(torch.equal(tensor, other[1][name]) for name, tensor in one[1].items())


def test_a_row_in_a_batch_learns_what_it_learns_alone(tmp_path):
    rows = ROWS[:3]
    tokens = np.array([sum(label != IGNORED for label in row["labels"]) for row in rows])
    alone = [first_step(tiny_model(), [row], tmp_path / str(i), rows_per_pass=1)[0] for i, row in enumerate(rows)]
    together = first_step(tiny_model(), rows, tmp_path / "all", rows_per_pass=3)[0]
    assert together == pytest.approx(np.average(alone, weights=tokens), rel=1e-6)


def test_a_batch_sees_rows_of_one_window_only_once():
    order = row_order([len(row["input_ids"]) for row in ROWS], config=TrainingConfig(batch_size=4))
    assert sorted(order) == list(range(len(ROWS)))


@effort(deadline=None, max_examples=25)
@given(
    positions=st.integers(0, 12),
    chunk=st.integers(1, 5),
    biased=st.booleans(),
    scale=st.sampled_from([1.0, 0.25]),
    softcap=st.sampled_from([None, 3.0]),
    seed=st.integers(0, 99),
)
def test_loss_and_gradients_are_those_of_autograd(positions, chunk, biased, scale, softcap, seed):
    generator = torch.Generator().manual_seed(seed)
    hidden, weight, bias = (
        torch.randn(*shape, generator=generator, dtype=torch.float64, requires_grad=True)
        for shape in ((positions, 6), (17, 6), (17,))
    )
    leaves = [hidden, weight, *([bias] if biased else [])]
    targets = torch.randint(0, 17, (positions,), generator=generator)
    z = (hidden @ weight.T + (bias if biased else 0)) * scale
    z = z if softcap is None else softcap * torch.tanh(z / softcap)
    expected = torch.nn.functional.cross_entropy(z, targets, reduction="sum") / 7
    known = torch.autograd.grad(expected, leaves)
    whole, module.LOGITS = module.LOGITS, chunk * 17 * 8
    try:
        ours = sum_nll(hidden, targets, weight=weight, bias=bias if biased else None, scale=scale, softcap=softcap) / 7
    finally:
        module.LOGITS = whole
    torch.testing.assert_close(ours, expected)
    for got, right in zip(torch.autograd.grad(ours, leaves), known, strict=True):
        torch.testing.assert_close(got, right)


@pytest.mark.parametrize("autocast", [False, True])
def test_bfloat16_rounds_gradients_but_not_the_loss(autocast):
    torch.manual_seed(0)
    dtype = torch.float32 if autocast else torch.bfloat16
    hidden = torch.randn(9, 32).bfloat16().to(dtype).requires_grad_(True)
    weight = torch.randn(50, 32).bfloat16().to(dtype).requires_grad_(autocast)
    targets = torch.arange(9)
    with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
        ours = sum_nll(hidden, targets, weight=weight)
    exact_hidden = hidden.detach().double().requires_grad_(True)
    exact = torch.nn.functional.cross_entropy(exact_hidden @ weight.detach().double().T, targets, reduction="sum")
    assert ours.dtype == torch.float32
    assert ours.item() == pytest.approx(exact.item(), rel=1e-6)
    ours.backward()
    exact.backward()
    error = (hidden.grad.double() - exact_hidden.grad).norm() / exact_hidden.grad.norm()
    assert 1e-6 < error < 1e-2
    assert hidden.grad.dtype == dtype
