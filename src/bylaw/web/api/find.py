"""Finding in events what a query asks for, what stands most often, counts by the hour; completing a query."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Annotated, Final

import msgspec
from fastapi import Query, Response

from bylaw.base.errors import InputError, Problems
from bylaw.engine.recording import Body, microseconds
from bylaw.finding.completion import suggestions
from bylaw.finding.hours import MAX_HOURS, Period, by_hour
from bylaw.finding.index import HOUR
from bylaw.finding.indexed import Bounds
from bylaw.finding.listing import Listing, Sight, place_of
from bylaw.finding.query import MAX_QUERY
from bylaw.finding.query import Query as FindQuery
from bylaw.finding.scan import For, Scan, Scanned, everything, speaking
from bylaw.finding.tops import Tops, tops
from bylaw.records.people import named
from bylaw.rules.cel.values import CelError
from bylaw.staff.reading import MAX_ID as MAX_OBJECT
from bylaw.staff.reading import MAX_REASON, Purpose, What
from bylaw.web.api.decisions import (
    MAX_ID,
    MAX_PAGE,
    DecisionLine,
    Sought,
    line,
    query_for,
    sight_of,
)
from bylaw.web.bodies import taken
from bylaw.web.callers import Caller, covers, demand
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAX_OBJECTS: Final = 20
DAYS: Final = 7  # of top values, unless said

Word = Annotated[str, msgspec.Meta(max_length=MAX_ID)]
Text = Annotated[str, msgspec.Meta(max_length=MAX_QUERY)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Find(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is looked for in events, and what they are read for.

    ``silent``: among those too about which nothing was said; they are looked through as they were recorded.
    ``objects`` are ids of what the purpose belongs to, of the case for one; a purpose of its own needs a reason in words.
    """

    q: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_QUERY)]
    kind: Word = ""
    rule: Word = ""
    clause: Word = ""
    account: Word = ""
    since: Instant | None = None
    until: Instant | None = None
    silent: bool = False
    purpose: Purpose
    objects: Annotated[
        tuple[Annotated[str, msgspec.Meta(max_length=MAX_OBJECT)], ...], msgspec.Meta(max_length=MAX_OBJECTS)
    ] = ()
    reason: Annotated[str, msgspec.Meta(max_length=MAX_REASON)] = ""
    cursor: Word = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_PAGE)] = 50

    @property
    def sought(self) -> Sought:
        """What is looked for."""
        return Sought(self.q, self.kind, self.rule, self.clause, self.account, self.since, self.until)


