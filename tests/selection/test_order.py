"""Rows in order: by a key, ties by example id, what is missing last."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructdiff_ui.errors import ConfigError, DataError
from instructdiff_ui.selection.order import LAST, Ids, codes_of

texts = st.text(st.characters(codec="utf-8"), max_size=3)
few = st.sampled_from([-2.0, -0.0, 0.0, 1.5, np.nan, np.inf, -np.inf])  # many ties
whole = st.sampled_from([-3, 0, 0, 5, LAST, -LAST]) | st.integers(-(2**62), 2**62)


def make(ids):
    return Ids(pd.Series(ids, dtype=object))


@given(st.lists(st.tuples(texts, few), unique_by=lambda row: row[0], max_size=40))
def test_fractions_by_key_and_id_with_what_is_missing_last(rows):
    ids, keys = [i for i, _ in rows], np.array([key for _, key in rows], np.float64)
    order = make(ids).ordered(keys)
    expected = sorted(range(len(ids)), key=lambda k: (np.isnan(keys[k]), np.nan_to_num(keys[k]), ids[k]))
    assert order.tolist() == expected


@given(st.lists(st.tuples(texts, whole), unique_by=lambda row: row[0], max_size=40))
def test_whole_numbers_of_any_size(rows):
    ids, keys = [i for i, _ in rows], [key for _, key in rows]
    order = make(ids).ordered(np.array(keys, np.int64))
    assert order.tolist() == sorted(range(len(ids)), key=lambda k: (keys[k], ids[k]))


@given(st.lists(texts, unique=True, max_size=40), texts)
def test_ids_are_found_where_they_stand(ids, other):
    found = make(ids)
    assert [found.find(i) for i in ids] == list(range(len(ids)))
    assert found.find(other) == (ids.index(other) if other in ids else None)
    assert [ids[k] for k in found.order] == sorted(ids)
    assert found.positions(ids[::2]).tolist() == list(range(0, len(ids), 2))
    assert found.objects.tolist() == ids


@pytest.mark.parametrize("unknown", ["nobody", "\ud800", ""])
def test_an_unknown_id_is_named(unknown):
    with pytest.raises(ConfigError, match="There is no row "):
        make(["b", "a"]).positions(["a", unknown])
    assert make(["b", "a"]).find(unknown) is None


def test_the_first_doubled_id_is_named():
    with pytest.raises(DataError, match="Example id 'b' stands more than once"):
        make(["b", "c", "c", "b"])


@pytest.mark.parametrize("n", [1, 3, 127, 128, 300])
@pytest.mark.parametrize("kind", ["str", object, "category"])
def test_names_have_codes_in_their_order(n, kind):
    rng = np.random.default_rng(0)
    names = [f"d{k:03d}" for k in rng.permutation(n)]
    codes, found = codes_of(pd.Series(names, dtype=kind))
    assert found == sorted(names) and [found[code] for code in codes] == names
    assert (-codes.astype(int) == -codes).all(), "codes can be turned round"
