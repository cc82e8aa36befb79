import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_rules import random_table

from instructdiff_ui.config import SelectionSpec
from instructdiff_ui.selection.grids import AGREEMENT, Grid, agreement, cells_for
from instructdiff_ui.selection.rules import apply


@settings(deadline=None)  # shared machines are slow at times
@given(st.integers(1, 400), st.integers(0, 5))
def test_every_row_is_in_a_cell_or_outside_or_missing(n, seed):
    table = random_table(n, seed=seed)
    table.loc[0, "delta_nll"] = np.nan
    selection = apply(table, SelectionSpec())
    counts = Grid(table["delta_nll"], table["delta_entropy"]).count(selection)
    assert counts.total.sum() + counts.outside + counts.missing == n
    assert counts.missing == 1


def test_cells_are_numpys():
    table = random_table(3000)
    x, y = table["delta_nll"].to_numpy(), table["delta_entropy"].to_numpy()
    selection = apply(table, SelectionSpec(ratio=0.3))
    counts = Grid(x, y, nx=12, ny=9, x_limits=(-1, 1), y_limits=(-1, 1)).count(selection)
    kept = selection.selected
    for part, rows in (("selected", kept), ("rank", np.asarray(selection.decision == "rank"))):
        oracle = np.histogram2d(y[rows], x[rows], bins=[counts.y_edges, counts.x_edges])[0]
        assert (counts.cells[part] == oracle).all()
    mask = (table["domain"] == "d1").to_numpy()
    masked = Grid(x, y, nx=12, ny=9, x_limits=(-1, 1), y_limits=(-1, 1)).count(selection, mask=mask)
    assert (masked.total == np.histogram2d(y[mask], x[mask], bins=[counts.y_edges, counts.x_edges])[0]).all()


def test_quartiles_follow_x():
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0, 1, 5000), rng.normal(size=5000)
    kept = rng.random(5000) < 0.3
    grid = Grid(x, y, nx=8, ny=6, x_limits=(0, 1))
    for mask, rows in ((None, np.ones(5000, bool)), (kept, kept)):
        found = grid.quartiles(mask, bands=4)
        own = [y[rows & (x >= a) & (x < a + 0.25)] for a in (0, 0.25, 0.5, 0.75)]
        assert found.median == pytest.approx([np.median(part) for part in own])
        assert found.low == pytest.approx([np.quantile(part, 0.25) for part in own])
        assert found.x == pytest.approx([0.125, 0.375, 0.625, 0.875])


def test_a_band_of_few_rows_has_no_median():
    grid = Grid(np.r_[np.zeros(20), np.ones(3)], np.arange(23), nx=2, ny=2, x_limits=(-0.1, 1.1))
    assert np.isnan(grid.quartiles(bands=2).median).tolist() == [False, True]


def test_lengths_have_no_empty_column_for_want_of_numbers():
    lengths = np.repeat(np.arange(1, 300), 3)
    counts = Grid(lengths, np.zeros(len(lengths)), log_x=True).count()
    filled = counts.total.sum(axis=0) > 0
    assert filled[: np.searchsorted(counts.x_edges, 299)].all()
    assert (np.mod(counts.x_edges, 1) == 0.5).all()
    assert counts.log_x


def test_no_log_of_nothing():
    counts = Grid(np.array([0, -1, 10, 100]), np.arange(4.0), log_x=True).count()
    assert counts.missing == 2
    assert np.isfinite(counts.x_edges).all()


@pytest.mark.parametrize("values", [[], [0.5], [0.5, 0.5], [np.nan]])
@pytest.mark.parametrize("log_x", [False, True])
def test_little_to_show(values, log_x):
    grid = Grid(np.array(values, float), np.array(values, float), log_x=log_x)
    counts = grid.count()
    assert counts.total.sum() + counts.missing == len(values)
    assert np.isfinite(counts.x_edges).all() and (np.diff(counts.x_edges) > 0).all()
    assert np.isnan(grid.quartiles().median).all()


def test_agreement_names_every_case():
    parts = agreement(np.array([1, 1, 0, 0]), np.array([1, 0, 1, 0]))
    assert [AGREEMENT[k] for k in parts] == ["both", "first", "second", "neither"]


def test_few_rows_get_large_cells():
    assert cells_for(10)[0] < cells_for(1000)[0] < cells_for(1_000_000)[0] == 60
