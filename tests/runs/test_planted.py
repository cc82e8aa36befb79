"""Experiments tell the truth where it is known: a planted better subset is found, and chance is called chance."""

from __future__ import annotations

import json
import random

import pytest

from instructdiff_ui import api
from instructdiff_ui.config import parse_config

GOOD = {"name": "longest responses", "selection": {"strategy": "response_length_max"}}
CONTROL = {"name": "random again", "selection": {"strategy": "random", "seed": 1_000}}


def good(i: int) -> dict:
    return {"instruction": f"Add {i} and {i + 1}.", "output": f"The sum of {i} and {i + 1} is {2 * i + 1}, as it was."}


def junk(rng: random.Random) -> dict:
    """Letters without order, and shorter than any good answer."""
    letters = "".join(rng.choice("qxzjkvwy") for _ in range(12))
    return {"instruction": letters, "output": letters[::-1]}


@pytest.fixture(scope="module")
def result(tmp_path_factory, model_folder):
    """Random rows are junk for the most part; what is held out is good; the longest responses are the good rows."""
    folder, rng = tmp_path_factory.mktemp("planted"), random.Random(0)
    pool = [good(i) for i in range(40)] + [junk(rng) for _ in range(120)]
    for name, rows in (("pool", pool), ("heldout", [good(i) for i in range(100, 140)])):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    training = {"num_train_epochs": 2, "batch_size": 8, "per_device_train_batch_size": 8, "learning_rate": 1e-2}
    settings = {
        "model": {"path": str(model_folder), "dtype": "float32", "device": "cpu"},
        "data": {
            "sources": [{"path": str(folder / "pool.jsonl")}],
            "heldout_sources": [{"path": str(folder / "heldout.jsonl")}],
        },
        "calibration": {"ratio": 0.1, "training": training | {"num_train_epochs": 1}},
        "finetune": training,
    }
    run = api.create_run(parse_config(settings), run_dir=folder / "run")
    assert api.run_here(run, "data") == "done"
    asked = api.experiment_settings({"ratios": [0.25], "seeds": 3, "arms": [GOOD, CONTROL]})
    key = api.create_experiment(run, asked)
    assert api.run_experiment_here(run, key) == "done"
    return api.experiment(run, key)


def verdict(result, name):
    return next(arm for arm in result.arms if arm.name == name).verdicts["nll", "all"]


def test_a_planted_better_subset_is_found(result):
    found = verdict(result, "longest responses")
    assert found.word == "better", found.sentence
    assert found.difference.high < 0
    assert "Lower held-out loss than random" in found.sentence


def test_random_rows_drawn_again_are_no_different(result):
    found = verdict(result, "random again")
    assert found.word == "no detectable difference", found.sentence
    assert "could have seen" in found.sentence


def test_all_arms_took_the_same_steps_and_as_many_rows(result):
    assert {trial.steps for arm in result.arms for trial in arm.trials} == {10}
    assert {trial.rows for arm in result.arms for trial in arm.trials} == {40}
