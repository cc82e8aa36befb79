"""The stability of several selections, against the paper's formula written out."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructdiff_ui.selection.stability import stability, stability_of_counts, times_kept


def naive(kept: list[list[bool]]) -> float:
    """Definition 4 of the paper, row by row; `statistics.variance` is the unbiased sample variance."""
    from statistics import mean, variance

    n = len(kept[0])
    spread = mean(variance([float(one[i]) for one in kept]) for i in range(n))
    size = mean(sum(one) for one in kept)
    if size in (0, n):
        return 1.0
    return 1 - spread / (size / n * (1 - size / n))


sets = st.tuples(st.integers(2, 6), st.integers(1, 25)).flatmap(
    lambda shape: st.lists(
        st.lists(st.booleans(), min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
    )
)


@given(sets)
@settings(deadline=None)
def test_against_the_formula_written_out(kept):
    assert stability(np.array(kept)) == pytest.approx(naive(kept), abs=1e-9)


@given(sets)
@settings(deadline=None)
def test_within_its_bounds(kept):
    assert -1 / (len(kept) - 1) - 1e-9 <= stability(np.array(kept)) <= 1


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(2, 6))
@settings(deadline=None)
def test_equal_sets_are_perfectly_stable(one, times):
    assert stability(np.array([one] * times)) == 1


@given(sets, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_sets_and_rows_does_not_matter(kept, random):
    kept = np.array(kept)
    rows, order = list(range(kept.shape[1])), list(range(len(kept)))
    random.shuffle(rows)
    random.shuffle(order)
    assert stability(kept[order][:, rows]) == pytest.approx(stability(kept), abs=1e-12)


def test_random_sets_are_near_zero_whatever_their_size():
    random = np.random.default_rng(0)
    for share in (0.1, 0.5, 0.9):
        kept = np.stack([random.permutation(20_000) < share * 20_000 for _ in range(5)])
        assert abs(stability(kept)) < 0.02


def test_one_row_changing_places_by_hand():
    # p = (1, 2/3, 1/3, 0): s² = 3/2 · (0, 2/9, 2/9, 0), mean 1/6; k̄/N = 1/2, so Φ = 1 − (1/6)/(1/4)
    kept = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0]], bool)
    assert times_kept(kept).tolist() == [3, 2, 1, 0]
    assert stability(kept) == stability_of_counts(np.array([3, 2, 1, 0]), sets=3) == pytest.approx(1 / 3)


def test_one_set_has_no_stability():
    assert math.isnan(stability(np.array([[True, False]])))
    assert stability(np.zeros((3, 0), bool)) == 1
