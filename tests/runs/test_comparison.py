"""Arms held against each other: two strategies of a real tiny run over two seeds, and trials made by hand."""

import json
import math
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from instructdiff_ui import api
from instructdiff_ui.config import SelectionSpec, parse_config
from instructdiff_ui.data.answers import final_answer, same_answer
from instructdiff_ui.data.pool import read_examples
from instructdiff_ui.engine import generation
from instructdiff_ui.files import read_json, read_jsonl, write_json
from instructdiff_ui.runs.comparison import RECORDED, Arm, Trial, against_random, compare, recorded, trials
from instructdiff_ui.runs.plan import plan
from instructdiff_ui.runs.store import RunStore
from instructdiff_ui.statistics import difference, measured

STRATEGIES, SEEDS = ("instructdiff", "random"), (0, 1)


def answered_settings(model_folder, folder: Path) -> dict:
    """Settings of a quick run over rows with a short answer each; a row in ten has none."""
    rows = [
        {
            "instruction": f"Add {i} and {i % 5}." if i % 2 else f"Print {i} twice.",
            "output": f"The answer is {i + i % 5}." if i % 2 else f"print({i})\nprint({i})",
            "domain": "math" if i % 2 else "code",
            "answer": None if i % 10 == 4 else i + i % 5 if i % 2 else 0,
        }
        for i in range(60)
    ]
    (folder / "pool.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    quick = {"batch_size": 8, "per_device_train_batch_size": 8, "lora_r": 2, "learning_rate": 1e-2}
    return {
        "model": {"path": str(model_folder), "dtype": "float32", "device": "cpu"},
        "data": {
            "sources": [{"path": str(folder / "pool.jsonl")}],
            "domain_column": "domain",
            "heldout_ratio": 0.2,
        },
        "calibration": {"ratio": 0.2, "training": quick},
        "selection": {"ratio": 0.25},
        "finetune": quick,
        "evaluation": {"answer_column": "answer", "max_new_tokens": 4},
    }


@pytest.fixture(scope="module")
def made(model_folder, tmp_path_factory):
    """The run's directory, and what `evaluation.json` held after each of its models."""
    folder = tmp_path_factory.mktemp("compared")
    results = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTDIFF_HOME", str(folder / "home"))
        run = api.create_run(parse_config(answered_settings(model_folder, folder)), run_dir=folder / "run")
        for seed in SEEDS:
            for strategy in STRATEGIES:
                seeds = {"calibration": {"seed": seed, "training": {"seed": seed}}, "finetune": {"seed": seed}}
                api.update_run(run, seeds | {"selection": {"strategy": strategy, "seed": seed}})
                assert api.run_here(run, "model") == "done", api.status(run).message
                results[strategy, seed] = api.evaluation(run)
    return folder / "run", results


@pytest.fixture
def store(made, tmp_path) -> RunStore:
    return RunStore(shutil.copytree(made[0], tmp_path / "run"))


def value(rows, model, metric="nll", domain="all") -> float:
    (found,) = [r["value"] for r in rows if (r["model"], r["metric"], r["domain"]) == (model, metric, domain)]
    return found


# a real run --------------------------------------------------------------------------------------------------------


def test_every_arm_over_its_seeds(store, made):
    arms = {arm.name: arm for arm in compare(store)}
    assert list(arms) == ["base", "calibrated", *STRATEGIES]
    assert [arm.seeds for arm in arms.values()] == [1, 2, 2, 2]
    assert [arm.rows for arm in arms.values()] == [0, math.floor(0.2 * 48), 12, 12]
    assert all(arm.tokens > 0 and arm.steps == 2 for arm in list(arms.values())[1:])
    assert [arm.spec and arm.spec.strategy for arm in arms.values()] == [None, None, *STRATEGIES]
    for strategy in STRATEGIES:
        expected = [value(made[1][strategy, seed], "fine-tuned") for seed in SEEDS]
        assert arms[strategy].measured["nll", "all"] == measured(expected)
    base = value(made[1]["random", 0], "base")
    assert arms["base"].measured["nll", "all"].values == (base,)
    calibrated = [value(made[1]["instructdiff", seed], "calibrated") for seed in SEEDS]
    assert arms["calibrated"].measured["nll", "all"].values == tuple(calibrated)
    assert len({*calibrated, base}) == 3
    metrics = {(metric, domain) for metric in ("nll", "exact_match") for domain in ("math", "code", "all")}
    assert all(set(arm.measured) == metrics for arm in arms.values())
    assert api.comparison(str(store.path)) == compare(store)


def test_trials_come_oldest_first_with_what_they_rest_on(store):
    found = trials(store)
    assert [(t.spec["strategy"], t.spec["seed"]) for t in found] == [(s, seed) for seed in SEEDS for s in STRATEGIES]
    assert len({t.evaluate for t in found}) == 4
    assert len({t.arm for t in found}) == 2
    assert len({t.calibration["fingerprint"] for t in found}) == 2
    for trial in found:
        assert {row["model"] for row in trial.results} == {"base", "calibrated", "fine-tuned"}
        assert trial.training["rows"] == 12


def test_what_was_recorded_stands_in_for_artifacts_that_are_gone(store):
    arms, found = compare(store), trials(store)
    write_json(store.path / RECORDED, recorded(found))
    for gone in (found[0], found[3]):
        shutil.rmtree(store.path / "artifacts" / f"evaluate-{gone.evaluate}")
    assert trials(store) == found, "neither lost nor counted twice"
    assert compare(store) == arms
    shutil.rmtree(store.path / "artifacts")
    assert compare(store) == arms
    (store.path / RECORDED).unlink()
    assert compare(store) == []


@pytest.mark.parametrize(
    "change",
    [
        {"data": {"heldout_ratio": 0.1}},
        {"data": {"template": "plain"}},
        {"evaluation": {"max_new_tokens": 5}},
        {"scoring": {"score_eos": True}},
    ],
)
def test_what_was_measured_otherwise_is_left_out_until_it_is_asked_for_again(store, change):
    arms, before = compare(store), store.config()
    write_json(store.path / RECORDED, recorded(trials(store)))
    api.update_run(str(store.path), change)
    assert compare(store) == []
    store.write_config(before)
    assert compare(store) == arms


def test_a_run_without_a_single_evaluation_has_nothing_to_compare(settings, tmp_path):
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "new")
    assert api.comparison(run) == []


