"""What the page says of a selection: its numbers, the boxes that hold its thresholds, and the table of domains."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from scored_runs import scored_rows, scored_run
from trees import HOSTILE, cells, elements, events, followers, heads, said, tags

from instructdiff_ui import api
from instructdiff_ui.api import Overlap, SelectionSpec
from instructdiff_ui.runs.status import RunStatus, StageState
from instructdiff_ui.ui import format as fmt
from instructdiff_ui.ui.panels import selections

SPEC = SelectionSpec(ratio=0.25)


@pytest.fixture
def run(tmp_path):
    return scored_run(tmp_path, scored_rows(60))


def kpis(run, spec=SPEC, **options):
    options = {"committed": False} | options
    return selections.selection_kpis(api.preview(run, spec), api.status(run), **options)


def numbers(tree) -> dict[str, list[str]]:
    """By label: what stands under it."""
    found = [one for one in elements(tree, "div", "kpi") if elements(one, "div", "value")]
    return {said(one[2]): [said(part) for part in one[3:]] for one in found}


# numbers -----------------------------------------------------------------------------------------------------------


def test_without_a_run_or_scores_the_next_step_is_said(run):
    assert said(selections.selection_kpis(None, None, committed=False)) == "Open or start a run first."
    assert "no scores yet" in said(selections.selection_kpis(None, api.status(run), committed=False))


def test_the_numbers_are_those_of_the_selection(run):
    total = api.preview(run, SPEC).selection.total
    assert 0 < total.selected < 60
    shown = numbers(kpis(run))
    assert shown["Kept"] == [str(total.selected), "of 60"]
    share = fmt.percent(total.selected_tokens / total.tokens)
    assert shown["Tokens kept"] == [str(total.selected_tokens), f"{share}  of the responses"]
    assert shown["γ, each end"] == ["10 %", "of ΔNLL dropped"]
    assert shown["β"] == ["25 %", "of the rows, domain"]
    assert shown["Calibration"] == ["imported", "scores"]
    assert shown["Selection"] == ["preview", f"spec {SPEC.hash[:8]}"]
    assert numbers(kpis(run, committed=True))["Selection"][0] == "saved"


def test_what_follows_a_dragged_line_has_a_name(run):
    total = api.preview(run, SPEC).selection.total
    live = followers(kpis(run))
    assert set(live) == {"kept", "tokens", "tokens_share", "mix:code", "mix:math"}
    assert (live["kept"], live["tokens"]) == (str(total.selected), str(total.selected_tokens))


@pytest.mark.parametrize(
    ("spec", "label", "shown"),
    [
        (SelectionSpec(gamma_high=0.2), "γ, low and high end", "10 % · 20 % of ΔNLL dropped"),
        (SelectionSpec(strategy="ppl_min"), "γ, each end", "– no filter in this strategy"),
        (SelectionSpec(scope="global", budget="tokens"), "β", "10 % of the tokens, global"),
        (SelectionSpec(domains={"math": {"ratio": 0.5}}), "β", "10 % of the rows, domain; 1 domain otherwise"),
        (SelectionSpec(pinned=("r1", "r2"), excluded=("r3",)), "Selection", ", 3 by hand"),
        (
            SelectionSpec(domains={"math": {"ratio": 0.5}, "code": {"gamma": 0}}),
            "β",
            "10 % of the rows, domain; 2 domains otherwise",
        ),
    ],
)
def test_what_the_rule_does_otherwise_is_said(run, spec, label, shown):
    assert " ".join(numbers(kpis(run, spec))[label]).endswith(shown)


def test_other_seeds_stand_beside_a_strategy_that_calibrates(run):
    seeds = {1: Overlap(3, 4, 5), 2: Overlap(4, 4, 4)}
    assert numbers(kpis(run, seeds=seeds))["Other seeds"] == ["0.50 · 1.00", "Jaccard, calibration seed 1, 2"]
    assert "Other seeds" not in numbers(kpis(run, SelectionSpec(strategy="random"), seeds=seeds))
    for none in ({}, None):
        assert "Other seeds" not in numbers(kpis(run, seeds=none))


@pytest.mark.parametrize(
    ("gap", "shown"),
    [
        ("−1.000 ± 0.227: better", ["better", "loss −1.000 ± 0.227"]),
        ("0.000 ± 0.227: no clear difference", ["no clear difference", "loss 0.000 ± 0.227"]),
        ("−0.600 (one seed)", ["−0.600 (one seed)", "held-out loss"]),
    ],
)
def test_the_verdict_against_random_comes_first_where_there_is_one(run, gap, shown):
    assert numbers(kpis(run, versus_random=gap))["Versus random"] == shown
    assert "Versus random" not in numbers(kpis(run))


def test_calibration_shows_how_far_it_moved_the_model(run):
    facts = {"steps": 1234, "peak_learning_rate": 5e-5, "final_loss": 1.23456}
    now = RunStatus("r", "r", "r", "done", None, "", (StageState("c", "calibrate", "", "done", 1.0, facts),))
    tree = selections.selection_kpis(api.preview(run, SPEC), now, committed=True)
    assert numbers(tree)["Calibration"] == ["1,234 steps", "peak lr 5e-05, loss 1.235"]


def test_the_mix_is_said_and_adds_up(run):
    tree = kpis(run)
    (bar,) = elements(tree, "div", "mix")
    widths = [float(part[1]["style"].split("width:")[1].split("%")[0]) for part in bar[2:]]
    assert sum(widths) == pytest.approx(100, abs=0.02)
    assert bar[1]["role"] == "img" and "code" in bar[1]["aria-label"] and "math" in bar[1]["aria-label"]


def test_nothing_kept_is_no_division_by_zero(run):
    none = SelectionSpec(excluded=tuple(f"r{k}" for k in range(60)))
    tree = kpis(run, none)
    assert numbers(tree)["Kept"] == ["0", "of 60"]
    assert "nothing is kept" in said(tree)
    assert "nan" not in json.dumps(tree).lower()


# boxes -------------------------------------------------------------------------------------------------------------


def test_a_box_for_all_and_one_for_each_domain(run):
    spec = SelectionSpec(ratio=0.25, domains={"math": {"ratio": 0.5}})
    preview = api.preview(run, spec)
    tree = selections.ratio_boxes(preview)
    assert events(tree) == [("rule", "ratio:"), ("rule", "ratio:code"), ("rule", "ratio:math")]
    cuts = {f"cut:{name}": fmt.nats(preview.selection.cutoffs[name].delta_entropy) for name in ("code", "math")}
    assert followers(tree) == {"ratio": "25", "ratio:code": "25", "ratio:math": "50", **cuts}
    boxes = {box[1]["data-key"]: box[1] for box in elements(tree, "input")}
    assert [key for key, box in boxes.items() if box["class"] == "own"] == ["ratio:math"]
    assert boxes["ratio:math"]["aria-label"] == "β of math, percent"
    assert (boxes["ratio:"]["min"], boxes["ratio:"]["max"]) == ("0.01", "100")


def test_one_ranking_has_one_box_and_one_cut(run):
    preview = api.preview(run, SelectionSpec(scope="global"))
    live = followers(selections.ratio_boxes(preview))
    assert live == {"ratio": "10", "cut:all": fmt.nats(preview.selection.cutoffs["all"].delta_entropy)}
    assert events(selections.gamma_boxes(preview, sign=1)) == [("rule", "gamma:"), ("rule", "gamma_high:")]


def test_each_domain_has_its_own_ends_of_the_filter(run):
    spec = SelectionSpec(gamma=0.05, domains={"math": {"gamma_high": 0.3}})
    tree = selections.gamma_boxes(api.preview(run, spec), sign=1)
    assert [key for _, key in events(tree)] == [
        f"{part}:{name}" for name in ("", "code", "math") for part in ("gamma", "gamma_high")
    ]
    values = {box[1]["data-key"]: box[1]["value"] for box in elements(tree, "input")}
    assert (values["gamma:math"], values["gamma_high:math"], values["gamma_high:code"]) == ("5", "30", "5")
    assert {b[1]["data-key"] for b in elements(tree, "input") if b[1]["class"] == "own"} == {
        "gamma:math",
        "gamma_high:math",
    }


def test_with_the_other_sign_the_ends_change_places(run):
    spec = SelectionSpec(gamma=0.05, gamma_high=0.2)
    tree = selections.gamma_boxes(api.preview(run, spec), sign=-1)
    first, second = elements(tree, "label")[:2]
    assert (said(first).split(" ")[:2], elements(first, "input")[0][1]["data-key"]) == (["γ", "low"], "gamma_high:")
    assert elements(first, "input")[0][1]["value"] == "20"
    assert elements(second, "input")[0][1]["value"] == "5"


def test_a_strategy_without_a_filter_has_no_boxes_for_it(run):
    tree = selections.gamma_boxes(api.preview(run, SelectionSpec(strategy="entropy_max")), sign=1)
    assert events(tree) == [] and "does not filter" in said(tree)


def test_a_single_domain_is_not_listed_by_itself(tmp_path):
    run = scored_run(tmp_path, scored_rows(20, domains=("only",)))
    preview = api.preview(run, SPEC)
    assert [key for _, key in events(selections.ratio_boxes(preview))] == ["ratio:"]
    assert [key for _, key in events(selections.gamma_boxes(preview, sign=1))] == ["gamma:", "gamma_high:"]


def test_before_there_are_scores_there_is_nothing():
    assert selections.ratio_boxes(None) == selections.gamma_boxes(None, sign=1) == []
    assert selections.domain_table(None, column="delta_entropy", sign=1) == []


# domains -----------------------------------------------------------------------------------------------------------


def test_the_table_of_domains_holds_the_statistics(run):
    table = api.explore_run(run).table
    preview = api.preview(run, SPEC)
    tree = selections.domain_table(preview, column="delta_entropy", sign=1)
    assert heads(tree)[:4] == ["Domain", "N", "Kept", "Tokens kept"]
    for line, (name, own) in zip(cells(tree), table.groupby("domain"), strict=True):
        values, counts = own["delta_entropy"], preview.selection.counts[name]
        figures = [values.mean(), values.median(), values.std(), values.min(), values.max()]
        assert line == [
            *[name, "30", str(counts.selected), str(counts.selected_tokens)],
            *map(fmt.nats, figures),
            *[fmt.percent((values < 0).mean()), "10 %", "25 %"],
        ]


def test_the_other_sign_turns_the_statistics_of_likelihood(run):
    table = api.explore_run(run).table
    spec = SelectionSpec(gamma=0.05, domains={"math": {"gamma_high": 0.2}})
    tree = selections.domain_table(api.preview(run, spec), column="delta_nll", sign=-1)
    turned = -table.loc[table["domain"] == "math", "delta_nll"]
    line = cells(tree)[1]
    expected = [turned.mean(), turned.median(), turned.std(), turned.min(), turned.max()]
    assert line[4:9] == list(map(fmt.nats, expected))
    assert line[9:11] == [fmt.percent((turned < 0).mean()), "20 % · 5 %"]
    assert cells(tree)[0][10] == "5 %"


def test_a_domain_of_one_row_has_no_deviation(tmp_path):
    rows = scored_rows(20, domains=("math",))
    run = scored_run(tmp_path, [rows[0] | {"domain": "lonely"}, *rows[1:]])
    tree = selections.domain_table(api.preview(run, SPEC), column="delta_entropy", sign=1)
    assert cells(tree)[0][:2] == ["lonely", "1"] and cells(tree)[0][6] == "–"


def test_no_filter_is_no_gamma(run):
    tree = selections.domain_table(api.preview(run, SelectionSpec(strategy="random")), column="delta_entropy", sign=1)
    assert [line[10] for line in cells(tree)] == ["–", "–"]


def test_names_of_domains_stay_text(tmp_path):
    preview = api.preview(scored_run(tmp_path, scored_rows(40, domains=("a", HOSTILE))), SPEC)
    trees = [
        selections.selection_kpis(preview, api.status(api.list_runs()[0].run_id), committed=False),
        selections.ratio_boxes(preview),
        selections.gamma_boxes(preview, sign=1),
        selections.domain_table(preview, column="delta_nll", sign=-1),
    ]
    known = {"div", "span", "i", "label", "input", "details", "summary", "table", "thead", "tbody", "tr", "th", "td"}
    for tree in trees:
        assert tags(tree) <= known
        assert HOSTILE in said(tree)
        json.dumps(tree, allow_nan=False)
    keys = [key for _, key in events(trees[1])]
    assert f"ratio:{HOSTILE}" in keys


def test_statistics_are_by_name_not_by_place(run):
    """Domains of the statistics and of the counts come in one order only by luck."""
    preview = api.preview(run, SPEC)
    statistics = {name: frame.iloc[::-1] for name, frame in preview.statistics.items()}
    turned = type(preview)(preview.selection, preview.histograms, statistics)
    assert all(isinstance(frame, pd.DataFrame) for frame in statistics.values())
    look = {"column": "delta_entropy", "sign": 1}
    assert selections.domain_table(turned, **look) == selections.domain_table(preview, **look)
