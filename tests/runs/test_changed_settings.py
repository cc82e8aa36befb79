"""Settings that are changed, and changed back: what a run shows is always what its settings say."""

import json

import pandas as pd
import pytest

from instructdiff_ui import api
from instructdiff_ui.config import SelectionSpec, parse_config


@pytest.fixture
def run(settings, tmp_path):
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    assert api.run_here(run, "selection") == "done"
    return run


def test_a_selection_made_before_can_be_made_again(run, tmp_path):
    api.select(run, SelectionSpec(ratio=0.5))
    api.select(run, SelectionSpec(ratio=0.1))
    record = api.select(run, SelectionSpec(ratio=0.5))
    assert record["spec"]["ratio"] == 0.5
    assert len((tmp_path / "run" / "selected.jsonl").read_text().splitlines()) == record["total"]["selected"] == 26


@pytest.mark.parametrize("change", [{"seed": 1}, {"rounds": 2}])
def test_settings_that_are_changed_back_bring_their_results_back(run, tmp_path, change):
    before = pd.read_parquet(tmp_path / "run" / "deltas.parquet")
    ids = json.loads((tmp_path / "run" / "selection.json").read_text())["ids"]
    api.update_run(run, {"calibration": change})
    assert api.run_here(run, "selection") == "done"
    assert not before.equals(pd.read_parquet(tmp_path / "run" / "deltas.parquet"))
    api.update_run(run, {"calibration": {"seed": 0, "rounds": 1}})
    assert api.run_here(run, "selection") == "done"
    pd.testing.assert_frame_equal(before, pd.read_parquet(tmp_path / "run" / "deltas.parquet"))
    assert json.loads((tmp_path / "run" / "selection.json").read_text())["ids"] == ids


def test_a_threshold_set_after_a_selection_was_saved_counts(run):
    api.select(run, SelectionSpec(ratio=0.5))
    api.update_run(run, {"selection": {"ratio": 0.1}})
    assert api.spec(run).ratio == 0.1


def test_scores_can_be_looked_at_while_the_data_settings_are_ahead_of_them(run):
    api.update_run(run, {"data": {"seed": 1}})
    assert api.rows(run, api.spec(run)).total == 54
