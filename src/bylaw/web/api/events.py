"""``POST /v1/events``: one event, or a stream of them, to durable decisions. How they are read and told apart.

Who decides is an argument: the service itself, or, in a web process beside it, the way to it.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Final, Protocol, Self
from urllib.parse import parse_qs

import msgspec

from bylaw.base.errors import BylawError, InputError
from bylaw.events.decode import MAX_LINE
from bylaw.events.event import Event
from bylaw.web.api.answers import EventAnswer
from bylaw.web.api.deciding import Here
from bylaw.web.api.lines import Line, Lines
from bylaw.web.exchange import JSON, Exchange, GoneError
from bylaw.web.limits import BLOCK_BYTES, BLOCK_LINES, MAX_BODY
from bylaw.web.problems import ProblemDetails, details_of, unforeseen
from bylaw.web.routes import Parameter, Route
from bylaw.web.service import Service

NDJSON: Final = b"application/x-ndjson"
_ENCODE: Final = msgspec.json.Encoder().encode


class LineAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said of a line of a stream: an answer or a problem.

    A problem that is ``ended`` is the last: of that line and those after it nothing is told; they may be sent again.
    """

    line: int
    answer: EventAnswer | None = None
    problem: ProblemDetails | None = None
    ended: bool = False


class Decides(Protocol):
    """Decides what one request brings; durable when it is said."""

    async def one(self, line: bytes, warned: str) -> bytes:
        """Return the answer to an event. ``warned`` is the decision that warned its author.

        Raises:
            BylawError: what is wrong with it.
        """

    async def several(self, lines: Sequence[Line]) -> bytes:
        """Return a line for each of some lines.

        Raises:
            BylawError: nothing is told of any of them.
        """


async def post_events(exchange: Exchange, service: Service) -> None:
    """Decide one event, or every event of a stream."""
    await answer_events(exchange, Here(exchange.caller, service), service.report)


async def answer_events(
    exchange: Exchange, decides: Decides, report: Callable[[BaseException], None]
) -> None:
    """Read what a request brings, and answer what was decided."""
    media = exchange.media
    if media == JSON:
        await exchange.answer(await decides.one(await exchange.body(MAX_BODY), _warned(exchange)))
    elif media == NDJSON:
        await _stream(exchange, decides, report)
    else:
        hint = "one event is application/json; many, one a line, are application/x-ndjson"
        raise InputError("web.media", "the body is of no known media type", hint=hint)


def _warned(exchange: Exchange) -> str:
    query = exchange.scope.get("query_string", b"")
    return parse_qs(query.decode("ascii", "replace")).get("warned", [""])[0] if query else ""


async def _stream(exchange: Exchange, decides: Decides, report: Callable[[BaseException], None]) -> None:
    """Tell of each block of lines before the next is decided: memory is bounded by two, order is that of the lines."""
    await exchange.begin(NDJSON)
    untold = 1
    try:
        async with _Ahead(exchange.pieces()) as ahead:
            while lines := await ahead.block():
                untold = lines[0].number
                await exchange.piece(await decides.several(lines))
                untold = lines[-1].number + 1
    except GoneError:
        raise
    except Exception as error:  # noqa: BLE001 - the answer has begun: its last line says that it ends
        if not isinstance(error, BylawError):
            report(error)
        told = details_of(error if isinstance(error, BylawError) else unforeseen(), exchange.request)
        await exchange.piece(_ENCODE(LineAnswer(line=untold, problem=told, ended=True)) + b"\n")
    await exchange.piece(b"", last=True)


class _Ahead:
    """Reads lines while those before them are decided, up to a bound; nobody waits for more than has come."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._lines: deque[Line] = deque()
        self._size = 0
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.get_running_loop().create_task(self._read())
        self._task.add_done_callback(lambda _: self._changed.set())
        return self

    async def __aexit__(self, *raised: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def block(self) -> list[Line]:
        """Return lines that are decided together; none at the end.

        Raises:
            Exception: what reading raised, once all that was read before it has been returned.
        """
        while not self._lines:
            if self._task is None or self._task.done():
                return self._ended()
            self._changed.clear()
            await self._changed.wait()
        block: list[Line] = []
        size = 0
        while self._lines and len(block) < BLOCK_LINES and size < BLOCK_BYTES:
            block.append(self._lines.popleft())
            size += len(block[-1].content or b"")
        self._size -= size
        self._changed.set()
        return block

    def _ended(self) -> list[Line]:
        if self._task is not None:
            self._task.result()
        return []

    async def _read(self) -> None:
        lines = Lines(MAX_LINE)
        async for piece in self._pieces:
            self._take(lines.feed(piece))
            while len(self._lines) >= BLOCK_LINES or self._size >= BLOCK_BYTES:
                self._changed.clear()
                await self._changed.wait()
        self._take(lines.end())

    def _take(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self._lines.append(line)
            self._size += len(line.content or b"")
        self._changed.set()


ROUTES = (
    Route(
        method="POST",
        path="/v1/events",
        name="decide_events",
        summary="Decide an event, or a stream of events",
        doc=(
            "`application/json`: one event. The answer is its decision, durable when it is sent. The same event sent again "
            "gets the first decision; its id with another content is a conflict. `application/x-ndjson`: one event a line, "
            "answered by a line each, in order. Bad lines are told and do not stop the others. Read while you send, or send "
            "at most 5,000 lines at once."
        ),
        query=(
            Parameter(
                "warned",
                "with one event: the decision (its id, or its event's) that warned its author, who insists. "
                "Within an hour, the same author is not "
                "warned of the same rules again: `dropped` says so, and what else is planned stays planned.",
            ),
        ),
        tag="events",
        permission="event.write",
        takes={"application/json": Event, "application/x-ndjson": str},
        answers={"application/json": EventAnswer, "application/x-ndjson": LineAnswer},
        problems=(408, 409, 410, 413, 415),
        raw=post_events,
    ),
)
