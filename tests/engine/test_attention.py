"""Attention in tiles against attention as it is written down, and in the models that use it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import random_examples, tiny_model
from transformers import MistralConfig, MistralForCausalLM

from instructdiff_ui.engine.attention import NAME, attend, causal_tiles
from instructdiff_ui.engine.scoring import score


def as_written(query, key, value, scale):
    """softmax(scale · q kᵀ) v in float64, one head at a time, each query seeing the keys up to its own."""
    query, key, value = query.double(), key.double(), value.double()
    share, behind = query.shape[1] // key.shape[1], key.shape[2] - query.shape[2]
    out = torch.empty(*query.shape[:3], value.shape[-1], dtype=torch.float64)
    for row in range(len(query)):
        for head in range(query.shape[1]):
            for t in range(query.shape[2]):
                seen = behind + t + 1
                z = scale * key[row, head // share, :seen] @ query[row, head, t]
                out[row, head, t] = z.softmax(0) @ value[row, head // share, :seen]
    return out.transpose(1, 2)


@settings(max_examples=30, deadline=None)
@given(
    rows=st.integers(1, 3),
    groups=st.integers(1, 3),
    share=st.integers(1, 3),
    length=st.integers(1, 20),
    prefix=st.integers(0, 9),
    tile=st.integers(1, 25),
)
def test_tiles_give_causal_attention_whatever_the_shape(rows, groups, share, length, prefix, tile):
    generator = torch.Generator().manual_seed(0)
    query = torch.randn(rows, groups * share, length, 8, generator=generator)
    key, value = torch.randn(2, rows, groups, prefix + length, 8, generator=generator)
    got = attend(query, key, value, scale=0.3, tile=tile)
    torch.testing.assert_close(got.double(), as_written(query, key, value, 0.3), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_the_result_has_the_dtype_of_the_query(dtype):
    query, key, value = torch.randn(3, 1, 2, 5, 4).to(dtype)
    assert attend(query, key, value, scale=0.5).dtype == dtype


def test_a_model_has_its_own_attention_again_afterwards():
    model = tiny_model()
    with causal_tiles(model):
        assert model.config._attn_implementation == NAME
    assert model.config._attn_implementation == "sdpa"
    with pytest.raises(ZeroDivisionError), causal_tiles(model):
        raise ZeroDivisionError
    assert model.config._attn_implementation == "sdpa"


def test_a_model_that_was_loaded_with_another_attention_keeps_it():
    model = tiny_model()
    model.set_attn_implementation("eager")
    with causal_tiles(model):
        assert model.config._attn_implementation == "eager"


def test_a_sliding_window_is_respected_in_rows_longer_than_it():
    torch.manual_seed(0)
    sizes = {"vocab_size": 64, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    config = MistralConfig(**sizes, num_attention_heads=4, num_key_value_heads=2, sliding_window=6)
    model = MistralForCausalLM(config).eval()
    rows = random_examples(4, vocab_size=64)
    assert max(row.length for row in rows) > 6
    got = score(model, rows, batch_tokens=200, logits_mb=1)
    model.set_attn_implementation("eager")  # masks written out
    expected = score(model, rows, batch_tokens=200, logits_mb=1)
    np.testing.assert_allclose([s.nll for s in got], [s.nll for s in expected], atol=1e-5)
