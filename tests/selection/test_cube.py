import base64
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_rules import random_table

from instructdiff_ui.selection.cube import CELLS, MAX_DOMAINS, cube
from instructdiff_ui.selection.summary import Bins

EDGES = {"entropy_edges": np.linspace(-1, 1, 21), "nll_edges": np.linspace(-2, 2, 11)}


def of(table, **edges):
    names, code = np.unique(table["domain"].to_numpy(str), return_inverse=True)
    columns = [table[name].to_numpy() for name in ("delta_entropy", "delta_nll", "n_tokens")]
    return cube(code, *columns, names=names.tolist(), **(EDGES | edges))


def unpacked(packed, shape):
    kinds = {"uint8": "u1", "uint16": "<u2", "float32": "<f4"}
    values = np.frombuffer(base64.b64decode(packed["data"]), kinds[packed["type"]])
    return (values * packed["scale"]).reshape(shape)


@given(st.integers(1, 400), st.integers(0, 5))
def test_every_scored_row_and_token_is_counted_once(n, seed):
    table = random_table(n, seed=seed)
    found = of(table)
    assert found.all_rows == n
    assert found.all_tokens == table["n_tokens"].sum()
    for d, domain in enumerate(found.domains):
        members = table[table["domain"] == domain]
        assert found.counts[d].sum() == len(members)
        assert found.tokens[d].sum() == members["n_tokens"].sum()


def test_rank_bins_hold_equally_many_rows_of_a_domain():
    table = random_table(5000)
    found = of(table)
    for cells in found.counts:
        for axis in (0, 1):
            strips = cells.sum(axis=axis)
            assert strips.max() - strips.min() <= 1


def test_cells_count_by_rank_of_both_columns():
    table = random_table(900, seed=3)
    found, bins = of(table), of(table).rank_bins
    for d, domain in enumerate(found.domains):
        members = table[table["domain"] == domain]
        n = len(members)
        u = members["delta_entropy"].rank(method="first").to_numpy().astype(int) - 1
        w = members["delta_nll"].rank(method="first").to_numpy().astype(int) - 1
        naive = np.zeros((bins, bins), int)
        np.add.at(naive, (u * bins // n, w * bins // n), 1)
        np.testing.assert_array_equal(found.counts[d], naive)


def test_shares_at_the_edges_are_those_of_the_histogram():
    table = random_table(2000, seed=1)
    bins = {name: Bins(table, name) for name in ("delta_entropy", "delta_nll")}
    found = of(table, entropy_edges=bins["delta_entropy"].edges, nll_edges=bins["delta_nll"].edges)
    for name, column in found.columns.items():
        for d, domain in enumerate(found.domains):
            totals = bins[name].count().totals(domain)
            below = np.cumsum(totals)[:-1] / sum(totals)
            np.testing.assert_allclose(column.shares[d, 1:-1], below)
            values = table.loc[table["domain"] == domain, name]
            assert (column.quantiles[d, 0], column.quantiles[d, -1]) == (values.min(), values.max())


def test_unscored_rows_count_only_in_the_whole():
    table = random_table(60)
    table.loc[:9, "delta_nll"] = np.nan
    table.loc[10, "delta_entropy"] = np.inf
    found = of(table)
    assert found.counts.sum() == 49
    assert found.all_rows == 60


@pytest.mark.parametrize("rows", [0, 1])
def test_a_domain_with_hardly_any_row_has_a_payload(rows):
    table = random_table(30)
    table.loc[rows:, "delta_nll"] = np.nan
    found = of(table)
    assert found.counts.sum() == rows
    json.dumps(found.payload(), allow_nan=False)


def test_the_payload_holds_the_cube():
    table = random_table(5000)
    found = of(table)
    payload = json.loads(json.dumps(found.payload(), allow_nan=False))
    np.testing.assert_array_equal(unpacked(payload["counts"], found.counts.shape), found.counts)
    tokens = unpacked(payload["mean_tokens"], found.counts.shape) * found.counts
    np.testing.assert_allclose(tokens, found.tokens, atol=found.tokens.max() * 1e-3)
    for name, column in found.columns.items():
        packed = payload["columns"][name]
        np.testing.assert_allclose(packed["edges"], column.edges)
        np.testing.assert_allclose(unpacked(packed["shares"], column.shares.shape), column.shares, atol=1e-5)
        np.testing.assert_allclose(unpacked(packed["quantiles"], column.quantiles.shape), column.quantiles, rtol=1e-6)
    assert sum(one["rows"] for one in payload["domains"]) == 5000


def test_counts_beyond_two_bytes_are_scaled():
    table = random_table(3000)
    found = of(table)
    many = type(found)(found.domains, found.counts * 10_000, found.tokens * 10_000, found.columns, 1, 1)
    packed = many.payload()["counts"]
    assert packed["type"] == "uint16"
    np.testing.assert_allclose(unpacked(packed, many.counts.shape), many.counts, atol=many.counts.max() / 2**16)


def many_domains(n):
    rng = np.random.default_rng(0)
    columns = [rng.normal(size=4000), rng.normal(size=4000), rng.integers(1, 900, 4000)]
    edges = {"entropy_edges": np.linspace(-3, 3, 121), "nll_edges": np.linspace(-3, 3, 121)}
    return cube(rng.integers(0, n, 4000), *columns, names=[f"d{k}" for k in range(n)], **edges)


def test_twenty_domains_of_120_bins_stay_below_150_kb():
    found = many_domains(20)
    assert found.rank_bins**2 * 20 <= CELLS
    assert len(json.dumps(found.payload())) < 150_000


def test_more_domains_than_can_be_sent_have_no_payload():
    assert many_domains(MAX_DOMAINS).payload() is not None
    assert many_domains(MAX_DOMAINS + 1).payload() is None
