"""What an evaluation leaves: single rows beside the means, choices, code, benchmarks, and what was settled wrongly."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from instructdiff_ui import api
from instructdiff_ui.config import SelectionSpec, parse_config
from instructdiff_ui.engine import benchmarks, generation
from instructdiff_ui.engine.evaluation import EvalResult
from instructdiff_ui.errors import ConfigError, RunError
from instructdiff_ui.files import read_json, read_jsonl
from instructdiff_ui.runs.exampleresults import COLUMNS, read_example_results
from instructdiff_ui.runs.plan import Stage, plan
from instructdiff_ui.runs.stages import WORK
from instructdiff_ui.runs.stages.context import Context
from instructdiff_ui.runs.store import RunStore

MODELS = ("evaluate-base", "evaluate-calibrated", "evaluate")


def quiz_rows() -> list[dict]:
    """Sums and programs; every fourth row has options, every third tests, every second an answer."""
    return [
        {
            "instruction": f"Write a function that adds {i}." if i % 3 == 0 else f"What is {i} halves?",
            "output": f"def add(x):\n    return x + {i}" if i % 3 == 0 else f"{i}/2, which is near {i}.",
            "domain": "code" if i % 3 == 0 else "math",
            "answer": f"{i}/2" if i % 2 else None,
            "options": ["one", "two and a half", {"text": "x"}["text"]] if i % 4 == 0 else None,
            "right": "C" if i % 4 == 0 else None,
            "tests": [f"assert add(1) == {i + 1}", f"assert add(0) == {i}"] if i % 3 == 0 else None,
        }
        for i in range(48)
    ]


def asked_settings(model_folder: Path, folder: Path) -> dict:
    """Settings of a quick run that measures everything there is, the benchmarks aside."""
    (folder / "quiz.jsonl").write_text("".join(json.dumps(row) + "\n" for row in quiz_rows()))
    quick = {"batch_size": 8, "per_device_train_batch_size": 8, "lora_r": 2, "learning_rate": 1e-2}
    return {
        "model": {"path": str(model_folder), "dtype": "float32", "device": "cpu"},
        "data": {
            "sources": [{"path": str(folder / "quiz.jsonl")}],
            "domain_column": "domain",
            "heldout_ratio": 0.5,
        },
        "calibration": {"ratio": 0.2, "training": quick},
        "selection": {"ratio": 0.25},
        "finetune": quick,
        "evaluation": {
            "answer_column": "answer",
            "max_new_tokens": 4,
            "choices_column": "options",
            "choice_answer_column": "right",
            "tests_column": "tests",
            "run_generated_code": True,
        },
    }


def written(model, tokenizer, prompts, **_) -> list[str]:
    """What is written in place of a model: right up to 23, wrong from there on."""
    return [_answer(tokenizer.decode(list(prompt))) for prompt in prompts]


def _answer(prompt: str) -> str:
    number = int("".join(c for c in prompt.split("### Instruction:")[1].split("### Response")[0] if c.isdigit()))
    if "function" in prompt:
        return f"```python\ndef add(x):\n    return x + {number if number < 24 else 0}\n```\nDone."
    return rf"So \boxed{{\frac{{{number}}}{{2}}}}." if number < 24 else "I do not know."


@pytest.fixture(scope="module")
def made(model_folder, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("evaluated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTDIFF_HOME", str(folder / "home"))
        patch.setattr(generation, "generate_many", written)
        done(asked_settings(model_folder, folder), folder / "run")
    return folder / "run"


@pytest.fixture
def store(made, tmp_path) -> RunStore:
    """A finished run of one's own."""
    return RunStore(shutil.copytree(made, tmp_path / "run"))


def done(settings: dict, folder: Path) -> RunStore:
    run = api.create_run(parse_config(settings), run_dir=folder)
    assert api.run_here(run, "model") == "done", api.status(run).message
    return RunStore(folder)


def artifact(store: RunStore, name: str) -> Path:
    stage = next(stage for stage in plan(store.config(), store.spec()) if stage.name == name)
    return stage.folder(store)


def heldout(store: RunStore) -> dict[str, dict]:
    from instructdiff_ui.data.pool import read_examples

    rows = read_examples(artifact(store, "pool") / "heldout.parquet")
    return {row.example_id: row.extra | {"domain": row.domain} for row in rows}


