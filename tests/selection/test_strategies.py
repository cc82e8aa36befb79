"""What each strategy keeps: by hand, against the method's own words row by row, and what all of them have in common."""

from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import naive_selection

from instructdiff_ui.config import SelectionSpec, Strategy
from instructdiff_ui.errors import ConfigError
from instructdiff_ui.selection.groups import share_of
from instructdiff_ui.selection.order import Ids
from instructdiff_ui.selection.rules import SelectionTable, apply
from instructdiff_ui.selection.strategies import RANKINGS, can_rank, sort_key, with_columns

EVERY = tuple(name for name in get_args(Strategy) if name != "consensus")  # which is in test_consensus
FILTERED = [name for name in EVERY if RANKINGS[name].filtered]
UNFILTERED = [name for name in EVERY if not RANKINGS[name].filtered]
CAPPED = ["ifd", "superfiltering"]  # those that do not rank every row
WHOLE = [name for name in UNFILTERED if name not in CAPPED]
COLUMNS = ["domain", "delta_nll", "delta_entropy", "base_nll", "base_entropy", "n_tokens", "in_calibration"]


def make_table(rows):
    """A table of rows in the order of `COLUMNS`; ids are not in row order. What other strategies rank by follows."""
    frame = pd.DataFrame(rows, columns=COLUMNS)
    k = np.arange(len(frame))
    ifd = (k * 7 % 5 + 1) / 4  # 0.25 … 1.25, some of them 1
    others = {"ifd": ifd, "superfilter_ifd": ifd[::-1], "selectit": k % 5 / 2.0, "instruction_tokens": k * 5 % 7 + 1.0}
    others |= {"inst_resp_ratio": (k * 3 % 7 + 1.0) / 4, "zip_rank": k + 1.0, "zip_rank_pool": len(k) - k + 0.0}
    frame[list(others)] = np.column_stack(list(others.values()))
    frame.insert(0, "example_id", [f"r{(7919 * i) % 10007:05d}" for i in range(len(frame))])
    return frame


def random_table(n=400, domains=3, seed=0):
    rng = np.random.default_rng(seed)
    return make_table(
        [
            (f"d{rng.integers(domains)}", *rng.normal(size=4), int(rng.integers(1, 300)), rng.random() < 0.1)
            for _ in range(n)
        ]
    )


def shuffled(table, seed=0):
    return table.sample(frac=1, random_state=seed).reset_index(drop=True)


# Few distinct values make many ties.
value = st.integers(-4, 4).map(lambda v: v / 4) | st.floats(-3, 3, allow_nan=False).map(lambda v: round(v, 3))
row = st.tuples(st.sampled_from(["code", "math"]), value, value, value, value, st.integers(1, 50), st.booleans())
tables = st.lists(row, min_size=1, max_size=60).map(make_table)
shares = st.sampled_from([0.01, 0.1, 0.29, 0.5, 1.0])


@st.composite
def cases(draw, strategies=EVERY):
    table = draw(tables)
    ids = table["example_id"].tolist()
    by_hand = draw(st.lists(st.sampled_from(ids), unique=True, max_size=min(6, len(ids))))
    cut = draw(st.integers(0, len(by_hand)))
    spec = SelectionSpec(
        strategy=draw(st.sampled_from(strategies)),
        seed=draw(st.integers(0, 3)),
        gamma=draw(st.sampled_from([0.0, 0.1, 0.29])),
        ratio=draw(shares),
        budget=draw(st.sampled_from(["rows", "tokens"])),
        filter=draw(st.sampled_from(["quantile", "rank"])),
        scope=draw(st.sampled_from(["domain", "global"])),
        pinned=tuple(by_hand[:cut]),
        excluded=tuple(by_hand[cut:]),
        exclude_calibration=draw(st.booleans()),
    )
    return table, spec


