"""One arm against the reference: what comes out of results that were made by hand."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructdiff_ui.errors import DataError
from instructdiff_ui.statistics import compare, over_examples
from instructdiff_ui.statistics.spread import spread


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def losses(seed, seeds=3, n=40, mean=2.0):
    rng = np.random.default_rng(seed)
    return mean + 0.05 * rng.normal(size=(seeds, 1)) + rng.normal(size=(seeds, n))


def test_it_says_what_the_spread_and_the_bootstrap_say():
    arm, reference = losses(0, seeds=3), losses(1, seeds=5)
    found = compare(arm, reference, tests=4, seed=7)
    both = spread(arm, reference)
    assert found.mean == pytest.approx(arm.mean() - reference.mean())
    assert (found.high - found.low) / 2 == pytest.approx(both.half_width(0.05))
    assert found.p == pytest.approx(both.p_value(found.mean))
    assert found.detectable == pytest.approx(both.detectable(0.05 / 4))
    bootstrap = over_examples(arm.mean(axis=0) - reference.mean(axis=0), seed=7)
    assert (found.examples_low, found.examples_high) == pytest.approx(bootstrap)
    assert (found.seeds, found.examples, found.unknown) == ((3, 5), 40, "")


def test_the_level_moves_the_interval():
    wide, narrow = (compare(losses(0), losses(1), level=level) for level in (0.01, 0.2))
    assert wide.low < narrow.low < narrow.high < wide.high and wide.p == narrow.p
    assert wide.examples_low < narrow.examples_low


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 5), st.integers(2, 5), st.floats(-3, 3))
def test_the_other_way_round_it_is_the_opposite_and_a_shift_shifts_it(seed, seeds, others, shift):
    arm, reference = losses(seed, seeds, n=15), losses(seed + 1, others, n=15)
    one = compare(arm, reference, resamples=100)
    turned = compare(reference, arm, resamples=100)
    assert (turned.mean, turned.p, turned.detectable) == pytest.approx((-one.mean, one.p, one.detectable))
    assert (turned.low, turned.high) == pytest.approx((-one.high, -one.low))
    assert (turned.examples_low, turned.examples_high) == pytest.approx((-one.examples_high, -one.examples_low))
    moved = compare(arm + shift, reference, resamples=100)
    assert (moved.low, moved.high) == pytest.approx((one.low + shift, one.high + shift), abs=1e-6)
    assert (moved.examples_low - shift) == pytest.approx(one.examples_low, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000))
def test_no_order_matters_but_the_two_must_share_that_of_examples(seed):
    arm, reference = losses(seed), losses(seed + 1)
    rng = np.random.default_rng(seed)
    order = rng.permutation(40)
    one = compare(arm, reference, resamples=10)
    other = compare(rng.permutation(arm)[:, order], rng.permutation(reference)[:, order], resamples=10)
    assert (other.mean, other.low, other.p) == pytest.approx((one.mean, one.low, one.p), rel=1e-6, abs=1e-12)


def test_the_same_models_show_no_difference():
    found = compare(losses(0), losses(0))
    assert found.mean == 0 and found.low == -found.high and found.p == 1 and found.detectable > 0
    assert (found.examples_low, found.examples_high) == (0, 0)


def test_the_same_answers_by_all_models_show_none_either():
    answers = np.tile([0.0, 1.0, 1.0, 0.0], (3, 1))
    found = compare(answers, answers)
    assert (found.mean, found.low, found.high, found.p, found.unknown) == (0, 0, 0, 1, "")
    assert math.isnan(found.detectable)


def test_a_difference_without_any_spread_proves_nothing():
    found = compare(np.ones((3, 4)), np.zeros((3, 4)))
    assert found.mean == 1 and math.isnan(found.p) and "no spread" in found.unknown


@pytest.mark.parametrize(("seeds", "others"), [(1, 3), (3, 1), (1, 1)])
def test_one_seed_has_an_interval_over_examples_only(seeds, others):
    found = compare(losses(0, seeds), losses(1, others))
    assert np.isnan([found.low, found.high, found.p, found.detectable]).all()
    assert found.examples_low < found.mean < found.examples_high
    assert "one seed" in found.unknown


def test_an_example_counts_that_every_seed_of_both_was_measured_on():
    arm, reference = losses(0), losses(1)
    whole = compare(arm[:, 2:], reference[:, 2:])
    arm[1, 0] = reference[2, 1] = math.nan
    assert compare(arm, reference) == whole
    assert whole.examples == 38


@pytest.mark.parametrize(("n", "why"), [(0, "no example"), (1, "one example")])
def test_without_two_common_examples_nothing_is_known(n, why):
    found = compare(losses(0, n=n), losses(1, n=n))
    assert found.examples == n and why in found.unknown and math.isnan(found.p)
    assert math.isnan(found.mean) == (n == 0)


@pytest.mark.parametrize(
    ("arm", "message"),
    [
        (np.ones(40), "one row per seed"),
        (np.ones((0, 40)), "one row per seed"),
        (np.ones((3, 39)), "39 and 40 examples"),
        (np.full((3, 40), np.inf), "finite"),
    ],
)
def test_what_cannot_be_compared_is_said(arm, message):
    with pytest.raises(DataError, match=message):
        compare(arm, losses(1))
