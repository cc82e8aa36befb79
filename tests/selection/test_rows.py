"""Pages of the table of rows, against filters and sorts in plain Python."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructdiff_ui.config import SelectionSpec, validated
from instructdiff_ui.errors import ConfigError
from instructdiff_ui.selection.borderline import borderline
from instructdiff_ui.selection.outcome import DECISIONS
from instructdiff_ui.selection.rows import Kinds, RowQuery, RowTable
from instructdiff_ui.selection.rules import SelectionTable


def make(n=60, seed=0):
    """A run's table of rows, with ties, missing values and a column of kinds; ids are not in row order."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "example_id": [f"r{(7919 * i) % 10007:05d}" for i in range(n)],
            "domain": rng.choice(["code", "math", "med"], n),
            "n_tokens": rng.integers(1, 5, n),
            "delta_nll": rng.normal(size=n).round(1),
            "delta_entropy": rng.normal(size=n).round(1),
            "in_calibration": rng.random(n) < 0.2,
        }
    )
    frame.loc[rng.random(n) < 0.05, "delta_entropy"] = np.nan
    frame["kind"] = rng.choice(["", "bad", "good"], n)
    table = SelectionTable(frame)
    codes = np.array([["", "bad", "good"].index(kind) for kind in frame["kind"]], np.int16)
    metrics = {name: frame[name].to_numpy() for name in ("n_tokens", "delta_nll", "delta_entropy")}
    return frame, table, RowTable(table, metrics, {"kind": Kinds(codes, ["", "bad", "good"])})


FRAME, TABLE, ROWS = make()
IDS = FRAME["example_id"].tolist()
SPEC = SelectionSpec(ratio=0.3, gamma=0.1, pinned=(IDS[3],), excluded=(IDS[5], IDS[7]))
CHOSEN = TABLE.select(SPEC)
NEAR = borderline(TABLE, CHOSEN, None)


def asked(**query):
    return validated(RowQuery, query)


def ids_of(query, *, rows=ROWS):
    keep = rows.matches(query) & rows.shown(query.show, CHOSEN, NEAR)
    return TABLE.ids.at(rows.page(query, CHOSEN, keep)[0])


def naive_ids(query):
    """All ids that match, in order."""
    records = FRAME.to_dict("records")
    for row, decision, rank, near in zip(records, CHOSEN.decision, CHOSEN.rank, NEAR, strict=True):
        row |= {"decision": DECISIONS.index(decision), "rank": rank or math.nan, "near": near}
        row["kind"] = row["kind"] or math.nan
    shown = {
        "all": lambda row: True,
        "kept": lambda row: row["decision"] == 0,
        "dropped": lambda row: row["decision"] != 0,
        "borderline": lambda row: row["near"],
        "by_hand": lambda row: row["example_id"] in (IDS[3], IDS[5], IDS[7]),
        "calibration": lambda row: row["in_calibration"],
    }
    test = shown.get(query.show, lambda row: DECISIONS[row["decision"]] == query.show)

    def matches(row):
        fits = all(
            (low is None or row[name] >= low) and (high is None or row[name] <= high)
            for name, (low, high) in query.ranges.items()
        )
        kinds = all(row[name] == kind for name, kind in query.kinds.items())
        return test(row) and fits and kinds and (not query.domains or row["domain"] in query.domains)

    found = sorted((row for row in records if matches(row)), key=lambda row: row["example_id"])
    present = [row for row in found if row[query.sort_by] == row[query.sort_by]]
    missing = [row for row in found if row[query.sort_by] != row[query.sort_by]]
    present.sort(key=lambda row: row[query.sort_by], reverse=query.descending)
    return [row["example_id"] for row in [*present, *missing]]


bound = st.none() | st.sampled_from([-1.0, 0.0, 0.5, 2.0])
queries = st.builds(
    RowQuery,
    page_size=st.just(100),
    sort_by=st.sampled_from(
        ["delta_entropy", "delta_nll", "n_tokens", "example_id", "domain", "decision", "rank", "kind"]
    ),
    descending=st.booleans(),
    domains=st.lists(st.sampled_from(["code", "math", "med"]), unique=True, max_size=2).map(tuple),
    show=st.sampled_from(list(RowQuery.model_fields["show"].annotation.__args__)),
    ranges=st.dictionaries(st.sampled_from(["delta_entropy", "n_tokens"]), st.tuples(bound, bound), max_size=2),
    kinds=st.sampled_from([{}, {}, {"kind": "bad"}]),
)


