"""Several calibration seeds: their tables as one, what each keeps alone, and what most of them keep."""

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import naive_selection
from scipy import stats

from instructdiff_ui.config import SelectionSpec
from instructdiff_ui.errors import ConfigError, DataError
from instructdiff_ui.selection.consensus import agreement
from instructdiff_ui.selection.deltas import COLUMNS
from instructdiff_ui.selection.rules import SelectionTable, apply
from instructdiff_ui.selection.seeds import combine, of_seed, seed_columns, seeds_of

CASES = settings(deadline=None, max_examples=30)  # each case is computed for several seeds, and by hand
score = st.integers(-4, 4).map(lambda v: v / 4) | st.floats(-3, 3, allow_nan=False).map(lambda v: round(v, 3))
own = st.tuples(score, score, st.floats(0, 1), st.booleans())  # ΔNLL, ΔH, its standard error, in the draw


def table_of(rows, values) -> pd.DataFrame:
    """The table of one seed; `rows` are (domain, tokens, base NLL), `values` as `own`."""
    frame = pd.DataFrame(rows, columns=["domain", "n_tokens", "base_nll"]).assign(base_entropy=1.5)
    frame.insert(0, "example_id", [f"r{(7919 * i) % 10007:05d}" for i in range(len(rows))])
    for name, column in zip(
        ("delta_nll", "delta_entropy", "delta_entropy_se", "in_calibration"), zip(*values, strict=True), strict=True
    ):
        frame[name] = column
    frame["calibrated_nll"] = frame["base_nll"] + frame["delta_nll"]
    frame["calibrated_entropy"] = frame["base_entropy"] - frame["delta_entropy"]
    return frame[list(COLUMNS)]


@st.composite
def seeds(draw):
    """The tables of 2 to 4 seeds over the same rows, each in an order of its own."""
    n = draw(st.integers(1, 16))
    rows = draw(
        st.lists(
            st.tuples(st.sampled_from(["code", "math"]), st.integers(1, 50), st.floats(0, 3)), min_size=n, max_size=n
        )
    )
    found = {}
    for seed in draw(st.lists(st.integers(0, 30), min_size=2, max_size=4, unique=True)):
        table = table_of(rows, draw(st.lists(own, min_size=n, max_size=n)))
        found[seed] = table.sample(frac=1, random_state=seed).reset_index(drop=True)
    return found


@st.composite
def cases(draw):
    tables = draw(seeds())
    ids = sorted(next(iter(tables.values()))["example_id"])
    by_hand = draw(st.lists(st.sampled_from(ids), unique=True, max_size=min(4, len(ids))))
    cut = draw(st.integers(0, len(by_hand)))
    scope = draw(st.sampled_from(["domain", "global"]))
    domains = {"math": {"gamma": 0.29, "ratio": 0.5}} if scope == "domain" and draw(st.booleans()) else {}
    domains = domains if (next(iter(tables.values()))["domain"] == "math").any() else {}
    spec = SelectionSpec(
        strategy="consensus",
        gamma=draw(st.sampled_from([0.0, 0.1, 0.29, 0.45])),
        ratio=draw(st.sampled_from([0.1, 0.29, 0.5, 1.0])),
        budget=draw(st.sampled_from(["rows", "tokens"])),
        filter=draw(st.sampled_from(["quantile", "rank"])),
        scope=scope,
        domains=domains,
        pinned=tuple(by_hand[:cut]),
        excluded=tuple(by_hand[cut:]),
        exclude_calibration=draw(st.booleans()),
    )
    return tables, spec


def plain(spec: SelectionSpec) -> SelectionSpec:
    return spec.model_copy(update={"strategy": "instructdiff"})


# one table ---------------------------------------------------------------------------------------------------------


