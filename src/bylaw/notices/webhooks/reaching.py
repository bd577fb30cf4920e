"""A connection to a URL that somebody named: to the very address that was checked, with one deadline for everything.

No proxy is asked, and whoever is reached can neither hold us up nor make us reach what only we can.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Final

from ada_url import URL

from bylaw.base.errors import UpstreamError
from bylaw.notices.webhooks.addresses import is_allowed, may_be_called

MAX_ADDRESSES: Final = 3  # that are tried
_DEFAULT: Final = {"https:": 443, "http:": 80}

Resolve = Callable[[str, int], Sequence[str]]


def machine_resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, as this machine's resolver has them; raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Line:
    """An open connection."""

    def __init__(self, stream: socket.socket, left: Callable[[], float]) -> None:
        self._stream = stream
        self._left = left

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self._stream.settimeout(self._left())
        self._stream.sendall(data)

    def receive(self) -> bytes:
        """Return what came next; nothing when the other side has closed."""
        self._stream.settimeout(self._left())
        return self._stream.recv(4096)


class Reach:
    """Opens connections; one for any number of threads."""

    def __init__(
        self,
        resolve: Resolve = machine_resolve,
        context: ssl.SSLContext | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._resolve = resolve
        self._context = context or ssl.create_default_context()
        self._monotonic = monotonic

    @contextmanager
    def open(self, url: URL, allow: Sequence[str], seconds: float) -> Iterator[Line]:
        """Open a connection; ``allow`` are networks that may be reached although they are not open to all.

        Raises:
            UpstreamError: ``webhook.unresolved``, ``webhook.forbidden`` (an address that may not be called),
                ``webhook.unreachable``, ``webhook.tls``, ``webhook.late``; also for what fails within the block.
        """
        deadline = self._monotonic() + seconds
        host, port = url.hostname.strip("[]"), int(url.port or _DEFAULT[url.protocol])
        addresses = self._checked(url, host, port, allow)

        def left() -> float:
            left = deadline - self._monotonic()
            if left <= 0:
                raise TimeoutError
            return left

        try:
            with closing(_connected(addresses, port, left)) as connection:
                secure = url.protocol == "https:"
                with closing(self._secured(connection, host, left) if secure else connection) as stream:
                    yield Line(stream, left)
        except TimeoutError:
            raise UpstreamError("webhook.late", "the call took too long") from None
        except ssl.SSLError:
            raise UpstreamError("webhook.tls", "no encrypted connection that can be trusted") from None
        except OSError:
            raise UpstreamError("webhook.unreachable", "the connection was refused or broke off") from None

    def _checked(self, url: URL, host: str, port: int, allow: Sequence[str]) -> Sequence[str]:
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

    def _secured(self, connection: socket.socket, host: str, left: Callable[[], float]) -> ssl.SSLSocket:
        connection.settimeout(left())
        return self._context.wrap_socket(connection, server_hostname=host)


def _connected(addresses: Sequence[str], port: int, left: Callable[[], float]) -> socket.socket:
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), left() / len(addresses))
    return socket.create_connection((addresses[-1], port), left())
