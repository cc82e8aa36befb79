"""A fine-tuning for HF Jobs: what is shown is a whole script, and it is what is submitted."""

from __future__ import annotations

import ast
import base64
import shlex

import numpy as np
import pytest
from hub_stub import OTHER, TOKEN
from hypothesis import given
from hypothesis import strategies as st

from instructdiff_ui.config import TrainingConfig
from instructdiff_ui.engine.training import row_order
from instructdiff_ui.errors import HubError, RunError
from instructdiff_ui.hub import cards, jobs, portable
from instructdiff_ui.hub.pushing import push_dataset
from instructdiff_ui.hub.script import script


@pytest.fixture
def pushed(hub, store, monkeypatch):
    """The selection on the Hub, of a run whose model counts as one of the Hub."""
    push_dataset(store, "me/rows", token=TOKEN)
    monkeypatch.setattr(jobs, "hub_ids", lambda paths, kind: list(paths))
    return store


def test_the_script_is_whole_and_holds_no_token(pushed, hub):
    plan = jobs.plan_job(pushed, "me/rows", "me/model", token=TOKEN, flavor="l4x1")
    tree = ast.parse(plan.script)
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert {"row_order", "load_model", "arguments", "main"} <= names
    assert plan.script.startswith("# /// script\n")
    assert all(f'"{name}==' in plan.script for name in ("trl", "peft", "transformers"))
    assert TOKEN not in plan.script + plan.command + repr(plan)
    settings = settings_of(plan.script)
    training = pushed.config().finetune
    assert all(settings[name] == getattr(training, name) for name in ("learning_rate", "lora_r", "batch_size", "seed"))
    assert (settings["data"], settings["data_revision"]) == ("me/rows", hub.repos["me/rows"].commit)
    assert settings["output"] == "me/model"
    assert not hub.jobs


def settings_of(text: str) -> dict:
    tree = ast.parse(text)
    value = next(node.value for node in tree.body if assigns(node, "SETTINGS"))
    return ast.literal_eval(value)


def assigns(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in names


def test_submitted_is_just_what_was_shown(pushed, hub):
    plan = jobs.plan_job(pushed, "me/rows", "me/model", token=TOKEN, flavor="l4x1", timeout="90m")
    state = jobs.submit(plan, token=TOKEN)
    (sent,) = hub.jobs
    assert base64.b64decode(sent["environment"]["TRAIN_SCRIPT"]).decode() == plan.script
    told = shlex.split(plan.command)
    assert (sent["flavor"], sent["timeoutSeconds"]) == (told[told.index("--flavor") + 1], 90 * 60)
    assert (told[-1], sent["command"][-1].split()[-1]) == ("train.py", "train.py")
    assert sent["secrets"] == {"HF_TOKEN": TOKEN}
    assert TOKEN not in str({key: value for key, value in sent.items() if key != "secrets"})
    assert (state.id, state.stage) == ("job1", "RUNNING")
    assert jobs.state("job1", token=TOKEN) == state
    assert TOKEN not in repr(state)


def test_the_selection_must_be_there_as_it_is_now(pushed, hub):
    push = {"token": TOKEN}
    with pytest.raises(HubError, match="has no repository 'me/none'"):
        jobs.plan_job(pushed, "me/none", "me/model", **push)
    text = hub.repos["me/rows"].files["instructdiff.json"]
    hub.repos["me/rows"].files["instructdiff.json"] = text.replace(pushed.spec().hash.encode(), b"0" * 16)
    with pytest.raises(HubError, match="does not hold the selection of this run as it is now"):
        jobs.plan_job(pushed, "me/rows", "me/model", **push)


def test_what_cannot_be_handed_over_is_one_sentence(hub, store):
    push_dataset(store, "me/rows", token=TOKEN)
    for flavor, timeout, sentence in (
        ("h900", "6h", "no hardware 'h900'"),
        ("cpu-basic", "6h", "no hardware"),
        ("l4x1", "soon", "such as 6h"),
    ):
        with pytest.raises(HubError, match=sentence):
            jobs.plan_job(store, "me/rows", "me/model", token=TOKEN, flavor=flavor, timeout=timeout)
    with pytest.raises(RunError, match="needs a base model that is on the Hub"):
        jobs.plan_job(store, "me/rows", "me/model", token=TOKEN)
    with pytest.raises(HubError, match="Sign in with Hugging Face first"):
        jobs.plan_job(store, "me/rows", "me/model", token=None)


def test_jobs_of_others_and_none(pushed, hub):
    for job, token, sentence in (
        ("job7", TOKEN, "Your account has no job 'job7'"),
        ("../x", TOKEN, "is no id of a job"),
        ("job1", "hf_wrong", "HTTP 401"),
        ("job1", OTHER, "Your account has no job"),
    ):
        with pytest.raises(HubError, match=sentence) as caught:
            jobs.state(job, token=token)
        assert "hf_" not in str(caught.value)


@given(
    lengths=st.lists(st.integers(1, 50), min_size=1, max_size=60),
    batch=st.integers(1, 5),
    epochs=st.floats(0.2, 3),
    steps=st.one_of(st.none(), st.integers(1, 30)),
    seed=st.integers(0, 5),
)
def test_rows_are_trained_on_in_the_order_of_the_app(lengths, batch, epochs, steps, seed):
    config = TrainingConfig(batch_size=batch, num_train_epochs=epochs, max_steps=steps, seed=seed)
    tree = ast.parse(script(config.model_dump(mode="json"), dependencies=[], about="About."))
    kept = [n for n in tree.body if assigns(n, "SETTINGS", "WINDOW") or getattr(n, "name", "") == "row_order"]
    space: dict = {"np": np, "math": __import__("math")}
    exec(compile(ast.Module(kept, []), "script", "exec"), space)
    assert list(space["row_order"](lengths)) == list(row_order(lengths, config=config))


def test_a_path_is_no_id_of_the_hub(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "org").mkdir()
    (tmp_path / "org" / "here").mkdir()
    paths = [
        "org/name",
        "gpt2",
        "org/here",
        "/abs/x",
        "./x",
        "~/x",
        "pool.jsonl",
        "demo:model",
        "local:x",
        "a\\b",
        "a/b/c",
    ]
    assert [path for path in paths if portable.on_hub(path)] == ["org/name", "gpt2"]
    assert cards.hub_ids(paths, "model") == ["org/name", "gpt2"]
