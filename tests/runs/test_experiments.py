"""Experiments: which trials there are, what they share, what they come to, and what is left when one fails."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest
from tiny_models import save_tiny_model
from tiny_rows import instruction_rows

from instructdiff_ui import api
from instructdiff_ui.config import SelectionSpec, parse_config
from instructdiff_ui.errors import ConfigError, RunError
from instructdiff_ui.files import read_json, write_json
from instructdiff_ui.runs import executor
from instructdiff_ui.runs.experiments import records
from instructdiff_ui.runs.experiments.planning import experiment_tasks, matched_steps, trials
from instructdiff_ui.runs.experiments.settings import ExperimentSettings
from instructdiff_ui.runs.home import open_store
from instructdiff_ui.runs.store import RunStore

LOWEST = {"name": "lowest ΔH", "selection": {"strategy": "instructdiff"}}
FULL = {"name": "full data", "selection": {"strategy": "random", "ratio": 1.0}, "steps": "epochs"}


def experiment(**changes) -> ExperimentSettings:
    return api.experiment_settings({"ratios": [0.25], "seeds": 2, "arms": [LOWEST]} | changes)


@pytest.fixture
def run(settings, tmp_path) -> str:
    """A run whose rows are known, and nothing more."""
    made = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    assert api.run_here(made, "data") == "done"
    return made


# what there is to do -----------------------------------------------------------------------------------------------


def test_trials_go_seed_by_seed_with_random_first(run):
    found = trials(open_store(run), experiment(arms=[LOWEST, FULL], ratios=[0.1, 0.25]))
    assert [(t.seed, t.arm.name, t.ratio) for t in found if t.seed == 0] == [
        (0, "random", 0.1),
        (0, "lowest ΔH", 0.1),
        (0, "full data", 0.1),  # it has its own budget, and so is there once
        (0, "random", 0.25),
        (0, "lowest ΔH", 0.25),
    ]
    assert len(found) == 10


def test_a_seed_moves_the_training_and_the_draw(run):
    first, second = (t for t in trials(open_store(run), experiment()) if t.arm.name == "random")
    assert (first.config.finetune.seed, second.config.finetune.seed) == (0, 1)
    assert (first.spec.seed, second.spec.seed) == (0, 1)
    assert first.config.calibration == second.config.calibration


def test_calibrating_anew_moves_its_seeds_too(run):
    found = [t for t in trials(open_store(run), experiment(calibrate_anew=True)) if t.arm.name != "random"]
    assert [t.config.calibration.seed for t in found] == [0, 1]
    assert [t.config.calibration.training.seed for t in found] == [0, 1]
    assert len({t.select.fingerprint for t in found}) == 2


def test_every_arm_takes_the_steps_of_random_at_its_budget(run):
    """54 rows, 27 a domain: ⌊0.25 · 27⌋ of each are 12 rows, 3 steps of 4; all of them would make 14."""
    found = trials(open_store(run), experiment(arms=[LOWEST, FULL]))
    assert {t.arm.name: t.config.finetune.max_steps for t in found} == {
        "random": 3,
        "lowest ΔH": 3,
        "full data": None,
    }


def test_steps_follow_the_budget_of_each_domain(settings):
    config = parse_config(settings | {"finetune": {"num_train_epochs": 2, "batch_size": 5}})
    rule = SelectionSpec(ratio=0.1, domains={"code": {"ratio": 0.5}})
    assert matched_steps(config, rule, {"code": 21, "math": 30}) == 6  # ⌈2 · (10 + 3) ÷ 5⌉


def test_scores_are_shared_by_all_trials(run):
    tasks = experiment_tasks(open_store(run), experiment(arms=[LOWEST, FULL], seeds=3))
    works = [task.stage.work for task in tasks]
    assert works.count("score_base") == works.count("score_calibrated") == works.count("calibrate") == 1
    assert works.count("finetune") == works.count("evaluate") == 9
    assert works.count("evaluate_base") == 1
    assert works.index("leakage") < works.index("finetune")


def test_a_budget_takes_the_place_of_the_rule_and_domains_keep_their_proportion(run):
    rule = {"ratio": 0.1, "domains": {"code": {"ratio": 0.2, "gamma": 0.05}}}
    asked = experiment(rule=rule, ratios=[0.3], arms=[LOWEST | {"selection": {"gamma": 0.0, "domains": {}}}])
    spec = asked.spec_of(asked.arms[0], 0.3, 0)
    assert (spec.ratio, spec.ratio_of("code"), spec.gamma) == (0.3, 0.6, 0.0)


def test_a_smaller_pool_gives_as_many_rows(run):
    small = {"name": "half of the pool", "selection": {"strategy": "instructdiff"}, "pool_rows": 27}
    found = next(t for t in trials(open_store(run), experiment(arms=[small])) if t.arm.pool_rows)
    assert found.spec.ratio == 0.5
    assert found.stage("tokens").settings["pool_rows"] == 27


def test_another_models_scores_choose_and_the_own_model_is_trained(run, settings):
    other = {"name": "sibling", "scorer": {"path": "sibling"}, "selection": {"strategy": "instructdiff"}}
    found = next(t for t in trials(open_store(run), experiment(arms=[other])) if t.arm.scorer)
    own = settings["model"]["path"]
    assert found.select["tokens"].settings["model"] == "sibling"
    assert found.stage("finetune")["tokens"].settings["model"] == own
    assert found.stage("evaluate")["tokens"].settings["model"] == own
    by_work = {stage.work: found.config_of(stage).model.path for stage in found.stages if stage.work != "pool"}
    assert by_work["score_base"] == by_work["calibrate"] == "sibling"
    assert by_work["finetune"] == by_work["evaluate"] == own


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"arms": [LOWEST, LOWEST]}, "two arms are called 'lowest ΔH'"),
        ({"arms": [{"name": "random"}]}, "has an arm 'random' already"),
        ({"arms": [{"name": "x", "selection": {"strategy": "best"}}]}, "strategy"),
        ({"arms": []}, "arms"),
        ({"ratios": [0.0]}, "a share above 0 and up to 1"),
        ({"seeds": 0}, "seeds"),
        ({"arm": []}, "There is no setting 'arm'"),
    ],
)
def test_a_slip_is_told_in_one_sentence(changes, sentence):
    with pytest.raises(ConfigError, match=sentence):
        experiment(**changes)


def test_the_data_come_first(settings, tmp_path):
    made = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    with pytest.raises(RunError, match="load and check the data"):
        api.create_experiment(made, experiment())


# doing it ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def done(tmp_path_factory, model_folder):
    """A finished experiment of three arms and two seeds."""
    folder = tmp_path_factory.mktemp("experiment")
    made = small_run(folder, model_folder)
    key = api.create_experiment(made, experiment(arms=[LOWEST, FULL], name="first"))
    assert api.run_experiment_here(made, key) == "done"
    return made, key


def small_run(folder, model_folder) -> str:
    pool = folder / "pool.jsonl"
    pool.write_text("".join(json.dumps(row) + "\n" for row in instruction_rows(60)), encoding="utf-8")
    quick = {"num_train_epochs": 1, "batch_size": 4, "per_device_train_batch_size": 4, "lora_r": 2}
    settings = {
        "model": {"path": str(model_folder), "dtype": "float32", "device": "cpu"},
        "data": {"sources": [{"path": str(pool)}], "domain_column": "domain", "heldout_ratio": 0.1},
        "calibration": {"ratio": 0.2, "training": quick | {"learning_rate": 1e-2}},
        "selection": {"ratio": 0.25},
        "finetune": quick | {"learning_rate": 1e-2},
    }
    made = api.create_run(parse_config(settings), run_dir=folder / "run")
    assert api.run_here(made, "data") == "done"
    return made


def test_what_an_experiment_comes_to(done):
    result = api.experiment(*done)
    assert (result.done, result.total) == (6, 6)
    budgets = {arm.name: arm.ratio for arm in result.arms}
    assert budgets == {"random": 0.25, "lowest ΔH": 0.25, "full data": None}
    assert set(result.measures) == {("nll", "all"), ("nll", "code"), ("nll", "math")}
    assert result.examples == 6
    by_name = {arm.name: arm for arm in result.arms}
    assert [trial.steps for trial in by_name["random"].trials] == [3, 3]
    assert by_name["random"].mean("rows") == by_name["lowest ΔH"].mean("rows") == 12
    assert by_name["full data"].mean("rows") == 54
    assert by_name["random"].mean("flops") > 0
    assert not by_name["random"].verdicts
    assert by_name["lowest ΔH"].verdicts["nll", "all"].word in (
        "better",
        "worse",
        "no detectable difference",
    )
    assert {model.name for model in result.models} == {"base", "calibrated"}


def test_every_number_can_be_traced(done):
    run, key = done
    store = open_store(run)
    arm = next(arm for arm in api.experiment(run, key).arms if arm.name == "lowest ΔH")
    for trial in arm.trials:
        manifest = read_json(store.path / "artifacts" / trial.finetune / "manifest.json")
        assert manifest["settings"]["training"]["seed"] == trial.seed
        assert manifest["settings"]["training"]["max_steps"] == 3
    one = read_json(store.path / "artifacts" / arm.trials[0].evaluate / "evaluation.json")
    mean = next(r["value"] for r in one if r["model"] == "fine-tuned" and (r["metric"], r["domain"]) == ("nll", "all"))
    assert arm.measured["nll", "all"].values[0] == pytest.approx(mean, abs=1e-12)


def test_nothing_is_done_twice(done):
    run, key = done
    store = open_store(run)
    before = {path: path.stat().st_mtime_ns for path in store.path.glob("artifacts/*/manifest.json")}
    assert api.experiment_cost(run, api.experiment(run, key).settings).stages == 0
    again = api.create_experiment(run, experiment(arms=[LOWEST], name="part of it"))
    assert api.run_experiment_here(run, again) == "done"
    assert {path: path.stat().st_mtime_ns for path in store.path.glob("artifacts/*/manifest.json")} == before
    api.delete_experiment(run, again)
    assert [one.id for one in api.experiments(run)] == [key]


def test_the_run_keeps_its_own_selection(done):
    """Arms select too, but what is published is the run's."""
    run, _ = done
    assert api.spec(run).strategy == "instructdiff"
    assert api.status(run).done("select")