def test_single_rows_stand_beside_the_means(store):
    rows = heldout(store)
    expected = {
        "nll": set(rows),
        "exact_match": {key for key, row in rows.items() if row["answer"]},
        "choice": {key for key, row in rows.items() if row["options"]},
        "code_tests": {key for key, row in rows.items() if row["tests"]},
    }
    assert all(expected.values())
    for name, model in zip(MODELS, ("base", "calibrated", "fine-tuned"), strict=True):
        table = read_example_results(artifact(store, name))
        assert list(table.columns) == COLUMNS
        assert table["value"].dtype == np.float64
        assert {metric: set(part["example_id"]) for metric, part in table.groupby("metric")} == expected
        assert (table["domain"] == [rows[key]["domain"] for key in table["example_id"]]).all()
        assert set(table.loc[table["metric"] != "nll", "value"]) <= {0.0, 1.0}
        means = read_json(artifact(store, name) / "evaluation.json")
        for mean in (mean for mean in means if mean["model"] == model):
            part = table[table["metric"] == mean["metric"]]
            part = part if mean["domain"] == "all" else part[part["domain"] == mean["domain"]]
            assert (mean["value"], mean["n"]) == (pytest.approx(part["value"].mean()), len(part))


def test_right_answers_and_programs_are_told_from_wrong_ones(store):
    rows, folder = heldout(store), artifact(store, "evaluate")
    answers = read_jsonl(folder / "answers.jsonl")
    assert {row["reference"] for row in answers} == {row["answer"] for row in rows.values()} - {None}
    for row in answers:
        number = int(row["reference"].removesuffix("/2"))
        assert row["right"] == (number < 24 and rows[row["example_id"]]["domain"] == "math"), row
    programs = read_jsonl(folder / "programs.jsonl")
    for row in programs:
        adds = int(rows[row["example_id"]]["tests"][1].split()[-1])
        assert row["outcome"] == ("passed" if adds < 24 else "failed")
    assert {row["outcome"] for row in programs} == {"passed", "failed"}
    stage = next(stage for stage in plan(store.config(), store.spec()) if stage.name == "evaluate")
    facts = store.manifest(stage.name, stage.fingerprint)["facts"]
    assert set(facts["code_could_not_reach"]) <= {"files", "network", "processes"}


def test_choices_are_the_likeliest_options(store, monkeypatch):
    """The base model's choices, worked out apart from the stage."""
    from instructdiff_ui.data.tokens import read_tokens
    from instructdiff_ui.engine.choices import Question, likeliest_options
    from instructdiff_ui.engine.models import Models

    monkeypatch.setattr(generation, "generate_many", lambda *_, **__: pytest.fail("generated"))
    api.update_run(str(store.path), {"evaluation": {"answer_column": None, "tests_column": None}})
    assert api.run_here(str(store.path), "model") == "done"
    rows = heldout(store)
    tokens = read_tokens(artifact(store, "tokens") / "heldout.parquet")
    tokens = [row for row in tokens if rows[row.example_id]["options"]]
    questions = [Question(row.example_id, row.prompt_ids, tuple(rows[row.example_id]["options"])) for row in tokens]
    models = Models(store.config().model)
    with models.base() as model:
        places = likeliest_options(model, models.tokenizer(), questions, max_length=511, batch_tokens=512, logits_mb=64)
    table = read_example_results(artifact(store, "evaluate-base")).query("metric == 'choice'").set_index("example_id")
    expected = {row.example_id: float(place == 2) for row, place in zip(tokens, places, strict=True)}
    assert table["value"].to_dict() == expected


def test_benchmarks_stand_beside_the_means_of_the_held_out_rows(settings, tmp_path, monkeypatch):
    calls = []

    def run_lm_eval(model, tokenizer, tasks, *, limit, **_):
        calls.append((tuple(tasks), limit))
        return [EvalResult("quiz", "benchmark", 0.5, 0.1, 7), EvalResult("all", "benchmark", 0.5, 0.1, 7)]

    monkeypatch.setattr(benchmarks, "run_lm_eval", run_lm_eval)
    store = done(settings | {"evaluation": {"lm_eval_tasks": ["quiz"], "lm_eval_limit": 7}}, tmp_path / "run")
    assert calls == [(("quiz",), 7)] * 3
    found = [row for row in api.evaluation(str(store.path)) if row["metric"] == "benchmark"]
    assert {(row["model"], row["domain"]) for row in found} == {
        (model, domain) for model in ("base", "calibrated", "fine-tuned") for domain in ("quiz", "all")
    }
    assert set(read_example_results(artifact(store, "evaluate"))["metric"]) == {"nll"}


