"""The numbers are right: float32 scores against float64, half-precision scores against float32, and the check itself.

What a score does not depend on (order, batch, padding) is tested in test_scoring.py for random batches; here it is for
rows as long as the model reads. Shards are in tests/runs/test_invariance.py, killed workers in tests/runs/test_jobs.py.
"""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from oracle import naive_tokens
from peft import LoraConfig, get_peft_model
from tiny_models import EOS_ID, random_examples, tiny_model

from instructdiff_ui.engine.precision import float32_layers, is_half, numerical_noise, reference_tokens
from instructdiff_ui.engine.scoring import score
from instructdiff_ui.errors import Stopped

LIMITS = {"batch_tokens": 2048, "logits_mb": 16}
ARCHS = ["llama", "qwen2", "gpt2"]
HALF = [torch.bfloat16, torch.float16]


def large_model(arch: str = "llama", *, vocab_size: int = 5003, sharpness: float = 1.0):
    """A tiny model of a larger vocabulary; `sharpness` multiplies its logits."""
    model = tiny_model(arch, vocab_size=vocab_size)
    with torch.no_grad():
        norm = model.transformer.ln_f if arch == "gpt2" else model.model.norm
        for parameter in norm.parameters():
            parameter.mul_(sharpness)
    return model


def long_rows(n: int, vocab_size: int = 5003, *, seed: int = 0):
    return random_examples(n, seed=seed, longest=250, vocab_size=vocab_size)


@pytest.fixture
def one_library():
    """Products as `float32_layers` makes them: what this process found faster adds up in another order."""
    products = torch.backends.mkldnn.matmul
    before, products.fp32_precision = products.fp32_precision, "ieee"
    yield
    products.fp32_precision = before


# float32 against float64 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sharpness", [0.01, 1.0, 20.0], ids=["flat", "usual", "sharp"])
@pytest.mark.parametrize("arch", ARCHS)
def test_float32_scores_are_within_1e_5_nats_of_float64(arch, sharpness):
    model, rows = large_model(arch, sharpness=sharpness), long_rows(6)
    entropies = []
    for row, got in zip(rows, score(model, rows, **LIMITS, eos_id=EOS_ID), strict=True):
        nll, entropy = naive_tokens(model, row, eos_id=EOS_ID)
        assert got.nll == pytest.approx(nll.mean(), abs=1e-5)
        assert got.entropy == pytest.approx(entropy.mean(), abs=1e-5)
        entropies.append(entropy.mean())
    if sharpness == 0.01:
        assert min(entropies) > np.log(5003) - 0.01  # all but uniform
    if sharpness == 20.0:
        assert max(entropies) < 0.6


def test_float32_scores_are_within_1e_5_nats_of_float64_with_the_vocabulary_of_a_large_model():
    model, rows = large_model(vocab_size=128_003), long_rows(2, 128_003)
    for row, got in zip(rows, score(model, rows, **LIMITS), strict=True):
        nll, entropy = naive_tokens(model, row)
        assert (got.nll, got.entropy) == pytest.approx((nll.mean(), entropy.mean()), abs=1e-5)


def test_a_difference_of_scores_is_as_exact_as_the_scores():
    """ΔH is a small difference of large numbers: what is lost in either must not be most of it."""
    base, tuned = large_model(), large_model()
    with torch.no_grad():
        tuned.lm_head.weight.mul_(1.001)
    rows = long_rows(6)
    got = [
        b.entropy - t.entropy for b, t in zip(score(base, rows, **LIMITS), score(tuned, rows, **LIMITS), strict=True)
    ]
    exact = [naive_tokens(base, row)[1].mean() - naive_tokens(tuned, row)[1].mean() for row in rows]
    np.testing.assert_allclose(got, exact, atol=1e-5)
    assert min(exact) > 1e-4


