"""uvicorn as this service runs it: our protocol, no logs of its own, signals left to the loop."""

import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import msgspec
import uvicorn

from bylaw.web.front import Door
from bylaw.web.limits import BACKLOG, IDLE_SECONDS, STOP_SECONDS
from bylaw.web.protocol import BoundedProtocol

AT_ONCE: Final = 130  # the status of a process that was told twice to stop


class Tls(msgspec.Struct, frozen=True):
    """How what passes is kept from others: files of a certificate and its key, or something in front that speaks TLS."""

    certificate: str | None = None
    key: str | None = None
    behind_proxy: bool = False

    @property
    def encrypted(self) -> bool:
        """Whether whoever asks comes by TLS."""
        return self.certificate is not None or self.behind_proxy


class Server(uvicorn.Server):
    """A server. ``told`` is called once it listens."""

    def __init__(self, door: Door, tls: Tls, told: Callable[[], None] = lambda: None) -> None:
        super().__init__(_config(door, tls))
        self._door = door
        self._told = told

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        self._told()

    def stop(self) -> None:
        """Take no more connections and finish what is under way; the second time, end at once."""
        if self.should_exit:
            os._exit(AT_ONCE)
        self.should_exit = True
        self._door.stop()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the loop: uvicorn raises them again when it has stopped."""
        yield


def _config(door: Door, tls: Tls) -> uvicorn.Config:
    return uvicorn.Config(
        door,
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=int(IDLE_SECONDS),
        timeout_graceful_shutdown=int(STOP_SECONDS),
        ssl_certfile=tls.certificate,
        ssl_keyfile=tls.key,
        ssl_version=ssl.PROTOCOL_TLS_SERVER,
        proxy_headers=False,
    )
