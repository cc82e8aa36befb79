"""A small stand-in for the Hub's HTTP API on the loopback interface.

It serves repositories from memory through the routes that huggingface_hub and datasets use: the info of a repository,
its file tree and its files; making one and committing to it, with large files by LFS; and jobs. A repository may
instead be gated, rate-limited or failing, and connections can be cut.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml

_ROUTE = re.compile(
    r"/(?P<api>api/)?(?:(?P<kind>datasets|models)/)?(?P<id>[^/]+/[^/]+)"
    r"(?:/(?P<verb>auth-check|(?:revision|tree|paths-info|resolve|preupload|commit)(?=/))"
    r"(?:/(?P<revision>[^/]+)(?:/(?P<path>.*))?)?)?"
)

_BATCH = re.compile(r"/(?:datasets/)?(?P<id>[^/]+/[^/]+)\.git/info/lfs/objects/batch")
_JOBS = re.compile(r"/api/jobs/(?P<owner>[^/]+)(?:/(?P<job>[^/]+))?")
TOKEN, OTHER = "hf_SecretOfMeThatNobodyMaySee", "hf_SecretOfSomebodyElse"
_LARGE = (".parquet", ".safetensors", ".arrow")  # what is uploaded by LFS


@dataclass
class Repo:
    """One repository: its files by path, or how it refuses."""

    files: dict[str, bytes] = field(default_factory=dict)
    kind: str = "datasets"  # or "models"
    token: str | None = None  # who may read its files; gated for everybody else, who may know what it is made of
    status: int = 200  # anything else is the answer to every request
    commit: str = "0123456789abcdef0123456789abcdef01234567"
    branches: tuple[str, ...] = ("main",)
    private: bool = False
    sizes: dict[str, int | None] = field(default_factory=dict)  # what is said of a file instead of its length
    messages: list[str] = field(default_factory=list)  # of the commits that were made
    retry_after: int | None = None  # seconds, with a status of 429


@dataclass
class HubStub:
    url: str
    repos: dict[str, Repo]
    requests: list[str] = field(default_factory=list)  # method and path of each request, for a test to look at
    heard: list[str] = field(default_factory=list)  # the Authorization of each request, or an empty text
    ranges: list[tuple[str, str]] = field(default_factory=list)  # path and range of each request for a part of a file
    users: dict[str, str] = field(default_factory=dict)  # token → name; each may write to what begins with it
    uploaded: dict[str, bytes] = field(default_factory=dict)  # by LFS, by sha256
    cut: list[str] = field(
        default_factory=list
    )  # a request with such a text in its path is cut off half-way, once each
    jobs: list[dict] = field(default_factory=list)  # that were submitted, as they came in


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


@contextmanager
def talking_to(url: str, cache: Path) -> Iterator[None]:
    """huggingface_hub with this endpoint, an empty cache, no Xet and no waiting; it reads its environment only once."""
    import pytest
    from huggingface_hub import close_session, constants
    from huggingface_hub.utils import _http

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "*")
        patch.delenv("HF_TOKEN", raising=False)
        patch.setenv("HF_TOKEN_PATH", str(cache / "none"))
        patch.setattr(constants, "ENDPOINT", url)
        patch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + "/{repo_id}/resolve/{revision}/{filename}")
        patch.setattr(constants, "HF_HUB_OFFLINE", False)
        patch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        patch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 256)  # what came before a cut counts by the chunk
        patch.setattr(constants, "HF_HUB_CACHE", str(cache))
        patch.setattr(_http.time, "sleep", lambda seconds: None)
        close_session()
        yield
    close_session()


class _Handler(BaseHTTPRequestHandler):
    stub: HubStub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def do_PUT(self) -> None:
        self._answer(self._body())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while length := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(length))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def log_message(self, *_: object) -> None:
        pass

    @property
    def _user(self) -> str | None:
        return self.stub.users.get(self.headers.get("Authorization", "").removeprefix("Bearer "))

    def _answer(self, body: bytes = b"") -> None:
        path = unquote(urlsplit(self.path).path)
        self.stub.requests.append(f"{self.command} {path}")
        self.stub.heard.append(self.headers.get("Authorization", ""))
        if "Range" in self.headers:
            self.stub.ranges.append((path, self.headers["Range"]))
        if self.command in ("POST", "PUT") and self._is_cut(path):
            self.close_connection = True
            return self.connection.close()
        if path.startswith("/api/validate-yaml"):
            return self._json({"errors": [], "warnings": []})
        if path == "/api/whoami-v2":
            who = self._user
            return self._json({"id": f"id-{who}", "name": who, "type": "user"}) if who else self._refuse(401, "")
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        if found := _JOBS.fullmatch(path):
            return self._job(found["owner"], found["job"], body)
        if path.startswith("/lfs-upload/"):
            self.stub.uploaded[path.rpartition("/")[2]] = body
            return self._send(200, b"", {})
        if found := _BATCH.fullmatch(path):
            return self._batch(json.loads(body))
        return self._of_repo(path, body)

    def _is_cut(self, path: str) -> bool:
        text = next((text for text in self.stub.cut if text in path), None)
        if text is not None:
            self.stub.cut.remove(text)
        return text is not None

    def _of_repo(self, path: str, body: bytes) -> None:
        match = _ROUTE.fullmatch(path)
        repo = self.stub.repos.get(match["id"]) if match else None
        if match is None or repo is None or (match["kind"] or "models") != repo.kind:
            return self._refuse(404, "RepoNotFound")
        if repo.status != 200:
            return self._refuse(repo.status, "", {"Retry-After": str(repo.retry_after or "")})
        owner = self._user is not None and match["id"].startswith(f"{self._user}/")
        if repo.private and not owner:
            return self._refuse(404, "RepoNotFound")
        guarded = match["verb"] in ("resolve", "auth-check", "preupload", "commit")
        if guarded and repo.token and self.headers.get("Authorization") != f"Bearer {repo.token}":
            return self._refuse(403 if "Authorization" in self.headers else 401, "GatedRepo")
        if match["revision"] and match["revision"] not in (*repo.branches, repo.commit):
            return self._refuse(404, "RevisionNotFound")
        verb = match["verb"] or "revision"
        if verb == "auth-check":
            return self._send(200, b"OK", {})
        if verb in ("preupload", "commit"):
            if not owner:
                return self._refuse(403 if self._user else 401, "")
            return (
                self._preupload(repo, json.loads(body))
                if verb == "preupload"
                else self._commit(match["id"], repo, body)
            )
        if verb == "resolve":
            return self._file(repo, match["path"])
        if verb == "revision":
            return self._json(self._info(match["id"], repo))
        return self._tree(repo, match["path"] or "", body if verb == "paths-info" else b"")

    # writing -------------------------------------------------------------------------------------------------------

    def _create(self, asked: dict) -> None:
        owner = asked.get("organization") or self._user
        if self._user is None or owner != self._user:
            return self._refuse(403 if self._user else 401, "")
        repo_id = f"{owner}/{asked['name']}"
        if repo_id in self.stub.repos:
            return self._refuse(409, "")
        private = asked.get("visibility") == "private" or bool(asked.get("private"))
        made = Repo(
            {".gitattributes": b"*.parquet filter=lfs\n"}, kind=f"{asked.get('type', 'model')}s", private=private
        )
        self.stub.repos[repo_id] = made
        return self._json({"url": f"{self.stub.url}/{_page(repo_id, made)}", "name": repo_id})

    def _preupload(self, repo: Repo, asked: dict) -> None:
        modes = {file["path"]: "lfs" if file["path"].endswith(_LARGE) else "regular" for file in asked["files"]}
        self._json({"files": [{"path": p, "uploadMode": m, "shouldIgnore": False} for p, m in modes.items()]})

    def _batch(self, asked: dict) -> None:
        objects = [
            one | {"actions": {"upload": {"href": f"{self.stub.url}/lfs-upload/{one['oid']}", "header": {}}}}
            for one in asked["objects"]
        ]
        self._json({"transfer": "basic", "objects": objects})

    def _commit(self, repo_id: str, repo: Repo, body: bytes) -> None:
        lines = [json.loads(line) for line in body.splitlines() if line]
        header = next(line["value"] for line in lines if line["key"] == "header")
        if header.get("parentCommit") not in (None, repo.commit):
            return self._refuse(412, "")
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                repo.files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                repo.files[value["path"]] = self.stub.uploaded[value["oid"]]
            elif line["key"] == "deletedFile":
                del repo.files[value["path"]]
        repo.messages.append(header["summary"])
        repo.commit = hashlib.sha1(repo.commit.encode() + body).hexdigest()
        self._json(
            {"commitUrl": f"{self.stub.url}/{_page(repo_id, repo)}/commit/{repo.commit}", "commitOid": repo.commit}
        )

    def _job(self, owner: str, job: str | None, body: bytes) -> None:
        if self._user != owner:
            return self._refuse(403 if self._user else 401, "")
        if self.command == "POST":
            self.stub.jobs.append(json.loads(body))
        number = len(self.stub.jobs) if job is None else int(job.removeprefix("job"))
        if not 0 < number <= len(self.stub.jobs):
            return self._refuse(404, "")
        status = {"stage": "RUNNING", "message": None}
        self._json({"id": f"job{number}", "owner": {"id": "1", "name": owner, "type": "user"}, "status": status})

    # reading -------------------------------------------------------------------------------------------------------

    def _info(self, repo_id: str, repo: Repo) -> dict:
        known = "blobs=true" in self.path.lower()
        sizes = {path: repo.sizes.get(path, len(content)) for path, content in repo.files.items()}
        siblings = [{"rfilename": path} | ({"size": size} if known else {}) for path, size in sizes.items()]
        gated = "manual" if repo.token else False
        info = {"id": repo_id, "sha": repo.commit, "private": repo.private, "gated": gated, "tags": []}
        return info | {"siblings": siblings, "cardData": _card_data(repo.files.get("README.md", b""))}

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
            answer = (206, content[start : end + 1], headers)
        else:
            answer = (200, content, headers)
        return self._half(*answer) if self.command == "GET" and self._is_cut(path) else self._send(*answer)

    def _half(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        """The beginning of an answer, and then nothing more."""
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        self.wfile.flush()
        self.close_connection = True

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


def _page(repo_id: str, repo: Repo) -> str:
    return f"datasets/{repo_id}" if repo.kind == "datasets" else repo_id


def _card_data(readme: bytes) -> dict | None:
    found = re.match(r"---\n(.*?)\n---", readme.decode(), re.S)
    return yaml.safe_load(found[1]) if found else None


def _oid(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()
