"""An identity provider on this machine: gives ID tokens for codes, and its keys; can be told to misbehave."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey


@dataclass
class IdentityProvider:
    """``answers``: what it says to the next calls, in the place of what is right, as status and body."""

    clock: Callable[[], int]
    port: int = 0
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}, private=True))
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    taken: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    _asked: dict[str, tuple[dict[str, str], str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self, secret: str = "") -> str:
        """The table of a book that names it."""
        secret = f'secret = "{secret}"\n' if secret else ""
        return (
            f'[staff.providers.employer]\nissuer = "{self.url}"\nclient_id = "bylaw"\n{secret}'
            f'authorize = "{self.url}/authorize"\ntoken = "{self.url}/token"\nkeys = "{self.url}/keys"\n'
            'allow = ["127.0.0.0/8"]\n'
        )

    def visit(self, url: str, subject: str) -> dict[str, str]:
        """A person signs in at the address that the browser was sent to; return with what it is sent back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = f"code-{len(self._asked)}"
        self._asked[code] = asked, subject
        return {"state": asked["state"], "code": code}

    def token(self, form: dict[str, str]) -> bytes | None:
        """The answer to a code, if whoever brings it is who asked."""
        asked, subject = self._asked.pop(form["code"], ({}, ""))
        digest = sha256(form["code_verifier"].encode()).digest()
        if asked.get("code_challenge") != urlsafe_b64encode(digest).rstrip(b"=").decode():
            return None
        now = self.clock() // 1_000_000
        claims: dict[str, Any] = {"iss": self.url, "aud": asked["client_id"], "sub": subject, "iat": now}
        claims |= {"nonce": asked["nonce"], "exp": now + 60}
        return json.dumps({"id_token": jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)}).encode()


@contextmanager
def identity_provider(clock: Callable[[], int]) -> Iterator[IdentityProvider]:
    kept = IdentityProvider(clock)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._say(200, json.dumps({"keys": [kept.key.as_dict(private=False)]}).encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            kept.taken.append((self.path, self.headers.get("Authorization", ""), form))
            if kept.answers:
                self._say(*kept.answers.pop(0))
            elif (token := kept.token(form)) is not None:
                self._say(200, token)
            else:
                self._say(400, b'{"error":"invalid_grant"}')

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status == 302:
                self.send_header("Location", kept.url + "/keys")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for start in range(0, len(body), 1 << 14):
                piece = body[start : start + (1 << 14)]
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # whoever had enough hangs up
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
