"""Domains found by clustering."""

import pytest

from instructdiff_ui.data import domains
from instructdiff_ui.data.domains import discover
from instructdiff_ui.errors import DataError

COOKING = [f"bake the bread in a hot oven with flour and yeast, batch {i}" for i in range(30)]
CODING = [f"write a python function that sorts a list in a loop, version {i}" for i in range(30)]


def test_labels_are_top_terms_and_split_the_topics():
    labels = discover([*COOKING, *CODING], k=2, seed=0)
    assert len(set(labels[:30])) == len(set(labels[30:])) == 1
    assert labels[0] != labels[-1]
    assert len(labels[0].split(" · ")) == 3
    assert set(labels[-1].split(" · ")) < {"write", "python", "function", "sorts", "list", "loop", "version"}


def test_the_same_seed_gives_the_same_labels():
    texts = [*COOKING, *CODING]
    assert discover(texts, k=4, seed=3) == discover(texts, k=4, seed=3)


def test_rows_beyond_the_fitted_ones_join_the_nearest(monkeypatch):
    monkeypatch.setattr(domains, "_FIT_ROWS", 20)
    labels = discover([*COOKING, *CODING], k=2, seed=0)
    assert len(set(labels[:30])) == len(set(labels[30:])) == 1


def test_fewer_distinct_texts_than_domains():
    labels = discover(["apple"] * 5 + ["banana"] * 5, k=4, seed=0)
    assert len(set(labels)) == 2


def test_names_are_unique_even_when_terms_are_few():
    assert domains._unused(["a", "b", "c", "d"], {"a · b · c"}) == "a · b · c · d"
    assert domains._unused(["a"], {"a"}) == "a (2)"
    assert domains._unused([], {"other", "other (2)"}) == "other (3)"


def test_more_domains_than_rows():
    with pytest.raises(DataError, match="3 domains cannot be found in 2 rows"):
        discover(["a b", "c d"], k=3, seed=0)


def test_texts_without_words():
    with pytest.raises(DataError, match="No domains can be found: the rows hold no words"):
        discover(["1 + 1", "2 * 2", "the"], k=2, seed=0)
