"""One call over HTTP/1.1, to the very address that was checked; nothing of the answer but its status is kept.

No redirect is followed, no proxy is asked, no cookie is kept. The whole call has one deadline, and of the answer only the
head is read, up to a limit: whoever is called can neither hold us up nor fill our memory.
"""

import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

from ada_url import URL

from bylaw.base.errors import UpstreamError
from bylaw.notices.webhooks.addresses import is_allowed, may_be_called

MAX_HEAD: Final = 16 << 10  # bytes of an answer
MAX_ADDRESSES: Final = 3  # that are tried
MAX_INTERIM: Final = 4  # answers (1xx) before the answer
_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)(?: |\r?\n|$)")  # noqa: TID251 - RFC 9112, 4
_RETRY: Final = re.compile(rb"(?im)^retry-after:[ \t]*(\d{1,9})[ \t]*\r?$")  # noqa: TID251 - RFC 9110, 10.2.3
_DEFAULT: Final = {"https:": 443, "http:": 80}

Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is to be posted. ``allow``: networks that may be called although they are not open to all."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    allow: tuple[str, ...] = ()
    seconds: float = 15


class Answer(NamedTuple):
    """The status, and after how many seconds to call again, if it says so."""

    status: int
    retry_after: int | None


def machine_resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, as this machine's resolver has them; raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Poster:
    """Makes calls; one for any number of threads."""

    def __init__(
        self,
        resolve: Resolve = machine_resolve,
        context: ssl.SSLContext | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._resolve = resolve
        self._context = context or ssl.create_default_context()
        self._monotonic = monotonic

    def post(self, call: Call) -> Answer:
        """Make a call.

        Raises:
            UpstreamError: ``webhook.unresolved``, ``webhook.forbidden`` (an address that may not be called),
                ``webhook.unreachable``, ``webhook.tls``, ``webhook.late``, ``webhook.answer`` (it is none).
        """
        url, deadline = URL(call.url), self._monotonic() + call.seconds
        host, port = url.hostname.strip("[]"), int(url.port or _DEFAULT[url.protocol])
        addresses = self._checked(url, host, port, call.allow)
        try:
            with closing(self._connected(addresses, port, deadline)) as connection:
                stream = self._secured(connection, host, deadline) if url.protocol == "https:" else connection
                with closing(stream):
                    stream.settimeout(self._left(deadline))
                    stream.sendall(_request(url, call))
                    return self._answer(stream, deadline)
        except TimeoutError:
            raise UpstreamError("webhook.late", "the call took too long") from None
        except ssl.SSLError:
            raise UpstreamError("webhook.tls", "no encrypted connection that can be trusted") from None
        except OSError:
            raise UpstreamError("webhook.unreachable", "the connection was refused or broke off") from None

    def _checked(self, url: URL, host: str, port: int, allow: tuple[str, ...]) -> Sequence[str]:
        try:
            addresses = self._resolve(host, port)[:MAX_ADDRESSES]
        except (OSError, UnicodeError):
            addresses = []
        if not addresses:
            raise UpstreamError("webhook.unresolved", "this host has no address")
        # Every address must be one that may be called: a host with two faces is not trusted with either.
        plain = url.protocol != "https:"
        if not all(may_be_called(one, allow) and (not plain or is_allowed(one, allow)) for one in addresses):
            hint = "name the network under `allow` if it is meant"
            raise UpstreamError("webhook.forbidden", "this host leads where it may not", hint=hint)
        return addresses

    def _connected(self, addresses: Sequence[str], port: int, deadline: float) -> socket.socket:
        for address in addresses[:-1]:
            with suppress(OSError):
                return socket.create_connection((address, port), self._left(deadline) / len(addresses))
        return socket.create_connection((addresses[-1], port), self._left(deadline))

    def _secured(self, connection: socket.socket, host: str, deadline: float) -> ssl.SSLSocket:
        connection.settimeout(self._left(deadline))
        return self._context.wrap_socket(connection, server_hostname=host)

    def _answer(self, stream: socket.socket, deadline: float) -> Answer:
        data = b""
        for _ in range(MAX_INTERIM):
            while b"\r\n\r\n" not in data:
                stream.settimeout(self._left(deadline))
                more = stream.recv(4096)
                if not more or len(data) > MAX_HEAD:
                    raise UpstreamError("webhook.answer", "what came back is no answer")
                data += more
            head, _, data = data.partition(b"\r\n\r\n")
            status = _STATUS.match(head)
            if status is None:
                raise UpstreamError("webhook.answer", "what came back is no answer")
            if int(status[1]) >= 200:
                retry = _RETRY.search(head)
                return Answer(int(status[1]), int(retry[1]) if retry else None)
        raise UpstreamError("webhook.answer", "the answer never came to an end")

    def _left(self, deadline: float) -> float:
        left = deadline - self._monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _request(url: URL, call: Call) -> bytes:
    headers = {
        "Host": url.host,
        "User-Agent": "bylaw",
        "Content-Length": str(len(call.body)),
        "Connection": "close",
        **call.headers,
    }
    lines = [
        f"POST {url.pathname}{url.search} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    if any("\r" in line or "\n" in line for line in lines):
        raise UpstreamError("webhook.headers", "a header holds a line break")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + call.body
