"""The Hub from the page: rows and runs are pushed, and a published run is opened by a link."""

from __future__ import annotations

import re

import pytest
from driving import Server, shown, tab
from hub_stub import TOKEN, hub_stub

from instructdiff_ui import api

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def hub():
    with hub_stub({}) as stub:
        stub.users[TOKEN] = "me"
        yield stub


@pytest.fixture
def server(tmp_path, home, hub, settings, monkeypatch):
    """The owner's server, signed in by its environment, with one scored run."""
    assert api.run_here(api.create_run(api.parse_config(settings)), "selection") == "done"
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    for name, value in (("OFFLINE", "0"), ("DISABLE_XET", "1")):
        monkeypatch.setenv(f"HF_HUB_{name}", value)
    server = Server(tmp_path / "server.log")
    yield server
    server.kill()


def push(page, kind, repo):
    page.locator("#hub-kind label", has_text=kind).click()
    page.locator("#hub-repo").get_by_role("textbox").fill(repo)
    page.locator("#hub-push").click()


def test_pushed_published_and_opened_again(server, hub, page, console):
    page.goto(server.url)
    shown(page, "#kpis .value", re.compile(r"\d"))
    tab(page, "Compare & report")

    push(page, "the kept rows", "kept")
    shown(page, "#hub-pushed", "Pushed: me/kept (private, commit")
    assert "README.md" in hub.repos["me/kept"].files

    # a training there needs a model there, and nothing is submitted unseen
    page.get_by_text("Fine-tune on HF Jobs").click()
    expect(page.locator("#job-data").get_by_role("textbox")).to_have_value("me/kept")
    page.locator("#job-output").get_by_role("textbox").fill("tuned")
    page.locator("#job-preview").click()
    shown(page, ".toast-body", "needs a base model that is on the Hub")
    expect(page.locator("#job-submit")).to_be_hidden()
    assert hub.jobs == []

    # what cannot be pushed is one sentence, and covers nothing
    push(page, "the fine-tuned model", "model")
    shown(page, ".toast-body", "no fine-tuned model")
    expect(page.locator("#hub-pushed")).to_have_text("")
    assert page.locator("#hub .error:visible").count() == 0

    # a whole run, opened again by a link
    push(page, "the whole run", "run")
    shown(page, "#hub-pushed", "Pushed: me/run")
    page.goto(f"{server.url}?open=me/run")
    shown(page, "#kpis .value", re.compile(r"\d"))
    expect(page.locator("#runs .run")).to_have_count(2)
    assert TOKEN not in page.content()
    assert console.errors == []
