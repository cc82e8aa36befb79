import numpy as np
import pandas as pd
import pytest

from instructdiff_ui.errors import ConfigError
from instructdiff_ui.selection.rows import query


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "example_id": ["e", "d", "c", "b", "a"],
            "domain": ["x", "x", "y", "y", "x"],
            "delta_entropy": [1.0, np.nan, 0.5, 1.0, 1.0],
            "decision": pd.Categorical(["selected", "rank", "rank", "nll_low", "selected"]),
            "instruction": ["Add (1+1)", "Sum", "Say hi", "", "ADD more"],
            "response": ["2", "a+b", "Hi", "no", "ok"],
        }
    )


def ids(page):
    return page.rows["example_id"].tolist()


def test_ties_by_id_and_nan_last_both_ways(frame):
    assert ids(query(frame, sort_by="delta_entropy")) == ["c", "a", "b", "e", "d"]
    assert ids(query(frame, sort_by="delta_entropy", descending=True)) == ["a", "b", "e", "c", "d"]


def test_pages(frame):
    last = query(frame, page=9, page_size=2)
    assert (last.page, last.pages, last.total) == (3, 3, 5)
    assert ids(last) == ["e"]
    assert query(frame, search="nothing like it").pages == 1


def test_search_is_plain_text_in_either_column(frame):
    assert ids(query(frame, search="add")) == ["a", "e"]
    assert ids(query(frame, search="(1+1")) == ["e"]
    assert ids(query(frame, search="A+B")) == ["d"]


def test_filters(frame):
    assert ids(query(frame, domain="x", decision="selected")) == ["a", "e"]
    assert ids(query(frame, decision=("rank", "nll_low"))) == ["b", "c", "d"]


def test_sorts_by_id_downwards(frame):
    assert ids(query(frame, descending=True)) == ["e", "d", "c", "b", "a"]


def test_pages_cut_through_ties_agree_with_one_long_page(frame):
    many = pd.concat([frame] * 20, ignore_index=True)
    many["example_id"] = [f"{i * 37 % 100:03d}" for i in range(100)]
    for sort_by in ("delta_entropy", "domain", "decision"):
        long = ids(query(many, sort_by=sort_by, page_size=100))
        pages = [query(many, sort_by=sort_by, page_size=7, page=page) for page in range(1, 16)]
        assert [i for page in pages for i in ids(page)] == long
        expected = many.sort_values([sort_by, "example_id"], na_position="last")["example_id"].tolist()
        assert long == [str(i) for i in expected]


def test_unknown_column_is_refused(frame):
    with pytest.raises(ConfigError, match="There is no column 'magic'"):
        query(frame, sort_by="magic")
