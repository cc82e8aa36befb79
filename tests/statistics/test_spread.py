"""The spread of a mean difference against plain loops and scipy, and what must not matter to it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from instructdiff_ui.statistics.spread import SMALLEST_P, Spread, spread


def results(seed, seeds, n, *, seed_sd=0.1, by_arm=0.5):
    """Losses of one arm, (seeds, n)."""
    rng = np.random.default_rng(seed)
    return 2 + seed_sd * rng.normal(size=(seeds, 1)) + by_arm * rng.normal(size=n) + rng.normal(size=(seeds, n))


PAIRS = st.tuples(st.integers(0, 10_000), st.integers(2, 6), st.integers(2, 6), st.integers(2, 40)).map(
    lambda t: (results(t[0], t[1], t[3]), results(t[0] + 1, t[2], t[3]))
)


def test_the_seed_part_is_welchs_t():
    arm, reference = results(0, 3, 50), results(1, 5, 50, seed_sd=0.4)
    found = spread(arm, reference)
    welch = stats.ttest_ind(arm.mean(axis=1), reference.mean(axis=1), equal_var=False)
    assert found.freedom == pytest.approx(welch.df)
    assert (arm.mean() - reference.mean()) / np.sqrt(found.seeds) == pytest.approx(welch.statistic)


def test_the_example_part_is_the_paired_t():
    arm, reference = results(0, 3, 50), results(1, 5, 50)
    paired = stats.ttest_rel(arm.mean(axis=0), reference.mean(axis=0))
    found = spread(arm, reference)
    assert (arm.mean() - reference.mean()) / np.sqrt(found.examples) == pytest.approx(paired.statistic)


def test_the_residual_is_what_row_and_column_means_leave():
    arms = results(0, 3, 7), results(1, 2, 7)
    expected = 0.0
    for values in arms:
        seeds, n = values.shape
        square = sum(
            (values[s, i] - values[s].mean() - values[:, i].mean() + values.mean()) ** 2
            for s in range(seeds)
            for i in range(n)
        )
        expected += square / ((seeds - 1) * (n - 1)) / (seeds * n)
    assert spread(*arms).residual == pytest.approx(expected)


def test_the_variance_is_estimated_without_bias():
    """Seeds 0.2², examples by arm 0.5², residual 1²: with 4 and 6 seeds and 30 examples the variance is known."""
    rng = np.random.default_rng(0)
    many = 4000

    def arm(seeds):
        by_seed, by_example = 0.2 * rng.normal(size=(many, seeds, 1)), 0.5 * rng.normal(size=(many, 1, 30))
        return by_seed + by_example + rng.normal(size=(many, seeds, 30))

    one, other = arm(4), arm(6)
    found = spread(one, other)
    truth = 0.2**2 * (1 / 4 + 1 / 6) + 2 * 0.5**2 / 30 + (1 / 4 + 1 / 6) / 30
    assert np.mean(found.seeds + found.examples - found.residual) == pytest.approx(truth, rel=0.03)
    assert np.var(one.mean((1, 2)) - other.mean((1, 2))) == pytest.approx(truth, rel=0.08)


def test_each_part_has_its_own_t():
    found = Spread(np.float64(0.04), np.float64(3.0), np.float64(0.02), np.float64(0.005), 21)
    t_seeds, t_examples = stats.t.ppf(0.975, 3), stats.t.ppf(0.975, 20)
    assert found.half_width(0.05) == pytest.approx(np.sqrt(t_seeds**2 * 0.04 + t_examples**2 * 0.015))


def test_the_interval_is_never_narrower_than_the_one_over_examples():
    equal_seeds = Spread(np.float64(0.0), np.float64(1.0), np.float64(0.02), np.float64(0.02), 21)
    assert equal_seeds.half_width(0.05) == pytest.approx(stats.t.ppf(0.975, 20) * np.sqrt(0.02))


@pytest.mark.parametrize("level", [0.05, 0.01, 0.001])
def test_p_is_the_level_at_which_the_interval_touches_zero(level):
    found = spread(results(0, 3, 50), results(1, 4, 50))
    assert found.p_value(found.half_width(level)) == pytest.approx(level, rel=1e-6)


def test_p_of_nothing_and_of_a_gulf():
    found = spread(results(0, 3, 50), results(1, 4, 50))
    assert found.p_value(0.0) == 1
    assert found.p_value(1e12) == pytest.approx(SMALLEST_P)


def test_the_detectable_difference_is_the_noncentral_ts():
    """With only examples to go by it is the textbook's sample size formula turned round."""
    found = Spread(np.float64(0.0), np.float64(1.0), np.float64(0.02), np.float64(0.0), 21)
    effect = found.detectable(0.05) / np.sqrt(0.02)
    assert stats.nct.sf(stats.t.ppf(0.975, 20), 20, effect) == pytest.approx(0.8, abs=1e-4)


def test_many_experiments_at_once_are_each_one_alone():
    arms, references = np.stack([results(s, 3, 9) for s in range(4)]), np.stack([results(s, 2, 9) for s in range(4, 8)])
    together = spread(arms, references)
    gaps = arms.mean((1, 2)) - references.mean((1, 2))
    for i, (arm, reference) in enumerate(zip(arms, references, strict=True)):
        alone = spread(arm, reference)
        assert together.half_width(0.01)[i] == pytest.approx(alone.half_width(0.01))
        assert together.p_value(gaps)[i] == pytest.approx(alone.p_value(gaps[i]))
        assert together.detectable(0.01)[i] == pytest.approx(alone.detectable(0.01))


@settings(max_examples=40, deadline=None)
@given(PAIRS, st.integers(0, 100))
def test_order_and_level_of_the_results_do_not_matter(pair, draw):
    arm, reference = pair
    rng = np.random.default_rng(draw)
    examples = rng.permutation(arm.shape[1])
    moved = spread(rng.permutation(arm)[:, examples] + 3, rng.permutation(reference)[:, examples] + 3)
    assert moved.half_width(0.05) == pytest.approx(spread(arm, reference).half_width(0.05), rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(PAIRS)
def test_a_smaller_level_is_a_wider_interval_and_a_larger_detectable_difference(pair):
    found = spread(*pair)
    assert found.half_width(0.05) < found.half_width(0.01) < found.half_width(0.001)
    assert found.half_width(0.05) < found.detectable(0.05) < found.detectable(0.01)


def test_rounding_is_no_spread():
    arm = np.full((3, 20), 0.1) + np.full((3, 20), 0.2)
    found = spread(arm * 1.1, arm / 3)
    assert found.variance == 0 and found.half_width(0.05) == 0
