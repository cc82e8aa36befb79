"""Who acts on the Hub: a visitor with their own token and no other, the owner of the machine with that of theirs."""

from __future__ import annotations

import pytest
from hub_stub import OTHER, TOKEN, Repo
from typer.testing import CliRunner

from instructdiff_ui import api
from instructdiff_ui.cli import app
from instructdiff_ui.errors import HubError, RunError
from instructdiff_ui.hub.publishing import NEEDED
from instructdiff_ui.runs import home, visitors
from instructdiff_ui.runs.visitors import NOBODY, Visitor, acting_as


@pytest.fixture
def mine(store, monkeypatch):
    """The finished run, as one of the visitor who is being served."""
    visitor = Visitor("my key", "me", TOKEN)
    with acting_as(visitor):
        home.install(store.path, "tiny-run")
        yield visitor


def test_a_visitor_acts_with_their_own_token(hub, mine, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", OTHER)
    assert api.signed_in() == "me"
    assert api.push_dataset("tiny-run", "rows").repo_id == "me/rows"
    assert api.push_model("tiny-run", "model").url == f"{hub.url}/me/model"
    assert api.publish_run("tiny-run", "run").private
    assert not [name for name in hub.repos if name.startswith("somebody/")]


def test_a_visitor_who_has_not_signed_in_does_not_get_the_token_of_the_machine(hub, store, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.repos["org/gated"] = Repo(dict.fromkeys(NEEDED, b"{}"), token=TOKEN)
    with acting_as(Visitor("a key")):
        home.install(store.path, "tiny-run")
        assert api.signed_in() is None
        for act in (api.push_dataset, api.push_model, api.publish_run):
            with pytest.raises(HubError, match=r"^Sign in with Hugging Face first, or set HF_TOKEN\.$"):
                act("tiny-run", "me/x")
        with pytest.raises(HubError, match="is gated"):
            api.open_published("org/gated")
    assert set(hub.repos) == {"org/gated"}


def test_the_owner_acts_with_the_token_of_the_environment(hub, store, monkeypatch):
    assert api.signed_in() is None
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert visitors.current() is None
    assert api.signed_in() == "me"
    assert api.push_dataset(str(store.path), "me/rows").private


def test_a_visitor_opens_a_run_within_their_room(hub, mine, monkeypatch):
    api.publish_run("tiny-run", "me/run", private=False)
    with acting_as(Visitor("another key")):
        run = api.open_published("?open=me/run")
        assert api.status(run).state == "done"
        with pytest.raises(RunError, match="Only the owner"):
            api.open_published("me/run", shared=True)
        api.delete_run(run)
        monkeypatch.setenv("INSTRUCTDIFF_MAX_DOWNLOAD_MB", "1")
        hub.repos["me/run"].sizes["deltas.parquet"] = 5_000_000
        with pytest.raises(HubError, match="at most 1 MB are allowed here"):
            api.open_published("me/run")
    with acting_as(NOBODY), pytest.raises(RunError, match="has to know you"):
        api.open_published("me/run")


def test_the_job_is_shown_before_it_is_submitted(hub, mine, monkeypatch):
    from instructdiff_ui.hub import jobs

    monkeypatch.setattr(jobs, "hub_ids", lambda paths, kind: list(paths))
    api.push_dataset("tiny-run", "me/rows")
    plan = api.job_preview("tiny-run", "me/rows", "me/model", flavor="l4x1")
    assert not hub.jobs
    assert api.job_state(api.submit_job(plan).id).stage == "RUNNING"
    assert len(hub.jobs) == 1


def test_the_command_line_pushes_publishes_and_opens(hub, store, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    told = {}
    for arguments in (["push", "rows"], ["push", "model", "--what", "model"], ["publish", "run", "--public"]):
        done = CliRunner().invoke(app, [arguments[0], str(store.path), *arguments[1:]])
        assert done.exit_code == 0, done.output
        told[arguments[1]] = done.output
    assert f"{hub.url}/datasets/me/rows (private), commit " in told["rows"]
    assert f"{hub.url}/me/model (private), commit " in told["model"]
    assert f"{hub.url}/datasets/me/run (public), commit " in told["run"]
    monkeypatch.setenv("INSTRUCTDIFF_HOME", str(tmp_path / "elsewhere"))
    opened = CliRunner().invoke(app, ["open", "me/run"])
    assert opened.output.startswith(str(tmp_path / "elsewhere" / "runs" / "me-run-"))
    assert TOKEN not in "".join([*told.values(), opened.output])
