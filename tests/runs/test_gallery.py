"""What everyone sees: shared again as it is now, taken back, and no longer there once settings do not name it."""

from __future__ import annotations

import shutil
import threading

import pytest

from instructdiff_ui import api
from instructdiff_ui.errors import RunError
from instructdiff_ui.runs import home as homes
from instructdiff_ui.runs import origins
from instructdiff_ui.runs.exploration import explore
from instructdiff_ui.runs.origins import Origin
from instructdiff_ui.runs.visitors import Visitor, acting_as

BEN = Visitor("key:" + "b" * 43)
OLD, NEW = "0" * 40, "1" * 40


@pytest.fixture
def run(settings):
    run = api.create_run(api.parse_config(settings))
    assert api.run_here(run, "selection") == "done"
    return run


def shown() -> list[str]:
    with acting_as(BEN):
        return [one.run_id for one in api.list_runs()]


def from_settings(folder, name: str, repo_id: str, commit: str, revision: str | None = None):
    origin = {"repo_id": repo_id, "revision": revision, "commit": commit}
    return homes.install(folder, name, shared=True, origin=origin)


# by hand -----------------------------------------------------------------------------------------------------------


def test_sharing_again_shows_the_run_as_it_is_now(run):
    assert api.share_run(run) == run
    before = api.spec(run)
    api.select(run, before.model_copy(update={"ratio": 0.5}))
    with acting_as(BEN):
        assert api.spec(run) == before
    assert api.share_run(run) == run
    assert shown() == [run]
    with acting_as(BEN):
        assert api.spec(run).ratio == 0.5
    assert [path.name for path in homes.gallery_dir().iterdir()] == [run]


def test_whoever_is_reading_it_reads_on(run):
    api.share_run(run)
    spec = api.spec(run)
    row = next(iter(explore(homes.open_store(run)).select(spec).ids))
    answers, over = [], threading.Event()

    def read():
        with acting_as(BEN):
            while not over.is_set():
                try:
                    answers.append((api.rows(run, api.spec(run)).total, api.row(run, spec, row).example.example_id))
                except (RunError, FileNotFoundError):  # just between the two: one message, and then it goes on
                    answers.append(None)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(20):
        api.share_run(run)
    over.set()
    reader.join()
    told = [one for one in answers if one is not None]
    assert len(set(told)) == 1 and len(told) > len(answers) / 2


def test_a_copy_that_fails_leaves_what_is_shown(run, monkeypatch):
    api.share_run(run)

    def full(source, target):
        raise OSError("no space")

    monkeypatch.setattr("shutil.copytree", full)
    with pytest.raises(OSError, match="no space"):
        api.share_run(run)
    assert shown() == [run]


def test_runs_of_one_name_elsewhere_do_not_replace_each_other(settings, run, tmp_path):
    places = [tmp_path / one / "out" for one in "ab"]
    for place in places:
        shutil.copytree(homes.open_store(run).path, place)
    names = [api.share_run(str(place)) for place in places]
    assert sorted(shown()) == sorted(names) and len(set(names)) == 2
    assert api.share_run(str(places[0])) == names[0]


def test_sharing_what_everyone_sees_changes_nothing(run, monkeypatch):
    api.share_run(run)
    api.delete_run(run)
    monkeypatch.setenv("INSTRUCTDIFF_OWNER", "anne")
    with acting_as(Visitor("hub:1", "anne")):
        assert api.share_run(run) == run
        assert api.is_shared(run)
        assert api.unshare_run(run) is False
    assert shown() == []
    assert list(homes.gallery_dir().iterdir()) == []


def test_ones_own_run_stands_for_the_copy_that_others_see(run, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_OWNER", "anne")
    anne = Visitor("hub:1", "anne")
    with acting_as(anne):
        mine = homes.install(homes.RunStore(homes.root() / "runs" / run).path, "mine").run_id
        assert not api.is_shared(mine)
        api.share_run(mine)
        assert [(one.run_id, one.shared) for one in api.list_runs()] == [(mine, False)]
        assert api.is_shared(mine)
        assert api.unshare_run(mine) is False
        assert [one.run_id for one in api.list_runs()] == [mine]


# by settings -------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(run):
    return homes.open_store(run).path


def test_what_settings_name_no_more_is_taken_out(folder, run):
    from_settings(folder, "me-one", "me/one", OLD)
    from_settings(folder, "me-two", "me/two", OLD)
    api.share_run(run)
    homes.install(folder, "demo-123456", shared=True)
    assert origins.tidy_gallery([("me/two", None)]) == ["me-one"]
    assert sorted(shown()) == sorted(["me-two", run, "demo-123456"])
    assert origins.tidy_gallery([]) == ["me-two"]
    assert sorted(shown()) == sorted([run, "demo-123456"])


def test_of_two_commits_the_one_that_was_opened_last_stays(folder):
    from_settings(folder, "me-one-0", "me/one", OLD)
    from_settings(folder, "me-one-1", "me/one", NEW)
    from_settings(folder, "me-one-v", "me/one", "2" * 40, revision="v1")
    assert origins.tidy_gallery([("me/one", None), ("me/one", "v1")]) == ["me-one-0"]
    assert sorted(shown()) == ["me-one-1", "me-one-v"]


def test_a_copy_that_is_shared_by_hand_stays(folder):
    """Neither a copy of it, nor that copy when it is shared, is what the settings name."""
    from_settings(folder, "me-one", "me/one", OLD)
    homes.install(homes.gallery_dir() / "me-one", "mine")
    api.share_run("mine")
    assert origins.tidy_gallery([]) == ["me-one"]
    assert shown() == ["mine"]


def test_withdrawing_one_that_settings_name_says_that_it_comes_back(folder):
    from_settings(folder, "me-one", "me/one", OLD)
    assert api.unshare_run("me-one") is True


def test_an_origin_that_cannot_be_read_is_none(folder):
    store = from_settings(folder, "me-one", "me/one", OLD)
    assert origins.origin_of(store) == Origin("me/one", None, OLD)
    for text in ("", "[]", '{"repo_id": 1, "more": 2}', "null"):
        (store.path / homes.ORIGIN).write_text(text)
        assert origins.origin_of(store) is None
    assert origins.tidy_gallery([]) == []
    assert shown() == ["me-one"]
