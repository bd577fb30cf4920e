"""Search over decisions and events: a query, what it finds, what stands there most often; kept queries."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from fastapi import Query, Response
from markupsafe import Markup

from bylaw.base.errors import InputError, Problem, Problems
from bylaw.engine.outcome import Outcome
from bylaw.engine.recording import instant, microseconds
from bylaw.finding.filters import MAX_NAME
from bylaw.finding.index import HOUR
from bylaw.finding.indexed import Bounds
from bylaw.finding.query import MAX_QUERY, quoted
from bylaw.finding.tops import Tops, Value
from bylaw.staff.permissions import may_somewhere
from bylaw.staff.reading import MAX_ID as MAX_OBJECT
from bylaw.staff.reading import MAX_REASON, Purpose
from bylaw.transparency.drawing import Chart, Series, Words, columns
from bylaw.web.api.decisions import Sought, line, page_of, query_for
from bylaw.web.api.find import Find, scan, tops_of
from bylaw.web.api.told_actions import MAX_ID
from bylaw.web.console.frame import do, framed, show
from bylaw.web.cooked import Asked, Serving
from bylaw.web.exchange import Exchange
from bylaw.web.forms import posted
from bylaw.web.languages import Tongue, tongue_of
from bylaw.web.pages import link, see_other
from bylaw.web.service import Service

PAGE: Final = "/console/search"
SHOWN: Final = 50
SPANS: Final[Mapping[int, str]] = {
    1: "One day",
    7: "A week",
    30: "A month",
    90: "Three months",
    0: "All time",
}
TONES: Final = {
    Outcome.REFUSE: 5,
    Outcome.REMOVE: 1,
    Outcome.HOLD: 4,
    Outcome.REDUCE: 3,
    Outcome.WARN: 0,
    Outcome.ALLOW: 6,
}
STANDING: Final = (
    ("rule", "Rules"),
    ("clause", "Clauses"),
    ("account", "Accounts"),
    ("kind", "Events"),
    ("effect", "Effects"),
)
COLUMNS_MOST: Final = 40  # of a chart
WEEK: Final = 7
SAID: Final = {
    "kept": "The query is kept.",
    "removed": "The query is kept no more.",
}

Word = Annotated[str, Query(max_length=MAX_ID)]
Long = Annotated[str, Query(max_length=MAX_QUERY)]
Name = Annotated[str, msgspec.Meta(max_length=MAX_ID)]


class Asking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What events are looked into for, and what is looked for there."""

    q: Annotated[str, msgspec.Meta(max_length=MAX_QUERY)]
    purpose: Purpose
    kind: Name = ""
    rule: Name = ""
    clause: Name = ""
    account: Name = ""
    days: Annotated[int, msgspec.Meta(ge=0, le=366)] = WEEK
    silent: bool = False
    case: Annotated[str, msgspec.Meta(max_length=MAX_OBJECT)] = ""
    reason: Annotated[str, msgspec.Meta(max_length=MAX_REASON)] = ""
    cursor: Name = ""


class Keeping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A query to keep."""

    name: Annotated[str, msgspec.Meta(max_length=MAX_NAME)]
    q: Annotated[str, msgspec.Meta(max_length=MAX_QUERY)]
    shared: bool = False


class Removing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A query that is kept no more."""

    filter: Name


class Filters(NamedTuple):
    """What stands in the address."""

    q: str = ""
    kind: str = ""
    rule: str = ""
    clause: str = ""
    account: str = ""
    days: int = WEEK

    def sought(self, now: datetime) -> Sought:
        """Return what is looked for."""
        since = now - timedelta(days=self.days) if self.days else None
        return Sought(self.q, self.kind, self.rule, self.clause, self.account, since, None)


def search(  # noqa: PLR0913 - what may be looked for
    exchange: Asked,
    service: Serving,
    *,
    q: Long = "",
    kind: Word = "",
    rule: Word = "",
    clause: Word = "",
    account: Word = "",
    days: Annotated[int, Query(ge=0, le=366)] = WEEK,
    cursor: Word = "",
    done: Word = "",
) -> Response:
    """Return the page: what a query finds, or where it is wrong, or what it takes to look into events."""
    filters = Filters(q.strip(), kind.strip(), rule.strip(), clause.strip(), account.strip(), days)
    caller, sought = exchange.caller, filters.sought(service.clock())
    values = _blank(service, exchange, filters)
    try:
        query = query_for(service, sought)
        if query.content:
            values |= {"content": True}
            return framed(exchange, service, "search.html", values, current=PAGE, said=SAID.get(done, ""))
        found = page_of(service, caller, sought, cursor, SHOWN, query)
    except Problems as error:
        return _wrong(exchange, service, values, error.problems)
    values |= {"found": found, "cursor": cursor}
    if not cursor:
        now = microseconds(service.clock())
        period = Bounds(now - (days or 366) * 24 * HOUR, now)
        values["tops"] = tops = tops_of(service, caller, sought, period, query)
        values["standing"] = [
            (label, _linked(filters, name, tops)) for name, label in STANDING if tops.columns[name]
        ]
        values["chart"] = _chart(tops, period, tongue_of(exchange))
    return framed(exchange, service, "search.html", values, current=PAGE, said=SAID.get(done, ""))


