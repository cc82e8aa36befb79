"""Whose request it is: cookies, keys and accounts over raw HTTP, and posts that another site's page sends."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Generator
from http.cookies import SimpleCookie

import gradio as gr
import httpx
import pytest
from hub_stub import hub_stub, talking_to
from starlette.middleware import Middleware

from instructdiff_ui import api
from instructdiff_ui.runs import visitors
from instructdiff_ui.ui import identity
from instructdiff_ui.ui.identity import COOKIE, HEADER, Door, serve_visitors

KEY = "k" * 43


def who() -> str:
    """Who is served, as the functions below the page see it."""
    visitor = api.current_visitor()
    return "owner" if visitor is None else visitor.key or "nobody"


def steps() -> Generator[str, None, None]:
    for _ in range(3):
        yield who()
        time.sleep(0.01)


@pytest.fixture
def hub(tmp_path, monkeypatch):
    monkeypatch.setattr(identity, "_accounts", identity.Accounts())
    with hub_stub({}) as stub, talking_to(stub.url, tmp_path / "cache"):
        yield stub


@pytest.fixture
def served(monkeypatch):
    """A page whose functions tell whom they serve; `public` as on a Space."""
    monkeypatch.setattr(visitors, "_default", None)
    pages = []

    def start(*, public: bool = True) -> str:
        with gr.Blocks(analytics_enabled=False) as page:
            gr.api(who, api_name="who")
            gr.api(steps, api_name="steps")
        if public:
            serve_visitors(page)
        pages.append(page)
        page.launch(
            prevent_thread_lock=True, quiet=True, ssr_mode=False,
            app_kwargs={"middleware": [Middleware(Door, public=public)]},
        )  # fmt: skip
        return page.local_url

    yield start
    for page in pages:
        page.close()


def call(url: str, name: str = "who", **http) -> list[str]:
    """What a function answers to a raw request, step by step."""
    asked = httpx.post(f"{url}gradio_api/call/{name}", json={"data": []}, **http)
    asked.raise_for_status()
    answer = httpx.get(f"{url}gradio_api/call/{name}/{asked.json()['event_id']}", timeout=20).text
    return [value for line in re.findall(r"^data: (.+)$", answer, re.M) for value in json.loads(line) or []]


def test_alone_at_home_one_is_the_owner(served):
    url = served(public=False)
    assert call(url) == ["owner"] == call(url, headers={HEADER: KEY})
    assert "set-cookie" not in httpx.get(url).headers


def test_each_browser_gets_a_key_of_its_own(served):
    url = served()
    keys = []
    for _ in range(2):
        answer = httpx.get(url)
        cookie = SimpleCookie(answer.headers["set-cookie"])[COOKIE]
        assert cookie["httponly"] and cookie["samesite"] == "Lax" and len(cookie.value) >= 43
        assert call(url, cookies={COOKIE: cookie.value}) == [f"key:{cookie.value}"]
        keys.append(cookie.value)
    assert keys[0] != keys[1]
    assert "set-cookie" not in httpx.get(url, cookies={COOKIE: keys[0]}).headers  # the key stays


def test_a_script_names_its_key_in_a_header(served):
    url = served()
    assert call(url, headers={HEADER: KEY}) == [f"key:{KEY}"]
    assert call(url) == ["nobody"]
    assert call(url, headers={HEADER: "short"}) == ["nobody"], "a key that can be guessed is none"


@pytest.mark.parametrize(
    "others",
    ["a/b=1", 'weird={"a": 1}', "a b", "n\xe4me=1", "theirs"],
    ids=["slash", "json", "space", "letter", "no value"],
)
def test_a_key_stays_beside_any_other_cookie_of_the_host(served, others):
    url = served()
    cookies = {"cookie": f"{others}; {COOKIE}={KEY}".encode("latin-1")}
    answer = httpx.get(url, headers=cookies)
    assert answer.status_code == 200 and "set-cookie" not in answer.headers
    assert call(url, headers=cookies) == [f"key:{KEY}"]


def test_a_key_that_could_be_guessed_is_replaced(served):
    assert COOKIE in SimpleCookie(httpx.get(served(), cookies={COOKIE: "short"}).headers["set-cookie"])


@pytest.mark.parametrize("header", ["authorization", "x-hf-authorization"])
def test_a_script_is_the_account_of_its_token(served, hub, header):
    hub.users["hf_anne"] = "anne"
    url = served()
    sent = {header: "Bearer hf_anne"}
    assert call(url, headers=sent) == ["hub:id-anne"] == call(url, headers=sent | {HEADER: KEY})
    assert sum("whoami" in one for one in hub.requests) == 1, "asked once, and remembered for some minutes"


def test_a_token_that_the_hub_does_not_know_is_told_so(served, hub):
    call, sent = f"{served()}gradio_api/call/who", {"authorization": "Bearer hf_no"}
    asked = httpx.post(call, json={"data": []}, headers=sent)
    answer = httpx.get(f"{call}/{asked.json()['event_id']}", headers=sent, timeout=20)
    assert "The Hub does not know the token that was sent." in answer.text and "hf_no" not in answer.text


def test_whoever_asks_for_anything_is_here(served, monkeypatch, tmp_path):
    monkeypatch.setenv("INSTRUCTDIFF_HOME", str(tmp_path))
    place = tmp_path / "visitors" / api.Visitor(f"key:{KEY}").folder
    place.mkdir(parents=True)
    os.utime(place, (0, 0))
    call(served(), headers={HEADER: KEY})
    assert time.time() - (place / "seen").stat().st_mtime < 60, "a script's runs must not be taken for abandoned"


def test_every_step_of_a_generator_knows_whom_it_serves(served):
    assert set(call(served(), "steps", headers={HEADER: KEY})) == {f"key:{KEY}"}


def test_nobody_can_name_themselves_an_account(served):
    url = served()
    assert call(url, headers={HEADER: f"hub:{KEY}"}) == [f"key:hub:{KEY}"]


def test_a_session_counts_only_where_one_can_sign_in(monkeypatch):
    session = {
        "oauth_info": {
            "access_token": "hf_x",
            "expires_at": time.time() + 60,
            "userinfo": {"sub": "7", "preferred_username": "anne"},
        }
    }
    assert identity._account(session) is None  # gradio's mock signs everyone in as the owner of the machine
    monkeypatch.setenv("SPACE_ID", "org/space")
    monkeypatch.setenv("OAUTH_CLIENT_SECRET", "s")
    assert identity._account(session) is None  # gradio's mock goes by another variable
    monkeypatch.setenv("SYSTEM", "spaces")
    account = identity._account(session)
    assert (account.key, account.name, account.token) == ("hub:7", "anne", "hf_x")
    session["oauth_info"]["expires_at"] = time.time() - 1
    assert identity._account(session) is None


@pytest.mark.parametrize("public", [True, False], ids=["public", "at home"])
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example:{port}", "http://127.0.0.1:1"]
)
def test_posts_from_the_page_of_another_site_are_turned_away(served, public, origin):
    url = served(public=public)
    origin = origin.format(port=url.rstrip("/").rpartition(":")[2])
    for path in ("call/who", "queue/join", "upload", "run/who"):
        answer = httpx.post(f"{url}gradio_api/{path}", json={"data": []}, headers={"origin": origin})
        assert (answer.status_code, answer.text) == (403, "This request comes from another site.")
    assert call(url, headers={"origin": url.rstrip("/")})


def test_on_a_space_the_cookie_works_in_the_frame_of_another_site(monkeypatch):
    monkeypatch.setenv("SPACE_ID", "org/space")
    assert "SameSite=None; Secure; Partitioned" in identity._new_key()


def test_a_function_that_would_not_know_its_visitor_is_refused():
    async def later():
        return 1

    with pytest.raises(TypeError, match="asynchronous"):
        identity._for_visitor(later)
