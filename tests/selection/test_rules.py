import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import naive_selection

from instructdiff_ui.config import PRESETS, SelectionSpec
from instructdiff_ui.errors import ConfigError, DataError
from instructdiff_ui.selection.groups import share_of, sorted_quantile
from instructdiff_ui.selection.rules import SelectionTable, apply


def make_table(rows):
    """A table from (domain, ΔNLL, ΔH, tokens, in_calibration) rows; ids are not in row order."""
    frame = pd.DataFrame(rows, columns=["domain", "delta_nll", "delta_entropy", "n_tokens", "in_calibration"])
    frame.insert(0, "example_id", [f"r{(7919 * i) % 10007:05d}" for i in range(len(frame))])
    return frame


def random_table(n=400, domains=3, seed=0):
    rng = np.random.default_rng(seed)
    return make_table(
        [
            (f"d{rng.integers(domains)}", rng.normal(), rng.normal(), int(rng.integers(1, 300)), rng.random() < 0.1)
            for _ in range(n)
        ]
    )


# Few distinct values make many ties.
value = st.integers(-4, 4).map(lambda v: v / 4) | st.floats(-3, 3, allow_nan=False).map(lambda v: round(v, 3))
row = st.tuples(st.sampled_from(["code", "math", "med"]), value, value, st.integers(1, 50), st.booleans())
tables = st.lists(row, min_size=1, max_size=60).map(make_table)


@st.composite
def cases(draw):
    table = draw(tables)
    ids = table["example_id"].tolist()
    by_hand = draw(st.lists(st.sampled_from(ids), unique=True, max_size=min(6, len(ids))))
    cut = draw(st.integers(0, len(by_hand)))
    scope = draw(st.sampled_from(["domain", "global"]))
    share = st.sampled_from([0.01, 0.05, 0.1, 0.29, 0.35, 0.5, 1.0])
    gammas = st.sampled_from([0.0, 0.2, 0.4])
    rule = st.fixed_dictionaries({}, optional={"gamma": gammas, "gamma_high": gammas, "ratio": share})
    overridden = st.dictionaries(st.sampled_from(sorted(set(table["domain"]))), rule, max_size=2)
    spec = SelectionSpec(
        gamma=draw(st.sampled_from([0.0, 0.05, 0.1, 0.29, 0.49])),
        gamma_high=draw(st.sampled_from([None, 0.0, 0.1, 0.49])),
        ratio=draw(share),
        budget=draw(st.sampled_from(["rows", "tokens"])),
        filter=draw(st.sampled_from(["quantile", "rank"])),
        scope=scope,
        domains=draw(overridden) if scope == "domain" else {},
        pinned=tuple(by_hand[:cut]),
        excluded=tuple(by_hand[cut:]),
        exclude_calibration=draw(st.booleans()),
    )
    return table, spec


@given(cases())
def test_agrees_with_the_method_row_by_row(case):
    table, spec = case
    selection = apply(table, spec)
    expected = naive_selection(table, spec)
    assert dict(zip(table["example_id"], selection.decision, strict=True)) == expected


@given(cases(), st.randoms(use_true_random=False))
def test_row_order_changes_nothing(case, random):
    table, spec = case
    order = random.sample(range(len(table)), len(table))
    shuffled = table.iloc[order].reset_index(drop=True)
    once, again = apply(table, spec), apply(shuffled, spec)
    assert sorted(once.ids) == sorted(again.ids)
    assert once.to_dict() == again.to_dict()
    assert once.rank[order].tolist() == again.rank.tolist()


@given(tables, st.sampled_from([0.05, 0.1, 0.29, 0.5]))
def test_domain_quotas(table, ratio):
    selection = apply(table, SelectionSpec(ratio=ratio, gamma=0.1))
    for domain, members in table.groupby("domain"):
        passed = len(members) - sum(selection.counts[domain].decisions[k] for k in ("nll_low", "nll_high"))
        assert selection.counts[domain].selected == min(share_of(ratio, len(members)), passed)
        assert selection.cutoffs[domain].budget == share_of(ratio, len(members))


@given(cases())
def test_what_is_kept_lies_within_the_cutoffs(case):
    table, spec = case
    selection = apply(table, spec)
    kept = table[selection.selected & ~table["example_id"].isin(spec.pinned)]
    for row in kept.itertuples():
        cutoff = selection.cutoff_of(row.domain)
        assert cutoff.nll_low <= row.delta_nll <= cutoff.nll_high
        assert row.delta_entropy <= cutoff.delta_entropy


@given(cases())
def test_counts_add_up(case):
    table, spec = case
    selection = apply(table, spec)
    assert selection.total.rows == len(table)
    assert selection.total.tokens == table["n_tokens"].sum()
    assert sum(selection.total.decisions.values()) == len(table)
    assert selection.total.selected_tokens == table["n_tokens"][selection.selected].sum()
    assert selection.total.selected == len(selection.ids) == sum(c.selected for c in selection.counts.values())


@given(st.lists(value, min_size=1, max_size=80), st.floats(0, 1))
def test_quantile_is_numpys_to_the_last_bit(values, q):
    assert sorted_quantile(np.sort(values), q) == np.quantile(values, q)


@pytest.mark.parametrize(("ratio", "n", "rows"), [(0.1, 30, 3), (0.29, 100, 29), (0.57, 100, 57), (0.1, 9, 0)])
def test_budgets_are_floored_as_decimals(ratio, n, rows):
    assert share_of(ratio, n) == rows