@pytest.mark.parametrize("arch", ARCHS)
def test_long_rows_score_alike_alone_in_a_batch_and_in_another_order(arch):
    model, rows = large_model(arch), long_rows(12, seed=5)
    alone = [score(model, [row], batch_tokens=1, logits_mb=1)[0] for row in rows]
    for batch_tokens, order in ((16, rows), (3000, rows), (3000, rows[::-1])):
        found = {s.example_id: s for s in score(model, order, batch_tokens=batch_tokens, logits_mb=4)}
        for one in alone:
            assert found[one.example_id].nll == pytest.approx(one.nll, abs=1e-6)
            assert found[one.example_id].entropy == pytest.approx(one.entropy, abs=1e-6)


# the reference -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("eos_id", [None, EOS_ID])
@pytest.mark.parametrize("arch", ARCHS)
def test_the_reference_is_the_formulas(arch, eos_id):
    model = large_model(arch)
    for row in long_rows(3):
        for got, expected in zip(
            reference_tokens(model, row, eos_id=eos_id), naive_tokens(model, row, eos_id=eos_id), strict=True
        ):
            np.testing.assert_allclose(got.numpy(), expected, atol=2e-5)


@pytest.mark.usefixtures("one_library")
@pytest.mark.parametrize("dtype", HALF)
@pytest.mark.parametrize("arch", ARCHS)
def test_a_half_precision_model_computes_in_float32_with_the_weights_that_it_has(arch, dtype):
    model = large_model(arch).to(dtype)
    widened = copy.deepcopy(model).float()
    ids = torch.tensor([long_rows(1)[0].response_ids])
    with torch.inference_mode():
        with float32_layers(model):
            got = model(ids).logits
        assert got.dtype == torch.float32
        torch.testing.assert_close(got, widened(ids).logits, atol=1e-6, rtol=0)
        assert (model(ids).logits.float() - got).abs().max() > 1e-4  # which is not what it gives by itself


def tensors_of(model) -> dict[str, torch.Tensor]:
    return dict(model.named_parameters(remove_duplicate=False)) | dict(model.named_buffers(remove_duplicate=False))


@pytest.mark.parametrize("arch", ARCHS)
def test_the_weights_are_the_same_tensors_afterwards_even_when_a_layer_fails(arch):
    model = large_model(arch).bfloat16()
    before = tensors_of(model)
    bits = {name: tensor.clone() for name, tensor in before.items()}
    ids = torch.tensor([[5, 6, 7]])
    with torch.inference_mode():
        expected = model(ids).logits
        with float32_layers(model):
            model(ids)
        last = (model.transformer.h if arch == "gpt2" else model.model.layers)[-1].mlp
        failing = last.register_forward_hook(lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError("full")))
        with pytest.raises(torch.OutOfMemoryError), float32_layers(model):
            model(ids)
        failing.remove()
        assert torch.equal(model(ids).logits, expected)
    after = tensors_of(model)
    assert after.keys() == before.keys()
    assert all(after[name] is before[name] and torch.equal(after[name], bits[name]) for name in before)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_only_one_layer_is_float32_at_a_time():
    model = large_model().bfloat16()
    seen = []
    for layer in model.model.layers:
        layer.self_attn.register_forward_hook(
            lambda *_: seen.append([one.mlp.up_proj.weight.dtype for one in model.model.layers])
        )
    with torch.inference_mode(), float32_layers(model):
        model(torch.tensor([[5, 6, 7]]))
    assert seen == [[torch.float32, torch.bfloat16], [torch.bfloat16, torch.float32]]


def test_products_are_float32_whatever_was_allowed_before():
    products = torch.backends.mkldnn.matmul
    before = products.fp32_precision
    try:
        products.fp32_precision = "bf16"
        with float32_layers(large_model()):
            assert products.fp32_precision == "ieee"
        assert products.fp32_precision == "bf16"
    finally:
        products.fp32_precision = before