async def look(exchange: Asked, service: Serving) -> Response:
    """Look into events; that they were read is recorded first."""
    asked = await posted(exchange, service, Asking)
    filters = Filters(asked.q, asked.kind, asked.rule, asked.clause, asked.account, asked.days)
    sought, values = filters.sought(service.clock()), _blank(service, exchange, filters)
    wanted = Find(
        q=asked.q,
        kind=asked.kind,
        rule=asked.rule,
        clause=asked.clause,
        account=asked.account,
        since=sought.since,
        silent=asked.silent,
        purpose=asked.purpose,
        objects=(asked.case,) if asked.case else (),
        reason=asked.reason,
        cursor=asked.cursor,
        limit=SHOWN,
    )
    try:
        scanned = await asyncio.to_thread(scan, service, exchange.caller, wanted)
    except Problems as error:
        return _wrong(exchange, service, values, error.problems)
    except InputError as error:
        values |= {"content": True, "asking": asked}
        return _wrong(exchange, service, values, (error.problem,))
    values |= {"content": True, "asking": asked, "scanned": scanned, "lines": tuple(map(line, scanned.found))}
    return framed(exchange, service, "search.html", values, current=PAGE)


async def keep(exchange: Asked, service: Serving) -> Response:
    """Keep a query under a name."""
    asked = await posted(exchange, service, Keeping)
    query_for(service, Sought(asked.q))
    save = partial(
        service.desk.office.filters.save, exchange.caller.id, asked.name, asked.q, shared=asked.shared
    )
    await service.gatherer.between(save)
    return see_other(PAGE, q=asked.q, done="kept")


async def remove(exchange: Asked, service: Serving) -> Response:
    """Keep a query no more."""
    asked = await posted(exchange, service, Removing)
    await service.gatherer.between(
        partial(service.desk.office.filters.remove, exchange.caller.id, asked.filter)
    )
    return see_other(PAGE, done="removed")


def _blank(service: Service, exchange: Exchange, filters: Filters) -> dict[str, Any]:
    """Return what the page has before anything was looked for."""
    caller, tongue = exchange.caller, tongue_of(exchange)
    return {
        "filters": filters._asdict(),
        "spans": SPANS,
        "kinds": sorted(service.desk.book.kinds),
        "kept": service.desk.office.filters.of(caller.id),
        "purposes": [(one, tongue.say(one.replace("_", " "))) for one in Purpose],
        "may_read": may_somewhere(caller.grants, "content.read"),
        "problems": (),
        "content": False,
        "asking": None,
        "scanned": None,
        "lines": (),
        "found": None,
        "tops": None,
        "standing": (),
        "chart": None,
        "cursor": "",
        "me": caller.id,
    }


def _wrong(
    exchange: Exchange, service: Service, values: dict[str, Any], problems: tuple[Problem, ...]
) -> Response:
    values["problems"] = problems
    return framed(exchange, service, "search.html", values, current=PAGE, status=422)


def _linked(filters: Filters, name: str, tops: Tops) -> list[tuple[Value, str]]:
    """Return top values, each with the search that it narrows this one to."""
    found = []
    for one in tops.columns[name]:
        narrowed: dict[str, object] = dict(filters._asdict())
        if name == "effect":
            said = f"{quoted(one.name)} in decision.effects"
            narrowed["q"] = f"({filters.q}) && {said}" if filters.q else said
        else:
            narrowed[name] = one.name
        found.append((one, link(PAGE, **narrowed)))
    return found


def _chart(tops: Tops, period: Bounds, tongue: Tongue) -> Markup | None:
    """Return how many were found over time, by what became of them."""
    first = min((hour for hour, _ in tops.hours), default=0) if not tops.whole else period.since // HOUR
    last = period.until // HOUR + 1
    if not tops.hours:
        return None
    if first < min(hour for hour, _ in tops.hours) - 31 * 24:
        first = min(hour for hour, _ in tops.hours)
    step = max(1, -(-(last - first) // COLUMNS_MOST))
    places = range(first, last, step)
    shown = [one for one in TONES if any(outcome == one for _, outcome in tops.hours)]
    counts = {one: [0] * len(places) for one in shown}
    for (hour, outcome), count in tops.hours.items():
        place = (hour - first) // step
        if 0 <= place < len(places):
            counts[Outcome(outcome)][place] += count
    return columns(
        Chart(
            key="found",
            title=tongue.say("Found over time"),
            points=[_label(hour, step, tongue) for hour in places],
            series=[Series(tongue.say(one), counts[one], TONES[one]) for one in shown],
            says=tongue.say("Decisions that were found, by what became of them; times in UTC."),
            first=tongue.say("From"),
            number=tongue.number,
            words=Words(table=tongue.say("As a table"), nothing=tongue.say("Nothing to show.")),
        )
    )


def _label(hour: int, step: int, tongue: Tongue) -> str:
    at = instant(hour * HOUR).astimezone(UTC)
    return f"{tongue.short_day(at)} {at:%H:%M}" if step < 24 else tongue.day(at)


ROUTES = (
    show(PAGE, "search_page", "Search decisions and events", search, "decision.read", statuses=(200, 422)),
    replace(
        do(f"{PAGE}/events", "look_into_events", "Look into events", look, "content.read"),
        statuses=(200, 422),
    ),
    do(f"{PAGE}/keep", "keep_query", "Keep a query under a name", keep, "decision.read"),
    do(f"{PAGE}/remove", "remove_query", "Keep a query no more", remove, "decision.read"),
)