# By hand: ten rows a … j of one domain, of which three are kept.
BY_HAND = pd.DataFrame(
    {
        "example_id": list("abcdefghij"),
        "domain": "all",
        "delta_nll": [0.0] * 10,
        "delta_entropy": [5, 3, 8, 1, 9, 0, 7, 2, 6, 4],  # ranks f d h b j a i g c e
        "base_nll": [4, 9, 2, 7, 0, 5, 8, 1, 6, 3],  # ranks e h c j a f i d g b
        "base_entropy": [1, 2, 1, 2, 1, 2, 1, 2, 1, 2],  # ties: a c e g i, then b d f h j
        "n_tokens": [10, 20, 30, 40, 50, 50, 40, 30, 20, 10],
        "in_calibration": False,
    }
)


@pytest.mark.parametrize(
    ("strategy", "kept"),
    [
        ("instructdiff", "dfh"),
        ("instructdiff_mid", "abj"),  # ranks 5 and 6 are nearest to the middle, then rank 4, the lower of 4 and 7
        ("instructdiff_max", "gce"),
        ("ppl_min", "ceh"),
        ("ppl_mid", "afj"),
        ("ppl_max", "bgd"),
        ("entropy_min", "ace"),
        ("entropy_mid", "big"),
        ("entropy_max", "bdf"),
        ("response_length_max", "efd"),
    ],
)
def test_by_hand(strategy, kept):
    assert sorted(apply(BY_HAND, SelectionSpec(strategy=strategy, ratio=0.3, gamma=0)).ids) == sorted(kept)


def test_ranks_count_from_the_best_row():
    selection = apply(BY_HAND, SelectionSpec(strategy="ppl_max", ratio=0.3))
    ranked = dict(zip(BY_HAND["example_id"], selection.rank.tolist(), strict=True))
    assert [ranked[name] for name in "bgdifajche"] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]


@settings(deadline=None)
@given(cases([name for name in EVERY if name != "random"]))
def test_agrees_with_the_method_row_by_row(case):
    table, spec = case
    selection = apply(table, spec)
    assert dict(zip(table["example_id"], selection.decision, strict=True)) == naive_selection(table, spec)


@settings(deadline=None)
@given(cases(), st.integers(0, 9))
def test_row_order_changes_nothing(case, seed):
    table, spec = case
    other = shuffled(table, seed)
    once, again = apply(table, spec), apply(other, spec)
    assert sorted(once.ids) == sorted(again.ids)
    assert dict(zip(table["example_id"], once.rank, strict=True)) == dict(
        zip(other["example_id"], again.rank, strict=True)
    )


@settings(deadline=None)
@given(tables, shares, st.sampled_from(["domain", "global"]))
def test_a_budget_of_rows_is_met_by_every_strategy_alike(table, ratio, scope):
    sizes = table["domain"].value_counts().tolist() if scope == "domain" else [len(table)]
    for strategy in WHOLE:
        kept = apply(table, SelectionSpec(strategy=strategy, ratio=ratio, scope=scope)).total.selected
        assert kept == sum(share_of(ratio, n) for n in sizes)
    of_filtered = {apply(table, SelectionSpec(strategy=s, ratio=ratio, scope=scope)).total.selected for s in FILTERED}
    assert len(of_filtered) == 1


@settings(deadline=None)
@given(tables, shares, st.sampled_from([name for name in EVERY if name not in CAPPED]))
def test_a_budget_of_tokens_is_reached_and_overrun_by_less_than_a_row(table, ratio, strategy):
    selection = apply(table, SelectionSpec(strategy=strategy, ratio=ratio, budget="tokens", gamma=0))
    for domain, members in table.groupby("domain"):
        spent, budget = selection.counts[domain].selected_tokens, selection.cutoffs[domain].budget
        assert budget <= spent < budget + members["n_tokens"].max()


@pytest.mark.parametrize("strategy", EVERY)
@pytest.mark.parametrize("scope", ["domain", "global"])
def test_a_tenth_of_a_thousand_rows_is_a_hundred(strategy, scope):
    selection = apply(random_table(1000, domains=1), SelectionSpec(strategy=strategy, scope=scope))
    assert selection.total.selected == len(selection.ids) == 100


