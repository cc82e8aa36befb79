"""How far two selections agree: counted by hand, held against sets, and beyond chance."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructdiff_ui.config import SelectionSpec
from instructdiff_ui.selection.order import Ids
from instructdiff_ui.selection.overlap import Overlap, joined, overlap, overlap_of
from instructdiff_ui.selection.rules import SelectionTable
from instructdiff_ui.selection.stability import stability

masks = st.integers(1, 40).flatmap(
    lambda n: st.tuples(*[st.lists(st.booleans(), min_size=n, max_size=n).map(np.array)] * 2)
)


def table(entropy: dict[str, float], *, tokens: int = 10) -> pd.DataFrame:
    n = len(entropy)
    return pd.DataFrame(
        {
            "example_id": list(entropy),
            "domain": "math",
            "n_tokens": tokens,
            "delta_nll": np.zeros(n),
            "delta_entropy": list(entropy.values()),
            "in_calibration": False,
        }
    )


def kept(entropy: dict[str, float], **spec):
    return SelectionTable(table(entropy)).select(SelectionSpec(gamma=0, **spec))


def test_four_rows_counted_by_hand():
    here, there = np.array([1, 1, 0, 0], bool), np.array([1, 0, 1, 0], bool)
    found = overlap_of(here, there, tokens=np.array([5, 7, 11, 13]))
    assert found == Overlap(1, 2, 2, rows=4, shared_tokens=5, here_tokens=12, there_tokens=16)
    assert (found.jaccard, found.recall_here, found.recall_there) == (1 / 3, 0.5, 0.5)
    assert found.chance_corrected == 0, "half of each set is what chance gives"
    assert found.expected_jaccard == 1 / 3


@pytest.mark.parametrize("rows", [0, 5, None])
def test_two_empty_selections_are_the_same(rows):
    found = Overlap(0, 0, 0, rows)
    assert (found.jaccard, found.chance_corrected) == (1, 1)
    assert math.isnan(found.recall_here) and math.isnan(found.recall_there)


def test_full_and_empty_sets():
    everything, nothing = np.ones(7, bool), np.zeros(7, bool)
    assert overlap_of(everything, everything).chance_corrected == 1
    assert overlap_of(everything, nothing).chance_corrected == -1
    assert overlap_of(everything, nothing).jaccard == overlap_of(everything, nothing).expected_jaccard == 0


def test_without_the_number_of_rows_chance_is_not_known():
    assert math.isnan(Overlap(3, 4, 5).chance_corrected)
    assert math.isnan(Overlap(3, 4, 5).expected_jaccard)
    assert Overlap(3, 4, 5).jaccard == 0.5


@given(masks)
@settings(deadline=None)
def test_against_sets_and_the_stability_of_two(pair):
    here, there = pair
    one, two = set(np.flatnonzero(here)), set(np.flatnonzero(there))
    found = overlap_of(here, there, tokens=np.full(len(here), 3))
    assert (found.shared, found.here, found.there) == (len(one & two), len(one), len(two))
    assert (found.shared_tokens, found.here_tokens) == (3 * len(one & two), 3 * len(one))
    assert found.jaccard == (len(one & two) / len(one | two) if one | two else 1)
    assert found.chance_corrected == pytest.approx(stability(np.stack(pair)))


@given(masks)
@settings(deadline=None)
def test_it_does_not_matter_which_comes_first(pair):
    one, two = overlap_of(*pair), overlap_of(*reversed(pair))
    assert (one.jaccard, one.chance_corrected) == (two.jaccard, two.chance_corrected)
    assert one.expected_jaccard == two.expected_jaccard


def test_random_sets_have_the_expected_jaccard():
    random = np.random.default_rng(0)
    pairs = [overlap_of(random.permutation(400) < 100, random.permutation(400) < 60) for _ in range(300)]
    assert np.mean([one.jaccard for one in pairs]) == pytest.approx(pairs[0].expected_jaccard, abs=0.005)
    sizes_alike = [overlap_of(random.permutation(400) < 80, random.permutation(400) < 80) for _ in range(300)]
    assert np.mean([one.chance_corrected for one in sizes_alike]) == pytest.approx(0, abs=0.02)


def test_tables_in_another_order_are_joined_by_id():
    entropy = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}
    turned = dict(reversed(entropy.items()))
    found = overlap(kept(entropy, ratio=0.5), kept(turned, ratio=0.75), tokens=np.array([1, 2, 4, 8]))
    assert found == Overlap(2, 2, 3, rows=4, shared_tokens=3, here_tokens=3, there_tokens=7)


def test_only_rows_that_both_tables_have_are_compared():
    here = kept({"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}, ratio=0.75)  # a b c
    there = kept({"d": 0.0, "c": 1.0, "x": 0.5, "y": 0.6}, ratio=0.75)  # d x y
    found = overlap(here, there)
    assert (found.shared, found.here, found.there, found.rows) == (0, 1, 1, 2)


def test_rows_without_scores_could_not_be_kept():
    here = kept({"a": 1.0, "b": math.nan, "c": 3.0}, ratio=0.5)
    assert overlap(here, here).rows == 2
    scored = kept({"a": 1.0, "b": 2.0, "c": 3.0}, ratio=0.5)
    assert overlap(here, scored).rows == 3, "scored in one of them"


@given(st.lists(st.text(max_size=3), unique=True, max_size=20), st.lists(st.text(max_size=3), unique=True, max_size=20))
@settings(deadline=None)
def test_joining(one, two):
    here, there = (Ids(pd.Series(ids, dtype=object)) for ids in (one, two))
    mine, theirs = joined(here, there)
    assert here.at(mine) == there.at(theirs) == [i for i in one if i in set(two)]
