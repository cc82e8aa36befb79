"""A published run that was opened before: found again without room and without the Hub, unless there is a newer one."""

from __future__ import annotations

import pytest
from hub_stub import TOKEN

from instructdiff_ui import api
from instructdiff_ui.errors import HubError, RunError
from instructdiff_ui.hub.publishing import publish_run
from instructdiff_ui.runs import home
from instructdiff_ui.runs.visitors import Visitor, acting_as

ANNE, BEN = Visitor("key:" + "a" * 43), Visitor("key:" + "b" * 43)


@pytest.fixture
def repo(hub, store):
    publish_run(store, "me/run", token=TOKEN, private=False)
    hub.requests.clear()
    return hub.repos["me/run"]


@pytest.fixture
def opened(repo, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_MAX_RUNS", "1")
    with acting_as(ANNE):
        yield api.open_published("me/run")


def test_it_takes_no_more_room(opened):
    assert api.open_published("me/run") == opened
    with pytest.raises(RunError, match="You have 1 run here, and this server keeps 1"):
        api.copy_run(opened)


def test_it_is_found_while_the_hub_is_down(opened, hub, repo):
    repo.status = 503
    assert api.open_published("me/run") == opened
    hub.repos.clear()  # nor where it was taken away since
    assert api.open_published("me/run") == opened


def test_a_state_of_its_own_is_found_without_asking(opened, hub, repo):
    hub.requests.clear()
    assert api.open_published(f"me/run@{repo.commit}") == opened
    assert hub.requests == []


def test_a_newer_state_is_another_run(opened, repo, monkeypatch):
    repo.commit = "7" * 40
    with pytest.raises(RunError, match="You have 1 run here"):
        api.open_published("me/run")
    monkeypatch.setenv("INSTRUCTDIFF_MAX_RUNS", "2")
    newer = api.open_published("me/run")
    assert newer != opened
    repo.status = 503
    assert api.open_published("me/run") == newer
    with pytest.raises(HubError):
        api.open_published("me/run@v1")  # which of them that is only the Hub can tell


def test_a_copy_that_was_made_of_it_is_not_taken_for_it(opened, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_MAX_RUNS", "3")
    mine = api.copy_run(opened)
    api.delete_run(opened)
    assert api.open_published("me/run") not in ("", mine)


def test_nobody_finds_that_of_another(opened, repo):
    repo.status = 503
    with acting_as(BEN), pytest.raises(HubError):
        api.open_published("me/run")


def test_what_settings_name_is_the_newest_state_and_goes_with_its_name(repo, monkeypatch):
    shown = []
    for commit in ("7" * 40, "8" * 40):
        repo.commit = commit
        monkeypatch.setenv("INSTRUCTDIFF_GALLERY", "me/run")
        shown += [api.open_published("me/run", shared=True)]
        api.tidy_gallery()
        assert [one.run_id for one in home.in_folder(home.gallery_dir())] == shown[-1:]
    assert api.open_published("https://huggingface.co/datasets/me/run", shared=True) == shown[-1]
    monkeypatch.setenv("INSTRUCTDIFF_GALLERY", "https://huggingface.co/datasets/me/run, http://elsewhere/x")
    assert api.tidy_gallery() == []
    monkeypatch.setenv("INSTRUCTDIFF_GALLERY", "")
    assert api.tidy_gallery() == shown[-1:]


def test_a_copy_that_the_owner_put_in_its_place_stays(repo, monkeypatch):
    name = api.open_published("me/run", shared=True)
    own = api.open_published("me/run")
    assert own == name and api.share_run(own) == name
    api.open_published("me/run", shared=True)
    assert api.tidy_gallery() == []
