"""What the panels say: arms in words that their intervals allow, kinds of rows, the demo's notes, ready-made runs."""

from __future__ import annotations

import json
import math

import pandas as pd
import pytest
from trees import HOSTILE, cells, elements, events, heads, said, tags

from instructdiff_ui import api
from instructdiff_ui.api import Arm, Gap, Measured, Overlap, SelectionSpec, StarterView
from instructdiff_ui.runs.comparison import measured
from instructdiff_ui.ui.format import STRATEGIES
from instructdiff_ui.ui.panels import arms, demo, kinds, pools

TAGS = {"div", "table", "thead", "tbody", "tr", "th", "td", "span", "b", "i", "input", "button"}


def arm(name: str, *values: float, metric: str = "nll", tuned: bool = True, **spec) -> Arm:
    found = {(metric, domain): measured(values) for domain in ("math", "all")}
    return Arm(name, SelectionSpec(**spec) if tuned else None, 400, 12_345.0, 75.0, len(values), found)


# arms --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gap", "p", "metric", "word"),
    [
        (-0.2, 0.01, "nll", "better"),
        (0.2, 0.01, "nll", "worse"),
        (-0.2, 0.01, "exact_match", "worse"),
        (0.2, 0.05, "exact_match", "better"),
        (0.2, 0.06, "nll", "no clear difference"),
        (-0.05, 0.6, "exact_match", "no clear difference"),
        (0.2, math.nan, "nll", "no clear difference"),
    ],
)
def test_the_verdict_does_not_overstate(gap, p, metric, word):
    assert arms.verdict(Gap(gap, 0.1, p), metric) == word


def test_the_gap_to_random_in_words():
    assert arms.gap_text(Gap(-1.0, 0.2266, 1e-3), "nll") == "−1.000 ± 0.227: better"
    assert arms.gap_text(Gap(1.0, 0.2266, 1e-3), "nll") == "+1.000 ± 0.227: worse"
    assert arms.gap_text(Gap(0.3, 0.2266, 0.2), "nll") == "+0.300 ± 0.227: no clear difference"  # of many models
    assert arms.gap_text(Gap(0.0, 0.2266, 1.0), "nll") == "0.000 ± 0.227: no clear difference"
    assert arms.gap_text(Gap(-0.6, math.nan, math.nan), "nll") == "−0.600 (one seed)"
    assert arms.gap_text(Gap(-0.1, 0.023, 1e-3), "exact_match") == "−10.0 % ± 2.3 %: worse"
    assert arms.gap_text(Gap(0.0, 0.0, 1.0), "exact_match") == "0.0 % ± 0.0 %: no clear difference"
    assert arms.gap_text(None, "nll") == ""


@pytest.mark.parametrize(
    ("value", "metric", "shown"),
    [
        (None, "nll", "–"),
        (Measured(1.23456, math.nan, (1.23456,)), "nll", "1.235"),
        (Measured(1.23456, 0.05, (1.2, 1.3)), "nll", "1.235 ± 0.050"),
        (Measured(0.125, 0.0125, (0.1, 0.2)), "exact_match", "12.5 % ± 1.2 %"),
        (Measured(0.0, math.nan, (0.0,)), "exact_match", "0.0 %"),
    ],
)
def test_values_with_their_interval(value, metric, shown):
    assert arms.value_text(value, metric) == shown


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("base", "base model"),
        ("calibrated", "calibrated model"),
        ("random", "Random"),
        ("full data", "Full data"),
        ("instructdiff, ratio 0.1, scope domain", "Lowest ΔH (InstructDiff), ratio 0.1, scope domain"),
        ("something new", "something new"),
    ],
)
def test_titles_of_arms(name, title):
    assert arms.arm_title(arm(name, 1.0)) == title


def test_every_strategy_has_a_name():
    assert set(api.STRATEGIES) <= set(STRATEGIES)


