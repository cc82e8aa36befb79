"""Whose request it is, on a server that strangers use: an account of the Hub, a browser's cookie, or a script's key.

Every function of the page is wrapped in one place, so that none can forget whom it serves. Knows nothing of runs.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

import gradio as gr
from gradio.context import LocalContext
from gradio.utils import get_space
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .. import api, hosting
from ..api import Visitor
from .gate import COOKIE as COOKIE
from .gate import HEADER as HEADER
from .gate import Gate, bearer, named_key

KEY_BYTES = 32  # of a new key
REMEMBERED = 300  # seconds that the account of a token is known without asking the Hub again
_YEAR = 365 * 86_400


def serve_visitors(page: gr.Blocks) -> None:
    """Let every function of the page serve the visitor whose request it answers."""
    api.serve_strangers()
    for one in page.fns.values():
        if one.fn is not None:
            one.fn = _for_visitor(one.fn)


def _for_visitor(function: Callable) -> Callable:
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(f"{function!r} is asynchronous: no visitor would be known in it.")
    if inspect.isgeneratorfunction(function):
        return _steps_for_visitor(function)

    @wraps(function)
    def served(*args: Any, **kwargs: Any) -> Any:
        with _serving(visitor_of(LocalContext.request.get(None))):
            return function(*args, **kwargs)

    return served


def _steps_for_visitor(function: Callable) -> Callable:
    """A generator is resumed in other threads, so each of its steps is told anew whom it serves."""

    @wraps(function)
    def served(*args: Any, **kwargs: Any) -> Iterator[Any]:
        visitor = visitor_of(LocalContext.request.get(None))
        steps = function(*args, **kwargs)
        while True:
            with _serving(visitor):
                try:
                    step = next(steps)
                except StopIteration:
                    return
            yield step

    return served


@contextmanager
def _serving(visitor: Visitor) -> Iterator[None]:
    """Whoever asks for anything is here, and so is what is theirs to stay."""
    with api.acting_as(visitor):
        api.seen()
        yield


def visitor_of(request: gr.Request | None) -> Visitor:
    """The account whose token is sent, else the one that is signed in, else the holder of a key, else nobody."""
    if request is None or request.request is None:
        return api.NOBODY
    if token := bearer(request.request):
        return _accounts.holder(token)
    if account := _account(request.request.scope.get("session") or {}):
        return account
    key = key_of(request)
    return Visitor(f"key:{key}") if key else api.NOBODY


def key_of(request: gr.Request) -> str:
    """The key that a request names, empty without one or with one that could be guessed."""
    return named_key(request.request) if request.request is not None else ""


def signs_in() -> bool:
    """Whether one can sign in here: elsewhere gradio has a mock of it that makes everyone the owner of the machine."""
    return get_space() is not None and bool(os.environ.get("OAUTH_CLIENT_SECRET"))


def has_expired(request: gr.Request) -> bool:
    """Whether somebody signed in with this browser, and that has ended by itself."""
    session = request.request.scope.get("session") or {} if request.request is not None else {}
    return signs_in() and "oauth_info" in session and _account(session) is None


def _account(session: dict[str, Any]) -> Visitor | None:
    info = session.get("oauth_info") if signs_in() else None
    if not info or info.get("expires_at", 0) < time.time():
        return None
    user = info["userinfo"]
    return Visitor(f"hub:{user['sub']}", user.get("preferred_username"), info["access_token"])


class Accounts:
    """Whose the tokens of scripts are, as the Hub says; the tokens themselves are not kept."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, str, str]] = {}  # by hash: until when, the account's id and name

    def holder(self, token: str) -> Visitor:
        """The account of a token; `gr.Error` for one that the Hub does not know."""
        digest, now = hashlib.sha256(token.encode()).hexdigest(), time.monotonic()
        if self._known.get(digest, (0.0,))[0] < now:
            self._known = {key: known for key, known in self._known.items() if known[0] >= now}
            try:
                self._known[digest] = (now + REMEMBERED, *api.account_of(token))
            except api.UserError as error:
                raise gr.Error(error.message, print_exception=False) from None
        _, account, name = self._known[digest]
        return Visitor(f"hub:{account}", name, token)


_accounts = Accounts()


class Door:
    """ASGI middleware: gives each browser a key of its own, and turns away posts that another site's page sent."""

    def __init__(self, app: ASGIApp, *, public: bool):
        self.app, self.public = Gate(app) if public else app, public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["method"] not in ("GET", "HEAD", "OPTIONS") and not _same_site(headers):
            return await PlainTextResponse("This request comes from another site.", 403)(scope, receive, send)
        if not self.public or scope["method"] != "GET" or named_key(HTTPConnection(scope)):
            return await self.app(scope, receive, send)

        async def with_key(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                if answer.get("content-type", "").startswith("text/html"):
                    answer.append("set-cookie", _new_key())
            await send(message)

        return await self.app(scope, receive, with_key)


def _same_site(headers: dict[str, str]) -> bool:
    """Whether the page that sent this came from this server; scripts name no origin."""
    origin = headers.get("origin")
    here = {headers.get("host", ""), headers.get("x-forwarded-host", "")}
    return origin is None or urlsplit(origin).netloc in here - {""}


def _new_key() -> str:
    """On a Space the page lies in a frame of another site, where only a partitioned cookie is kept."""
    where = "SameSite=None; Secure; Partitioned" if hosting.on_space() else "SameSite=Lax"
    return f"{COOKIE}={secrets.token_urlsafe(KEY_BYTES)}; Path=/; HttpOnly; Max-Age={_YEAR}; {where}"
