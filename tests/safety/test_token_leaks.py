"""A visitor's token goes to the Hub with that visitor's requests and nowhere else; the server's own is never lent."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import Mock

import pytest
from hub_stub import Repo, hub_stub, talking_to
from ui.scored_runs import scored_rows

from instructdiff_ui import api
from instructdiff_ui.api import Visitor
from instructdiff_ui.errors import ModelError, UserError, hidden
from instructdiff_ui.runs import executor, home, worker
from instructdiff_ui.runs.decoding import decoder
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


@pytest.mark.parametrize("visitor", [ANNE, BEN], ids=["anne", "ben"])
def test_the_tokenizer_that_shows_single_tokens_is_the_visitors_to_ask_for(hub, visitor):
    with api.acting_as(visitor), pytest.raises(UserError) as told:
        decoder("org/private-model", "main")
    assert hub.heard and set(hub.heard) <= ({f"Bearer {TOKEN}", ""} if visitor is ANNE else {""})
    assert TOKEN not in told.value.message and OWNERS not in told.value.message


@pytest.fixture
def annes_run(tmp_path, model_folder, settings, tiny_pack, monkeypatch):
    """A run of Anne's with a model of the Hub, done, and the Hub; what was fetched of the model is gone again."""
    model = {path.name: path.read_bytes() for path in model_folder.iterdir() if path.is_file()}
    repos = {"org/tiny": Repo(model, kind="models")}
    with hub_stub(repos) as stub, talking_to(stub.url, tmp_path / "cache"):
        stub.users[TOKEN] = "anne"
        own = {"HF_ENDPOINT": stub.url, "HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path / "hf"), "HF_TOKEN": OWNERS}
        for name, value in {**own, "INSTRUCTDIFF_PUBLIC": "1", "INSTRUCTDIFF_DEMO": str(tiny_pack)}.items():
            monkeypatch.setenv(name, value)
        with api.acting_as(ANNE):
            pool = api.keep_upload(Path(settings["data"]["sources"][0]["path"]))
            settings["data"]["sources"][0]["path"] = str(pool)
            run = api.create_run(api.parse_config(settings | {"model": {"path": "org/tiny", "device": "cpu"}}))
            api.start(run, "model")
            assert api.wait_for(run, 180) and api.status(run).state == "done", api.log_tail(run)
            for shard in home.open_store(run).path.glob("artifacts/score-*/**/*.parquet"):
                shard.unlink()  # else a row's values are read, and nothing is computed
        shutil.rmtree(tmp_path / "hf")
        yield run, stub


@pytest.mark.parametrize("visitor", [ANNE, BEN], ids=["anne", "ben"])
def test_what_the_models_answer_aside_is_asked_for_as_the_visitor(annes_run, visitor, tmp_path):
    """Single tokens computed anew and generated answers fetch the model too, in processes of their own."""
    run, hub = annes_run
    if visitor is BEN:
        with api.acting_as(ANNE):
            place = home.open_store(run).path
        with api.acting_as(BEN):
            run = home.install(place, "a-copy").run_id
    own = {f"Bearer {TOKEN}"} if visitor is ANNE else set()
    with api.acting_as(visitor):
        row = api.explore_run(run).table["example_id"][0]
        for ask in (
            lambda: api.token_view(run, row, compute=True).base_nll,
            lambda: api.generate(run, "Say it.", max_new_tokens=2)["base"],
        ):
            hub.heard.clear()
            hub.requests.clear()
            assert ask() is not None
            fetched = [one for one in hub.requests if one.startswith("GET") and "model.safetensors" in one]
            assert fetched, "else nothing was tested"
            assert set(hub.heard) - {""} == own, "as the visitor, or as nobody"
            shutil.rmtree(tmp_path / "hf")
    assert leaks(tmp_path, TOKEN, OWNERS, KEY) == []


# what leaves the server ----------------------------------------------------------------------------------------------

OAUTH = "hf_oauth_eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhbm5lIn0.x-Y_z"  # what a sign-in on a Space gives
QUOTES = {  # how libraries quote what they were given
    "in a header": "401 for {{'authorization': 'Bearer {}'}}",
    "in an address": "cannot reach https://anne:{}@hub.example/api?x=1",
    "alone": "{} is not valid",
}


@pytest.mark.parametrize("token", [TOKEN, OAUTH], ids=["token", "oauth"])
@pytest.mark.parametrize("kind", [RuntimeError, OSError, ModelError])
def test_a_token_that_a_library_quotes_goes_nowhere(tmp_path, token, kind, monkeypatch, capfd):
    """Not into the run, its log, its report, its exports, nor into what is published of it."""
    visitor = Visitor(f"key:{KEY}", "anne", token)
    with hub_stub({}) as stub, talking_to(stub.url, tmp_path / "cache"), api.acting_as(visitor):
        stub.users[token] = "anne"
        (tmp_path / "scores.jsonl").write_text("".join(json.dumps(row) + "\n" for row in scored_rows(40)))
        run = api.import_scores(api.keep_upload(tmp_path / "scores.jsonl"))
        for quote in QUOTES.values():
            failing = Mock(side_effect=kind(quote.format(token)))
            monkeypatch.setattr(worker.Job, "run", failing)
            assert worker.perform(home.open_store(run), until="selection") == "failed"
        now = api.status(run)
        assert now.state == "failed" and now.message and "\n" not in now.message
        made = api.report(run)
        api.write_report(run, tmp_path / "report")
        api.export_package(run, tmp_path / "package.zip")
        api.export_package(run, tmp_path / "package")
        for push in (api.publish_run, api.push_dataset):
            push(run, f"anne/{push.__name__}")
        opened = api.open_published("anne/publish_run")
        texts = [repr(now), api.log_tail(run), made.html, made.markdown, repr(api.status(opened)), repr(visitor)]
    told = capfd.readouterr()
    published = {f"{name} {path}": content for name, repo in stub.repos.items() for path, content in repo.files.items()}
    assert len(stub.repos) == 2 and len(published) > 10
    assert not [name for name, content in published.items() if token.encode() in content]
    assert not [message for repo in stub.repos.values() for message in repo.messages if token in message]
    assert not [text for text in (*texts, told.out, told.err) if token in text or "eyJ" in text]
    assert "Traceback" in told.err or kind is ModelError, "the log tells the rest"
    assert leaks(tmp_path, token, KEY) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"a {TOKEN}.", "a …."),
        (f"Bearer {'x' * 20} and", "Bearer … and"),
        ("https://me:secret@host/a and http://host/a@b", "https://…@host/a and http://host/a@b"),
        (
            "HF_HUB_OFFLINE, hf_hub_download, hf_xet and hf_transfer",
            "HF_HUB_OFFLINE, hf_hub_download, hf_xet and hf_transfer",
        ),
        ("mail me@host or see org/name@main", "mail me@host or see org/name@main"),
    ],
)
def test_what_is_hidden_and_what_is_not(text, left):
    assert hidden(text) == left
