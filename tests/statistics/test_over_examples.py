"""The paired bootstrap over examples."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from instructdiff_ui.statistics import over_examples

DIFFERENCES = np.random.default_rng(0).gamma(1, size=80) - 1.2


def test_it_is_the_percentile_bootstrap():
    theirs = stats.bootstrap(
        (DIFFERENCES,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    ours = over_examples(DIFFERENCES, resamples=20_000)
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.03 * (theirs.high - theirs.low))


def test_the_same_seed_is_the_same_interval_and_another_seed_hardly_another():
    assert over_examples(DIFFERENCES, seed=3) == over_examples(DIFFERENCES, seed=3)
    assert over_examples(DIFFERENCES, seed=3) != over_examples(DIFFERENCES, seed=4)
    assert over_examples(DIFFERENCES, seed=3) == pytest.approx(over_examples(DIFFERENCES, seed=4), abs=0.02)


def test_a_lower_level_is_a_wider_interval():
    low, high = over_examples(DIFFERENCES, level=0.01)
    inner_low, inner_high = over_examples(DIFFERENCES, level=0.1)
    assert low < inner_low < inner_high < high


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-100, 100), min_size=2, max_size=30).map(np.array), st.floats(-5, 5))
def test_it_turns_and_shifts_with_the_differences(values, shift):
    low, high = over_examples(values, resamples=200)
    assert over_examples(-values, resamples=200) == pytest.approx((-high, -low), abs=1e-9)
    assert over_examples(values + shift, resamples=200) == pytest.approx((low + shift, high + shift), abs=1e-9)
    assert values.min() - 1e-9 <= low <= high <= values.max() + 1e-9


def test_equal_differences_have_no_width_and_one_has_no_interval():
    assert over_examples(np.zeros(10)) == (0, 0)
    assert all(np.isnan(over_examples(np.ones(1))))
    assert all(np.isnan(over_examples(np.empty(0))))


def test_memory_stays_small_whatever_the_number_of_examples():
    tracemalloc.start()
    try:
        over_examples(np.linspace(-1, 1, 1000))
        assert tracemalloc.get_traced_memory()[1] < 100e6
    finally:
        tracemalloc.stop()
