"""The table of rows, the filters that are on, one row whole, and why it was kept or dropped."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pandas as pd
import pytest
from trees import HOSTILE, cells, elements, events, heads, said, tags

from instructdiff_ui.api import Neighbour, Page, RowQuery, RowView
from instructdiff_ui.data.examples import Example
from instructdiff_ui.ui.panels import rowviews, table
from instructdiff_ui.ui.panels.parts import TEXT_LIMIT
from instructdiff_ui.ui.panels.table import turned

ROW = {
    "example_id": "r1",
    "domain": "math",
    "decision": "selected",
    "rank": 1,
    "in_calibration": False,
    "by_hand": "",
    "borderline": False,
    "delta_entropy": -0.12345,
    "delta_nll": 0.5,
    "n_tokens": 1234,
    "quality": "good",
    "response_chars": 40,
    "instruction": "Add 1 and 2.",
    "response": "3",
}


def page(*rows, total=None, page=1, pages=1) -> Page:
    counts = {"all": 90, "kept": 30, "dropped": 60, "borderline": 4}
    return Page(pd.DataFrame([ROW | row for row in rows]), len(rows) if total is None else total, page, pages, counts)


def shown(found, query=None, **options):
    query = query or RowQuery()
    return table.rows_table(found, query, **({"extra": "", "current": None, "sign": 1} | options))


# the table ---------------------------------------------------------------------------------------------------------


def test_a_row_of_the_table():
    tree = shown(page({}))
    assert heads(tree) == ["Decision", "Domain", "Instruction", "ΔH ↑", "ΔNLL", "Tokens", "By hand"]
    ((*line, by_hand),) = cells(tree)
    assert line == ["kept", "math", "Add 1 and 2.", "−0.123", "0.500", "1,234"]
    assert by_hand == "✓ ✕"


SEEDED = {"delta_entropy_seed_sd": 0.2, "delta_entropy_low": -0.5, "delta_entropy_high": 0.25, "kept_by_seeds": 2}


def test_several_calibration_seeds_have_an_interval_and_a_count():
    tree = shown(replace(page(SEEDED), seeds=3))
    assert heads(tree)[-3:] == ["Seeds", "± seeds", "By hand"]
    assert cells(tree)[0][-3:-1] == ["2/3", "0.375"]
    again = shown(replace(page(SEEDED), seeds=3), extra="delta_entropy_seed_sd")
    assert heads(again) == heads(tree), "a column that is there is not shown twice"


def test_a_column_of_the_dataset_is_no_count_of_seeds():
    assert "± seeds" not in heads(shown(page(SEEDED)))


@pytest.mark.parametrize("decision", ["selected", "nll_low", "nll_high", "rank", "excluded", "quarantined"])
def test_every_decision_has_a_word_and_a_dot(decision):
    tree = shown(page({"decision": decision, "by_hand": "dropped"}))
    assert cells(tree)[0][0] == f"{table.DECISIONS[decision]} by hand"
    assert elements(tree, "i", f"d-{decision}")


def test_likelihood_is_shown_with_the_sign_of_the_run():
    assert cells(shown(page({}), sign=-1))[0][4] == "−0.500"
    assert cells(shown(page({}), sign=-1))[0][3] == "−0.123", "ΔH has one sign"


def test_marks_of_a_row():
    text = cells(shown(page({"in_calibration": True, "borderline": True})))[0][2]
    assert text == "Add 1 and 2. cal borderline"


@pytest.mark.parametrize(("extra", "value"), [("response_chars", "40"), ("quality", "good"), ("base_nll", "–")])
def test_a_further_column(extra, value):
    tree = shown(page({"base_nll": math.nan}), extra=extra)
    assert len(heads(tree)) == 8 and cells(tree)[0][6] == value


@pytest.mark.parametrize("extra", ["delta_entropy", "domain"])
def test_a_column_that_is_there_already_comes_once(extra):
    assert len(heads(shown(page({}), extra=extra))) == 7


def test_the_open_row_is_marked():
    lines = elements(elements(shown(page({}, {"example_id": "r2"}), current="r2"), "tbody")[0], "tr")
    assert [line[1]["class"] for line in lines] == ["", "on"]
    assert [line[1]["data-key"] for line in lines] == ["r1", "r2"]


def test_heads_sort_and_say_how():
    tree = shown(page({}), RowQuery(sort_by="n_tokens", descending=True))
    (head,) = [one for one in elements(tree, "th") if one[1].get("aria-sort")]
    assert (said(head), head[1]["aria-sort"]) == ("Tokens ↓", "descending")
    assert [key for event, key in events(tree) if event == "sort"] == [name for name, _ in table.COLUMNS]


def test_segments_count_what_the_other_filters_leave():
    tree = shown(page({}), RowQuery(show="kept"))
    segments = elements(elements(tree, "div", "segmented")[0], "button")
    assert [said(one) for one in segments] == ["All 90", "Kept 30", "Dropped 60", "Borderline 4"]
    assert [one[1]["aria-pressed"] for one in segments] == ["false", "true", "false", "false"]
    more = shown(page({}, total=7), RowQuery(show="nll_low"))
    last = elements(elements(more, "div", "segmented")[0], "button")[-1]
    assert (said(last), last[1]["aria-pressed"]) == ("ΔNLL low 7", "true")


def test_every_filter_that_is_on_can_be_taken_off():
    region = {"x": "delta_nll", "y": "delta_entropy", "lasso": [(0, 0), (1, 0), (0, 1)]}
    query = RowQuery(
        search="sum",
        domains=("math", "code"),
        ranges={"delta_nll": (None, 0.5), "n_tokens": (3, None), "data:rank": (1, 2)},
        kinds={"quality": "", "a:b": "c"},
        region=region,
    )
    tree = shown(page({}), query)
    chips = {one[1]["data-key"]: said(one) for one in elements(tree, "button", "chip")}
    assert chips == {
        "search": "contains sum ×",
        "domain:math": "math ×",
        "domain:code": "code ×",
        "range:delta_nll": "ΔNLL ≤ 0.500 ×",
        "range:n_tokens": "Response tokens ≥ 3 ×",
        "range:data:rank": "rank 1 to 2 ×",
        "kind:quality": "quality = – ×",
        "kind:a:b": "a:b = c ×",
        "region": "lasso in the chart ×",
    }
    assert ("unfilter", "all") in events(tree)


def test_one_filter_needs_no_button_for_all():
    tree = shown(page({}), RowQuery(search="^a", regex=True))
    assert [said(one) for one in elements(tree, "button", "chip")] == ["matches ^a ×"]
    assert ("unfilter", "all") not in events(tree)
    assert not elements(shown(page({})), "div", "chips")


def test_where_nothing_matches_the_way_back_is_offered():
    empty = Page(page({}).rows.iloc[:0], 0, 1, 1, dict.fromkeys(("all", "kept", "dropped", "borderline"), 0))
    assert ("unfilter", "all") in events(shown(empty, RowQuery(search="x")))
    assert ("unfilter", "all") not in events(shown(empty)), "nothing is on"
    assert said(shown(empty)).endswith("No row matches.")
    assert shown(None) == []


@pytest.mark.parametrize(("at", "off"), [(1, [True, False]), (2, [False, False]), (3, [False, True])])
def test_the_pager_stops_at_either_end(at, off):
    tree = shown(page({}, total=1234, page=at, pages=3))
    buttons = [one[1] for one in elements(tree, "button") if one[1].get("data-event") == "page"]
    assert [one["data-key"] for one in buttons] == [str(at - 1), str(at + 1)]
    assert [one["disabled"] for one in buttons] == off
    assert f"1,234 rows keep all drop all undecide all  ‹ {at} / 3 ›" in said(tree)
    assert "1 row keep" in said(shown(page({})))


def test_a_row_decided_by_hand_can_be_left_to_the_rule():
    def hand(by_hand):
        return [(one[1]["data-event"], one[1]["aria-pressed"]) for one in table.hand_buttons("r1", by_hand, short=True)]

    assert hand("") == [("keep", "false"), ("drop", "false")]
    assert hand("kept") == [("rule-again", "true"), ("drop", "false")]
    assert hand("dropped") == [("keep", "false"), ("rule-again", "true")]


def test_texts_of_rows_stay_text_and_short():
    hostile = dict.fromkeys(("example_id", "domain", "instruction", "quality"), HOSTILE)
    query = RowQuery(search=HOSTILE, domains=(HOSTILE,), kinds={HOSTILE: HOSTILE})
    tree = shown(page(hostile), query, extra="quality")
    assert tags(tree) <= {"div", "span", "i", "button", "table", "thead", "tbody", "tr", "th", "td"}
    assert cells(tree)[0][1:3] == [HOSTILE, HOSTILE]
    long = shown(page({"instruction": "word " * 200_000, "quality": "x" * 1_000_000}), extra="quality")
    assert len(json.dumps(long)) < 10_000


# one row -----------------------------------------------------------------------------------------------------------

SCORES = {
    "delta_entropy": 0.25,
    "delta_nll": -0.5,
    "base_entropy": 1.0,
    "calibrated_entropy": 0.75,
    "base_nll": 2.0,
    "calibrated_nll": 1.5,
    "delta_entropy_se": math.nan,
    "n_tokens": 12.0,
}
CUT = {"nll_low": -0.75, "nll_high": 0.5, "delta_entropy": 0.125, "budget": 3}


def row(example=None, *, scores=None, cutoff=None, **changes) -> RowView:
    words = {"example_id": "r1", "domain": "math", "instruction": "Add.", "input": "", "response": "3", "source": "f:1"}
    view = {
        "decision": "rank",
        "rank": 7,
        "ranked": 1200,
        "strategy": "instructdiff",
        "percentiles": {"delta_entropy": 60.0, "delta_nll": 30.0},
        "neighbours": (),
        "borderline": False,
        "by_hand": "",
    }
    return RowView(
        example=Example(**(words | (example or {}))),
        scores=SCORES | (scores or {}),
        cutoff=CUT | (cutoff or {}),
        **(view | changes),
    )


@pytest.mark.parametrize(
    ("changes", "sign", "words"),
    [
        ({}, 1, "Dropped: ΔH rank 7 of 1,200 after the filter, 0.125 nats beyond the cut-off 0.125."),
        (
            {"decision": "selected", "scores": {"delta_entropy": -0.25}},
            1,
            "Kept: ΔH rank 7 of 1,200 after the filter, 0.375 nats inside the cut-off 0.125.",
        ),
        ({"cutoff": {"delta_entropy": None}}, 1, "ΔH rank 7 of 1,200 after the filter; nothing was kept by rank."),
        (
            {"decision": "nll_low", "scores": {"delta_nll": -1.0}},
            1,
            "Dropped by the filter: its ΔNLL is 0.250 nats below the cut-off −0.750.",
        ),
        (
            {"decision": "nll_low", "scores": {"delta_nll": -1.0}},
            -1,
            "Dropped by the filter: its ΔNLL is 0.250 nats above the cut-off 0.750.",
        ),
        (
            {"decision": "nll_high", "scores": {"delta_nll": 1.0}},
            1,
            "Dropped by the filter: its ΔNLL is 0.500 nats above the cut-off 0.500.",
        ),
        (
            {"decision": "nll_high", "scores": {"delta_nll": 1.0}},
            -1,
            "Dropped by the filter: its ΔNLL is 0.500 nats below the cut-off −0.500.",
        ),
        ({"decision": "excluded", "by_hand": "dropped"}, 1, "Dropped by hand."),
        ({"decision": "excluded"}, 1, "Dropped: a calibration row, which the rule leaves out."),
        ({"decision": "selected", "by_hand": "kept"}, 1, "Kept by hand."),
        ({"strategy": "random"}, 1, "Dropped: rank 7 of 1,200 by random."),
        (
            {"strategy": "ppl_min", "decision": "selected"},
            1,
            "Kept: rank 7 of 1,200 by lowest perplexity.",
        ),
    ],
)
def test_why_a_row_was_kept_or_dropped(changes, sign, words):
    assert rowviews.why(row(**changes), sign=sign) == words


def test_a_borderline_row_says_so():
    assert rowviews.why(row(borderline=True), sign=1).endswith("so near the cut-off that noise may have decided.")


def metrics(tree) -> dict[str, list[str]]:
    (found,) = elements(tree, "table", "metrics")
    return {name: [value, place.strip()] for name, value, place in cells(found)}


def test_metrics_with_their_place_in_the_domain():
    found = metrics(rowviews.row_numbers(row(), sign=1))
    assert found["ΔH"] == ["0.250", "60"]
    assert found["ΔNLL"] == ["−0.500", "30"]
    assert found["Response tokens"][0] == "12"
    assert found["H base"] == ["1.000", ""], "no place is known"


def test_the_other_sign_turns_value_and_place():
    found = metrics(rowviews.row_numbers(row(), sign=-1))
    assert found["ΔNLL"] == ["0.500", "70"]
    assert found["ΔH"] == ["0.250", "60"]


def test_the_standard_error_stands_beside_the_difference():
    found = metrics(rowviews.row_numbers(row(scores={"delta_entropy_se": 0.05}), sign=1))
    assert found["ΔH"][0] == "0.250 ± 0.050"


def test_texts_and_the_datasets_own_columns():
    own = {"level": 3, "messages": ["hidden"], "base_nll": 9.9}
    tree = rowviews.row_text(row({"input": "1, 2", "extra": own}), ["div", {}, "heat"])
    blocks = {block[1]["data-scroll"]: said(block) for block in elements(tree, "pre")}
    assert blocks == {"Instruction": "Add.", "Input": "1, 2", "Response": "3", "Other columns": "level: 3"}
    assert said(tree).startswith("heat")
    bare = [block[1]["data-scroll"] for block in elements(rowviews.row_text(row(), ""), "pre")]
    assert bare == ["Instruction", "Response"]


def test_a_long_text_is_cut_and_says_so():
    tree = rowviews.row_text(row({"response": "y" * 1_000_000}), "")
    (block,) = [one for one in elements(tree, "pre") if one[1]["data-scroll"] == "Response"]
    assert said(block) == "y" * TEXT_LIMIT + f"\n… {1_000_000 - TEXT_LIMIT:,} more characters"
    assert len(json.dumps(tree)) < 20_000


def test_nearest_rows_open_on_a_click():
    near = Neighbour("r9", 0.25, -0.5, 12, "nll_low", HOSTILE)
    tree = rowviews.row_numbers(row(neighbours=(near,)), sign=-1)
    assert ("row", "r9") in events(tree)
    assert cells(elements(tree, "table", "rows")[0]) == [["", HOSTILE, "0.250", "0.500"]]


def test_hostile_texts_stay_text():
    words = dict.fromkeys(("example_id", "domain", "instruction", "input", "response", "source"), HOSTILE)
    near = Neighbour(HOSTILE, 0.25, -0.5, 12, "rank", HOSTILE)
    view = row(words | {"extra": {HOSTILE: HOSTILE}}, neighbours=(near,))
    tree = [
        "div",
        {},
        rowviews.row_facts(view, sign=1),
        rowviews.row_text(view, ""),
        rowviews.row_numbers(view, sign=1),
    ]
    assert tags(tree) <= {"div", "b", "span", "i", "button", "pre", "table", "thead", "tbody", "tr", "th", "td"}
    assert said(tree).count(HOSTILE) == 9
    json.dumps(tree, allow_nan=False)


def test_what_the_rule_does_to_a_row_and_the_buttons_to_overrule_it():
    tree = rowviews.row_facts(row(by_hand="kept", decision="selected"), sign=1)
    assert said(tree).startswith("r1 math · f:1 Kept by hand.")
    assert events(tree) == [("rule-again", "r1"), ("drop", "r1")]


def test_without_a_row_it_is_said_how_to_open_one():
    assert "Click a row" in said(rowviews.row_facts(None, sign=1))
    assert rowviews.row_text(None, "") == rowviews.row_numbers(None, sign=1) == []


def test_a_range_of_the_change_of_nll_turns_with_its_sign():
    assert turned("delta_nll", (0.1, None), -1) == (None, -0.1)
    assert turned("delta_nll", (-0.5, 0.1), -1) == (-0.1, 0.5)
    assert turned("delta_nll", turned("delta_nll", (-0.5, 0.1), -1), -1) == (-0.5, 0.1)
    assert turned("delta_nll", (0.1, 0.2), 1) == (0.1, 0.2)
    assert turned("delta_entropy", (0.1, None), -1) == (0.1, None)
