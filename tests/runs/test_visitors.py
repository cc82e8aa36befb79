"""Visitors of a public server: each has runs of their own, sees what is everyone's, and stays within limits."""

from __future__ import annotations

import os
import re
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from instructdiff_ui import api, hosting
from instructdiff_ui.errors import ConfigError, DataError, RunError
from instructdiff_ui.files import write_json
from instructdiff_ui.runs import executor, home, queue, quotas, results, visitors
from instructdiff_ui.runs.store import RunStore
from instructdiff_ui.runs.visitors import NOBODY, Visitor, acting_as

ANNE, BEN = Visitor("key:" + "a" * 43), Visitor("key:" + "b" * 43)


@pytest.fixture
def uploaded(settings, pool_file):
    """Settings as Anne can have them: her own upload, and the model of the server's demo."""

    def of(visitor):
        with acting_as(visitor):
            kept = api.keep_upload(pool_file)
        return settings | {
            "model": settings["model"] | {"path": "demo:model"},
            "data": settings["data"] | {"sources": [{"path": kept}]},
        }

    return of


@pytest.fixture(autouse=True)
def demo_model(monkeypatch, tmp_path, model_folder):
    """A demo pack that has no more than a model."""
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "model").symlink_to(model_folder)
    monkeypatch.setattr(quotas, "_inside", _inside_or_the_model(pack / "model"))
    monkeypatch.setenv("INSTRUCTDIFF_DEMO", str(pack))


def _inside_or_the_model(model):
    real = quotas._inside
    return lambda path, folder: path == model or real(path, folder)


@pytest.fixture
def run(uploaded):
    with acting_as(ANNE):
        return api.create_run(api.parse_config(uploaded(ANNE)))


@pytest.fixture
def shared(settings):
    """A finished run that everyone sees."""
    owners = api.create_run(api.parse_config(settings))
    assert api.run_here(owners, "selection") == "done"
    return home.install(home.open_store(owners).path, "shown", shared=True).run_id


# apart -------------------------------------------------------------------------------------------------------------


def test_runs_are_seen_by_their_visitor_alone(run):
    with acting_as(ANNE):
        assert [one.run_id for one in api.list_runs()] == [run]
        assert api.list_runs()[0].path == ""  # where it lies is nobody's business
    for other in (BEN, NOBODY):
        with acting_as(other):
            assert api.list_runs() == []
            for ask in (api.status, api.config, api.delete_run, api.stop, api.resume, api.log_tail):
                with pytest.raises(RunError, match="There is no run"):
                    ask(run)
    assert api.list_runs() == []  # nor is it one of the owner's


@pytest.mark.parametrize(
    "name", ["../{folder}/runs/{run}", "{path}", "./{run}", "visitors/{folder}/runs/{run}", "", "."]
)
def test_no_path_leads_to_a_run_of_another(run, name):
    with acting_as(ANNE):
        path = home.open_store(run).path
    for visitor in (BEN, ANNE):
        with acting_as(visitor), pytest.raises(RunError, match=r"There is no run .* here\.$"):
            api.status(name.format(folder=ANNE.folder, run=run, path=path))


def test_a_link_out_of_the_home_is_no_run(run, tmp_path):
    with acting_as(ANNE):
        path = home.open_store(run).path
    with acting_as(BEN):
        home.runs_dir().mkdir(parents=True)
        (home.runs_dir() / "mine").symlink_to(path)
        with pytest.raises(RunError, match="There is no run"):
            api.status("mine")


def test_the_folder_does_not_tell_the_key_and_no_text_holds_key_or_token():
    visitor = Visitor("key:secret", "anne", "hf_token")
    assert "secret" not in visitor.folder and len(visitor.folder) == 32
    assert "secret" not in repr(visitor) and "hf_token" not in repr(visitor)
    assert Visitor("hub:1").folder != Visitor("key:1").folder


def test_a_server_for_strangers_takes_the_unknown_for_nobody(monkeypatch):
    monkeypatch.setattr(visitors, "_default", None)
    assert visitors.current() is None
    visitors.serve_strangers()
    assert visitors.current() == NOBODY


# what everyone sees ------------------------------------------------------------------------------------------------


def test_a_shared_run_is_looked_at_and_not_changed(shared):
    with acting_as(BEN):
        assert [(one.run_id, one.shared) for one in api.list_runs()] == [(shared, True)]
        spec = api.spec(shared).model_copy(update={"ratio": 0.5})
        assert api.rows(shared, spec).counts["kept"] > 0
        changes = [
            lambda: api.select(shared, spec),
            lambda: api.save_spec(shared, "mine", spec),
            lambda: api.delete_spec(shared, "mine"),
            lambda: api.start(shared, "model"),
            lambda: api.update_run(shared, {"name": "mine"}),
            lambda: api.delete_run(shared),
            lambda: api.compute_strategy(shared, "zip"),
            lambda: api.create_experiment(shared, api.study_settings(shared, "proof")),
        ]
        for change in changes:
            with pytest.raises(RunError, match="make a copy of it first"):
                change()
        many = spec.model_copy(update={"pinned": tuple(api.matching(shared, spec, api.RowQuery()))})
        api.link_state(shared, many, {}, keep=True)
        assert not (home.open_store(shared).path / "shared").exists()


