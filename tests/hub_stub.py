"""A small stand-in for the Hub's HTTP API on the loopback interface.

It serves repositories from memory through the routes that huggingface_hub and datasets use to read them: the info of a
repository, its file tree, and its files. A repository may instead be gated, rate-limited or failing.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

_ROUTE = re.compile(
    r"/(?P<api>api/)?(?:(?P<kind>datasets|models)/)?(?P<id>[^/]+/[^/]+)"
    r"(?:/(?P<verb>revision|tree|paths-info|resolve)/(?P<revision>[^/]+)(?:/(?P<path>.*))?)?"
)


@dataclass
class Repo:
    """One repository: its files by path, or how it refuses."""

    files: dict[str, bytes] = field(default_factory=dict)
    kind: str = "datasets"  # or "models"
    token: str | None = None  # who may read it; gated for everybody else
    status: int = 200  # anything else is the answer to every request
    commit: str = "0123456789abcdef0123456789abcdef01234567"
    branches: tuple[str, ...] = ("main",)


@dataclass
class HubStub:
    url: str
    repos: dict[str, Repo]
    requests: list[str] = field(default_factory=list)  # method and path of each request, for a test to look at


@contextmanager
def hub_stub(repos: dict[str, Repo]) -> Iterator[HubStub]:
    """A running stub; point HF_ENDPOINT at its `url`, in a process that has not imported huggingface_hub yet."""
    stub = HubStub("", repos)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"stub": stub}))
    stub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    stub: HubStub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, body: bytes = b"") -> None:
        path = unquote(urlsplit(self.path).path)
        self.stub.requests.append(f"{self.command} {path}")
        match = _ROUTE.fullmatch(path)
        repo = self.stub.repos.get(match["id"]) if match else None
        if match is None or repo is None or (match["kind"] or "models") != repo.kind:
            return self._refuse(404, "RepoNotFound")
        if repo.status != 200:
            return self._refuse(repo.status, "")
        if repo.token and self.headers.get("Authorization") != f"Bearer {repo.token}":
            return self._refuse(403 if "Authorization" in self.headers else 401, "GatedRepo")
        if match["revision"] and match["revision"] not in (*repo.branches, repo.commit):
            return self._refuse(404, "RevisionNotFound")
        verb = match["verb"] or "revision"
        if verb == "resolve":
            return self._file(repo, match["path"])
        if verb == "revision":
            return self._json(self._info(match["id"], repo))
        return self._tree(repo, match["path"] or "", body if verb == "paths-info" else b"")

    def _info(self, repo_id: str, repo: Repo) -> dict:
        siblings = [{"rfilename": path} for path in repo.files]
        return {"id": repo_id, "sha": repo.commit, "private": False, "gated": False, "siblings": siblings, "tags": []}

    def _tree(self, repo: Repo, under: str, body: bytes) -> None:
        wanted = json.loads(body)["paths"] if body else None
        folders = {"/".join(path.split("/")[:n]) for path in repo.files for n in range(1, path.count("/") + 1)}
        entries = [{"type": "directory", "path": path, "oid": _oid(path.encode()), "size": 0} for path in folders]
        entries += [
            {"type": "file", "path": path, "oid": _oid(content), "size": len(content)}
            for path, content in repo.files.items()
        ]
        if wanted is not None:
            return self._json([entry for entry in entries if entry["path"] in wanted])
        prefix = f"{under}/" if under else ""
        if under and under not in folders:
            return self._refuse(404, "EntryNotFound")
        recursive = "recursive=true" in self.path.lower()
        below = [entry for entry in entries if entry["path"].startswith(prefix)]
        return self._json([entry for entry in below if recursive or "/" not in entry["path"][len(prefix) :]])

    def _file(self, repo: Repo, path: str) -> None:
        if path not in repo.files:
            return self._refuse(404, "EntryNotFound", {"X-Repo-Commit": repo.commit})
        content = repo.files[path]
        headers = {"ETag": f'"{_oid(content)}"', "X-Repo-Commit": repo.commit, "Accept-Ranges": "bytes"}
        if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            start, end = int(asked[1]), int(asked[2] or len(content) - 1)
            headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
            return self._send(206, content[start : end + 1], headers)
        return self._send(200, content, headers)

    def _json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _refuse(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        body = json.dumps({"error": code or f"status {status}"}).encode()
        self._send(status, body, {"X-Error-Code": code, "Content-Type": "application/json"} | (headers or {}))

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _oid(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()
