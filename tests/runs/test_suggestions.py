"""Suggested thresholds: how stable the kept rows are under each γ, and what experiments say of β."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructdiff_ui import api
from instructdiff_ui.config import DomainRule, SelectionSpec
from instructdiff_ui.runs import home as homes
from instructdiff_ui.runs import suggestions
from instructdiff_ui.runs.experiments.settings import ExperimentSettings
from instructdiff_ui.runs.exploration import Exploration
from instructdiff_ui.runs.steadiness import FEWEST, Steadiness, over_draws, spread
from instructdiff_ui.runs.suggestions import Tried, suggest, suggest_gamma, suggest_ratio, with_value
from instructdiff_ui.selection.stability import stability
from instructdiff_ui.statistics import Measured

SPEC = SelectionSpec()


def table(n: int = 400, *, error: float | None = 0.2, seed: int = 0, **columns) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    values = {
        "example_id": [f"r{k}" for k in range(n)],
        "domain": np.where(np.arange(n) % 2, "code", "math"),
        "n_tokens": rng.integers(2, 40, n),
        "delta_nll": rng.normal(size=n),
        "delta_entropy": rng.normal(size=n),
        "in_calibration": False,
    }
    values |= {} if error is None else {"delta_entropy_se": np.full(n, error)}
    return pd.DataFrame(values | columns)


class Store:
    """A run that is nothing but its table."""

    def __init__(self, scores: str | None = None):
        self._config = SimpleNamespace(scores=scores)

    def config(self):
        return self._config


@pytest.fixture
def explored(monkeypatch):
    """Let these rows, and masks of other seeds as a function of the rule, be those of the run."""

    def show(frame, masks=lambda spec: {}):
        monkeypatch.setattr(suggestions, "explore", lambda store: Exploration(frame, None))
        monkeypatch.setattr("instructdiff_ui.runs.steadiness.seed_masks", lambda store, spec: masks(spec))

    return show


# Φ -------------------------------------------------------------------------------------------------------------------


@given(st.integers(2, 5), st.integers(2, 40), st.randoms(use_true_random=False))
def test_the_spread_of_the_rows_adds_up_to_nogueiras_measure(sets, rows, draw):
    kept = np.array([[draw.random() < 0.4 for _ in range(rows)] for _ in range(sets)])
    among = kept.any(axis=0) | np.array([draw.random() < 0.5 for _ in range(rows)])
    times = kept.sum(axis=0)
    assert 1 - spread(times, sets=sets).mean() == pytest.approx(stability(kept), abs=1e-5)
    if among.any():
        found = 1 - spread(times, sets=sets, among=among).mean()
        assert found == pytest.approx(stability(kept[:, among]), abs=1e-5), "as if the others were not there"


def test_a_gap_counts_only_where_it_is_large_and_no_chance():
    calm = Steadiness(0.1, np.zeros(1000, np.float32))
    assert Steadiness(0.2, np.full(1000, 0.05, np.float32)).behind(calm)
    assert not Steadiness(0.2, np.full(1000, 0.01, np.float32)).behind(calm)
    few = np.zeros(1000, np.float32)
    few[0] = 50  # one row makes it all
    assert not Steadiness(0.2, few).behind(calm)


def test_a_row_of_one_token_is_drawn_with_the_error_of_a_token(explored):
    """Rows 0…49 have no standard error. Were it taken for 0 they would never move."""
    frame = table(100, error=1.0, domain="all", n_tokens=1)
    frame.loc[:49, "delta_entropy_se"] = np.nan
    trials, over = over_draws(Exploration(frame, None), {0.0: SelectionSpec(gamma=0, ratio=0.5)})
    assert over.startswith("20 draws")
    assert (trials[0].spread[:50] > 0).sum() > 20


def test_many_rows_are_drawn_fewer_times(monkeypatch):
    monkeypatch.setattr("instructdiff_ui.runs.steadiness.ROWS_DRAWN", 100)
    assert over_draws(Exploration(table(), None), {0.1: SPEC})[1].startswith(f"{FEWEST} draws")


# γ -------------------------------------------------------------------------------------------------------------------


def test_without_a_difference_the_default_stays(explored):
    explored(table())
    found = suggest_gamma(Store(), SPEC)
    assert found.value == found.default == 0.1
    assert "the default, and no larger γ does" in found.reason
    assert [one.value for one in found.tried] == list(suggestions.GAMMAS)


def test_a_larger_one_is_suggested_where_its_rows_are_clearly_more_stable(explored):
    frame = table()
    own = Exploration(frame, None)

    def another_seed(spec):
        kept = own.select(spec).selected
        return {1: kept if spec.gamma >= 0.15 else np.roll(kept, 1)}

    explored(frame, another_seed)
    found = suggest_gamma(Store(), SPEC)
    assert found.value == 0.15 and "2 calibration seeds" in found.reason
    assert {one.value: one.measure for one in found.tried}[0.15] == 1.0


def test_a_smaller_one_is_never_suggested_for_being_stable(explored):
    frame = table()
    own = Exploration(frame, None)

    def another_seed(spec):
        kept = own.select(spec).selected
        return {1: kept if spec.gamma < 0.05 else np.roll(kept, 1)}

    explored(frame, another_seed)
    found = suggest_gamma(Store(), SPEC)
    assert found.value == 0.1
    assert "At 0 % it is 1.00, but through rows whose likelihood moved most" in found.reason


def test_a_budget_that_leaves_the_default_no_choice_takes_the_largest_that_does(explored):
    explored(table())
    found = suggest_gamma(Store(), SelectionSpec(ratio=0.45))
    assert found.value == 0.05 and "fewer than 2 rows pass" in found.reason
    assert "no γ was tried" in suggest_gamma(Store(), SelectionSpec(ratio=0.9)).reason


@pytest.mark.parametrize(
    ("spec", "scores", "words"),
    [
        (SelectionSpec(strategy="ppl_min"), None, "does not filter by ΔNLL"),
        (SelectionSpec(ratio=0.001), None, "keeps no row"),
        (SPEC, "scores.jsonl", "imported without standard errors"),
        (SPEC, None, "set calibration.seeds to 2 or more"),
    ],
)
def test_nothing_is_suggested_where_nothing_is_known(explored, spec, scores, words):
    explored(table(error=None))
    found = suggest_gamma(Store(scores), spec)
    assert found.value is None and words in found.reason and found.tried == ()


@pytest.mark.parametrize("spec", [SelectionSpec(budget="tokens"), SelectionSpec(scope="global", filter="rank")])
def test_domains_of_one_row_unscored_rows_and_token_budgets_are_borne(explored, spec):
    frame = table(101)
    frame.loc[0, "domain"] = "alone"
    frame.loc[1, ["delta_nll", "delta_entropy"]] = np.nan
    explored(frame)
    found = suggest_gamma(Store(), spec)
    assert found.value is not None and all(-1 <= one.measure <= 1 for one in found.tried)


def test_a_value_takes_the_place_of_those_of_domains():
    spec = SelectionSpec(
        gamma_high=0.2, domains={"code": DomainRule(gamma=0.3, ratio=0.2), "math": DomainRule(gamma=0)}
    )
    assert with_value(spec, "gamma", 0.05) == SelectionSpec(gamma=0.05, domains={"code": DomainRule(ratio=0.2)})
    wide = with_value(spec, "ratio", 0.4)
    assert (wide.ratio, wide.domains["code"].ratio, wide.domains["math"]) == (0.4, 0.8, DomainRule(gamma=0))
    assert with_value(spec, "ratio", 0.9).domains["code"].ratio == 1.0


# β -------------------------------------------------------------------------------------------------------------------


def arm(ratio, mean, word="better", *, name="lowest ΔH", half=0.05, **spec):
    difference = SimpleNamespace(mean=mean, low=mean - half, high=mean + half)
    return SimpleNamespace(
        name=name,
        ratio=ratio,
        spec=SelectionSpec(ratio=ratio, seed=7, **spec),
        verdicts={("nll", "all"): SimpleNamespace(word=word, difference=difference)},
        measured={("nll", "all"): Measured(2.5 + mean, float("nan"), 1)},
    )


@pytest.fixture
def measured(monkeypatch):
    """Let experiments, newest first, have these arms."""

    def show(*experiments, **settings):
        asked = {"arms": [{"name": "lowest ΔH", "selection": {"strategy": "instructdiff"}}]} | settings
        results = [
            SimpleNamespace(arms=arms, settings=ExperimentSettings.model_validate(asked)) for arms in experiments
        ]
        monkeypatch.setattr(suggestions.records, "records", lambda store: list(range(len(results))))
        monkeypatch.setattr(suggestions, "result", lambda store, which: results[which])

    return show


def test_the_smallest_budget_that_none_clearly_exceeds_is_suggested(measured):
    measured([arm(0.4, -0.32), arm(0.05, -0.1), arm(0.1, -0.3), arm(0.2, -0.31)], name="budgets")
    found = suggest_ratio(Store(), SPEC)
    assert found.value == 0.1
    assert found.reason.startswith("In the experiment “budgets” held-out loss at 10 % was lower than random's by 0.300")
    assert found.tried[0] == Tried(0.05, -0.1, -0.15000000000000002, -0.05, "better", 2.4)


def test_what_was_not_better_is_not_suggested(measured):
    measured([arm(0.05, 0.2, "worse"), arm(0.1, -0.01, "no detectable difference")])
    found = suggest_ratio(Store(), SPEC)
    assert found.value is None and len(found.tried) == 2
    assert found.reason == (
        "In an experiment of this run held-out loss was detectably lower than that of random rows at none of 5 %, 10 %."
    )


def test_one_budget_alone_says_so(measured):
    measured([arm(0.2, -0.3)])
    assert suggest_ratio(Store(), SPEC).reason.endswith("by 0.300 nats; no other budget was tried.")
    measured([arm(0.2, 0.1, "worse")])
    assert "not detectably lower" in suggest_ratio(Store(), SPEC).reason


def test_experiments_are_not_mixed(measured):
    measured([arm(0.2, -0.9)], [arm(0.1, -0.3), arm(0.4, -0.2)])
    assert [one.value for one in suggest_ratio(Store(), SPEC).tried] == [0.1, 0.4]


def test_arms_that_choose_otherwise_do_not_count(measured):
    measured([arm(0.1, -0.3, strategy="ppl_min"), arm(0.2, -0.3, gamma=0.0)])
    assert suggest_ratio(Store(), SPEC).tried == ()
    own = [{"name": "lowest ΔH", "selection": {"strategy": "instructdiff"}, "calibration": {"ratio": 0.5}}]
    measured([arm(0.1, -0.3)], arms=own)
    assert "has held this rule against random yet" in suggest_ratio(Store(), SPEC).reason


def test_random_is_what_others_are_held_against():
    assert suggest_ratio(Store(), SelectionSpec(strategy="random")).value is None


# a whole run ---------------------------------------------------------------------------------------------------------


def test_a_scored_run_has_both_and_stays_as_it_is(settings, tmp_path):
    from instructdiff_ui.config import parse_config

    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    assert api.run_here(run, "selection") == "done"
    before = api.spec(run)
    gamma, ratio = suggest(homes.open_store(run), before)
    assert (gamma.threshold, ratio.threshold) == ("gamma", "ratio")
    assert gamma.value is not None and "draws of ΔH" in gamma.reason
    assert ratio.value is None
    assert api.spec(run) == before and api.suggest(run) == (gamma, ratio)
