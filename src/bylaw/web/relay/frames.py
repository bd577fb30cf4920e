"""What passes between a web process and the one who decides: lists of messages, packed, each list with its length.

The two ends are the same program, started by the same command: nothing here has a version.
"""

from collections.abc import Iterator, Sequence
from typing import Final, Generic, TypeVar

import msgspec

MAX_FRAME: Final = 256 << 20  # bytes: what all requests under way of a web process may bring, and more
_HEAD: Final = 4  # bytes of a length

M = TypeVar("M")


class OneEvent(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """An event to be decided. ``key`` is the header by which who asks is told; ``request`` the request's id."""

    number: int
    request: str
    key: bytes
    line: bytes
    warned: str


class Block(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """Lines of a stream, with their numbers; none asks only whether there may be any."""

    number: int
    request: str
    key: bytes
    lines: list[tuple[int, bytes | None]]


class Whole(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """A request of whatever kind, as it came. ``client`` is the address that it came from."""

    number: int
    method: str
    path: str
    raw_path: bytes
    query: bytes
    headers: list[tuple[bytes, bytes]]
    client: tuple[str, int] | None
    scheme: str
    body: bytes


class Counted(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """A request that was answered out there: to be counted."""

    method: str
    route: str
    status: int
    seconds: float


class Answered(msgspec.Struct, frozen=True, array_like=True, tag=5):
    """What is answered to a message; ``headers`` only to a whole request. A status other than 200 is a problem."""

    number: int
    status: int
    body: bytes
    headers: list[tuple[bytes, bytes]] = []
    caller: str = ""


Asked = OneEvent | Block | Whole | Counted

_PACK: Final = msgspec.msgpack.Encoder()


def packed(messages: Sequence[Asked] | Sequence[Answered]) -> bytes:
    """Return a frame."""
    body = _PACK.encode(messages)
    return len(body).to_bytes(_HEAD, "big") + body


class Frames(Generic[M]):
    """Takes bytes as they come, gives lists of messages of a kind."""

    def __init__(self, kind: type[M]) -> None:
        self._decoder = msgspec.msgpack.Decoder(list[kind])  # type: ignore[valid-type]
        self._got = bytearray()

    def feed(self, data: bytes) -> Iterator[list[M]]:
        """Yield what is whole.

        Raises:
            ValueError: a frame is too long, or is none.
        """
        self._got += data
        while len(self._got) >= _HEAD:
            end = _HEAD + int.from_bytes(self._got[:_HEAD], "big")
            if end > MAX_FRAME:
                raise ValueError("a frame is too long")
            if len(self._got) < end:
                return
            messages = self._decoder.decode(memoryview(self._got)[_HEAD:end])
            del self._got[:end]
            yield messages
