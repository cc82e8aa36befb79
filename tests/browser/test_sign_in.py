"""Signing in with Hugging Face on a Space: an account's runs are found again in another browser, and by nobody else.

On a Space gradio's page asks huggingface.co for the Space's name, so the console is not looked at here.
"""

from __future__ import annotations

import re

import pytest
from driving import Server, shown
from hub_stub import TOKEN
from openid_stub import openid_stub

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def provider():
    with openid_stub(TOKEN) as stub:
        yield stub


@pytest.fixture
def space(tmp_path, home, tiny_pack, provider, monkeypatch):
    for name, value in provider.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("INSTRUCTDIFF_DEMO", str(tiny_pack))
    server = Server(tmp_path / "server.log")
    yield server
    server.kill()


def arrive(page, space):
    page.goto(space.url)
    shown(page, "#kpis .value", re.compile(r"\d"))


def sign_in(page):
    page.locator("#sign-in").click()
    page.wait_for_url(re.compile(r"127\.0\.0\.1"))


def test_an_account_has_its_runs_in_every_browser(space, provider, browsers, home, tmp_path):
    first = browsers()
    arrive(first, space)
    shown(first, "#account-card", "Guest")
    sign_in(first)
    shown(first, "#account-card", "anne")
    shown(first, "#kpis .value", re.compile(r"\d"))
    first.locator("#copy-run").click()
    expect(first.locator("#runs .run")).to_have_count(2)
    expect(first.locator("#share-run")).to_be_hidden()  # the space is not hers

    second = browsers()
    arrive(second, space)
    expect(second.locator("#runs .run")).to_have_count(1)
    sign_in(second)
    shown(second, "#account-card", "anne")
    expect(second.locator("#runs .run")).to_have_count(2)

    provider.account = "ben"
    third = browsers()
    arrive(third, space)
    sign_in(third)
    shown(third, "#account-card", "ben")
    expect(third.locator("#runs .run")).to_have_count(1)

    written = [path for folder in (home, tmp_path) for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in written if TOKEN.encode() in path.read_bytes()], "the token was written down"
