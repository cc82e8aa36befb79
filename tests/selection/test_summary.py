import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_rules import random_table

from instructdiff_ui.config import SelectionSpec
from instructdiff_ui.selection.rules import apply
from instructdiff_ui.selection.summary import PARTS, histogram, parts_of, round_edges, statistics


def test_statistics_per_domain():
    table = random_table()
    found = statistics(table, "delta_entropy").loc["d1"]
    values = table["delta_entropy"][table["domain"] == "d1"]
    assert found["n"] == len(values)
    assert found["sd"] == pytest.approx(np.std(values, ddof=1))
    assert found["share_below_zero"] == pytest.approx((values < 0).mean())


@given(st.integers(1, 300), st.integers(0, 5), st.sampled_from(["delta_nll", "delta_entropy"]), st.integers(5, 90))
def test_no_mass_is_lost(n, seed, column, bins):
    table = random_table(n, seed=seed)
    table.loc[0, column] = 40.0  # an outlier
    selection = apply(table, SelectionSpec(excluded=(table["example_id"][n // 2],)))
    hist = histogram(table, column, selection, bins=bins, limits=(-1.0, 1.0))
    for domain, members in table.groupby("domain"):
        assert sum(hist.totals(domain)) == len(members)
        assert sum(hist.counts[domain]["selected"]) == selection.counts[domain].selected
        assert sum(hist.counts[domain]["excluded"]) == selection.counts[domain].decisions["excluded"]
        assert hist.above[domain] == (members[column] > hist.edges[-1]).sum()
        assert hist.below[domain] == (members[column] < hist.edges[0]).sum()


def test_unscored_rows_are_reported_not_binned():
    table = random_table(50)
    table.loc[:4, "delta_nll"] = np.nan
    hist = histogram(table, "delta_nll")
    assert hist.unscored == 5
    assert sum(sum(hist.totals(d)) for d in hist.domains) == 45


def test_counts_are_numpys():
    table = random_table(2000, domains=1)
    hist = histogram(table, "delta_entropy", limits=(-5, 5))
    assert hist.totals("d0") == np.histogram(table["delta_entropy"], hist.edges)[0].tolist()


@pytest.mark.parametrize("value", [0.0, 0.1, -400.0])
def test_a_constant_column_gets_a_readable_axis(value):
    table = random_table(20).assign(delta_entropy=value)
    hist = histogram(table, "delta_entropy")
    assert hist.edges[-1] - hist.edges[0] > 0.05
    assert sum(sum(hist.totals(d)) for d in hist.domains) == 20


def test_parts_of_no_selection_are_not_kept():
    table = random_table(30)
    assert set(parts_of(None, 30)) == {PARTS.index("rank")}
    selection = apply(table, SelectionSpec())
    assert (parts_of(selection, 30) == PARTS.index("selected")).tolist() == selection.selected.tolist()


@given(st.floats(-50, 50), st.floats(1e-4, 100), st.integers(5, 120))
def test_edges_are_round_and_cover(low, span, bins):
    edges = round_edges(low, low + span, bins=bins)
    step = edges[1] - edges[0]
    assert edges[0] <= low + 1e-6 * step and edges[-1] >= low + span - 1e-6 * step
    assert np.allclose(np.diff(edges), step)
    assert len(edges) - 1 <= 1.5 * bins + 2
    assert np.isclose(edges / step, np.round(edges / step), atol=1e-6).all()
