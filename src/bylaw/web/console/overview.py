"""The overview: what is going on, what waits for people, whether rules and machinery are well."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, NamedTuple

import sqlalchemy as sa
from fastapi import Query, Response
from markupsafe import Markup

from bylaw.cases import quality
from bylaw.enforcement import store as actions
from bylaw.enforcement.model import State
from bylaw.engine.outcome import Outcome
from bylaw.engine.recording import microseconds
from bylaw.finding.hours import Period, by_hour, by_name, by_part, period
from bylaw.finding.index import HOUR
from bylaw.records.delivery import Delivery
from bylaw.staff.permissions import may_somewhere
from bylaw.transparency.drawing import Chart, Series, Words, bars, columns
from bylaw.web.console.clauses import words_of
from bylaw.web.console.frame import framed, show
from bylaw.web.console.waiting import queues, waiting
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.languages import Tongue, tongue_of
from bylaw.web.service import Service

SHOWN: Final = 10  # clauses, rules
SPANS: Final[Mapping[int, tuple[str, int]]] = {  # days: what they are called, and the hours of a column
    2: ("Two days", 1),
    14: ("Two weeks", 12),
    90: ("Three months", 72),
}
TONES: Final = {Outcome.REFUSE: 5, Outcome.REMOVE: 1, Outcome.HOLD: 4, Outcome.REDUCE: 3, Outcome.WARN: 0}


class Change(NamedTuple):
    """A count, and what it was in the period before."""

    name: str
    now: int
    before: int


class Health(NamedTuple):
    """How a rule is doing: how often it matched, in shadow, and what people made of it. ``braked`` by its emergency brake."""

    rule: str
    hits: Change
    shadow: int
    reversals: float | None
    braked: bool


def overview(
    exchange: Asked, service: Serving, days: Annotated[int, Query(ge=1, le=366)] = min(SPANS)
) -> Response:
    """Return the overview."""
    days = days if days in SPANS else min(SPANS)
    now, caller, tongue = microseconds(service.clock()), exchange.caller, tongue_of(exchange)
    within, step = period(now, days * 24), SPANS[days][1]
    values: dict[str, object] = {"days": days, "spans": {one: name for one, (name, _) in SPANS.items()}}
    with service.reading.records.reading() as core:
        looks = may_somewhere(caller.grants, "decision.read")
        clauses = _changes(core, "clause", within) if looks else []
        values["volume"] = _volume(core, within, step, tongue) if looks else None
        values["totals"] = _totals(core, within) if looks else None
        values["rules"] = _rules(core, service, within) if looks else []
        values["queues"] = [(one, quality.times(core, one.queue)) for one in queues(service, caller)]
    values["by_clause"] = _bars(service, clauses, tongue) if looks else None
    values["machinery"] = _machinery(service, now)
    return framed(exchange, service, "overview.html", values, current="/console")


def figures(exchange: Asked, service: Serving) -> Response:
    """Return the live figures of the frame."""
    tongue = tongue_of(exchange)
    return said({name: tongue.number(count) for name, count in waiting(service, exchange.caller).items()})


def _volume(core: sa.Connection, within: Period, step: int, tongue: Tongue) -> Markup:
    found = by_hour(core, "kind", within, step)
    hours = range(within.first, within.last, step)
    shown = [outcome for outcome in TONES if any((hour, outcome) in found for hour in hours)]
    chart = Chart(
        key="volume",
        title=tongue.say("What decisions did"),
        points=[_label(hour, step, tongue) for hour in hours],
        series=[
            Series(tongue.say(outcome), [found.get((hour, outcome), 0) for hour in hours], TONES[outcome])
            for outcome in shown
        ],
        says=tongue.say("Events that were not simply allowed, by what became of them; times in UTC."),
        first=tongue.say("From"),
        number=tongue.number,
        words=_words(tongue),
    )
    return columns(chart)


def _bars(service: Service, changes: list[Change], tongue: Tongue) -> Markup:
    words = words_of(service, [one.name for one in changes])
    chart = Chart(
        key="clauses",
        title=tongue.say("Decisions by clause"),
        points=[one.short for one in words],
        series=[Series(tongue.say("decisions"), [one.now for one in changes])],
        first=tongue.say("Clause"),
        number=tongue.number,
        words=_words(tongue),
    )
    return bars(chart)


def _words(tongue: Tongue) -> Words:
    return Words(table=tongue.say("As a table"), nothing=tongue.say("Nothing to show."))


def _label(hour: int, step: int, tongue: Tongue) -> str:
    at = datetime.fromtimestamp(hour * HOUR // 1_000_000, UTC)
    return f"{tongue.short_day(at)} {at:%H:%M}" if step < 24 else tongue.day(at)


def _totals(core: sa.Connection, within: Period) -> Mapping[str, Change]:
    """Return events, and those about which something was decided, with the period before."""

    def told(one: Period) -> tuple[int, int]:
        by_outcome = by_part(core, "kind", one)
        return by_outcome.total(), by_outcome.total() - by_outcome[Outcome.ALLOW]

    (events, acted), (events_before, acted_before) = told(within), told(within.before)
    return {
        "events": Change("events", events, events_before),
        "acted": Change("acted", acted, acted_before),
    }


def _changes(core: sa.Connection, series: str, within: Period) -> list[Change]:
    now, before = by_name(core, series, within), by_name(core, series, within.before)
    return [Change(name, count, before[name]) for name, count in now.most_common(SHOWN)]


def _rules(core: sa.Connection, service: Service, within: Period) -> list[Health]:
    hits, shadow = _changes(core, "rule", within), by_name(core, "shadow", within)
    known = {one.name: one for one in quality.figures(core, "rule", [one.name for one in hits])}
    braked = service.desk.office.decider.braked
    first = [Change(rule, 0, 0) for rule in sorted(braked - {one.name for one in hits})]
    return [
        Health(
            one.name,
            one,
            shadow[one.name],
            known[one.name].reversal_rate if one.name in known else None,
            one.name in braked,
        )
        for one in [*first, *hits]
    ]


def _machinery(service: Service, now: int) -> Mapping[str, object]:
    """Return whether what is to leave leaves, and what the record and the fuses say."""
    with service.reading.records.reading() as core:
        failed = actions.count_of(core, State.FAILED)
    latest, planned = service.reading.records.latest_checkpoint(), service.desk.office.decider.planned
    return {
        "failed": failed,
        "outbox": service.glance.at(
            "outbox", service.clock(), lambda: Delivery(service.reading.records).counts(now)
        ),
        "head": service.reading.records.head,
        "signed": latest[0] if latest else 0,
        "quotas": [
            (effect, planned.get(effect, 0), quota)
            for effect, quota in sorted(service.desk.book.operator.quotas.items())
        ],
        "waiting": service.gatherer.waiting,
    }


ROUTES = (
    show("/console", "overview", "What is going on, and what waits", overview),
    show("/console/live.json", "live_figures", "The figures that pages keep up", figures),
)
