import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr, rankdata, spearmanr

from instructdiff_ui.selection.association import correlations, ranks


def columns(n=500):
    rng = np.random.default_rng(0)
    a = rng.normal(size=n)
    return {"a": a, "b": a + rng.normal(size=n), "c": rng.integers(0, 5, n).astype(float), "d": np.exp(-a)}


def test_correlations_are_scipys():
    given_columns = columns()
    found = correlations(given_columns)
    assert found.n == 500
    for i, x in enumerate(found.names):
        for j, y in enumerate(found.names):
            assert found.pearson[i, j] == pytest.approx(pearsonr(given_columns[x], given_columns[y])[0])
            assert found.spearman[i, j] == pytest.approx(spearmanr(given_columns[x], given_columns[y])[0])


def test_only_rows_that_are_finite_everywhere_count():
    given_columns = columns()
    given_columns["a"][:10], given_columns["b"][5:20] = np.nan, np.inf
    mask = np.arange(500) < 400
    found = correlations(given_columns, mask=mask)
    assert found.n == 380
    own = slice(20, 400)
    assert found.pearson[0, 2] == pytest.approx(pearsonr(given_columns["a"][own], given_columns["c"][own])[0])


def test_a_constant_column_has_no_correlation():
    found = correlations({"a": np.arange(5.0), "b": np.full(5, 0.1)})
    assert found.pearson[0, 0] == 1
    assert np.isnan(found.pearson[0, 1]) and np.isnan(found.spearman[1, 1])


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_rows(n):
    assert np.isnan(correlations({"a": np.ones(n), "b": np.ones(n)}).pearson).all()


@settings(deadline=None)  # shared machines are slow at times
@given(st.lists(st.integers(-3, 3), max_size=40))
def test_ties_share_their_rank(values):
    assert ranks(np.array(values, float)) == pytest.approx(rankdata(values))