# exact answers -----------------------------------------------------------------------------------------------------


def artifact(store: RunStore, name: str) -> Path:
    stage = next(stage for stage in plan(store.config(), store.spec()) if stage.name == name)
    return stage.folder(store)


def test_models_answer_the_rows_that_have_an_answer(store):
    heldout = {row.example_id: row for row in read_examples(artifact(store, "pool") / "heldout.parquet")}
    asked = {key for key, row in heldout.items() if row.extra["answer"] is not None}
    assert 0 < len(asked) < len(heldout) == 12
    assert any(heldout[key].extra["answer"] == 0 for key in asked), "a zero is an answer"
    for name in ("evaluate-base", "evaluate-calibrated", "evaluate"):
        answers = read_jsonl(artifact(store, name) / "answers.jsonl")
        assert {row["example_id"] for row in answers} == asked
        for row in answers:
            reference = str(heldout[row["example_id"]].extra["answer"])
            assert row["right"] == same_answer(final_answer(row["text"]), reference)
        assert any(row["text"] for row in answers)
    results = read_json(artifact(store, "evaluate") / "evaluation.json")
    matches = [row for row in results if row["metric"] == "exact_match" and row["domain"] == "all"]
    assert [(row["model"], row["n"]) for row in matches] == [
        (model, len(asked)) for model in ("base", "calibrated", "fine-tuned")
    ]


