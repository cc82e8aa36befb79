"""What the panels of named rules and of compared runs say."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from instructdiff_ui.api import Overlap, SelectionSpec
from instructdiff_ui.api.crossing import Candidate, Crossing, Pair, Side
from instructdiff_ui.api.specs import Sensitivity, SpecComparison, SpecEntry, SpecList
from instructdiff_ui.runs.crossing import Correlation
from instructdiff_ui.runs.sensitivity import Change
from instructdiff_ui.runs.specs import Difference, NamedSpec
from instructdiff_ui.selection.curves import Curves
from instructdiff_ui.selection.grids import AGREEMENT, Grid
from instructdiff_ui.ui import format as fmt
from instructdiff_ui.ui.panels import crossing, specs

HOSTILE = "<img src=x onerror=alert(1)> ${1+1} {{x}}"
BOTH = Overlap(90, 100, 200, rows=1000, shared_tokens=4500, here_tokens=5000, there_tokens=12_345)


def said(node) -> str:
    return node if isinstance(node, str) else " ".join(said(child) for child in node[2:]).strip()


def elements(node, tag: str) -> list:
    if isinstance(node, str) or not node:
        return []
    return [*([node] if node[0] == tag else []), *(one for child in node[2:] for one in elements(child, tag))]


def cells(table) -> list[list[str]]:
    return [[said(cell) for cell in elements(line, "td")] for line in elements(elements(table, "tbody")[0], "tr")]


def entry(name: str, kept: int | None = 400, note: str = "", **spec) -> SpecEntry:
    return SpecEntry(NamedSpec(name, note, "2026-11-22T20:15:07.123+00:00", SelectionSpec(**spec)), kept)


# numbers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1.0, "1.00"),
        (0.9999, "> 0.99"),
        (0.994, "0.99"),
        (0.5, "0.50"),
        (-0.001, "0.00"),
        (-0.25, "−0.25"),
        (math.nan, "–"),
    ],
)
def test_agreement_does_not_say_1_where_it_is_not(value, shown):
    assert fmt.agreement(value) == shown


# named rules -------------------------------------------------------------------------------------------------------


def test_named_rules_with_what_they_keep_the_newest_first():
    wide, narrow = entry("Wide", 400, "for the report", ratio=0.3), entry("Narrow", None, ratio=0.05)
    table = specs.named_table(SpecList((wide, narrow), ()), SelectionSpec(ratio=0.3))
    first, second = cells(table)
    assert first[:4] == ["Narrow", "–", "2026-11-22 20:15", narrow.named.spec.hash[:8]]
    assert second[:3] == ["Wide for the report", "400", "2026-11-22 20:15"]
    assert second[3] == f"{wide.named.spec.hash[:8]}  shown"
    assert [line[1]["class"] for line in elements(elements(table, "tbody")[0], "tr")] == ["", "on"]


def test_buttons_report_what_to_do_with_which_rule():
    one = entry("One", ratio=0.3)
    buttons = [b[1] for b in elements(specs.named_table(SpecList((one,), ()), SelectionSpec()), "button")]
    assert [b["data-event"] for b in buttons] == ["spec-load", "spec-compare", "spec-delete"]
    assert {b["data-key"] for b in buttons} == {one.named.slug}
    assert [b["disabled"] for b in buttons] == [False, False, False]
    assert buttons[2]["aria-label"] == "Delete the rule One"


@pytest.mark.parametrize("one", [entry("One", None, ratio=0.3), entry("One")], ids=["does not fit", "is shown"])
def test_a_rule_that_cannot_be_loaded_can_still_be_deleted(one):
    buttons = elements(specs.named_table(SpecList((one,), ()), SelectionSpec()), "button")
    assert [b[1]["disabled"] for b in buttons] == [True, True, False]


def test_no_named_rules_and_files_that_are_none():
    panel = specs.named_table(SpecList((), ("specs/x.json is left out: it holds no named rule.",)), SelectionSpec())
    assert "No rule has a name yet" in said(panel)
    assert "specs/x.json is left out" in said(panel)


def compared(*differences: Difference) -> SpecComparison:
    domains = pd.DataFrame({"rows": [1000], "a": [100], "b": [200], "shared": [90]}, index=[HOSTILE])
    return SpecComparison(BOTH, list(differences), domains, 10, 110)


def test_two_rules_compared():
    panel = specs.comparison(
        compared(Difference("strategy", "instructdiff", "random"), Difference("β", "10 %", "20 %")),
        here="the rule that is shown",
        there="Wide",
    )
    text = said(panel)
    assert "Here: the rule that is shown. There: Wide." in text
    assert "Rows in common 90 of 100 here, 200 there" in text
    assert "Tokens in common 4.5k of 5k here, 12.3k there" in text
    assert "Of the rows here 90 % are kept there Of the rows there 45 % are kept here" in text
    assert "Jaccard 0.43 0.07 for random sets" in text
    assert "Chance-corrected 0.53" in text
    settings, domains = elements(panel, "table")
    assert cells(settings) == [["strategy", "Lowest ΔH (InstructDiff)", "Random"], ["β", "10 %", "20 %"]]
    assert cells(domains) == [[HOSTILE, "1,000", "100", "200", "90"]]


def test_two_rules_that_mean_the_same():
    assert "The two rules mean the same." in said(specs.comparison(compared(), here="a", there="b"))


def test_sensitivity_in_numbers():
    changes = (
        Change("gamma", 0.1, Overlap(100, 100, 100, 1000), current=True),
        Change("gamma", 0.125, Overlap(80, 100, 100, 1000)),
        Change("ratio", 0.2, Overlap(100, 100, 200, 1000)),
        Change("seed", 3, Overlap(50, 100, 100, 1000)),
    )
    panel = specs.sensitivity_table(Sensitivity(changes, 0.444, 2))
    assert cells(panel) == [
        ["γ", "10 % (as it is)", "100", "100", "1.00", "0.05", "1.00"],
        ["γ", "12.5 %", "100", "80", "0.67", "0.05", "0.78"],
        ["β", "20 %", "200", "100", "0.50", "0.07", "0.61"],
        ["calibration seed", "3", "100", "50", "0.33", "0.05", "0.44"],
    ]
    assert "Stability over 2 calibration seeds: 0.44" in said(panel)
    assert "with one seed" in said(specs.sensitivity_table(Sensitivity(changes[:3], math.nan, 1)))


# compared runs -----------------------------------------------------------------------------------------------------


def pair(title: str = "large", *differences: Difference) -> Pair:
    correlations = tuple(
        Correlation(domain, column, 500, 0.25, value)
        for domain, value in ((None, 0.8125), ("math", math.nan))
        for column in ("delta_entropy", "delta_nll")
    )
    frame = pd.DataFrame({"mean": [-0.1], "sd": [0.2]}, index=["math"])
    there = Side("b", title, "Qwen-7B", "paper", 1, 1234, 1000)
    statistics = {"here": frame, "there": frame + 1}
    ranks = Grid(np.zeros(2), np.zeros(2)).tally(np.zeros(2, np.int8), AGREEMENT)
    curve = Curves(pd.DataFrame({"domain": ["math"], "delta_entropy": [0.1]}), "delta_entropy").count()
    return Pair(there, BOTH, correlations, statistics, ranks, (curve, curve), list(differences))


def crossed(*pairs: Pair) -> Crossing:
    return Crossing(Side("a", "small", "Qwen-0.5B", "", None, None, 1000), SelectionSpec(), pairs)


def test_runs_side_by_side():
    panel = crossing.crossing_table(crossed(pair()))
    assert "Here: small (Qwen-0.5B). The same rule on either side, over the rows in common." in said(panel)
    ((name, *numbers),) = cells(panel)
    assert name == "large (Qwen-7B, paper, calibration seed 1, 1,234 calibration steps)"
    assert numbers == ["1,000", "100", "200", "90", "90 %", "45 %", "0.43", "0.53", "0.81"]


def test_settings_that_differ_by_run():
    panel = crossing.settings_table(crossed(pair("one", Difference("model.path", HOSTILE, "b")), pair("two")))
    assert cells(panel) == [["model.path", HOSTILE, "b"]]
    assert "two Made with the same settings." in said(panel)
    assert crossing.settings_table(crossed()) == crossing.domain_table(crossed()) == []


def test_scores_of_two_runs_by_domain():
    assert cells(crossing.domain_table(crossed(pair()))) == [
        ["all rows", "500", "–", "–", "–", "–", "0.81", "0.25", "0.81", "0.25"],
        ["math", "500", "−0.100", "0.900", "0.200", "1.200", "–", "0.25", "–", "0.25"],
    ]


def test_nothing_to_compare_with():
    refused = Candidate("c", "other", 3, 60, "It shares 3 of 60 rows; a tenth of the smaller pool is needed.")
    for panel in (crossing.no_runs(), crossing.crossing_table(crossed())):
        assert "No other run has scores for these rows." in said(panel)
    assert "other: It shares 3 of 60 rows" in said(crossing.no_runs([refused, Candidate("d", "good", 60, 60)]))
    assert "good" not in said(crossing.no_runs([Candidate("d", "good", 60, 60)]))


@pytest.mark.parametrize(
    "panel",
    [
        specs.named_table(SpecList((entry(HOSTILE, note=HOSTILE),), (HOSTILE,)), SelectionSpec()),
        specs.comparison(compared(Difference(HOSTILE, HOSTILE, HOSTILE)), here=HOSTILE, there=HOSTILE),
        crossing.crossing_table(crossed(pair(HOSTILE))),
        crossing.domain_table(crossed(pair(HOSTILE))),
        crossing.no_runs([Candidate("c", HOSTILE, 0, 0, HOSTILE)]),
    ],
)
def test_hostile_text_stays_text(panel):
    def tags(node) -> set[str]:
        return set() if isinstance(node, str) else {node[0]}.union(*(tags(child) for child in node[2:]))

    assert tags(panel) <= {"div", "p", "b", "code", "table", "thead", "tbody", "tr", "th", "td", "button"}
    assert HOSTILE in said(panel)
    json.dumps(panel)
