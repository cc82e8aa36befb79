from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import tiny_model

from instructdiff_ui.engine.batching import (
    CPU_TOKENS,
    CUDA_TOKENS,
    FEWEST_TOKENS,
    MOST_CPU_TOKENS,
    batch_tokens_for,
    batches,
)

lengths_of_rows = st.lists(st.integers(1, 300), max_size=60)


def test_rows_of_similar_length_share_a_batch():
    assert [list(b) for b in batches([3, 10, 2, 9], batch_tokens=20)] == [[1, 3], [0, 2]]


def test_a_row_longer_than_the_budget_goes_alone():
    assert [list(b) for b in batches([100, 5], batch_tokens=10)] == [[0], [1]]


@given(lengths_of_rows, st.integers(1, 2000))
def test_every_row_is_in_one_batch_and_padding_counts_towards_the_budget(lengths, batch_tokens):
    made = batches(lengths, batch_tokens=batch_tokens)
    assert sorted(int(i) for batch in made for i in batch) == list(range(len(lengths)))
    for batch in made:
        cost = len(batch) * max(lengths[i] for i in batch)
        assert cost <= batch_tokens or len(batch) == 1


@given(lengths_of_rows)
def test_batches_are_deterministic(lengths):
    first, second = (batches(np.array(lengths), batch_tokens=500) for _ in range(2))
    assert [list(b) for b in first] == [list(b) for b in second]


def test_the_tokens_of_a_batch_are_as_asked_for_and_on_a_cpu_at_most_what_its_cache_bears():
    model = tiny_model()
    assert batch_tokens_for(model, 200) == 200
    assert batch_tokens_for(model, 100_000) == MOST_CPU_TOKENS
    assert batch_tokens_for(model, None) == CPU_TOKENS


@pytest.mark.parametrize(("free_gb", "expected"), [(0.001, FEWEST_TOKENS), (1, 5 * 1024), (70, CUDA_TOKENS)])
def test_on_cuda_a_batch_takes_a_share_of_the_free_memory(free_gb, expected, monkeypatch):
    wide = SimpleNamespace(hidden_size=896, intermediate_size=4864)  # 57 kB a token in bfloat16
    weight = SimpleNamespace(device=torch.device("cuda", 0), dtype=torch.bfloat16)
    model = SimpleNamespace(parameters=lambda: iter([weight]), config=SimpleNamespace(get_text_config=lambda: wide))
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (int(free_gb * 2**30), 80 * 2**30))
    assert batch_tokens_for(model, None) == expected