def test_a_stage_of_before_single_rows_were_kept_says_so(tmp_path):
    with pytest.raises(RunError, match="evaluate this model again"):
        read_example_results(tmp_path)


# settings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            {"answer_column": "anwser"},
            r"evaluation\.answer_column is 'anwser', but no held-out row .*'answer', 'options'",
        ),
        ({"tests_column": "test"}, r"evaluation\.tests_column is 'test', but no held-out row"),
        ({"choices_column": "choices"}, r"evaluation\.choices_column is 'choices', but no held-out row"),
        ({"choice_answer_column": "answer"}, r"Row \d+ of quiz.*: 'answer' is .*, which is none of its 3 options"),
    ],
)
def test_a_column_that_is_not_there_or_does_not_fit_is_one_sentence(store, wrong, sentence):
    run = str(store.path)
    api.update_run(run, {"evaluation": wrong})
    assert api.run_here(run, "model") == "failed"
    assert re.search(sentence, api.status(run).message), api.status(run).message


@pytest.mark.parametrize(
    ("evaluation", "sentence"),
    [
        ({"tests_column": "tests"}, "tests_column runs the Python code that models write on this machine"),
        ({"choices_column": "options"}, "choices_column and choice_answer_column need each other"),
        ({"choice_answer_column": "right"}, "choices_column and choice_answer_column need each other"),
        ({"lm_eval_limit": 0}, "lm_eval_limit is 0"),
    ],
)
def test_settings_that_do_not_go_together(evaluation, sentence):
    with pytest.raises(ConfigError, match=sentence):
        parse_config({"evaluation": evaluation})


def test_what_is_not_asked_for_leaves_evaluations_as_they_were():
    def prints(**evaluation) -> dict[str, str]:
        config = parse_config({"model": {"path": "m"}, "data": {"sources": [{"path": "d"}]}, "evaluation": evaluation})
        return {stage.name: stage.fingerprint for stage in plan(config, SelectionSpec())}

    usual = prints()
    assert usual["evaluate-base"] == "bc28f93729db"
    assert prints(answer_column=None, max_new_tokens=192, run_generated_code=False, lm_eval_tasks=[]) == usual
    choices = {"choices_column": "c", "choice_answer_column": "a"}
    code = {"tests_column": "t", "run_generated_code": True}
    for asked in ({"answer_column": "a"}, {"max_new_tokens": 5}, choices, code, {"lm_eval_tasks": ["quiz"]}):
        changed = {name for name, fingerprint in prints(**asked).items() if usual[name] != fingerprint}
        assert changed == set(MODELS), asked


# leakage -----------------------------------------------------------------------------------------------------------


def test_held_out_rows_in_the_pool_are_found_and_counted(settings, tmp_path):
    rows = [
        {"instruction": f"What is the root of {i}, and why?", "output": f"It is {i}", "domain": "d"} for i in range(9)
    ]
    (tmp_path / "more.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    leaked = [rows[1] | {"output": "it  IS 1"}, rows[2] | {"output": "no"}, rows[3] | {"instruction": "Why?"}]
    (tmp_path / "held.jsonl").write_text("".join(json.dumps(row) + "\n" for row in leaked))
    settings["data"] = {
        "sources": [{"path": str(tmp_path / "more.jsonl")}],
        "heldout_sources": [{"path": str(tmp_path / "held.jsonl")}],
        "domain_column": "domain",
    }
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    assert api.run_here(run, "data") == "done", api.status(run).message
    store = RunStore(tmp_path / "run")
    pool = plan(store.config(), store.spec())[0]
    stage = Stage("leakage", "leakage", "Check leakage", {}, (pool,))
    told: list[tuple] = []
    ctx = Context(store, store.config(), stage, lambda *step: told.append(step), lambda: False, models=lambda: None)
    assert WORK["leakage"](ctx) == {"heldout": 3, "exact": 1, "same_prompt": 1, "near_duplicate": 0}
    found = read_json(ctx.folder / "leakage.json")
    assert found["heldout"] == 3
    assert found["counts"] == {
        "exact": {"d": 1, "all": 1},
        "same_prompt": {"d": 1, "all": 1},
        "near_duplicate": {"all": 0},
    }
    held, there = (
        pd.read_parquet(pool.folder(store) / name).set_index("example_id")["instruction"]
        for name in ("heldout.parquet", "examples.parquet")
    )
    for pair in found["pairs"]:
        assert held[pair["heldout_id"]] == there[pair["pool_id"]]
    assert told[-1][:2] == (9, 9)
