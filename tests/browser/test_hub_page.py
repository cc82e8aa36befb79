"""The Hub from the page: rows and runs are pushed, and a published run is opened by a link."""

from __future__ import annotations

import re
import threading

import pytest
from driving import Server, shown, tab
from hub_stub import TOKEN, Repo, hub_stub

from instructdiff_ui import api
from instructdiff_ui.files import write_json
from instructdiff_ui.hub.publishing import pack
from instructdiff_ui.hub.pushing import mark_of_run
from instructdiff_ui.runs import home as home_of_runs

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


# links -------------------------------------------------------------------------------------------------------------


class Slow(dict):
    """The repositories of a Hub that answers when it is let."""

    def __init__(self, repos):
        super().__init__(repos)
        self.answering = threading.Event()

    def get(self, name, default=None):
        self.answering.wait(60)
        return super().get(name, default)


@pytest.fixture
def space(tmp_path, home, hub, settings, tiny_pack, monkeypatch):
    """A Space that keeps one run of each visitor; on the Hub lies a published run."""
    store = home_of_runs.open_store(api.create_run(api.parse_config(settings)))
    assert api.run_here(store.run_id, "selection") == "done"
    pack(store, tmp_path / "published")
    write_json(tmp_path / "published" / "instructdiff.json", {"made_by": "x", **vars(mark_of_run(store, "run"))})
    files = [path for path in (tmp_path / "published").rglob("*") if path.is_file()]
    names = {path.relative_to(tmp_path / "published").as_posix(): path.read_bytes() for path in files}
    hub.repos = Slow({"anne/run": Repo(names, commit="7" * 40)})
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    for name, value in (("OFFLINE", "0"), ("DISABLE_XET", "1")):
        monkeypatch.setenv(f"HF_HUB_{name}", value)
    monkeypatch.setenv("SPACE_ID", "org/space")
    monkeypatch.setenv("INSTRUCTDIFF_MAX_RUNS", "1")
    monkeypatch.setenv("INSTRUCTDIFF_DEMO", str(tiny_pack))
    server = Server(tmp_path / "server.log")
    yield server
    server.kill()


def test_a_link_is_opened_once_and_found_again(space, hub, page):
    page.goto(f"{space.url}?open=anne/run&__theme=light")
    shown(page, "#job", "Opening anne/run from the Hub …")
    hub.repos.answering.set()
    page.wait_for_url(re.compile(r"run=anne-run-7777"))
    shown(page, "#kpis .value", re.compile(r"\d"))
    assert "open=" not in page.url and "__theme=light" in page.url
    expect(page.locator("#job")).not_to_contain_text("Opening")

    # another run is chosen, and a reload stays with it
    page.get_by_text("Open or delete").click()
    page.locator("#open-demo").click()
    page.wait_for_url(re.compile(r"run=demo-"))
    page.reload()
    shown(page, "#kpis .value", re.compile(r"\d"))
    assert "run=demo-" in page.url

    # the link again: the copy takes no more room, and the Hub is not needed for it
    for status in (200, 503):
        hub.repos["anne/run"].status = status
        page.goto(f"{space.url}?open=anne/run")
        page.wait_for_url(re.compile(r"run=anne-run-7777"))
        shown(page, "#kpis .value", re.compile(r"\d"))
        assert page.locator(".toast-body").count() == 0

    # what cannot be opened is one message, and the page goes on
    page.goto(f"{space.url}?open=anne/another")
    shown(page, ".toast-body", "You have 1 run here, and this server keeps 1")
    shown(page, "#kpis .value", re.compile(r"\d"))
    assert "open=" not in page.url