@CASES
@given(seeds())
def test_the_combined_table_row_by_row(tables):
    combined = combine(tables)
    assert seeds_of(combined) == tuple(sorted(tables))
    assert len(seed_columns(combined)) == 3 * len(tables)
    assert list(combined)[: len(COLUMNS)] == list(COLUMNS)
    first = tables[min(tables)]
    assert combined["example_id"].tolist() == first["example_id"].tolist(), "in the order of the first seed"
    rows = [{row["example_id"]: row for row in tables[s].to_dict("records")} for s in sorted(tables)]
    for row in combined.to_dict("records"):
        each = [by_id[row["example_id"]] for by_id in rows]
        assert {(one["domain"], one["n_tokens"], one["base_nll"]) for one in each} == {
            (row["domain"], row["n_tokens"], row["base_nll"])
        }
        for name in ("calibrated_nll", "calibrated_entropy", "delta_nll", "delta_entropy"):
            assert math.isclose(row[name], math.fsum(one[name] for one in each) / len(each), abs_tol=1e-12)
        squares = [one["delta_entropy_se"] ** 2 for one in each]
        assert math.isclose(row["delta_entropy_se"], math.sqrt(sum(squares) / len(squares)), abs_tol=1e-12)
        assert row["in_calibration"] == any(one["in_calibration"] for one in each)
        entropies = [one["delta_entropy"] for one in each]
        assert math.isclose(row["delta_entropy_seed_sd"], np.std(entropies, ddof=1), abs_tol=1e-12)
        for seed, one in zip(sorted(tables), each, strict=True):
            for name in ("delta_nll", "delta_entropy", "in_calibration"):
                assert row[of_seed(name, seed)] == one[name]


def test_the_interval_is_students():
    values = (0.1, 0.4, 0.35)
    tables = {seed: table_of([("math", 5, 1.0)], [(0.0, value, 0.1, False)]) for seed, value in enumerate(values)}
    row = combine(tables).iloc[0]
    low, high = stats.t.interval(0.95, df=2, loc=np.mean(values), scale=stats.sem(values))
    assert row["delta_entropy_low"] == pytest.approx(low, rel=1e-12)
    assert row["delta_entropy_high"] == pytest.approx(high, rel=1e-12)


@pytest.mark.parametrize("independent", [0.0, 0.3, 3.0])
def test_the_combined_standard_error_is_no_smaller_than_that_of_the_mean(independent):
    """Over tokens: the mean over seeds of the differences, against the root mean square of the seeds' own errors."""
    rng = np.random.default_rng(0)
    common = rng.normal(size=200)
    change = common + independent * rng.normal(size=(3, 200))  # (seeds, tokens)
    errors = change.std(axis=1, ddof=1) / math.sqrt(200)
    tables = {s: table_of([("math", 200, 1.0)], [(0.0, 0.0, error, False)]) for s, error in enumerate(errors)}
    found = combine(tables)["delta_entropy_se"][0]
    of_the_mean = change.mean(axis=0).std(ddof=1) / math.sqrt(200)
    assert found >= of_the_mean * (1 - 1e-12)
    if not independent:
        assert found == pytest.approx(of_the_mean), "exact where the seeds move every token alike"


def test_a_row_of_one_token_has_no_standard_error():
    tables = {seed: table_of([("math", 1, 1.0)], [(0.0, 0.1, math.nan, False)]) for seed in (0, 1)}
    assert np.isnan(combine(tables)["delta_entropy_se"]).all()


TWO = {seed: table_of([("math", 5, 1.0), ("code", 7, 2.0)], [(0.0, 0.1, 0.1, False)] * 2) for seed in (3, 4)}
FIRST, SECOND = TWO[3]["example_id"]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (TWO[4].iloc[:1], f"Row '{SECOND}' has scores under calibration seed 3, but none under seed 4"),
        (
            TWO[4].replace({"example_id": {SECOND: "x"}}),
            f"Row '{SECOND}' has scores under calibration seed 3, but none",
        ),
        (
            pd.concat([TWO[4], TWO[4].iloc[:1].assign(example_id="new")]),
            "Row 'new' has scores under calibration seed 4, but none under seed 3",
        ),
        (
            TWO[4].assign(n_tokens=[5, 8]),
            f"Row '{SECOND}' has the n_tokens 7 .* and 8 under seed 4",
        ),
        (TWO[4].assign(base_nll=[1.5, 2.0]), f"Row '{FIRST}' has the base_nll 1.0 .* and 1.5 under seed 4"),
        (TWO[4].assign(base_entropy=0.0), f"Row '{FIRST}' has the base_entropy"),
        (TWO[4].assign(domain="law"), f"Row '{FIRST}' has the domain math .* and law under seed 4"),
        (TWO[4].assign(example_id="x"), "'x' stands more than once"),
    ],
)
def test_seeds_of_other_rows_are_refused_by_name(other, said):
    with pytest.raises(DataError, match=said):
        combine({3: TWO[3], 4: other.reset_index(drop=True)})


