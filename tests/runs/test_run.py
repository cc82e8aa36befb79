"""A whole run in this process: what it leaves, what it does not do twice, and what stops it."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest
import yaml

from instructdiff_ui import api
from instructdiff_ui.config import SelectionSpec, parse_config
from instructdiff_ui.errors import ConfigError, DataError, ModelError, RunError
from instructdiff_ui.runs import scoringwork
from instructdiff_ui.runs.stages import scoring, training
from instructdiff_ui.runs.stages.training import draw

COLUMNS = [
    "example_id",
    "domain",
    "n_tokens",
    "base_nll",
    "base_entropy",
    "calibrated_nll",
    "calibrated_entropy",
    "delta_nll",
    "delta_entropy",
    "delta_entropy_se",
    "in_calibration",
]


@pytest.fixture
def run(settings, tmp_path):
    return api.create_run(parse_config(settings), run_dir=tmp_path / "run")


def test_a_whole_run(run, tmp_path):
    assert api.run_here(run, "model") == "done"
    folder = tmp_path / "run"

    assert yaml.safe_load((folder / "config.yaml").read_text())["name"] == "tiny"
    deltas = pd.read_parquet(folder / "deltas.parquet")
    assert list(deltas.columns) == COLUMNS
    assert len(deltas) == 54  # 60 less a tenth of each domain, held out
    assert (deltas.delta_nll == deltas.calibrated_nll - deltas.base_nll).all()
    assert (deltas.delta_entropy == deltas.base_entropy - deltas.calibrated_entropy).all()
    assert deltas.in_calibration.sum() == math.floor(0.2 * 54)

    record = json.loads((folder / "selection.json").read_text())
    assert record["total"]["selected"] == 2 * math.floor(0.25 * 27)
    selected = [json.loads(line) for line in (folder / "selected.jsonl").read_text().splitlines()]
    assert {row["example_id"] for row in selected} == set(record["ids"])
    assert {"instruction", "output", "n", "delta_entropy"} <= set(selected[0])

    losses = api.losses(run)
    assert set(losses) == {"Calibrate", "Fine-tune"}
    results = api.evaluation(run)
    assert {r["model"] for r in results} == {"base", "calibrated", "fine-tuned"}
    assert {r["domain"] for r in results} == {"code", "math", "all"}
    card = (api.finetuned_path(run) / "README.md").read_text()
    assert "12 of 54 rows" in card
    assert record["ids_hash"] in card
    assert "Held-out loss" in card
    assert (api.finetuned_path(run) / "adapter_model.safetensors").is_file()


def test_what_is_done_is_not_done_again(run, monkeypatch):
    api.run_here(run, "selection")
    monkeypatch.setattr(scoring, "score", lambda *_, **__: pytest.fail("scored again"))
    monkeypatch.setattr(training, "_train", lambda *_: pytest.fail("trained again"))
    assert api.run_here(run, "selection") == "done"
    record = api.select(run, SelectionSpec(ratio=0.5))
    assert record["total"]["selected"] == 2 * math.floor(0.5 * 27)


def test_the_same_settings_give_the_same_scores(settings, tmp_path):
    settings["scoring"]["reuse"] = False  # else the second run would have the scores of the first
    tables = []
    for name in ("one", "two"):
        run = api.create_run(parse_config(settings), run_dir=tmp_path / name)
        api.run_here(run, "selection")
        tables.append(pd.read_parquet(tmp_path / name / "deltas.parquet"))
    pd.testing.assert_frame_equal(*tables)


def test_rounds_calibrate_on_the_selection_before(settings, tmp_path):
    settings["calibration"]["rounds"] = 2
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    assert api.run_here(run, "selection") == "done"
    done = {stage.name: stage for stage in api.status(run).stages}
    assert done["calibrate-2"].facts["rows"] == done["select"].facts["rows"]
    deltas = pd.read_parquet(tmp_path / "run" / "deltas.parquet")
    assert deltas.in_calibration.sum() == done["select"].facts["rows"]


def test_full_parameter_calibration(settings, tmp_path):
    settings["calibration"]["training"]["method"] = "full"
    settings["finetune"]["method"] = "full"
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    assert api.run_here(run, "model") == "done"
    assert (api.finetuned_path(run) / "model.safetensors").is_file()


def test_the_draw_depends_on_ids_and_seed_not_on_order():
    ids = [f"row-{i}" for i in range(100)]
    assert draw(ids, ratio=0.1, seed=3) == draw(ids[::-1], ratio=0.1, seed=3)
    assert draw(ids, ratio=0.1, seed=3) != draw(ids, ratio=0.1, seed=4)
    assert len(draw(ids, ratio=0.29, seed=0)) == 29  # not the 28 of 28.999…
    with pytest.raises(DataError, match="no row at all"):
        draw(ids[:5], ratio=0.1, seed=0)


def test_saving_a_selection_rewrites_the_published_files(run, tmp_path):
    api.run_here(run, "selection")
    api.select(run, SelectionSpec(scope="global", ratio=0.1))
    record = json.loads((tmp_path / "run" / "selection.json").read_text())
    assert record["spec"]["scope"] == "global"
    assert len((tmp_path / "run" / "selected.jsonl").read_text().splitlines()) == 5
    assert api.spec(run).scope == "global"


def test_a_spec_that_does_not_fit_is_not_saved(run):
    api.run_here(run, "selection")
    before = api.spec(run)
    with pytest.raises(ConfigError, match="no domain 'law'"):
        api.select(run, SelectionSpec(domains={"law": {"ratio": 0.1}}))
    assert api.spec(run) == before


def test_export_restores_the_original_columns(run, tmp_path):
    api.run_here(run, "selection")
    count = api.export(run, tmp_path / "out.jsonl", scores=False)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert count == len(rows) == 12
    assert list(rows[0]) == ["instruction", "input", "output", "domain", "n"]
    for fmt in ("json", "csv", "parquet"):
        assert api.export(run, tmp_path / f"out.{fmt}", fmt=fmt) == 12
    assert "delta_entropy" in pd.read_parquet(tmp_path / "out.parquet").columns


def test_a_failed_stage_says_why_and_keeps_what_was_done(settings, tmp_path):
    settings["data"]["max_length"] = 100_000
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    assert api.run_here(run, "selection") == "failed"
    now = api.status(run)
    assert now.state == "failed"
    assert "max_length is 100000" in now.message
    assert "512" in now.message
    assert [stage.status for stage in now.stages][:2] == ["done", "failed"]
    api.update_run(run, {"data": {"max_length": 400}})
    assert api.run_here(run, "data") == "done"


def test_a_changed_model_folder_is_noticed(settings, tmp_path, model_folder):
    import shutil

    copy = shutil.copytree(model_folder, tmp_path / "copy")
    settings["model"]["path"] = str(copy)
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    api.run_here(run, "data")
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | {"rms_norm_eps": 1e-3}))
    assert api.run_here(run, "selection") == "failed"
    assert "has changed" in api.status(run).message


def test_nothing_is_overwritten(run, settings, tmp_path):
    api.create_run(parse_config(settings), run_dir=tmp_path / "run")  # nothing was done in it: it can be made again
    api.run_here(run, "data")
    with pytest.raises(RunError, match="already holds a run"):
        api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("words")
    with pytest.raises(RunError, match="not empty"):
        api.create_run(parse_config(settings), run_dir=tmp_path / "other")


def test_runs_are_listed_opened_and_deleted(run, settings, tmp_path):
    at_home = api.create_run(parse_config(settings))
    assert {r.run_id for r in api.list_runs()} == {at_home, run}
    api.delete_run(run)
    assert (tmp_path / "run" / "config.yaml").exists(), "a run that lies elsewhere is only taken off the list"
    assert [r.run_id for r in api.list_runs()] == [at_home]
    assert api.open_run(run) == run
    path = api.status(at_home).path
    api.delete_run(at_home)
    assert not Path(path).exists()
    assert [r.run_id for r in api.list_runs()] == [run]
    with pytest.raises(RunError, match="There is no run"):
        api.open_run("nowhere")


def test_a_failed_start_makes_room_and_anything_else_stays(settings, tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"instruction": ')
    slip = settings | {"data": {"sources": [{"path": str(bad)}]}}
    failed, good = api.create_run(parse_config(slip)), api.create_run(parse_config(settings))
    assert (api.run_here(failed, "data"), api.run_here(good, "data")) == ("failed", "done")
    for run in (failed, good):
        api.discard_failed(run)
    assert [r.run_id for r in api.list_runs()] == [good]


def test_an_evaluation_of_another_selection_is_not_left_on_show(run, tmp_path):
    assert api.run_here(run, "model") == "done"
    assert (tmp_path / "run" / "evaluation.json").exists()
    first = api.spec(run)
    api.select(run, SelectionSpec(ratio=0.5))
    assert not (tmp_path / "run" / "evaluation.json").exists()
    assert api.evaluation(run) is None
    api.select(run, first)
    assert (tmp_path / "run" / "evaluation.json").exists()


@pytest.mark.parametrize("missing", ["model", "data"])
def test_a_run_needs_a_model_and_data(settings, missing):
    del settings[missing]
    with pytest.raises(ConfigError, match=r"no (model|dataset)"):
        api.create_run(parse_config(settings))


def test_a_full_disk_is_said_and_what_is_done_stays(run, monkeypatch):
    import errno

    api.run_here(run, "data")

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(scoringwork, "write_shard", full)
    assert api.run_here(run, "selection") == "failed"
    assert "disk is full" in api.status(run).message
    monkeypatch.undo()


def test_damaged_weights_are_named(settings, tmp_path, model_folder):
    import shutil

    from safetensors.torch import load_file, save_file

    copy = shutil.copytree(model_folder, tmp_path / "nan")
    weights = load_file(copy / "model.safetensors")
    weights["model.embed_tokens.weight"][:] = float("nan")
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    settings["model"]["path"] = str(copy)
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    assert api.run_here(run, "selection") == "failed"
    assert "not finite" in api.status(run).message
    assert ModelError  # raised inside the stage, recorded as its cause
