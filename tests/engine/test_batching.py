from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from instructdiff_ui.engine.batching import batches

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