def test_ties_go_to_the_lower_id():
    table = make_table([("a", 0.0, 1.0, 1, False)] * 10)
    assert apply(table, SelectionSpec(ratio=0.3, gamma=0)).ids == [
        i for i in table["example_id"] if i in sorted(table["example_id"])[:3]
    ]


def test_one_row_is_kept_only_by_a_full_budget():
    table = make_table([("a", 0.3, 0.1, 5, False)])
    assert apply(table, SelectionSpec(ratio=0.5)).ids == []
    assert apply(table, SelectionSpec(ratio=1.0)).ids == table["example_id"].tolist()


def test_token_budget_keeps_the_row_that_crosses():
    table = make_table([("a", 0.0, float(i), 10, False) for i in range(10)])
    spec = SelectionSpec(ratio=0.25, gamma=0, budget="tokens")
    assert apply(table, spec).total.selected_tokens == 30


def test_presets_filter_and_spend_differently():
    # Twenty rows with one ΔNLL: quantiles keep them all, ranks drop two at each end; long rows exhaust a token budget.
    table = make_table([("a", 0.5, float(i), 100 if i < 4 else 1, False) for i in range(20)])
    paper = apply(table, SelectionSpec(ratio=0.2))
    official = apply(table, SelectionSpec(ratio=0.2, **PRESETS["official"]["selection"]))
    assert paper.total.selected == 4 and paper.total.decisions["nll_low"] == 0
    assert official.total.decisions["nll_low"] == official.total.decisions["nll_high"] == 2
    assert official.total.selected == 1


def test_pins_do_not_move_the_filter_and_take_up_budget():
    table = random_table()
    plain = apply(table, SelectionSpec())
    filtered = table["example_id"][np.asarray(plain.decision) == "nll_high"].iloc[0]
    pinned = apply(table, SelectionSpec(pinned=(filtered,)))
    assert filtered in pinned.ids
    assert pinned.total.selected == plain.total.selected
    for name in plain.cutoffs:
        assert pinned.cutoffs[name].nll_high == plain.cutoffs[name].nll_high


def test_pins_beyond_the_budget_are_all_kept():
    table = random_table(30, domains=1)
    ids = tuple(table["example_id"][:9])
    selection = apply(table, SelectionSpec(pinned=ids, ratio=0.1))
    assert set(selection.ids) == set(ids)
    assert selection.cutoffs["d0"].delta_entropy is None


def test_unscored_rows_are_quarantined_and_count_for_nothing():
    table = random_table(100, domains=1)
    table.loc[:9, "delta_entropy"] = np.nan
    selection = apply(table, SelectionSpec(ratio=0.1))
    assert selection.total.decisions["quarantined"] == 10
    assert selection.cutoffs["d0"].budget == 9
    with pytest.raises(ConfigError, match=r"has no scores.*cannot be pinned"):
        apply(table, SelectionSpec(pinned=(table["example_id"][0],)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pinned": ("nobody",)}, "There is no row 'nobody'"),
        ({"excluded": ("nobody",)}, "There is no row 'nobody'"),
        ({"domains": {"law": {"gamma": 0.2}}}, "There is no domain 'law'; the domains are d0, d1, d2."),
    ],
)
def test_unknown_names_are_refused(changes, message):
    with pytest.raises(ConfigError, match=message):
        apply(random_table(), SelectionSpec(**changes))


def test_doubled_ids_are_refused():
    table = random_table(10)
    table.loc[3, "example_id"] = table.loc[0, "example_id"]
    with pytest.raises(DataError, match=r"stands more than once"):
        SelectionTable(table)


def test_dragging_a_line_to_its_own_place_changes_nothing():
    table = SelectionTable(random_table(3000))
    spec = SelectionSpec(ratio=0.2, gamma=0.1)
    cutoff = table.select(spec).cutoffs["d1"]
    assert table.ratio_at(spec, "d1", cutoff.delta_entropy) == pytest.approx(0.2, abs=2e-3)
    assert table.gamma_at(spec, "d1", cutoff.nll_low, end="low") == pytest.approx(0.1, abs=2e-3)
    assert table.gamma_at(spec, "d1", cutoff.nll_high, end="high") == pytest.approx(0.1, abs=2e-3)
    assert table.gamma_at(spec, "d1", 99.0, end="low") < 0.5
    assert 0 < table.ratio_at(spec, "d1", -99.0) <= 0.001


def test_the_ends_of_the_filter_are_cut_apart():
    table = make_table([("a", float(i), 0.0, 1, False) for i in range(100)])
    for by in ("quantile", "rank"):
        counts = apply(table, SelectionSpec(gamma=0.05, gamma_high=0.2, filter=by)).total.decisions
        assert (counts["nll_low"], counts["nll_high"]) == (5, 20)


def test_an_upper_end_of_its_own_for_one_domain():
    table = make_table([(d, float(i), 0.0, 1, False) for d in ("a", "b", "c") for i in range(100)])
    rules = {"a": {"gamma": 0.3}, "b": {"gamma_high": 0.0}}
    counts = apply(table, SelectionSpec(gamma=0.1, gamma_high=0.2, filter="rank", domains=rules)).counts
    ends = {name: (c.decisions["nll_low"], c.decisions["nll_high"]) for name, c in counts.items()}
    assert ends == {"a": (30, 30), "b": (10, 0), "c": (10, 20)}


def test_selection_record_is_json_and_small():
    selection = apply(random_table(), SelectionSpec())
    record = json.loads(json.dumps(selection.to_dict()))
    assert record["spec_hash"] == SelectionSpec().hash
    assert SelectionSpec.model_validate(record["spec"]) == selection.spec
    assert set(record["cutoffs"]) == set(record["counts"]) == {"d0", "d1", "d2"}
