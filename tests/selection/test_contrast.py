import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from instructdiff_ui.errors import DataError
from instructdiff_ui.selection.contrast import contrast, contrast_kinds


def test_numbers_are_those_of_a_plain_reckoning():
    rng = np.random.default_rng(0)
    values, kept = rng.normal(size=900), rng.random(900) < 0.3
    values[kept] += 0.5
    values[0] = np.nan
    found = contrast(values, kept, name="base_nll")
    known = np.isfinite(values)
    ours, others = values[kept & known], values[~kept & known]
    assert (found.kept.n, found.rest.n) == (len(ours), len(others))
    assert found.kept.median == pytest.approx(np.median(ours))
    assert found.rest.high == pytest.approx(np.quantile(others, 0.75))
    pooled = math.sqrt(
        ((len(ours) - 1) * ours.var(ddof=1) + (len(others) - 1) * others.var(ddof=1)) / (len(values) - 1 - 2)
    )
    assert found.smd == pytest.approx((ours.mean() - others.mean()) / pooled)
    assert found.ks == pytest.approx(ks_2samp(ours, others).statistic)
    assert found.kept_share.sum() == pytest.approx(1) == found.rest_share.sum()


@settings(deadline=None)  # shared machines are slow at times
@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=2, max_size=60))
def test_ks_is_scipys_with_ties(rows):
    values, kept = np.array([v for v, _ in rows], float), np.array([k for _, k in rows])
    found = contrast(values, kept, name="a")
    if kept.all() or not kept.any():
        assert math.isnan(found.ks)
    else:
        assert found.ks == pytest.approx(ks_2samp(values[kept], values[~kept]).statistic)


def test_a_constant_column_does_not_differ():
    found = contrast(np.full(6, 2.0), np.arange(6) < 3, name="a")
    assert (found.smd, found.ks) == (0.0, 0.0)
    assert found.kept_share.sum() == 1


@pytest.mark.parametrize("kept", [[False] * 4, [True] * 4])
def test_one_side_may_be_empty(kept):
    found = contrast(np.arange(4.0), np.array(kept), name="a", mask=np.array([True, True, True, False]))
    assert {found.kept.n, found.rest.n} == {0, 3}
    assert math.isnan(found.smd)


def test_columns_must_fit():
    with pytest.raises(DataError, match="'a' has 3 values, but 2 rows"):
        contrast(np.arange(3.0), np.array([True, False]), name="a")


def test_kinds_by_lift():
    codes = np.array([0, 0, 0, 0, 1, 1, -1, 2])
    kept = np.array([1, 0, 0, 0, 1, 1, 1, 0], bool)
    good, bad, none = contrast_kinds(codes, ["bad", "good", "none", "unseen"], kept)
    assert (good.name, good.rows, good.kept) == ("good", 2, 2)
    assert good.lift == pytest.approx((2 / 3) / (2 / 7))
    assert (bad.name, bad.pool_share, bad.kept_share) == ("bad", 4 / 7, 1 / 3)
    assert none.lift == 0
    assert contrast_kinds(codes, ["bad", "good", "none"], kept, mask=codes == 0)[0].lift == 1


def test_nothing_kept_has_no_lift():
    assert [kind.lift for kind in contrast_kinds(np.array([0, 1]), ["a", "b"], np.zeros(2, bool))] == [0, 0]
