from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import naive_tokens
from tiny_models import EOS_ID, random_examples, tiny_model
from transformers import (
    Cohere2Config,
    Cohere2ForCausalLM,
    Gemma2Config,
    Gemma2ForCausalLM,
    GraniteConfig,
    GraniteForCausalLM,
)

from instructdiff_ui.data.examples import TokenizedExample
from instructdiff_ui.engine import head as head_module
from instructdiff_ui.engine.head import OutputHead
from instructdiff_ui.engine.scoring import score
from instructdiff_ui.errors import ModelError, Stopped

LIMITS = {"batch_tokens": 256, "logits_mb": 256}


@pytest.mark.parametrize("eos_id", [None, EOS_ID])
@pytest.mark.parametrize("tile", [(1, 1000), (7, 13), (1000, 1000)], ids=["one position", "both in parts", "all"])
@pytest.mark.parametrize("batch_tokens", [1, 200, 10_000])
@pytest.mark.parametrize("arch", ["llama", "qwen2", "gpt2"])
def test_scores_equal_the_formulas_in_float64(arch, batch_tokens, tile, eos_id, monkeypatch):
    monkeypatch.setattr(head_module, "CPU_TILE", tile)
    model = tiny_model(arch)
    rows = random_examples(9)
    for example, got in zip(
        rows, score(model, rows, batch_tokens=batch_tokens, logits_mb=1, eos_id=eos_id), strict=True
    ):
        nll, entropy = naive_tokens(model, example, eos_id=eos_id)
        assert (got.example_id, got.n_tokens) == (example.example_id, len(nll))
        np.testing.assert_allclose(got.token_nll, nll, atol=1e-5)
        np.testing.assert_allclose(got.token_entropy, entropy, atol=1e-5)
        assert got.nll == pytest.approx(nll.mean(), abs=1e-5)
        assert got.entropy == pytest.approx(entropy.mean(), abs=1e-5)


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(12)), batch_tokens=st.integers(1, 1000))
def test_a_score_depends_neither_on_order_nor_on_the_rest_of_the_batch(order, batch_tokens):
    model = tiny_model()
    rows = random_examples(12)
    alone = [score(model, [row], **LIMITS)[0] for row in rows]
    shuffled = score(model, [rows[i] for i in order], batch_tokens=batch_tokens, logits_mb=1)
    for i, got in zip(order, shuffled, strict=True):
        assert got.example_id == rows[i].example_id
        assert got.nll == pytest.approx(alone[i].nll, abs=1e-6)
        assert got.entropy == pytest.approx(alone[i].entropy, abs=1e-6)


@pytest.mark.parametrize("arch", ["llama", "qwen2", "gpt2"])
def test_padding_on_the_right_without_a_mask_equals_the_models_own_padding_on_the_left(arch):
    model = tiny_model(arch)
    rows = random_examples(6, seed=3)
    scores = score(model, rows, batch_tokens=10_000, logits_mb=1)
    width = max(row.length for row in rows)
    ids = torch.tensor([[1] * (width - r.length) + [*r.prompt_ids, *r.response_ids] for r in rows])
    mask = torch.tensor([[0] * (width - r.length) + [1] * r.length for r in rows])
    with torch.no_grad():
        out = model(ids, attention_mask=mask, position_ids=(mask.cumsum(1) - 1).clamp(min=0))
    log_p = out.logits.double().log_softmax(-1)
    for r, (row, got) in enumerate(zip(rows, scores, strict=True)):
        n = len(row.response_ids)
        expected = [-log_p[r, width - n + t - 1, token] for t, token in enumerate(row.response_ids)]
        np.testing.assert_allclose(got.token_nll, np.array(expected), atol=1e-5)


def test_float64_weights_are_scored_in_float64():
    model = tiny_model().double()
    row = random_examples(1)[0]
    nll, entropy = naive_tokens(model, row)
    got = score(model, [row], **LIMITS)[0]
    assert got.nll == pytest.approx(nll.mean(), abs=1e-12)
    assert got.entropy == pytest.approx(entropy.mean(), abs=1e-12)


def test_logits_of_bfloat16_weights_are_exact_products_summed_in_float32():
    model = tiny_model().bfloat16()
    head = OutputHead(model, logits_mb=1)
    hidden = torch.randn(5, 32).bfloat16()
    expected = hidden.double() @ model.lm_head.weight.double().T
    logits = head.logits(hidden)
    assert logits.dtype == torch.float32
    torch.testing.assert_close(logits.double(), expected, atol=1e-4, rtol=1e-5)


def test_entropy_is_never_negative_and_at_most_that_of_the_uniform_distribution():
    model = tiny_model()
    with torch.no_grad():
        model.lm_head.weight.mul_(200)  # near-certain predictions
    entropies = np.concatenate([s.token_entropy for s in score(model, random_examples(10), **LIMITS)])
    assert entropies.min() >= 0
    assert entropies.max() <= np.log(model.config.vocab_size) + 1e-5
    assert entropies.min() < 1e-3  # the model is sharp: cancellation would show


