"""Files of the server, addresses, uploads without end and hostile names, over raw HTTP."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from safety.conftest import SECRET, Person, Public, tree

from instructdiff_ui.ui import gate
from instructdiff_ui.ui.gate import Refused, Uploads


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """An inner service that strangers must not reach through the server; what it was asked for."""
    asked: list[str] = []

    class Inner(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(302)
            self.send_header("location", "/again")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Inner)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def raw(url: str, path: str) -> bytes:
    """The answer to a path that no client would send as it is."""
    port = httpx.URL(url).port
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: line.recv(65_536), b""))


# files of the server -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ["/gradio_api/file=", "/gradio_api/file/"])
def test_no_file_of_the_server_is_handed_out(public, route):
    config = public.folder / "runs" / public.run / "config.yaml"
    wanted = ["/etc/passwd", "//etc/passwd", str(config), "app.py", "../../../../etc/passwd", f"file://{config}"]
    wanted += [str(public.log), str(Path(__file__).parents[2] / "app.py"), "/proc/self/environ", "~/.bashrc"]
    for path in wanted:
        for written in (path, quote(path, safe=""), quote(quote(path, safe=""), safe=""), path.replace("/", "\\")):
            answer = raw(public.url, route + written.replace(" ", "%20"))
            assert answer.split()[1] in (b"403", b"404", b"400"), f"{written}: {answer[:80]!r}"
            assert b"root:" not in answer and SECRET.encode() not in answer and b"argparse" not in answer


def test_a_link_in_the_folder_of_uploads_leads_nowhere(public):
    folder = public.home.parent / "uploads" / ("a" * 64)
    folder.mkdir(parents=True)
    (folder / "link").symlink_to("/etc/passwd")
    assert public.ben.http.get(f"/gradio_api/file={folder / 'link'}").status_code == 403


def test_the_routes_that_the_page_has_no_use_for_are_closed(public):
    for path in ("proxy=https://a.hf.space/x", "runs", "run-history/buckets", "deep_link?session_hash=x", "vibe-code"):
        assert public.ben.http.get(f"/gradio_api/{path}").status_code == 404
    assert public.ben.http.get("/monitoring/summary").status_code == 404
    assert public.ben.http.post("/gradio_api/component_server", json={}).status_code == 404


# addresses ---------------------------------------------------------------------------------------------------------


def test_no_address_is_fetched_for_a_file(public, listener):
    inner, asked = listener
    for address in (f"{inner}/a.jsonl", f"{inner.replace('127.0.0.1', '[::1]')}/a", "http://169.254.169.254/latest",
                    "https://example.org/a.jsonl", f"HTTP://127.0.0.1:{inner.rpartition(':')[2]}/a"):  # fmt: skip
        assert public.ben.http.get(f"/gradio_api/file={address}").status_code in (403, 404)
    assert asked == []


def test_files_in_the_fields_of_the_page_are_uploads_alone(public, listener):
    inner, asked = listener
    ben, config = public.ben, public.folder / "runs" / public.run / "config.yaml"
    files = {one["id"] for one in ben.http.get("/config").json()["components"] if one["type"] == "file"}
    events = [one for one in ben.events if one["backend_fn"] and files & set(one["inputs"])]
    assert len(events) >= 2
    before = tree(public.home)
    for event in events:
        for place in (str(config), "/etc/passwd", "../../etc/passwd", f"{inner}/a.jsonl", "http://169.254.169.254/"):
            for many in (True, False):
                file = {"path": place, "url": f"{inner}/b", "meta": {"_type": "gradio.FileData"}, "orig_name": "a"}
                values = {i: [file] if many else file for i in files}
                answer = ben.say(event, values)
                assert '"success":true' not in answer and SECRET not in answer and "root:" not in answer
    assert asked == []
    assert tree(public.home) == before


def test_datasets_and_models_are_no_addresses(public, listener):
    inner, asked = listener
    for place in (
        inner,
        f"{inner}/x.jsonl",
        "http://169.254.169.254/latest",
        "s3://b/c",
        "file:///etc/passwd",
        "hf://x",
    ):
        for settings in ({"model": {"path": place}}, {"data": {"sources": [{"path": place}]}}, {"scores": place}):
            values = {"model": {"path": "demo:model"}, "data": {"sources": [{"path": "demo:pool.jsonl"}]}} | settings
            body = {"data": [json.dumps(values)], "session_hash": "s"}
            asked_for = public.ben.http.post("/gradio_api/call/create_run", json=body)
            if asked_for.status_code == 200:
                said = public.ben.http.get(f"/gradio_api/call/create_run/{asked_for.json()['event_id']}").text
                assert "event: error" in said and "Traceback" not in said
    assert asked == []


# uploads -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["../../../x.jsonl", "/etc/cron.d/x.jsonl", "..", "...", ".", "-rf", "con", "a\nb.jsonl", "a\0b.jsonl",
     "x" * 300 + ".jsonl", "\u202egpj.lnosj", "<img src=x>.jsonl", "a;rm -rf $HOME.jsonl", "C:\\x.jsonl"],
)  # fmt: skip
def test_a_hostile_name_stays_in_the_folder_of_uploads(public, name):
    uploads = public.home.parent / "uploads"
    before = {path for path in public.home.parent.rglob("*") if not path.is_relative_to(uploads)}
    answer = Person(public.url).upload(b'{"instruction": "a", "response": "b"}\n', name)
    if answer.status_code == 200:
        (path,) = answer.json()
        assert Path(path).resolve().is_relative_to(uploads.resolve()) and len(Path(path).name) < 256
        assert "\n" not in path and "\0" not in path
    assert answer.status_code in (200, 400)
    after = {path for path in public.home.parent.rglob("*") if not path.is_relative_to(uploads)}
    assert after == before
    assert httpx.get(public.url).status_code == 200


def test_a_file_beyond_the_limit_is_cut_off_and_leaves_nothing(public):
    uploads = public.home.parent / "uploads"
    person = Person(public.url)
    assert person.upload(b"x" * 1_500_000).status_code == 200
    before = sum(path.stat().st_size for path in uploads.rglob("*") if path.is_file())
    assert person.upload(b"x" * 2_500_000).status_code == 413
    assert sum(path.stat().st_size for path in uploads.rglob("*") if path.is_file()) == before


def test_an_upload_of_two_gigabytes_is_refused_before_it_is_sent(public):
    port = httpx.URL(public.url).port
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        head = f"POST /gradio_api/upload HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-length: 2000000000\r\n"
        line.sendall(
            f"{head}x-instructdiff-key: {'k' * 43}\r\ncontent-type: multipart/form-data; boundary=b\r\n\r\n".encode()
        )
        assert line.recv(4096).startswith(b"HTTP/1.1 413")


def test_many_uploads_of_one_visitor_end_and_others_go_on(public):
    greedy = Person(public.url)
    answers = [greedy.upload(bytes([k]) * 1_900_000).status_code for k in range(6)]
    assert answers == [200] * 4 + [413] * 2
    assert "8 MB of uploads a day" in greedy.upload(b"x" * 1_900_000).text
    assert Person(public.url).upload(b"{}").status_code == 200


def test_nobody_uploads_nothing_and_lengths_are_told(public):
    files = {"files": ("a.jsonl", b"{}")}
    assert httpx.post(f"{public.url}gradio_api/upload", files=files).status_code == 403
    sent = iter([b"--b\r\n", b"x" * 100])
    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert public.ben.http.post("/gradio_api/upload", content=sent, headers=headers).status_code == 411


def test_pieces_of_broken_uploads_are_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(gate, "get_upload_folder", lambda: str(tmp_path))
    old, new, kept = tmp_path / "tmpold", tmp_path / "tmpnew", tmp_path / ("a" * 64)
    kept.mkdir()
    for path in (old, new, kept / "tmpfile"):
        path.write_text("x")
        os.utime(path, (0, 0) if path != new else None)
    Uploads().let_in("k" * 43, "10")
    assert not old.exists() and new.exists() and (kept / "tmpfile").exists()


def test_what_was_uploaded_a_day_ago_counts_no_more(monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_MAX_DISK_MB", "1")
    uploads, now = Uploads(), time.time()
    uploads.let_in("k", "900000")
    with pytest.raises(Refused, match="1 MB of uploads a day"):
        uploads.let_in("k", "900000")
    monkeypatch.setattr(gate.time, "time", lambda: now + 90_000)
    uploads.let_in("k", "900000")
    assert list(uploads._taken) == ["k"] and len(uploads._taken["k"]) == 1, "what is past is forgotten"


# requests ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"[" * 100_000, "application/json", 400),
        (b'{"data": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", "application/json", 400),
        (b'{"data": ["' + b"x" * 17_000_000 + b'"]}', "application/json", 413),
        (b"\xff\xfe{}", "application/json", 400),
        (b'{"data": []}', "text/plain", 415),
        (b"data=1", "application/x-www-form-urlencoded", 415),
        (b"--b\r\n\r\n--b--", "multipart/form-data; boundary=b", 415),
    ],
)
def test_requests_that_no_page_sends(public: Public, content, kind, status):
    """The last three a page of another site could send without asking the browser."""
    for path in ("queue/join", "run/predict", "call/create_run", "cancel"):
        answer = public.ben.http.post(f"/gradio_api/{path}", content=content, headers={"content-type": kind})
        assert answer.status_code == status and len(answer.text) < 200
