"""A public server seen by two strangers: each has runs of their own, and both see what is everyone's."""

from __future__ import annotations

import re

import pytest
from driving import Server, shown, tab

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def public_server(tmp_path, home, tiny_pack, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_PUBLIC", "1")
    monkeypatch.setenv("INSTRUCTDIFF_MAX_ROWS", "300")
    monkeypatch.setenv("INSTRUCTDIFF_DEMO", str(tiny_pack))
    server = Server(tmp_path / "server.log")
    yield server
    server.kill()


@pytest.fixture
def stranger(browser, console, page):
    """Another person, with a browser of their own."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    other = context.new_page()
    console.listen(other)
    yield other
    context.close()


def arrived(page, server):
    page.goto(server.url)
    shown(page, "#kpis .value", re.compile(r"\d"))


def names(page) -> list[str]:
    return page.locator("#runs .run").all_inner_texts()


def test_two_strangers_do_not_see_each_other(public_server, page, stranger, console):
    arrived(page, public_server)
    arrived(stranger, public_server)
    shown(page, "#account-card", "Your runs are seen by this browser alone")
    assert [("shared" in text) for text in names(page)] == [True]

    # what is everyone's stays as it is: a copy can be changed
    shown(page, "#copy-run", "Make a copy")
    page.locator("#copy-run").click()
    expect(page.locator("#runs .run")).to_have_count(2)
    expect(page.locator("#copy-run")).to_be_hidden()
    page.wait_for_url(re.compile("run=2"))
    mine = re.search(r"run=([^&]+)", page.url)[1]

    # the other does not find it, by its name neither
    console.reload(stranger, f"{public_server.url}?run={mine}")
    shown(stranger, ".toast-body", "not on this server")  # it comes before the rest of the answer
    expect(stranger.locator("#runs .run")).to_have_count(1)
    shown(stranger, "#kpis .value", re.compile(r"\d"))
    console.reload(stranger)
    shown(stranger, "#kpis .value", re.compile(r"\d"))
    expect(stranger.locator("#runs .run")).to_have_count(1)

    # a reload finds it again
    console.reload(page)
    expect(page.locator("#runs .run")).to_have_count(2)
    assert console.errors == []


def test_paths_of_the_server_are_refused_and_none_is_asked_for(public_server, page, console):
    arrived(page, public_server)
    assert page.get_by_label("Run folder").count() == 0 or not page.get_by_label("Run folder").is_visible()
    tab(page, "Data")
    page.get_by_label("Model", exact=True).fill("/etc")
    page.get_by_label("Datasets, one per line").fill("/etc/passwd")
    page.locator("#load").click()
    shown(page, ".toast-body", "This server reads no paths or addresses")
    assert console.errors == []
