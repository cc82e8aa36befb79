"""A template's beginning is computed once, and no score changes by it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import naive_tokens
from tiny_models import random_examples, tiny_model
from transformers import MistralConfig, MistralForCausalLM

from instructdiff_ui.data.examples import TokenizedExample
from instructdiff_ui.engine.attention import causal_tiles
from instructdiff_ui.engine.prefix import FEWEST_TOKENS, shared_length, shared_prefix
from instructdiff_ui.engine.scoring import score

TEMPLATE = tuple(range(5, 5 + FEWEST_TOKENS + 2))


def templated(count: int) -> list[TokenizedExample]:
    return [
        TokenizedExample(row.example_id, (*TEMPLATE, *row.prompt_ids), row.response_ids)
        for row in random_examples(count)
    ]


@pytest.mark.parametrize("arch", ["llama", "qwen2", "gpt2"])
def test_scores_behind_a_shared_beginning_equal_the_formulas(arch, monkeypatch):
    model, rows, used = tiny_model(arch), templated(7), []
    monkeypatch.setattr("instructdiff_ui.engine.prefix.Prefix.cache", _counting(used))
    scores = score(model, rows, batch_tokens=100, logits_mb=1)
    assert used
    for row, got in zip(rows, scores, strict=True):
        nll, entropy = naive_tokens(model, row)
        np.testing.assert_allclose(got.token_nll, nll, atol=1e-5)
        np.testing.assert_allclose(got.token_entropy, entropy, atol=1e-5)


def _counting(used: list[int]):
    from instructdiff_ui.engine.prefix import Prefix

    made = Prefix.cache

    def cache(self, rows):
        used.append(rows)
        return made(self, rows)

    return cache


def test_a_row_scores_the_same_with_and_without_company():
    model, rows = tiny_model(), templated(6)
    together = score(model, rows, batch_tokens=1000, logits_mb=1)
    for row, got in zip(rows, together, strict=True):
        alone = score(model, [row], batch_tokens=1000, logits_mb=1)[0]  # one row shares nothing
        assert (got.nll, got.entropy) == pytest.approx((alone.nll, alone.entropy), abs=1e-6)


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=6), min_size=1, max_size=5))
def test_the_shared_length_is_the_longest_common_beginning_that_leaves_each_prompt_a_token(prompts):
    got = shared_length(prompts)
    if len(prompts) == 1:
        assert got == 0
        return
    most = min(map(len, prompts)) - 1
    same = [n for n in range(most + 1) if len({tuple(prompt[:n]) for prompt in prompts}) == 1]
    assert got == max(same)


def test_a_model_that_forgets_what_is_far_away_shares_nothing():
    sizes = {"vocab_size": 64, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    config = MistralConfig(**sizes, num_attention_heads=4, num_key_value_heads=2, sliding_window=6)
    model = MistralForCausalLM(config).eval()
    prompts = [(*TEMPLATE, 3), (*TEMPLATE, 4)]
    with causal_tiles(model):
        assert shared_prefix(model, model.base_model, prompts) is None
    plain = tiny_model()
    assert shared_prefix(plain, plain.base_model, prompts) is None  # its attention would need a mask
    with causal_tiles(plain):
        assert shared_prefix(plain, plain.base_model, prompts).length == len(TEMPLATE)
        assert shared_prefix(plain, plain.base_model, [prompt[-4:] for prompt in prompts]) is None  # too little