class FoundPage(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions whose events are what was looked for.

    ``opened`` events were read, ``unreadable`` of them no more could be; ``noted`` are the facts that tell of it.
    """

    decisions: tuple[DecisionLine, ...]
    opened: int
    unreadable: int
    noted: tuple[int, ...]
    next: str | None


class TopValue(msgspec.Struct, frozen=True, kw_only=True):
    """A value, on how many decisions it stands, and on how many of the period before."""

    name: str
    now: int
    before: int


class TopPage(msgspec.Struct, frozen=True, kw_only=True):
    """What stands most often, by column. ``now`` decisions were counted, ``before`` in the period before.

    ``whole``: these were all; otherwise the newest, and shares are to be compared.
    """

    columns: dict[str, tuple[TopValue, ...]]
    since: datetime
    until: datetime
    now: int
    before: int
    whole: bool


class Hour(msgspec.Struct, frozen=True, kw_only=True):
    """A count: of a kind's part, its outcome; of others, one part."""

    at: datetime
    part: str
    count: int


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """A query as somebody types it, and where they are. What else a form holds is passed over."""

    text: Text
    position: Annotated[int, msgspec.Meta(ge=0, le=MAX_QUERY)]


class Suggested(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from"}):
    """What may stand in the place of what was written from an offset on."""

    text: str
    doc: str
    start: int


class Wrong(msgspec.Struct, frozen=True, kw_only=True):
    """Something to mend in a query."""

    line: int
    column: int
    message: str
    hint: str


class Completed(msgspec.Struct, frozen=True, kw_only=True):
    """What may be written next, and what is wrong so far. ``content``: it looks into events."""

    suggestions: tuple[Suggested, ...]
    problems: tuple[Wrong, ...]
    content: bool


async def find(service: Serving, exchange: Asked) -> Response:
    """Look into events; that they were read, by whom and what for, is recorded before each is opened."""
    asked = await taken(exchange, Find)
    scanned = await asyncio.to_thread(scan, service, exchange.caller, asked)
    return said(
        FoundPage(
            decisions=tuple(map(line, scanned.found)),
            opened=scanned.opened,
            unreadable=scanned.unreadable,
            noted=tuple(scanned.noted),
            next=str(scanned.next) if scanned.next else None,
        )
    )


def scan(service: Service, caller: Caller, asked: Find) -> Scanned:
    """Look into events that somebody may read; not in the decider's thread, which records each reading.

    Raises:
        Problems: the query is none.
        InputError: as for ``Reads.note``; ``find.steps``, the query takes too many steps.
    """
    query, sight = query_for(service, asked.sought), _reading(service, caller, asked.sought.bounds)
    records, after = service.reading.records, place_of(asked.cursor)
    if asked.silent:
        stretches = everything(records, query, after, sight)
    else:
        stretches = speaking(records, Listing(query, sight), after)

    def note(staff: str, what: What, purpose: Purpose, reason: str) -> int:
        return service.gatherer.within(partial(service.staff.reads.note, staff, what, purpose, reason))

    looks = Scan(records, service.archive, note, sight.name, records.clock)
    why = For(caller.id, asked.purpose, asked.reason, asked.objects)
    try:
        return looks.find(query, stretches, why, asked.limit)
    except CelError as error:
        raise InputError("find.steps", error.message) from None


def _reading(service: Service, caller: Caller, bounds: Bounds) -> Sight:
    sight = sight_of(service, caller, bounds)

    def sees(told: Body) -> bool:
        return sight.sees(told) and covers(caller, "content.read", told.clauses)

    return sight._replace(sees=sees)


def top(  # noqa: PLR0913 - what may be asked for
    service: Serving,
    exchange: Asked,
    *,
    q: Annotated[str, Query(max_length=MAX_QUERY, description="as for decisions")] = "",
    rule: Annotated[str, Query(max_length=MAX_ID)] = "",
    clause: Annotated[str, Query(max_length=MAX_ID)] = "",
    account: Annotated[str, Query(max_length=MAX_ID)] = "",
    since: Annotated[datetime | None, Query(description="of the event; a week ago unless said")] = None,
    until: Annotated[datetime | None, Query(description="of the event; now unless said")] = None,
) -> Response:
    """Return the values that stand most often on decisions, with the period before."""
    sought = Sought(q, "", rule, clause, account, since, until)
    period = period_of(service, sought)
    found = tops_of(service, exchange.caller, sought, period)
    columns = {
        name: tuple(TopValue(name=one.name, now=one.now, before=one.before) for one in values)
        for name, values in found.columns.items()
    }
    since, until = (datetime.fromtimestamp(at / 1_000_000, service.clock().tzinfo) for at in period)
    return said(
        TopPage(
            columns=columns,
            since=since,
            until=until,
            now=found.now,
            before=found.before,
            whole=found.whole,
        )
    )


def period_of(service: Service, sought: Sought) -> Bounds:
    """Return the period of top values."""
    until = sought.bounds.until if sought.until else microseconds(service.clock())
    return Bounds(sought.bounds.since if sought.since else until - DAYS * 24 * HOUR, until)


def tops_of(
    service: Service, caller: Caller, sought: Sought, period: Bounds, query: FindQuery | None = None
) -> Tops:
    """Return top values of decisions that somebody may look at; accounts by the service's ids, if they may see these.

    ``query`` is what is sought, where it was read already.

    Raises:
        InputError: ``find.content``, as for decisions.
    """
    query, sight = query or query_for(service, sought), sight_of(service, caller, period)
    if query.content:
        raise InputError("find.content", "this looks into events, which are not counted")
    with service.reading.records.reading() as core:
        found = tops(core, lambda bounds: Listing(query, sight._replace(bounds=bounds)), period)
    names = {one.name: named(service.reading.vault, one.name) for one in found.columns["account"]}
    accounts = [one._replace(name=names[one.name]) for one in found.columns["account"] if names[one.name]]
    return found._replace(
        columns={**found.columns, "account": accounts if covers(caller, "account.read", ()) else []}
    )


def hours(  # noqa: PLR0913 - what may be asked for
    service: Serving,
    exchange: Asked,
    *,
    series: Annotated[str, Query(pattern="kind|rule|shadow|clause|effect|degraded")] = "kind",
    name: Annotated[str, Query(max_length=MAX_ID, description="one kind, rule, clause …; else all")] = "",
    since: Annotated[datetime | None, Query(description="a week ago unless said")] = None,
    until: Annotated[datetime | None, Query(description="now unless said; at most 366 days in all")] = None,
    step: Annotated[int, Query(ge=1, le=24 * 31, description="hours that are counted together")] = 1,
) -> Response:
    """Return how many there were, hour by hour; of events, those too about which nothing was said."""
    demand(exchange.caller, "decision.read", (name,) if series == "clause" and name else ())
    period = period_of(service, Sought(since=since, until=until))
    within = Period(max(period.since // HOUR, period.until // HOUR - MAX_HOURS), -(-period.until // HOUR))
    with service.reading.records.reading() as core:
        found = by_hour(core, series, within, step, name)
    zone = service.clock().tzinfo
    return said(
        tuple(
            Hour(at=datetime.fromtimestamp(hour * 3_600, zone), part=part, count=count)
            for (hour, part), count in sorted(found.items())
        )
    )


async def complete(service: Serving, exchange: Asked) -> Response:
    """Tell what may be written next in a query, and what is wrong with it."""
    asked = await taken(exchange, Typed)
    charter = service.reading.shelf.charter(service.desk.book.digest)
    problems: tuple[Wrong, ...] = ()
    content = False
    try:
        content = bool(query_for(service, Sought(asked.text)).content)
    except Problems as error:
        problems = tuple(
            Wrong(line=one.where.line, column=one.where.column, message=one.message, hint=one.hint)
            for one in error.problems
        )
    offered = suggestions(asked.text, asked.position, charter)
    return said(
        Completed(
            suggestions=tuple(Suggested(text=one.text, doc=one.doc, start=one.start) for one in offered),
            problems=problems,
            content=content,
        )
    )


ROUTES = (
    Route(
        method="POST",
        path="/v1/find",
        name="find",
        summary="Look into events for what a query asks of them",
        doc=(
            "Reads private content: who read it, and what for, is recorded before it is opened. The newest events come first, "
            "at most 20,000 and 4 seconds at a time; `next` goes on. This is a POST so that no reason stands in an address."
        ),
        tag="decisions",
        permission="content.read",
        takes={JSON: Find},
        answers={JSON: FoundPage},
        problems=(404, 408, 413, 415),
        endpoint=find,
    ),
    Route(
        method="POST",
        path="/v1/find/complete",
        name="complete_query",
        summary="What may be written next in a query, and what is wrong with it",
        tag="decisions",
        permission="decision.read",
        takes={JSON: Typed},
        answers={JSON: Completed},
        problems=(408, 413, 415),
        endpoint=complete,
    ),
    Route(
        method="GET",
        path="/v1/top",
        name="top",
        summary="What stands most often on decisions, with the period before",
        tag="decisions",
        permission="decision.read",
        answers={JSON: TopPage},
        endpoint=top,
    ),
    Route(
        method="GET",
        path="/v1/hours",
        name="hours",
        summary="Events and decisions, counted by the hour",
        tag="decisions",
        permission="decision.read",
        answers={JSON: tuple[Hour, ...]},
        endpoint=hours,
    ),
)
