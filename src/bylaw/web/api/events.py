"""``POST /v1/events``: one event, or a stream of them, to durable decisions. How they are read and told apart.

Who decides is an argument: the service itself, or, in a web process beside it, the way to it.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import Final, Protocol
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
    """Tell of each block of lines before the next is read: memory is bounded by one, order is that of the lines."""
    await exchange.begin(NDJSON)
    untold = 1
    try:
        async for lines in _blocks(exchange):
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


async def _blocks(exchange: Exchange) -> AsyncIterator[list[Line]]:
    """Yield lines in blocks that are decided together: what has come, up to a bound; nobody waits for more."""
    lines = Lines(MAX_LINE)
    async for piece in exchange.pieces():
        for block in _bounded(lines.feed(piece)):
            yield block
    if last := list(lines.end()):
        yield last


def _bounded(lines: Iterable[Line]) -> Iterator[list[Line]]:
    block: list[Line] = []
    size = 0
    for line in lines:
        block.append(line)
        size += len(line.content or b"")
        if len(block) >= BLOCK_LINES or size >= BLOCK_BYTES:
            yield block
            block, size = [], 0
    if block:
        yield block


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
