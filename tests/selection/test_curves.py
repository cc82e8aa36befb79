import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gaussian_kde, norm
from test_rules import random_table

from instructdiff_ui.config import SelectionSpec
from instructdiff_ui.selection.curves import Curves, silverman
from instructdiff_ui.selection.rules import apply
from instructdiff_ui.selection.summary import PARTS


@settings(deadline=None)  # shared machines are slow at times
@given(st.integers(1, 300), st.integers(0, 5), st.sampled_from(["delta_nll", "delta_entropy"]))
def test_parts_of_a_domain_add_up_to_area_one(n, seed, column):
    table = random_table(n, seed=seed)
    selection = apply(table, SelectionSpec(excluded=(table["example_id"][n // 2],)))
    curve = Curves(table, column).count(selection)
    for domain, density in curve.density.items():
        assert density.shape == (len(PARTS), len(curve.x))
        assert (density >= 0).all()
        own = table[column][table["domain"] == domain]
        within = ((own >= curve.edges[0]) & (own <= curve.edges[-1])).any()
        assert density.sum() * (curve.x[1] - curve.x[0]) == pytest.approx(float(within), rel=1e-5)
        assert curve.rows[domain]["selected"] == selection.counts[domain].selected
        assert sum(curve.rows[domain].values()) == (table["domain"] == domain).sum()


def test_density_is_that_of_a_kernel_estimate():
    values = np.random.default_rng(0).normal(0.2, 0.3, 4000)
    table = random_table(4000, domains=1).assign(delta_entropy=values)
    curve = Curves(table, "delta_entropy", limits=(-2.0, 2.4)).count()
    h = silverman(values)
    oracle = gaussian_kde(values, bw_method=h / values.std(ddof=1))(curve.x)
    assert np.abs(curve.density["d0"].sum(axis=0) - oracle).max() < 0.01 * oracle.max()
    assert curve.bandwidth["d0"] == h
    assert h == pytest.approx(0.9 * min(values.std(ddof=1), norm_iqr(values)) * 4000**-0.2)


def norm_iqr(values):
    low, high = np.quantile(values, [0.25, 0.75])
    return (high - low) / 1.34


def test_cumulative_shares_are_exact_at_their_points():
    table = random_table(500)
    selection = apply(table, SelectionSpec(ratio=0.3))
    curve = Curves(table, "delta_nll").count(selection)
    for domain in curve.domains:
        own = (table["domain"] == domain).to_numpy()
        for shares, rows in ((curve.cumulative, own), (curve.kept, own & selection.selected)):
            values = table["delta_nll"].to_numpy()[rows]
            assert shares[domain] == pytest.approx([(values <= x).mean() for x in curve.edges])


def test_rows_outside_the_range_count_in_the_shares_alone():
    table = random_table(100, domains=1)
    table["delta_entropy"] = np.r_[np.full(10, -9.0), np.linspace(-0.5, 0.5, 80), np.full(10, 9.0)]
    curve = Curves(table, "delta_entropy", limits=(-1.0, 1.0)).count()
    assert curve.cumulative["d0"][0] == pytest.approx(0.1)
    assert curve.cumulative["d0"][-1] == pytest.approx(0.9)
    assert curve.density["d0"].sum() * (curve.x[1] - curve.x[0]) == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize("values", [[0.1], [0.1, 0.1, 0.1], [np.nan, 0.3], [np.nan, np.nan]])
def test_little_or_equal_or_missing_values(values):
    table = random_table(len(values), domains=1).assign(delta_entropy=values)
    curve = Curves(table, "delta_entropy").count()
    known = int(np.isfinite(values).sum())
    assert curve.unscored == len(values) - known
    assert np.isfinite(curve.density["d0"]).all()
    area = curve.density["d0"].sum() * (curve.x[1] - curve.x[0])
    assert area == pytest.approx(1 if known else 0, abs=1e-5)
    assert curve.bandwidth["d0"] == 0


def test_half_the_values_equal_still_have_a_bandwidth():
    values = np.r_[np.zeros(60), norm.rvs(size=40, random_state=1)]
    assert silverman(values) == pytest.approx(0.9 * values.std(ddof=1) * 100**-0.2)
