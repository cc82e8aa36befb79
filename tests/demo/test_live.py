"""The demo's run done again by a worker on this machine, and how far it agrees with the shipped one."""

from __future__ import annotations

import pytest
from tiny_pack import RECIPE

from instructdiff_ui import api
from instructdiff_ui.config import parse_config

PATIENCE = 600  # seconds, on a busy machine


@pytest.fixture
def rerun(pack, monkeypatch) -> str:
    """A live run that is done, with as many threads as the pack was built with."""
    monkeypatch.setenv("OMP_NUM_THREADS", str(RECIPE.threads))
    run = api.rerun_demo()
    assert api.wait_for(run, PATIENCE), api.log_tail(run)
    return run


def test_a_rerun_selects_the_rows_of_the_shipped_run(rerun):
    now = api.status(rerun)
    assert now.state == "done", now.message
    assert now.done("select") and not now.done("finetune")
    assert now.name.startswith("Demo, live ")
    assert not api.is_demo(rerun)
    spec = api.spec(rerun)
    overlap = api.demo_overlap(rerun, spec)
    assert overlap.here == api.preview(rerun, spec).selection.total.selected > 0
    assert (overlap.shared, overlap.there, overlap.jaccard) == (overlap.here, overlap.here, 1)
    wider = spec.model_copy(update={"ratio": 0.5})
    assert api.demo_overlap(rerun, wider).here > overlap.here, "under the rule that is asked about"

    shipped = api.open_demo()
    assert shipped != rerun
    assert api.demo_overlap(rerun, spec) == overlap, "opened or not"
    assert api.demo_overlap(shipped, api.spec(shipped)) is None
    api.delete_run(rerun)
    assert api.status(shipped).state == "done"


def test_the_shipped_copy_is_the_demo_and_has_no_overlap_with_itself(pack):
    run = api.open_demo()
    assert api.is_demo(run)
    assert api.demo_overlap(run, api.spec(run)) is None


def test_a_rerun_has_no_overlap_before_it_is_scored(pack, monkeypatch):
    monkeypatch.setattr("instructdiff_ui.api.demo.start", lambda run, target: None)
    run = api.rerun_demo()
    assert api.status(run).state == "new"
    assert api.demo_overlap(run, api.spec(run)) is None
    assert api.config(run).model.path == "demo:model"


def test_other_runs_have_no_overlap(pack, settings, tmp_path):
    new = api.create_run(parse_config(settings))
    shipped = api.open_demo()
    assert api.demo_overlap(new, api.spec(new)) is None
    assert not api.is_demo(new)

    exported = tmp_path / "scored.jsonl"
    everything = api.spec(shipped).model_copy(update={"ratio": 1.0, "gamma": 0.0})
    api.export(shipped, exported, spec=everything)
    scored = api.import_scores(exported)
    assert api.demo_overlap(scored, api.spec(scored)) is None, "the same scores, but not its run"

    copied = api.create_run(api.config(shipped))
    assert api.demo_overlap(copied, api.spec(copied)) is None, "not scored"


def test_without_a_pack_no_run_is_the_demo(settings):
    run = api.create_run(parse_config(settings))
    assert not api.is_demo(run)
    assert api.demo_overlap(run, api.spec(run)) is None