@pytest.mark.parametrize(("strategy", "column"), [("ppl_mid", "base_nll"), ("entropy_mid", "base_entropy")])
@pytest.mark.parametrize("n", [20, 100, 1000, 1010])
def test_the_middle_tenth_is_ranks_45_to_55_percent(strategy, column, n):
    table = random_table(n, domains=1)
    kept = apply(table, SelectionSpec(strategy=strategy, ratio=0.1)).selected
    ranks = table[column].rank()[kept] / n
    assert 0.45 < ranks.min() < ranks.max() <= 0.55 + 0.5 / n
    assert len(ranks) == n // 10


def test_the_middle_is_that_of_the_rows_that_passed_the_filter():
    table = random_table(1000, domains=1)
    selection = apply(table, SelectionSpec(strategy="instructdiff_mid", ratio=0.08, gamma=0.1))
    passed = ~np.isin(np.asarray(selection.decision), ["nll_low", "nll_high"])
    ranks = table["delta_entropy"][passed].rank()[selection.selected[passed]] / passed.sum()
    assert (len(ranks), passed.sum()) == (80, 800)
    assert 0.45 < ranks.min() < ranks.max() <= 0.55


@settings(deadline=None)
@given(cases(UNFILTERED))
def test_only_the_methods_own_strategies_filter(case):
    table, spec = case
    selection = apply(table, spec)
    assert not set(selection.decision) & {"nll_low", "nll_high"}
    assert all(c.nll_low is c.nll_high is None for c in selection.cutoffs.values())


@settings(deadline=None)
@given(tables, st.sampled_from(WHOLE), st.sampled_from(["domain", "global"]))
def test_the_whole_budget_keeps_every_row(table, strategy, scope):
    assert apply(table, SelectionSpec(strategy=strategy, ratio=1, scope=scope)).ids == table["example_id"].tolist()


@settings(deadline=None)
@given(tables, st.sampled_from(FILTERED))
def test_the_whole_budget_keeps_every_row_that_passes(table, strategy):
    selection = apply(table, SelectionSpec(strategy=strategy, ratio=1, gamma=0.2))
    assert set(selection.decision) <= {"selected", "nll_low", "nll_high"}


@settings(deadline=None)
@given(cases())
def test_choices_by_hand_hold_whatever_the_strategy(case):
    table, spec = case
    selection = apply(table, spec)
    assert set(spec.pinned) <= set(selection.ids)
    assert not set(spec.excluded) & set(selection.ids)
    if spec.exclude_calibration:
        assert set(table["example_id"][selection.selected & table["in_calibration"]]) <= set(spec.pinned)


@pytest.mark.parametrize("strategy", EVERY)
def test_pinned_rows_take_from_the_budget(strategy):
    table = random_table(200, domains=1)
    left_out = [i for i in table["example_id"] if i not in apply(table, SelectionSpec(strategy=strategy)).ids][:5]
    selection = apply(table, SelectionSpec(strategy=strategy, pinned=tuple(left_out)))
    assert selection.total.selected == 20


def test_a_random_draw_is_that_of_its_seed():
    table = random_table()
    draws = [set(apply(table, SelectionSpec(strategy="random", seed=seed)).ids) for seed in (0, 0, 1, 2)]
    assert draws[0] == draws[1]
    assert len({frozenset(draw) for draw in draws}) == 3


def test_a_random_draw_looks_at_ids_and_at_no_score():
    table = random_table()
    other = shuffled(random_table(seed=1).assign(example_id=table["example_id"], domain=table["domain"]))
    spec = SelectionSpec(strategy="random")
    assert set(apply(table, spec).ids) == set(apply(other, spec).ids)
    renamed = table.assign(example_id=[f"{i[::-1]}" for i in table["example_id"]])
    places = apply(table, spec).selected, apply(renamed, spec).selected
    assert (places[0] != places[1]).any()


def test_a_random_draw_is_even():
    table = random_table(100, domains=1)
    drawn = sum(apply(table, SelectionSpec(strategy="random", seed=seed)).selected.astype(int) for seed in range(300))
    assert drawn.sum() == 3000
    assert drawn.min() > 12 and drawn.max() < 50  # 30 ± 5.2 each


def test_seeds_are_for_the_random_strategy_alone():
    table = SelectionTable(random_table())
    for strategy in set(EVERY) - {"random"}:
        ids = [table.select(SelectionSpec(strategy=strategy, seed=seed)).ids for seed in (0, 1)]
        assert ids[0] == ids[1]


