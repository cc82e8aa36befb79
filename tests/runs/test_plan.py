"""Stages, fingerprints, and what a changed setting makes stale."""

from instructdiff_ui.config import SelectionSpec, parse_config
from instructdiff_ui.runs.plan import plan
from instructdiff_ui.runs.worker import needed


def names(stages):
    return [stage.name for stage in stages]


def prints(values, **spec):
    config = parse_config(values)
    return {s.name: s.fingerprint for s in plan(config, SelectionSpec(**spec))}


BASE = {"model": {"path": "m"}, "data": {"sources": [{"path": "d"}]}}


def test_one_round():
    stages = plan(parse_config(BASE), SelectionSpec())
    assert names(stages) == [
        "pool",
        "tokens",
        "calibrate",
        "score-base",
        "score-calibrated",
        "deltas",
        "select",
        "finetune",
        "evaluate-base",
        "evaluate-calibrated",
        "evaluate",
    ]


def test_rounds_share_one_base_scoring():
    stages = plan(parse_config(BASE | {"calibration": {"rounds": 3}}), SelectionSpec())
    assert names(stages).count("score-base") == 1
    second = next(stage for stage in stages if stage.name == "calibrate-2")
    assert "select" in names(second.upstream)


def test_a_new_threshold_redoes_the_selection_and_the_training_only():
    before, after = prints(BASE), prints(BASE, ratio=0.2)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"select", "finetune", "evaluate"}


def test_a_new_seed_of_the_draw_leaves_data_and_base_scores():
    before, after = prints(BASE), prints(BASE | {"calibration": {"seed": 1}})
    same = {name for name in before if before[name] == after[name]}
    assert same == {"pool", "tokens", "score-base", "evaluate-base"}


def test_a_limit_of_a_source_redoes_everything_and_the_lack_of_one_nothing():
    stage = plan(parse_config(BASE), SelectionSpec())[0]
    assert "limit" not in stage.settings["sources"][0], "artifacts made before sources had limits must hold"
    before, after = prints(BASE), prints(BASE | {"data": {"sources": [{"path": "d", "limit": 9}]}})
    assert not set(before.values()) & set(after.values())


def test_how_often_checkpoints_are_written_changes_nothing():
    assert prints(BASE) == prints(BASE | {"calibration": {"training": {"save_steps": 7}}})


def test_imported_scores_need_no_model_to_be_selected_from():
    stages = plan(parse_config({"scores": "s.jsonl"}), SelectionSpec())
    assert names(stages) == ["scores", "select"]
    trainable = plan(parse_config({"scores": "s.jsonl", "model": {"path": "m"}}), SelectionSpec())
    assert names(needed(trainable, "select")) == ["scores", "select"]
    assert names(trainable)[-3:] == ["finetune", "evaluate-base", "evaluate"]