def test_a_failed_arm_leaves_the_others_to_be_done(run, monkeypatch):
    from instructdiff_ui.errors import DataError
    from instructdiff_ui.runs.stages import WORK

    train = WORK["finetune"]

    def failing(ctx):
        if ctx.stage["select"].settings["strategy"] == "random":
            raise DataError("Random rows cannot be had today.")
        return train(ctx)

    monkeypatch.setitem(WORK, "finetune", failing)
    key = api.create_experiment(run, experiment(seeds=1))
    assert api.run_experiment_here(run, key) == "failed"
    result = api.experiment(run, key)
    states = {arm.name: arm.trials[0].state for arm in result.arms}
    assert states == {"random": "failed", "lowest ΔH": "done"}
    assert "Random rows cannot be had today" in result.arms[0].trials[0].reason
    assert "Random rows cannot be had today" in api.status(run).message

    monkeypatch.undo()  # what failed is tried again, and the rest is there
    assert api.run_experiment_here(run, key) == "done"
    assert api.experiment(run, key).done == 2


def test_a_stopped_experiment_waits_and_goes_on(run):
    store = open_store(run)
    key = api.create_experiment(run, experiment(seeds=1))
    records.queue(store, key)
    from instructdiff_ui.runs.worker import perform

    looks = iter(range(1_000))
    assert perform(store, until="experiments", should_stop=lambda: next(looks) > 3) == "stopped"
    assert [one.queued for one in api.experiments(run)] == [True]
    assert perform(store, until="experiments", should_stop=lambda: False) == "done"
    assert [(one.queued, one.finished) for one in api.experiments(run)] == [(False, True)]