def test_one_table_answers_for_any_strategy_in_any_order():
    table = random_table()
    kept = SelectionTable(table)
    for strategy in (*EVERY, *reversed(EVERY)):
        for scope in ("global", "domain"):
            spec = SelectionSpec(strategy=strategy, scope=scope)
            assert kept.select(spec).ids == apply(table, spec).ids


def test_domains_rank_apart_and_the_pool_as_one():
    table = pd.concat([BY_HAND, BY_HAND.assign(domain="more", example_id=list("klmnopqrst"), n_tokens=1)])
    table = table.reset_index(drop=True)
    spec = SelectionSpec(strategy="response_length_max", ratio=0.3)
    assert sorted(apply(table, spec).ids) == sorted("efd" + "klm")
    assert sorted(apply(table, spec.model_copy(update={"scope": "global"})).ids) == sorted("efd" + "cgh")


def test_a_cutoff_of_entropy_is_only_that_of_the_lowest():
    for strategy in EVERY:
        cutoff = apply(OTHERS, SelectionSpec(strategy=strategy, ratio=0.3, gamma=0)).cutoffs["all"]
        assert cutoff.delta_entropy == (2 if strategy == "instructdiff" else None)


@pytest.mark.parametrize("strategy", ["ppl_min", "ppl_mid", "ppl_max", "entropy_max"])
def test_a_table_without_the_column_is_refused(strategy):
    table = random_table(20).drop(columns=["base_nll", "base_entropy"])
    with pytest.raises(ConfigError, match=rf"{strategy} ranks by base_\w+, which this run does not have"):
        apply(table, SelectionSpec(strategy=strategy))
    assert apply(table, SelectionSpec(strategy="random", ratio=1)).total.selected == 20


# What does not rank every row, by hand: ten rows a … j of one domain.
OTHERS = BY_HAND.assign(
    ifd=[0.9, 1.0, 1.1, 0.5, 2.0, np.nan, 0.7, 1.2, 0.8, 1.3],  # ranked are b a i g d
    superfilter_ifd=[0.9, 1.0, 1.1, 0.5, 2.0, np.nan, 0.7, 1.2, 0.8, 1.3],  # ranked are a i g d: 1 is not below 1
    selectit=[1, 2, 3, 4, 0, 1, 2, 3, 4, 0],  # d i, c h, …
    instruction_tokens=[3, 1, 4, 1, 5, 9, 2, 6, 5, 3],  # f h, then e and i
    inst_resp_ratio=[0.3, 0.05, 0.13, 0.02, 0.1, 0.18, 0.05, 0.2, 0.25, 0.4],  # d, b and g, … c … i a j
    zip_rank=[np.nan, 3, np.nan, 1, np.nan, np.nan, 2, np.nan, 4, np.nan],  # d g b i
    zip_rank_pool=[1, np.nan, 2, np.nan, 3, np.nan, np.nan, np.nan, np.nan, np.nan],
)


@pytest.mark.parametrize(
    ("strategy", "kept"),
    [
        ("ifd", "bai"),
        ("superfiltering", "aig"),
        ("selectit", "dic"),
        ("instruction_length_max", "fhe"),
        ("inst_resp_ratio_min", "dbg"),
        ("inst_resp_ratio_max", "jai"),
        ("zip", "dgb"),
    ],
)
def test_what_ranks_by_other_columns_by_hand(strategy, kept):
    chosen = apply(OTHERS, SelectionSpec(strategy=strategy, ratio=0.3))
    assert sorted(chosen.ids) == sorted(kept)
    order = dict(zip(OTHERS["example_id"], chosen.rank.tolist(), strict=True))
    assert [order[name] for name in kept] == [1, 2, 3]


def test_rows_above_one_are_dropped_and_have_no_rank():
    chosen = apply(OTHERS, SelectionSpec(strategy="ifd", ratio=0.8))
    assert sorted(chosen.ids) == list("abdgi"), "fewer than the eight that the budget grants"
    assert chosen.total.selected == 5 and chosen.total.decisions["rank"] == 5
    assert sorted(chosen.rank.tolist()) == [0, 0, 0, 0, 0, 1, 2, 3, 4, 5]
    assert chosen.cutoffs["all"].budget == 8