def test_the_table_of_arms():
    base = Arm("base", None, 0, 0, 0, 1, {("nll", "math"): measured([3.0]), ("nll", "all"): measured([3.5])})
    both = [base, arm("instructdiff", 1.0, 1.1, 1.2), arm("random", 2.0, 2.1, 2.2, strategy="random")]
    table = arms.arm_table(both, "nll")
    names = [said(cell) for cell in elements(elements(table, "thead")[0], "th")]
    assert names == ["Model", "Rows", "Tokens", "Steps", "Seeds", "all", "all, minus random", "math"]
    trained = ["400", "12.3k", "75", "3"]
    assert cells(table) == [
        ["base model", "–", "–", "–", "1", "3.500", "", "3.000"],
        ["Lowest ΔH (InstructDiff)", *trained, "1.100 ± 0.248", "−1.000 ± 0.227: better", "1.100 ± 0.248"],
        ["Random", *trained, "2.100 ± 0.248", "", "2.100 ± 0.248"],
    ]
    assert arms.arm_table([], "nll") == []
    assert arms.metrics(both) == ["nll"]
    assert arms.metrics([*both, arm("random", 0.1, metric="exact_match")]) == ["nll", "exact_match"]
    assert arms.metrics([]) == []


def test_values_for_the_chart_are_those_over_all_rows():
    base, ours = arm("base", 3.0, tuned=False), arm("instructdiff", 1.0, 1.2)
    first, second = arms.arm_values([base, ours], "nll")
    assert (first["name"], first["mean"], first["tuned"]) == ("base model", 3.0, False)
    assert (second["name"], second["mean"], second["tuned"]) == ("Lowest ΔH (InstructDiff)", pytest.approx(1.1), True)
    assert math.isnan(first["half"]) and second["half"] > 0
    assert arms.arm_values([base, ours], "exact_match") == []


def test_what_to_do_where_there_are_no_models():
    assert "Calibrate and score a run first" in said(arms.no_arms(False))
    assert "Fine-tune on a selection" in said(arms.no_arms(True))


# kinds of rows -----------------------------------------------------------------------------------------------------


def counts(**kept: list[int]) -> dict[str, pd.DataFrame]:
    kinds_of = ["good", "wrong_answer", ""]
    return {name: pd.DataFrame({"rows": [75, 20, 5], "kept": n}, index=kinds_of) for name, n in kept.items()}


def test_the_pool_comes_first_then_the_strategy_that_is_shown():
    found = counts(random=[8, 1, 1], instructdiff=[9, 1, 0], ppl_min=[0, 0, 0])
    found["random"] = found["random"].iloc[::-1]  # kinds are matched by name
    table = kinds.strategies_by_kind(found, "instructdiff")
    assert [said(cell) for cell in elements(elements(table, "thead")[0], "th")] == [
        "Strategy",
        "good",
        "wrong answer",
        "–",
    ]
    assert cells(table) == [
        ["the whole pool", "75.0 % 75", "20.0 % 20", "5.0 % 5"],
        ["Lowest ΔH (InstructDiff), shown", "90.0 % 9", "10.0 % 1", "0.0 % 0"],
        ["Random", "80.0 %", "10.0 %", "10.0 %"],
        ["Lowest perplexity", "0.0 %", "0.0 %", "0.0 %"],
    ]
    assert [said(cell[2]) for cell in elements(table, "tr", "on")] == ["Lowest ΔH (InstructDiff), shown"]
    assert elements(table, "td", "num")[0][1]["title"] == "75 of 100 rows"


def test_without_kinds_nothing_is_shown():
    assert kinds.strategies_by_kind(None, "random") == []
    assert kinds.strategies_by_kind({}, "random") == []


def test_a_click_on_a_kind_asks_for_its_rows():
    table = kinds.strategies_by_kind(counts(random=[1, 1, 1]), "random")
    assert events(table) == [("kind", "good"), ("kind", "wrong_answer"), ("kind", "")]
    assert heads(table)[1:] == ["good", "wrong answer", "–"]


