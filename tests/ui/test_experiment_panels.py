"""Experiments on the page, on results made by hand: words, tables, figures, and the form that makes them."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trees import HOSTILE, cells, elements, events, heads, said

from instructdiff_ui import api
from instructdiff_ui.api import ArmResult, Cost, ExperimentResult, ExperimentState, Overlap, SelectionSpec, Study
from instructdiff_ui.config import DomainRule
from instructdiff_ui.errors import ConfigError
from instructdiff_ui.runs.experiments.records import ExperimentRecord
from instructdiff_ui.runs.experiments.results import Leakage, TrialResult
from instructdiff_ui.runs.experiments.settings import ExperimentSettings
from instructdiff_ui.statistics import METRICS, Difference, Measured, Verdict
from instructdiff_ui.ui import experiments_form as forms
from instructdiff_ui.ui import figures
from instructdiff_ui.ui.experiments_card import Look
from instructdiff_ui.ui.panels import experiment_results as results
from instructdiff_ui.ui.panels import experiments as lists

NAN = math.nan


def verdict(word: str, mean: float, half: float = 0.1, *, detectable: float = 0.2, p: float = 0.01) -> Verdict:
    found = Difference(mean, mean - half / 2, mean + half / 2, (3, 3), 50)
    if word == "undecided":
        return Verdict(word, found, NAN, "The sentence of undecided.")
    found = replace(found, low=mean - half, high=mean + half, p=p, detectable=detectable)
    return Verdict(word, found, p, f"The sentence of {word}.")


def arm(name: str, ratio: float | None = 0.1, *, mean: float = 2.0, said: Verdict | None = None, **more) -> ArmResult:
    trial = TrialResult(0, "done", rows=100, tokens=1234, trained_tokens=5000, steps=7, seconds=30.0, flops=3.2e15)
    trials = more.get("trials", (trial, trial))
    measured = {("nll", domain): Measured(mean, 0.05, (mean, mean)) for domain in ("all", "code", "math")}
    verdicts = dict.fromkeys(measured, said) if said else {}
    return ArmResult(name, ratio, SelectionSpec(), trials, measured if trials else {}, verdicts)


def record(arms=("one",), *, ident="20260101-one", queued=None, **settings) -> ExperimentRecord:
    asked = ExperimentSettings(arms=[{"name": name} for name in arms], **settings)
    return ExperimentRecord(ident, 0.0, asked.model_dump(mode="json"), queued)


def result(
    *arms: ArmResult, done: int = 4, total: int = 4, leakage=None, overlaps=None, **settings
) -> ExperimentResult:
    made = record([one.name for one in arms if not one.is_reference] or ["one"], **{"name": "Proof", **settings})
    measures = tuple(dict.fromkeys(key for one in arms for key in one.measured))
    base = ArmResult("base", None, None, (), {("nll", "all"): Measured(4.0, NAN, (4.0,))})
    return ExperimentResult(made, made.parsed, (base,), arms, measures, overlaps or {}, leakage, 50, done, total)


WHOLE = result(
    arm("random"),
    arm("worse one", mean=2.4, said=verdict("worse", 0.4)),
    arm("better one", mean=1.6, said=verdict("better", -0.4)),
    arm("like random", said=verdict("no detectable difference", 0.01, p=0.8)),
)


# verdicts and tables -----------------------------------------------------------------------------------------------


def test_a_verdict_has_a_sign_a_word_and_its_sentence_best_first():
    found = results.ordered(results.judged(WHOLE, "nll", "all", 0.1), METRICS["nll"])
    lines = [said(line) for line in elements(results.verdict_list(found), "li")]
    assert [line.split()[1] for line in lines] == ["better", "no", "worse"]
    assert lines[0].startswith("✓")
    assert "The sentence of worse." in lines[2]
    assert lines[2].startswith("✕")


def test_the_best_comes_first_whichever_way_is_better():
    found = {"up": verdict("better", 0.2), "down": verdict("worse", -0.2), "none": verdict("undecided", NAN)}
    assert list(results.ordered(found, METRICS["exact_match"])) == ["up", "down", "none"]
    assert list(results.ordered(found, METRICS["nll"])) == ["down", "up", "none"]


def test_the_table_has_all_rows_every_domain_and_the_difference():
    table = results.arm_table(WHOLE, "nll", "math", 0.1)
    assert heads(table)[:4] == ["Arm", "Verdict", "Difference, math", "p, corrected"]
    assert heads(table)[8:] == ["all rows", "code", "math"]
    lines = cells(table)
    assert [line[0] for line in lines] == ["base model", "random", "better one", "like random", "worse one"]
    assert lines[0][4:9] == ["–", "–", "–", "–", "4.000"]
    assert lines[2][4:9] == ["2", "100", "1,234", "7", "1.600 ± 0.050"]
    assert lines[2][1:4] == ["✓  better", "−0.400 (−0.500 to −0.300)", "0.01"]
    assert lines[1][1] == "the reference"


def test_many_domains_leave_the_chosen_one():
    many = result(arm("random"))
    object.__setattr__(many, "measures", tuple(("nll", d) for d in ["all", *"abcdefgh"]))
    assert results.columns_of(many, "nll", "c") == ["all", "c"]
    assert results.columns_of(many, "nll", "all") == ["all"]


def test_an_arm_with_its_own_budget_stands_with_the_first_budget_only():
    both = result(
        arm("random", 0.1), arm("random", 0.2), arm("full data", None, said=verdict("better", -1)), ratios=[0.1, 0.2]
    )
    assert [one.name for one in results.shown(both, 0.1)] == ["random", "full data"]
    assert [one.name for one in results.shown(both, 0.2)] == ["random"]


def test_what_is_not_whole_says_so():
    half = said(results.heading(result(arm("random"), done=1, total=6)))
    assert "1 of 6 models are trained and measured so far; what follows may still change." in half
    assert "nothing to show yet" in said(results.heading(result(arm("random", trials=()), done=0, total=6)))
    assert "One seed decides nothing" in said(results.heading(result(arm("random"), seeds=1)))
    assert said(results.heading(WHOLE)) == "Proof"


def test_failures_say_which_model_and_why():
    failed = TrialResult(1, "failed", HOSTILE)
    told = results.notes(result(arm("random"), arm("zip", trials=(failed,)), total=3, done=2))
    assert "1 of 3 models could not be made" in said(told)
    assert f"zip, 10 %, seed 1: {HOSTILE}" in said(told)
    assert not any(HOSTILE in str(attributes) for attributes in [e[1] for e in elements(told, "li")])


def test_leaked_rows_are_told_and_what_was_done_with_them():
    leaked = Leakage(50, {"exact": 9, "near_duplicate": 3}, 12)
    assert "12 held-out rows are also in the pool (9 word for word, 3 nearly word for word): left out." in said(
        results.notes(result(arm("random"), leakage=leaked))
    )
    kept = said(results.notes(result(arm("random"), leakage=Leakage(50, {"exact": 1}, 0))))
    assert "1 held-out row is also in the pool (1 word for word): kept" in kept
    assert "None of 50" in said(results.notes(result(arm("random"), leakage=Leakage(50, {}, 0))))


def test_costs_are_summed_and_told_per_arm():
    told = results.notes(WHOLE)
    summary = said(elements(told, "summary")[0])
    assert summary == "Costs: 4:00 of training, 40k trained tokens, 2.6 × 10¹⁶ FLOP in all"
    assert cells(elements(told, "table")[0])[0] == ["random, 10 %", "0:30", "5k", "3.2 × 10¹⁵ FLOP"]


@given(st.floats(1e-3, 1e24))
def test_operations_are_written_with_one_digit_before_the_point(value):
    mantissa = float(results.flops(value).split()[0])
    assert 1 <= mantissa <= 10


# the form ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shares"), [("5, 10 20", [0.05, 0.1, 0.2]), ("10 %", [0.1]), ("0.5%;100", [0.005, 1])]
)
def test_budgets_are_percentages(text, shares):
    assert forms.shares(text) == shares
    assert forms.shares(forms.percentages(shares)) == shares


@pytest.mark.parametrize("text", ["", "ten", "0", "101", "-5", "nan", "5, x"])
def test_a_slip_in_a_budget_is_told_in_one_sentence(text):
    with pytest.raises(ConfigError, match=r"^(A budget is a percentage|Name at least one budget)"):
        forms.shares(text)


def test_a_rule_becomes_an_arm_that_inherits_nothing_it_does_not_mean():
    rule = SelectionSpec(
        gamma=0.1, gamma_high=0.3, ratio=0.2, domains={"code": DomainRule(gamma=0.2, gamma_high=0.1, ratio=0.4)}
    )
    own = SelectionSpec(strategy="ppl_min", gamma=0.05, ratio=0.5, domains={"math": DomainRule(gamma=0.15)})
    asked = ExperimentSettings(rule=rule, ratios=(0.2,), arms=[forms.as_arm("own", own, rule)])
    made = asked.spec_of(asked.arms[0], 0.2, 0)
    assert (made.strategy, made.ratio) == ("ppl_min", 0.2)
    for domain in ("math", "code", "other"):
        assert made.gammas_of(domain) == own.gammas_of(domain)
    assert made.ratio_of("code") == 0.4, "what a budget is, the experiment says"


def test_an_estimate_counts_models_seeds_and_stages():
    told = said(lists.estimate(Cost(trials=39, stages=86, done=12, seconds=2460, flops=1.0), seeds=3))
    assert told == "13 models × 3 seeds: 39 trainings ; 86 stages to do, 12 done already; about 41 min on this machine."
    assert "all of it is done already" in said(lists.estimate(Cost(4, 0, 9, 0.0, 0.0), seeds=2))


@pytest.mark.parametrize(("seconds", "words"), [(12, "12 s"), (300, "5 min"), (9000, "2.5 h"), (86_400 * 6, "6 days")])
def test_an_estimated_time_is_coarse(seconds, words):
    assert lists.about(seconds) == f"about {words}"


def test_a_study_says_what_it_is_about_and_what_it_lacks():
    found = [Study("a", "First", "About it.", ()), Study("b", HOSTILE, "Other.", (), missing="another model")]
    tree = lists.study_list(found, "b")
    assert events(tree) == [("study", "a"), ("study", "b")]
    assert [button[1]["aria-pressed"] for button in elements(tree, "button")] == ["false", "true"]
    assert "Needs another model." in said(tree)


# the list ----------------------------------------------------------------------------------------------------------


def state(ident: str, done: int = 3, *, queued: float | None = None) -> ExperimentState:
    return ExperimentState(record(ident=ident, queued=queued, name=f"Name of {ident}"), done, 9)


def test_experiments_that_wait_take_turns():
    found = [state("new", 0), state("second", queued=2.0), state("first", queued=1.0), state("whole", 9)]
    lines = cells(lists.experiment_list(found, "first", active=True))
    assert [line[1].strip() for line in lines] == ["not complete", "waiting", "running", "done"]
    tree = lists.experiment_list(found, "first", active=True)
    told = [(event, key) for event, key in events(tree) if event != "open"]
    assert told == [("go", "new"), ("delete", "new"), ("withdraw", "second"), ("delete", "whole")]
    assert [b[1].get("aria-current") for b in elements(tree, "button", "open")] == [None, None, "true", None]


def test_one_whose_job_was_stopped_goes_on_or_is_withdrawn():
    tree = lists.experiment_list([state("a", queued=1.0)], "a", active=False)
    assert [event for event, _ in events(tree)] == ["open", "go", "withdraw", "delete"]
    assert lists.experiment_list([], "", active=False) == []


# figures -----------------------------------------------------------------------------------------------------------


def forest(found, metric="nll"):
    figure = figures.forest_figure(found, metric=METRICS[metric], domain="all rows")
    json.dumps(figure, allow_nan=False)
    return figure


def test_the_forest_puts_the_best_arm_on_top_and_tells_verdicts_by_more_than_colour():
    figure = forest(results.judged(WHOLE, "nll", "all", 0.1))
    assert figure["layout"]["yaxis"]["ticktext"] == ["better one", "like random", "worse one"]
    marks = {trace["name"]: trace["marker"] for trace in figure["data"] if trace.get("customdata")}
    assert len({mark["symbol"] for mark in marks.values()}) == 3
    better = next(trace for trace in figure["data"] if trace["name"] == "better")
    assert (better["x"], better["error_x"]["array"], better["error_x"]["arrayminus"]) == ([-0.4], [0.1], [0.1])
    low, high = figure["layout"]["xaxis"]["range"]
    assert low < -0.5
    assert high > 0.5


def test_the_forest_says_which_way_is_better_and_in_what_unit():
    both = [forest({"a": verdict("better", 0.1)}, metric) for metric in ("nll", "exact_match")]
    assert [[note["text"] for note in figure["layout"]["annotations"]] for figure in both] == [
        ["← better", "worse →"],
        ["← worse", "better →"],
    ]
    figure = both[1]
    assert figure["layout"]["xaxis"]["title"]["text"].endswith("(percentage points)")
    assert figure["data"][0]["x"] == [10.0]


def test_an_arm_without_an_interval_is_a_mark_alone():
    figure = forest({"a": verdict("undecided", 0.3), "gone": verdict("undecided", NAN)})
    assert figure["layout"]["yaxis"]["ticktext"] == ["a"]
    assert figure["data"][0]["error_x"]["array"] == [0.0]
    assert figure["layout"]["shapes"][:-1] == []
    assert forest({})["data"] == []


def test_a_band_far_wider_than_all_intervals_does_not_flatten_them():
    figure = forest({"a": verdict("no detectable difference", 0.1, 0.2, detectable=50.0)})
    assert figure["layout"]["xaxis"]["range"][1] < 1
    assert figure["layout"]["shapes"][0]["x1"] == 50.0


def test_hostile_names_stay_text_in_figures():
    overlap = {(HOSTILE, "b"): Overlap(3, 10, 10, 100)}
    curve = {HOSTILE: [(0.1, Measured(2.0, 0.1, (2.0, 2.0)))]}
    drawn = figures.budget_figure(curve, fixed={}, metric=METRICS["nll"], title="Loss", domain="all")
    for figure in (forest({HOSTILE: verdict("worse", 1.0)}), figures.overlap_figure(overlap), drawn):
        shown = json.dumps([{k: v for k, v in figure["layout"].items() if k != "meta"}, figure["data"]])
        assert "<img" not in shown


def test_budgets_are_lines_with_intervals_and_own_budgets_lie():
    points = [(0.2, Measured(1.5, 0.1, (1.4, 1.6))), (0.1, Measured(2.0, NAN, (2.0,)))]
    figure = figures.budget_figure(
        {"random": points, "low": points},
        fixed={"full": Measured(1.0, 0.1, (1.0, 1.0))},
        metric=METRICS["nll"],
        title="Loss",
        domain="all",
    )
    json.dumps(figure, allow_nan=False)
    random, low, full = figure["data"]
    assert random["y"] == [2.0, 1.5]
    assert random["error_y"]["array"] == [0.0, 0.1]
    assert full["y"] == [1.0, 1.0]
    assert random["marker"]["symbol"] != low["marker"]["symbol"]
    assert figure["layout"]["xaxis"]["tickvals"] == [10.0, 20.0]


def test_the_overlap_is_symmetric_with_an_empty_diagonal():
    figure = figures.overlap_figure({("a", "b"): Overlap(5, 10, 10, 100), ("a", "c"): Overlap(0, 10, 10, 100)})
    assert figure["data"][0]["z"] == [[None, 0.333, 0.0], [0.333, None, None], [0.0, None, None]]
    assert figure["data"][0]["text"][0] == ["", "0.33", "0.00"]


# looks -------------------------------------------------------------------------------------------------------------


def test_a_look_falls_back_to_what_is_there():
    assert Look("exact_match", "gone", 0.7).within(WHOLE) == Look("nll", "all", 0.1)
    assert Look("nll", "math", 0.1).within(WHOLE) == Look("nll", "math", 0.1)
    assert Look().within(result(arm("random", trials=()))) is None


# on a run ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def pool(settings):
    """A run whose rows are known, and whose models nobody has trained."""
    run = api.create_run(api.parse_config(settings))
    assert api.run_here(run, "data") == "done"
    return run


def form(**changes) -> forms.Form:
    values = {"study": "proof", "name": "", "budgets": "10, 25", "counts": "tokens", "seeds": 2, "steps": "epochs"}
    values |= {"calibrate_anew": True, "models": "", "arms": ["lowest ΔH (InstructDiff)"]}
    return forms.Form(**(values | changes))


def test_the_form_makes_settings(pool):
    api.save_spec(pool, "wide", SelectionSpec(gamma=0.2))
    wanted = ["lowest ΔH (InstructDiff)", "saved:wide", "explored"]
    made = forms.settings(pool, form(arms=wanted), SelectionSpec(strategy="ppl_max"))
    assert made.name == "Does it beat random?"
    assert (made.ratios, made.seeds, made.steps, made.calibrate_anew) == ((0.1, 0.25), 2, "epochs", True)
    assert made.rule.budget == "tokens"
    assert [one.name for one in made.arms] == ["lowest ΔH (InstructDiff)", "saved: wide", forms.EXPLORED_NAME]
    specs = [made.spec_of(one, 0.1, 0) for one in made.arms]
    assert [spec.gamma for spec in specs][1] == 0.2
    assert specs[2].strategy == "ppl_max"
    study = forms.known_studies(pool, "")["proof"]
    keys = [key for _, key in forms.choices(pool, study, SelectionSpec())]
    assert keys[-2:] == ["saved:wide", "explored"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"arms": []}, "Choose at least one arm"),
        ({"seeds": 1}, "not 1: one seed decides nothing"),
        ({"seeds": 2.5}, "not 2.5"),
        ({"seeds": None}, "not nothing"),
        ({"study": ""}, "Choose a study"),
        ({"study": "scorers", "arms": []}, "needs the name of at least one other model"),
        ({"arms": ["saved:gone"]}, "gone"),
    ],
)
def test_a_slip_in_the_form_is_one_sentence(pool, changes, words):
    with pytest.raises(api.UserError, match=words):
        forms.settings(pool, form(**changes), None)


def test_other_models_become_arms_of_the_study_of_scorers(pool, model_folder):
    asked = form(study="scorers", models=f"{model_folder}\n\n{model_folder}\n")
    study = forms.known_studies(pool, asked.models)["scorers"]
    scored = [one.name for one in study.arms if one.scorer]
    assert len(scored) == 1
    made = forms.settings(pool, forms.Form(**{**asked.__dict__, "arms": scored}), None)
    assert made.arms[0].scorer.path == str(model_folder)