def test_a_copy_is_ones_own(shared, monkeypatch):
    monkeypatch.setattr(quotas, "check_settings", lambda config: config)  # its rows lie on the owner's disk
    with acting_as(BEN):
        mine = api.copy_run(shared)
        spec = api.spec(mine).model_copy(update={"ratio": 0.5})
        assert api.select(mine, spec)["counts"]
        assert api.spec(mine) == spec != api.spec(shared)
        api.delete_run(mine)
        assert [one.run_id for one in api.list_runs()] == [shared]


def test_nobody_in_particular_makes_nothing(shared, pool_file):
    with acting_as(NOBODY):
        assert api.rows(shared, api.spec(shared)).total > 0
        for change in (lambda: api.copy_run(shared), lambda: api.keep_upload(pool_file)):
            with pytest.raises(RunError, match="has to know you from others"):
                change()


def test_the_owner_decides_what_everyone_sees(settings, monkeypatch):
    run = api.create_run(api.parse_config(settings))
    with pytest.raises(RunError, match="has no scores yet"):
        api.share_run(run)
    assert api.run_here(run, "selection") == "done"
    shown = api.share_run(run)
    with acting_as(BEN):
        assert [one.run_id for one in api.list_runs()] == [shown]
        for change in (api.share_run, api.unshare_run):
            with pytest.raises(RunError, match="Only the owner"):
                change(shown)
    monkeypatch.setenv("INSTRUCTDIFF_OWNER", "anne")
    with acting_as(Visitor("hub:1", "anne")):
        api.unshare_run(shown)
        assert api.list_runs() == []
        with pytest.raises(RunError, match="among those that everyone sees"):
            api.unshare_run("../runs/" + run)
    assert [one.run_id for one in api.list_runs()] == [run]


# limits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": {"path": "/etc"}}, "reads no paths"),
        ({"model": {"path": "tests/data"}}, "reads no paths"),  # a folder where the server was started
        ({"model": {"path": "demo:../../etc"}}, "reads no paths"),
        ({"model": {"path": "https://169.254.169.254/latest"}}, "reads no paths or addresses"),
        ({"model": {"path": "gpt2"}}, "owner's name"),
        ({"model": {"path": "org/name;rm"}}, "neither a path"),
        ({"data": {"sources": [{"path": "~/.ssh/id_rsa"}]}}, "reads no paths"),
        ({"data": {"sources": [{"path": "s3://bucket/file"}]}}, "reads no paths or addresses"),
        ({"data": {"heldout_sources": [{"path": "/etc/passwd"}]}}, "reads no paths"),
        ({"baselines": {"small_model": {"path": "../model"}}}, "reads no paths"),
        ({"data": {"limit": 1_000_000}}, f"at most {hosting.limits().rows:,} rows"),
        ({"evaluation": {"tests_column": "tests", "run_generated_code": True}}, "does not run generated code"),
        ({"evaluation": {"lm_eval_tasks": ["gsm8k"]}}, "does not run benchmarks"),
    ],
)
def test_what_a_visitor_may_not_set(uploaded, changes, message):
    values = uploaded(ANNE)
    for part, inner in changes.items():
        values[part] = values.get(part, {}) | inner
    config = api.parse_config(values)
    with acting_as(ANNE), pytest.raises((ConfigError, DataError, api.UserError), match=message):
        api.create_run(config)
    assert not (home.root() / "visitors" / ANNE.folder / "runs").exists()


def test_an_upload_of_another_is_no_dataset(uploaded):
    config = api.parse_config(uploaded(ANNE))
    with acting_as(BEN), pytest.raises(DataError, match="reads no paths"):
        api.create_run(config)


def test_settings_are_held_to_it_later_too(run):
    with acting_as(ANNE):
        with pytest.raises(DataError, match="reads no paths"):
            api.update_run(run, {"model": {"path": "/etc"}})
        assert api.config(run).data.limit == hosting.limits().rows  # set where nothing was


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [("RUNS", "1", "keeps 1"), ("UPLOAD_MB", "1", "files of up to 1 MB"), ("DISK_MB", "1", "keeps 1")],
)
def test_there_is_room_for_so_much(run, name, value, message, monkeypatch, tmp_path, uploaded):
    big = tmp_path / "big.jsonl"
    big.write_bytes(b"x" * 1_500_000)
    config = api.parse_config(uploaded(ANNE))
    with acting_as(ANNE):
        if name == "DISK_MB":
            api.keep_upload(big)
        monkeypatch.setenv(f"INSTRUCTDIFF_MAX_{name}", value)
        with pytest.raises((RunError, DataError), match=message):
            api.create_run(config) if name != "UPLOAD_MB" else api.keep_upload(big)


