"""What the page shows of a run that was calibrated under several seeds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import gradio as gr
import numpy as np
import pandas as pd
import pytest
from scored_runs import scored_rows, scored_run
from test_explore_answers import answer, checked
from trees import cells, elements, heads, said

from instructdiff_ui import api
from instructdiff_ui.api import SelectionSpec
from instructdiff_ui.selection.seeds import combine
from instructdiff_ui.ui import forms, score_tab
from instructdiff_ui.ui.explore import tab as explore_tab
from instructdiff_ui.ui.explore.scene import is_scored
from instructdiff_ui.ui.panels import rowviews, specs
from instructdiff_ui.ui.state import TableState

SPEC = SelectionSpec(ratio=0.25)
CONSENSUS = SelectionSpec(ratio=0.25, strategy="consensus")


@pytest.fixture
def alone(tmp_path) -> str:
    """A run of one seed."""
    return scored_run(tmp_path, scored_rows(60))


@pytest.fixture
def run(alone) -> str:
    """The same run, as if it had been calibrated under the seeds 0, 1 and 2."""
    path = Path(api.status(alone).path) / "deltas.parquet"
    table, rng = pd.read_parquet(path), np.random.default_rng(0)
    tables = {
        seed: table.assign(delta_entropy=table["delta_entropy"] + 0.1 * rng.normal(size=len(table)))
        for seed in range(3)
    }
    combine(tables).to_parquet(path, index=False)
    return alone


@pytest.fixture(scope="module")
def tab():
    with gr.Blocks():
        made = explore_tab.build()
        made.finetune = gr.Button()
    return made


def kpi(values, label: str) -> list[str]:
    found = {said(one[2]): one for one in elements(values["kpis"], "div", "kpi")}
    return [said(part) for part in found[label][3:]] if label in found else []


@pytest.mark.parametrize("spec", [SPEC, CONSENSUS, SelectionSpec(strategy="random", scope="global")])
def test_every_component_gets_a_good_value(tab, run, spec):
    for panel in explore_tab.analysis.PANELS:
        drawing = explore_tab.Drawing(panel=panel)
        checked(answer(tab, run, spec, drawing=drawing))


def test_how_far_the_seeds_agree_stands_among_the_numbers(tab, run):
    found = api.preview(run, SPEC).agreement
    words = f"stability Φ {found.stability:.2f} · mean pairwise Jaccard {found.jaccard:.2f}"
    for spec in (SPEC, CONSENSUS):
        assert kpi(answer(tab, run, spec), "Calibration seeds") == ["3 seeds", words]
    assert kpi(answer(tab, run, SelectionSpec(strategy="random")), "Calibration seeds") == []
    assert "Stability over 3 calibration seeds" in said(specs.sensitivity_table(api.sensitivity(run, SPEC)))


def test_a_single_seed_has_nothing_to_agree_with(tab, alone):
    assert kpi(answer(tab, alone), "Calibration seeds") == []


def test_a_consensus_is_offered_where_there_are_seeds(tab, run):
    choices = answer(tab, run)["strategy"]["choices"]
    assert [value for _, value in choices] == list(api.strategies(run))
    assert "consensus" in api.strategies(run)


def test_no_consensus_is_offered_for_a_single_seed(tab, alone):
    assert [value for _, value in answer(tab, alone)["strategy"]["choices"]] == list(api.STRATEGIES)
    assert "consensus" not in api.STRATEGIES


def test_every_row_of_the_table_has_an_interval_and_a_count(tab, run):
    query = api.RowQuery(sort_by="kept_by_seeds", descending=True)
    trees = [v for v in answer(tab, run, table=TableState(query=query)).values() if "± seeds" in str(v)]
    assert heads(trees[0])[-3:] == ["Seeds ↓", "± seeds", "By hand"]
    line = cells(trees[0])[0]
    assert line[-3] == "3/3"
    assert float(line[-2]) > 0


def test_an_open_row_says_what_each_seed_makes_of_it(run):
    row = api.row(run, SPEC, "r7")
    words = said(rowviews.row_facts(row, sign=1))
    kept = sum(one.kept for one in row.seeds)
    assert f"Mean ΔH over 3 calibration seeds {row.scores['delta_entropy']:.3f}".replace("-", "−") in words
    assert f"kept by {kept} of 3" in words
    assert [f"seed {one.seed}:" in words for one in row.seeds] == [True] * 3


def test_an_open_row_of_a_single_seed_says_nothing_of_seeds(alone):
    assert "seed" not in said(rowviews.row_facts(api.row(alone, SPEC, "r7"), sign=1))


def test_why_a_consensus_keeps_or_drops_a_row(run):
    page = api.rows(run, CONSENSUS, api.RowQuery(page_size=100)).rows
    said_of = {
        decision: rowviews.why(api.row(run, CONSENSUS, rows["example_id"].iloc[0]), sign=1)
        for decision, rows in page.groupby("decision")
    }
    assert said_of["selected"].startswith("Kept: rank ")
    assert said_of["rank"].endswith("by consensus of the seeds.")
    assert said_of["nll_low"] == "Dropped by the filter: its ΔNLL is beyond the cut-offs under every calibration seed."


def test_the_number_of_seeds_is_a_field_of_the_calibration(settings, monkeypatch):
    run = api.create_run(api.parse_config(settings | {"calibration": {"seeds": 3}}))
    assert dict(zip(forms.CALIBRATION, forms.calibration_fields(api.config(run)), strict=True))["seeds"] == 3
    with gr.Blocks():
        tab = score_tab.build()
    assert len(tab.calibration) == len(forms.CALIBRATION)
    monkeypatch.setattr(api, "start", lambda *_: None)
    values = tab.prefill(run)
    values[forms.CALIBRATION.index("seeds")] = 4.0
    score_tab.start(run, *values)
    assert api.config(run).calibration.seeds == 4


def test_a_run_is_scored_when_its_seeds_are_combined(settings):
    run = api.create_run(api.parse_config(settings | {"calibration": {"seeds": 2}}))
    now = api.status(run)
    assert [stage.work for stage in now.stages].count("deltas") == 2

    def scored(*works: str) -> bool:
        stages = tuple(replace(one, status="done") if one.work in works else one for one in now.stages)
        return is_scored(replace(now, stages=stages))

    assert scored("deltas", "combine")
    assert not scored("deltas")