@given(queries)
@settings(deadline=None, max_examples=300)
def test_agrees_with_plain_filters_and_sorts(query):
    assert ids_of(query) == naive_ids(query)


@pytest.mark.parametrize("sort_by", ["n_tokens", "delta_entropy", "domain", "decision", "kind"])
@pytest.mark.parametrize("descending", [True, False])
def test_pages_cut_through_ties_agree_with_one_long_page(sort_by, descending):
    how = {"sort_by": sort_by, "descending": descending}
    pages = [ids_of(asked(page=page, page_size=7, **how)) for page in range(1, 10)]
    assert [i for page in pages for i in page] == ids_of(asked(page_size=100, **how))


def test_a_page_beyond_the_last_gives_the_last():
    query = asked(page=99, page_size=25)
    positions, total, page, pages = ROWS.page(query, CHOSEN, ROWS.matches(query))
    assert (len(positions), total, page, pages) == (10, 60, 3, 3)


def test_nothing_matches_on_one_empty_page():
    query = asked(ranges={"n_tokens": (100, None)})
    positions, *rest = ROWS.page(query, CHOSEN, ROWS.matches(query))
    assert (len(positions), *rest) == (0, 0, 1, 1)


def test_regions_are_those_of_the_two_columns():
    box = {"x": "delta_nll", "y": "delta_entropy", "box": (0, 9, 0, 9)}
    inside = (FRAME["delta_nll"] >= 0) & (FRAME["delta_entropy"] >= 0)
    assert ROWS.matches(asked(region=box)).tolist() == inside.tolist()
    lasso = {"x": "delta_nll", "y": "delta_entropy", "lasso": ((-0.05, -0.05), (9, -0.05), (9, 9), (-0.05, 9))}
    assert ROWS.matches(asked(region=lasso)).tolist() == inside.tolist()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"sort_by": "magic"}, "There is no column 'magic' to sort by; the columns are example_id, domain"),
        ({"domains": ("law",)}, "There is no domain 'law'; there is 'code', 'math', 'med'."),
        ({"ranges": {"magic": (0, 1)}}, "There is no metric 'magic'; the metrics are n_tokens"),
        ({"kinds": {"magic": "x"}}, "There is no column 'magic' that sorts rows into kinds; there is kind."),
        ({"kinds": {"kind": "x"}}, "There is no kind 'x'; there is '', 'bad', 'good'."),
        ({"region": {"x": "magic", "y": "n_tokens", "box": (0, 1, 0, 1)}}, "There is no metric 'magic'"),
        ({"page": 0}, "page is 0"),
        ({"page_size": 101}, "page_size is 101"),
        ({"search": "x" * 1001}, "search is"),
        ({"show": "some"}, "show is 'some'"),
        ({"sorted": "x"}, "There is no setting 'sorted'"),
    ],
)
def test_what_does_not_exist_is_refused(query, message):
    with pytest.raises(ConfigError, match=message):
        ids_of(asked(**query))


def test_borderline_rows_lie_within_their_standard_error_of_the_cut():
    error = np.where(np.arange(len(FRAME)) % 2, 0.3, np.nan)
    for scope in ("domain", "global"):
        chosen = TABLE.select(SelectionSpec(ratio=0.3, scope=scope))
        near = borderline(TABLE, chosen, error)
        expected = [
            bool(rank) and abs(row.delta_entropy - chosen.cutoff_of(row.domain).delta_entropy) <= se
            for row, rank, se in zip(FRAME.itertuples(), chosen.rank, error, strict=True)
        ]
        assert near.tolist() == expected and any(expected)


@pytest.mark.parametrize("strategy", ["instructdiff", "response_length_max"])
def test_without_standard_errors_borderline_rows_lie_near_the_last_rank(strategy):
    _, table, _ = make(n=400)
    chosen = table.select(SelectionSpec(ratio=0.5, gamma=0, strategy=strategy, scope="global"))
    error = np.full(400, np.nan) if strategy == "instructdiff" else np.ones(400)
    kept = chosen.total.selected
    near = borderline(table, chosen, error)
    assert sorted(chosen.rank[near]) == [r for r in range(1, 401) if abs(r - kept) <= 0.05 * kept]


def test_a_table_of_one_row():
    _, table, rows = make(n=1)
    chosen = table.select(SelectionSpec())
    query = RowQuery()
    assert rows.page(query, chosen, rows.matches(query))[1:] == (1, 1, 1)