@pytest.mark.usefixtures("one_library")
@pytest.mark.parametrize("on", [True, False], ids=["adapter on", "adapter off"])
def test_an_adapter_takes_part_where_it_is_on(on):
    torch.manual_seed(1)
    model = large_model().bfloat16()
    wrapped = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False)).eval()
    adapters = {name: p for name, p in wrapped.named_parameters() if "lora_" in name}
    for parameter in adapters.values():  # as an adapter that was trained is loaded
        parameter.data = parameter.data.float()
    before = tensors_of(wrapped)
    widened = copy.deepcopy(wrapped).float()
    ids = torch.tensor([long_rows(1)[0].response_ids])
    if not on:
        wrapped.base_model.disable_adapter_layers()
        widened.base_model.disable_adapter_layers()
    with torch.inference_mode():
        with float32_layers(model):
            got = model(ids).logits
        torch.testing.assert_close(got, widened(ids).logits, atol=1e-6, rtol=0)
    assert all(after is before[name] for name, after in tensors_of(wrapped).items())


@pytest.mark.usefixtures("one_library")
def test_a_float32_model_is_left_alone():
    model = large_model()
    ids = torch.tensor([[5, 6, 7]])
    with torch.inference_mode():
        expected = model(ids).logits
        with float32_layers(model):
            torch.testing.assert_close(model(ids).logits, expected, atol=1e-6, rtol=0)
    assert not is_half(model)
    assert is_half(model.half())


# half precision against float32 ------------------------------------------------------------------------------------


@pytest.mark.parametrize("eos_id", [None, EOS_ID])
@pytest.mark.parametrize("dtype", HALF)
def test_the_noise_is_the_score_minus_the_formulas_on_the_same_weights(dtype, eos_id):
    model, rows = large_model().to(dtype), random_examples(6, longest=60, vocab_size=5003)
    found = numerical_noise(model, rows, **LIMITS, eos_id=eos_id)
    scores = score(model, rows, **LIMITS, eos_id=eos_id)
    for row, got, noise in zip(rows, scores, found, strict=True):
        nll, entropy = naive_tokens(model, row, eos_id=eos_id)
        assert noise.example_id == row.example_id
        assert noise.nll == pytest.approx(got.nll - nll.mean(), abs=1e-5)
        assert noise.entropy == pytest.approx(got.entropy - entropy.mean(), abs=1e-5)
        assert noise.nll != 0


@pytest.mark.parametrize(("dtype", "bound"), [(torch.bfloat16, 0.03), (torch.float16, 0.004)])
@pytest.mark.parametrize("arch", ARCHS)
def test_half_precision_errs_by_no_more_than_its_digits_allow(arch, dtype, bound):
    """bfloat16 has 8 bits, float16 has 11: errors of a row's means, in nats, on logits that spread over several."""
    found = numerical_noise(large_model(arch).to(dtype), long_rows(12), **LIMITS, eos_id=None)
    errors = np.abs([[one.nll, one.entropy] for one in found])
    assert 0 < errors.max() < bound


def test_a_float32_model_has_no_noise_to_speak_of():
    found = numerical_noise(large_model(), long_rows(4), **LIMITS, eos_id=None)
    assert max(max(abs(one.nll), abs(one.entropy)) for one in found) < 1e-5


def test_a_check_can_be_stopped_between_rows():
    model, rows = large_model().bfloat16(), random_examples(3, vocab_size=5003)
    asked = []

    def from_the_third_time_on() -> bool:
        asked.append(None)
        return len(asked) > 2

    with pytest.raises(Stopped):
        numerical_noise(model, rows, **LIMITS, eos_id=None, should_stop=from_the_third_time_on)
    assert len(asked) == 3
    assert model(torch.tensor([[5]])).logits.dtype == torch.bfloat16


def test_without_rows_there_is_no_noise():
    assert numerical_noise(large_model().bfloat16(), [], **LIMITS, eos_id=None) == []
