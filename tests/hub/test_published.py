"""A run goes to the Hub and is opened in another home; what a stranger may have put there is looked through first."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hub_stub import OTHER, TOKEN, Repo

from instructdiff_ui import api
from instructdiff_ui.config import SelectionSpec
from instructdiff_ui.errors import HubError
from instructdiff_ui.hub.published import Link, open_published, parse_link
from instructdiff_ui.hub.publishing import ALLOWED, NEEDED, publish_run
from instructdiff_ui.runs import home, visitors
from instructdiff_ui.runs.exploration import explore
from instructdiff_ui.runs.plan import plan
from instructdiff_ui.runs.store import RunStore


@pytest.fixture
def repo(hub, store) -> Repo:
    publish_run(store, "me/run", token=TOKEN, private=False)
    hub.requests.clear()
    return hub.repos["me/run"]


@pytest.fixture
def elsewhere(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("INSTRUCTDIFF_HOME", str(tmp_path / "elsewhere"))
    return tmp_path / "elsewhere"


def test_it_opens_in_another_home_and_selects_the_same(repo, store, elsewhere):
    opened = RunStore(open_published("me/run"))
    assert opened.path.parent == elsewhere / "runs"
    assert opened.run_id == f"me-run-{repo.commit[:8]}"
    for spec in (store.spec(), SelectionSpec(ratio=0.5, gamma=0.2, scope="global")):
        assert explore(opened).select(spec).ids_hash == explore(store).select(spec).ids_hash
    row = next(iter(explore(store).select(store.spec()).ids))
    here, there = (api.row(run, store.spec(), row) for run in (opened.run_id, str(store.path)))
    assert here.example == there.example
    assert not [path for path in opened.path.rglob("*") if path.is_symlink()]


def test_every_stage_is_done_there_although_paths_became_names(repo, elsewhere):
    opened = RunStore(open_published("me/run"))
    config = opened.config()
    assert config.data.sources[0].path == "local:pool.jsonl"
    assert all(stage.done(opened) for stage in plan(config, opened.spec()))
    run = opened.run_id
    assert api.status(run).state == "done"
    assert {arm.name for arm in api.comparison(run)} >= {"base", "calibrated"}
    assert api.finetuned_path(run) is not None
    assert api.report(run).html


def test_nothing_in_it_names_the_machine(repo, store, model_folder):
    names = set(repo.files)
    assert all(ALLOWED.fullmatch(name) for name in names)
    assert not {"worker.log", "progress.json", "worker.lock", "job.json"} & names
    for name, content in repo.files.items():
        for secret in (TOKEN, str(store.path.parent), str(model_folder), str(home.home())):
            assert secret.encode() not in content, f"{secret} in {name}"


def test_the_second_time_nothing_is_downloaded(repo, hub, elsewhere):
    first = open_published("me/run")
    hub.requests.clear()
    assert open_published("me/run", repo.commit) == first
    assert not [request for request in hub.requests if "/resolve/" in request]


def test_a_visitor_opens_it_for_themselves_and_the_owner_for_all(repo, elsewhere):
    with visitors.acting_as(visitors.Visitor("a key")):
        mine = open_published("me/run")
        assert mine.parent == home.runs_dir()
    with visitors.acting_as(visitors.Visitor("another key")):
        assert not home.stores()
        shared = open_published("me/run", shared=True)
        assert [one.path for one in home.stores()] == [shared]


def test_a_download_that_is_cut_goes_on_in_the_middle_of_the_file(repo, hub, elsewhere):
    name = next(name for name in repo.files if name.endswith("examples.parquet"))
    hub.cut += [name]
    opened = open_published("me/run")
    assert (opened / name).read_bytes() == repo.files[name]
    (part,) = [part for path, part in hub.ranges if path.endswith(name)]
    assert 0 < int(part.removeprefix("bytes=").removesuffix("-")) <= len(repo.files[name]) // 2


def test_one_that_is_given_up_is_repeated_without_what_came_whole(repo, hub, elsewhere):
    name = next(name for name in repo.files if name.endswith("examples.parquet"))
    hub.cut += [name] * 50
    with pytest.raises(HubError, match=r"^The Hub cannot be reached for 'me/run'"):
        open_published("me/run")
    assert not home.stores()
    (begun,) = [path for path in home.runs_dir().glob(".opening-*") if path.is_dir()]
    there = {path.relative_to(begun).as_posix() for path in begun.rglob("*") if ".cache" not in path.parts}
    hub.cut.clear()
    hub.requests.clear()
    opened = open_published("me/run")
    assert (opened / name).read_bytes() == repo.files[name]
    fetched = {one.partition(f"/resolve/{repo.commit}/")[2] for one in hub.requests if one.startswith("GET")}
    assert name in fetched
    assert not fetched & there
    assert not begun.exists()


def test_sizes_are_checked_before_any_file_is_asked_for(repo, hub, elsewhere):
    repo.sizes["deltas.parquet"] = 5_000_000_000
    with pytest.raises(HubError, match=r"is 5,000 MB to download, and at most 100 MB are allowed here"):
        open_published("me/run", limit_bytes=100_000_000)
    repo.sizes["deltas.parquet"] = None
    with pytest.raises(HubError, match="does not say how large"):
        open_published("me/run", limit_bytes=100_000_000)
    assert all("/resolve/" not in request for request in hub.requests)


@pytest.mark.parametrize(
    "name", ["evil.pkl", "artifacts/x.py", "../up.json", "artifacts/pool-123/a.json", "worker.log"]
)
def test_a_file_that_is_none_of_a_run_is_refused_before_the_download(name, repo, hub, elsewhere):
    repo.files[name] = b"x"
    with pytest.raises(HubError, match="is no file of a run"):
        open_published("me/run")
    assert all("/resolve/" not in request for request in hub.requests)


def changed(**settings):
    def change(files):
        values = yaml.safe_load(files["config.yaml"])
        values["data"]["sources"][0] |= settings
        files["config.yaml"] = yaml.safe_dump(values).encode()

    return change


def put(name, content):
    return lambda files: files.__setitem__(next(one for one in files if one.endswith(name)), content)


HOSTILE = {
    "a file of this machine": (changed(path="/etc/passwd"), "'/etc/passwd', which is no id of the Hub"),
    "a way out of the demo": (changed(path="demo:../../secret.json"), "which is no id of the Hub"),
    "a file that lies here": (changed(path="pyproject.json"), "which is no id of the Hub"),
    "an address": (changed(path="http://169.254.169.254/x"), "which is no id of the Hub"),
    "an unknown setting": (changed(trust_remote_code=True), "There is no setting"),
    "settings that are no YAML": (put("config.yaml", b"{"), "config.yaml is not YAML"),
    "a pickle": (put("adapter_model.safetensors", pickle.dumps({"a": 1})), "is no safetensors file"),
    "no Parquet": (put("examples.parquet", b"PAR1"), "is no Parquet file"),
    "no JSON": (put("selection.json", b"{'a': 1}"), "is not JSON in UTF-8"),
    "rows elsewhere": (
        put("published.json", b'{"examples": "../../other"}'),
        "published.json' is not what a run holds",
    ),
    "events that are none": (put("events.jsonl", b'[1]\n{"stage"\n'), "cannot be read as a run"),
    "models that are none": (put("trials.json", b'[{"spec": 1}]'), "cannot be read as a run"),
    "rows that are missing": (put("published.json", b'{"examples": "pool-0123456789ab"}'), "is no published run"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_a_stranger_put_there_is_not_installed(case, repo, elsewhere):
    change, sentence = HOSTILE[case]
    change(repo.files)
    with pytest.raises(HubError) as caught:
        open_published("me/run")
    assert sentence in str(caught.value)
    assert not home.stores()
    assert not [path for path in home.runs_dir().iterdir() if path.is_dir()]


def test_scores_without_a_column_are_refused(repo, elsewhere):
    table = pd.read_parquet(io.BytesIO(repo.files["deltas.parquet"])).drop(columns="delta_entropy")
    buffer = io.BytesIO()
    table.to_parquet(buffer)
    repo.files["deltas.parquet"] = buffer.getvalue()
    with pytest.raises(HubError, match="has no column 'delta_entropy'"):
        open_published("me/run")


def test_scores_of_other_rows_are_refused(repo, elsewhere):
    table = pd.read_parquet(io.BytesIO(repo.files["deltas.parquet"]))
    buffer = io.BytesIO()
    table.assign(example_id=[f"other-{i}" for i in range(len(table))]).to_parquet(buffer)
    repo.files["deltas.parquet"] = buffer.getvalue()
    with pytest.raises(HubError, match="cannot be read as a run"):
        open_published("me/run")


def test_a_small_table_that_stands_for_a_very_large_one_is_refused(repo, elsewhere, monkeypatch):
    from instructdiff_ui.hub import published

    monkeypatch.setattr(published, "MOST_ROWS", 10)
    with pytest.raises(HubError, match="is too large once it is unpacked"):
        open_published("me/run")


def test_generated_code_is_switched_off(repo, elsewhere):
    values = yaml.safe_load(repo.files["config.yaml"])
    values["evaluation"] |= {"tests_column": "tests", "run_generated_code": True}
    repo.files["config.yaml"] = yaml.safe_dump(values).encode()
    opened = RunStore(open_published("me/run"))
    assert not opened.config().evaluation.run_generated_code


def test_a_dataset_that_is_no_run_and_one_that_may_not_be_read(hub, elsewhere):
    hub.repos |= {
        "org/pool": Repo({"data.csv": b"a"}),
        "org/gated": Repo(dict.fromkeys(NEEDED, b"{}"), token="hf_right"),
        "me/private": Repo(private=True),
    }
    for repo_id, token, sentence in (
        ("org/pool", None, "is no published run: config.yaml is not in it"),
        ("org/gated", None, "'org/gated' is gated"),
        ("org/gated", OTHER, "'org/gated' is gated"),
        ("me/private", OTHER, "The Hub has no repository 'me/private'"),
        ("org/none", None, "The Hub has no repository 'org/none'"),
    ):
        with pytest.raises(HubError) as caught:
            open_published(repo_id, token=token)
        assert sentence in str(caught.value)
        assert "hf_" not in str(caught.value)


LINKS = {
    "?open=org/name": Link("org/name"),
    "?open=org/name@v1.0": Link("org/name", "v1.0"),
    "?open=org%2Fname&view=x": Link("org/name"),
    "https://me-app.hf.space/?open=org/name": Link("org/name"),
    "org/name": Link("org/name"),
    " org/name@" + "a" * 40: Link("org/name", "a" * 40),
    "https://huggingface.co/datasets/org/name": Link("org/name"),
    "https://huggingface.co/datasets/org/name/tree/main": Link("org/name", "main"),
    "?view=x": None,
    "": None,
}


@pytest.mark.parametrize("text", LINKS)
def test_a_link_names_a_run(text):
    assert parse_link(text) == LINKS[text]


@pytest.mark.parametrize(
    "text",
    [
        "?open=../etc",
        "?open=name",
        "https://evil.example/datasets/a/b",
        "?open=a/b@../x",
        "?open=a/b/c",
        "file:///etc/x",
    ],
)
def test_a_link_to_anything_else_is_refused(text):
    with pytest.raises(HubError):
        parse_link(text)


def test_a_selection_that_was_pushed_is_no_run(hub, store, elsewhere):
    api_repo = Repo({"config.yaml": b"", "instructdiff.json": json.dumps({"kind": "selection"}).encode()})
    hub.repos["me/selection"] = api_repo
    with pytest.raises(HubError, match="is no published run"):
        open_published("me/selection")
