"""A small OpenID provider on loopback, as the Hub is one: whoever asks is signed in as the one account it knows."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "the-app", "the-apps-secret"


@dataclass
class OpenId:
    """The provider; `account` may change between two sign-ins."""

    url: str
    token: str  # that the account's apps get
    account: str = "anne"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": "1"}))
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)  # account and nonce by code

    def environment(self) -> dict[str, str]:
        """What a Space with `hf_oauth: true` has in its environment."""
        return {
            "SYSTEM": "spaces",
            "SPACE_ID": "anne/space",
            "OAUTH_CLIENT_ID": CLIENT,
            "OAUTH_CLIENT_SECRET": SECRET,
            "OAUTH_SCOPES": "openid profile",
            "OPENID_PROVIDER_URL": self.url,
        }


@contextmanager
def openid_stub(token: str) -> Iterator[OpenId]:
    stub = OpenId("", token)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"stub": stub}))
    stub.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    stub: OpenId

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/authorize":
            return self._sign_in({name: values[0] for name, values in parse_qs(url.query).items()})
        pages = {
            "/.well-known/openid-configuration": {
                "issuer": self.stub.url,
                "authorization_endpoint": f"{self.stub.url}/authorize",
                "token_endpoint": f"{self.stub.url}/token",
                "jwks_uri": f"{self.stub.url}/jwks",
                "id_token_signing_alg_values_supported": ["RS256"],
            },
            "/jwks": {"keys": [self.stub.key.as_dict(private=False)]},
        }
        self._json(pages[url.path])

    def do_POST(self) -> None:
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        account, nonce = self.stub.codes.pop(asked["code"][0])
        now = int(time.time())
        claims = {
            "iss": self.stub.url, "aud": CLIENT, "iat": now, "exp": now + 600, "nonce": nonce,
            "sub": f"id-of-{account}", "preferred_username": account, "name": account.title(), "picture": "",
        }  # fmt: skip
        identity = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.stub.key)
        self._json({"access_token": self.stub.token, "id_token": identity, "token_type": "bearer", "expires_in": 3600})

    def _sign_in(self, asked: dict[str, str]) -> None:
        code = secrets.token_hex(8)
        self.stub.codes[code] = (self.stub.account, asked["nonce"])
        self.send_response(302)
        joint = "&" if "?" in asked["redirect_uri"] else "?"
        self.send_header("Location", asked["redirect_uri"] + joint + urlencode({"code": code, "state": asked["state"]}))
        self.end_headers()

    def _json(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