def test_a_pool_of_too_many_tokens_is_not_trained_on(run, monkeypatch):
    with acting_as(ANNE):
        assert api.run_here(run, "data") == "done"
        monkeypatch.setenv("INSTRUCTDIFF_MAX_TOKENS", "5")
        with pytest.raises(DataError, match="this server takes 5: set a lower limit of rows"):
            api.start(run)
        store = home.open_store(run)
    api.run_here(str(store.path), "selection")  # as its worker does, which knows no visitor
    assert "this server takes 5" in api.status(str(store.path)).message


def test_so_many_jobs_at_a_time(run, uploaded, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_MAX_JOBS", "1")
    with acting_as(ANNE):
        second = api.create_run(api.parse_config(uploaded(ANNE)))
        monkeypatch.setattr(executor, "at_work", lambda store: store.run_id == run)
        with pytest.raises(RunError, match="1 at a time"):
            api.start(second, "data")


def test_a_worker_uses_the_hub_as_its_visitor_and_never_as_the_owner(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_owner")
    assert executor.credentials() == {}
    with acting_as(BEN):
        assert executor.environment() | executor.credentials() | {"HF_TOKEN": ""} == executor.environment() | {
            "HF_TOKEN": "",
            "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        }
    with acting_as(Visitor("hub:1", "anne", "hf_anne")):
        assert executor.credentials()["HF_TOKEN"] == "hf_anne"


def test_who_has_the_accelerator_is_nobodys_business():
    turn, refused = queue.turn("annes-run"), pytest.raises(RunError, match="another job")
    with turn, acting_as(BEN), refused as told, queue.turn_now("bens-run"):
        pass
    assert "annes" not in told.value.message


def test_what_nobody_looks_at_is_removed(run, monkeypatch):
    with acting_as(ANNE):
        quotas.seen()
    folder = home.root() / "visitors" / ANNE.folder
    assert quotas.sweep() == []
    later = time.time() + 15 * 86_400
    monkeypatch.setattr(executor, "at_work", lambda store: True)
    assert quotas.sweep(now=later) == []  # not while a job is on
    monkeypatch.setattr(executor, "at_work", lambda store: False)
    assert quotas.sweep(now=later) == [ANNE.folder]
    assert not folder.exists()


def test_a_visit_keeps_it(run):
    folder = home.root() / "visitors" / ANNE.folder
    os.utime(folder, (0, 0))
    with acting_as(ANNE):
        quotas.seen()
    assert quotas.sweep() == []


# hosting -----------------------------------------------------------------------------------------------------------


def test_public_on_a_space_unless_told_otherwise(monkeypatch):
    assert not hosting.is_public()
    monkeypatch.setenv("SPACE_ID", "org/space")
    assert hosting.is_public()
    monkeypatch.setenv("INSTRUCTDIFF_PUBLIC", "0")
    assert not hosting.is_public()
    monkeypatch.setenv("INSTRUCTDIFF_PUBLIC", "perhaps")
    with pytest.raises(ConfigError, match="it is 1 or 0"):
        hosting.is_public()


def test_limits_are_whole_numbers(monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_MAX_ROWS", "500")
    assert hosting.limits().rows == 500
    for wrong in ("0", "-5", "many", "1e3"):
        monkeypatch.setenv("INSTRUCTDIFF_MAX_ROWS", wrong)
        with pytest.raises(ConfigError, match="INSTRUCTDIFF_MAX_ROWS is"):
            hosting.limits()


def test_every_limit_is_documented():
    text = (Path(__file__).parents[2] / "docs" / "spaces.md").read_text(encoding="utf-8")
    for name, value in asdict(hosting.Limits()).items():
        without_gpu = f"; {hosting.ON_CPU[name]} without a GPU" if name in hosting.ON_CPU else ""
        line = re.search(rf"\| `INSTRUCTDIFF_MAX_{name.upper()}` \| {value} \| .*", text)
        assert line is not None and without_gpu in line[0]


def test_a_server_without_a_gpu_takes_less(monkeypatch):
    monkeypatch.setattr(hosting.shutil, "which", lambda name: None)
    assert hosting.limits().rows == 5_000
    monkeypatch.setenv("SPACES_ZERO_GPU", "1")
    assert hosting.limits().rows == 20_000
    monkeypatch.setenv("INSTRUCTDIFF_MAX_ROWS", "5")
    assert hosting.limits().rows == 5


@pytest.mark.parametrize(("path", "fits"), [("demo:pool.jsonl", True), ("org/rows", False)])
def test_the_demo_is_as_large_as_it_is(tmp_path, monkeypatch, path, fits):
    monkeypatch.setenv("INSTRUCTDIFF_HOME", str(tmp_path))
    monkeypatch.setattr(results, "artifact_of", lambda store, work: tmp_path)
    write_json(tmp_path / "manifest.json", {"facts": {"rows": 1_000_000, "response_tokens": 1}})
    with acting_as(Visitor("key:anne")):
        store = RunStore(home.runs_dir() / "live")
        store.create(api.parse_config({"model": {"path": "org/model"}, "data": {"sources": [{"path": path}]}}))
        if fits:
            quotas.check_pool(store)
        else:
            with pytest.raises(DataError, match="has 1,000,000 rows"):
                quotas.check_pool(store)
