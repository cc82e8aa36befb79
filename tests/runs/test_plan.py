"""Stages, fingerprints, and what a changed setting makes stale."""

import pytest

from instructdiff_ui.config import SelectionSpec, parse_config
from instructdiff_ui.errors import ConfigError
from instructdiff_ui.runs.jobs import needed
from instructdiff_ui.runs.plan import of_first_seed, plan, scored_stage, without_counts


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


# several calibration seeds -----------------------------------------------------------------------------------------


def seeded(seeds: int, **calibration) -> dict:
    return BASE | {"calibration": {"seeds": seeds, **calibration}}


def test_artifacts_made_before_there_were_seeds_hold():
    assert prints(BASE) == prints(seeded(1))
    assert prints(BASE)["deltas"] == "92a4e9dddded"
    rounds = prints(BASE | {"calibration": {"rounds": 2, "seed": 3}})
    assert (rounds["deltas"], rounds["deltas-2"]) == ("7ac8b66fc728", "243e2cad9ada")


def test_three_seeds_share_one_base_scoring():
    stages = plan(parse_config(seeded(3)), SelectionSpec())
    assert names(stages)[:15] == [
        "pool",
        "tokens",
        "calibrate",
        "score-base",
        "score-calibrated",
        "deltas",
        "calibrate-seed1",
        "score-calibrated-seed1",
        "deltas-seed1",
        "calibrate-seed2",
        "score-calibrated-seed2",
        "deltas-seed2",
        "combine",
        "select",
        "finetune",
    ]
    combine = scored_stage(stages)
    assert names(combine.upstream) == ["deltas", "deltas-seed1", "deltas-seed2"]
    assert {stage["score_base"].name for stage in combine.upstream} == {"score-base"}
    assert of_first_seed(combine).name == "deltas"
    assert combine.settings == {"seeds": [0, 1, 2]}


def test_stages_and_labels_of_many_seeds_and_rounds_are_told_apart():
    stages = plan(parse_config(seeded(20, rounds=3, seed=5)), SelectionSpec())
    assert len(set(names(stages))) == len({stage.label for stage in stages}) == len(stages)
    assert [s.label for s in stages if s.work == "calibrate"][1] == "Calibrate 1, seed 6"


def test_three_seeds_after_one_keep_all_but_the_selection():
    one, three = prints(BASE), prints(seeded(3))
    assert {name for name in one if one[name] != three[name]} == {"select", "finetune", "evaluate"}


def test_a_seed_is_the_same_wherever_it_stands():
    """So that moving the first seed, or asking for more of them, trains nothing again."""
    three = prints(seeded(3))
    second = prints(BASE | {"calibration": {"seed": 1, "training": {"seed": 1}}})
    assert [three[f"{name}-seed1"] for name in ("calibrate", "score-calibrated", "deltas")] == [
        second[name] for name in ("calibrate", "score-calibrated", "deltas")
    ]
    assert prints(seeded(2))["deltas-seed1"] == three["deltas-seed1"] != three["deltas-seed2"]


def test_the_calibrated_model_that_is_evaluated_is_that_of_the_first_seed():
    stages = {stage.name: stage for stage in plan(parse_config(seeded(3, rounds=2)), SelectionSpec())}
    measured = stages["evaluate-calibrated"]
    assert (measured["calibrate"].name, measured.label) == ("calibrate-2", "Evaluate calibrated, seed 0")


def test_the_next_round_rests_on_one_selection_of_all_seeds():
    stages = {stage.name: stage for stage in plan(parse_config(seeded(2, rounds=2)), SelectionSpec(ratio=0.5))}
    for name in ("calibrate-2", "calibrate-2-seed1"):
        assert names(stages[name].upstream) == ["tokens", "select"]
    assert names(stages["select"].upstream) == ["combine"]
    assert names(stages["select-2"].upstream) == ["combine-2"]
    trainings = [stages[name].settings["training"] for name in ("calibrate-2", "calibrate-2-seed1")]
    assert {key for key in trainings[0] if trainings[0][key] != trainings[1][key]} == {"seed"}


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("deltas", "deltas"),
        ("deltas-2", "deltas"),
        ("deltas-seed1", "deltas"),
        ("score-calibrated-10-seed21", "score-calibrated"),
        ("evaluate-calibrated", "evaluate-calibrated"),
    ],
)
def test_the_name_without_round_and_seed(name, plain):
    assert without_counts(name) == plain


@pytest.mark.parametrize("seeds", [0, 21, 1.5])
def test_seeds_are_one_to_twenty(seeds):
    with pytest.raises(ConfigError, match=r"calibration\.seeds is"):
        parse_config(seeded(seeds))


def test_quantised_weights_are_calibrated_and_scored_apart_and_others_as_before():
    def fingerprints(**model):
        return {
            stage.name: stage.fingerprint
            for stage in plan(parse_config({"model": {"path": "m", **model}}), SelectionSpec())
        }

    plain, four_bits = fingerprints(), fingerprints(quantization="4bit")
    assert fingerprints(quantization="none") == plain
    changed = {name for name in plain if plain[name] != four_bits[name]}
    assert {"calibrate", "score-base", "score-calibrated", "finetune", "evaluate-base"} <= changed
    assert not {"pool", "tokens"} & changed


@pytest.mark.parametrize("checkpointing", [None, True, False])
def test_how_memory_is_saved_in_training_changes_no_artifact(checkpointing):
    training = {"training": {"gradient_checkpointing": checkpointing}}
    stages = plan(parse_config({"model": {"path": "m"}, "calibration": training}), SelectionSpec())
    usual = plan(parse_config({"model": {"path": "m"}}), SelectionSpec())
    assert [stage.fingerprint for stage in stages] == [stage.fingerprint for stage in usual]