def test_a_killed_experiment_goes_on_where_it_was(run):
    """The worker is killed between two trainings; nothing that was done is done again, and a second one queues up."""
    store = open_store(run)
    key = api.create_experiment(run, experiment(seeds=2, name="killed"))
    api.start_experiment(run, key)
    later = api.create_experiment(run, experiment(seeds=1, arms=[FULL], name="later"))
    api.start_experiment(run, later)  # the same worker will do it
    while not list(store.path.glob("artifacts/evaluate-*/manifest.json")):
        time.sleep(0.1)
        assert api.status(run).active, api.log_tail(run)
    os.kill(executor.job(store)["pid"], signal.SIGKILL)
    assert api.wait_for(run, 10)
    assert api.status(run).state == "interrupted"
    before = {path: path.stat().st_mtime_ns for path in store.path.glob("artifacts/*/manifest.json")}

    api.resume(run)
    assert api.wait_for(run, 180), api.log_tail(run)
    assert api.status(run).state == "done", api.log_tail(run)
    assert [(one.name, one.queued, one.finished) for one in api.experiments(run)] == [
        ("later", False, True),
        ("killed", False, True),
    ]
    assert all(path.stat().st_mtime_ns == at for path, at in before.items())


def test_measurements_from_before_there_were_examples_are_made_anew(run):
    """A run that was evaluated by an older version has means alone."""
    store = open_store(run)
    assert api.run_here(run, "model") == "done"
    key = api.create_experiment(run, experiment(seeds=1, steps="epochs"))
    assert api.run_experiment_here(run, key) == "done"
    arm = next(arm for arm in api.experiment(run, key).arms if not arm.is_reference)
    (store.path / "artifacts" / arm.trials[0].evaluate / "examples.parquet").unlink()
    assert api.experiment_cost(run, experiment(seeds=1, steps="epochs")).stages == 1
    assert api.run_experiment_here(run, key) == "done"


