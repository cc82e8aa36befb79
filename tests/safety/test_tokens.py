"""A visitor's token goes to the Hub with that visitor's requests and nowhere else; the server's own is never lent."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hub_stub import talking_to

from instructdiff_ui import api
from instructdiff_ui.api import Visitor
from instructdiff_ui.errors import UserError
from instructdiff_ui.runs import executor, home
from instructdiff_ui.runs.store import RunStore

TOKEN, OWNERS = "hf_TheVisitorsOwnTokenForNobodyElse", "hf_TheServersOwnTokenForNoVisitor"
KEY = "key-of-anne-" + "a" * 40
ANNE = Visitor(f"key:{KEY}", "anne", TOKEN)
BEN = Visitor("key:" + "b" * 43)


@dataclass
class Hub:
    """A Hub that refuses everything, quotes what it was sent, and remembers it."""

    url: str = ""
    status: int = 401
    heard: list[str] = field(default_factory=list)  # the Authorization of each request, or an empty text


@pytest.fixture
def hub(tmp_path, tiny_pack, monkeypatch) -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            said = self.headers.get("authorization", "")
            hub.heard.append(said)
            body = f'{{"error": "no: {said}"}}'.encode()
            self.send_response(hub.status)
            self.send_header("content-length", str(len(body)))
            self.send_header("x-error-message", f"no: {said}")
            if code := {403: "GatedRepo", 404: "RepoNotFound"}.get(hub.status):
                self.send_header("x-error-code", code)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_POST = do_GET

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with talking_to(hub.url, tmp_path / "cache"):
        own = {"HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path / "hf"), "HF_TOKEN": OWNERS}
        for name, value in {**own, "INSTRUCTDIFF_PUBLIC": "1", "INSTRUCTDIFF_DEMO": str(tiny_pack)}.items():
            monkeypatch.setenv(name, value)
        yield hub
    server.shutdown()
    server.server_close()


def leaks(folder: Path, *secrets: str) -> list[Path]:
    """Files whose content or name holds a secret."""
    return [
        path for path in folder.rglob("*")
        if any(s in path.name or (path.is_file() and s.encode() in path.read_bytes()) for s in secrets)
    ]  # fmt: skip


SETTINGS = {"model": {"path": "demo:model"}, "data": {"sources": [{"path": "org/data"}], "limit": 50}}


def worked(visitor: Visitor, name: str) -> tuple[RunStore, bytes, bytes]:
    """A run whose worker asked the Hub, with the arguments and the environment that the worker had."""
    with api.acting_as(visitor):
        store = RunStore(home.runs_dir() / name)
        store.create(api.parse_config(SETTINGS))
        executor.start(store, until="tokens")
        place = Path("/proc") / str(executor.job(store)["pid"])
        for _ in range(200):  # until it has become a Python of its own
            arguments, environment = (place / "cmdline").read_bytes(), (place / "environ").read_bytes()
            if b"instructdiff_ui.runs.worker" in arguments:
                break
            time.sleep(0.02)
        deadline = time.monotonic() + 90
        while (now := api.status(name)).state != "failed" and time.monotonic() < deadline:
            time.sleep(0.1)
        assert now.state == "failed", now
    return store, arguments, environment


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_job_that_the_hub_refuses_leaves_the_token_nowhere(hub, status, tmp_path, capfd):
    hub.status = status
    store, arguments, environment = worked(ANNE, "hers")
    assert f"Bearer {TOKEN}" in hub.heard, "else nothing was tested"
    assert set(hub.heard) <= {f"Bearer {TOKEN}", ""}, "and nothing was asked as anybody else"
    assert TOKEN.encode() in environment and TOKEN.encode() not in arguments
    with api.acting_as(ANNE):
        now, log = api.status("hers"), api.log_tail("hers")
        assert now.state == "failed" and "\n" not in now.message
    told = capfd.readouterr()
    for text in (repr(now), log, told.out, told.err, repr(ANNE), str(executor.job(store))):
        assert TOKEN not in text and OWNERS not in text and KEY not in text
    assert leaks(tmp_path, TOKEN, OWNERS, KEY) == []


def test_a_visitor_without_a_token_is_nobody_to_the_hub(hub, tmp_path):
    _, _, environment = worked(BEN, "his")
    assert hub.heard and set(hub.heard) == {""}
    assert OWNERS.encode() not in environment
    assert leaks(tmp_path, OWNERS) == []


@pytest.mark.parametrize("status", [401, 403, 404, 500])
@pytest.mark.parametrize("visitor", [ANNE, BEN], ids=["anne", "ben"])
def test_what_the_server_itself_asks_for_a_visitor(hub, status, visitor, tmp_path, capfd):
    """Sizes are looked at before a job begins; what opens and pushes runs asks with the visitor's token too."""
    hub.status = status
    asks = [
        lambda: api.create_run(api.parse_config(SETTINGS | {"model": {"path": "org/model"}})),
        lambda: api.open_published("org/run"),
        lambda: api.start(api.create_run(api.parse_config(SETTINGS)), "data"),
    ]
    said = []
    with api.acting_as(visitor):
        for ask in asks:
            try:
                ask()
            except UserError as error:
                said += [error.message, repr(error), repr(error.__cause__)]
        for run in api.list_runs():
            api.wait_for(run.run_id, 60)
    assert hub.heard and set(hub.heard) <= ({f"Bearer {TOKEN}", ""} if visitor is ANNE else {""})
    told = capfd.readouterr()
    for text in (*said, told.out, told.err):
        assert TOKEN not in text and OWNERS not in text
    assert leaks(tmp_path, TOKEN, OWNERS, KEY) == []
