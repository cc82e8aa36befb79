"""Benchmarks by lm-eval: for real where it is installed, and the glue with a module of the same shape."""

from __future__ import annotations

import json
import math
import sys
from types import ModuleType, SimpleNamespace

import pytest
from tiny_models import tiny_model, tiny_tokenizer

from instructdiff_ui.engine.benchmarks import run_lm_eval
from instructdiff_ui.engine.evaluation import EvalResult
from instructdiff_ui.errors import ConfigError, Stopped

SAID = {
    "quiz": {
        "results": {
            "quiz": {
                "name": "quiz",
                "alias": "quiz",
                "acc,none": 0.25,
                "acc_stderr,none": 0.05,
                "acc_norm,none": 0.5,
                "acc_norm_stderr,none": 0.03,
            }
        },
        "group_subtasks": {},
        "n-samples": {"quiz": {"original": 400, "effective": 100}},
    },
    "sums": {
        "results": {
            "sums": {
                "alias": "sums",
                "exact_match,strict-match": 0.1,
                "exact_match_stderr,strict-match": "N/A",
                "exact_match,flexible-extract": 0.2,
            }
        },
        "n-samples": {"sums": {"original": 50, "effective": 50}},
    },
    "many": {  # a group: its own mean counts, not those of its members
        "results": {
            "many": {"alias": "many", "acc,none": 0.75, "acc_stderr,none": 0.04},
            "one": {"acc,none": 0.5, "acc_stderr,none": 0.1},
            "two": {"acc,none": 1.0, "acc_stderr,none": 0.0},
        },
        "group_subtasks": {"many": ["one", "two"]},
        "n-samples": {"one": {"effective": 10}, "two": {"effective": 20}},
    },
    "words": {"results": {"words": {"word_perplexity,none": 12.0}}, "n-samples": {"words": {"effective": 3}}},
}


@pytest.fixture
def fake(monkeypatch):
    """A module that looks like lm-eval; `calls` are the arguments that it was given."""
    calls: list[dict] = []

    def simple_evaluate(**given):
        calls.append(given)
        (task,) = given["tasks"]
        if task not in SAID:
            raise KeyError(f"Spec {task!r} is not a registered task")
        return SAID[task]

    modules = {name: ModuleType(name) for name in ("lm_eval", "lm_eval.models", "lm_eval.models.huggingface")}
    modules["lm_eval.tasks"] = ModuleType("lm_eval.tasks")
    modules["lm_eval"].simple_evaluate = simple_evaluate
    modules["lm_eval.models.huggingface"].HFLM = SimpleNamespace
    modules["lm_eval.tasks"].TaskManager = SimpleNamespace
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    return calls


def test_each_task_gives_a_share_and_all_is_their_mean(fake):
    done: list[int] = []
    quiz, many, everything = run_lm_eval("model", "tokenizer", ["quiz", "many"], limit=100, on_task=done.append)
    assert quiz == EvalResult("quiz", "benchmark", 0.5, 0.03, 100)
    assert many == EvalResult("many", "benchmark", 0.75, 0.04, 30)
    assert (everything.domain, everything.value, everything.n) == ("all", 0.625, 130)
    assert everything.stderr == pytest.approx(math.hypot(0.03, 0.04) / 2)
    assert done == [0, 1, 2]
    assert {call["limit"] for call in fake} == {100}
    assert (fake[0]["model"].pretrained, fake[0]["model"].tokenizer) == ("model", "tokenizer")


def test_a_measure_without_its_error_has_none(fake):
    sums, everything = run_lm_eval("model", "tokenizer", ["sums"])
    assert (sums.value, sums.n) == (0.1, 50)
    assert math.isnan(sums.stderr) and math.isnan(everything.stderr)


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        ("nonsense", r"cannot run 'nonsense' of evaluation\.lm_eval_tasks: .*not a registered task"),
        ("words", "'words' reports no share of right answers: none of acc_norm, "),
    ],
)
def test_a_task_that_is_not_there_or_gives_no_share_is_named(fake, task, sentence):
    with pytest.raises(ConfigError, match=sentence):
        run_lm_eval("model", "tokenizer", [task])


def test_a_stop_is_heard_between_tasks(fake):
    with pytest.raises(Stopped):
        run_lm_eval("model", "tokenizer", ["quiz", "many"], should_stop=lambda: bool(fake))
    assert len(fake) == 1


def test_without_lm_eval_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "lm_eval", None)
    with pytest.raises(ConfigError, match="`pip install lm-eval`"):
        run_lm_eval("model", "tokenizer", ["quiz"])


def test_no_tasks_no_results(fake):
    assert run_lm_eval("model", "tokenizer", []) == []


def test_a_task_of_the_real_library(tmp_path):
    pytest.importorskip("lm_eval")
    rows = [{"question": f"What is {i}+1?", "choices": [str(i), str(i + 1), "many"], "gold": 1} for i in range(12)]
    (tmp_path / "quiz.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    metric = {"aggregation": "mean", "higher_is_better": True}
    task = {
        "task": "tiny_quiz",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(tmp_path / "quiz.jsonl")}, "cache_dir": str(tmp_path / "cache")},
        "test_split": "test",
        "output_type": "multiple_choice",
        "doc_to_text": "{{question}}\nAnswer:",
        "doc_to_choice": "{{choices}}",
        "doc_to_target": "{{gold}}",
        "metric_list": [{"metric": "acc", **metric}, {"metric": "acc_norm", **metric}],
    }
    (tmp_path / "quiz.yaml").write_text(json.dumps(task))  # JSON is YAML
    quiz, everything = run_lm_eval(tiny_model(), tiny_tokenizer(), [str(tmp_path / "quiz.yaml")], limit=8)
    assert (quiz.domain, quiz.metric, quiz.n) == ("tiny_quiz", "benchmark", 8)
    assert 0 <= quiz.value <= 1 and quiz.value * 8 == pytest.approx(round(quiz.value * 8))
    assert (everything.value, everything.stderr) == (quiz.value, quiz.stderr)
    with pytest.raises(ConfigError, match="cannot run 'no_such_task'"):
        run_lm_eval(tiny_model(), tiny_tokenizer(), ["no_such_task"])