def test_every_kind_of_arm_is_trained(run, tmp_path):
    """More rounds, all weights, a smaller pool, and the scores of another model."""
    sibling = save_tiny_model(tmp_path / "sibling", arch="gpt2", seed=1)
    kinds = [
        {"name": "2 rounds", "calibration": {"rounds": 2}},
        {"name": "all weights", "calibration": {"training": {"method": "full", "learning_rate": 1e-3}}},
        {"name": "half of the pool", "pool_rows": 27},
        {"name": "sibling", "scorer": {"path": str(sibling), "dtype": "float32", "device": "cpu"}},
    ]
    key = api.create_experiment(run, experiment(arms=kinds, seeds=1))
    assert api.run_experiment_here(run, key) == "done"
    result = api.experiment(run, key)
    assert {arm.name: arm.mean("rows") for arm in result.arms} == {
        "random": 12,
        "2 rounds": 12,
        "all weights": 12,
        "half of the pool": pytest.approx(12, abs=2),  # half of 27 rows, ⌊…⌋ in each domain
        "sibling": 12,
    }
    assert {arm.mean("steps") for arm in result.arms} == {3}
    assert len(result.overlaps) == 10


def test_one_seed_decides_nothing(run):
    key = api.create_experiment(run, experiment(seeds=1))
    assert api.run_experiment_here(run, key) == "done"
    arm = next(arm for arm in api.experiment(run, key).arms if not arm.is_reference)
    assert arm.verdicts["nll", "all"].word == "undecided"


def test_studies_cover_the_paper(run):
    found = {study.key: study for study in api.studies(run)}
    assert set(found) == {
        "proof",
        "strategies",
        "range",
        "filter",
        "budget",
        "calibration",
        "rounds",
        "method",
        "pool",
        "scorers",
    }
    assert found["scorers"].missing
    for study in found.values():
        if not study.missing:
            assert trials(open_store(run), api.study_settings(run, study.key))
    assert api.study_settings(run, "scorers", models=["a/b", "./c"]).arms[-1].name == "scored by c"
    with pytest.raises(ConfigError, match="needs the name of at least one other model"):
        api.study_settings(run, "scorers")


def test_a_damaged_experiment_file_is_told(run):
    store = RunStore(open_store(run).path)
    write_json(store.path / "experiments" / "bad.json", {"id": "bad", "created": 0.0, "settings": {"arms": []}})
    with pytest.raises(ConfigError, match="arms"):
        api.experiment(run, "bad")