TINY = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "pad_token_id": 1,
}


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        (Gemma2ForCausalLM, Gemma2Config(**TINY, head_dim=8, final_logit_softcapping=2.0)),
        (GraniteForCausalLM, GraniteConfig(**TINY, logits_scaling=3.0)),
        (Cohere2ForCausalLM, Cohere2Config(**TINY, logit_scale=0.25)),
    ],
    ids=["gemma2 soft cap", "granite divides", "cohere multiplies"],
)
def test_what_an_architecture_does_to_its_logits_is_respected(kind, config):
    torch.manual_seed(0)
    config._attn_implementation = "eager"
    model = kind(config).eval()
    with torch.no_grad():
        model.get_output_embeddings().weight.mul_(30)
    row = random_examples(1, vocab_size=64)[0]
    nll, entropy = naive_tokens(model, row)
    got = score(model, [row], **LIMITS)[0]
    assert (got.nll, got.entropy) == pytest.approx((nll.mean(), entropy.mean()), abs=1e-5)


def test_an_architecture_that_changes_its_logits_in_an_unknown_way_is_refused():
    model = tiny_model()
    model.lm_head.register_forward_hook(lambda module, inputs, logits: logits * 3)
    with pytest.raises(ModelError, match="LlamaForCausalLM changes its logits"):
        score(model, random_examples(1), **LIMITS)


def test_a_batch_that_does_not_fit_in_memory_is_halved_without_losing_a_row(monkeypatch):
    model = tiny_model()
    rows = random_examples(20)
    expected = score(model, rows, **LIMITS)
    widths = []
    hidden = OutputHead._hidden

    def tight(self, batch, prefix=None):
        widths.append(len(batch) * max(len(ids) for ids, _ in batch))
        if widths[-1] > 100:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return hidden(self, batch, prefix)

    monkeypatch.setattr(OutputHead, "_hidden", tight)
    got = score(model, rows, batch_tokens=800, logits_mb=1)
    assert [s.example_id for s in got] == [row.example_id for row in rows]
    np.testing.assert_allclose([s.nll for s in got], [s.nll for s in expected], atol=1e-6)
    assert sum(width > 100 for width in widths) <= 4  # it learns: later batches are smaller from the start


def test_a_single_row_that_does_not_fit_in_memory_is_named(monkeypatch):
    model = tiny_model()
    score(model, random_examples(1), **LIMITS)

    def full(self, batch, prefix=None):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(OutputHead, "_hidden", full)
    with pytest.raises(ModelError, match=r"row-0 \(\d+ tokens\) does not fit in memory"):
        score(model, random_examples(1), **LIMITS)


def test_logits_that_are_not_finite_name_the_row_and_a_remedy():
    model = tiny_model()
    with torch.no_grad():
        model.model.embed_tokens.weight[77] = torch.nan
    rows = [TokenizedExample("fine", (5, 6), (7, 8)), TokenizedExample("broken", (5, 77), (7, 8))]
    with pytest.raises(ModelError, match=r"not finite for example broken; set model.dtype to float32"):
        score(model, rows, **LIMITS)


def test_a_row_without_prompt_or_response_is_refused_by_name():
    with pytest.raises(ModelError, match="Example bare has an empty prompt"):
        score(tiny_model(), [TokenizedExample("bare", (), (7, 8))], **LIMITS)


def test_progress_counts_every_row_and_token_and_a_stop_is_obeyed():
    model = tiny_model()
    rows = random_examples(10)
    seen: list[tuple[int, int]] = []
    score(model, rows, batch_tokens=100, logits_mb=1, on_batch=lambda n, tokens: seen.append((n, tokens)))
    assert len(seen) > 1
    assert sum(n for n, _ in seen) == 10
    assert sum(tokens for _, tokens in seen) == sum(len(row.response_ids) for row in rows)
    with pytest.raises(Stopped):
        score(model, rows, **LIMITS, should_stop=lambda: True)


def test_scoring_nothing_gives_nothing():
    assert score(tiny_model(), [], **LIMITS) == []


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device, and this machine has none")
@pytest.mark.parametrize(("dtype", "atol"), [(torch.float32, 1e-3), (torch.bfloat16, 0.3)])
def test_scores_on_cuda_equal_those_of_the_cpu(dtype, atol):
    rows = random_examples(20)
    expected = score(tiny_model(), rows, **LIMITS)
    got = score(tiny_model().to("cuda", dtype), rows, **LIMITS)
    np.testing.assert_allclose([s.nll for s in got], [s.nll for s in expected], atol=atol)