def test_right_answers_are_counted_by_domain(model_folder, tmp_path, monkeypatch):
    def knows_zero(model, tokenizer, prompts, **_):
        return ["Well.\nThe answer is 0.0. Sure."] * len(prompts)

    monkeypatch.setattr(generation, "generate_many", knows_zero)
    run = api.create_run(parse_config(answered_settings(model_folder, tmp_path)), run_dir=tmp_path / "run")
    assert api.run_here(run, "model") == "done", api.status(run).message
    results = api.evaluation(run)
    for model in ("base", "calibrated", "fine-tuned"):
        assert value(results, model, "exact_match", "code") == 1
        assert value(results, model, "exact_match", "math") == 0
        assert 0 < value(results, model, "exact_match") < 1


def test_without_an_answer_column_nothing_is_generated(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(generation, "generate_many", lambda *_, **__: pytest.fail("generated"))
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    assert api.run_here(run, "model") == "done"
    assert {row["metric"] for row in api.evaluation(run)} == {"nll"}
    assert not list((tmp_path / "run").glob("artifacts/*/answers.jsonl"))


# trials made by hand -----------------------------------------------------------------------------------------------


@pytest.fixture
def by_hand(settings, tmp_path):
    """A run that holds nothing but the given trials: (strategy settings, arm, NLL of the fine-tuned model)."""

    def make(*given, **changes) -> RunStore:
        store = RunStore(tmp_path / "by-hand")
        store.create(parse_config(settings))
        current = next(stage for stage in plan(store.config(), store.spec()) if stage.work == "evaluate")
        found = []
        for number, (spec, arm, nll) in enumerate(given):
            results = [
                {"model": model, "metric": "nll", "domain": "all", "value": number_}
                for model, number_ in (("base", 3.0), ("fine-tuned", nll))
            ]
            size = {"fingerprint": f"f{number}", "rows": 5, "tokens": 100 * (number + 1), "steps": 2}
            trial = Trial(
                evaluate=f"e{number}",
                tokens=current["tokens"].fingerprint,
                settings=current.settings,
                arm=arm,
                spec=SelectionSpec(**spec).model_dump(mode="json"),
                training=size,
                calibration=None,
                results=results,
                finished=float(number),
            )
            found.append(replace(trial, **changes))
        write_json(store.path / RECORDED, recorded(found))
        return store

    return make


def test_means_over_the_seeds_of_an_arm(by_hand):
    random = {"strategy": "random"}
    store = by_hand((random, "r", 2.0), ({}, "i", 1.0), (random | {"seed": 1}, "r", 2.5), (random, "r", 2.4))
    base, one, two = compare(store)
    assert (base.name, base.measured["nll", "all"].mean) == ("base", 3.0)
    assert (one.name, one.seeds, one.tokens, one.steps) == ("random", 3, pytest.approx(800 / 3), 2)
    assert one.measured["nll", "all"].mean == pytest.approx(2.3)
    assert (two.name, two.seeds) == ("instructdiff", 1)
    assert math.isnan(two.measured["nll", "all"].half)


def test_names_tell_arms_of_one_strategy_apart(by_hand):
    store = by_hand(
        ({"strategy": "random", "ratio": 1.0}, "full", 1.0),
        ({"strategy": "random"}, "r", 1.0),
        ({}, "a", 1.0),
        ({"ratio": 0.2}, "b", 1.0),
        ({"ratio": 0.2, "scope": "global"}, "c", 1.0),
    )
    assert [arm.name for arm in compare(store)[1:]] == [
        "full data",
        "random",
        "instructdiff, ratio 0.1, scope domain",
        "instructdiff, ratio 0.2, scope domain",
        "instructdiff, ratio 0.2, scope global",
    ]


@pytest.mark.parametrize("changes", [{"tokens": "other"}, {"settings": {"score_eos": True}}])
def test_trials_on_other_rows_are_left_out(by_hand, changes):
    assert compare(by_hand(({}, "a", 1.0), **changes)) == []


def test_calibrations_by_other_settings_are_no_seeds_of_the_calibrated_model(store):
    found = trials(store)
    assert {arm.name: arm.seeds for arm in compare(store)}["calibrated"] == 2
    other = replace(found[0], evaluate="other", calibration=found[0].calibration | {"fingerprint": "x", "alike": "y"})
    write_json(store.path / RECORDED, [asdict(other)])
    assert {arm.name: arm.seeds for arm in compare(store)}["calibrated"] == 2


# numbers -----------------------------------------------------------------------------------------------------------


def test_the_interval_is_students():
    three = measured([1.0, 2.0, 3.0])
    assert three.mean == 2.0
    assert three.half == pytest.approx(4.302653 * 1.0 / math.sqrt(3))  # t of 97.5 % at 2 degrees of freedom, sd 1
    low, high = stats.t.interval(0.95, 2, loc=2.0, scale=stats.sem([1, 2, 3]))
    assert (three.mean - three.half, three.mean + three.half) == pytest.approx((low, high))
    assert measured([5.0, 5.0]).half == 0
    assert measured([5.0]).mean == 5.0 and math.isnan(measured([5.0]).half)


def test_the_difference_is_welchs():
    one, other = [1.0, 1.4, 0.9], [2.0, 2.1, 2.9, 2.2]
    gap = difference(measured(one), measured(other))
    expected = stats.ttest_ind(one, other, equal_var=False)
    interval = expected.confidence_interval(0.95)
    assert gap.mean == pytest.approx(np.mean(one) - np.mean(other))
    assert (gap.mean - gap.half, gap.mean + gap.half) == pytest.approx((interval.low, interval.high))
    assert gap.p == pytest.approx(expected.pvalue)


def test_a_single_seed_has_a_difference_and_no_interval():
    gap = difference(measured([1.0]), measured([2.0, 3.0]))
    assert gap.mean == -1.5 and math.isnan(gap.half) and math.isnan(gap.p)


def test_without_any_spread_only_equality_is_known():
    same, more = measured([1.0, 1.0]), measured([2.0, 2.0])
    assert difference(same, same).p == 1
    assert math.isnan(difference(more, same).p)


def arm(name, *values, **spec) -> Arm:
    return Arm(name, SelectionSpec(**spec), 4, 9.0, 1.0, len(values), {("nll", "all"): measured(values)})


def test_the_gaps_to_random_are_corrected_for_their_number():
    random = arm("random", 2.0, 2.1, 2.2, strategy="random")
    near, far = arm("instructdiff", 1.7, 1.8, 1.9), arm("ppl_max", 4.0, 4.1, 4.2, strategy="ppl_max")
    _, alone = against_random([random, near], "nll")
    of_far, of_near, of_random = against_random([far, near, random], "nll")
    assert of_near == alone  # the larger p of two is not corrected
    assert of_far.p == pytest.approx(2 * difference(measured([4.0, 4.1, 4.2]), measured([2.0, 2.1, 2.2])).p)
    assert of_random is None
    assert against_random([near, far], "nll") == [None, None] == against_random([random, near], "exact_match")


def test_arms_that_share_a_name_have_gaps_of_their_own():
    """Training that is set otherwise makes another arm of the same name."""
    random, longer = (arm("random", start, start + 0.1, strategy="random") for start in (2.0, 1.0))
    low, high = (arm("instructdiff", start, start + 0.1) for start in (1.5, 3.0))
    base = Arm("base", None, 0, 0.0, 0.0, 1, {("nll", "all"): measured([5.0])})
    gaps = against_random([base, random, longer, low, high], "nll")
    assert [gap and round(gap.mean, 6) for gap in gaps] == [None, None, -1.0, -0.5, 1.0]
