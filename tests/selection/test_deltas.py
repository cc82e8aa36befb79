import numpy as np
import pandas as pd
import pytest

from instructdiff_ui.errors import DataError
from instructdiff_ui.selection.deltas import COLUMNS, make_deltas

IDS = ["c", "a", "b"]


def scores(nll, entropy, ids=IDS, n_tokens=(3, 2, 1), **more):
    return pd.DataFrame({"example_id": ids, "nll": nll, "entropy": entropy, "n_tokens": n_tokens, **more})


@pytest.fixture
def rows():
    return pd.DataFrame({"example_id": ["a", "b", "c"], "domain": ["x", "x", "y"], "in_calibration": [True, False, 0]})


def test_joins_by_id_in_the_order_of_rows(rows):
    base = scores([3.0, 1.0, 2.0], [0.3, 0.1, 0.2])
    calibrated = scores([1.5, 2.5, 2.5], [0.2, 0.1, 0.4], ids=["a", "c", "b"], n_tokens=(2, 3, 1))
    table = make_deltas(base, calibrated, rows)
    assert tuple(table.columns) == COLUMNS
    assert table["example_id"].tolist() == ["a", "b", "c"]
    assert table["n_tokens"].tolist() == [2, 1, 3]
    assert table["delta_nll"].tolist() == [0.5, 0.5, -0.5]  # calibrated − base
    assert np.allclose(table["delta_entropy"], [-0.1, -0.2, 0.2])  # base − calibrated
    assert table["in_calibration"].tolist() == [True, False, False]
    assert table["delta_entropy_se"].isna().all()


def test_standard_error_over_tokens(rows):
    before = [[1.0, 2.0, 4.0], [1.0, 2.0], [1.0]]
    after = [[1.0, 1.0, 1.0], [0.0, 3.0], [2.0]]
    table = make_deltas(
        scores([1.0] * 3, [1.0] * 3, token_entropy=before), scores([1.0] * 3, [1.0] * 3, token_entropy=after), rows
    )
    a, b, c = table["delta_entropy_se"]
    assert a == pytest.approx(np.std([1.0, -1.0], ddof=1) / np.sqrt(2))
    assert np.isnan(b)
    assert c == pytest.approx(np.std([0.0, 1.0, 3.0], ddof=1) / np.sqrt(3))


@pytest.mark.parametrize(
    ("base", "message"),
    [
        (scores([1.0, 1.0], [1.0, 1.0], ids=["a", "b"], n_tokens=(2, 1)), "Row 'c' has no base score"),
        (scores([1.0] * 3, [1.0] * 3, ids=["a", "b", "b"]), "'b' stands more than once in the base scores"),
        (scores([1.0, np.inf, 1.0], [1.0] * 3), "base nll of row 'a' is inf"),
        (scores([1.0] * 3, [1.0, 1.0, np.nan]), "base entropy of row 'b' is nan"),
        (scores([1.0] * 3, [1.0] * 3, n_tokens=(3, 9, 1)), "Row 'a' was scored over 9 tokens by the base"),
    ],
)
def test_what_cannot_be_joined_is_named(rows, base, message):
    with pytest.raises(DataError, match=message):
        make_deltas(base, scores([1.0] * 3, [1.0] * 3), rows)


def test_doubled_rows_are_named(rows):
    rows.loc[1, "example_id"] = "a"
    with pytest.raises(DataError, match="'a' stands more than once in the rows"):
        make_deltas(scores([1.0] * 3, [1.0] * 3), scores([1.0] * 3, [1.0] * 3), rows)
