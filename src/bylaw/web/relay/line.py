"""One end of the line between a web process and the one who decides: messages out in frames, messages in."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar, cast

from bylaw.web.relay.frames import Answered, Asked, Frames, packed

In = TypeVar("In")
Out = TypeVar("Out", Asked, Answered)


class Line(asyncio.Protocol, Generic[In, Out]):
    """Sends what is said within one turn of the loop as one frame.

    Args:
        kind: of the messages that come in.
        take: called with each.
        lost: called when the other end is gone.
    """

    def __init__(self, kind: type[In], take: Callable[[In], None], lost: Callable[[], None]) -> None:
        self._frames = Frames(kind)
        self._take = take
        self._lost = lost
        self._out: list[Out] = []
        self._transport: asyncio.Transport | None = None

    def say(self, message: Out) -> None:
        """Send a message, with others that are said now."""
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out.append(message)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are none by class

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        for messages in self._frames.feed(data):
            for message in messages:
                self._take(message)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - there is nothing to tell apart
        """End."""
        self._transport = None
        self._lost()

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def _flush(self) -> None:
        out, self._out = self._out, []
        if self._transport is not None:
            self._transport.write(packed(out))
