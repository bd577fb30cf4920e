"""Something between a client and a service: it refuses, hangs up, or breaks answers off, as a test tells it to."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """What becomes of one request: an answer of its own, or that of the service up to so many bytes."""

    status: int = 0
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    hangs_up: bool = False
    breaks_off_after: int | None = None


GOOD = Mood()


@dataclass
class Gate:
    """``moods`` are those of the next requests; then all are passed on. ``asked`` are the requests, as they came."""

    to: str
    port: int = 0
    moods: list[Mood] = field(default_factory=list)
    asked: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "_Server"

    def setup(self) -> None:
        super().setup()
        self.server.gate.connections += 1

    def do_GET(self) -> None:
        self.pass_on()

    def do_POST(self) -> None:
        self.pass_on()

    def pass_on(self) -> None:
        gate = self.server.gate
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        gate.asked.append(body)
        mood = gate.moods.pop(0) if gate.moods else GOOD
        if mood.hangs_up:
            self.close_connection = True
        elif mood.status:
            self.tell(mood.status, mood.headers, mood.body)
        else:
            self.tell_as_there(gate.to, body, mood.breaks_off_after)

    def tell_as_there(self, to: str, body: bytes, most: int | None) -> None:
        parts = urlsplit(to)
        there = HTTPConnection(parts.hostname or "", parts.port)
        sent = {k: v for k, v in self.headers.items() if k.lower() not in {"host", "connection"}}
        there.request(self.command, self.path, body or None, sent)
        answer = there.getresponse()
        said = answer.read()
        there.close()
        named = {"content-type", "retry-after", "www-authenticate"}
        self.tell(answer.status, [(k, v) for k, v in answer.getheaders() if k in named], said, most)

    def tell(
        self, status: int, headers: Iterable[tuple[str, str]], body: bytes, most: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:most])
        self.close_connection |= most is not None

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, gate: Gate) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.gate = gate
        gate.port = self.server_port

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # whoever asked has gone, or the service has: the other side sees the connection close


@contextmanager
def gate(to: str) -> Iterator[Gate]:
    kept = Gate(to)
    server = _Server(kept)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
