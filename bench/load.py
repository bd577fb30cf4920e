"""Requests as fast as a server answers them: so many connections, each with one request under way."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import uvloop

END = b"\r\n\r\n"
LENGTH = b"content-length: "


@dataclass(slots=True)
class Load:
    """What a load came to. Times in seconds."""

    answers: int
    seconds: float
    times: list[float]
    statuses: dict[int, int]

    @property
    def rate(self) -> float:
        return self.answers / self.seconds

    def at(self, share: float) -> float:
        """The time within which so many of the answers came, in milliseconds."""
        return sorted(self.times)[min(len(self.times) - 1, int(share * len(self.times)))] * 1000


class _Connection(asyncio.Protocol):
    def __init__(
        self, requests: Iterator[bytes], load: Load, done: asyncio.Future[None], every: float
    ) -> None:
        self._requests = requests
        self._every = every
        self._load = load
        self._done = done
        self._got = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are none by class
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._got += data
        head = self._got.find(END)
        if head < 0:
            return
        start = self._got.find(LENGTH) + len(LENGTH)
        length = int(self._got[start : self._got.find(b"\r\n", start)])
        if len(self._got) < head + len(END) + length:
            return
        self._load.times.append(time.perf_counter() - self._sent)
        status = int(self._got[9:12])
        self._load.statuses[status] = self._load.statuses.get(status, 0) + 1
        self._got = b""
        pause = self._sent + self._every - time.perf_counter()
        if pause > 0:
            asyncio.get_running_loop().call_later(pause, self._ask)
        else:
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if not self._done.done():
            self._done.set_result(None)

    def _ask(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)


async def _run(port: int, connections: int, requests: Iterator[bytes], every: float) -> Load:
    loop = asyncio.get_running_loop()
    load = Load(0, 0.0, [], {})
    began = time.perf_counter()
    ends = []
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        ends.append(done)
        await loop.create_connection(
            lambda done=done: _Connection(requests, load, done, every),  # type: ignore[misc]
            "127.0.0.1",
            port,
        )
    await asyncio.gather(*ends)
    load.seconds = time.perf_counter() - began
    load.answers = len(load.times)
    return load


def run(port: int, connections: int, requests: Iterator[bytes], every: float = 0.0) -> Load:
    """Send requests until there are no more; on one connection at most one in ``every`` seconds."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(port, connections, requests, every))


def request(method: str, path: str, key: str, body: bytes = b"", media: str = "application/json") -> bytes:
    """Return the bytes of a request."""
    head = f"{method} {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {key}\r\n"
    if body:
        head += f"content-type: {media}\r\ncontent-length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body
