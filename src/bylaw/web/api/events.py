"""``POST /v1/events``: one event, or a stream of them, to durable decisions."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final
from urllib.parse import parse_qs

import msgspec

from bylaw.base.errors import BylawError, InputError, Where
from bylaw.events.decode import CLOCK_SKEW, Codec, too_long
from bylaw.events.event import Event
from bylaw.events.people import people_in
from bylaw.web.api.answers import EventAnswer
from bylaw.web.api.lines import Line, Lines
from bylaw.web.exchange import JSON, Exchange, GoneError
from bylaw.web.gathering import Said, Waiting
from bylaw.web.limits import BLOCK_BYTES, BLOCK_LINES, MAX_BODY
from bylaw.web.problems import ProblemDetails, details_of, unforeseen
from bylaw.web.routes import Parameter, Route
from bylaw.web.service import Service

NDJSON: Final = b"application/x-ndjson"
MAX_PEOPLE: Final = 1_000  # whom one event may name: the record tells each of them by an id of its own
_SHORT: Final = 2 * MAX_PEOPLE  # bytes of a line that cannot name more
_NOWHERE: Final = Where()
_ENCODE: Final = msgspec.json.Encoder().encode


class LineAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said of a line of a stream: an answer or a problem.

    A problem that is ``ended`` is the last: of that line and those after it nothing is told; they may be sent again.
    """

    line: int
    answer: EventAnswer | None = None
    problem: ProblemDetails | None = None
    ended: bool = False


async def post_events(exchange: Exchange, service: Service) -> None:
    """Decide one event, or every event of a stream."""
    media = exchange.media
    if media == JSON:
        await _one(exchange, service)
    elif media == NDJSON:
        await _stream(exchange, service)
    else:
        hint = "one event is application/json; many, one a line, are application/x-ndjson"
        raise InputError("web.media", "the body is of no known media type", hint=hint)


def _warned(exchange: Exchange) -> str:
    query = exchange.scope.get("query_string", b"")
    return parse_qs(query.decode("ascii", "replace")).get("warned", [""])[0] if query else ""


def read(line: bytes, codec: Codec, arrived: datetime) -> Waiting:
    """Return an event that is to be decided.

    Raises:
        InputError: the line is none.
    """
    # Without an id of its own an event is named by its bytes: sent again, it is the same event.
    event = codec.decode(line, where=_NOWHERE, latest=arrived + CLOCK_SKEW)
    if len(line) > _SHORT and _names_too_many(event):
        raise InputError("event.people", f"the event names more than {MAX_PEOPLE:,} people")
    return Waiting(line, event, codec, arrived)


async def _one(exchange: Exchange, service: Service) -> None:
    line = await exchange.body(MAX_BODY)
    service.rates.spend(exchange.caller, 1)
    waiting = read(line, service.desk.codec, service.clock())._replace(warned=_warned(exchange))
    (said,) = await service.gatherer.hand_over((waiting,))
    if isinstance(said, BylawError):
        raise said
    await exchange.answer(said)


async def _stream(exchange: Exchange, service: Service) -> None:
    """Tell of each block of lines before the next is read: memory is bounded by one, order is that of the lines."""
    await exchange.begin(NDJSON)
    untold = 1
    try:
        async for lines in _blocks(exchange, service.desk.codec.max_line):
            untold = lines[0].number
            await service.rates.wait(exchange.caller, len(lines))
            await exchange.piece(await _told(lines, service))
            untold = lines[-1].number + 1
    except GoneError:
        raise
    except Exception as error:  # noqa: BLE001 - the answer has begun: its last line says that it ends
        if not isinstance(error, BylawError):
            service.report(error)
        told = details_of(error if isinstance(error, BylawError) else unforeseen(), exchange.request)
        await exchange.piece(_ENCODE(LineAnswer(line=untold, problem=told, ended=True)) + b"\n")
    await exchange.piece(b"", last=True)


async def _blocks(exchange: Exchange, longest: int) -> AsyncIterator[list[Line]]:
    """Yield lines in blocks that are decided together: what has come, up to a bound; nobody waits for more."""
    lines = Lines(longest)
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


async def _told(lines: Sequence[Line], service: Service) -> bytes:
    codec, arrived = service.desk.codec, service.clock()
    read_lines = [_read_line(line, codec, arrived) for line in lines]
    events = [one for one in read_lines if isinstance(one, Waiting)]
    said = iter(await service.gatherer.hand_over(events) if events else ())
    every = (next(said) if isinstance(one, Waiting) else one for one in read_lines)
    return b"".join(_told_line(line.number, one) for line, one in zip(lines, every, strict=True))


def _read_line(line: Line, codec: Codec, arrived: datetime) -> Waiting | BylawError:
    if line.content is None:
        return too_long(Where(line=line.number), codec.max_line)
    try:
        return read(line.content, codec, arrived)
    except InputError as error:
        return error


def _told_line(number: int, said: Said) -> bytes:
    if isinstance(said, BylawError):
        return _ENCODE(LineAnswer(line=number, problem=details_of(said))) + b"\n"
    return b'{"line":%d,"answer":%b}\n' % (number, said)


def _names_too_many(event: Event) -> bool:
    return next(islice(people_in(event), MAX_PEOPLE, None), None) is not None


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