def test_a_row_above_one_that_is_pinned_is_kept_and_pays():
    chosen = apply(OTHERS, SelectionSpec(strategy="ifd", ratio=0.3, pinned=("e", "f")))
    assert sorted(chosen.ids) == list("bef")


def test_zip_ranks_the_pool_by_a_column_of_its_own():
    assert sorted(apply(OTHERS, SelectionSpec(strategy="zip", ratio=0.3, scope="global")).ids) == list("ace")


@pytest.mark.parametrize(
    "spec",
    [
        {"ratio": 0.5},
        {"ratio": 0.5, "budget": "tokens"},
        {"ratio": 0.4, "excluded": ("d",)},  # which the order spent a place on
        {"ratio": 0.6, "pinned": ("a",)},
        {"ratio": 0.4, "scope": "global"},
    ],
)
def test_a_budget_beyond_an_order_that_ends_early_is_refused(spec):
    with pytest.raises(ConfigError, match=r"The strategy zip has ranked . of the 10 rows of all, and β asks for more"):
        apply(OTHERS, SelectionSpec(strategy="zip", **spec))


@pytest.mark.parametrize("spec", [{"ratio": 0.4}, {"ratio": 0.5, "pinned": ("a",)}, {"ratio": 0.01}])
def test_a_budget_up_to_the_end_of_an_order_is_met(spec):
    chosen = apply(OTHERS, SelectionSpec(strategy="zip", **spec))
    assert chosen.total.selected == chosen.cutoffs["all"].budget


@settings(deadline=None)
@given(tables, shares, st.sampled_from(["domain", "global"]), st.sampled_from(CAPPED))
def test_a_budget_is_never_exceeded_by_a_strategy_that_drops_rows(table, ratio, scope, strategy):
    selection = apply(table, SelectionSpec(strategy=strategy, ratio=ratio, scope=scope))
    column = RANKINGS[strategy].column
    assert (table[column][selection.selected] <= RANKINGS[strategy].most).all()
    fitting = table[column] <= RANKINGS[strategy].most
    groups = table["domain"] if scope == "domain" else pd.Series("all", index=table.index)
    for name, members in fitting.groupby(groups):
        kept = int(selection.selected[members.index].sum())
        assert kept == min(share_of(ratio, len(members)), int(members.sum())), name


def test_columns_are_joined_by_id_and_missing_rows_have_none():
    extra = pd.DataFrame({"example_id": ["c", "zz", "a"], "ifd": [3.0, 9.0, 1.0]})
    joined = with_columns(BY_HAND, [extra, pd.DataFrame({"example_id": ["b"], "selectit": [2]})])
    assert joined["ifd"].tolist()[:3] == [1.0, pytest.approx(np.nan, nan_ok=True), 3.0]
    assert joined["ifd"].notna().sum() == 2 and joined["selectit"].tolist()[1] == 2
    assert "ifd" not in BY_HAND and list(joined["example_id"]) == list(BY_HAND["example_id"])
    assert can_rank(joined, "ifd") and can_rank(joined, "ppl_min") and not can_rank(joined, "zip")


@pytest.mark.parametrize("strategy", ["ifd", "zip"])
def test_a_table_without_what_was_to_be_computed_says_so(strategy):
    with pytest.raises(ConfigError, match=rf"{strategy} ranks by \w+, which this run does not have yet: compute"):
        apply(BY_HAND, SelectionSpec(strategy=strategy))


def test_sort_keys_put_the_best_first():
    ids = Ids(BY_HAND["example_id"])
    assert sort_key(BY_HAND, "ppl_min", seed=0, ids=ids).argmin() == BY_HAND["base_nll"].argmin()
    assert sort_key(BY_HAND, "ppl_max", seed=0, ids=ids).argmin() == BY_HAND["base_nll"].argmax()
    assert sorted(sort_key(BY_HAND, "random", seed=3, ids=ids)) == list(range(10))