def test_one_seed_cannot_be_combined():
    with pytest.raises(DataError, match="from 2 or more of them, not from 1"):
        combine({0: TWO[3]})


# what each seed keeps ----------------------------------------------------------------------------------------------


@CASES
@given(cases())
def test_every_seed_votes_as_if_it_were_alone(case):
    tables, spec = case
    combined = combine(tables)
    votes = SelectionTable(combined).votes(spec)
    assert votes.seeds == tuple(sorted(tables))
    for seed in votes.seeds:
        kept = set(apply(tables[seed], plain(spec)).ids)
        assert set(combined["example_id"][votes.of(seed)]) == kept
    assert votes.times.tolist() == votes.kept.sum(axis=0).tolist()


@pytest.mark.parametrize("strategy", ["instructdiff_max", "ppl_min", "random", "response_length_max"])
def test_other_strategies_are_asked_of_each_seed_as_they_are(strategy):
    tables = random_seeds(80)
    spec = SelectionSpec(strategy=strategy, ratio=0.25, exclude_calibration=True)
    combined = combine(tables)
    votes = SelectionTable(combined).votes(spec)
    for seed, table in tables.items():
        assert set(combined["example_id"][votes.of(seed)]) == set(apply(table, spec).ids)


# consensus ---------------------------------------------------------------------------------------------------------


def naive_consensus(tables, spec):
    """id → decision, one row at a time; the budget is spent as `naive_selection` spends it on a made-up ΔH."""
    each = [naive_selection(tables[seed], plain(spec)) for seed in sorted(tables)]
    combined = combine(tables)
    decisions = {}
    ranked = []
    for row in combined.to_dict("records"):
        said = [one[row["example_id"]] for one in each]
        barred = spec.exclude_calibration and row["in_calibration"] and row["example_id"] not in spec.pinned
        if row["example_id"] in spec.excluded or barred:
            decisions[row["example_id"]] = "excluded"
        elif all(one in ("nll_low", "nll_high") for one in said) and row["example_id"] not in spec.pinned:
            decisions[row["example_id"]] = "nll_low" if said.count("nll_low") * 2 >= len(said) else "nll_high"
        else:
            ranked.append((-said.count("selected"), row["delta_entropy"], row["example_id"]))
    place = {example_id: place for place, (*_, example_id) in enumerate(sorted(ranked))}
    # by place alone, without a filter; rows that are decided already are dropped by hand
    out = tuple({*decisions, *spec.excluded})
    rule = plain(spec).model_copy(
        update={
            "gamma": 0.0,
            "gamma_high": None,
            "excluded": out,
            "exclude_calibration": False,
            "domains": {n: r.model_copy(update={"gamma": None, "gamma_high": None}) for n, r in spec.domains.items()},
        }
    )
    placed = combined.assign(delta_entropy=[float(place.get(i, 1e9)) for i in combined["example_id"]], delta_nll=0.0)
    return naive_selection(placed, rule) | decisions


@CASES
@given(cases())
def test_a_consensus_row_by_row(case):
    tables, spec = case
    combined = combine(tables)
    chosen = apply(combined, spec)
    assert dict(zip(combined["example_id"], chosen.decision, strict=True)) == naive_consensus(tables, spec)
    assert all(c.nll_low is c.nll_high is c.delta_entropy is None for c in chosen.cutoffs.values())


@CASES
@given(cases(), st.integers(0, 9))
def test_the_order_of_the_rows_changes_no_consensus(case, seed):
    tables, spec = case
    combined = combine(tables)
    shuffled = combined.sample(frac=1, random_state=seed).reset_index(drop=True)
    assert sorted(apply(combined, spec).ids) == sorted(apply(shuffled, spec).ids)


