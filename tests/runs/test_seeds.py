"""A run under two calibration seeds: one base scoring, what was done under one seed is kept, and the mean is shown."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from instructdiff_ui import api
from instructdiff_ui.config import SelectionSpec, parse_config
from instructdiff_ui.errors import ConfigError
from instructdiff_ui.files import read_json
from instructdiff_ui.runs import home
from instructdiff_ui.runs.crossing import seed_masks
from instructdiff_ui.runs.events import events
from instructdiff_ui.runs.plan import plan, scored_stage
from instructdiff_ui.runs.seeds import other_seeds
from instructdiff_ui.runs.stages import scoring, training
from instructdiff_ui.runs.store import RunStore
from instructdiff_ui.selection.rules import apply
from instructdiff_ui.selection.seeds import combine

SEEDS = (3, 4)
QUICK = {"batch_size": 4, "per_device_train_batch_size": 4, "lora_r": 2, "learning_rate": 1e-2}


def settings_in(folder: Path, model: Path) -> dict:
    rows = [
        {"instruction": f"Add {i} and 1.", "output": f"The sum is {i + 1}." * (1 + i % 3), "domain": "ab"[i % 2]}
        for i in range(48)
    ]
    (folder / "pool.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return {
        "model": {"path": str(model), "dtype": "float32", "device": "cpu"},
        "data": {"sources": [{"path": str(folder / "pool.jsonl")}], "domain_column": "domain", "heldout_ratio": 0.1},
        "calibration": {"ratio": 0.2, "seed": SEEDS[0], "training": QUICK},
        "selection": {"ratio": 0.25},
        "finetune": QUICK,
    }


def started(store: RunStore, since: int = 0) -> list[str]:
    return [event.stage for event in events(store)[since:] if event.status == "started" and event.stage != "job"]


@pytest.fixture(scope="module")
def made(model_folder, tmp_path_factory):
    """The directory of a run that was made under one seed and then under two, the single seed's table, and the stages
    that were done the second time."""
    folder = tmp_path_factory.mktemp("seeds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTDIFF_HOME", str(folder / "home"))
        run = api.create_run(parse_config(settings_in(folder, model_folder)), run_dir=folder / "run")
        assert api.run_here(run, "selection") == "done"
        store = RunStore(folder / "run")
        alone, before = pd.read_parquet(store.path / "deltas.parquet"), len(events(store))
        api.update_run(run, {"calibration": {"seeds": 2}})
        assert api.run_here(run, "model") == "done"
        return store.path, alone, started(store, before)


@pytest.fixture
def run(made, tmp_path) -> str:
    """A copy of it that a test may change."""
    return api.open_run(shutil.copytree(made[0], tmp_path / "run"))


def store_of(run: str) -> RunStore:
    return home.open_store(run)


def table(run: str) -> pd.DataFrame:
    return pd.read_parquet(store_of(run).path / "deltas.parquet")


def deltas(run: str, seed: int) -> pd.DataFrame:
    store = store_of(run)
    stage = next(
        s for s in plan(store.config(), store.spec()) if s.work == "deltas" and s["calibrate"].settings["seed"] == seed
    )
    return pd.read_parquet(stage.folder(store) / "deltas.parquet")


# the work ----------------------------------------------------------------------------------------------------------


def test_a_second_seed_does_only_the_new_work(made):
    assert made[2] == [
        "calibrate-seed4",
        "score-calibrated-seed4",
        "deltas-seed4",
        "combine",
        "select",
        "finetune",
        "evaluate-base",
        "evaluate-calibrated",
        "evaluate",
    ]


def test_the_first_seed_is_what_it_was_alone(made, run):
    pd.testing.assert_frame_equal(deltas(run, 3), made[1])


def test_each_seed_has_a_draw_and_a_training_of_its_own(run):
    store, tables = store_of(run), [deltas(run, seed) for seed in SEEDS]
    assert [int(one["in_calibration"].sum()) for one in tables] == [8, 8]  # ⌊0.2 · 44⌋
    assert set(tables[0]["example_id"][tables[0]["in_calibration"]]) != set(
        tables[1]["example_id"][tables[1]["in_calibration"]]
    )
    calibrations = [s for s in plan(store.config(), store.spec()) if s.work == "calibrate"]
    assert [(s.settings["seed"], s.settings["training"]["seed"]) for s in calibrations] == [(3, 0), (4, 1)]
    assert not np.allclose(tables[0]["delta_entropy"], tables[1]["delta_entropy"])
    assert set(api.losses(run)) == {"Calibrate, seed 3", "Calibrate, seed 4", "Fine-tune"}


def test_the_mean_of_the_seeds_is_published_and_selected_from(run):
    shown = table(run)
    pd.testing.assert_frame_equal(shown, combine({seed: deltas(run, seed) for seed in SEEDS}))
    record = json.loads((store_of(run).path / "selection.json").read_text())
    assert sorted(record["ids"]) == sorted(apply(shown, SelectionSpec(ratio=0.25)).ids)
    assert api.status(run).facts("combine")["seeds"] == [3, 4]


def test_going_back_to_one_seed_brings_its_table_back(made, run, monkeypatch):
    monkeypatch.setattr(scoring, "score", lambda *_, **__: pytest.fail("scored again"))
    monkeypatch.setattr(training, "_train", lambda *_: pytest.fail("trained again"))
    api.update_run(run, {"calibration": {"seeds": 1}})
    assert api.run_here(run, "selection") == "done"
    pd.testing.assert_frame_equal(table(run), made[1])
    api.update_run(run, {"calibration": {"seeds": 2}})
    assert api.run_here(run, "selection") == "done"
    assert "delta_entropy_seed_sd" in table(run)


def test_a_seed_that_was_done_is_found_whichever_comes_first(run, monkeypatch):
    monkeypatch.setattr(training, "_train", lambda *_: pytest.fail("trained again"))
    second = deltas(run, 4)
    api.update_run(run, {"calibration": {"seed": 4, "seeds": 1, "training": {"seed": 1}}})
    assert api.run_here(run, "selection") == "done"
    pd.testing.assert_frame_equal(table(run), second)
    assert list(other_seeds(store_of(run), api.spec(run))) == [3], "the first seed is now another one of this run"


def test_seeds_of_other_rows_fail_with_a_sentence(run):
    store = store_of(run)
    combined = scored_stage(plan(store.config(), store.spec()))
    path = combined.upstream[1].folder(store) / "deltas.parquet"
    (combined.folder(store) / "manifest.json").unlink()
    broken = pd.read_parquet(path)
    broken.iloc[1:].to_parquet(path)
    assert api.run_here(run, "selection") == "failed"
    first = broken["example_id"][0]
    assert f"Row {first!r} has scores under calibration seed 3, but none under seed 4" in api.status(run).message


def test_the_next_round_calibrates_every_seed_on_one_selection(model_folder, tmp_path):
    settings = settings_in(tmp_path, model_folder)
    settings["calibration"] |= {"rounds": 2, "seeds": 2}
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    assert api.run_here(run, "selection") == "done"
    done = {stage.name: stage for stage in api.status(run).stages}
    assert done["calibrate-2"].facts["rows"] == done["calibrate-2-seed4"].facts["rows"] == done["select"].facts["rows"]
    assert done["calibrate-2"].facts["final_loss"] != done["calibrate-2-seed4"].facts["final_loss"], "in another order"
    shown = table(run)
    assert (shown["in_calibration_seed3"] == shown["in_calibration_seed4"]).all()
    assert [one.title for one in api.comparable_runs(run)] == ["calibration seed 3", "calibration seed 4"]


# what is shown -----------------------------------------------------------------------------------------------------


def test_a_consensus_is_selected_and_exported_with_what_the_seeds_say(run, tmp_path):
    spec = SelectionSpec(strategy="consensus", ratio=0.25)
    record = api.select(run, spec)
    kept = api.explore_run(run).votes(spec).times
    exports = [json.loads(line) for line in (store_of(run).path / "selected.jsonl").read_text().splitlines()]
    assert len(exports) == record["total"]["selected"] == 10
    shown = table(run).set_index("example_id")
    times = dict(zip(shown.index, kept.tolist(), strict=True))
    for row in exports:
        assert row["kept_by_seeds"] == times[row["example_id"]] > 0
        assert row["delta_entropy_low"] < row["delta_entropy"] < row["delta_entropy_high"]
    api.export(run, tmp_path / "plain.jsonl", scores=False)
    assert "kept_by_seeds" not in (tmp_path / "plain.jsonl").read_text()
    api.export_package(run, tmp_path / "package")
    everything = pd.read_parquet(tmp_path / "package" / "rows.parquet")
    assert {"kept_by_seeds", "delta_entropy_low", "delta_entropy_high", "delta_entropy_seed_sd"} <= set(everything)
    assert read_json(tmp_path / "package" / "selection.json")["seeds"]["calibration"] == [3, 4]


def test_a_consensus_of_one_seed_is_refused_and_not_saved(run):
    api.update_run(run, {"calibration": {"seeds": 1}})
    assert api.run_here(run, "selection") == "done"
    before = api.spec(run)
    with pytest.raises(ConfigError, match="needs the scores of several calibration seeds"):
        api.select(run, SelectionSpec(strategy="consensus"))
    assert api.spec(run) == before
    assert "consensus" not in api.strategies(run)


def test_the_agreement_of_the_seeds(run):
    spec = SelectionSpec(ratio=0.25)
    found, votes = api.preview(run, spec).agreement, api.explore_run(run).votes(spec)
    a, b = votes.kept
    assert found.seeds == 2
    assert found.jaccard == np.count_nonzero(a & b) / np.count_nonzero(a | b)
    sensitivity = api.sensitivity(run, spec)
    assert (sensitivity.seeds, sensitivity.stability) == (2, pytest.approx(found.stability))
    assert [p["value"] for p in sensitivity.points if p["what"] == "seed"] == [3, 4]
    assert "consensus" in api.strategies(run)
    kept = api.explore_run(run).select(spec).selected
    for seed, overlap in api.other_seeds(run, spec).items():
        assert (overlap.here, overlap.shared) == (kept.sum(), np.count_nonzero(kept & votes.of(seed)))


def test_the_seeds_of_the_run_can_be_compared_with_their_mean(run):
    found = api.comparable_runs(run)
    assert [one.title for one in found] == ["calibration seed 3", "calibration seed 4"]
    assert [len(key) for key in (found[0].key, found[1].key)] == [len("seed:") + 12] * 2
    spec = SelectionSpec(ratio=0.25)
    crossing = api.cross_runs(run, [one.key for one in found], spec)
    assert (crossing.here.seed, crossing.here.seeds, crossing.here.steps) == (None, SEEDS, 2)
    masks = seed_masks(store_of(run), spec)
    for seed, pair in zip(SEEDS, crossing.pairs, strict=True):
        assert (pair.there.seed, pair.there.seeds) == (seed, ())
        assert pair.overlap.there == masks[seed].sum()
        changed = {one.setting: (one.here, one.there) for one in pair.differences}
        assert changed["calibration.seed"] == ("3, 4", str(seed))
        assert set(changed) == {"calibration.seed", "calibration.training.seed"}
    consensus = api.cross_runs(run, [found[0].key], spec.model_copy(update={"strategy": "consensus"}))
    assert consensus.pairs[0].overlap.there == masks[3].sum(), "one seed is asked for what it keeps by InstructDiff"


def test_two_runs_of_several_seeds_are_each_asked_for_their_consensus(made, run, tmp_path):
    other = api.open_run(shutil.copytree(made[0], tmp_path / "other"))
    spec = SelectionSpec(strategy="consensus", ratio=0.25)
    (pair,) = api.cross_runs(run, [other], spec).pairs
    assert pair.overlap.there == pair.overlap.shared == api.preview(run, spec).selection.total.selected
    assert (pair.there.seeds, pair.differences) == (SEEDS, [])


def test_rows_say_how_many_seeds_keep_them(run):
    spec = SelectionSpec(ratio=0.25)
    query = api.RowQuery(sort_by="kept_by_seeds", descending=True, page_size=100)
    page = api.rows(run, spec, query)
    times = dict(zip(table(run)["example_id"], api.explore_run(run).votes(spec).times.tolist(), strict=True))
    assert page.seeds == 2
    assert page.rows["kept_by_seeds"].tolist() == sorted(times.values(), reverse=True)
    assert {"delta_entropy_seed_sd", "delta_entropy_low", "delta_entropy_high"} <= set(page.rows)
    first = page.rows["example_id"][0]
    row = api.row(run, spec, first)
    shown = table(run).set_index("example_id").loc[first]
    assert [(one.seed, one.delta_entropy) for one in row.seeds] == [
        (seed, shown[f"delta_entropy_seed{seed}"]) for seed in SEEDS
    ]
    assert sum(one.kept for one in row.seeds) == times[first]
    narrow = api.rows(run, spec, api.RowQuery(ranges={"delta_entropy_seed_sd": (None, shown["delta_entropy_seed_sd"])}))
    assert 0 < narrow.total < page.total


def test_a_run_of_one_seed_has_no_such_columns(run):
    api.update_run(run, {"calibration": {"seeds": 1}})
    assert api.run_here(run, "selection") == "done"
    spec = SelectionSpec(ratio=0.25)
    page = api.rows(run, spec)
    assert page.seeds == 0
    assert not [name for name in page.rows if "seed" in name]
    assert (api.preview(run, spec).agreement, api.row(run, spec, page.rows["example_id"][0]).seeds) == (None, ())
    with pytest.raises(ConfigError, match="no column 'kept_by_seeds' to sort by"):
        api.rows(run, spec, api.RowQuery(sort_by="kept_by_seeds"))


def test_tokens_are_those_of_the_first_seed(run):
    shown = table(run).iloc[0]
    found = api.token_view(run, shown["example_id"])
    assert found.source == "stored"
    assert found.delta_entropy.mean() == pytest.approx(shown["delta_entropy_seed3"], abs=1e-5)


def test_the_model_that_was_trained_says_how_its_rows_were_found(run):
    arms = {arm.name: arm for arm in api.comparison(run)}
    assert list(arms) == ["base", "calibrated", "instructdiff, 2 calibration seeds"]
    labels = [stage.label for stage in api.status(run).stages]
    assert "Evaluate calibrated, seed 3" in labels
    card = (api.finetuned_path(run) / "README.md").read_text()
    assert "at random (seeds 3, 4; ΔH and ΔNLL are means over them)" in card
