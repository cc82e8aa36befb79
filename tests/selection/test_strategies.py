"""What each strategy keeps: by hand, against the method's own words row by row, and what all of them have in common."""

from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import naive_selection

from instructdiff_ui.config import SelectionSpec, Strategy
from instructdiff_ui.errors import ConfigError
from instructdiff_ui.selection.groups import share_of
from instructdiff_ui.selection.order import Ids
from instructdiff_ui.selection.rules import SelectionTable, apply
from instructdiff_ui.selection.strategies import RANKINGS, sort_key

EVERY = tuple(name for name in get_args(Strategy) if name != "consensus")  # which is in test_consensus
FILTERED = [name for name in EVERY if RANKINGS[name].filtered]
UNFILTERED = [name for name in EVERY if not RANKINGS[name].filtered]
COLUMNS = ["domain", "delta_nll", "delta_entropy", "base_nll", "base_entropy", "n_tokens", "in_calibration"]


def make_table(rows):
    """A table of rows in the order of `COLUMNS`; ids are not in row order."""
    frame = pd.DataFrame(rows, columns=COLUMNS)
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


@given(cases([name for name in EVERY if name != "random"]))
def test_agrees_with_the_method_row_by_row(case):
    table, spec = case
    selection = apply(table, spec)
    assert dict(zip(table["example_id"], selection.decision, strict=True)) == naive_selection(table, spec)


@given(cases(), st.integers(0, 9))
def test_row_order_changes_nothing(case, seed):
    table, spec = case
    other = shuffled(table, seed)
    once, again = apply(table, spec), apply(other, spec)
    assert sorted(once.ids) == sorted(again.ids)
    assert dict(zip(table["example_id"], once.rank, strict=True)) == dict(
        zip(other["example_id"], again.rank, strict=True)
    )


@given(tables, shares, st.sampled_from(["domain", "global"]))
def test_a_budget_of_rows_is_met_by_every_strategy_alike(table, ratio, scope):
    sizes = table["domain"].value_counts().tolist() if scope == "domain" else [len(table)]
    for strategy in UNFILTERED:
        kept = apply(table, SelectionSpec(strategy=strategy, ratio=ratio, scope=scope)).total.selected
        assert kept == sum(share_of(ratio, n) for n in sizes)
    of_filtered = {apply(table, SelectionSpec(strategy=s, ratio=ratio, scope=scope)).total.selected for s in FILTERED}
    assert len(of_filtered) == 1


@given(tables, shares, st.sampled_from(EVERY))
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


@given(cases(UNFILTERED))
def test_only_the_methods_own_strategies_filter(case):
    table, spec = case
    selection = apply(table, spec)
    assert not set(selection.decision) & {"nll_low", "nll_high"}
    assert all(c.nll_low is c.nll_high is None for c in selection.cutoffs.values())


@given(tables, st.sampled_from(UNFILTERED), st.sampled_from(["domain", "global"]))
def test_the_whole_budget_keeps_every_row(table, strategy, scope):
    assert apply(table, SelectionSpec(strategy=strategy, ratio=1, scope=scope)).ids == table["example_id"].tolist()


@given(tables, st.sampled_from(FILTERED))
def test_the_whole_budget_keeps_every_row_that_passes(table, strategy):
    selection = apply(table, SelectionSpec(strategy=strategy, ratio=1, gamma=0.2))
    assert set(selection.decision) <= {"selected", "nll_low", "nll_high"}


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
        cutoff = apply(BY_HAND, SelectionSpec(strategy=strategy, ratio=0.3, gamma=0)).cutoffs["all"]
        assert cutoff.delta_entropy == (2 if strategy == "instructdiff" else None)


@pytest.mark.parametrize("strategy", ["ppl_min", "ppl_mid", "ppl_max", "entropy_max"])
def test_a_table_without_the_column_is_refused(strategy):
    table = random_table(20).drop(columns=["base_nll", "base_entropy"])
    with pytest.raises(ConfigError, match=rf"{strategy} ranks by base_\w+, which this run does not have"):
        apply(table, SelectionSpec(strategy=strategy))
    assert apply(table, SelectionSpec(strategy="random", ratio=1)).total.selected == 20


def test_sort_keys_put_the_best_first():
    ids = Ids(BY_HAND["example_id"])
    assert sort_key(BY_HAND, "ppl_min", seed=0, ids=ids).argmin() == BY_HAND["base_nll"].argmin()
    assert sort_key(BY_HAND, "ppl_max", seed=0, ids=ids).argmin() == BY_HAND["base_nll"].argmax()
    assert sorted(sort_key(BY_HAND, "random", seed=3, ids=ids)) == list(range(10))