def test_a_dataset_without_kinds_says_so():
    assert "sorts its rows into 2 to 20 kinds" in said(kinds.no_kinds())


def test_names_of_kinds_stay_text():
    found = {"random": pd.DataFrame({"rows": [1, 1], "kept": [1, 0]}, index=[HOSTILE, "b"])}
    table = kinds.strategies_by_kind(found, "random")
    assert HOSTILE in said(table)
    assert not elements(table, "img")


# the demo ----------------------------------------------------------------------------------------------------------


def kept(rows: dict[str, tuple[int, int]]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(rows, orient="index", columns=["rows", "kept"])


def test_the_note_says_what_the_demo_is_and_what_it_measured():
    found = [
        arm("base", 3.0, tuned=False),
        arm("instructdiff", 1.0, 1.1, 1.2),
        arm("random", 2.0, 2.1, 2.2, strategy="random"),
        arm("ppl_min", 0.5, 0.6, 0.7, strategy="ppl_min"),
        arm("full data", 0.1, 0.2, 0.3, strategy="random", ratio=1.0),
    ]
    quality = kept({"good": (3200, 390), "trivial": (500, 10), "garbled": (300, 0)})
    note = said(demo.shipped_note({"model": {"parameters": 2_345_678}}, found, quality))
    assert "2.35M parameters" in note
    assert "4,000 synthetic rows, some bad on purpose. It is no evidence about real LLMs." in note
    assert "Bad rows: 20 % of the pool, 2.5 % of what is kept now." in note
    assert "Held-out loss, lowest ΔH minus random: −1.000 ± 0.227: better;" in note
    assert "best of that size: Lowest perplexity." in note
    assert "Exact answers" not in note, "was not measured"
    assert "Full data" not in note, "the best of those of the same size"


def test_the_note_without_models_or_kept_rows():
    note = said(demo.shipped_note({}, [], kept({"good": (80, 0), "trivial": (20, 0)})))
    assert "Bad rows: 20 % of the pool, 0 % of what is kept now." in note
    assert "minus random" not in note


def test_a_rerun_that_agrees_and_one_that_does_not():
    same = said(demo.rerun_note(Overlap(shared=1400, here=1400, there=1400)))
    assert "It selects the same 1,400 rows as the shipped run (Jaccard 1)." in same
    close = said(demo.rerun_note(Overlap(shared=398, here=400, there=400)))
    assert "398 of its 400 selected rows are those of the shipped run (Jaccard 0.990)" in close
    assert "floating-point" in close and "floating-point" not in same


# ready-made runs ---------------------------------------------------------------------------------------------------


def test_ready_made_runs_with_their_size_and_time():
    few = StarterView("few", "Few rows", "In no time.", "org/model", ("org/a", "org/b"), 200, 9.0)
    many = StarterView("many", HOSTILE, "Longer.", "org/large", ("org/c",), 12_300, 840.0)
    panel = pools.starters([few, many])
    assert "200 rows: about 1 min to the selection, after the download" in said(panel)
    assert "12,300 rows: about 14 min" in said(panel)
    assert "org/a, org/b" in said(panel)
    buttons = [button[1] for button in elements(panel, "button")]
    assert [(b["data-event"], b["data-key"]) for b in buttons] == [("start", "few"), ("start", "many")]
    assert buttons[0]["aria-label"] == "Load Few rows"
    assert HOSTILE in said(panel) and not elements(panel, "img")
    assert pools.starters([])[0] == "div"


@pytest.mark.parametrize(
    "panel",
    [
        arms.arm_table([arm(HOSTILE, 1.0, 2.0), arm("random", 1.0, 2.0, strategy="random")], "nll"),
        demo.rerun_note(Overlap(1, 2, 3)),
        kinds.strategies_by_kind(counts(random=[1, 1, 1]), "random"),
    ],
)
def test_panels_are_made_of_plain_elements(panel):
    assert tags(panel) <= TAGS
    json.dumps(panel)
