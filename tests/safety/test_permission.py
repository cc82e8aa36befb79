"""A visitor's models and datasets of the Hub: read by those who may, within the limits, whichever way they come in."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hub_stub import OTHER, TOKEN, HubStub, Repo, hub_stub, talking_to
from ui.scored_runs import scored_rows

from instructdiff_ui import api
from instructdiff_ui.api import Visitor, permission
from instructdiff_ui.errors import ConfigError, DataError, HubError, UserError
from instructdiff_ui.hub.publishing import publish_run
from instructdiff_ui.runs import executor, home, visitors
from instructdiff_ui.runs.decoding import decoder
from instructdiff_ui.runs.experiments.settings import ExperimentSettings
from instructdiff_ui.runs.store import RunStore

ANNE, BEN = Visitor("key:" + "a" * 43, "anne", TOKEN), Visitor("key:" + "b" * 43, "ben", OTHER)
NOT_SIGNED_IN = Visitor("key:" + "c" * 43)
MB = 1_000_000


@pytest.fixture
def hub(tmp_path, tiny_pack, model_folder, monkeypatch) -> Iterator[HubStub]:
    """Anne may read the gated ones; the large ones are too large for everyone."""
    own = {"PUBLIC": "1", "DEMO": str(tiny_pack), "MAX_DOWNLOAD_MB": "10", "MAX_ROWS": "50"}
    for name, value in own.items():
        monkeypatch.setenv(f"INSTRUCTDIFF_{name}", value)
    model = {path.name: path.read_bytes() for path in model_folder.iterdir() if path.is_file()}
    rows = {"data.jsonl": b'{"instruction": "q", "response": "a"}\n'}
    repos = {
        "org/gated-model": Repo(model, kind="models", token=TOKEN),
        "org/gated-data": Repo(rows, token=TOKEN),
        "org/large-model": Repo(model, kind="models", sizes={"model.safetensors": 11 * MB}),
        "org/large-data": Repo(rows, sizes={"data.jsonl": 11 * MB}),
        "org/model": Repo(model, kind="models"),
        "org/data": Repo(rows),
    }
    with hub_stub(repos) as stub, talking_to(stub.url, tmp_path / "cache"):
        stub.users |= {TOKEN: "anne", OTHER: "ben"}
        yield stub


def settings(model="org/model", data="org/data", **more):
    return {"model": {"path": model}, "data": {"sources": [{"path": data}], "limit": 20}, **more}


def create(**named) -> str:
    return api.create_run(api.parse_config(settings(**named)))


@pytest.mark.parametrize("visitor", [BEN, NOT_SIGNED_IN], ids=["another", "not signed in"])
@pytest.mark.parametrize("named", [{"model": "org/gated-model"}, {"data": "org/gated-data"}], ids=["model", "data"])
def test_what_is_gated_is_for_those_who_may_read_it(hub, named, visitor):
    """The Hub tells everyone what is in a gated repository: that alone must not be taken for leave to use it."""
    with api.acting_as(ANNE):
        assert create(**named)
    with api.acting_as(visitor), pytest.raises(HubError, match="is gated"):
        create(**named)


@pytest.mark.parametrize("how", ["start", "resume", "compute_strategy"])
def test_it_is_asked_again_when_a_job_starts(hub, how, monkeypatch):
    started = []
    monkeypatch.setattr(executor, "start", lambda store, until: started.append(until))
    monkeypatch.setattr("instructdiff_ui.api.explore.explore", lambda store: None)
    begin = {"start": api.start, "resume": api.resume, "compute_strategy": lambda run: api.compute_strategy(run, "ifd")}
    with api.acting_as(ANNE):
        run = create(model="org/gated-model")
        begin[how](run)
        assert len(started) == 1
        hub.repos["org/gated-model"].token = "hf_SomebodyElses"
        with pytest.raises(HubError, match="is gated"):
            begin[how](run)
    assert len(started) == 1


def test_a_tokenizer_in_the_shared_cache_is_not_handed_to_others(hub):
    commit = hub.repos["org/gated-model"].commit
    with api.acting_as(ANNE):
        assert decoder("org/gated-model", commit).decode([1, 2])
    for other in (BEN, NOT_SIGNED_IN):
        with api.acting_as(other), pytest.raises(UserError, match="is gated"):
            decoder("org/gated-model", commit)


OVERSIZED = {
    "the model": {"model": "org/large-model"},
    "a dataset": {"data": "org/large-data"},
    "held-out rows": {"heldout": "org/large-data"},
    "the small model": {"baselines": {"small_model": {"path": "org/large-model"}}},
    "a model that rates": {"baselines": {"selectit_models": [{"path": "org/model"}, {"path": "org/large-model"}]}},
}


def changed(case: str) -> dict:
    values = dict(OVERSIZED[case])
    heldout = values.pop("heldout", None)
    made = settings(**values)
    if heldout:
        made["data"]["heldout_sources"] = [{"path": heldout}]
    return made


@pytest.mark.parametrize("case", OVERSIZED)
def test_the_size_is_looked_at_wherever_a_place_is_named(hub, case):
    with api.acting_as(ANNE):
        run = create()
        with pytest.raises(HubError, match="at most 10 MB are allowed here"):
            api.create_run(api.parse_config(changed(case)))
        with pytest.raises(HubError, match="at most 10 MB are allowed here"):
            api.update_run(run, changed(case))
        assert api.config(run).model_dump() == api.parse_config(settings()).model_dump()
    assert not [one for one in hub.requests if "/resolve/" in one]


def test_a_model_that_only_an_arm_names_is_looked_at_too(hub):
    arms = [{"name": "a"}, {"name": "b", "scorer": {"path": "org/large-model"}}]
    asked = ExperimentSettings.model_validate({"arms": arms})
    with api.acting_as(ANNE), pytest.raises(HubError, match="at most 10 MB are allowed here"):
        permission.check_repositories(asked)


def test_each_place_is_asked_about_once(hub):
    config = api.parse_config(settings())
    with api.acting_as(ANNE):
        permission.check_repositories(config, config, config.model)
    assert len([one for one in hub.requests if "org/model" in one]) == 2  # access, and what is in it


def test_the_owner_of_the_machine_is_asked_nothing(hub):
    assert visitors.current() is None
    run = create(model="org/large-model", data="org/gated-data")
    api.update_run(run, {"name": "mine"})
    assert not hub.requests


def test_a_change_of_something_else_sets_no_limit_of_rows(hub):
    """It would have every stage of an opened run done again."""
    with api.acting_as(ANNE):
        store = RunStore(home.runs_dir() / "opened")
        store.create(api.parse_config(settings() | {"data": {"sources": [{"path": "local:x.csv"}]}}))
        assert api.update_run("opened", {"name": "mine"}).data.limit is None
        assert api.update_run("opened", {"data": {"seed": 3}}).data.limit == 50


# runs that somebody published -------------------------------------------------------------------------------------


@pytest.fixture
def published(hub, tmp_path, monkeypatch):
    """A run at `ben/run`, made by the owner of another machine."""
    (tmp_path / "scores.jsonl").write_text("".join(json.dumps(row) + "\n" for row in scored_rows(60)))
    run = api.import_scores(tmp_path / "scores.jsonl", run_dir=tmp_path / "run")
    publish_run(RunStore(Path(run)), "ben/run", token=OTHER, private=False)
    return hub.repos["ben/run"]


def test_one_of_too_many_rows_is_not_read(published, monkeypatch):
    monkeypatch.setattr("instructdiff_ui.hub.published._check_run", lambda *_: pytest.fail("it was read"))
    with api.acting_as(ANNE):
        with pytest.raises(HubError, match="of 60 rows, and this server takes 50 a run"):
            api.open_published("ben/run")
        assert api.list_runs() == []


def test_one_within_the_limits_opens_and_the_owner_of_the_machine_opens_all(published, monkeypatch):
    assert api.open_published("ben/run")
    monkeypatch.setenv("INSTRUCTDIFF_MAX_ROWS", "60")
    with api.acting_as(ANNE):
        assert api.open_published("ben/run")


@pytest.mark.parametrize("cell", ["x" * 300_000, ["x" * 1000, "y"]], ids=["a long text", "lists of texts"])
def test_one_that_unpacks_to_too_much_is_not_read(published, monkeypatch, cell):
    """A text that every row repeats takes the room of one in the file."""
    monkeypatch.setenv("INSTRUCTDIFF_MAX_ROWS", "60")
    monkeypatch.setenv("INSTRUCTDIFF_MAX_UPLOAD_MB", "2")  # so 6 MB in memory
    monkeypatch.setattr("instructdiff_ui.hub.published._check_run", lambda *_: pytest.fail("it was read"))
    name = next(name for name in published.files if name.endswith("examples.parquet"))
    table = pd.read_parquet(io.BytesIO(published.files[name]))
    buffer = io.BytesIO()
    table.assign(more=[cell] * len(table)).to_parquet(buffer)
    published.files[name] = buffer.getvalue()
    assert len(published.files[name]) < 600_000
    with api.acting_as(ANNE), pytest.raises(HubError, match="is too large once it is unpacked"):
        api.open_published("ben/run")


STRANGE = {
    "benchmarks": ({"evaluation": {"lm_eval_tasks": ["gsm8k"]}}, ConfigError, "does not run benchmarks"),
    "more rows": ({"data": {"limit": 51}}, ConfigError, "takes at most 50 rows"),
    "a large model": ({"model": {"path": "org/large-model"}}, HubError, "at most 10 MB"),
    "a gated model": ({"model": {"path": "org/gated-model"}}, HubError, "is gated"),
    "a path": ({"model": {"path": "/etc"}}, DataError, "reads no paths"),
}


@pytest.mark.parametrize("case", STRANGE)
def test_no_job_starts_with_settings_that_a_visitor_may_not_have(published, monkeypatch, case):
    changes, kind, sentence = STRANGE[case]
    monkeypatch.setenv("INSTRUCTDIFF_MAX_ROWS", "60")
    monkeypatch.setattr(executor, "start", lambda *_, **__: pytest.fail("it was started"))
    with api.acting_as(BEN):
        run = api.open_published("ben/run")
        monkeypatch.setenv("INSTRUCTDIFF_MAX_ROWS", "50")
        store = home.open_store(run)
        written = yaml.safe_load((store.path / "config.yaml").read_text())
        store.write_config(api.parse_config(written | {"model": {"path": "org/model"}} | changes))
        with pytest.raises(kind, match=sentence):
            api.start(run, "model")
