"""Connections to the service, used again and again by any number of threads."""

import ssl
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from bylaw.client.problems import unreachable

IDLE_SECONDS: Final = 10.0  # after which a connection is not used again: the service closes it after 15
MAX_IDLE: Final = 32  # connections kept for later


class Connections:
    """Keeps connections open. ``timeout`` in seconds bounds connecting and each silence."""

    def __init__(self, url: str, timeout: float, context: ssl.SSLContext | None) -> None:
        """Connect to nobody yet.

        Raises:
            ValueError: the address is none of HTTP.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"`{url}` is no address of a service: https://HOST:PORT")
        self._host, self._port = parts.hostname, parts.port
        self._base = parts.path.rstrip("/")
        self._timeout = timeout
        self._context = (context or ssl.create_default_context()) if parts.scheme == "https" else None
        self._idle: deque[tuple[float, HTTPConnection]] = deque()

    @contextmanager
    def asking(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Iterator[HTTPResponse]:
        """Ask, and give the answer to be read to its end.

        Raises:
            UnreachableError: nobody answers, or the answer breaks off.
        """
        connection, kept = self._connection(), False
        try:
            connection.request(method, self._base + path, body, dict(headers))
            answer = connection.getresponse()
            yield answer
        except (OSError, HTTPException) as error:
            raise unreachable(f"no answer came: {type(error).__name__}") from error
        else:
            kept = answer.isclosed() and connection.sock is not None and len(self._idle) < MAX_IDLE
            if kept:
                self._idle.append((time.monotonic(), connection))
        finally:
            if not kept:
                connection.close()

    def close(self) -> None:
        """Close those that nobody uses now."""
        while self._idle:
            self._idle.pop()[1].close()

    def _connection(self) -> HTTPConnection:
        while self._idle:
            since, connection = self._idle.pop()
            if time.monotonic() - since < IDLE_SECONDS:
                return connection
            connection.close()
        if self._context is None:
            return HTTPConnection(self._host, self._port, timeout=self._timeout)
        return HTTPSConnection(self._host, self._port, timeout=self._timeout, context=self._context)
