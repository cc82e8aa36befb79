"""What the owner of a Space shows to everyone: shared, shared again as it is now, and taken back.

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
def space(tmp_path, home, tiny_pack, monkeypatch):
    """A Space of an organisation, whose settings name the owner's account."""
    with openid_stub(TOKEN) as stub:
        names = stub.environment() | {"SPACE_ID": "org/space", "SPACE_AUTHOR_NAME": "org", "INSTRUCTDIFF_OWNER": "anne"}
        for name, value in names.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("INSTRUCTDIFF_DEMO", str(tiny_pack))
        server = Server(tmp_path / "server.log")
        yield server
        server.kill()


def arrive(page, space, query=""):
    page.goto(space.url + query)
    shown(page, "#kpis .value", re.compile(r"\d"))


def test_the_owner_shares_shares_again_and_takes_back(space, browsers, home):
    owner, guest = browsers(), browsers()
    arrive(owner, space)
    expect(owner.locator("#share-run")).to_be_hidden()  # a guest
    owner.locator("#sign-in").click()
    owner.wait_for_url(re.compile(r"127\.0\.0\.1"))
    shown(owner, "#account-card", "anne")
    shown(owner, "#kpis .value", re.compile(r"\d"))
    for button in ("#share-run", "#unshare-run"):  # the demo is everyone's already, and comes back by itself
        expect(owner.locator(button)).to_be_hidden()

    owner.locator("#copy-run").click()
    expect(owner.locator("#runs .run")).to_have_count(2)
    owner.locator("#share-run").click()
    shown(owner, ".toast-body", "Every visitor finds this run now, as it is.")
    expect(owner.locator("#runs .run")).to_have_count(2)  # one's own run stands for its copy
    (copy,) = [path for path in (home / "gallery").iterdir() if not path.name.startswith((".", "demo"))]

    arrive(guest, space, f"?run={copy.name}")
    expect(guest.locator("#copy-run")).to_be_visible()
    expect(guest.locator("#unshare-run")).to_be_hidden()

    # shared again, it is there as it is by now
    (mine,) = (home / "visitors").glob(f"*/runs/{copy.name}")
    (mine / "spec.json").write_text((mine / "spec.json").read_text() + " ")
    owner.locator("#share-run").click()
    for _ in range(300):
        if (copy / "spec.json").is_file() and (copy / "spec.json").read_text().endswith(" "):
            break
        owner.wait_for_timeout(100)
    else:
        pytest.fail("the old copy stayed")
    guest.reload()
    shown(guest, "#kpis .value", re.compile(r"\d"))

    # taken back: the server asks who it is, not the page
    owner.once("dialog", lambda dialog: dialog.accept())
    owner.locator("#unshare-run").click()
    shown(owner, ".toast-body", "Nobody else finds this run any more.")
    expect(owner.locator("#unshare-run")).to_be_hidden()
    expect(owner.locator("#share-run")).to_be_visible()
    assert mine.is_dir() and not copy.exists()

    # whoever still looks at it is told in one sentence
    guest.locator("#copy-run").click()
    shown(guest, ".toast-body", "There is no run")
    guest.reload()
    shown(guest, ".toast-body", "not on this server")
    expect(guest.locator("#runs .run")).to_have_count(1)
