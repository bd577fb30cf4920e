"""What came to pass about an account, over all rooms, and which accounts stand together with it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Final, NamedTuple

import msgspec
import sqlalchemy as sa
from fastapi import Query, Response

from bylaw.appeals import store as appeals
from bylaw.cases import store as cases
from bylaw.engine.recording import instant
from bylaw.finding import timeline
from bylaw.finding.links import links_of
from bylaw.finding.listing import Place, place_of
from bylaw.finding.timeline import LATEST, Moment, Strand
from bylaw.notices import store as notices
from bylaw.records.people import alias_of, named
from bylaw.staff.permissions import may, may_somewhere
from bylaw.web.api.decisions import MAX_ID, MAX_PAGE
from bylaw.web.api.notices import clauses_of
from bylaw.web.callers import Caller, demand
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.people import demand_known
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service


class MomentView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that came to pass. ``title``: the kind of an event, the effect of an action, the queue of a case."""

    at: datetime
    what: str
    id: str
    state: str
    title: str
    clauses: tuple[str, ...]


class PastPage(msgspec.Struct, frozen=True, kw_only=True):
    """The past of an account, the newest first. ``next`` is the cursor of the page after this one."""

    moments: tuple[MomentView, ...]
    next: str | None


class LinkedView(msgspec.Struct, frozen=True, kw_only=True):
    """An account and how many steps it is away; nothing in the place of its id, if it was forgotten."""

    account: str | None
    steps: int


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """A link between two of the accounts, by their places in the list, and on how many decisions it rests."""

    one: int
    other: int
    events: int


class LinksView(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts that the same events name, and what links them; the first account is the one in the middle."""

    accounts: tuple[LinkedView, ...]
    links: tuple[LinkView, ...]


Account = Annotated[str, Query(min_length=1, max_length=MAX_ID, description="by the service's own id")]


def past(
    service: Serving,
    exchange: Asked,
    *,
    account: Account,
    cursor: Annotated[str, Query(max_length=MAX_ID, description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Response:
    """Return what came to pass about an account, as far as whoever asks may look at it."""
    found = past_of(service, exchange.caller, demand_known(service, account), place_of(cursor), limit)
    views = tuple(
        MomentView(at=instant(m.at), what=m.what, id=m.id, state=m.state, title=m.title, clauses=m.clauses)
        for m in found.moments
    )
    return said(PastPage(moments=views, next=str(found.next) if found.next else None))


class Past(NamedTuple):
    """What somebody may see of an account's past, and where to go on."""

    moments: list[Moment]
    next: Place | None


def past_of(service: Service, caller: Caller, subject: bytes, after: Place | None, limit: int) -> Past:
    """Return what came to pass about an account after a place: an instant, and how many of it were shown."""
    at, shown = after or (LATEST, 0)
    strands = [strand for permission, strand in STRANDS if may_somewhere(caller.grants, permission)]
    with service.reading.records.reading() as core:
        found = timeline.timeline(core, subject, strands, at + 1, limit + shown)[shown:]
    there = Place(found[-1].at, _same(found) + shown * (found[-1].at == at)) if len(found) == limit else None
    return Past([moment for moment in found if _sees(service, caller, moment)], there)


def _same(found: Sequence[Moment]) -> int:
    return sum(moment.at == found[-1].at for moment in found)


def _sees(service: Service, caller: Caller, moment: Moment) -> bool:
    clauses = moment.clauses
    if moment.what == "notice":
        with service.reading.records.reading() as core:
            clauses = clauses_of(service, notices.notice(core, moment.id))
    queue = moment.title if moment.what == "case" else None
    return all(may(caller.grants, f"{moment.what}.read", queue, clause) for clause in clauses or (None,))


FEW: Final = 500  # cases of an account; those that wait come first, so all are fetched


def _cases(core: sa.Connection, person: bytes, before: int, limit: int) -> Iterator[Moment]:
    for case in cases.of_person(core, alias_of(person), max(limit, FEW)):
        if case.raised < before:
            yield Moment(case.raised, "case", case.case, case.state, case.queue, case.clauses)


def _appeals(core: sa.Connection, person: bytes, before: int, limit: int) -> Iterator[Moment]:
    for appeal in appeals.appeals(core, person=person, limit=limit):
        if appeal.lodged.at < before:
            yield Moment(appeal.lodged.at, "appeal", appeal.id, appeal.state, "", appeal.lodged.clauses)


STRANDS: Final[Sequence[tuple[str, Strand]]] = (
    ("decision.read", timeline.decisions),
    ("action.read", timeline.acted),
    ("notice.read", timeline.told),
    ("case.read", _cases),
    ("appeal.read", _appeals),
)


def links(service: Serving, exchange: Asked, *, account: Account) -> Response:
    """Return the accounts that stand together with one, over the newest decisions that name it."""
    demand(exchange.caller, "decision.read", ())
    subject = demand_known(service, account)
    with service.reading.records.reading() as core:
        graph = links_of(core, alias_of(subject))
    places = {person: place for place, person in enumerate(graph.steps)}
    return said(
        LinksView(
            accounts=tuple(
                LinkedView(account=named(service.reading.vault, person) or None, steps=steps)
                for person, steps in graph.steps.items()
            ),
            links=tuple(
                LinkView(one=places[link.one], other=places[link.other], events=link.events)
                for link in graph.links
            ),
        )
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/past",
        name="past",
        summary="What came to pass about an account, over all rooms",
        doc="Decisions, actions, notices, cases and objections that whoever asks may look at.",
        tag="accounts",
        permission="account.read",
        answers={JSON: PastPage},
        problems=(404,),
        endpoint=past,
    ),
    Route(
        method="GET",
        path="/v1/links",
        name="links",
        summary="Accounts that the same events name",
        tag="accounts",
        permission="account.read",
        answers={JSON: LinksView},
        problems=(404,),
        endpoint=links,
    ),
)
