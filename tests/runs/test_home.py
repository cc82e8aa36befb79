"""A finished run that is copied into the app's home."""

import os
import shutil
from pathlib import Path

import pytest

from instructdiff_ui import api
from instructdiff_ui.config import parse_config
from instructdiff_ui.runs import home as homes
from instructdiff_ui.runs.store import RunStore


@pytest.fixture(scope="module")
def home_of_the_module():
    return homes.home()


def test_no_fixture_of_the_tests_uses_the_home_of_whoever_runs_them(home_of_the_module, home):
    assert Path.home() / ".instructdiff" not in (home_of_the_module, homes.home())
    assert homes.home() == home != home_of_the_module


@pytest.fixture
def shipped(settings, tmp_path):
    RunStore(tmp_path / "shipped").create(parse_config(settings))
    (tmp_path / "shipped" / "artifacts" / "pool-1").mkdir(parents=True)
    (tmp_path / "shipped" / "artifacts" / "pool-1" / "manifest.json").write_text("{}")
    return tmp_path / "shipped"


def test_a_run_is_copied_and_listed(shipped, home):
    store = homes.install(shipped, "demo")
    assert store.path == home / "runs" / "demo"
    assert homes.owns(store)
    files = {path.relative_to(store.path) for path in store.path.rglob("*")}
    assert files == {path.relative_to(shipped) for path in shipped.rglob("*")}
    assert [run.run_id for run in api.list_runs()] == ["demo"]
    assert [path.name for path in (home / "runs").iterdir()] == ["demo"]


def test_a_copy_that_is_there_stays_as_it_is(shipped):
    store = homes.install(shipped, "demo")
    (store.path / "spec.json").write_text('{"ratio": 0.5}')
    assert homes.install(shipped, "demo").spec().ratio == 0.5


def test_a_copy_that_was_deleted_comes_back(shipped):
    homes.install(shipped, "demo")
    api.delete_run("demo")
    assert homes.install(shipped, "demo").exists()
    assert shipped.is_dir()


def test_of_two_at_once_the_faster_one_stays(shipped, home, monkeypatch):
    copytree = shutil.copytree

    def overtaken(source, target):
        monkeypatch.undo()
        monkeypatch.setenv("INSTRUCTDIFF_HOME", str(home))
        (homes.install(shipped, "demo").path / "spec.json").write_text('{"ratio": 0.5}')
        return copytree(source, target)

    monkeypatch.setattr(shutil, "copytree", overtaken)
    assert homes.install(shipped, "demo").spec().ratio == 0.5
    assert [path.name for path in (home / "runs").iterdir()] == ["demo"]


def test_a_copy_that_fails_leaves_nothing(shipped, home, monkeypatch):
    def full(source, target):
        (target / "half").mkdir(parents=True)
        raise OSError("no space")

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(OSError, match="no space"):
        homes.install(shipped, "demo")
    assert list((home / "runs").iterdir()) == []


@pytest.mark.parametrize("left, gone_after", [(".removing-a1", "delete"), (".installing-b2", "install")])
def test_what_a_killed_process_left_is_removed_a_day_later(shipped, home, left, gone_after):
    homes.install(shipped, "demo")
    old, young = home / "runs" / left, home / "runs" / f"{left}-young"
    for folder in (old, young):
        (folder / "demo").mkdir(parents=True)
    yesterday = old.stat().st_mtime - homes.A_DAY - 60
    os.utime(old, (yesterday, yesterday))
    if gone_after == "delete":
        api.delete_run("demo")
    else:
        homes.install(shipped, "another")
    assert not old.exists() and young.exists()