@CASES
@given(cases())
def test_no_row_is_kept_that_no_seed_keeps(case):
    """As long as any seed can spend its budget; calibration rows are another matter, which each seed has of its own."""
    tables, spec = case
    spec = spec.model_copy(update={"exclude_calibration": False})
    table = SelectionTable(combine(tables))
    assert (table.votes(spec).times[table.select(spec).selected] > 0).all()


@CASES
@given(seeds(), st.sampled_from([0.1, 0.29, 0.5]))
def test_seeds_that_agree_keep_what_each_of_them_keeps(tables, ratio):
    first = tables[min(tables)]
    same = combine(dict.fromkeys(tables, first))
    spec = SelectionSpec(strategy="consensus", ratio=ratio)
    assert apply(same, spec).ids == apply(first, plain(spec)).ids


def test_votes_come_before_the_mean():
    """Three seeds and one place: `b` is lowest in two of them, `a` far the lowest in one and so in the mean."""
    values = {0: {"a": -9, "b": 0.1, "c": 0.2}, 1: {"a": 0.3, "b": 0.1, "c": 0.2}, 2: {"a": 0.3, "b": 0.1, "c": 0.2}}
    tables = {}
    for seed, of_row in values.items():
        table = table_of([("math", 5, 1.0)] * 3, [(0.0, value, 0.1, False) for value in of_row.values()])
        tables[seed] = table.assign(example_id=list(of_row))
    combined = combine(tables)
    spec = SelectionSpec(ratio=0.34, gamma=0)
    assert apply(combined, spec).ids == ["a"]
    assert apply(combined, spec.model_copy(update={"strategy": "consensus"})).ids == ["b"]
    assert SelectionTable(combined).votes(spec).times.tolist() == [1, 2, 0]


def test_a_consensus_needs_several_seeds():
    with pytest.raises(ConfigError, match=r"set calibration\.seeds to 2 or more") as error:
        apply(TWO[3], SelectionSpec(strategy="consensus"))
    assert "\n" not in error.value.message


# agreement ---------------------------------------------------------------------------------------------------------


def random_seeds(n: int, count: int = 3, *, noise: float = 1.0) -> dict[int, pd.DataFrame]:
    rng = np.random.default_rng(1)
    rows = [(("code", "math")[i % 2], int(rng.integers(1, 90)), float(rng.random())) for i in range(n)]
    truth = rng.normal(size=n)
    return {
        seed: table_of(
            rows, [(rng.normal(), truth[i] + noise * rng.normal(), 0.1, rng.random() < 0.1) for i in range(n)]
        )
        for seed in range(count)
    }


def test_agreement_by_hand():
    table = SelectionTable(combine(random_seeds(200, 4)))
    spec = SelectionSpec(ratio=0.2)
    votes = table.votes(spec)
    found = agreement(votes, table.scored)
    sets = [set(np.flatnonzero(kept)) for kept in votes.kept]
    assert found.jaccard == pytest.approx(np.mean([len(a & b) / len(a | b) for a, b in combinations(sets, 2)]))
    p = votes.kept.mean(axis=0)
    spread = (4 / 3 * p * (1 - p)).mean()
    assert found.stability == pytest.approx(1 - spread / (p.mean() * (1 - p.mean())))
    assert (found.seeds, 0 < found.stability < 1) == (4, True)


@pytest.mark.parametrize("strategy", ["random", "ppl_min"])
def test_what_does_not_rest_on_the_calibration_is_kept_by_all_seeds(strategy):
    table = SelectionTable(combine(random_seeds(100)))
    found = agreement(table.votes(SelectionSpec(strategy=strategy)), table.scored)
    assert (found.stability, found.jaccard) == (1, 1)


def test_a_consensus_is_more_like_each_seed_than_they_are_like_each_other():
    tables = random_seeds(2000, 5)
    table = SelectionTable(combine(tables))
    spec = SelectionSpec(strategy="consensus")
    votes, kept = table.votes(spec), table.select(spec).selected
    shared = [np.count_nonzero(kept & one) for one in votes.kept]
    between = [np.count_nonzero(a & b) for a, b in combinations(votes.kept, 2)]
    assert np.mean(shared) > np.mean(between)
