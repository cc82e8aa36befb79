"""What a server that strangers use takes from a request: its size, its files, and the session that it names.

Gradio takes any session from whoever names it, stores uploads before a function of the page sees them, and fetches what
an address names. Knows nothing of runs, nor of what the functions do.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from gradio.utils import get_upload_folder
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .. import hosting

COOKIE, HEADER = "instructdiff_key", "x-instructdiff-key"
SHORTEST = 32  # characters below which a key would be guessable
API = "/gradio_api/"
CLOSED = ("proxy=", "deep_link", "component_server", "process_recording", "vibe-", "runs", "run-history")
MAX_JSON = 16_000_000  # bytes: what the page sends of itself is a thousandth of it
DAY = 86_400  # seconds, after which gradio removes uploads
ABANDONED = 600  # seconds, after which nobody goes on writing a piece of an upload


class Refused(Exception):
    """A request that is answered with one sentence; carries the HTTP status."""

    def __init__(self, status: int, sentence: str):
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


def named_key(http: HTTPConnection) -> str:
    """The key that a request names, empty without one or with one that could be guessed."""
    key = http.headers.get(HEADER) or http.cookies.get(COOKIE) or ""
    return key if len(key) >= SHORTEST else ""


def bearer(http: HTTPConnection) -> str:
    """The Hub token that a script sends, in either of the headers that clients use; empty without one."""
    said = http.headers.get("authorization") or http.headers.get("x-hf-authorization") or ""
    scheme, _, token = said.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip().startswith("hf_") else ""


class Gate:
    """ASGI middleware for public servers: looks at each request before gradio does."""

    def __init__(self, app: ASGIApp):
        self.app = app
        self._uploads = Uploads()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        try:
            scope, receive = await self._passed(scope, receive)
        except Refused as no:
            return await PlainTextResponse(no.sentence, no.status)(scope, receive, send)
        return await self.app(scope, receive, send)

    async def _passed(self, scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
        """The request as gradio gets it; `Refused` for one that it does not get."""
        request = HTTPConnection(scope)
        front, api, route = scope["path"].partition(API)
        address = route.lower().removeprefix("file=").removeprefix("file/").startswith(("http:", "https:"))
        if (api and (address or route.startswith(CLOSED))) or scope["path"].startswith("/monitoring"):
            raise Refused(404, "This server has nothing there.")
        key = bearer(request) or named_key(request)
        # the server's own client answers all MCP requests in one session, whose name nobody learns
        owner = None if request.headers.get("x-gradio-user") == "mcp" else key
        if scope["method"] == "POST" and route.rstrip("/") == "upload":
            self._uploads.let_in(key, request.headers.get("content-length", ""))
        elif scope["method"] == "POST":
            return await _checked_post(scope, receive, owner)
        elif route.startswith("heartbeat/"):
            path = f"{front}{api}heartbeat/{private_session(owner, route.removeprefix('heartbeat/').strip('/'))}"
            return {**scope, "path": path, "raw_path": path.encode()}, receive
        elif b"session_hash" in scope["query_string"]:
            return {**scope, "query_string": _private_query(scope["query_string"], owner)}, receive
        return scope, receive


def private_session(owner: str | None, session: str) -> str:
    """The name that a session of this key's holder has inside: whoever learns the one outside does not come to it."""
    if owner is None:
        return session
    return hashlib.sha256(f"{owner} {session}".encode("utf-8", "replace")).hexdigest()


def _private_query(query: bytes, owner: str | None) -> bytes:
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return urlencode([(n, private_session(owner, v) if n == "session_hash" else v) for n, v in pairs]).encode()


async def _checked_post(scope: Scope, receive: Receive, owner: str | None) -> tuple[Scope, Receive]:
    """A post whose body was read and is given again, with the session in it made the visitor's own."""
    body = await _whole_body(receive)
    if body:
        kind = HTTPConnection(scope).headers.get("content-type", "")
        if kind.partition(";")[0].strip().lower() != "application/json":
            raise Refused(415, "This server takes JSON.")
        body = _private_body(body, owner)
    headers = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
    headers.append((b"content-length", str(len(body)).encode()))
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return {**scope, "headers": headers}, again


async def _whole_body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_JSON:
            raise Refused(413, f"This server takes requests of up to {MAX_JSON // 1_000_000} MB; files are uploaded.")
        if not message.get("more_body"):
            return bytes(body)


def _private_body(body: bytes, owner: str | None) -> bytes:
    try:
        asked = json.loads(body)
        if any(_names_an_address(file) for file in _objects(asked)):
            raise Refused(400, "This server fetches no addresses: upload the file.")
        if isinstance(asked, dict) and asked.get("session_hash") is not None:
            asked["session_hash"] = private_session(owner, str(asked["session_hash"]))
        return json.dumps(asked).encode()
    except (ValueError, RecursionError):
        raise Refused(400, "The body of this request is not JSON that can be read.") from None


def _objects(value: Any) -> Iterator[dict]:
    """Every JSON object in a value, however deep."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            yield one
        left.extend(one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())


def _names_an_address(value: dict) -> bool:
    """Whether this is a file of gradio's that lies elsewhere: gradio would fetch it."""
    return "meta" in value and "://" in str(value.get("path"))


class Uploads:
    """How many bytes each visitor uploaded within a day: gradio keeps uploads so long, whatever becomes of them."""

    def __init__(self) -> None:
        self._taken: dict[str, list[tuple[float, int]]] = defaultdict(list)

    def let_in(self, key: str, length: str) -> None:
        """Count an upload before it is read; `Refused` where there is no room for it."""
        if not key:
            raise Refused(403, "This server has to know you from others before it takes files: allow its cookie.")
        if not (length.isascii() and length.isdigit()):
            raise Refused(411, "This server takes files whose length is told before.")
        now, size, most = time.time(), int(length), hosting.limits().disk_mb * 1_000_000
        self._forget(now - DAY)
        if sum(bytes_ for _, bytes_ in self._taken.get(key, ())) + size > most:
            raise Refused(413, f"This server takes {most // 1_000_000:,} MB of uploads a day from one person.")
        folder = Path(get_upload_folder())
        remove_pieces(folder, older_than=now - ABANDONED)
        if shutil.disk_usage(_existing(folder)).free - size < most:
            raise Refused(507, "This server has no room for uploads now: try again later.")
        self._taken[key].append((now, size))

    def _forget(self, before: float) -> None:
        for key, taken in list(self._taken.items()):
            self._taken[key] = [one for one in taken if one[0] >= before]
            if not self._taken[key]:
                del self._taken[key]


def remove_pieces(folder: Path, *, older_than: float) -> None:
    """Remove what is left of uploads that were broken off: gradio forgets about it."""
    for piece in folder.glob("tmp*"):
        try:
            if piece.is_file() and piece.stat().st_mtime < older_than:
                piece.unlink()
        except OSError:  # another request was faster
            continue


def _existing(folder: Path) -> Path:
    return folder if folder.exists() else folder.parent
